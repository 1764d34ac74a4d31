//! Objects that HubSpot keeps apart from the rest, and the names of what every record has.

use crate::provider::percent::escape;

/// A longer object name is cut: HubSpot has none, and answers 404.
const OBJECT_NAME_BYTES_MAX: usize = 300;

/// Which of HubSpot's interfaces an object is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interface {
    /// CRM objects, custom ones included: lists, searches, batches, properties.
    Objects,
    /// Owners: a list, which has no properties and cannot be searched.
    Owners,
    /// Lists of records: another interface, which is not read.
    Lists,
}

impl Interface {
    pub(super) fn of(object_name: &str) -> Self {
        match object_name.to_ascii_lowercase().as_str() {
            "owner" | "owners" => Self::Owners,
            "list" | "lists" => Self::Lists,
            _ => Self::Objects,
        }
    }
}

/// Keys of every record beside its properties, and the properties that say the same.
const ROOT_KEYS: [(&str, Option<&str>); 5] = [
    ("id", Some("hs_object_id")),
    ("createdat", Some("createdate")),
    ("updatedat", None),
    ("archived", None),
    ("archivedat", None),
];

/// Whether HubSpot cannot be asked for this, because it always comes.
pub(super) fn is_root_key(name: &str) -> bool {
    ROOT_KEYS.iter().any(|(key, _)| *key == name)
}

/// The property that a search compares in the place of this field.
pub(super) fn searched_property(object: &str, field: &str) -> String {
    let field = field.to_lowercase();
    match ROOT_KEYS.iter().find(|(key, _)| *key == field) {
        Some((_, Some(property))) => (*property).to_owned(),
        Some(("updatedat", None)) => modified_property(object).to_owned(),
        _ => field,
    }
}

/// The property with the time of the last change. Contacts are older than the convention of `hs_` names.
pub(super) fn modified_property(object: &str) -> &'static str {
    match object.to_ascii_lowercase().as_str() {
        "contact" | "contacts" | "0-1" => "lastmodifieddate",
        _ => "hs_lastmodifieddate",
    }
}

/// The name as a part of a path.
pub(super) fn escaped_object(object_name: &str) -> String {
    let mut escaped = String::new();
    escape(object_name, &mut escaped);
    escaped.truncate(OBJECT_NAME_BYTES_MAX);
    escaped
}
