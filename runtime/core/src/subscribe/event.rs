//! One event of a provider, as every later step sees it.

use bytes::Bytes;
use jiff::Timestamp;

/// What happened, in the contract's words (`subscribeEventType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A record is new.
    Create,
    /// Fields of a record changed.
    Update,
    /// Two records were tied together or parted.
    AssociationUpdate,
    /// A record is gone.
    Delete,
    /// Anything else; the provider's own name says what.
    Other,
}

impl EventKind {
    /// As messages carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::AssociationUpdate => "associationUpdate",
            Self::Delete => "delete",
            Self::Other => "other",
        }
    }
}

/// One event: one thing that happened to one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEvent {
    /// What happened.
    pub kind: EventKind,
    /// The provider's own name for it: `contact.propertyChange`, `UPDATE`.
    pub provider_type: String,
    /// The object in the provider's words: `contact`, `2-3465404`, `Account`.
    pub object: String,
    /// The record; nothing where the provider only says that it lost count of what happened to the object.
    pub record_id: Option<String>,
    /// Records that are no more because they were merged into this one.
    pub merged: Vec<String>,
    /// Names of the fields that changed; empty where the event does not say.
    pub fields_updated: Vec<String>,
    /// When it happened at the provider.
    pub occurred_at: Timestamp,
    /// The customer's account at the provider, where the event names it.
    pub workspace: Option<String>,
    /// Which records were tied or parted.
    pub association: Option<Association>,
    /// The same for every delivery of the same event, and no other event's.
    pub identity: String,
    /// Its JSON text, digits and order of keys untouched.
    pub raw: Bytes,
}

/// A change of the tie between two records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Association {
    /// The record that the event is about.
    pub from: End,
    /// The other one.
    pub to: End,
}

/// One end of an association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The object in the provider's words.
    pub object: String,
    /// The record.
    pub id: String,
}
