//! Object types and their properties, as far as the emulator knows them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{generate, webhook::PORTAL_ID};

/// How the values of a property compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, compared without regard to case.
    Text,
    /// A number.
    Number,
    /// An instant, in RFC 3339 or Unix milliseconds.
    Instant,
    /// One of a list.
    Enumeration,
}

impl Kind {
    /// HubSpot's `type` and `fieldType`.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("string", "text"),
            Self::Number => ("number", "number"),
            Self::Instant => ("datetime", "date"),
            Self::Enumeration => ("enumeration", "select"),
        }
    }
}

/// A kind of record: `contacts`, `companies`, …
#[derive(Debug, Clone)]
pub struct ObjectType {
    /// The plural name, as in paths.
    pub name: String,
    /// HubSpot's number of it: `0-1`; those of custom objects begin with `2-`.
    pub type_id: String,
    /// Other spellings HubSpot accepts: the singular, the object type id and, of a custom object, the name with the account's.
    pub aliases: Vec<String>,
    /// Answered when a request names no properties, besides those that always come.
    pub defaults: Vec<&'static str>,
    /// The property that holds the time of the last change.
    pub modified: &'static str,
    /// All properties by name.
    pub properties: BTreeMap<String, Kind>,
    /// Properties that `query` looks into.
    pub searched: Vec<&'static str>,
}

/// Counts a record's changes, starting at 1: lets a test tell versions apart.
pub(super) const REVISION: &str = "revision";
/// Names the records that went into this one, divided by semicolons.
pub(super) const MERGED_IDS: &str = "hs_merged_object_ids";
/// Holds a text of the size that was ordered, or nothing.
pub(super) const LARGE_TEXT: &str = "large_text";

type Known = (&'static str, Kind);
const CONTACTS: &[Known] = &[
    ("firstname", Kind::Text),
    ("lastname", Kind::Text),
    ("email", Kind::Text),
    ("phone", Kind::Text),
    ("jobtitle", Kind::Text),
    ("company", Kind::Text),
    ("city", Kind::Text),
    ("lifecyclestage", Kind::Enumeration),
    ("num_notes", Kind::Number),
    ("notes_last_contacted", Kind::Instant),
];
const COMPANIES: &[Known] = &[
    ("name", Kind::Text),
    ("domain", Kind::Text),
    ("industry", Kind::Enumeration),
    ("city", Kind::Text),
    ("phone", Kind::Text),
    ("numberofemployees", Kind::Number),
    ("annualrevenue", Kind::Number),
    ("lifecyclestage", Kind::Enumeration),
];
const DEALS: &[Known] = &[
    ("dealname", Kind::Text),
    ("amount", Kind::Number),
    ("dealstage", Kind::Enumeration),
    ("pipeline", Kind::Enumeration),
    ("closedate", Kind::Instant),
];
const TICKETS: &[Known] = &[
    ("subject", Kind::Text),
    ("content", Kind::Text),
    ("hs_pipeline", Kind::Enumeration),
    ("hs_pipeline_stage", Kind::Enumeration),
    ("hs_ticket_category", Kind::Enumeration),
    ("hs_ticket_priority", Kind::Enumeration),
];

impl ObjectType {
    /// The type of this name with `extra` text properties `extra_001`, …; any name HubSpot does not have is a custom object.
    pub fn new(name: &str, extra: u32) -> Self {
        let (singular, id, known, defaults): (&str, &str, &[Known], &[&'static str]) = match name {
            "contacts" => ("contact", "0-1", CONTACTS, &["firstname", "lastname", "email"]),
            "companies" => ("company", "0-2", COMPANIES, &["name", "domain"]),
            "deals" => ("deal", "0-3", DEALS, &["dealname", "amount", "closedate", "pipeline", "dealstage"]),
            "tickets" => {
                ("ticket", "0-5", TICKETS, &["subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority"])
            }
            custom => (custom.strip_suffix('s').unwrap_or(custom), "", &[("name", Kind::Text)], &["name"]),
        };
        let type_id = if id.is_empty() { custom_type_id(name) } else { id.to_owned() };
        let mut aliases = vec![singular.to_owned(), type_id.clone()];
        if id.is_empty() {
            aliases.push(format!("p{PORTAL_ID}_{name}"));
        }
        // The contact is the one object whose modification time goes without the prefix.
        let modified = if name == "contacts" { "lastmodifieddate" } else { "hs_lastmodifieddate" };
        let mut properties: BTreeMap<_, _> = known.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        properties.extend((1..=extra).map(|n| (format!("extra_{n:03}"), Kind::Text)));
        let system = [("createdate", Kind::Instant), (modified, Kind::Instant), ("hs_object_id", Kind::Number)];
        let ours = [(REVISION, Kind::Number), (LARGE_TEXT, Kind::Text)];
        properties.extend(system.into_iter().chain(ours).map(|(name, kind)| (name.to_owned(), kind)));
        Self {
            name: name.to_owned(),
            type_id,
            aliases,
            defaults: defaults.to_vec(),
            modified,
            properties,
            searched: known.iter().filter(|(_, kind)| *kind == Kind::Text).map(|(name, _)| *name).collect(),
        }
    }

    /// Whether the account defined it.
    pub fn is_custom(&self) -> bool {
        self.type_id.starts_with("2-")
    }

    /// Its name for one record.
    pub fn singular(&self) -> &str {
        self.aliases.first().map_or(&self.name, |singular| singular)
    }

    /// The properties that every answer carries.
    pub fn always(&self) -> [&'static str; 3] {
        ["createdate", "hs_object_id", self.modified]
    }

    /// Whether clients may not write the property.
    pub fn is_read_only(&self, property: &str) -> bool {
        self.always().contains(&property) || property == REVISION
    }

    /// The type as the schemas API describes it.
    pub fn schema(&self) -> Value {
        let names = |kind: Kind| self.properties.iter().filter(move |(_, is)| **is == kind).map(|(name, _)| name.as_str());
        let described: Vec<_> = self.properties.keys().filter_map(|name| self.describe(name)).collect();
        json!({
            "id": self.type_id.trim_start_matches("2-"), "objectTypeId": self.type_id, "name": self.name,
            "fullyQualifiedName": self.aliases.last(), "labels": {"singular": self.singular(), "plural": self.name},
            "primaryDisplayProperty": "name", "secondaryDisplayProperties": [], "requiredProperties": ["name"],
            "searchableProperties": names(Kind::Text).filter(|name| *name != LARGE_TEXT).take(20).collect::<Vec<_>>(),
            "properties": described, "associations": [], "archived": false, "metaType": "PORTAL_SPECIFIC",
            "createdAt": "2020-01-01T00:00:00.000Z", "updatedAt": "2020-01-01T00:00:00.000Z",
        })
    }

    /// The property as the properties API describes it.
    pub fn describe(&self, property: &str) -> Option<Value> {
        let kind = *self.properties.get(property)?;
        let (kind, field) = kind.names();
        let is_read_only = self.is_read_only(property);
        let is_ours = property.starts_with("extra_") || self.is_custom() && !self.always().contains(&property);
        let options: Vec<_> = (0..).zip(generate::options(property)).map(|(place, value)| {
            json!({"label": value.replace('_', " "), "value": value, "displayOrder": place, "hidden": false, "description": ""})
        }).collect();
        Some(json!({
            "createdAt": "2020-01-01T00:00:00.000Z", "updatedAt": "2020-01-01T00:00:00.000Z",
            "name": property, "label": property.replace('_', " "), "type": kind, "fieldType": field, "description": "",
            "groupName": format!("{}information", self.aliases[0]), "options": options, "displayOrder": -1, "calculated": false,
            "externalOptions": false, "hasUniqueValue": property == "hs_object_id", "hidden": false,
            "hubspotDefined": !is_ours, "archived": false, "formField": !is_read_only,
            "modificationMetadata": {
                "archivable": true, "readOnlyDefinition": true, "readOnlyOptions": false, "readOnlyValue": is_read_only
            },
        }))
    }
}

/// A number for a custom object that depends on its name alone.
fn custom_type_id(name: &str) -> String {
    let hash = name.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
    format!("2-{}", 1_000 + hash % 9_000_000)
}
