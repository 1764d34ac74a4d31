//! A change of a destination: which parts of it have new values (`updateMask`), and the values.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    contract,
    given::{GivenDestination, issue, name_fault, own_metadata, own_secrets, sized},
};
use crate::{
    project::{DestinationRecord, Issue},
    secrets::Secret,
    sink::Descriptor,
};

/// A change of a destination.
#[derive(Debug, Default)]
pub(crate) struct DestinationEdit {
    /// Which values count.
    pub(crate) paths: Vec<String>,
    /// The new name.
    pub(crate) name: Option<String>,
    /// New values of the configuration.
    pub(crate) metadata: Map<String, Value>,
    /// New values of secrets.
    pub(crate) secrets: BTreeMap<String, Secret>,
}

impl DestinationEdit {
    /// The destination as it would be, or every fault of the change.
    pub(super) fn applied(
        self,
        record: &DestinationRecord,
        held: BTreeMap<String, Secret>,
        descriptor: Option<&Descriptor>,
    ) -> Result<GivenDestination, Vec<Issue>> {
        let mut given = GivenDestination {
            name: record.name.clone(),
            kind: record.kind.clone(),
            metadata: record.metadata.clone(),
            secrets: held,
        };
        let mut issues = Vec::new();
        let Self { paths, name, mut metadata, mut secrets } = self;
        for (index, path) in paths.iter().enumerate() {
            match path.split_once('.') {
                None if path == "name" => rename(&mut given, name.as_deref(), &mut issues),
                None if path == "metadata" => given.metadata = metadata.clone(),
                None if path == "secrets" => given.secrets = secrets.clone(),
                Some(("metadata", key)) if contract::is_metadata(key, descriptor) => {
                    if let Some(other) = contract::other_spelling(key) {
                        given.metadata.remove(other);
                    }
                    match metadata.remove(key).filter(|value| !value.is_null()) {
                        Some(value) => drop(given.metadata.insert(key.to_owned(), value)),
                        None => drop(given.metadata.remove(key)),
                    }
                }
                Some(("secrets", key)) if contract::SECRETS.contains(&key) => match secrets.remove(key) {
                    Some(secret) => drop(given.secrets.insert(key.to_owned(), secret)),
                    None => drop(given.secrets.remove(key)),
                },
                _ => issues.push(unknown_path(index, path)),
            }
        }
        given.metadata = sized(given.metadata, "destination.metadata", &mut issues);
        given.secrets = own_secrets(&given.kind, given.secrets, "destination.secrets", &mut issues);
        if let Some(descriptor) = descriptor {
            given.metadata = own_metadata(given.metadata, descriptor);
        }
        if issues.is_empty() { Ok(given) } else { Err(issues) }
    }
}

fn rename(given: &mut GivenDestination, name: Option<&str>, issues: &mut Vec<Issue>) {
    let fault = match name {
        Some(name) => {
            name.clone_into(&mut given.name);
            name_fault(name)
        }
        None => Some("is missing, and updateMask names it"),
    };
    issues.extend(fault.map(|fault| issue("destination.name", fault)));
}

fn unknown_path(index: usize, path: &str) -> Issue {
    let shown: String = path.chars().take(100).collect();
    let message = match path {
        "type" => "a destination's type stays: make another one".to_owned(),
        _ => {
            format!("{shown:?} is no path of a destination; there are name, metadata, metadata.<key>, secrets and secrets.<key>")
        }
    };
    Issue { path: format!("updateMask[{index}]"), message }
}
