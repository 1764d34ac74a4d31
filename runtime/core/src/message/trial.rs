//! A message that somebody sends to see whether a destination works: made like all others, of nothing that was read.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    BodyIndex, Envelope, Metadata, RecordSpan,
    entry::{push_member, push_string},
};

/// What stands where a message names an object, an installation or a customer.
const NOBODY: &str = "test";

/// Where a trial goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial<'a> {
    /// The project.
    pub project_id: &'a str,
    /// Name of the destination.
    pub destination: &'a str,
    /// Its id.
    pub destination_id: &'a str,
    /// Whether the message carries a record. Where a destination mirrors records, one would stay there.
    pub with_record: bool,
    /// The event id.
    pub id: Uuid,
    /// When it is sent.
    pub time: Timestamp,
}

/// The message: `action` is `test`, and no member that a message of a read has is missing.
pub fn trial(trial: &Trial<'_>) -> Envelope {
    let (id, time) = (trial.id.to_string(), trial.time.to_string());
    let mut body = b"{".to_vec();
    for (name, value) in [
        ("action", NOBODY),
        ("projectId", trial.project_id),
        ("provider", NOBODY),
        ("groupRef", NOBODY),
        ("groupName", NOBODY),
        ("consumerRef", NOBODY),
        ("consumerName", NOBODY),
        ("installationId", NOBODY),
        ("installationUpdateTime", &time),
        ("objectName", NOBODY),
        ("operationId", &id),
        ("operationTime", &time),
    ] {
        push_member(name, &mut body);
        push_string(value, &mut body);
        body.push(b',');
    }
    let result_info_at = super::build::offset(body.len());
    let records = u8::from(trial.with_record);
    body.extend_from_slice(format!("\"resultInfo\":{{\"type\":\"inline\",\"numRecords\":{records}}},\"result\":[").as_bytes());
    let mut spans = Vec::new();
    if trial.with_record {
        let start = super::build::offset(body.len());
        body.extend_from_slice(
            br#"{"fields":{"id":"test","message":"this destination works"},"mappedFields":{},"raw":{"id":"test"}}"#,
        );
        let end = super::build::offset(body.len());
        spans.push(RecordSpan { id: NOBODY.to_owned(), start, end, modified_at_ms: None, deleted: false });
    }
    body.extend_from_slice(b"]}");
    Envelope {
        id: trial.id,
        destination: trial.destination.to_owned(),
        group_ref: NOBODY.to_owned(),
        ordering_key: format!("{NOBODY}/{id}"),
        occurred_at: trial.time,
        metadata: Metadata {
            project_id: trial.project_id.to_owned(),
            installation_id: NOBODY.to_owned(),
            connection_id: NOBODY.to_owned(),
            destination_id: trial.destination_id.to_owned(),
            operation_id: Some(id.clone()),
            object_name: NOBODY.to_owned(),
            event_id: id,
            timestamp: time,
            topic: NOBODY.to_owned(),
        },
        index: BodyIndex { result_info_at, records: spans },
        body: body.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::message::{record_data, result_array, url_form};

    #[test]
    fn a_trial_is_a_message_in_all_its_forms() {
        for with_record in [true, false] {
            let (id, time) = (Uuid::from_u128(7), Timestamp::UNIX_EPOCH);
            let trial = trial(&Trial { project_id: "p\"", destination: "hook", destination_id: "d", with_record, id, time });
            let body: Value = serde_json::from_slice(&trial.body).unwrap();
            assert_eq!((&body["action"], &body["projectId"]), (&json!("test"), &json!("p\"")));
            let records = body["result"].as_array().unwrap().len();
            assert_eq!(body["resultInfo"], json!({ "type": "inline", "numRecords": records }));
            assert_eq!((records, trial.index.records.len()), (usize::from(with_record), usize::from(with_record)));
            let result: Value = serde_json::from_slice(&result_array(&trial)).unwrap();
            assert_eq!(result, body["result"]);
            let url: Value = serde_json::from_slice(&url_form(&trial, "https://example.com/d")).unwrap();
            assert_eq!(url["objectName"], "test");
            for span in &trial.index.records {
                assert!(record_data(&trial.body, span).is_some());
            }
        }
    }
}
