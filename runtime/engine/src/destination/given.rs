//! A destination as a client asks for it: every fault of the request at once, and no value of a secret in any of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{DeliverySettings, Held, contract, grants::Checked};
use crate::{
    project::Issue,
    secrets::Secret,
    settings::{credential_names, credentials_fault},
    sink::Descriptor,
};

/// Longest name.
const NAME_CHARS_MAX: usize = 128;
/// Longest value of a secret.
const SECRET_BYTES_MAX: usize = 16 << 10;
/// Largest `metadata`, as JSON.
const METADATA_BYTES_MAX: usize = 64 << 10;

/// A destination as a client asks for it.
#[derive(Debug, Clone)]
pub(crate) struct GivenDestination {
    /// What manifests call it.
    pub(crate) name: String,
    /// The sink that is to serve it.
    pub(crate) kind: String,
    /// The sink's configuration.
    pub(crate) metadata: Map<String, Value>,
    /// Credentials by name.
    pub(crate) secrets: BTreeMap<String, Secret>,
    /// What its sink may do, with the values of named credentials.
    pub(crate) grants: Checked,
    /// At which pace.
    pub(crate) delivery: DeliverySettings,
}

impl GivenDestination {
    /// All that is to be kept encrypted.
    pub(crate) fn held(&self) -> Held {
        Held { secrets: self.secrets.clone(), values: self.grants.values.clone() }
    }
}

/// A configuration without what is there and says nothing; one of an insane size is a fault.
pub(super) fn sized(metadata: Map<String, Value>, path: &str, issues: &mut Vec<Issue>) -> Map<String, Value> {
    let metadata: Map<String, Value> = metadata.into_iter().filter(|(_, value)| !value.is_null()).collect();
    if Value::Object(metadata.clone()).to_string().len() > METADATA_BYTES_MAX {
        issues.push(issue(path, "has more than 64 KiB"));
    }
    metadata
}

/// Why a text can be no secret.
pub(super) fn secret_fault(secret: &Secret) -> Option<&'static str> {
    match secret.reveal() {
        text if text.trim().is_empty() => Some("is empty: give it a value, or leave it out"),
        text if text.len() > SECRET_BYTES_MAX => Some("has more than 16 KiB"),
        _ => None,
    }
}

/// The secrets that this type of destination has; those of other types are dropped.
pub(super) fn own_secrets(
    kind: &str,
    given: BTreeMap<String, Secret>,
    path: &str,
    issues: &mut Vec<Issue>,
) -> BTreeMap<String, Secret> {
    let own = credential_names(kind);
    for (name, secret) in &given {
        let fault =
            secret_fault(secret).map(|fault| issue(&format!("{path}.{}", name.chars().take(60).collect::<String>()), fault));
        issues.extend(fault);
    }
    for name in given.keys().filter(|name| !own.contains(&name.as_str()) && !contract::SECRETS.contains(&name.as_str())) {
        let shown: String = name.chars().take(60).collect();
        let names = if own.is_empty() { "none".to_owned() } else { own.join(", ") };
        let message = format!("nothing is called so; a destination of type {kind:?} has: {names}");
        issues.push(Issue { path: format!("{path}.{shown}"), message });
    }
    let kept: BTreeMap<String, Secret> = given.into_iter().filter(|(name, _)| own.contains(&name.as_str())).collect();
    if let Some(fault) = credentials_fault(|name| kept.contains_key(name)) {
        issues.push(issue(path, fault));
    }
    kept
}

/// Why a name cannot be had.
pub(super) fn name_fault(name: &str) -> Option<&'static str> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !plain || name.is_empty() || name.len() > NAME_CHARS_MAX {
        return Some("must be 1 to 128 letters, digits and dashes");
    }
    uuid::Uuid::try_parse(name).is_ok().then_some("looks like an id: choose a name that does not")
}

/// The configuration without what belongs to other types.
pub(super) fn own_metadata(given: Map<String, Value>, descriptor: &Descriptor) -> Map<String, Value> {
    contract::relevant(given, descriptor)
}

pub(super) fn issue(path: &str, message: &str) -> Issue {
    Issue { path: path.to_owned(), message: message.to_owned() }
}
