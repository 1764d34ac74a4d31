//! Manifest × installation → what exactly is read, how, and where it goes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::filters::meets;
pub use crate::field_path::FieldPath;
use crate::{cursor::ReadType, manifest::Backfill, provider::Record, schedule::Schedule};

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

impl Installation {
    /// All that messages say of it: what was chosen is in the plans, of which there may be thousands.
    pub(super) fn without_objects(&self) -> Self {
        Self {
            id: self.id.clone(),
            project_id: self.project_id.clone(),
            integration: self.integration.clone(),
            group_ref: self.group_ref.clone(),
            group_name: self.group_name.clone(),
            consumer_ref: self.consumer_ref.clone(),
            consumer_name: self.consumer_name.clone(),
            connection_id: self.connection_id.clone(),
            workspace: self.workspace.clone(),
            update_time: self.update_time,
            objects: BTreeMap::new(),
        }
    }
}

/// A customer's choices for one object.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ObjectConfig {
    /// The provider's object; where it is left out, the name that this configuration stands under.
    pub object_name: Option<String>,
    /// Neither scheduled nor triggered reads.
    pub disabled: bool,
    /// In place of the manifest's schedule.
    pub schedule: Option<String>,
    /// In place of the manifest's destination.
    pub destination: Option<String>,
    /// Optional fields, chosen or not.
    pub selected_fields: BTreeMap<String, bool>,
    /// Every field there is: `all`.
    pub selected_fields_auto: Option<SelectedFieldsAuto>,
    /// `mapToName` to the provider's field.
    pub selected_field_mappings: BTreeMap<String, String>,
    /// By the provider's field: the value that is delivered, to the provider's value.
    pub selected_value_mappings: BTreeMap<String, BTreeMap<String, String>>,
    /// Only records that match all of these are read.
    pub field_filters: Vec<FieldFilter>,
    /// In place of the manifest's backfill.
    pub backfill: Option<BackfillConfig>,
    /// Whether deleted records are read; by default where the destination mirrors records (a table, the hosted store).
    pub deletes: Option<bool>,
    /// Objects whose associations are delivered along.
    pub associations: Vec<String>,
}

/// `selectedFieldsAuto` and its one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SelectedFieldsAuto {
    /// Every field there is.
    All,
}

/// A customer's own backfill.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BackfillConfig {
    /// How far back.
    pub default_period: BackfillPeriod,
    /// Only records that match all of these are backfilled; those of the object count as well.
    pub field_filters: Vec<FieldFilter>,
}

/// How far back a backfill reads: one of the two.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BackfillPeriod {
    /// Days; 0 = none.
    pub days: Option<u32>,
    /// Everything.
    pub full_history: Option<bool>,
}

/// One condition that records must meet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldFilter {
    /// The provider's field.
    pub field_name: String,
    /// How it is compared.
    pub operator: FilterOperator,
    /// With what: text, a number or a truth value.
    pub value: serde_json::Value,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FilterOperator {
    /// Equal.
    Eq,
}

/// What a plan needs to know of a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDestination {
    /// Its id.
    pub id: String,
    /// Whether it holds the latest state of each record (a table, the hosted store), so that deleted records must reach it.
    pub mirrors_records: bool,
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
    /// The installation and all it says of project, group, consumer and connection; without its choices.
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

/// A field that is delivered in `mappedFields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedField {
    /// The name in the message. A path of names (`$['info']['status']`) makes objects within objects.
    pub name: FieldPath,
    /// The provider's field.
    pub source: FieldPath,
}

/// Values of one field: the provider's to the one that is delivered in its place. Values not named pass as they are.
pub type ValueMap = BTreeMap<String, String>;

/// Which fields of a record are delivered, and under which names. Source names are matched without regard to case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldSelection {
    /// Delivered in `fields`: a name keyed by itself in lower case, a path by its text as written.
    pub plain: Vec<FieldPath>,
    /// Delivered in `mappedFields`.
    pub mapped: Vec<MappedField>,
    /// By the provider's field in lower case, or by the path as written: values that are delivered as others.
    pub values: BTreeMap<String, ValueMap>,
    /// Deliver every field there is in `fields`.
    pub all: bool,
    /// Asked of the provider beyond those above: with `all`, the names it gave for all its fields.
    pub requested: Vec<String>,
}

impl FieldSelection {
    /// Every field that is delivered, as often as it is named.
    pub fn source_paths(&self) -> impl Iterator<Item = &FieldPath> {
        self.plain.iter().chain(self.mapped.iter().map(|mapped| &mapped.source))
    }

    /// Names of the provider's fields that must be asked for, as written, each once (compared without regard to case). Of a path
    /// it is the first step; see [`FieldSelection::source_paths`] for a provider that must be told more.
    pub fn sources(&self) -> Vec<&str> {
        let names = self.source_paths().map(FieldPath::head).chain(self.requested.iter().map(String::as_str));
        let mut seen = BTreeSet::new();
        names.filter(|name| seen.insert(name.to_lowercase())).collect()
    }
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
    /// Module of the provider that the manifest names.
    pub module: Option<String>,
    /// Only records that match all of these are read.
    pub filters: Vec<FieldFilter>,
    /// Those, and these besides, while backfilling.
    pub backfill_filters: Vec<FieldFilter>,
    /// Whether deleted records are read as well.
    pub deletes: bool,
    /// Objects whose associations are delivered along.
    pub associations: Vec<String>,
    /// Most records of a message, where messages are delivered on request; nothing where they are delivered as they are read.
    pub on_request: Option<u32>,
}

impl ReadPlan {
    /// Whether a record meets the conditions of a run of this type. One that was deleted does: whether it ever arrived is not known.
    pub fn admits(&self, record: &Record, read_type: ReadType) -> bool {
        record.deleted || self.filters_of(read_type).all(|filter| meets(record, filter))
    }

    /// The conditions that hold for a run of this type.
    pub fn filters_of(&self, read_type: ReadType) -> impl Iterator<Item = &FieldFilter> {
        let backfill = if read_type == ReadType::Backfill { self.backfill_filters.as_slice() } else { &[] };
        self.filters.iter().chain(backfill)
    }
}
