//! Providers' events that are not messages yet: lists, one event, and what is done to those that were given up.

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

use super::{
    Shared, paging,
    problem::{Problem, bad_request, not_found},
    status::check_project,
};
use crate::journal::{EventFilter, EventStatus, EventSummary};

/// Which events, and how many.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListQuery {
    installation_id: Option<String>,
    object_name: Option<String>,
    status: Option<EventStatus>,
    page_size: Option<u32>,
    page_token: Option<String>,
}

/// `GET /v1/projects/{project}/events`
pub(super) async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Query(ListQuery { installation_id, object_name, status, page_size, page_token }) =
        query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let filter = EventFilter { id: None, installation_id, object_name, status };
    let page = api.journal.events(&filter, paging::size(page_size)?, page_token.as_deref()).await?;
    Ok(Json(paging::paged(page.results, page.next_page_token)))
}

/// An event with its text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    #[serde(flatten)]
    summary: EventSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_event: Option<Box<RawValue>>,
}

/// `GET /v1/projects/{project}/events/{id}`
pub(super) async fn show(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Detail>, Problem> {
    check_project(&api, &project)?;
    let missing = || not_found(format!("there is no event {id}; what became a message is among the deliveries"));
    let number: i64 = id.parse().map_err(|_| missing())?;
    let detail = api.journal.event(number).await?.ok_or_else(missing)?;
    let raw_event = String::from_utf8(detail.body.to_vec()).ok().and_then(|text| RawValue::from_string(text).ok());
    Ok(Json(Detail { summary: detail.summary, raw_event }))
}

type FilterBody = Result<Json<EventFilter>, JsonRejection>;

/// `POST /v1/projects/{project}/events:replay`: dead events are tried again; an empty filter takes all of them.
pub(super) async fn replay(State(api): Shared, Path(project): Path<String>, body: FilterBody) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let filter = dead(body)?;
    let replayed = api.journal.replay_events(&filter, api.clock.now()).await?;
    tracing::info!(event = "events.replayed", replayed, ?filter);
    Ok(Json(json!({ "replayed": replayed })))
}

/// `POST /v1/projects/{project}/events:purge`: dead events go for good.
pub(super) async fn purge(State(api): Shared, Path(project): Path<String>, body: FilterBody) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let filter = dead(body)?;
    let purged = api.journal.purge_events(&filter).await?;
    tracing::info!(event = "events.purged", purged, ?filter);
    Ok(Json(json!({ "purged": purged })))
}

fn dead(body: FilterBody) -> Result<EventFilter, Problem> {
    let Json(filter) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    if filter.status == Some(EventStatus::Waiting) {
        return Err(bad_request("what waits is processed by itself: leave `status` out, or say `dead`"));
    }
    Ok(filter)
}
