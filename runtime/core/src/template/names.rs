//! The names that templates may use, and what somebody probably meant who used another.

use crate::manifest::closest;

/// The namespaces.
pub(super) const NAMESPACES: [&str; 3] = ["metadata", "time", "data"];

/// Keys of `metadata`.
pub(super) const METADATA: [&str; 9] =
    ["projectId", "installationId", "connectionId", "destinationId", OPERATION_ID, "objectName", EVENT_ID, "timestamp", "topic"];

/// The one key that is different for every message.
pub(super) const EVENT_ID: &str = "event-id";

/// The one key that can be null.
pub(super) const OPERATION_ID: &str = "operationId";

/// Keys of `time`.
pub(super) const TIME: [&str; 11] =
    ["year", "month", "day", "hour", "minute", "second", "date", "datetime", "unix", "rfc3339", "rfc3339_nano"];

/// What messages have at their top that `metadata` has not, for people who left out `data.`.
const MESSAGE: [&str; 14] = [
    "action",
    "provider",
    "workspace",
    "groupRef",
    "groupName",
    "consumerRef",
    "consumerName",
    "installationUpdateTime",
    "rawObjectName",
    "operationTime",
    "readType",
    "resultInfo",
    "result",
    "notificationType",
];

/// A name as an expression has to write it.
pub(super) fn quoted(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|char| char.is_ascii_alphanumeric() || char == '_');
    if plain { name.to_owned() } else { serde_json::Value::from(name).to_string() }
}

/// The candidate that is meant: the same but for case and dashes, or nearly the same.
pub(super) fn meant<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let fold = |name: &str| name.replace(['-', '_'], "").to_lowercase();
    let folded = fold(name);
    candidates.iter().find(|candidate| fold(candidate) == folded).copied().or_else(|| closest(name, candidates.iter().copied()))
}

/// What to write instead of a name that is no namespace.
pub(super) fn instead_of_namespace(name: &str) -> Option<String> {
    let within = |namespace: &str, names: &[&str]| meant(name, names).map(|name| format!("{namespace}.{}", quoted(name)));
    let exact = |namespace: &str, names: &[&str]| names.contains(&name).then(|| format!("{namespace}.{}", quoted(name)));
    exact("metadata", &METADATA)
        .or_else(|| exact("time", &TIME))
        .or_else(|| exact("data", &MESSAGE))
        .or_else(|| meant(name, &NAMESPACES).map(str::to_owned))
        .or_else(|| "metadata".starts_with(name).then(|| "metadata".to_owned()).filter(|_| name.len() >= 3))
        .or_else(|| within("metadata", &METADATA))
        .or_else(|| within("time", &TIME))
        .or_else(|| within("data", &MESSAGE))
}

/// Names one after the other, for a sentence.
pub(super) fn list(names: &[&str]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
