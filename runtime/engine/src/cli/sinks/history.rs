//! `ampline sink history`.

use serde_json::Value;

use super::{super::table, cell};

/// What became of a sink, latest first.
pub(super) fn text(events: &Value) -> String {
    let row = |event: &Value| {
        let digest = cell(&event["digest"]).chars().take(12).collect();
        let mut notes: Vec<String> = Vec::new();
        notes.extend(changes(event));
        notes.extend(event["signedBy"].as_str().map(|name| format!("signed by {name}")));
        // A line of the table is one line.
        notes.extend(event["reason"].as_str().map(|reason| reason.replace('\n', " ")));
        [cell(&event["time"]), cell(&event["action"]), cell(&event["version"]), digest, cell(&event["actor"]), notes.join("; ")]
    };
    let rows: Vec<[String; 6]> = events.as_array().into_iter().flatten().map(row).collect();
    table::text(["time", "what", "version", "digest", "by", "notes"], &rows, "nothing became of it")
}

/// What the version may ask for that the one before could not, and the other way round.
fn changes(event: &Value) -> Option<String> {
    let names = |key: &str, sign: &str| -> Vec<String> {
        event[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(|name| format!("{sign}{name}")).collect()
    };
    let changed = [names("importsAdded", "+"), names("importsRemoved", "-")].concat();
    (!changed.is_empty()).then(|| format!("may ask for {}", changed.join(" ")))
}
