//! One record: what is stored of it, what its properties read, and how it is written as JSON.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{
    generate,
    schema::{LARGE_TEXT, REVISION},
    store::Store,
};

/// Property values somebody wrote; `None` is a value that was cleared.
pub type Properties = BTreeMap<String, Option<String>>;

/// What is stored of a record; its id is its place in the store. Small on purpose: a million of these are 40 MB.
#[derive(Debug, Clone)]
pub struct Record {
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Unix milliseconds of the last change.
    pub modified_ms: i64,
    /// Unix milliseconds of its archiving; 0 = never.
    pub archived_ms: i64,
    /// Written values; they win over generated ones.
    pub written: Option<Box<Properties>>,
    /// 1, then one more at each change.
    pub revision: u32,
    /// Whether properties nobody wrote are made up from the seed.
    pub is_generated: bool,
}

impl Record {
    /// Whether it was archived.
    pub fn is_archived(&self) -> bool {
        self.archived_ms != 0
    }
}

/// An instant as HubSpot writes it: UTC, always three decimals.
pub(super) fn instant(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| format!("{at:.3}"))
}

/// A version of a record, with what is needed to read its properties.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Where it lives.
    pub store: &'a Store,
    /// Its id.
    pub id: u64,
    /// The version.
    pub record: &'a Record,
}

impl<'a> View<'a> {
    /// The value of a property, or nothing.
    pub fn value(&self, property: &str) -> Option<Cow<'a, str>> {
        match property {
            "hs_object_id" => return Some(self.id.to_string().into()),
            "createdate" => return Some(instant(self.record.created_ms).into()),
            REVISION => return Some(self.record.revision.to_string().into()),
            name if name == self.store.object.modified => return Some(instant(self.record.modified_ms).into()),
            _ => {}
        }
        if let Some(value) = self.record.written.as_ref().and_then(|written| written.get(property)) {
            return value.as_deref().map(Cow::Borrowed);
        }
        if property == LARGE_TEXT {
            return self.store.large.and_then(|large| large.text(self.id)).map(Cow::Owned);
        }
        self.record.is_generated.then(|| generate::value(self.store.seed, property, self.id)).flatten().map(Cow::Owned)
    }
}

/// A record as an answer carries it, with the properties asked for.
pub(super) struct Answered<'a> {
    /// The version shown.
    pub view: View<'a>,
    /// Names of the properties, sorted, without doubles.
    pub properties: &'a [String],
    /// Associations, where they were asked for and there are any.
    pub associations: Option<serde_json::Value>,
}

impl Serialize for Answered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = self.view.record;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.view.id.to_string())?;
        map.serialize_entry("properties", &Values(self))?;
        map.serialize_entry("createdAt", &instant(record.created_ms))?;
        map.serialize_entry("updatedAt", &instant(record.modified_ms))?;
        map.serialize_entry("archived", &record.is_archived())?;
        if record.is_archived() {
            map.serialize_entry("archivedAt", &instant(record.archived_ms))?;
        }
        if let Some(associations) = &self.associations {
            map.serialize_entry("associations", associations)?;
        }
        map.end()
    }
}

struct Values<'a>(&'a Answered<'a>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.properties.iter().map(|name| (name, self.0.view.value(name))))
    }
}
