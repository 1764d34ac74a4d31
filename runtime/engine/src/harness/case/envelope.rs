//! The envelopes that a case gives.

use ampline_core::message::Envelope;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{
    envelopes::{Facts, Record, of_bytes, of_message, of_records, text},
    given::{FileFault, Given, bytes},
};

/// Most envelopes of a case, repeated ones counted.
const ENVELOPES_MAX: u32 = 10_000;

/// An envelope as files write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Told {
    records: Option<Vec<Value>>,
    message: Option<Value>,
    message_file: Option<String>,
    body: Option<String>,
    body_file: Option<String>,
    #[serde(default)]
    deleted: Vec<String>,
    id: Option<Uuid>,
    group: Option<String>,
    object: Option<String>,
    topic: Option<String>,
    attempt: Option<u32>,
    occurred_at: Option<Timestamp>,
    repeat: Option<u32>,
}

/// The envelopes of one list; `from` is the place of the first among all of the case.
pub(super) fn made(given: &Given, at: &str, told: &[Told], from: u32) -> Result<Vec<(Envelope, u32)>, FileFault> {
    let mut envelopes = Vec::new();
    for (index, one) in told.iter().enumerate() {
        let here = format!("{at}/{index}");
        for _ in 0..one.repeat.unwrap_or(1) {
            let place = from.saturating_add(u32::try_from(envelopes.len()).unwrap_or(u32::MAX));
            if place >= ENVELOPES_MAX {
                return Err(given.fault(&here, format!("a case has {ENVELOPES_MAX} envelopes at most")));
            }
            let envelope = envelope(given, one, &here, place)?;
            envelopes.push((envelope, one.attempt.unwrap_or(1)));
        }
    }
    Ok(envelopes)
}

fn envelope(given: &Given, told: &Told, at: &str, place: u32) -> Result<Envelope, FileFault> {
    let facts = facts(told, place);
    let file = |member: &str, name: &String| {
        let path = given.beside(name);
        bytes(&path).map_err(|reason| given.fault(&format!("{at}/{member}"), format!("{} {reason}", path.display())))
    };
    let whole = |member: &str, message: &[u8]| {
        of_message(&facts, message, &told.deleted)
            .map_err(|reason| given.fault(&format!("{at}/{member}"), format!("the message {reason}")))
    };
    match (&told.records, &told.message, &told.message_file, &told.body, &told.body_file) {
        (Some(records), None, None, None, None) => {
            let records: Result<Vec<_>, _> = records
                .iter()
                .enumerate()
                .map(|(index, fields)| record(given, fields, &format!("{at}/records/{index}"), &told.deleted))
                .collect();
            Ok(of_records(&facts, &records?))
        }
        (None, Some(message), None, None, None) => whole("message", message.to_string().as_bytes()),
        (None, None, Some(name), None, None) => whole("messageFile", &file("messageFile", name)?),
        (None, None, None, Some(body), None) => Ok(of_bytes(&facts, body.clone().into_bytes())),
        (None, None, None, None, Some(name)) => Ok(of_bytes(&facts, file("bodyFile", name)?)),
        _ => Err(given.fault(at, "an envelope has one of records, message, messageFile, body and bodyFile")),
    }
}

fn facts(told: &Told, place: u32) -> Facts {
    let facts = Facts::of(place);
    Facts {
        id: told.id.filter(|_| told.repeat.is_none()).unwrap_or(facts.id),
        group: told.group.clone().unwrap_or(facts.group),
        object: told.object.clone().unwrap_or(facts.object),
        topic: told.topic.clone().unwrap_or(facts.topic),
        occurred_at: told.occurred_at.unwrap_or(facts.occurred_at),
    }
}

fn record(given: &Given, fields: &Value, at: &str, deleted: &[String]) -> Result<Record, FileFault> {
    let id = text(&fields["id"]).ok_or_else(|| given.fault(at, "a record is a mapping with an `id`, text or a number"))?;
    Ok(Record::of(fields, deleted.contains(&id)))
}
