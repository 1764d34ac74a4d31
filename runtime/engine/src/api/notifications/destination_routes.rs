//! Routes from topics to destinations.

use ampline_core::message::takes_notifications;
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

const KIND: RouteKind = RouteKind::Destination;

/// A route from a topic to a destination.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TopicDestinationRoute {
    /// Stable.
    id: String,
    /// The project.
    project_id: String,
    /// The destination's id; its name does, too.
    destination_id: String,
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
    destination_id: Option<String>,
}

/// A request for a route from a topic to a destination.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CreateTopicDestinationRouteRequest)]
pub(super) struct CreateRequest {
    /// The destination's id; its name does, too.
    destination_id: String,
    /// The topic's id or name.
    topic_id: String,
}

/// New values and which of them count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateTopicDestinationRouteRequest)]
pub(super) struct PatchRequest {
    /// `destinationId`, `topicId`.
    update_mask: Vec<String>,
    topic_destination_route: Patch,
}

/// What of a route changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = TopicDestinationRoutePatch)]
pub(super) struct Patch {
    /// The destination's id; its name does, too.
    destination_id: Option<String>,
    /// The topic's id or name.
    topic_id: Option<String>,
}

fn shape(api: &Api, route: Route) -> TopicDestinationRoute {
    TopicDestinationRoute {
        id: route.id,
        project_id: api.project.clone(),
        destination_id: route.end,
        topic_id: route.topic_id,
        create_time: route.create_time,
        update_time: route.update_time,
    }
}

async fn found(api: &Api, id: &str) -> Result<Json<TopicDestinationRoute>, Problem> {
    let route = api.projects.store().route(KIND, id).await?;
    let route = route.ok_or_else(|| not_found(format!("there is no {} {id:?}", KIND.noun())))?;
    Ok(Json(shape(api, route)))
}

/// The id of a destination that can be told, by its id or name.
async fn known(api: &Api, wanted: &str) -> Result<String, Problem> {
    let found = api.projects.store().destination(wanted).await?;
    let found = found.ok_or_else(|| fault("destinationId", format!("there is no destination {wanted:?}")))?;
    if !takes_notifications(&found.kind) {
        let message =
            format!("the destination {:?} is of type {:?}, which holds records and no notifications", found.name, found.kind);
        return Err(fault("destinationId", message));
    }
    Ok(found.id)
}

/// Lists routes from a topic to a destination, in the order in which they were made.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/topic-destination-routes", operation_id = "listTopicDestinationRoutes", tag = "notifications",
    params(Wanted), responses((status = 200, body = [TopicDestinationRoute]))
)]
pub(super) async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<TopicDestinationRoute>>, Problem> {
    check_project(&api, &project)?;
    let filter = RouteFilter { topic_id: wanted.topic_id, end: wanted.destination_id };
    let routes = api.projects.store().routes(KIND, filter).await?;
    Ok(Json(routes.into_iter().map(|route| shape(&api, route)).collect()))
}

/// Makes a route from a topic to a destination.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/topic-destination-routes", operation_id = "createTopicDestinationRoute", tag = "notifications",
    params(IdempotencyKey), request_body = CreateRequest,
    responses((status = 201, body = TopicDestinationRoute), (status = 409, description = "There is such a route."))
)]
pub(super) async fn create(
    State(api): Shared,
    Path(project): Path<String>,
    Body(request): Body<CreateRequest>,
) -> Result<(StatusCode, Json<TopicDestinationRoute>), Problem> {
    check_project(&api, &project)?;
    let end = known(&api, &request.destination_id).await?;
    let id = Uuid::now_v7().to_string();
    api.projects.store().create_route(KIND, id.clone(), request.topic_id, end, api.clock.now()).await?;
    Ok((StatusCode::CREATED, found(&api, &id).await?))
}

/// Shows a route from a topic to a destination.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/topic-destination-routes/{routeId}", operation_id = "getTopicDestinationRoute", tag = "notifications",
    responses((status = 200, body = TopicDestinationRoute))
)]
pub(super) async fn show(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<TopicDestinationRoute>, Problem> {
    check_project(&api, &project)?;
    found(&api, &id).await
}

/// Leads a route from a topic to a destination elsewhere.
#[utoipa::path(
    patch, path = "/v1/projects/{projectIdOrName}/topic-destination-routes/{routeId}", operation_id = "updateTopicDestinationRoute", tag = "notifications",
    request_body = PatchRequest, responses((status = 200, body = TopicDestinationRoute))
)]
pub(super) async fn update(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    Body(PatchRequest { update_mask, topic_destination_route: wanted }): Body<PatchRequest>,
) -> Result<Json<TopicDestinationRoute>, Problem> {
    check_project(&api, &project)?;
    check_mask(&update_mask, &["topicId", "destinationId"])?;
    let end = match &wanted.destination_id {
        Some(wanted) => Some(known(&api, wanted).await?),
        None => None,
    };
    let topic_id = named(&update_mask, "topicId", wanted.topic_id)?;
    let change = RouteFilter { topic_id, end: named(&update_mask, "destinationId", end)? };
    api.projects.store().update_route(KIND, &id, change, api.clock.now()).await?;
    found(&api, &id).await
}

/// Deletes a route from a topic to a destination.
#[utoipa::path(
    delete, path = "/v1/projects/{projectIdOrName}/topic-destination-routes/{routeId}", operation_id = "deleteTopicDestinationRoute", tag = "notifications",
    responses((status = 204, description = "It is gone."))
)]
pub(super) async fn delete(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    api.projects.store().delete_route(KIND, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
