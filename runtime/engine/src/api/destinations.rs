//! Starting and stopping destinations.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use super::{
    Api, Shared,
    problem::{Problem, not_found},
    status::check_project,
};

/// `POST /v1/projects/{project}/destinations/{name}/enable`
pub(super) async fn enable(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    set(&api, &project, &name, None).await
}

/// `POST /v1/projects/{project}/destinations/{name}/disable`
pub(super) async fn disable(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    set(&api, &project, &name, Some("stopped by an operator".into())).await
}

async fn set(api: &Api, project: &str, name: &str, reason: Option<String>) -> Result<StatusCode, Problem> {
    check_project(api, project)?;
    if !api.journal.destinations().await?.iter().any(|state| state.name == name) {
        return Err(not_found(format!("there is no destination {name:?}")));
    }
    tracing::info!(event = "destination.set", destination = %name, reason = reason.as_deref());
    api.journal.set_destination(name, reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
