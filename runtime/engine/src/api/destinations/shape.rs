//! A destination as the API shows it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    destination::{DeliverySettings, grants::DestinationGrants},
    journal::DestinationState,
    project::{DestinationRecord, Origin},
    secrets::{DestinationSecrets, Secrets},
};

/// Where messages go.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Destination {
    /// Stable, as messages' metadata carries it.
    id: String,
    /// What manifests call it.
    name: String,
    /// The sink that serves it.
    r#type: String,
    /// The sink's configuration, in the spelling in which it was given.
    metadata: Map<String, Value>,
    /// What its sink may do besides what its sandbox lets it; values of credentials are never shown.
    grants: DestinationGrants,
    /// What is set of the pace at which messages go there.
    delivery: DeliverySettings,
    /// When it was made.
    create_time: Timestamp,
    /// When it last changed.
    update_time: Timestamp,
    origin: DestinationOrigin,
    /// The file that declares it: it is changed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    origin_file: Option<String>,
    /// Why it is stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    disabled_reason: Option<String>,
    /// Shown where they are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secrets: Option<DestinationSecretsShown>,
}

/// Who made a destination.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum DestinationOrigin {
    /// amp.yaml or ampline.toml of the runtime.
    File,
    /// A manifest of the older form that was deployed.
    Manifest,
    /// The command line.
    Command,
    /// Another client of the API.
    Api,
}

/// What receivers verify messages with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DestinationSecrets)]
pub(super) struct DestinationSecretsShown {
    /// The newest key of a webhook (`whsec_…`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    webhook_signing_key: Option<String>,
}

/// Whether secrets are shown.
pub(super) enum Asked<'a> {
    Nothing,
    Secrets(&'a DestinationSecrets),
}

pub(super) fn destination(record: &DestinationRecord, state: Option<&DestinationState>, asked: Asked<'_>) -> Destination {
    let secrets = match asked {
        Asked::Nothing => None,
        Asked::Secrets(secrets) => {
            let newest = secrets.signing_keys(&record.id).into_iter().next();
            Some(DestinationSecretsShown { webhook_signing_key: newest.map(|key| key.text().reveal().to_owned()) })
        }
    };
    let stopped = state.and_then(|state| state.disabled_reason.clone());
    Destination {
        id: record.id.clone(),
        name: record.name.clone(),
        r#type: record.kind.clone(),
        metadata: record.metadata.clone(),
        grants: record.grants.clone(),
        delivery: record.delivery.clone(),
        create_time: record.create_time,
        update_time: record.update_time,
        origin: match &record.origin {
            Origin::File(_) => DestinationOrigin::File,
            _ if record.from_manifest => DestinationOrigin::Manifest,
            Origin::Command => DestinationOrigin::Command,
            Origin::Api => DestinationOrigin::Api,
        },
        origin_file: record.origin.file().map(str::to_owned),
        disabled_reason: record.disabled_reason.clone().or(stopped),
        secrets,
    }
}
