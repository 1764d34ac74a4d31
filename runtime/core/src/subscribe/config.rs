//! A customer's choices for subscriptions: the `subscribe` half of the contract's `config.content`.

use serde::{Deserialize, Serialize};

/// A customer's choices for the events of one object. What is left out stays as the manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SubscribeConfig {
    /// The provider's object; it stands under this name anyway.
    pub object_name: Option<String>,
    /// In place of the manifest's destination.
    pub destination: Option<String>,
    /// Only `true` has a meaning.
    pub inherit_fields_and_mappings: Option<bool>,
    /// New records.
    pub create_event: Option<EventConfig>,
    /// Changed fields.
    pub update_event: Option<UpdateConfig>,
    /// Records that are gone.
    pub delete_event: Option<EventConfig>,
    /// In place of the manifest's list of the provider's own names.
    pub other_events: Option<Vec<String>>,
}

/// Whether an event is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventConfig {
    /// `always` or `never`.
    pub enabled: Enabled,
}

/// Whether updates are wanted, and of which fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateConfig {
    /// `always` or `never`.
    pub enabled: Enabled,
    /// Every field: `all`; those that are delivered: `selected`.
    #[serde(default)]
    pub watch_fields_auto: Option<WatchAuto>,
    /// These fields, by the provider's names or by mapped ones.
    #[serde(default)]
    pub required_watch_fields: Vec<String>,
}

/// Whether something is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Enabled {
    /// Yes.
    Always,
    /// No.
    Never,
}

/// Which fields are watched without naming them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WatchAuto {
    /// Every field there is.
    All,
    /// Those that are delivered.
    Selected,
}
