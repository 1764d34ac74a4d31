//! What HubSpot answers: records cut out of the page's own bytes, and what comes next.

use std::{borrow::Cow, cmp::Ordering, fmt};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    position::{Position, compare_ids},
    request::Page,
};
use crate::{
    cursor::Run,
    members::Members,
    provider::{FieldMetadata, ProviderPage, ReadError, Record},
};

/// Longest token of a list's next page; real ones have a few digits. It goes into a URL, percent-encoded.
const AFTER_BYTES_MAX: usize = 2_000;

#[derive(Deserialize)]
struct PageBody<'a> {
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    paging: Option<Paging<'a>>,
    #[serde(default)]
    total: Option<u64>,
}

#[derive(Deserialize)]
struct Paging<'a> {
    #[serde(borrow, default)]
    next: Option<Next<'a>>,
}

#[derive(Deserialize)]
struct Next<'a> {
    #[serde(borrow)]
    after: &'a RawValue,
}

/// Reads a page, and holds it to the promise that paging comes to an end.
pub(super) fn page(asked: &Page<'_>, run: &Run, body: &Bytes) -> Result<ProviderPage, ReadError> {
    let answer: PageBody<'_> = serde_json::from_slice(body).map_err(|error| ReadError::malformed(error, body))?;
    let records = answer.results.iter().map(|raw| record(raw, body)).collect::<Result<Vec<_>, _>>()?;
    let next = answer.paging.and_then(|paging| paging.next);
    let next = match *asked {
        Page::List { after, .. } => next.map(|next| next_of_list(next.after, after, body)).transpose()?,
        Page::Search { last_id } => next_of_search(&records, last_id, next.is_some(), body)?,
    };
    // A search counts what lies behind its last id.
    let total = answer.total.map(|total| run.records.saturating_add(total));
    Ok(ProviderPage { records, next, total })
}

fn next_of_list(next: &RawValue, before: Option<&str>, body: &Bytes) -> Result<String, ReadError> {
    let after = text(next).ok_or_else(|| ReadError::malformed("`paging.next.after` is neither text nor a number", body))?;
    if after.len() > AFTER_BYTES_MAX {
        let bytes = after.len();
        let told = format_args!("`paging.next.after` has {bytes} bytes, more than the {AFTER_BYTES_MAX} that are sent back");
        return Err(ReadError::malformed(told, body));
    }
    if after.is_empty() || before == Some(&*after) {
        return Err(ReadError::malformed(format_args!("`paging.next.after` does not advance beyond `{after}`"), body));
    }
    Ok(Position::List(&after).to_text())
}

/// The ids must rise from page to page and within each, or records would be skipped or paging would never end.
fn next_of_search(records: &[Record], last_id: Option<&str>, more: bool, body: &Bytes) -> Result<Option<String>, ReadError> {
    let mut last = last_id;
    for Record { id, raw, .. } in records {
        if last.is_some_and(|last| compare_ids(last, id) != Some(Ordering::Less)) || compare_ids(id, id).is_none() {
            let reason = format!("the search is not sorted by hs_object_id: `{id}` follows `{}`", last.unwrap_or_default());
            return Err(ReadError::malformed(reason, raw));
        }
        last = Some(id);
    }
    match last {
        Some(last) if more && !records.is_empty() => Ok(Some(Position::Id(last).to_text())),
        _ if more => Err(ReadError::malformed("the search goes on without a record", body)),
        _ => Ok(None),
    }
}

/// A record, its properties apart from what stands beside them; names lower-cased.
#[derive(Default)]
struct RecordBody<'a> {
    root: Vec<(String, &'a RawValue)>,
    properties: Option<Vec<(String, &'a RawValue)>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for RecordBody<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RecordVisitor;
        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = RecordBody<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut record = RecordBody::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "properties" {
                        let Members(properties) = map.next_value()?;
                        record.properties = Some(properties.into_iter().map(|(name, value)| (lower_case(name), value)).collect());
                    } else {
                        record.root.push((lower_case(name), map.next_value()?));
                    }
                }
                Ok(record)
            }
        }
        deserializer.deserialize_map(RecordVisitor)
    }
}

fn record(raw: &RawValue, body: &Bytes) -> Result<Record, ReadError> {
    let wrong = |reason: &dyn fmt::Display| ReadError::malformed(reason, raw.get().as_bytes());
    let RecordBody { root, properties } = serde_json::from_str(raw.get()).map_err(|error| wrong(&error))?;
    let properties = properties.ok_or_else(|| wrong(&"a record has no `properties`"))?;
    let find = |name: &str| root.iter().find(|(key, _)| key == name).map(|&(_, value)| value);
    let id = find("id").and_then(text).filter(|id| !id.is_empty()).ok_or_else(|| wrong(&"a record has no `id`"))?;
    let modified_at = find("updatedat").and_then(text).and_then(|text| text.parse::<Timestamp>().ok());
    let deleted = find("archived").is_some_and(|value| value.get() == "true");
    // A property stands before what HubSpot may come to write beside it, but `id` is always the primary key.
    let outer = root.iter().filter(|(name, _)| name == "id" || !properties.iter().any(|(property, _)| property == name)).cloned();
    let inner = properties.iter().filter(|(name, _)| name != "id").cloned();
    let fields = outer.chain(inner).map(|(name, value)| (name, slice(body, value))).collect();
    Ok(Record { id: id.into_owned(), modified_at, deleted, raw: slice(body, raw), fields, associations: Vec::new() })
}

fn slice(body: &Bytes, raw: &RawValue) -> Bytes {
    body.slice_ref(raw.get().as_bytes())
}

/// A JSON string's text, or a number's digits.
fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get().as_bytes()[0] {
        b'"' => serde_json::from_str::<String>(raw.get()).ok().map(Cow::Owned),
        b'0'..=b'9' => Some(Cow::Borrowed(raw.get())),
        _ => None,
    }
}

fn lower_case(mut name: String) -> String {
    if name.is_ascii() {
        name.make_ascii_lowercase();
        name
    } else {
        name.to_lowercase()
    }
}

#[derive(Deserialize)]
struct Total {
    total: u64,
}

#[derive(Deserialize)]
struct FieldNames {
    results: Vec<FieldName>,
}

#[derive(Deserialize)]
struct FieldName {
    name: String,
}

pub(super) fn count(body: &Bytes) -> Result<Option<u64>, ReadError> {
    parse::<Total>(body).map(|count| Some(count.total))
}

pub(super) fn field_names(body: &Bytes) -> Result<Vec<FieldMetadata>, ReadError> {
    parse::<FieldNames>(body).map(|names| names.results.into_iter().map(|field| FieldMetadata::named(field.name)).collect())
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, ReadError> {
    serde_json::from_slice(body).map_err(|error| ReadError::malformed(error, body))
}
