//! A destination as a client asks for it: every fault of the request at once, and no value of a secret in any of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::contract;
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
}

/// What could be read of a request, with every fault of it.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) name: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) metadata: Option<Map<String, Value>>,
    pub(super) secrets: BTreeMap<String, Secret>,
    pub(super) issues: Vec<Issue>,
}

impl Read {
    /// Reads a request's body.
    pub(super) fn body(body: Value) -> Self {
        let mut read = Self { name: None, kind: None, metadata: None, secrets: BTreeMap::new(), issues: Vec::new() };
        let Value::Object(mut members) = body else {
            read.issues.push(issue("", "the body is not a JSON object like {\"name\": …, \"type\": …, \"metadata\": {…}}"));
            return read;
        };
        read.name = read.text(members.remove("name"), "name");
        if let Some(fault) = read.name.as_deref().and_then(name_fault) {
            read.issues.push(issue("name", fault));
        }
        read.kind = read.text(members.remove("type"), "type");
        read.metadata = match members.remove("metadata") {
            None | Some(Value::Null) => {
                read.issues.push(issue("metadata", "is missing: it holds the configuration, for example {\"url\": \"https://…\"}"));
                None
            }
            Some(value) => metadata(value, "metadata", &mut read.issues),
        };
        read.secrets = secrets(members.remove("secrets"), "secrets", &mut read.issues);
        for unknown in members.keys().take(20) {
            let shown: String = unknown.chars().take(60).collect();
            read.issues.push(issue(&shown, "is not known here; a destination has name, type, metadata and secrets"));
        }
        read
    }

    fn text(&mut self, value: Option<Value>, path: &str) -> Option<String> {
        match value {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            None | Some(Value::Null) => {
                self.issues.push(issue(path, "is missing"));
                None
            }
            Some(_) => {
                self.issues.push(issue(path, "is not a text with something in it"));
                None
            }
        }
    }
}

/// `metadata`, if it is an object of a sane size.
pub(super) fn metadata(value: Value, path: &str, issues: &mut Vec<Issue>) -> Option<Map<String, Value>> {
    if value.to_string().len() > METADATA_BYTES_MAX {
        issues.push(issue(path, &format!("has more than {METADATA_BYTES_MAX} bytes")));
        return None;
    }
    let Value::Object(members) = value else {
        issues.push(issue(path, "is not an object"));
        return None;
    };
    // What is there and says nothing is not there.
    Some(members.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

/// `secrets`, each checked for what any secret must be.
pub(super) fn secrets(value: Option<Value>, path: &str, issues: &mut Vec<Issue>) -> BTreeMap<String, Secret> {
    let members = match value {
        None | Some(Value::Null) => return BTreeMap::new(),
        Some(Value::Object(members)) => members,
        Some(_) => {
            issues.push(issue(path, "is not an object of texts"));
            return BTreeMap::new();
        }
    };
    let mut read = BTreeMap::new();
    for (name, value) in members {
        match secret(value) {
            Ok(Some(secret)) => drop(read.insert(name, secret)),
            Ok(None) => {}
            Err(fault) => issues.push(issue(&format!("{path}.{}", name.chars().take(60).collect::<String>()), fault)),
        }
    }
    read
}

/// One secret; nothing where nothing is given.
pub(super) fn secret(value: Value) -> Result<Option<Secret>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Err("is empty: give it a value, or leave it out"),
        Value::String(text) if text.len() > SECRET_BYTES_MAX => Err("has more than 16 KiB"),
        Value::String(text) => Ok(Some(Secret::new(text))),
        _ => Err("is not a text"),
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

/// Whether the sink that serves a type is there.
pub(super) fn known_kind(kind: Option<&str>, descriptor: bool, kinds: &[String], issues: &mut Vec<Issue>) {
    if let Some(kind) = kind.filter(|_| !descriptor) {
        issues.push(contract::unknown_kind("type", kind, kinds));
    }
}

/// The configuration without what belongs to other types.
pub(super) fn own_metadata(given: Map<String, Value>, descriptor: &Descriptor) -> Map<String, Value> {
    contract::relevant(given, descriptor)
}

pub(super) fn issue(path: &str, message: &str) -> Issue {
    Issue { path: path.to_owned(), message: message.to_owned() }
}
