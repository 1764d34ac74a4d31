//! Other forms of a stored message, cut from its body.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Envelope, RecordSpan,
    entry::{push_member, push_string},
};
use crate::members::Members;

/// The url form: the same message with a `downloadUrl` in place of `result`.
pub fn url_form(envelope: &Envelope, download_url: &str) -> Vec<u8> {
    let head = (envelope.index.result_info_at as usize).min(envelope.body.len());
    let mut body = envelope.body[..head].to_vec();
    // A body of 2023 that tells of a deletion has nothing to cut, and ends with its last member.
    if !body.ends_with(b",") {
        body.push(b',');
    }
    body.extend_from_slice(br#""resultInfo":{"type":"url","downloadUrl":"#);
    push_string(download_url, &mut body);
    body.extend_from_slice(format!(r#","numRecords":{}}}}}"#, envelope.index.records.len()).as_bytes());
    body
}

/// The `result` array of a message, as a download URL serves it; a slice of the body. A body of 2023 has none: it is its own record,
/// and served whole.
pub fn result_array(envelope: &Envelope) -> Bytes {
    let (body, records) = (&envelope.body, &envelope.index.records);
    // The array's bracket stands right before its first record, and `]}` ends the body.
    match records.first() {
        Some(first) if first.start == 0 && first.end as usize == body.len() => body.clone(),
        Some(first) if (1..body.len()).contains(&(first.start as usize)) => body.slice(first.start as usize - 1..body.len() - 1),
        _ => Bytes::from_static(b"[]"),
    }
}

/// The part of an entry that is data.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryData<'a> {
    #[serde(borrow)]
    fields: Members<'a>,
    #[serde(borrow, default)]
    mapped_fields: Members<'a>,
}

/// One record's data: its fields, mapped ones under their mapped names (which win), as one JSON object.
/// A slice of the body, unless there are both kinds.
/// Nothing where the span does not lie on an entry of the body, which only a damaged store can bring about.
pub fn record_data(body: &Bytes, span: &RecordSpan) -> Option<Bytes> {
    let entry = body.get(span.start as usize..span.end as usize)?;
    if let Some(fields) = fields_alone(entry) {
        return Some(body.slice_ref(fields));
    }
    let EntryData { fields: Members(fields), mapped_fields: Members(mapped) } = serde_json::from_slice(entry).ok()?;
    let plain = fields.iter().filter(|(name, _)| !mapped.iter().any(|(other, _)| other == name));
    let mut data = b"{".to_vec();
    for (place, (name, value)) in plain.chain(&mapped).enumerate() {
        if place > 0 {
            data.push(b',');
        }
        push_member(name, &mut data);
        data.extend_from_slice(value.get().as_bytes());
    }
    data.push(b'}');
    Some(data.into())
}

/// The fields of an entry that has no mapped ones, of which more could only stand right behind them. What follows, most of the entry, is
/// not looked at.
fn fields_alone(entry: &[u8]) -> Option<&[u8]> {
    let behind_name = entry.strip_prefix(br#"{"fields":"#)?;
    let mut values = serde_json::Deserializer::from_slice(behind_name).into_iter::<&RawValue>();
    let fields = values.next()?.ok()?.get().as_bytes();
    let behind = behind_name.get(values.byte_offset()..)?;
    let is_alone = fields.starts_with(b"{") && behind.starts_with(b",") && !behind.starts_with(br#","mappedFields":"#);
    is_alone.then_some(fields)
}
