//! What an amp.yaml says, once it is known to be sound. Names and meanings are those of the manifest format, specVersion 1.0.0.

use serde::{Deserialize, Serialize};

/// A whole amp.yaml.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Always `1.0.0` after lowering.
    pub spec_version: String,
    /// At least one.
    pub integrations: Vec<Integration>,
    /// Destinations declared in the file itself (the older form); the others are the project's.
    pub destinations: Vec<DestinationDeclaration>,
}

/// A destination declared in amp.yaml.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DestinationDeclaration {
    /// What objects refer to.
    pub name: String,
    /// `webhook`, `api`, `postgres`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The remaining keys, as JSON (`url`, `endpoint`, `tableName`, …).
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// One integration: what is read from, written to and subscribed at one provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Integration {
    /// Unique within the manifest.
    pub name: String,
    /// Shown to people.
    pub display_name: Option<String>,
    /// A key of the provider catalog, case-sensitive.
    pub provider: String,
    /// One of the provider's modules (`crm`, …).
    pub module: Option<String>,
    /// Objects that are read; empty where there is no `read` block.
    pub read: Vec<ReadObject>,
    /// Objects that can be written.
    pub write: Vec<WriteObject>,
    /// Objects whose changes are subscribed.
    pub subscribe: Vec<SubscribeObject>,
    /// Whether and how API calls are proxied.
    pub proxy: Option<Proxy>,
    /// Whether changes of the customer's schema are watched.
    pub watch_schema: Option<WatchSchema>,
}

/// An object that is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadObject {
    /// The provider's name.
    pub object_name: String,
    /// The name that messages carry in its place.
    pub map_to_name: Option<String>,
    /// Shown to people.
    pub map_to_display_name: Option<String>,
    /// Name of the destination.
    pub destination: String,
    /// Five-field cron in UTC; nothing where the object is only read when triggered.
    pub schedule: Option<String>,
    /// Fields that every installation reads.
    pub required_fields: Vec<Field>,
    /// Fields that a customer may choose.
    pub optional_fields: Vec<Field>,
    /// `optionalFieldsAuto: all`: a customer may choose any field.
    pub optional_fields_auto: bool,
    /// What is read at installation.
    pub backfill: Backfill,
    /// Deprecated `delivery` block.
    pub delivery: Option<Delivery>,
    /// `enabled: always`: read for every installation, chosen or not.
    pub always_enabled: bool,
}

/// A field to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Field {
    /// A field of the provider, perhaps under a name that the manifest gives.
    #[serde(rename_all = "camelCase")]
    Existent {
        /// The provider's name, or a path in bracket form.
        field_name: String,
        /// Where given, the value is delivered in `mappedFields` under this name.
        map_to_name: Option<String>,
        /// Shown to people.
        map_to_display_name: Option<String>,
    },
    /// A concept whose field the customer chooses.
    #[serde(rename_all = "camelCase")]
    Mapping {
        /// The name in `mappedFields`.
        map_to_name: String,
        /// Shown to people.
        map_to_display_name: Option<String>,
        /// Used where the customer chose none.
        default: Option<String>,
        /// Shown to people.
        prompt: Option<String>,
    },
}

/// What is read at installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Backfill {
    /// Nothing: only what changes from then on.
    #[default]
    None,
    /// What changed in the last days.
    Days(u32),
    /// Everything.
    FullHistory,
}

/// The deprecated `delivery` block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "mode")]
pub enum Delivery {
    /// Delivered as read.
    Auto,
    /// Delivered a page at a time, on request.
    #[serde(rename_all = "camelCase")]
    OnRequest {
        /// 50 to 500 records.
        page_size: u32,
    },
}

/// An object that can be written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteObject {
    /// The provider's name.
    pub object_name: String,
    /// Whether the mappings of the read object hold for writes.
    pub inherit_mapping: bool,
    /// Whether defaults may be set for any field.
    pub allow_any_value_defaults: bool,
}

/// An object whose changes are subscribed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscribeObject {
    /// The provider's name.
    pub object_name: String,
    /// Name of the destination.
    pub destination: String,
    /// Whether fields and mappings are those of the read object.
    pub inherit_fields_and_mapping: bool,
    /// Whether new records are announced.
    pub create_event: bool,
    /// Which changes are announced.
    pub update_event: Option<WatchFields>,
    /// Whether deletions are announced.
    pub delete_event: bool,
    /// Whether changed associations are announced.
    pub association_change_event: Option<AssociationChange>,
    /// The provider's own names of further events.
    pub other_events: Vec<String>,
}

/// Which fields' changes count as an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WatchFields {
    /// `watchFieldsAuto: all`.
    All,
    /// `watchFieldsAuto: selected`.
    Selected,
    /// `requiredWatchFields`.
    Named(Vec<String>),
}

/// How changed associations are announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssociationChange {
    /// Whether the associated records travel along.
    pub include_full_records: bool,
}

/// Whether and how API calls are proxied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proxy {
    /// Whether calls are proxied.
    pub enabled: bool,
    /// Whether the module's base URL is used.
    pub use_module: bool,
}

/// Which changes of the customer's schema are watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WatchSchema {
    /// Name of the destination.
    pub destination: String,
    /// Five-field cron in UTC; daily at midnight by default.
    pub schedule: String,
    /// New fields.
    pub field_created: bool,
    /// Vanished fields.
    pub field_deleted: bool,
    /// Changed fields.
    pub field_changed: bool,
}
