//! Messages for a sink: made as the runtime makes them, of records, or of a whole body that somebody gives.

use ampline_core::message::{BodyIndex, Envelope, Metadata, RecordSpan};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserializer, de::Visitor};
use serde_json::{Value, json, value::RawValue};
use uuid::Uuid;

/// The time at which everything happens.
pub(super) const NOW: Timestamp = Timestamp::constant(1_760_410_739, 0);
/// The name and the id of every destination.
pub(super) const DESTINATION: &str = "under-test";

/// What an envelope says of its message.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) id: Uuid,
    pub(super) group: String,
    pub(super) object: String,
    pub(super) topic: String,
    pub(super) occurred_at: Timestamp,
}

impl Facts {
    /// Those of the message at a place, counted from 0.
    pub(super) fn of(place: u32) -> Self {
        Self {
            id: id(place),
            group: "group-1".to_owned(),
            object: "contacts".to_owned(),
            topic: "read".to_owned(),
            occurred_at: NOW,
        }
    }
}

/// The event id of the message at a place: a UUID of version 8, like the runtime's own.
pub(super) fn id(place: u32) -> Uuid {
    let mut bytes = [0; 16];
    bytes[12..].copy_from_slice(&place.saturating_add(1).to_be_bytes());
    Uuid::new_v8(bytes)
}

/// A record of a message.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: String,
    /// The whole entry of `result`, as JSON text.
    pub(super) entry: String,
    pub(super) deleted: bool,
}

impl Record {
    /// As the runtime writes a record with these fields.
    pub(super) fn of(fields: &Value, deleted: bool) -> Self {
        let entry = if deleted {
            json!({"fields": fields, "raw": fields, "deleted": true})
        } else {
            json!({"fields": fields, "raw": fields})
        };
        Self { id: text(&fields["id"]).unwrap_or_default(), entry: entry.to_string(), deleted }
    }
}

/// A text or a number as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A message of records.
pub(super) fn of_records(facts: &Facts, records: &[Record]) -> Envelope {
    let text = |value: &str| Value::from(value).to_string();
    let (time, id) = (text(&facts.occurred_at.to_string()), text("operation-1"));
    let head = [
        ("action", text(&facts.topic)),
        ("projectId", text("project-1")),
        ("provider", text("hubspot")),
        ("groupRef", text(&facts.group)),
        ("groupName", text(&facts.group)),
        ("consumerRef", text("consumer-1")),
        ("consumerName", text("consumer-1")),
        ("installationId", text("installation-1")),
        ("installationUpdateTime", time.clone()),
        ("objectName", text(&facts.object)),
        ("operationId", id),
        ("operationTime", time),
    ];
    let head = head.map(|(name, value)| (name.to_owned(), value));
    assembled(facts, &head, r#"{"type":"inline","numRecords":"#, records)
}

/// A message that somebody gives whole; its `result` entries are its records.
pub(super) fn of_message(facts: &Facts, message: &[u8], deleted: &[String]) -> Result<Envelope, String> {
    let text = str::from_utf8(message).map_err(|_| "is not UTF-8".to_owned())?;
    let members = members(text)?;
    let result = members.iter().find(|(name, _)| name == "result").map(|(_, value)| value.get());
    let Some(result) = result else { return Ok(of_bytes(facts, message.to_vec())) };
    let entries: Vec<Box<RawValue>> = serde_json::from_str(result).map_err(|_| "has a `result` that is no list".to_owned())?;
    let record = |(at, entry): (usize, &RawValue)| {
        let value: Value = serde_json::from_str(entry.get()).unwrap_or_default();
        let id =
            [&value["fields"]["id"], &value["raw"]["id"], &value["raw"]["Id"], &value["id"]].into_iter().find_map(self::text);
        let id = id.unwrap_or_else(|| at.to_string());
        Record { deleted: deleted.contains(&id), id, entry: entry.get().to_owned() }
    };
    let records: Vec<Record> = entries.iter().map(|entry| &**entry).enumerate().map(record).collect();
    let head: Vec<(String, String)> = members
        .into_iter()
        .filter(|(name, _)| !["result", "resultInfo"].contains(&name.as_str()))
        .map(|(name, value)| (name, value.get().to_owned()))
        .collect();
    Ok(assembled(facts, &head, r#"{"type":"inline","numRecords":"#, &records))
}

/// Any bytes, with no records in them.
pub(super) fn of_bytes(facts: &Facts, body: Vec<u8>) -> Envelope {
    let result_info_at = place(body.len());
    envelope(facts, body, BodyIndex { result_info_at, records: Vec::new() })
}

/// The members of a JSON object in their order.
fn members(text: &str) -> Result<Vec<(String, Box<RawValue>)>, String> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, Box<RawValue>)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(member) = map.next_entry()? {
                members.push(member);
            }
            Ok(members)
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = deserializer.deserialize_map(Members).and_then(|members| deserializer.end().map(|()| members));
    read.map_err(|error| format!("is no JSON object: {error}; give other bytes as `body` or `bodyFile`"))
}

fn assembled(facts: &Facts, head: &[(String, String)], info: &str, records: &[Record]) -> Envelope {
    let mut body = String::from("{");
    for (name, value) in head {
        body += &format!("{}:{value},", Value::from(name.as_str()));
    }
    let result_info_at = place(body.len());
    body += &format!("\"resultInfo\":{info}{}}},\"result\":[", records.len());
    let mut spans = Vec::with_capacity(records.len());
    for (at, record) in records.iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        let start = place(body.len());
        body += &record.entry;
        let modified_at_ms = Some(facts.occurred_at.as_millisecond());
        spans.push(RecordSpan { id: record.id.clone(), start, end: place(body.len()), modified_at_ms, deleted: record.deleted });
    }
    body += "]}";
    envelope(facts, body.into_bytes(), BodyIndex { result_info_at, records: spans })
}

/// Bodies here are made in memory, far below 4 GiB.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn envelope(facts: &Facts, body: Vec<u8>, index: BodyIndex) -> Envelope {
    let metadata = Metadata {
        project_id: "project-1".to_owned(),
        installation_id: "installation-1".to_owned(),
        connection_id: "connection-1".to_owned(),
        destination_id: DESTINATION.to_owned(),
        operation_id: Some("operation-1".to_owned()),
        object_name: facts.object.clone(),
        event_id: facts.id.to_string(),
        timestamp: facts.occurred_at.to_string(),
        topic: facts.topic.clone(),
    };
    Envelope {
        id: facts.id,
        destination: DESTINATION.to_owned(),
        group_ref: facts.group.clone(),
        ordering_key: format!("installation-1/{}", facts.object),
        occurred_at: facts.occurred_at,
        metadata,
        index,
        body: Bytes::from(body),
    }
}

#[cfg(test)]
mod tests {
    use ampline_core::message::{record_data, url_form};

    use super::*;

    /// Oracle: the core's own readers of messages.
    fn check(envelope: &Envelope, ids: &[&str]) {
        let body: Value = serde_json::from_slice(&envelope.body).unwrap();
        assert_eq!(body["resultInfo"], json!({"type": "inline", "numRecords": ids.len()}));
        for (span, id) in envelope.index.records.iter().zip(ids) {
            let data: Value = serde_json::from_slice(&record_data(&envelope.body, span).unwrap()).unwrap();
            assert_eq!((span.id.as_str(), text(&data["id"]).as_deref()), (*id, Some(*id)));
        }
        assert_eq!(envelope.index.records.len(), ids.len());
        let url: Value = serde_json::from_slice(&url_form(envelope, "https://x.example/")).unwrap();
        assert_eq!(url["resultInfo"]["downloadUrl"], json!("https://x.example/"));
    }

    #[test]
    fn messages_are_such_as_the_runtime_makes() {
        let records = [json!({"id": "1", "name": "Ada"}), json!({"id": 2})].map(|fields| Record::of(&fields, false));
        check(&of_records(&Facts::of(0), &records), &["1", "2"]);
        check(&of_records(&Facts::of(0), &[]), &[]);
        let message =
            br#"{"result": [{"fields": {"id": "7"}, "raw": {"id": "7"}}], "action": "read", "resultInfo": {"numRecords": 9}}"#;
        let made = of_message(&Facts::of(3), message, &["7".to_owned()]).unwrap();
        check(&made, &["7"]);
        assert!(made.index.records[0].deleted && made.body.starts_with(br#"{"action":"read","resultInfo""#));
        assert_eq!(made.metadata.event_id, "00000000-0000-8000-8000-000000000004");
        for (bad, reason) in [(&b"[1]"[..], "is no JSON object"), (b"{\"result\": 1}", "no list"), (b"\xff", "not UTF-8")] {
            assert!(of_message(&Facts::of(0), bad, &[]).unwrap_err().contains(reason));
        }
    }
}
