//! A message to try templates on where there is none yet.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::message::Metadata;

/// A message of the shape that reads deliver, as in the documentation of destinations.
pub const MESSAGE: &str = include_str!("sample.json");

/// The metadata of [`MESSAGE`].
pub fn metadata() -> Metadata {
    let text = str::to_owned;
    Metadata {
        project_id: text("9482e676-4874-43a4-beea-fa8081d13a07"),
        installation_id: text("085353b1-07f1-4209-b471-7e028c0a68c8"),
        connection_id: text("6f9bd1a1-7c25-4b8a-9bb8-7c4e6f0e7a51"),
        destination_id: text("0c9f2f0e-5d0c-4a53-8a4b-6f5a2a0f3c77"),
        operation_id: Some(text("0199e0a8-149d-7ee9-9f50-0514403517f9")),
        object_name: text("contacts"),
        event_id: text("0199e0a8-227b-8000-a3b8-f44519f7ba51"),
        timestamp: text("2025-10-14T02:58:59.323405308Z"),
        topic: text("read"),
    }
}

/// The metadata of [`MESSAGE`] with other members in the places of its own. Where no `operationId` is given, there is none: that of a
/// subscribe event.
///
/// # Errors
/// Names what is no metadata, for a person.
pub fn metadata_with(given: Map<String, Value>) -> Result<Metadata, String> {
    let Ok(Value::Object(mut members)) = serde_json::to_value(metadata()) else {
        return Err("the sample has no JSON form".to_owned());
    };
    if let Some(unknown) = given.keys().find(|name| !members.contains_key(*name)) {
        let known: Vec<&str> = members.keys().map(String::as_str).collect();
        return Err(format!("`{unknown}` is no key of it; it has {}", known.join(", ")));
    }
    if !given.contains_key("operationId") {
        members.remove("operationId");
    }
    members.extend(given);
    serde_json::from_value(Value::Object(members)).map_err(|error| error.to_string())
}

/// When the event of this metadata happened; the time of [`MESSAGE`] where it does not say.
pub fn time_of(metadata: &Metadata) -> Timestamp {
    metadata.timestamp.parse().unwrap_or_else(|_| time())
}

/// The time of [`MESSAGE`]: 2025-10-14T02:58:59.323405308Z.
pub fn time() -> Timestamp {
    Timestamp::constant(1_760_410_739, 323_405_308)
}
