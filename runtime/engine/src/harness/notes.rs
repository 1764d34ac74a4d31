//! `cases/sink.yaml`: what an author tells of a sink as a whole.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    fault::{Allowed, named},
    given::{FileFault, Given},
    pattern,
    script::{Rule, reply, unknown_fault},
};
use crate::destination::grants::{DestinationGrants, HostPattern};

/// A check that may fail, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Exception {
    pub(super) check: String,
    pub(super) reason: String,
}

/// A fault that means something else to a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) fault: String,
    pub(super) allow: Vec<Allowed>,
}

/// What an author tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    pub(super) config: Option<Value>,
    pub(super) imports: Option<Vec<String>>,
    pub(super) rules: Vec<Rule>,
    pub(super) readings: Vec<Reading>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) grants: DestinationGrants,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Told {
    config: Option<Value>,
    imports: Option<Vec<String>>,
    #[serde(default)]
    answers: Vec<Map<String, Value>>,
    #[serde(default)]
    faults: Vec<ToldReading>,
    #[serde(default)]
    exceptions: Vec<Exception>,
    grants: Option<DestinationGrants>,
}

/// A reading as files write it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ToldReading {
    pub(super) fault: String,
    pub(super) allow: Vec<String>,
    pub(super) reason: String,
}

impl Notes {
    /// What is told where nobody tells anything: every host may be reached.
    pub(super) fn none() -> Self {
        Self { grants: DestinationGrants { hosts: vec![HostPattern::Any], ..DestinationGrants::default() }, ..Self::default() }
    }

    pub(super) fn read(given: &Given, known: impl Fn(&str) -> bool) -> Result<Self, Vec<FileFault>> {
        if given.value().is_null() {
            return Ok(Self::none());
        }
        let told: Told = given.parsed().map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let rules = rules(given, "/answers", &told.answers, &mut faults);
        let mut readings = Vec::new();
        for (at, one) in told.faults.iter().enumerate() {
            readings.extend(reading(given, &format!("/faults/{at}"), one, &mut faults));
        }
        for (at, one) in told.exceptions.iter().enumerate() {
            if !known(&one.check) {
                let message = format!("there is no check {:?}; `ampline sink test --list` names them", one.check);
                faults.push(given.fault(&format!("/exceptions/{at}/check"), message));
            }
            if one.reason.trim().is_empty() {
                faults.push(given.fault(&format!("/exceptions/{at}/reason"), "needs a reason for people to read"));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let grants = told.grants.unwrap_or(Self::none().grants);
        let (config, imports, exceptions) = (told.config, told.imports, told.exceptions);
        Ok(Self { config, imports, rules, readings, exceptions, grants })
    }
}

/// A reading, where it is one.
pub(super) fn reading(given: &Given, at: &str, told: &ToldReading, faults: &mut Vec<FileFault>) -> Option<Reading> {
    if named(&told.fault).is_none() {
        faults.push(given.fault(&format!("{at}/fault"), unknown_fault(&told.fault)));
        return None;
    }
    if told.reason.trim().is_empty() {
        faults.push(given.fault(&format!("{at}/reason"), "needs a reason for people to read"));
    }
    let mut allow = Vec::new();
    for (place, name) in told.allow.iter().enumerate() {
        match Allowed::named(name) {
            Some(one) => allow.push(one),
            None => {
                let message = format!("{name:?} is none of delivered, transient, throttled, rejected and blocked");
                faults.push(given.fault(&format!("{at}/allow/{place}"), message));
            }
        }
    }
    Some(Reading { fault: told.fault.clone(), allow })
}

/// The answers of a file, with every fault of theirs.
pub(super) fn rules(given: &Given, at: &str, answers: &[Map<String, Value>], faults: &mut Vec<FileFault>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (place, answer) in answers.iter().enumerate() {
        let here = format!("{at}/{place}");
        let pattern = answer.get("for").cloned();
        for (inner, message) in pattern.iter().flat_map(pattern::faults) {
            faults.push(given.fault(&format!("{here}/for{inner}"), message));
        }
        let left = answer.get("times").map(|times| times.as_u64().and_then(|times| u32::try_from(times).ok()));
        if left == Some(None) {
            faults.push(given.fault(&format!("{here}/times"), "should be a number of calls"));
        }
        match reply(answer) {
            Ok(reply) => rules.push(Rule { pattern, left: left.flatten(), reply }),
            Err((inner, message)) => faults.push(given.fault(&format!("{here}{inner}"), format!("this answer {message}"))),
        }
    }
    rules
}
