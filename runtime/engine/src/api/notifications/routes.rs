//! Routes: from types of notification to topics, and from topics to destinations.

use ampline_core::message::{NotificationType, takes_notifications};
use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{check_mask, fault};
use crate::{
    api::{
        Api, Shared,
        problem::{Problem, bad_request, not_found},
        status::check_project,
    },
    project::{Route, RouteFilter, RouteKind},
};

type Body<T> = Result<Json<T>, JsonRejection>;

/// A route from a type of notification to a topic, or what of one is asked for or changes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct EventRoute {
    event_type: Option<String>,
    topic_id: Option<String>,
}

/// A route from a topic to a destination, or what of one is asked for or changes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct DestinationRoute {
    topic_id: Option<String>,
    destination_id: Option<String>,
}

/// New values of a route from a type of notification, and which of them count.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EventPatch {
    update_mask: Vec<String>,
    notification_event_topic_route: EventRoute,
}

/// New values of a route to a destination, and which of them count.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DestinationPatch {
    update_mask: Vec<String>,
    topic_destination_route: DestinationRoute,
}

/// What the contract calls the other end of a route.
fn end(kind: RouteKind) -> &'static str {
    match kind {
        RouteKind::Event => "eventType",
        RouteKind::Destination => "destinationId",
    }
}

fn shape(api: &Api, kind: RouteKind, route: &Route) -> Value {
    let mut value = json!({
        "id": route.id,
        "projectId": api.project,
        "topicId": route.topic_id,
        "createTime": route.create_time,
        "updateTime": route.update_time,
    });
    value[end(kind)] = route.end.clone().into();
    value
}

fn known_type(name: &str) -> Result<String, Problem> {
    NotificationType::parse(name).map(|kind| kind.as_str().to_owned()).map_err(|message| fault("eventType", message))
}

/// The id of a destination that can be told, by its id or name.
fn known_destination(api: &Api, wanted: &str) -> Result<String, Problem> {
    let Some(configured) = &api.configured else {
        let problem =
            Problem::new(StatusCode::CONFLICT, "no runtime uses this data folder, and the folder alone knows no destinations");
        return Err(problem.remedy("start it with `ampline run`, then ask again"));
    };
    let found = configured.destinations.values().find(|one| one.id == wanted || one.name == wanted);
    let found = found.ok_or_else(|| fault("destinationId", format!("there is no destination {wanted:?}")))?;
    if !takes_notifications(&found.kind) {
        let message =
            format!("the destination {:?} is of type {:?}, which holds records and no notifications", found.name, found.kind);
        return Err(fault("destinationId", message));
    }
    Ok(found.id.clone())
}

async fn list(api: &Api, kind: RouteKind, filter: RouteFilter) -> Result<Json<Vec<Value>>, Problem> {
    let routes = api.projects.store().routes(kind, filter).await?;
    Ok(Json(routes.iter().map(|route| shape(api, kind, route)).collect()))
}

async fn show(api: &Api, kind: RouteKind, id: &str) -> Result<Json<Value>, Problem> {
    let route = api.projects.store().route(kind, id).await?;
    let route = route.ok_or_else(|| not_found(format!("there is no {} {id:?}", kind.noun())))?;
    Ok(Json(shape(api, kind, &route)))
}

async fn create(
    api: &Api,
    kind: RouteKind,
    topic: Option<String>,
    value: Option<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let topic = topic.ok_or_else(|| fault("topicId", "must be the id of a topic"))?;
    let value = value.ok_or_else(|| fault(end(kind), "must be there"))?;
    let id = Uuid::now_v7().to_string();
    api.projects.store().create_route(kind, id.clone(), topic, value, api.clock.now()).await?;
    Ok((StatusCode::CREATED, show(api, kind, &id).await?))
}

async fn update(api: &Api, kind: RouteKind, id: &str, masks: &[String], wanted: RouteFilter) -> Result<Json<Value>, Problem> {
    check_mask(masks, &["topicId", end(kind)])?;
    let named = |mask: &str, value: Option<String>| match masks.iter().any(|one| one == mask) {
        true => value.ok_or_else(|| fault(mask, "must be there where the mask names it")).map(Some),
        false => Ok(None),
    };
    let change = RouteFilter { topic_id: named("topicId", wanted.topic_id)?, end: named(end(kind), wanted.end)? };
    api.projects.store().update_route(kind, id, change, api.clock.now()).await?;
    show(api, kind, id).await
}

async fn delete(api: &Api, kind: RouteKind, id: &str) -> Result<StatusCode, Problem> {
    api.projects.store().delete_route(kind, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/projects/{project}/notification-event-topic-routes?topicId=…&eventType=…`
pub(super) async fn list_of_events(
    State(api): Shared,
    Path(project): Path<String>,
    query: Result<Query<EventRoute>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Problem> {
    check_project(&api, &project)?;
    let Query(wanted) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    list(&api, RouteKind::Event, RouteFilter { topic_id: wanted.topic_id, end: wanted.event_type }).await
}

/// `POST /v1/projects/{project}/notification-event-topic-routes`: 409 where there is such a route.
pub(super) async fn create_of_event(
    State(api): Shared,
    Path(project): Path<String>,
    body: Body<EventRoute>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    check_project(&api, &project)?;
    let Json(wanted) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let kind = wanted.event_type.as_deref().map(known_type).transpose()?;
    create(&api, RouteKind::Event, wanted.topic_id, kind).await
}

/// `GET /v1/projects/{project}/notification-event-topic-routes/{route}`
pub(super) async fn show_of_event(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    show(&api, RouteKind::Event, &id).await
}

/// `PATCH /v1/projects/{project}/notification-event-topic-routes/{route}`: `{updateMask, notificationEventTopicRoute}`.
pub(super) async fn update_of_event(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    body: Body<EventPatch>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Json(EventPatch { update_mask, notification_event_topic_route: wanted }) =
        body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let end = wanted.event_type.as_deref().map(known_type).transpose()?;
    update(&api, RouteKind::Event, &id, &update_mask, RouteFilter { topic_id: wanted.topic_id, end }).await
}

/// `DELETE /v1/projects/{project}/notification-event-topic-routes/{route}`
pub(super) async fn delete_of_event(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    delete(&api, RouteKind::Event, &id).await
}

/// `GET /v1/projects/{project}/topic-destination-routes?topicId=…&destinationId=…`
pub(super) async fn list_of_destinations(
    State(api): Shared,
    Path(project): Path<String>,
    query: Result<Query<DestinationRoute>, QueryRejection>,
) -> Result<Json<Vec<Value>>, Problem> {
    check_project(&api, &project)?;
    let Query(wanted) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    list(&api, RouteKind::Destination, RouteFilter { topic_id: wanted.topic_id, end: wanted.destination_id }).await
}

/// `POST /v1/projects/{project}/topic-destination-routes`: 409 where there is such a route.
pub(super) async fn create_of_destination(
    State(api): Shared,
    Path(project): Path<String>,
    body: Body<DestinationRoute>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    check_project(&api, &project)?;
    let Json(wanted) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let destination = wanted.destination_id.as_deref().map(|wanted| known_destination(&api, wanted)).transpose()?;
    create(&api, RouteKind::Destination, wanted.topic_id, destination).await
}

/// `GET /v1/projects/{project}/topic-destination-routes/{route}`
pub(super) async fn show_of_destination(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    show(&api, RouteKind::Destination, &id).await
}

/// `PATCH /v1/projects/{project}/topic-destination-routes/{route}`: `{updateMask, topicDestinationRoute}`.
pub(super) async fn update_of_destination(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
    body: Body<DestinationPatch>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Json(DestinationPatch { update_mask, topic_destination_route: wanted }) =
        body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let end = wanted.destination_id.as_deref().map(|wanted| known_destination(&api, wanted)).transpose()?;
    update(&api, RouteKind::Destination, &id, &update_mask, RouteFilter { topic_id: wanted.topic_id, end }).await
}

/// `DELETE /v1/projects/{project}/topic-destination-routes/{route}`
pub(super) async fn delete_of_destination(
    State(api): Shared,
    Path((project, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    check_project(&api, &project)?;
    delete(&api, RouteKind::Destination, &id).await
}
