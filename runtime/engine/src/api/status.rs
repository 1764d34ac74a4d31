//! How everything stands.

use axum::{
    Json,
    extract::{Path, State},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Api, Shared,
    problem::{Problem, not_found},
};
use crate::journal::{DestinationState, Operation};

/// How everything stands.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The project.
    pub project: String,
    /// The runtime's version.
    pub version: String,
    /// Since when reads and deliveries run; nothing while no runtime runs.
    pub running_since: Option<Timestamp>,
    /// Every read that ever began, and those that are due.
    pub reads: Vec<ReadStatus>,
    /// Every known destination.
    pub destinations: Vec<DestinationState>,
}

/// How one read stands.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadStatus {
    /// The installation.
    pub installation_id: String,
    /// The provider's object name.
    pub object_name: String,
    /// The latest operation.
    pub operation: Option<Operation>,
    /// Failures in a row.
    pub failures: u32,
    /// When it runs next.
    pub next_run_at: Option<Timestamp>,
}

/// A runtime serves one project; other names are not there.
pub(super) fn check_project(api: &Api, project: &str) -> Result<(), Problem> {
    if project == api.project { Ok(()) } else { Err(not_found(format!("there is no project {project:?}"))) }
}

/// `GET /v1/projects/{project}/status`
pub(super) async fn status(State(api): Shared, Path(project): Path<String>) -> Result<Json<Status>, Problem> {
    check_project(&api, &project)?;
    let next_runs = api.next_runs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    let mut reads: Vec<ReadStatus> = (api.journal.reads().await?.into_iter())
        .map(|state| ReadStatus {
            next_run_at: next_runs.get(&state.key).copied(),
            installation_id: state.key.installation_id,
            object_name: state.key.object_name,
            operation: state.operation,
            failures: state.failures,
        })
        .collect();
    reads.sort_by(|a, b| (&a.installation_id, &a.object_name).cmp(&(&b.installation_id, &b.object_name)));
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let destinations = api.journal.destinations().await?;
    Ok(Json(Status { project, version, running_since: api.running_since, reads, destinations }))
}
