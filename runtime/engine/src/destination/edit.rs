//! A change of a destination: which parts of it have new values (`updateMask`), and the values.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    contract,
    given::{GivenDestination, issue, metadata, name_fault, own_metadata, own_secrets, secret, secrets},
};
use crate::{
    project::{DestinationRecord, Issue},
    secrets::Secret,
    sink::Descriptor,
};

/// Most paths of a mask.
const PATHS_MAX: usize = 100;

/// A change of a destination.
#[derive(Debug)]
pub(crate) struct DestinationEdit {
    paths: Vec<String>,
    values: Map<String, Value>,
}

impl DestinationEdit {
    /// Reads `{"updateMask": […], "destination": {…}}`.
    pub(crate) fn parse(body: Value) -> Result<Self, Vec<Issue>> {
        let Value::Object(mut members) = body else {
            return Err(vec![issue("", "the body is not a JSON object like {\"updateMask\": […], \"destination\": {…}}")]);
        };
        let mut issues = Vec::new();
        let mut paths = Vec::new();
        match members.remove("updateMask") {
            Some(Value::Array(items)) if (1..=PATHS_MAX).contains(&items.len()) => {
                for (index, item) in items.into_iter().enumerate() {
                    match item {
                        Value::String(path) => paths.push(path),
                        _ => issues.push(issue(&format!("updateMask[{index}]"), "is not a text")),
                    }
                }
            }
            _ => issues.push(issue("updateMask", "must be a list of 1 to 100 paths, for example [\"metadata.url\"]")),
        }
        let values = match members.remove("destination") {
            Some(Value::Object(values)) => values,
            _ => {
                issues.push(issue("destination", "must be an object with the new values"));
                Map::new()
            }
        };
        for unknown in members.keys().take(20) {
            let shown: String = unknown.chars().take(60).collect();
            issues.push(issue(&shown, "is not known here; a change has updateMask and destination"));
        }
        if issues.is_empty() { Ok(Self { paths, values }) } else { Err(issues) }
    }

    /// The destination as it would be, or every fault of the change.
    pub(super) fn applied(
        self,
        record: &DestinationRecord,
        held: BTreeMap<String, Secret>,
        descriptor: Option<&Descriptor>,
    ) -> Result<GivenDestination, Vec<Issue>> {
        let mut given =
            GivenDestination { name: record.name.clone(), kind: record.kind.clone(), metadata: record.metadata.clone(), secrets: held };
        let mut issues = Vec::new();
        let Self { paths, values } = self;
        let value = |object: &str, key: &str| values.get(object).and_then(|object| object.get(key)).cloned();
        for (index, path) in paths.iter().enumerate() {
            match path.split_once('.') {
                None if path == "name" => rename(&mut given, values.get("name"), &mut issues),
                None if path == "metadata" => {
                    let new = values.get("metadata").cloned().unwrap_or_default();
                    given.metadata = metadata(new, "destination.metadata", &mut issues).unwrap_or_default();
                }
                None if path == "secrets" => {
                    given.secrets = secrets(values.get("secrets").cloned(), "destination.secrets", &mut issues);
                }
                Some(("metadata", key)) if contract::is_metadata(key, descriptor) => {
                    if let Some(other) = contract::other_spelling(key) {
                        given.metadata.remove(other);
                    }
                    match value("metadata", key).filter(|value| !value.is_null()) {
                        Some(value) => drop(given.metadata.insert(key.to_owned(), value)),
                        None => drop(given.metadata.remove(key)),
                    }
                }
                Some(("secrets", key)) if contract::SECRETS.contains(&key) => {
                    match secret(value("secrets", key).unwrap_or_default()) {
                        Ok(Some(secret)) => drop(given.secrets.insert(key.to_owned(), secret)),
                        Ok(None) => drop(given.secrets.remove(key)),
                        Err(fault) => issues.push(issue(&format!("destination.secrets.{key}"), fault)),
                    }
                }
                _ => issues.push(unknown_path(index, path)),
            }
        }
        given.secrets = own_secrets(&given.kind, given.secrets, "destination.secrets", &mut issues);
        if let Some(descriptor) = descriptor {
            given.metadata = own_metadata(given.metadata, descriptor);
        }
        if issues.is_empty() { Ok(given) } else { Err(issues) }
    }
}

fn rename(given: &mut GivenDestination, value: Option<&Value>, issues: &mut Vec<Issue>) {
    let fault = match value {
        Some(Value::String(name)) => {
            given.name.clone_from(name);
            name_fault(name)
        }
        _ => Some("is missing, and updateMask names it"),
    };
    issues.extend(fault.map(|fault| issue("destination.name", fault)));
}

fn unknown_path(index: usize, path: &str) -> Issue {
    let shown: String = path.chars().take(100).collect();
    let message = match path {
        "type" => "a destination's type stays: make another one".to_owned(),
        _ => format!("{shown:?} is no path of a destination; there are name, metadata, metadata.<key>, secrets and secrets.<key>"),
    };
    Issue { path: format!("updateMask[{index}]"), message }
}
