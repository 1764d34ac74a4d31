//! The exchanges of `tests/data/providers` as types.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// What is known of one provider.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Fixture {
    #[serde(default)]
    pub(super) workspace: Option<String>,
    pub(super) scenarios: Vec<Scenario>,
    pub(super) by_id: Vec<ById>,
    #[serde(default)]
    pub(super) fields: Vec<Fields>,
}

/// One run, from its first page to its end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub(super) title: String,
    pub(super) object: String,
    #[serde(default)]
    pub(super) since: Option<String>,
    #[serde(default)]
    pub(super) until: Option<String>,
    #[serde(default)]
    pub(super) deletes: bool,
    pub(super) exchanges: Vec<Exchange>,
}

/// What must be asked, what is answered, and what that must mean.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Exchange {
    pub(super) ask: String,
    /// The JSON body of the request; none where it is left out.
    #[serde(default)]
    pub(super) body: Option<Value>,
    /// Headers that the request must have.
    #[serde(default)]
    pub(super) sent: BTreeMap<String, String>,
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) answer: Box<RawValue>,
    /// Ids of the records that are delivered.
    #[serde(default)]
    pub(super) records: Vec<String>,
    /// The class of the error.
    #[serde(default)]
    pub(super) error: Option<String>,
    /// Its message.
    #[serde(default)]
    pub(super) says: Option<String>,
    #[serde(default)]
    pub(super) wait_seconds: Option<f64>,
}

/// Records by id.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ById {
    pub(super) object: String,
    pub(super) ids: Vec<String>,
    pub(super) ask: String,
    pub(super) answer: Box<RawValue>,
    pub(super) records: Vec<String>,
}

/// A description of fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    pub(super) object: String,
    pub(super) ask: String,
    pub(super) answer: Box<RawValue>,
    pub(super) fields: Vec<String>,
}

/// The fixture of each shipped provider, with its name.
pub(super) fn all() -> Vec<(&'static str, Fixture)> {
    macro_rules! fixture {
        ($name:literal) => {
            (
                $name,
                serde_json::from_str(include_str!(concat!("../../../../tests/data/providers/", $name, ".json")))
                    .unwrap_or_else(|error| panic!("{}: {error}", $name)),
            )
        };
    }
    vec![
        fixture!("activeCampaign"),
        fixture!("attio"),
        fixture!("close"),
        fixture!("freshdesk"),
        fixture!("github"),
        fixture!("intercom"),
        fixture!("notion"),
        fixture!("outreach"),
        fixture!("pipedrive"),
        fixture!("salesloft"),
        fixture!("stripe"),
        fixture!("zendeskSupport"),
    ]
}
