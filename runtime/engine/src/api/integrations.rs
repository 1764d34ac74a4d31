//! Integrations: what is deployed, every revision of it, and deploying.

use ampline_core::manifest::{self, Severity};
use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Shared, client_origin,
    problem::{Problem, bad_request, invalid},
    shapes,
    status::check_project,
    to_the_end,
};
use crate::project::{Issue, Synchronised};

/// What a deployment may do.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct HowToDeploy {
    destructive: bool,
}

/// What is deployed: one of the two.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Source {
    source_yaml: Option<String>,
    source_zip_url: Option<String>,
}

/// `GET /v1/projects/{project}/integrations`
pub(super) async fn list(State(api): Shared, Path(project): Path<String>) -> Result<Json<Vec<Value>>, Problem> {
    check_project(&api, &project)?;
    let all = api.projects.store().integrations().await?;
    Ok(Json(all.iter().map(|one| shapes::integration(&api.project, one)).collect()))
}

/// `GET /v1/projects/{project}/integrations/{integration}`
pub(super) async fn show(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(shapes::integration(&api.project, &api.projects.integration(&name).await?)))
}

/// `GET /v1/projects/{project}/integrations/{integration}/revisions`: the latest first.
pub(super) async fn revisions(
    State(api): Shared,
    Path((project, name)): Path<(String, String)>,
) -> Result<Json<Vec<Value>>, Problem> {
    check_project(&api, &project)?;
    let integration = api.projects.integration(&name).await?;
    let all = api.projects.store().integration_revisions(&integration.id).await?;
    Ok(Json(all.iter().map(shapes::revision).collect()))
}

/// `DELETE /v1/projects/{project}/integrations/{integration}`
pub(super) async fn delete(State(api): Shared, Path((project, name)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    let projects = api.projects.clone();
    to_the_end(async move { projects.delete_integration(&name).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /v1/projects/{project}/integrations:batch?destructive=false`: each integration that says something new has a revision more.
pub(super) async fn deploy(
    State(api): Shared,
    Path(project): Path<String>,
    how: Result<Query<HowToDeploy>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Json<Source>, JsonRejection>,
) -> Result<Json<Vec<Value>>, Problem> {
    check_project(&api, &project)?;
    let Query(how) = how.map_err(|rejection| bad_request(rejection.body_text()))?;
    let Json(source) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    if source.source_zip_url.is_some() {
        return Err(invalid(vec![Issue {
            path: "sourceZipUrl".to_owned(),
            message: "archives are not taken: send the text of amp.yaml as sourceYaml".to_owned(),
        }]));
    }
    let text = source.source_yaml.ok_or_else(|| bad_request("the body has no sourceYaml, the text of an amp.yaml"))?;
    let checked = manifest::check(text.as_bytes());
    let Some(manifest) = checked.manifest else {
        let errors = checked.issues.into_iter().filter(|issue| issue.severity == Severity::Error);
        let issue = |issue: manifest::Issue| Issue {
            path: format!("sourceYaml:{}:{}", issue.line, issue.column),
            message: issue.suggestion.map_or(issue.message.clone(), |remedy| format!("{}: {remedy}", issue.message)),
        };
        return Err(invalid(errors.map(issue).collect()));
    };
    let (projects, origin) = (api.projects.clone(), client_origin(&headers));
    let deployed = to_the_end(async move { projects.deploy(&manifest, origin, how.destructive).await }).await?;
    Ok(Json(deployed.iter().map(|one| shapes::integration(&api.project, one)).collect()))
}

/// `POST /v1/projects/{project}/files:reload?destructive=false`: amp.yaml, ampline.toml and the folder of installations count as
/// they are now.
pub(super) async fn reload(
    State(api): Shared,
    Path(project): Path<String>,
    how: Result<Query<HowToDeploy>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Query(how) = how.map_err(|rejection| bad_request(rejection.body_text()))?;
    let projects = api.projects.clone();
    let done = to_the_end(async move { projects.reload(how.destructive).await }).await?;
    let Synchronised { integrations, connections, installations, notes } = done;
    Ok(Json(json!({ "integrations": integrations, "connections": connections, "installations": installations, "notes": notes })))
}
