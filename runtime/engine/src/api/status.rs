//! How everything stands.

use ampline_core::plan::ReadKey;
use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    Api, Shared,
    document::Routes,
    extract::Path,
    problem::{Problem, not_found},
};
use crate::{
    journal::{DestinationState, InboxState, Operation, Pause, ReadState},
    project::{ConnectionRecord, ConnectionStatus},
    scheduler::NextRun,
};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(status))
}

/// How everything stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RuntimeStatus)]
pub struct Status {
    /// The project.
    pub project: String,
    /// The runtime's version.
    pub version: String,
    /// Since when reads and deliveries run; nothing while no runtime runs.
    pub running_since: Option<Timestamp>,
    /// Why no read goes on, where that is so: the disk is full.
    pub reads_held: Option<String>,
    /// Every read that ever began, and those that are due.
    pub reads: Vec<ReadStatus>,
    /// Every known destination.
    pub destinations: Vec<DestinationState>,
    /// Providers' events that are not messages yet.
    pub events: InboxState,
    /// Connections that do not work.
    #[serde(default)]
    pub connections: Vec<BadConnection>,
}

/// A connection whose credentials the provider refuses.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BadConnection {
    /// Its id.
    pub id: String,
    /// What ampline.toml calls it.
    pub name: Option<String>,
    /// Catalog name.
    pub provider: String,
    /// Whose it is.
    pub group_ref: Option<String>,
    /// Why, in the provider's words where there are any.
    pub reason: Option<String>,
}

/// How one read stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadStatus {
    /// The installation.
    pub installation_id: String,
    /// Its integration; nothing where the read is not configured now.
    #[serde(default)]
    pub integration: Option<String>,
    /// Its customer's group; nothing where the read is not configured now.
    #[serde(default)]
    pub group_ref: Option<String>,
    /// The provider's object name.
    pub object_name: String,
    /// The latest operation.
    pub operation: Option<Operation>,
    /// Failures in a row.
    pub failures: u32,
    /// When it runs next.
    pub next_run_at: Option<Timestamp>,
    /// Why it must wait, where it must.
    pub held: Option<String>,
    /// Why and since when it does not run, where it is paused.
    #[serde(default)]
    pub paused: Option<Pause>,
}

/// A runtime serves one project; other names are not there.
pub(super) fn check_project(api: &Api, project: &str) -> Result<(), Problem> {
    if project == api.project { Ok(()) } else { Err(not_found(format!("there is no project {project:?}"))) }
}

pub(super) fn read_status(api: &Api, key: ReadKey, next: Option<NextRun>, state: Option<ReadState>) -> ReadStatus {
    let (next_run_at, held) = match next {
        Some(NextRun::At(at)) => (Some(at), None),
        Some(NextRun::Held(reason)) => (None, Some(reason)),
        None => (None, None),
    };
    let failures = state.as_ref().map_or(0, |state| state.failures);
    let (operation, paused) = state.map_or((None, None), |state| (state.operation, state.paused));
    let ReadKey { installation_id, object_name } = key;
    let whose = api.board.whose(&installation_id);
    let (integration, group_ref) = whose.map(|whose| (whose.integration, whose.group_ref)).unzip();
    ReadStatus { installation_id, integration, group_ref, object_name, operation, failures, next_run_at, held, paused }
}

fn bad_connections(mut all: Vec<ConnectionRecord>) -> Vec<BadConnection> {
    all.retain(|one| one.status == ConnectionStatus::BadCredentials && one.disabled_reason.is_none());
    let told = |one: ConnectionRecord| BadConnection {
        id: one.id,
        name: one.name,
        provider: one.provider,
        group_ref: one.group.map(|group| group.reference),
        reason: one.status_reason,
    };
    all.into_iter().map(told).collect()
}

/// Shows how everything stands: reads, destinations, events, and connections that do not work.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/status", operation_id = "showStatus", tag = "runtime",
    responses((status = 200, body = Status))
)]
async fn status(State(api): Shared, Path(project): Path<String>) -> Result<Json<Status>, Problem> {
    check_project(&api, &project)?;
    let mut next_runs = api.board.next_runs();
    let mut reads: Vec<ReadStatus> = (api.journal.reads().await?.into_iter())
        .map(|state| read_status(&api, state.key.clone(), next_runs.remove(&state.key), Some(state)))
        .collect();
    reads.extend(next_runs.into_iter().map(|(key, next)| read_status(&api, key, Some(next), None)));
    reads.sort_by(|a, b| (&a.installation_id, &a.object_name).cmp(&(&b.installation_id, &b.object_name)));
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let destinations = api.journal.destinations().await?;
    let reads_held = api.pressure.as_ref().and_then(|pressure| pressure.on_all());
    let connections = bad_connections(api.projects.store().connections().await?);
    Ok(Json(Status {
        project,
        version,
        running_since: api.running_since,
        reads_held,
        reads,
        destinations,
        events: api.journal.inbox(),
        connections,
    }))
}
