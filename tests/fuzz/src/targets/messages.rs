//! What holds for every message, whatever it was made of. The oracle is serde_json as an independent reader.

use std::{collections::HashSet, fmt};

use ampline_core::{
    cursor::ReadType,
    message::{Envelope, MESSAGE_BYTES_MAX, OperationInfo, build, record_data, result_array, url_form},
    plan::ReadPlan,
    provider::Record,
};
use serde::{
    Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::stage::NOW;

/// Messages of a page carry its records, all of them, in their order and untouched.
pub(super) fn judge(plan: &ReadPlan, records: &[Record]) -> Vec<Envelope> {
    let operation = OperationInfo { id: Uuid::from_u128(7), time: NOW, read_type: ReadType::Scheduled, page: 3 };
    let envelopes = build(plan, &operation, records);
    assert_eq!(build(plan, &operation, records), envelopes, "the same page makes the same messages");
    let spans: Vec<_> = envelopes.iter().flat_map(|envelope| &envelope.index.records).collect();
    assert_eq!(spans.len(), records.len());
    for (span, record) in spans.iter().zip(records) {
        assert_eq!((span.id.as_str(), span.deleted), (record.id.as_str(), record.deleted));
    }
    let mut left = records.iter();
    for envelope in &envelopes {
        for entry in judge_envelope(envelope) {
            let record = left.next().expect("as many entries as records");
            let raw = member(&entry, "raw").expect("an entry has its record's text");
            assert_eq!(raw.get().as_bytes(), record.raw.trim_ascii(), "untouched");
        }
    }
    judge_ids(&envelopes);
    envelopes
}

/// No two messages of one making have the same id.
pub(super) fn judge_ids(envelopes: &[Envelope]) {
    let ids: HashSet<Uuid> = envelopes.iter().map(|envelope| envelope.id).collect();
    assert_eq!(ids.len(), envelopes.len());
}

/// Every form of a message is JSON, and its index lies on its entries, which come back.
pub(super) fn judge_envelope(envelope: &Envelope) -> Vec<Box<RawValue>> {
    let (body, spans) = (&envelope.body, &envelope.index.records);
    assert!(body.len() <= MESSAGE_BYTES_MAX || spans.len() == 1, "{} bytes", body.len());
    let whole = raw(body);
    let entries: Vec<Box<RawValue>> = match member(&whole, "result") {
        Some(result) => serde_json::from_str(result.get()).expect("a list"),
        // A body of 2023 is its own record.
        None => vec![whole.to_owned()],
    };
    assert_eq!(entries.len(), spans.len());
    for (entry, span) in entries.iter().zip(spans) {
        assert_eq!(entry.get().as_bytes(), &body[span.start as usize..span.end as usize], "the index lies on the entries");
        if let Some(data) = record_data(body, span) {
            raw(&data);
        }
    }
    raw(&result_array(envelope));
    let url = url_form(envelope, "https://example.com/d?a=\"1\"");
    if envelope.index.result_info_at > 0 {
        assert!(member(&raw(&url), "resultInfo").is_some());
    }
    entries
}

/// JSON text, of any depth.
pub(super) fn raw(json: &[u8]) -> Box<RawValue> {
    serde_json::from_slice(json).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(json)))
}

/// The first member of this name.
pub(super) fn member<'a>(object: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    members(object).into_iter().find_map(|(key, value)| (key == name).then_some(value))
}

/// The members of an object in their order, also those that come twice; none where it is something else.
pub(super) fn members(object: &RawValue) -> Vec<(String, &RawValue)> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, &'de RawValue)>;
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            std::iter::from_fn(|| map.next_entry().transpose()).collect()
        }
    }
    serde_json::Deserializer::from_str(object.get()).deserialize_map(Members).unwrap_or_default()
}
