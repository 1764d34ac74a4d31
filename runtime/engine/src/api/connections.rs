//! Connections: whose credentials there are, and whether they work. Never the credentials.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::{
    Shared,
    document::Routes,
    extract::{Path, Query},
    problem::Problem,
    shapes,
    status::check_project,
    to_the_end,
};
use crate::project::{ConnectionRecord, Party};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list))
}

/// Which connections; all where nothing is said.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct Wanted {
    /// Only those to this provider.
    provider: Option<String>,
    /// Only those of this group.
    group_ref: Option<String>,
    /// Only those that this person gave.
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

/// Lists connections, without their credentials.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/connections", operation_id = "listConnections", tag = "connections",
    params(Wanted), responses((status = 200, body = [shapes::Connection]))
)]
async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<shapes::Connection>>, Problem> {
    check_project(&api, &project)?;
    let all = api.projects.store().connections().await?;
    Ok(Json(all.iter().filter(|one| wanted.fits(one)).map(|one| shapes::connection(&api.project, one)).collect()))
}

/// Deletes a connection and its credentials.
///
/// One that an installation uses stays: delete the installation first.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/connections/{connectionId}", operation_id = "deleteConnection",
    tag = "connections", responses((status = 204, description = "Deleted"))
)]
pub(super) async fn delete(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    let projects = api.projects.clone();
    to_the_end(async move { projects.delete_connection(&id).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}
