//! Integrations: what is deployed, every revision of it, and deploying.

use ampline_core::manifest::{self, Severity};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{
    Shared, client_origin,
    document::Routes,
    extract::{Body, Path, Query},
    problem::{Place, Problem, RequestIssue, invalid},
    shapes,
    status::check_project,
    to_the_end,
};
use crate::project::Synchronised;

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list)).add(routes!(deploy)).add(routes!(show, delete)).add(routes!(revisions)).add(routes!(reload))
}

/// What a deployment may do.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HowToDeploy {
    /// It may take away objects that installations read: those reads are paused.
    destructive: bool,
}

/// What is deployed: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = IntegrationSource)]
struct Source {
    /// The text of an amp.yaml.
    source_yaml: Option<String>,
    /// Where an archive with an amp.yaml was put.
    source_zip_url: Option<String>,
}

/// Lists integrations.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations", operation_id = "listIntegrations", tag = "integrations",
    responses((status = 200, body = [shapes::Integration]))
)]
async fn list(State(api): Shared, Path(project): Path<String>) -> Result<Json<Vec<shapes::Integration>>, Problem> {
    check_project(&api, &project)?;
    let all = api.projects.store().integrations().await?;
    Ok(Json(all.iter().map(|one| shapes::integration(&api.project, one)).collect()))
}

/// Shows an integration with its latest revision.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}", operation_id = "getIntegration",
    tag = "integrations", responses((status = 200, body = shapes::Integration))
)]
async fn show(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<Json<shapes::Integration>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(shapes::integration(&api.project, &api.projects.integration(&name).await?)))
}

/// Lists the revisions of an integration, the latest first.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/revisions",
    operation_id = "listIntegrationRevisions", tag = "integrations", responses((status = 200, body = [shapes::Revision]))
)]
async fn revisions(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
) -> Result<Json<Vec<shapes::Revision>>, Problem> {
    check_project(&api, &project)?;
    let integration = api.projects.integration(&name).await?;
    let all = api.projects.store().integration_revisions(&integration.id).await?;
    Ok(Json(all.iter().map(shapes::revision).collect()))
}

/// Deletes an integration.
///
/// One that has installations stays: delete them first.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}", operation_id = "deleteIntegration",
    tag = "integrations", responses((status = 204, description = "Deleted"))
)]
async fn delete(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    let projects = api.projects.clone();
    to_the_end(async move { projects.delete_integration(&name).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deploys every integration of an amp.yaml.
///
/// Each that says something new has a revision more.
#[utoipa::path(
    put, path = "/v1/projects/{projectIdOrName}/integrations:batch", operation_id = "deployIntegrations", tag = "integrations",
    params(HowToDeploy), request_body = Source, responses((status = 200, body = [shapes::Integration]))
)]
async fn deploy(
    State(api): Shared,
    Path(project): Path<String>,
    Query(how): Query<HowToDeploy>,
    headers: HeaderMap,
    Body(source): Body<Source>,
) -> Result<Json<Vec<shapes::Integration>>, Problem> {
    check_project(&api, &project)?;
    let wrong = |name: &str, detail: String| RequestIssue::new(Place::Body, name, detail);
    if source.source_zip_url.is_some() {
        let detail = "archives are not taken: send the text of amp.yaml as sourceYaml".to_owned();
        return Err(invalid(vec![wrong("sourceZipUrl", detail)]));
    }
    let missing = || invalid(vec![wrong("sourceYaml", "is missing: the text of an amp.yaml".to_owned())]);
    let text = source.source_yaml.ok_or_else(missing)?;
    let checked = manifest::check(text.as_bytes());
    let Some(manifest) = checked.manifest else {
        let errors = checked.issues.into_iter().filter(|issue| issue.severity == Severity::Error);
        let issue = |issue: manifest::Issue| {
            let told = wrong(&format!("sourceYaml:{}:{}", issue.line, issue.column), issue.message);
            RequestIssue { remedy: issue.suggestion, ..told }
        };
        return Err(invalid(errors.map(issue).collect()));
    };
    let (projects, origin) = (api.projects.clone(), client_origin(&headers));
    let deployed = to_the_end(async move { projects.deploy(&manifest, origin, how.destructive).await }).await?;
    Ok(Json(deployed.iter().map(|one| shapes::integration(&api.project, one)).collect()))
}

/// What a reload changed.
#[derive(Debug, Serialize, ToSchema)]
struct Reloaded {
    /// Integrations that are other than before.
    integrations: usize,
    /// Connections that are other than before.
    connections: usize,
    /// Installations that are other than before.
    installations: usize,
    /// Destinations that are other than before.
    destinations: usize,
    /// What counts only from the next start on.
    notes: Vec<String>,
}

/// Reads the files anew.
///
/// amp.yaml, ampline.toml and the folder of installations count as they are now.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/files:reload", operation_id = "reloadFiles", tag = "integrations",
    params(HowToDeploy), responses((status = 200, body = Reloaded))
)]
async fn reload(
    State(api): Shared,
    Path(project): Path<String>,
    Query(how): Query<HowToDeploy>,
) -> Result<Json<Reloaded>, Problem> {
    check_project(&api, &project)?;
    let projects = api.projects.clone();
    let done = to_the_end(async move { projects.reload(how.destructive).await }).await?;
    let Synchronised { integrations, connections, installations, destinations, notes } = done;
    Ok(Json(Reloaded { integrations, connections, installations, destinations, notes }))
}
