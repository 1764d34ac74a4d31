//! One record of HubSpot's, cut out of the answer's own bytes.

use std::{collections::HashSet, fmt};

use bytes::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeSeed;
use serde_json::value::RawValue;

use super::{
    associations,
    object::Interface,
    take_apart::{Names, Parts, TakeApart},
};
use crate::{
    plan::ReadPlan,
    provider::{
        ReadError, Record,
        piece::{instant, slice, text},
    },
};

/// Names beside the properties up to which each is compared with every property; HubSpot writes five or six, and more are looked up.
const COMPARED_MAX: usize = 16;

/// Reads a record. `with_associations`: whether what it carries of them is all that there is.
pub(super) fn read(plan: &ReadPlan, raw: &RawValue, body: &Bytes, with_associations: bool) -> Result<Record, ReadError> {
    let take_apart = TakeApart { names: &mut Names::default(), body };
    let parts = take_apart.deserialize(&mut serde_json::Deserializer::from_str(raw.get()));
    let parts = parts.map_err(|error| ReadError::malformed(error, raw.get().as_bytes()))?;
    assemble(plan, parts, slice(body, raw), body, with_associations)
}

/// Puts a record together. `raw` is its own text.
pub(super) fn assemble(
    plan: &ReadPlan,
    parts: Parts<'_>,
    raw: Bytes,
    body: &Bytes,
    with_associations: bool,
) -> Result<Record, ReadError> {
    let wrong = |reason: &dyn fmt::Display| ReadError::malformed(reason, &raw);
    let Parts { root, properties, associations, .. } = parts;
    let is_object = Interface::of(&plan.key.object_name) == Interface::Objects;
    let properties = match properties {
        None if is_object => return Err(wrong(&"a record has no `properties`")),
        properties => properties.unwrap_or_default(),
    };
    let find = |name: &str| root.iter().find(|(key, _)| key == name).map(|&(_, value)| value);
    let id = find("id").and_then(text).filter(|id| !id.is_empty()).ok_or_else(|| wrong(&"a record has no `id`"))?;
    let deleted = find("archived").is_some_and(|value| value.get() == "true");
    let associations = match with_associations {
        true => associations::carried(plan, associations).map_err(|error| wrong(&error))?,
        false => Vec::new(),
    };
    let modified_at = changed_at(find("updatedat"), find("archivedat").filter(|_| deleted));
    // A property stands before what HubSpot may come to write beside it, but `id` is always the primary key.
    let names: Option<HashSet<&str>> =
        (root.len() > COMPARED_MAX).then(|| properties.fields.iter().map(|(name, _)| name.as_str()).collect());
    let is_inner = |name: &str| match &names {
        Some(names) => names.contains(name),
        None => properties.have(name),
    };
    let beside: Vec<_> = (root.iter().filter(|(name, _)| name == "id" || !is_inner(name)))
        .map(|(name, value)| (name.clone(), slice(body, value)))
        .collect();
    let mut fields = properties.fields;
    fields.retain(|(name, _)| name != "id");
    fields.splice(0..0, beside);
    Ok(Record { id: id.into_owned(), modified_at, deleted, raw, fields, associations })
}

/// Archiving is a change, the last one of all, but HubSpot need not count it as one.
fn changed_at(updated_at: Option<&RawValue>, archived_at: Option<&RawValue>) -> Option<Timestamp> {
    updated_at.and_then(instant).max(archived_at.and_then(instant))
}
