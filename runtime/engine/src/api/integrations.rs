//! Integrations: what is deployed, and deploying.

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
    deployment_plan::{self, DeploymentPlan},
    document::Routes,
    extract::{Body, IdempotencyKey, Path, Query},
    problem::Problem,
    shapes,
    source::{self, Source},
    status::check_project,
    to_the_end,
};
use crate::project::Synchronised;

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list, create)).add(routes!(deploy)).add(routes!(show, delete)).add(routes!(reload))
}

/// What a deployment may do.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HowToDeploy {
    /// It may take away objects that installations read: those reads are paused.
    pub(super) destructive: bool,
}

/// What a deployment of several may do.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HowToDeployAll {
    /// It may take away objects that installations read: those reads are paused.
    destructive: bool,
    /// Nothing changes: the answer is a DeploymentPlan.
    dry_run: bool,
}

/// What came of a deployment: the integrations as they are then, or with `dryRun` what would change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = DeploymentResult)]
enum Deployed {
    Integrations(Vec<shapes::Integration>),
    Plan(Box<DeploymentPlan>),
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

/// Makes an integration.
///
/// The manifest holds one that is not there yet.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/integrations", operation_id = "createIntegration", tag = "integrations",
    params(IdempotencyKey), request_body = Source,
    responses((status = 201, body = shapes::Integration), (status = 409, description = "There is one of this name."))
)]
async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    Body(source): Body<Source>,
) -> Result<(StatusCode, Json<shapes::Integration>), Problem> {
    check_project(&api, &project)?;
    let manifest = source::manifest(&api, source).await?;
    let name = source::only_integration(&manifest)?.name.clone();
    let (projects, origin) = (api.projects.clone(), client_origin(&headers));
    to_the_end(async move { projects.deploy_new(&manifest, origin).await.map(drop) }).await?;
    let made = api.projects.integration(&name).await?;
    Ok((StatusCode::CREATED, Json(shapes::integration(&api.project, &made))))
}

/// Deploys every integration of an amp.yaml.
///
/// Each that says something new has a revision more; those that it does not name stay. With `dryRun` nothing changes, and the answer
/// tells what would.
#[utoipa::path(
    put, path = "/v1/projects/{projectIdOrName}/integrations:batch", operation_id = "deployIntegrations", tag = "integrations",
    params(HowToDeployAll), request_body = Source, responses((status = 200, body = Deployed))
)]
async fn deploy(
    State(api): Shared,
    Path(project): Path<String>,
    Query(how): Query<HowToDeployAll>,
    headers: HeaderMap,
    Body(source): Body<Source>,
) -> Result<Json<Deployed>, Problem> {
    check_project(&api, &project)?;
    let manifest = source::manifest(&api, source).await?;
    let (projects, origin) = (api.projects.clone(), client_origin(&headers));
    if how.dry_run {
        let preview = projects.preview(&manifest, &origin).await?;
        return Ok(Json(Deployed::Plan(Box::new(deployment_plan::plan(preview)))));
    }
    let deployed = to_the_end(async move { projects.deploy(&manifest, origin, how.destructive).await }).await?;
    Ok(Json(Deployed::Integrations(deployed.iter().map(|one| shapes::integration(&api.project, one)).collect())))
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
