//! Which fields a message carries: paths, mapped names and values, against a model that reads the record anew.
//!
//! The parts: a customer's configuration of the object; the record's properties. Both JSON.

use std::collections::BTreeMap;

use ampline_core::{
    cursor::{OVERLAP_DEFAULT, ReadCursor},
    manifest::Backfill,
    plan::{ObjectConfig, ReadPlan},
};
use bytes::Bytes;
use http::Response;
use serde_json::value::RawValue;

use super::{
    messages::{self, member, members},
    parts,
    stage::{CATALOG, NOW, read_plan},
};

pub(super) fn run(data: &[u8]) {
    let mut parts = parts(data);
    let config = parts.next().and_then(|part| serde_json::from_slice::<ObjectConfig>(part).ok());
    let properties = parts.next().and_then(|part| serde_json::from_slice::<&RawValue>(part).ok());
    let (Some(config), Some(properties)) = (config, properties) else { return };
    // What this configuration says of schedule and place is another target's matter.
    let config = ObjectConfig { disabled: false, schedule: None, destination: None, object_name: None, ..config };
    let Some(plan) = read_plan("hubspot", "contacts", config) else { return };
    let body = format!(r#"{{"results":[{{"id":"1","properties":{properties}}}]}}"#);
    let run = ReadCursor::default().start_run(Backfill::FullHistory, NOW, OVERLAP_DEFAULT).run;
    let (Some(run), Some(provider)) = (run, CATALOG.get("hubspot")) else { return };
    let Ok(page) = provider.page(&plan, &run, &Response::new(Bytes::from(body))) else { return };
    for envelope in messages::judge(&plan, &page.records) {
        for entry in messages::judge_envelope(&envelope) {
            let fields = member(&entry, "fields").expect("every entry has `fields`");
            judge(&plan, &members(properties), fields);
        }
    }
}

/// Each plain field is there exactly where the record has it, with the value that it has or that stands for it.
fn judge(plan: &ReadPlan, properties: &[(String, &RawValue)], fields: &RawValue) {
    let delivered: BTreeMap<String, &RawValue> = members(fields).into_iter().collect();
    for path in plan.fields.plain.iter().filter(|path| path.is_plain() && path.head() != "id") {
        let name = path.head().to_lowercase();
        // Names that differ by case alone are one name to a provider; which of them counts is not said.
        let mut same = properties.iter().filter(|(property, _)| property.to_lowercase() == name);
        let (Some((_, value)), None) = (same.next(), same.next()) else { continue };
        let found = delivered.get(&name).unwrap_or_else(|| panic!("`{name}` is missing: {fields}"));
        let values = plan.fields.values.get(&name);
        let is_scalar = !value.get().starts_with(['[', '{']);
        let text = serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned());
        let mapped = values.filter(|_| is_scalar && value.get() != "null").and_then(|values| values.get(&text));
        match mapped {
            Some(mapped) => assert_eq!(serde_json::from_str::<String>(found.get()).as_ref().ok(), Some(mapped)),
            None if values.is_some() => {}
            None => assert_eq!(found.get(), value.get(), "untouched"),
        }
    }
}
