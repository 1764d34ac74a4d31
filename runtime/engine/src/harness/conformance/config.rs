//! Configurations: good ones are taken, and every fault of bad ones is named.

use serde_json::Value;

use super::{after, meaning};
use crate::{
    harness::{recorder::Recorder, report::Verdict, schema::Schema, shown, stage::Stage},
    sink::ConfigIssue,
};

/// Faults that one message shows.
const SHOWN_MAX: usize = 5;

/// Finds a configuration to deliver with, where the sink takes one.
pub(in super::super) async fn run(
    recorder: &mut Recorder,
    stage: &Stage,
    kind: &str,
    schema: Option<&Schema>,
    given: Option<Value>,
) -> Option<Value> {
    let config = given.clone().or_else(|| Some(schema?.example()));
    let Some(config) = config else {
        for name in ["config.accepts", "config.names-every-fault", "config.pointers"] {
            recorder.check(name, meaning(name), async { after("describe.schema") }).await;
        }
        return None;
    };
    let trying = accepted(stage, kind, schema, &config, given.is_some());
    let accepts = recorder.require("config.accepts", meaning("config.accepts"), trying).await;
    let (names, pointers) = match schema {
        Some(schema) if accepts => faults(stage, kind, schema, &config).await,
        Some(_) => (after("config.accepts"), after("config.accepts")),
        None => (after("describe.schema"), after("describe.schema")),
    };
    recorder.check("config.names-every-fault", meaning("config.names-every-fault"), async { names }).await;
    recorder.check("config.pointers", meaning("config.pointers"), async { pointers }).await;
    accepts.then_some(config)
}

async fn accepted(stage: &Stage, kind: &str, schema: Option<&Schema>, config: &Value, is_given: bool) -> Verdict {
    let repair = if is_given {
        "let sink, schema and the given configuration agree"
    } else {
        "the configuration was made of the schema: add `examples` to its properties, or give one with --config or in cases/sink.yaml"
    };
    let errors = schema.map(|schema| schema.errors(config)).unwrap_or_default();
    if let Some(first) = errors.first() {
        return Verdict::broken(format!("the schema does not take {config}: {first}"), repair);
    }
    match stage.issues(kind, config).await {
        Err(failure) => Verdict::broken(format!("`validate` did not answer: {}", shown::failed(&failure)), repair),
        Ok(issues) => match issues.iter().find(|issue| issue.fatal) {
            Some(issue) => {
                Verdict::broken(format!("{config} has a fatal issue at {:?}: {}", issue.pointer, issue.message), repair)
            }
            None => Verdict::Holds,
        },
    }
}

/// Whether each fault is named, and whether all pointers lead somewhere.
async fn faults(stage: &Stage, kind: &str, schema: &Schema, config: &Value) -> (Verdict, Verdict) {
    let mut mutations: Vec<(String, Value, Vec<String>)> =
        schema.mutations(config).into_iter().map(|one| (one.what, one.config, vec![one.pointer])).collect();
    mutations.extend(
        schema.all_at_once(config).map(|(config, pointers)| ("with every property of another type".to_owned(), config, pointers)),
    );
    mutations.push(("that is a list".to_owned(), Value::Array(Vec::new()), vec![String::new()]));
    let (mut unnamed, mut astray) = (Vec::new(), Vec::new());
    for (what, config, pointers) in mutations {
        let issues = match stage.issues(kind, &config).await {
            Ok(issues) => issues,
            Err(failure) => {
                unnamed.push(format!("a configuration {what} ended `validate`: {}", shown::failed(&failure)));
                continue;
            }
        };
        astray.extend(issues.iter().filter(|issue| !leads_somewhere(&issue.pointer, &config)).map(|issue| issue.pointer.clone()));
        for pointer in pointers.iter().filter(|pointer| !is_named(pointer, &issues)) {
            unnamed.push(format!("a configuration {what} has no fatal issue at {pointer:?}{}", others(&issues)));
        }
    }
    astray.sort();
    astray.dedup();
    let names = listed(&unnamed, "let `validate` find what the schema forbids: in Rust, derive both from one type");
    let repair = "write pointers as RFC 6901 does: \"/headers/x-team\", \"\" for the whole";
    let astray: Vec<_> = astray.iter().map(|pointer| format!("{pointer:?} leads nowhere in the configuration")).collect();
    (names, listed(&astray, repair))
}

fn listed(found: &[String], repair: &str) -> Verdict {
    if found.is_empty() {
        return Verdict::Holds;
    }
    let more = found.len().saturating_sub(SHOWN_MAX);
    let shown = found.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join("; ");
    Verdict::broken(if more > 0 { format!("{shown}; and {more} more") } else { shown }, repair)
}

fn others(issues: &[ConfigIssue]) -> String {
    let pointers: Vec<_> = issues.iter().map(|issue| format!("{:?}", issue.pointer)).collect();
    if pointers.is_empty() { String::new() } else { format!(" (it has some at {})", pointers.join(", ")) }
}

/// At the place itself, within it, or at the mapping that lacks it.
fn is_named(pointer: &str, issues: &[ConfigIssue]) -> bool {
    let around = pointer.rsplit_once('/').map_or("", |(around, _)| around);
    let is_within = |found: &str| found.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    issues.iter().any(|issue| issue.fatal && (is_within(&issue.pointer) || issue.pointer == around))
}

fn leads_somewhere(pointer: &str, config: &Value) -> bool {
    if config.pointer(pointer).is_some() {
        return true;
    }
    pointer
        .rsplit_once('/')
        .is_some_and(|(around, _)| config.pointer(around).is_some_and(|value| value.is_object() || value.is_array()))
}
