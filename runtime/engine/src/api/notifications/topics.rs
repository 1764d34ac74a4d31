//! Topics: names between what happens and who hears of it.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{check_mask, fault};
use crate::{
    api::{
        Api, Shared, client_origin,
        problem::{Problem, bad_request, not_found},
        status::check_project,
    },
    project::Topic,
};

/// Longest name of a topic, in characters.
const NAME_CHARS_MAX: usize = 128;

/// A request for a topic.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateRequest {
    name: String,
}

/// New values and which of them count.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PatchRequest {
    update_mask: Vec<String>,
    topic: TopicPatch,
}

#[derive(Debug, Deserialize)]
struct TopicPatch {
    name: Option<String>,
}

fn shape(api: &Api, topic: &Topic) -> Value {
    let mut value = json!({
        "id": topic.id,
        "projectId": api.project,
        "name": topic.name,
        "createTime": topic.create_time,
        "updateTime": topic.update_time,
    });
    if let Some(file) = topic.origin.file() {
        value["originFile"] = file.into();
    }
    value
}

fn check_name(name: &str) -> Result<(), Problem> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || !name.chars().all(fits) {
        let message = format!("must be 1 to {NAME_CHARS_MAX} letters, digits, dots, dashes and underscores, not {name:?}");
        return Err(fault("name", message));
    }
    Ok(())
}

async fn found(api: &Api, id_or_name: &str) -> Result<Topic, Problem> {
    let topic = api.projects.store().topic(id_or_name).await?;
    topic.ok_or_else(|| not_found(format!("there is no topic {id_or_name:?}")))
}

/// `GET /v1/projects/{project}/topics`
pub(super) async fn list(State(api): Shared, Path(project): Path<String>) -> Result<Json<Vec<Value>>, Problem> {
    check_project(&api, &project)?;
    let topics = api.projects.store().topics().await?;
    Ok(Json(topics.iter().map(|topic| shape(&api, topic)).collect()))
}

/// `POST /v1/projects/{project}/topics`: 409 where there is one of this name.
pub(super) async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Result<Json<CreateRequest>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    check_project(&api, &project)?;
    let Json(CreateRequest { name }) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    check_name(&name)?;
    let id = Uuid::now_v7().to_string();
    api.projects.store().create_topic(id.clone(), name, client_origin(&headers), api.clock.now()).await?;
    Ok((StatusCode::CREATED, Json(shape(&api, &found(&api, &id).await?))))
}

/// `GET /v1/projects/{project}/topics/{topic}`: by id or name.
pub(super) async fn show(State(api): Shared, Path((project, topic)): Path<(String, String)>) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    Ok(Json(shape(&api, &found(&api, &topic).await?)))
}

/// `PATCH /v1/projects/{project}/topics/{topic}`: `{updateMask: ["name"], topic: {name}}`.
pub(super) async fn update(
    State(api): Shared,
    Path((project, topic)): Path<(String, String)>,
    body: Result<Json<PatchRequest>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Json(request) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    check_mask(&request.update_mask, &["name"])?;
    let name = request.topic.name.ok_or_else(|| fault("topic.name", "must be there where the mask names it"))?;
    check_name(&name)?;
    let id = api.projects.store().rename_topic(&topic, name, api.clock.now()).await?;
    Ok(Json(shape(&api, &found(&api, &id).await?)))
}

/// `DELETE /v1/projects/{project}/topics/{topic}`: with the routes to and from it.
pub(super) async fn delete(State(api): Shared, Path((project, topic)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    api.projects.store().delete_topic(&topic).await?;
    Ok(StatusCode::NO_CONTENT)
}
