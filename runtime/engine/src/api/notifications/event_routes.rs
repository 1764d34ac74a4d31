//! Routes from types of notification to topics.

use ampline_core::message::NotificationType;
use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{check_mask, fault, named};
use crate::{
    api::{
        Api, Shared,
        extract::{Body, IdempotencyKey, Path, Query},
        problem::{Problem, not_found},
        status::check_project,
    },
    project::{Route, RouteFilter, RouteKind},
};

const KIND: RouteKind = RouteKind::Event;

/// A route from a type of notification to a topic.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationEventTopicRoute {
    /// Stable.
    id: String,
    /// The project.
    project_id: String,
    /// The type of notification: `connection.error`, `read.backfill.done`, …
    event_type: String,
    /// The topic's id.
    topic_id: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    create_time: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    update_time: Timestamp,
}

/// Which routes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct Wanted {
    /// Only those of this topic, by id.
    topic_id: Option<String>,
    /// Only those with this other end.
    event_type: Option<String>,
}

/// A request for a route from a type of notification to a topic.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CreateNotificationEventTopicRouteRequest)]
pub(super) struct CreateRequest {
    /// The type of notification: `connection.error`, `read.backfill.done`, …
    event_type: String,
    /// The topic's id or name.
    topic_id: String,
}

/// New values and which of them count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateNotificationEventTopicRouteRequest)]
pub(super) struct PatchRequest {
    /// `eventType`, `topicId`.
    update_mask: Vec<String>,
    notification_event_topic_route: Patch,
}

/// What of a route changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NotificationEventTopicRoutePatch)]
pub(super) struct Patch {
    /// The type of notification: `connection.error`, `read.backfill.done`, …
    event_type: Option<String>,
    /// The topic's id or name.
    topic_id: Option<String>,
}

fn shape(api: &Api, route: Route) -> NotificationEventTopicRoute {
    NotificationEventTopicRoute {
        id: route.id,
        project_id: api.project.clone(),
        event_type: route.end,
        topic_id: route.topic_id,
        create_time: route.create_time,
        update_time: route.update_time,
    }
}

async fn found(api: &Api, id: &str) -> Result<Json<NotificationEventTopicRoute>, Problem> {
    let route = api.projects.store().route(KIND, id).await?;
    let route = route.ok_or_else(|| not_found(format!("there is no {} {id:?}", KIND.noun())))?;
    Ok(Json(shape(api, route)))
}

fn known(_: &Api, name: &str) -> Result<String, Problem> {
    NotificationType::parse(name).map(|kind| kind.as_str().to_owned()).map_err(|message| fault("eventType", message))
}

/// Lists routes from a type of notification to a topic, in the order in which they were made.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/notification-event-topic-routes", operation_id = "listNotificationEventTopicRoutes", tag = "notifications",
    params(Wanted), responses((status = 200, body = [NotificationEventTopicRoute]))
)]
pub(super) async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<NotificationEventTopicRoute>>, Problem> {
    check_project(&api, &project)?;
    let filter = RouteFilter { topic_id: wanted.topic_id, end: wanted.event_type };
    let routes = api.projects.store().routes(KIND, filter).await?;
    Ok(Json(routes.into_iter().map(|route| shape(&api, route)).collect()))
}

/// Makes a route from a type of notification to a topic.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/notification-event-topic-routes", operation_id = "createNotificationEventTopicRoute", tag = "notifications",
    params(IdempotencyKey), request_body = CreateRequest,
    responses((status = 201, body = NotificationEventTopicRoute), (status = 409, description = "There is such a route."))
)]
pub(super) async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    Body(request): Body<CreateRequest>,
) -> Result<(StatusCode, Json<NotificationEventTopicRoute>), Problem> {
    check_project(&api, &project)?;
    let end = known(&api, &request.event_type)?;
    let id = Uuid::now_v7().to_string();
    api.projects.store().create_route(KIND, id.clone(), request.topic_id, end, api.clock.now()).await?;
    Ok((StatusCode::CREATED, found(&api, &id).await?))
}

/// Shows a route from a type of notification to a topic.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/notification-event-topic-routes/{routeId}", operation_id = "getNotificationEventTopicRoute", tag = "notifications",
    responses((status = 200, body = NotificationEventTopicRoute))
)]
pub(super) async fn show(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<NotificationEventTopicRoute>, Problem> {
    check_project(&api, &project)?;
    found(&api, &id).await
}

/// Leads a route from a type of notification to a topic elsewhere.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/notification-event-topic-routes/{routeId}", operation_id = "updateNotificationEventTopicRoute", tag = "notifications",
    request_body = PatchRequest, responses((status = 200, body = NotificationEventTopicRoute))
)]
pub(super) async fn update(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    Body(PatchRequest { update_mask, notification_event_topic_route: wanted }): Body<PatchRequest>,
) -> Result<Json<NotificationEventTopicRoute>, Problem> {
    check_project(&api, &project)?;
    check_mask(&update_mask, &["topicId", "eventType"])?;
    let end = wanted.event_type.as_deref().map(|wanted| known(&api, wanted)).transpose()?;
    let topic_id = named(&update_mask, "topicId", wanted.topic_id)?;
    let change = RouteFilter { topic_id, end: named(&update_mask, "eventType", end)? };
    api.projects.store().update_route(KIND, &id, change, api.clock.now()).await?;
    found(&api, &id).await
}

/// Deletes a route from a type of notification to a topic.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/notification-event-topic-routes/{routeId}", operation_id = "deleteNotificationEventTopicRoute", tag = "notifications",
    responses((status = 204, description = "It is gone."))
)]
pub(super) async fn delete(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    api.projects.store().delete_route(KIND, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
