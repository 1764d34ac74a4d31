//! Showing, starting and stopping destinations, and rotating their signing keys.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::{
    Api, Shared,
    document::Routes,
    extract::{Path, Query},
    problem::{Problem, not_found},
    status::check_project,
};
use crate::{
    secrets::{DestinationSecrets, RotationError, Secrets},
    sink::Destination,
};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(show)).add(routes!(enable)).add(routes!(disable))
}

/// The destinations that run.
pub struct Configured {
    /// By name.
    pub destinations: BTreeMap<String, Destination>,
    /// What they sign with.
    pub secrets: Arc<DestinationSecrets>,
}

/// What is asked for besides what may be told to anyone.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct Wanted {
    /// Show the signing key.
    include_secrets: bool,
    /// Make a new signing key first; the old one signs beside it for a while.
    rotate: bool,
}

/// Shows a destination.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}", operation_id = "getDestination",
    tag = "destinations", params(Wanted), responses((status = 200, body = Value))
)]
async fn show(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Some(configured) = &api.configured else {
        let problem =
            Problem::new(StatusCode::CONFLICT, "no runtime uses this data folder, and the folder alone knows no destinations");
        return Err(problem.remedy("start it with `ampline run`, then ask again"));
    };
    let destination = configured.destinations.get(&name).ok_or_else(|| unknown(&name))?;
    if wanted.rotate {
        let (secrets, rotated) = (configured.secrets.clone(), name.clone());
        let rotating = tokio::task::spawn_blocking(move || secrets.rotate(&rotated)).await;
        let done = rotating.map_err(|error| failed(&error))?.map_err(refused)?;
        tracing::info!(event = "destination.signing_key_rotated", destination = %name, old_until = %done.until);
    }
    let mut answer = json!({
        "id": destination.id,
        "name": destination.name,
        "type": destination.kind,
        "metadata": destination.config,
    });
    if wanted.include_secrets {
        let newest = configured.secrets.signing_keys(&name).into_iter().next();
        answer["secrets"] = newest.map_or_else(|| json!({}), |key| json!({ "webhookSigningKey": key.text().reveal() }));
    }
    Ok(Json(answer))
}

fn unknown(name: &str) -> Problem {
    not_found(format!("there is no destination {name:?}"))
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "a signing key could not be rotated");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the signing key was not rotated; the runtime's log says why")
}

fn refused(error: RotationError) -> Problem {
    match &error {
        RotationError::Unknown(name) => unknown(name),
        RotationError::Vault(error) => failed(error),
        RotationError::Unsigned(_) | RotationError::Configured(_) | RotationError::TooOften { .. } => {
            Problem::new(StatusCode::CONFLICT, error.to_string())
        }
    }
}

/// Lets a stopped destination go on.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}/enable", operation_id = "enableDestination",
    tag = "destinations", responses((status = 204, description = "It goes on."))
)]
async fn enable(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    set(&api, &project, &name, None).await
}

/// Stops a destination. What waits for it is kept.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/destinations/{destinationIdOrName}/disable", operation_id = "disableDestination",
    tag = "destinations", responses((status = 204, description = "It is stopped."))
)]
async fn disable(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    set(&api, &project, &name, Some("stopped by an operator".into())).await
}

async fn set(api: &Api, project: &str, name: &str, reason: Option<String>) -> Result<StatusCode, Problem> {
    check_project(api, project)?;
    if !api.journal.destinations().await?.iter().any(|state| state.name == name) {
        return Err(unknown(name));
    }
    tracing::info!(event = "destination.set", destination = %name, reason = reason.as_deref());
    api.journal.set_destination(name, reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
