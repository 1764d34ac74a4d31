//! Providers' events that are not messages yet: lists, one event, and what is done to those that were given up.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::{
    Shared,
    document::Routes,
    extract::{Body, Path, Query},
    paging::{self, Paged},
    problem::{Place, Problem, RequestIssue, invalid, not_found},
    status::check_project,
};
use crate::journal::{EventFilter, EventStatus, EventSummary};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list)).add(routes!(show)).add(routes!(replay)).add(routes!(purge))
}

/// Which events, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct ListQuery {
    /// Only those of this installation.
    installation_id: Option<String>,
    /// Only those of this object, by the provider's name.
    object_name: Option<String>,
    /// How they stand.
    status: Option<EventStatus>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1000, default = 200)]
    page_size: Option<u32>,
    /// Where the page begins: `pagination.nextPageToken` of the page before.
    page_token: Option<String>,
}

/// Lists providers' events that are not messages yet.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/events", operation_id = "listEvents", tag = "events",
    params(ListQuery), responses((status = 200, body = Paged<EventSummary>))
)]
async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Paged<EventSummary>>, Problem> {
    check_project(&api, &project)?;
    let ListQuery { installation_id, object_name, status, page_size, page_token } = query;
    let filter = EventFilter { id: None, installation_id, object_name, status };
    let page = api.journal.events(&filter, paging::size(page_size), page_token.as_deref()).await?;
    Ok(Json(paging::paged(page.results, page.next_page_token)))
}

/// An event with its text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventDetail)]
struct Detail {
    #[serde(flatten)]
    summary: EventSummary,
    /// As the provider sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    raw_event: Option<Box<RawValue>>,
}

/// How many events were given back to be tried again.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayedEvents {
    replayed: u64,
}

/// How many events are gone.
#[derive(Debug, Serialize, ToSchema)]
struct PurgedEvents {
    purged: u64,
}

/// Shows an event with its text.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/events/{eventId}", operation_id = "getEvent", tag = "events",
    responses((status = 200, body = Detail))
)]
async fn show(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Detail>, Problem> {
    check_project(&api, &project)?;
    let missing = || not_found(format!("there is no event {id}; what became a message is among the deliveries"));
    let number: i64 = id.parse().map_err(|_| missing())?;
    let detail = api.journal.event(number).await?.ok_or_else(missing)?;
    let raw_event = String::from_utf8(detail.body.to_vec()).ok().and_then(|text| RawValue::from_string(text).ok());
    Ok(Json(Detail { summary: detail.summary, raw_event }))
}

/// Tries dead events again.
///
/// An empty filter takes all of them.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/events:replay", operation_id = "replayEvents", tag = "events",
    request_body = EventFilter, responses((status = 200, body = ReplayedEvents))
)]
async fn replay(
    State(api): Shared,
    Path(project): Path<String>,
    Body(filter): Body<EventFilter>,
) -> Result<Json<ReplayedEvents>, Problem> {
    check_project(&api, &project)?;
    let filter = dead(filter)?;
    let replayed = api.journal.replay_events(&filter, api.clock.now()).await?;
    tracing::info!(event = "events.replayed", replayed, ?filter);
    Ok(Json(ReplayedEvents { replayed }))
}

/// Purges dead events.
///
/// An empty filter takes all of them.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/events:purge", operation_id = "purgeEvents", tag = "events",
    request_body = EventFilter, responses((status = 200, body = PurgedEvents))
)]
async fn purge(
    State(api): Shared,
    Path(project): Path<String>,
    Body(filter): Body<EventFilter>,
) -> Result<Json<PurgedEvents>, Problem> {
    check_project(&api, &project)?;
    let filter = dead(filter)?;
    let purged = api.journal.purge_events(&filter).await?;
    tracing::info!(event = "events.purged", purged, ?filter);
    Ok(Json(PurgedEvents { purged }))
}

fn dead(filter: EventFilter) -> Result<EventFilter, Problem> {
    if filter.status == Some(EventStatus::Waiting) {
        let detail = "what waits is processed by itself: leave it out, or say `dead`";
        return Err(invalid(vec![RequestIssue::new(Place::Body, "status", detail)]));
    }
    Ok(filter)
}
