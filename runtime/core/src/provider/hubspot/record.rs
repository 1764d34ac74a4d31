//! One record of HubSpot's, cut out of the answer's own bytes.

use std::{collections::HashSet, fmt};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::{associations, object::Interface};
use crate::{
    members::Members,
    plan::ReadPlan,
    provider::{
        ReadError, Record,
        piece::{instant, lower_case, slice, text},
    },
};

/// Names beside the properties up to which each is compared with every property; HubSpot writes five or six, and more are looked up.
const COMPARED_MAX: usize = 16;

/// A record, its properties apart from what stands beside them; names lower-cased.
#[derive(Default)]
struct RecordBody<'a> {
    root: Vec<(SmolStr, &'a RawValue)>,
    properties: Option<Vec<(SmolStr, &'a RawValue)>>,
    associations: Option<&'a RawValue>,
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
                while let Some(name) = map.next_key::<SmolStr>()? {
                    match name.as_str() {
                        "properties" => {
                            let Members(properties) = map.next_value()?;
                            let properties = properties.into_iter().map(|(name, value)| (lower_case(name), value));
                            record.properties = Some(properties.collect());
                        }
                        "associations" => record.associations = map.next_value()?,
                        _ => record.root.push((lower_case(name), map.next_value()?)),
                    }
                }
                Ok(record)
            }
        }
        deserializer.deserialize_map(RecordVisitor)
    }
}

/// Reads a record. `with_associations`: whether what it carries of them is all that there is.
pub(super) fn read(plan: &ReadPlan, raw: &RawValue, body: &Bytes, with_associations: bool) -> Result<Record, ReadError> {
    let wrong = |reason: &dyn fmt::Display| ReadError::malformed(reason, raw.get().as_bytes());
    let RecordBody { root, properties, associations } = serde_json::from_str(raw.get()).map_err(|error| wrong(&error))?;
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
    let mut fields = Vec::with_capacity(root.len() + properties.len());
    let field = |(name, value)| (name, slice(body, value));
    // A property stands before what HubSpot may come to write beside it, but `id` is always the primary key.
    let names: Option<HashSet<&str>> =
        (root.len() > COMPARED_MAX).then(|| properties.iter().map(|(name, _)| name.as_str()).collect());
    let is_inner = |name: &str| match &names {
        Some(names) => names.contains(name),
        None => properties.iter().any(|(property, _)| property == name),
    };
    fields.extend(root.into_iter().filter(|(name, _)| name == "id" || !is_inner(name)).map(field));
    fields.extend(properties.into_iter().filter(|(name, _)| name != "id").map(field));
    Ok(Record { id: id.into_owned(), modified_at, deleted, raw: slice(body, raw), fields, associations })
}

/// Archiving is a change, the last one of all, but HubSpot need not count it as one.
fn changed_at(updated_at: Option<&RawValue>, archived_at: Option<&RawValue>) -> Option<Timestamp> {
    updated_at.and_then(instant).max(archived_at.and_then(instant))
}
