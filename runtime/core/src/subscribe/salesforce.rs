//! Salesforce change data capture, as EventBridge hands it on: one event may stand for many records and is split.

use std::collections::HashSet;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::{
    EVENTS_MAX,
    event::{EventKind, ProviderEvent},
    json::{milliseconds, text},
    source::InboundError,
};
use crate::members::Members;

const HEADER: &str = "ChangeEventHeader";
const RECORD_IDS: &str = "recordIds";
/// The id that stands for "no one record" in overflow events, in its long and short forms.
const NO_RECORD: &str = "000000000000000";

/// More fields than an object of Salesforce's can have.
const FIELDS_MAX: usize = 2_000;
/// What the events of one call may take in all, in bytes: each has the text of the change, however many records share it.
const COPIES_BYTES_MAX: usize = 32 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header<'a> {
    #[serde(borrow)]
    entity_name: Option<&'a RawValue>,
    #[serde(borrow)]
    record_id: Option<&'a RawValue>,
    #[serde(borrow)]
    change_type: Option<&'a RawValue>,
    #[serde(default)]
    changed_fields: Option<Vec<String>>,
    #[serde(default)]
    nulled_fields: Option<Vec<String>>,
    #[serde(default)]
    diff_fields: Option<Vec<String>>,
    #[serde(borrow)]
    transaction_key: Option<&'a RawValue>,
    #[serde(borrow)]
    sequence_number: Option<&'a RawValue>,
    #[serde(borrow)]
    commit_timestamp: Option<&'a RawValue>,
}

/// The events of a call: EventBridge's envelope (`detail.payload`), the relay's (`payload`), or the change event itself.
pub(super) fn events(body: &Bytes) -> Result<Vec<ProviderEvent>, InboundError> {
    let malformed = |reason: String| InboundError::Malformed(reason);
    let change = change_event(body).ok_or_else(|| {
        malformed(format!("the body holds no change event: `detail.payload.{HEADER}` is what EventBridge sends"))
    })?;
    let (header, ids) = header_and_ids(&change).map_err(malformed)?;
    if ids.len() > EVENTS_MAX {
        return Err(InboundError::TooMany(ids.len()));
    }
    if ids.len().saturating_mul(body.len()) > COPIES_BYTES_MAX.max(body.len()) {
        let (ids, bytes) = (ids.len(), body.len());
        return Err(malformed(format!(
            "the call carries one change of {bytes} bytes to {ids} records, more than is taken in at once ({COPIES_BYTES_MAX} bytes in all)"
        )));
    }
    if ids.is_empty() {
        return Ok(vec![event(&Bytes::from(split(&change, &header, None))).map_err(malformed)?]);
    }
    ids.iter().map(|id| event(&Bytes::from(split(&change, &header, Some(id)))).map_err(malformed)).collect()
}

/// The members of the change event, wherever it lies in the body.
fn change_event(body: &[u8]) -> Option<Members<'_>> {
    let mut object: Members<'_> = serde_json::from_slice(body).ok()?;
    for inner in ["detail", "payload"] {
        if find(&object, HEADER).is_none()
            && let Some(value) = find(&object, inner)
        {
            object = serde_json::from_str(value.get()).ok()?;
        }
    }
    find(&object, HEADER).is_some().then_some(object)
}

fn find<'a>(Members(members): &Members<'a>, name: &str) -> Option<&'a RawValue> {
    members.iter().find(|(key, _)| key == name).map(|&(_, value)| value)
}

fn header_and_ids<'a>(change: &Members<'a>) -> Result<(Members<'a>, Vec<&'a RawValue>), String> {
    let raw = find(change, HEADER).map_or("{}", RawValue::get);
    let header: Members<'a> = serde_json::from_str(raw).map_err(|error| format!("`{HEADER}` is not an object: {error}"))?;
    let ids = match find(&header, RECORD_IDS) {
        Some(ids) => {
            serde_json::from_str(ids.get()).map_err(|error| format!("`{HEADER}.{RECORD_IDS}` is not a list: {error}"))?
        }
        None => find(&header, "recordId").into_iter().collect(),
    };
    Ok((header, ids))
}

/// The change event with one record in place of several; everything else byte for byte.
fn split(change: &Members<'_>, header: &Members<'_>, id: Option<&RawValue>) -> Vec<u8> {
    let mut one = Vec::new();
    let kept = header.0.iter().filter(|(name, _)| name != RECORD_IDS && name != "recordId");
    let kept = kept.map(|(name, value)| (name.as_str(), value.get()));
    push_object(id.map(|id| ("recordId", id.get())).into_iter().chain(kept), &mut one);
    let header = String::from_utf8(one).unwrap_or_default();
    let mut event = Vec::new();
    let members = change.0.iter().map(|(name, value)| match name.as_str() {
        HEADER => (HEADER, header.as_str()),
        name => (name, value.get()),
    });
    push_object(members, &mut event);
    event
}

fn push_object<'a>(members: impl Iterator<Item = (&'a str, &'a str)>, into: &mut Vec<u8>) {
    into.push(b'{');
    for (place, (name, value)) in members.enumerate() {
        if place > 0 {
            into.push(b',');
        }
        crate::message::push_member(name, into);
        into.extend_from_slice(value.as_bytes());
    }
    into.push(b'}');
}

/// One event from its text, split already.
pub(super) fn event(raw: &Bytes) -> Result<ProviderEvent, String> {
    let change: Members<'_> = serde_json::from_slice(raw).map_err(|error| format!("it is not a change event: {error}"))?;
    let header = find(&change, HEADER).ok_or_else(|| format!("`{HEADER}` is missing"))?;
    let header: Header<'_> =
        serde_json::from_str(header.get()).map_err(|error| format!("`{HEADER}` is not what Salesforce sends: {error}"))?;
    let owned = |value: Option<&RawValue>| value.and_then(text).map(std::borrow::Cow::into_owned);
    let missing = |name: &str| format!("`{HEADER}.{name}` is missing or of the wrong type");
    let object = owned(header.entity_name).ok_or_else(|| missing("entityName"))?;
    let provider_type = owned(header.change_type).ok_or_else(|| missing("changeType"))?;
    let occurred_at = header.commit_timestamp.and_then(milliseconds).ok_or_else(|| missing("commitTimestamp"))?;
    let overflowed = provider_type.contains("OVERFLOW");
    // `001*` stands for every record of the object: a field's type was changed.
    let one_record = |id: &String| !overflowed && !id.contains('*') && !id.starts_with(NO_RECORD);
    let record_id = owned(header.record_id).filter(one_record);
    let kind = kind(&provider_type);
    let identity = identity(&header, &object, &provider_type, raw);
    let lists = [header.changed_fields, header.nulled_fields, header.diff_fields];
    Ok(ProviderEvent {
        kind,
        provider_type,
        object,
        record_id,
        merged: Vec::new(),
        fields_updated: if kind == EventKind::Update { flatten(lists) } else { Vec::new() },
        occurred_at,
        workspace: None,
        association: None,
        identity,
        raw: raw.clone(),
    })
}

/// A gap event says the same as the event that Salesforce could not write out, only without the fields: it counts as that event,
/// or whoever subscribed updates would miss one.
fn kind(change_type: &str) -> EventKind {
    match change_type.strip_prefix("GAP_").unwrap_or(change_type) {
        "CREATE" => EventKind::Create,
        "UPDATE" => EventKind::Update,
        "DELETE" => EventKind::Delete,
        _ => EventKind::Other,
    }
}

/// Whether an event says that a record is there again.
pub(super) fn restores(change_type: &str) -> bool {
    matches!(change_type, "UNDELETE" | "GAP_UNDELETE")
}

/// The place in Salesforce's own log where it gives one; else the text.
fn identity(header: &Header<'_>, object: &str, change_type: &str, raw: &[u8]) -> String {
    let record = header.record_id.and_then(text).unwrap_or_default();
    match header.transaction_key.and_then(text) {
        Some(transaction) => {
            let sequence = header.sequence_number.map_or("", RawValue::get);
            format!("salesforce|{transaction}|{sequence}|{object}|{change_type}|{record}")
        }
        None => {
            let digest: String = Sha256::digest(raw).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("salesforce|{digest}")
        }
    }
}

/// Names of fields as records have them, each once; none, which stands for any, where there are more than any object has.
fn flatten(lists: [Option<Vec<String>>; 3]) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = lists.into_iter().flatten().flatten().map(|name| flat(&name));
    let names: Vec<String> = names.filter(|name| seen.insert(name.clone())).take(FIELDS_MAX + 1).collect();
    if names.len() > FIELDS_MAX { Vec::new() } else { names }
}

/// Parts of compound fields are fields of their own in records: `Name.LastName` is `LastName`, `MailingAddress.Street` is
/// `MailingStreet`, `Place__c.Latitude` is `Place__Latitude__s`.
fn flat(name: &str) -> String {
    let Some((compound, part)) = name.split_once('.') else { return name.to_owned() };
    if let Some(custom) = compound.strip_suffix("__c") {
        return format!("{custom}__{part}__s");
    }
    match compound.strip_suffix("Address") {
        Some(kind) => format!("{kind}{part}"),
        None => part.to_owned(),
    }
}
