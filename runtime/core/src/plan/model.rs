//! Manifest × installation → what exactly is read, how, and where it goes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{manifest::Backfill, schedule::Schedule};

/// What one customer chose when installing an integration (the `config.content` of the contract, its read half).
#[derive(Debug, Clone, PartialEq)]
pub struct Installation {
    /// Stable id.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// Name of the integration.
    pub integration: String,
    /// The customer's team: the product's own id and name for it.
    pub group_ref: String,
    /// Shown to people.
    pub group_name: String,
    /// The person who installed.
    pub consumer_ref: String,
    /// Shown to people.
    pub consumer_name: String,
    /// Whose credentials are used.
    pub connection_id: String,
    /// The provider's workspace (a subdomain, a portal), where there is one.
    pub workspace: Option<String>,
    /// When the configuration last changed.
    pub update_time: Timestamp,
    /// Choices by the provider's object name. Objects without an entry are read with the manifest's defaults.
    pub objects: BTreeMap<String, ObjectConfig>,
}

/// A customer's choices for one object.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ObjectConfig {
    /// Neither scheduled nor triggered reads.
    pub disabled: bool,
    /// In place of the manifest's schedule.
    pub schedule: Option<String>,
    /// In place of the manifest's destination.
    pub destination: Option<String>,
    /// Optional fields, chosen or not.
    pub selected_fields: BTreeMap<String, bool>,
    /// Every field there is.
    pub selected_fields_auto: bool,
    /// `mapToName` to the provider's field.
    pub selected_field_mappings: BTreeMap<String, String>,
}

/// Names one read: one object of one installation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadKey {
    /// The installation.
    pub installation_id: String,
    /// The provider's object name.
    pub object_name: String,
}

/// What every message of a read says besides its records.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageContext {
    /// The installation and all it says of project, group, consumer and connection.
    pub installation: Installation,
    /// Catalog name of the provider.
    pub provider: String,
    /// As messages carry it: mapped if mapped.
    pub object_name: String,
    /// The provider's name, where the object is mapped.
    pub raw_object_name: Option<String>,
    /// Name of the destination.
    pub destination: String,
    /// Its id.
    pub destination_id: String,
}

/// Which fields of a record are delivered, and under which names. Source names are matched without regard to case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldSelection {
    /// Delivered in `fields`, keyed by the lower-cased name.
    pub plain: Vec<String>,
    /// Delivered in `mappedFields`: (name in the message, the provider's field).
    pub mapped: Vec<(String, String)>,
    /// Deliver every field there is in `fields`.
    pub all: bool,
    /// Asked of the provider beyond those above: with `all`, the names it gave for all its fields.
    pub requested: Vec<String>,
}

/// One read, fully decided.
#[derive(Debug, Clone)]
pub struct ReadPlan {
    /// Its name.
    pub key: ReadKey,
    /// What its messages say.
    pub context: MessageContext,
    /// What it delivers.
    pub fields: FieldSelection,
    /// When it runs; nothing where it is only triggered.
    pub schedule: Option<Schedule>,
    /// What it reads first.
    pub backfill: Backfill,
}
