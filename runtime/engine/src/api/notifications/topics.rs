//! Topics: names between what happens and who hears of it.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{check_mask, fault};
use crate::{
    api::{
        Api, Shared, client_origin,
        extract::{Body, IdempotencyKey, Path},
        problem::{Problem, not_found},
        status::check_project,
    },
    project,
};

/// What notifications come to and destinations hear from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Topic {
    /// Stable.
    id: String,
    /// The project.
    project_id: String,
    /// Unique within the project.
    name: String,
    /// The file that declares it, where one does: only an edit of that changes it and its routes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    origin_file: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    create_time: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    update_time: Timestamp,
}

/// A request for a topic.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateTopicRequest)]
pub(super) struct CreateRequest {
    /// Letters, digits, dots, dashes and underscores.
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9._-]+$")]
    name: String,
}

/// New values and which of them count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateTopicRequest)]
pub(super) struct PatchRequest {
    /// `name`.
    update_mask: Vec<String>,
    topic: TopicPatch,
}

/// What of a topic changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TopicPatch {
    /// Letters, digits, dots, dashes and underscores.
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9._-]+$")]
    name: Option<String>,
}

fn shape(api: &Api, topic: &project::Topic) -> Topic {
    Topic {
        id: topic.id.clone(),
        project_id: api.project.clone(),
        name: topic.name.clone(),
        origin_file: topic.origin.file().map(str::to_owned),
        create_time: topic.create_time,
        update_time: topic.update_time,
    }
}

async fn found(api: &Api, id_or_name: &str) -> Result<Json<Topic>, Problem> {
    let topic = api.projects.store().topic(id_or_name).await?;
    let topic = topic.ok_or_else(|| not_found(format!("there is no topic {id_or_name:?}")))?;
    Ok(Json(shape(api, &topic)))
}

/// Lists topics, by name.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/topics", operation_id = "listTopics", tag = "notifications",
    responses((status = 200, body = [Topic]))
)]
pub(super) async fn list(State(api): Shared, Path(project): Path<String>) -> Result<Json<Vec<Topic>>, Problem> {
    check_project(&api, &project)?;
    let topics = api.projects.store().topics().await?;
    Ok(Json(topics.iter().map(|topic| shape(&api, topic)).collect()))
}

/// Makes a topic.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/topics", operation_id = "createTopic", tag = "notifications",
    params(IdempotencyKey), request_body = CreateRequest,
    responses((status = 201, body = Topic), (status = 409, description = "There is one of this name."))
)]
pub(super) async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    Body(CreateRequest { name }): Body<CreateRequest>,
) -> Result<(StatusCode, Json<Topic>), Problem> {
    check_project(&api, &project)?;
    let id = Uuid::now_v7().to_string();
    api.projects.store().create_topic(id.clone(), name, client_origin(&headers), api.clock.now()).await?;
    Ok((StatusCode::CREATED, found(&api, &id).await?))
}

/// Shows a topic.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/topics/{topicIdOrName}", operation_id = "getTopic", tag = "notifications",
    responses((status = 200, body = Topic))
)]
pub(super) async fn show(State(api): Shared, Path((project, topic)): Path<(String, String)>) -> Result<Json<Topic>, Problem> {
    check_project(&api, &project)?;
    found(&api, &topic).await
}

/// Gives a topic another name.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/topics/{topicIdOrName}", operation_id = "updateTopic", tag = "notifications",
    request_body = PatchRequest, responses((status = 200, body = Topic))
)]
pub(super) async fn update(
    State(api): Shared,
    Path((project, topic)): Path<(String, String)>,
    Body(request): Body<PatchRequest>,
) -> Result<Json<Topic>, Problem> {
    check_project(&api, &project)?;
    check_mask(&request.update_mask, &["name"])?;
    let name = request.topic.name.ok_or_else(|| fault("topic.name", "must be there where the mask names it"))?;
    let id = api.projects.store().rename_topic(&topic, name, api.clock.now()).await?;
    found(&api, &id).await
}

/// Deletes a topic, with the routes to and from it.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/topics/{topicIdOrName}", operation_id = "deleteTopic", tag = "notifications",
    responses((status = 204, description = "It is gone."))
)]
pub(super) async fn delete(State(api): Shared, Path((project, topic)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    api.projects.store().delete_topic(&topic).await?;
    Ok(StatusCode::NO_CONTENT)
}
