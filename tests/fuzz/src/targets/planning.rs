//! A manifest and a customer's choices: whatever is accepted can be planned, asked for, and made into messages.
//!
//! The parts: amp.yaml; `read.objects` and `subscribe.objects` of the configuration, as JSON.

use std::collections::BTreeMap;

use ampline_core::{
    cursor::{OVERLAP_DEFAULT, ReadCursor},
    manifest::check,
    plan::{Choice, ObjectConfig, Others, PlanProblem, ReadPlan},
    provider::Record,
    subscribe::SubscribeConfig,
};
use bytes::Bytes;

use super::{
    messages, parts,
    stage::{CATALOG, NOW, judge_request, planned},
};

pub(super) fn run(data: &[u8]) {
    let mut parts = parts(data);
    let Some(manifest) = check(parts.next().unwrap_or_default()).manifest else { return };
    let objects: BTreeMap<String, ObjectConfig> = chosen(parts.next());
    let configs: BTreeMap<String, SubscribeConfig> = chosen(parts.next());
    let integrations = &manifest.integrations;
    for (place, configured) in integrations.iter().enumerate() {
        let others = if place % 2 == 0 { Others::All } else { Others::AlwaysEnabled };
        // The next integration stands in for a later revision.
        for latest in [configured, &integrations[(place + 1) % integrations.len()]] {
            let choice = Choice { configured, latest, others };
            let (reads, subscriptions, problems) = planned(&choice, objects.clone(), &configs);
            problems.iter().for_each(judge_problem);
            reads.iter().for_each(use_up);
            subscriptions.iter().for_each(|plan| use_up(&plan.read));
        }
    }
}

/// What a part says, or nothing chosen where it says nothing.
fn chosen<T: serde::de::DeserializeOwned + Default>(part: Option<&[u8]>) -> T {
    part.and_then(|part| serde_json::from_slice(part).ok()).unwrap_or_default()
}

fn judge_problem(problem: &PlanProblem) {
    assert!(!problem.message.is_empty() && !problem.path.is_empty() && !problem.place.is_empty(), "{problem:?}");
}

/// Asks as the plan says, and makes a message of a record.
fn use_up(plan: &ReadPlan) {
    for provider in CATALOG.get(&plan.context.provider).into_iter().chain(CATALOG.get("hubspot")).chain(CATALOG.get("salesforce"))
    {
        let _ = provider.unsupported(plan);
        let run = ReadCursor::default().start_run(plan.backfill, NOW, OVERLAP_DEFAULT).run;
        if let Some(run) = run {
            judge_request(&provider.request(plan, &run));
            provider.count_request(plan, &run).iter().for_each(judge_request);
        }
        provider.fields_request(&plan.key.object_name).iter().for_each(judge_request);
        provider.records_request(plan, &["1".to_owned(), "001000000000001AAA".to_owned()]).iter().for_each(judge_request);
    }
    if let Some(schedule) = &plan.schedule {
        let next = schedule.next_after(NOW);
        assert!(next.is_none_or(|next| next > NOW), "{schedule}");
    }
    messages::judge(plan, &[record(plan)]);
}

/// A record that has each field of the plan.
fn record(plan: &ReadPlan) -> Record {
    const VALUE: &str = r#"{"a":["x",1]}"#;
    let names: Vec<_> = plan.fields.sources().into_iter().map(str::to_lowercase).collect();
    let member = |name: &String| format!("{}:{VALUE}", serde_json::Value::from(name.as_str()));
    let raw = format!("{{{}}}", names.iter().map(member).collect::<Vec<_>>().join(","));
    let fields = names.into_iter().map(|name| (name.into(), Bytes::from_static(VALUE.as_bytes()))).collect();
    Record { id: "1".to_owned(), modified_at: Some(NOW), deleted: false, raw: raw.into(), fields, associations: Vec::new() }
}
