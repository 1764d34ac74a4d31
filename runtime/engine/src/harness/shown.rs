//! Calls, answers and outcomes as JSON: what case files are compared with, and what snapshots and cassettes hold.

use std::{io::Read, time::Duration};

use ampline_core::outcome::{Failure, FailureClass, Outcome};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    sink::seam::{Answer, Call, Parameter, Statement, What},
    store::Change,
};

/// Most bytes that are unpacked of a body in gzip.
const UNPACKED_BYTES_MAX: u64 = 32 << 20;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A call as case files write it.
pub(super) fn call(call: &Call) -> Value {
    let (name, what) = match &call.what {
        What::Http(request) => {
            let headers: Map<String, Value> =
                request.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
            let mut members =
                json!({"method": request.method, "url": request.url, "headers": headers, "body": body(&request.body)});
            put(&mut members, "credential", request.credential.as_deref());
            put(&mut members, "webhookId", request.webhook_id.as_deref());
            put(&mut members, "timeoutMs", request.timeout.map(ms));
            ("http", members)
        }
        What::Put(object) => {
            let metadata: Map<String, Value> =
                object.metadata.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
            let mut members = json!({
                "key": object.key, "body": body(&object.body), "contentType": object.content_type, "metadata": metadata,
            });
            put(&mut members, "storageClass", object.storage_class.as_deref());
            ("put", members)
        }
        What::PutRecord { partition_key, data } => ("putRecord", json!({"partitionKey": partition_key, "data": body(data)})),
        What::Transact(statements) => ("transact", json!({"statements": statements.iter().map(statement).collect::<Vec<_>>()})),
        What::Apply(changes) => ("apply", json!({"changes": changes.iter().map(change).collect::<Vec<_>>()})),
        What::Probe(interface) => ("probe", json!(interface)),
    };
    json!({name: what, "envelopes": call.envelopes})
}

fn put(members: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        members[name] = value.into();
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn statement(statement: &Statement) -> Value {
    let parameters: Vec<Value> = statement.parameters.iter().map(parameter).collect();
    json!({"text": statement.text, "parameters": parameters, "intent": statement.intent})
}

fn parameter(parameter: &Parameter) -> Value {
    match parameter {
        Parameter::Text(text) => json!(text),
        Parameter::Integer(number) => json!(number),
        Parameter::Texts(texts) => json!(texts),
        Parameter::Integers(numbers) => json!(numbers),
        Parameter::Documents(documents) => {
            documents.iter().map(|document| document.as_ref().map_or(Value::Null, |document| body(document))).collect()
        }
    }
}

fn change(change: &Change) -> Value {
    let document = change.document.as_ref().map_or(Value::Null, |document| body(document));
    json!({
        "endpoint": change.endpoint, "group": change.group, "item": change.item, "modifiedAt": change.modified_at_ms,
        "occurredAt": change.occurred_at_ms, "document": document,
    })
}

/// A body by what it is; one in gzip is unpacked.
pub(super) fn body(bytes: &[u8]) -> Value {
    match unpacked(bytes) {
        Some(unpacked) => {
            let mut shown = plain(&unpacked);
            shown["encoding"] = json!("gzip");
            shown
        }
        None => plain(bytes),
    }
}

/// The bytes that a body in gzip holds; nothing where it is none.
pub(super) fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let packed = bytes.starts_with(&GZIP).then_some(bytes)?;
    let mut unpacked = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(packed).take(UNPACKED_BYTES_MAX).read_to_end(&mut unpacked);
    read.is_ok().then_some(unpacked)
}

fn plain(bytes: &[u8]) -> Value {
    let Ok(text) = str::from_utf8(bytes) else { return json!({"base64": BASE64_STANDARD.encode(bytes)}) };
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return json!({"json": value});
    }
    let lines: Option<Vec<Value>> = text.lines().map(|line| serde_json::from_str(line).ok()).collect();
    match lines {
        Some(lines) if lines.len() > 1 => json!({"lines": lines}),
        _ => json!({"text": text}),
    }
}

/// The bytes of a body as case files write it.
pub(super) fn bytes_of(body: &Value) -> Result<Vec<u8>, String> {
    let members = body.as_object().filter(|members| members.len() == 1);
    match members.and_then(|members| members.iter().next()) {
        Some((name, value)) if name == "json" => Ok(value.to_string().into_bytes()),
        Some((name, Value::String(text))) if name == "text" => Ok(text.clone().into_bytes()),
        Some((name, Value::String(text))) if name == "base64" => {
            BASE64_STANDARD.decode(text).map_err(|error| format!("is not base64: {error}"))
        }
        _ => Err("is no body: write {json: value}, {text: text} or {base64: text}".to_owned()),
    }
}

/// An answer as cassettes keep it.
pub(super) fn answer(answer: &Result<Answer, Failure>) -> Value {
    match answer {
        Err(told) => json!({"failure": failure(told)}),
        Ok(Answer::Http { status, headers, body: bytes, truncated }) => {
            let headers: Map<String, Value> = headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
            let text = match str::from_utf8(bytes) {
                Ok(text) => json!({"text": text}),
                Err(_) => json!({"base64": BASE64_STANDARD.encode(bytes)}),
            };
            json!({"http": {"status": status, "headers": headers, "body": text, "truncated": truncated}})
        }
        Ok(Answer::Stored(etag)) => json!({"etag": etag}),
        Ok(Answer::Placed { shard, sequence_number }) => json!({"placed": {"shard": shard, "sequenceNumber": sequence_number}}),
        Ok(Answer::Rows(rows)) => json!({"rows": rows}),
        Ok(Answer::Done) => json!({"done": true}),
    }
}

fn failure(failure: &Failure) -> Value {
    let mut members = json!({
        "class": class(failure.class), "code": failure.code, "message": failure.message, "maybeApplied": failure.maybe_applied,
    });
    put(&mut members, "retryAfterMs", failure.retry_after.map(ms));
    members
}

/// An outcome as case files write it in full.
pub(super) fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Delivered(note) => json!({"delivered": note}),
        Outcome::Failed(told) => json!({"failed": failure(told)}),
    }
}

/// What opening came to.
pub(super) fn refusal(told: &Failure) -> Value {
    json!({"failed": failure(told)})
}

/// The class by its name.
pub(super) fn class(class: FailureClass) -> &'static str {
    super::fault::Allowed::Class(class).name()
}

/// An outcome in a few words.
pub(super) fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered(None) => "delivered".to_owned(),
        Outcome::Delivered(Some(note)) => format!("delivered ({note})"),
        Outcome::Failed(failure) => failed(failure),
    }
}

/// A failure in a few words.
pub(super) fn failed(failure: &Failure) -> String {
    format!("{} {}: {}", class(failure.class), failure.code, failure.message)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn bodies_are_shown_by_what_they_are() {
        for (bytes, expected) in [
            (&b"{\"a\": 1}"[..], json!({"json": {"a": 1}})),
            (b"{\"a\": 1}\n{\"a\": 2}\n", json!({"lines": [{"a": 1}, {"a": 2}]})),
            (b"hello\nworld", json!({"text": "hello\nworld"})),
            (b"", json!({"text": ""})),
            (b"\xff\xfe", json!({"base64": "//4="})),
            (b"\x1f\x8bnot really", json!({"base64": "H4tub3QgcmVhbGx5"})),
        ] {
            assert_eq!(body(bytes), expected);
        }
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(b"1\n2\n").unwrap();
        assert_eq!(body(&packer.finish().unwrap()), json!({"lines": [1, 2], "encoding": "gzip"}));
    }
}
