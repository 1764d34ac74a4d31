//! The delivery log: list, show, replay.

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use uuid::Uuid;

use super::{
    Shared, paging,
    problem::{Problem, bad_request, not_found},
    status::check_project,
};
use crate::journal::{AttemptRow, DeliveryFilter, DeliveryStatus, DeliverySummary};

/// Which deliveries, as query parameters.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListQuery {
    destination: Option<String>,
    status: Option<DeliveryStatus>,
    object_name: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    event_id: Option<Uuid>,
    page_size: Option<u32>,
    page_token: Option<String>,
}

/// `GET /v1/projects/{project}/deliveries`
pub(super) async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Query(query) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let limit = paging::size(query.page_size)?;
    let filter = DeliveryFilter {
        destination: query.destination,
        status: query.status,
        object_name: query.object_name,
        since: query.since,
        until: query.until,
        event_id: query.event_id,
    };
    let page = api.journal.deliveries(&filter, limit, query.page_token.as_deref()).await?;
    Ok(Json(paging::paged(page.results, page.next_page_token)))
}

/// A delivery with its attempts and its message, as stored.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    #[serde(flatten)]
    summary: DeliverySummary,
    attempt_log: Vec<AttemptRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<ampline_core::message::Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Box<RawValue>>,
}

/// `GET /v1/projects/{project}/deliveries/{id}`
pub(super) async fn show(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Detail>, Problem> {
    check_project(&api, &project)?;
    let missing = || not_found(format!("there is no delivery {id}"));
    let number: i64 = id.parse().map_err(|_| missing())?;
    let detail = api.journal.delivery(number).await?.ok_or_else(missing)?;
    let message = detail.envelope.as_ref().and_then(|envelope| {
        let text = std::str::from_utf8(&envelope.body).ok()?;
        RawValue::from_string(text.to_owned()).ok()
    });
    let metadata = detail.envelope.map(|envelope| envelope.metadata.clone());
    Ok(Json(Detail { summary: detail.summary, attempt_log: detail.attempts, metadata, message }))
}

/// Which deliveries to replay: one by its id, or all that match a filter.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ReplayRequest {
    id: Option<i64>,
    filter: Option<DeliveryFilter>,
}

/// `POST /v1/projects/{project}/deliveries:replay`
pub(super) async fn replay(
    State(api): Shared,
    Path(project): Path<String>,
    body: Result<Json<ReplayRequest>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Json(request) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let filter = match (request.id, request.filter) {
        (Some(id), None) => {
            let found = api.journal.delivery(id).await?.ok_or_else(|| not_found(format!("there is no delivery {id}")))?.summary;
            DeliveryFilter { event_id: Some(found.event_id), destination: Some(found.destination), ..DeliveryFilter::default() }
        }
        (None, Some(filter)) => filter,
        _ => return Err(bad_request("say either `id` or `filter`; an empty filter replays everything that is kept")),
    };
    let (journal, now) = (api.journal.clone(), api.clock.now());
    // Apart from the request: a client that goes away, or a time-out, must not cut a bulk replay in half.
    let replaying = tokio::spawn(async move {
        let replayed = journal.replay(&filter, now).await;
        tracing::info!(event = "deliveries.replayed", ?replayed, ?filter);
        replayed
    });
    let broke_off = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the replay broke off; the runtime's log says why");
    let replayed = replaying.await.map_err(broke_off)??;
    Ok(Json(json!({ "replayed": replayed })))
}
