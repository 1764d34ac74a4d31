//! What an amp.yaml says, once it is known to be sound. Names and meanings are those of the manifest format, specVersion 1.0.0;
//! older forms are lowered to them, and what only they can say has types of its own.

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

impl Manifest {
    /// Where no file says anything. (A file says at least one integration.)
    pub fn empty() -> Self {
        Self { spec_version: "1.0.0".to_owned(), integrations: Vec::new(), destinations: Vec::new() }
    }
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
    /// The provider's name. With [`object_choice`](Self::object_choice): the name it is mapped to, by which an installation
    /// names the object that the customer chose.
    pub object_name: String,
    /// The customer chooses the provider's object at installation; until then there is nothing to read.
    pub object_choice: Option<ObjectChoice>,
    /// The name that messages carry in its place.
    pub map_to_name: Option<String>,
    /// Shown to people.
    pub map_to_display_name: Option<String>,
    /// Name of the destination.
    pub destination: String,
    /// Five-field cron in UTC or an interval (`every 7 hours`), as [`Schedule::parse`](crate::schedule::Schedule::parse) reads
    /// it; nothing where the object is only read when triggered, beyond the backfill.
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

/// An object that the customer chooses (the older form).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectChoice {
    /// Shown to the customer besides the display name.
    pub prompt: Option<String>,
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
    /// What only the older form says of writes.
    pub legacy: Option<LegacyWrite>,
}

/// A write in the form of 2023 or of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LegacyWrite {
    /// The customer chooses the provider's object at installation; the object's name is that which it is mapped to.
    pub object_choice: Option<ObjectChoice>,
    /// What a call does where it does not say so itself.
    pub mode: Option<WriteMode>,
    /// The last part of the path that is called, in place of the object's name.
    pub endpoint: Option<String>,
    /// When gathered writes go out, as [`ReadObject::schedule`]; at once where there is none.
    pub schedule: Option<String>,
    /// Fields that the customer or the product made.
    pub custom_fields: Vec<Field>,
}

/// What a write does to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WriteMode {
    /// Makes a new one.
    Insert,
    /// Changes one.
    Update,
    /// Changes it if there is one, else makes one.
    Upsert,
}

/// An object whose changes are subscribed. The older form has an entry for each event, so that several may have the same name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscribeObject {
    /// The provider's name. With [`object_choice`](Self::object_choice): the name it is mapped to.
    pub object_name: String,
    /// The customer chooses the provider's object at installation (the older form).
    pub object_choice: Option<ObjectChoice>,
    /// The name that bodies carry in its place (the older form; today's takes that of the read object).
    pub map_to_name: Option<String>,
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
    /// What bodies look like.
    pub style: MessageStyle,
}

/// What the bodies of a subscription look like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MessageStyle {
    /// Today's messages: `result` with an entry for each record.
    #[default]
    Current,
    /// The bodies of 2023, one for each event, and of an update one for each changed field: `primaryKey`, `event`, `createTime`
    /// and `fields`; `updateTime`, `changedField` and `otherFields`; or `deleteTime`. Names are in [`camel_case`](super::camel_case).
    Legacy(LegacyBody),
}

/// Which fields the body of an update in the form of 2023 speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LegacyBody {
    /// `watchFields`: one that changed is `changedField`, the others are among `otherFields`. Empty: every change counts.
    pub watch_fields: Vec<NamedField>,
    /// `additionalFields`: always among `otherFields`.
    pub additional_fields: Vec<NamedField>,
}

/// A field of the provider under the name that bodies carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedField {
    /// As the file writes it.
    pub name: String,
    /// The provider's.
    pub field_name: String,
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
