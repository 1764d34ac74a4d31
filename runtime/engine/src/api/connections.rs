//! Connections: whose credentials there are, and whether they work. Never the credentials.

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Shared,
    problem::{Problem, bad_request},
    shapes,
    status::check_project,
    to_the_end,
};
use crate::project::{ConnectionRecord, Party};

/// Which connections; all where nothing is said.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    provider: Option<String>,
    group_ref: Option<String>,
    consumer_ref: Option<String>,
}

impl Wanted {
    fn fits(&self, one: &ConnectionRecord) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|wanted| found == Some(wanted));
        let reference = |party: &Option<Party>| party.as_ref().map(|party| party.reference.clone());
        is(&self.provider, Some(&one.provider))
            && is(&self.group_ref, reference(&one.group).as_deref())
            && is(&self.consumer_ref, reference(&one.consumer).as_deref())
    }
}

/// `GET /v1/projects/{project}/connections?provider=…&groupRef=…&consumerRef=…`
pub(super) async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Problem> {
    check_project(&api, &project)?;
    let Query(wanted) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let all = api.projects.store().connections().await?;
    Ok(Json(all.iter().filter(|one| wanted.fits(one)).map(|one| shapes::connection(&api.project, one)).collect()))
}

/// `DELETE /v1/projects/{project}/connections/{connection}`
pub(super) async fn delete(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    let projects = api.projects.clone();
    to_the_end(async move { projects.delete_connection(&id).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}
