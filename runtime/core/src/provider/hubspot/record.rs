//! One record of HubSpot's, cut out of the answer's own bytes.

use std::{collections::HashSet, fmt};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::{associations, object::Interface};
use crate::{
    plan::ReadPlan,
    provider::{
        ReadError, Record,
        piece::{instant, lower_case, slice, text},
    },
};

/// Names beside the properties up to which each is compared with every property; HubSpot writes five or six, and more are looked up.
const COMPARED_MAX: usize = 16;
/// For how many of them there is room from the beginning.
const BESIDE: usize = 8;
/// Properties that HubSpot writes unasked.
const ALWAYS: usize = 3;

/// A record, its properties apart from what stands beside them; names lower-cased.
struct Parts<'a> {
    root: Vec<(SmolStr, &'a RawValue)>,
    properties: Option<Vec<(SmolStr, Bytes)>>,
    associations: Option<&'a RawValue>,
}

/// Takes a record apart. Its properties, which are most of it, come into their final form at once.
struct TakeApart<'b> {
    body: &'b Bytes,
    properties: usize,
}

impl<'de> DeserializeSeed<'de> for TakeApart<'_> {
    type Value = Parts<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TakeApart<'_> {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut parts = Parts { root: Vec::with_capacity(BESIDE), properties: None, associations: None };
        while let Some(name) = map.next_key::<SmolStr>()? {
            match name.as_str() {
                "properties" => parts.properties = Some(map.next_value_seed(Properties(&self))?),
                "associations" => parts.associations = map.next_value()?,
                _ => parts.root.push((lower_case(name), map.next_value()?)),
            }
        }
        Ok(parts)
    }
}

struct Properties<'a, 'b>(&'a TakeApart<'b>);

impl<'de> DeserializeSeed<'de> for Properties<'_, '_> {
    type Value = Vec<(SmolStr, Bytes)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Properties<'_, '_> {
    type Value = Vec<(SmolStr, Bytes)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let TakeApart { body, properties } = self.0;
        // Room for what stands beside them, which is put in front.
        let mut fields = Vec::with_capacity(properties + BESIDE);
        while let Some(name) = map.next_key::<SmolStr>()? {
            let value: &RawValue = map.next_value()?;
            fields.push((lower_case(name), slice(body, value)));
        }
        Ok(fields)
    }
}

/// Reads a record. `with_associations`: whether what it carries of them is all that there is.
pub(super) fn read(plan: &ReadPlan, raw: &RawValue, body: &Bytes, with_associations: bool) -> Result<Record, ReadError> {
    let wrong = |reason: &dyn fmt::Display| ReadError::malformed(reason, raw.get().as_bytes());
    let take_apart = TakeApart { body, properties: plan.fields.requested.len() + ALWAYS };
    let parts = take_apart.deserialize(&mut serde_json::Deserializer::from_str(raw.get()));
    let Parts { root, properties, associations } = parts.map_err(|error| wrong(&error))?;
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
    let mut fields = properties;
    // A property stands before what HubSpot may come to write beside it, but `id` is always the primary key.
    let names: Option<HashSet<&str>> =
        (root.len() > COMPARED_MAX).then(|| fields.iter().map(|(name, _)| name.as_str()).collect());
    let is_inner = |name: &SmolStr| match &names {
        Some(names) => names.contains(name.as_str()),
        None => fields.iter().any(|(property, _)| property == name),
    };
    let beside: Vec<_> = (root.iter().filter(|(name, _)| name == "id" || !is_inner(name)))
        .map(|(name, value)| (name.clone(), slice(body, value)))
        .collect();
    fields.retain(|(name, _)| name != "id");
    fields.splice(0..0, beside);
    Ok(Record { id: id.into_owned(), modified_at, deleted, raw: slice(body, raw), fields, associations })
}

/// Archiving is a change, the last one of all, but HubSpot need not count it as one.
fn changed_at(updated_at: Option<&RawValue>, archived_at: Option<&RawValue>) -> Option<Timestamp> {
    updated_at.and_then(instant).max(archived_at.and_then(instant))
}
