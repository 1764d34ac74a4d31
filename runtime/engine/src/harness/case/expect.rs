//! What a case expects, and how what happened differs from it.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::harness::{
    fault::Allowed,
    given::{FileFault, Given},
    pattern::{self, misfit, shown},
    report::{Fault, Verdict},
};

/// Calls that a message lists.
const LISTED_MAX: usize = 8;

/// What a case expects.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expected {
    /// The same as the last time.
    Snapshot,
    /// These things.
    These(Box<These>),
}

/// What is expected, each only where it is said.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct These {
    pub(super) outcomes: Option<Value>,
    pub(super) calls: Option<Vec<Value>>,
    pub(super) calls_include: Option<Vec<Value>>,
    pub(super) logs: Option<Vec<Value>>,
    pub(super) opens: Option<Value>,
    pub(super) issues: Option<Vec<Value>>,
}

/// What happened: outcomes of each batch, and all calls and lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Happened {
    pub(super) outcomes: Vec<Vec<Value>>,
    pub(super) calls: Vec<Value>,
    pub(super) lines: Vec<Value>,
    /// Why the sink did not open.
    pub(super) refusal: Option<Value>,
}

impl Happened {
    /// As snapshots keep it.
    pub(super) fn snapshot(&self) -> Value {
        json!({"outcomes": self.outcomes, "calls": self.calls, "logs": self.lines})
    }
}

/// Reads what is expected, with every fault of it.
pub(super) fn read(given: &Given, expect: &Value, faults: &mut Vec<FileFault>) -> Expected {
    if expect == "snapshot" {
        return Expected::Snapshot;
    }
    for (inner, message) in pattern::faults(expect) {
        faults.push(given.fault(&format!("/expect{inner}"), message));
    }
    match serde_json::from_value::<These>(expect.clone()) {
        Ok(mut these) => {
            if these == These::default() {
                let message =
                    "expects nothing: write outcomes, calls, callsInclude, logs, opens or issues, or `expect: snapshot`";
                faults.push(given.fault("/expect", message));
            }
            these.outcomes = these.outcomes.map(|outcomes| full(given, outcomes, "/expect/outcomes", faults));
            Expected::These(Box::new(these))
        }
        Err(error) => {
            faults.push(given.fault("/expect", format!("expect: {error}")));
            Expected::Snapshot
        }
    }
}

/// Outcomes in full: a name becomes what it stands for.
fn full(given: &Given, outcomes: Value, at: &str, faults: &mut Vec<FileFault>) -> Value {
    match outcomes {
        Value::String(name) => match Allowed::named(&name) {
            Some(Allowed::Delivered) => json!({"delivered": {"$any": true}}),
            Some(class) => json!({"failed": {"class": class.name()}}),
            None => {
                let message = format!("{name:?} is none of delivered, transient, throttled, rejected and blocked");
                faults.push(given.fault(at, message));
                Value::Null
            }
        },
        Value::Array(items) => {
            items.into_iter().enumerate().map(|(index, item)| full(given, item, &format!("{at}/{index}"), faults)).collect()
        }
        Value::Object(members)
            if members.len() == 1
                && ["delivered", "failed", "$any", "$length"].iter().any(|name| members.contains_key(*name)) =>
        {
            Value::Object(members)
        }
        _ => {
            faults.push(given.fault(at, "an outcome is a name, {delivered: note} or {failed: {class: …, code: …}}"));
            Value::Null
        }
    }
}

/// Compares what happened with what was expected.
pub(super) fn judge(these: &These, happened: &Happened, is_split: bool) -> Verdict {
    if let Some(refusal) = &happened.refusal {
        let Some(opens) = &these.opens else {
            return Verdict::broken(
                format!("the sink did not open: {}", shown(refusal)),
                "correct the configuration, or expect it under `opens`",
            );
        };
        return Verdict::of(misfit(opens, refusal).map(|misfit| told("opens", &misfit)));
    }
    if these.opens.is_some() {
        return Verdict::broken("the sink opened", "the case expects that it refuses to");
    }
    Verdict::of(
        outcomes(these, happened, is_split)
            .or_else(|| calls(these, happened))
            .or_else(|| included(these.calls_include.as_deref(), &happened.calls, "calls"))
            .or_else(|| included(these.logs.as_deref(), &happened.lines, "lines")),
    )
}

/// Compares the issues of a configuration.
pub(super) fn judge_issues(expected: &[Value], issues: &[Value]) -> Verdict {
    Verdict::of(misfit(&json!(expected), &json!(issues)).map(|misfit| told("issues", &misfit)))
}

fn outcomes(these: &These, happened: &Happened, is_split: bool) -> Option<Fault> {
    let expected = these.outcomes.as_ref()?;
    let flat: Vec<&Value> = happened.outcomes.iter().flatten().collect();
    if expected.is_array() {
        let all = if is_split { json!(happened.outcomes) } else { json!(flat) };
        return misfit(expected, &all).map(|misfit| told_of("outcomes", &misfit, &flat));
    }
    let differing = flat.iter().enumerate().find_map(|(at, outcome)| Some((at, misfit(expected, outcome)?)));
    differing.map(|(at, misfit)| told_of(&format!("outcomes/{at}"), &misfit, flat.get(at..=at).unwrap_or_default()))
}

fn calls(these: &These, happened: &Happened) -> Option<Fault> {
    let expected = these.calls.as_ref()?;
    if expected.len() != happened.calls.len() {
        let happened =
            format!("{} calls were made, and {} are expected: {}", happened.calls.len(), expected.len(), listed(&happened.calls));
        return Some(Fault { happened, repair: "correct the sink, or `expect.calls` of the case".to_owned() });
    }
    misfit(&json!(expected), &json!(happened.calls)).map(|misfit| told("calls", &misfit))
}

fn included(expected: Option<&[Value]>, found: &[Value], what: &str) -> Option<Fault> {
    let mut left: Vec<&Value> = found.iter().collect();
    for (at, one) in expected?.iter().enumerate() {
        match left.iter().position(|value| pattern::fits(one, value)) {
            Some(place) => drop(left.remove(place)),
            None => {
                let happened = format!("none of the {what} is {} (the one at {at}): {}", shown(one), listed(found));
                return Some(Fault { happened, repair: "correct the sink, or what the case expects".to_owned() });
            }
        }
    }
    None
}

fn listed(values: &[Value]) -> String {
    if values.is_empty() {
        return "there are none".to_owned();
    }
    let shown: Vec<String> = values.iter().take(LISTED_MAX).map(shown).collect();
    let more = values.len().saturating_sub(LISTED_MAX);
    if more > 0 { format!("{}, and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// With the outcomes in full: a failure's own words say more than that it was one.
fn told_of(what: &str, misfit: &pattern::Misfit, outcomes: &[&Value]) -> Fault {
    let all: Vec<Value> = outcomes.iter().map(|outcome| (*outcome).clone()).collect();
    let Fault { happened, repair } = told(what, misfit);
    Fault { happened: format!("{happened}; it came to {}", listed(&all)), repair }
}

fn told(what: &str, misfit: &pattern::Misfit) -> Fault {
    let place = format!("{what}{}", misfit.pointer);
    Fault { happened: format!("{place} {}", misfit.what), repair: "correct the sink, or what the case expects".to_owned() }
}
