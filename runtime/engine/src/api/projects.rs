//! Projects: a runtime serves one, which has an id of ampline.toml and a name for people.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    Api, Shared,
    document::Routes,
    extract::{Body, Path},
    problem::{Place, Problem, RequestIssue, invalid},
    status::check_project,
};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list)).add(routes!(show, update))
}

/// What a runtime serves.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Project {
    /// As ampline.toml says.
    id: String,
    /// The same: a runtime's project has no other name.
    name: String,
    /// What the product is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    app_name: Option<String>,
    /// When its store was made.
    create_time: Timestamp,
    /// When it last changed.
    update_time: Timestamp,
}

/// New values of a project, and which of them count.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpdateProjectRequest {
    /// Paths; there is `appName`.
    #[schema(min_items = 1, max_items = 10)]
    update_mask: Vec<String>,
    project: ProjectValues,
}

/// New values of a project.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProjectUpdate)]
struct ProjectValues {
    /// What the product is called.
    #[schema(max_length = 256)]
    app_name: Option<String>,
}

/// Lists projects: the one that this runtime serves.
#[utoipa::path(
    get, path = "/v1/projects", operation_id = "listProjects", tag = "projects", responses((status = 200, body = [Project]))
)]
async fn list(State(api): Shared) -> Result<Json<Vec<Project>>, Problem> {
    Ok(Json(vec![project(&api).await?]))
}

/// Shows a project.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}", operation_id = "getProject", tag = "projects",
    responses((status = 200, body = Project))
)]
async fn show(State(api): Shared, Path(name): Path<String>) -> Result<Json<Project>, Problem> {
    check_project(&api, &name)?;
    Ok(Json(project(&api).await?))
}

/// Changes what is told of a project.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}", operation_id = "updateProject", tag = "projects",
    request_body = UpdateProjectRequest, responses((status = 200, body = Project))
)]
async fn update(
    State(api): Shared,
    Path(name): Path<String>,
    Body(request): Body<UpdateProjectRequest>,
) -> Result<Json<Project>, Problem> {
    check_project(&api, &name)?;
    let unknown = request.update_mask.iter().enumerate().filter(|(_, path)| *path != "appName");
    let issues: Vec<RequestIssue> = unknown
        .map(|(index, _)| {
            let told = "is no path of a project that can be changed; there is appName";
            RequestIssue::new(Place::Body, format!("updateMask[{index}]"), told)
        })
        .collect();
    if !issues.is_empty() {
        return Err(invalid(issues));
    }
    let app_name = request.project.app_name.filter(|name| !name.trim().is_empty());
    api.projects.store().name_project(app_name, api.clock.now()).await?;
    Ok(Json(project(&api).await?))
}

async fn project(api: &Api) -> Result<Project, Problem> {
    let record = api.projects.store().project().await?;
    Ok(Project {
        id: api.project.clone(),
        name: api.project.clone(),
        app_name: record.app_name,
        create_time: record.create_time,
        update_time: record.update_time,
    })
}
