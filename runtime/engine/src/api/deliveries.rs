//! The delivery log: list, show, replay, purge.

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
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
use crate::journal::{AttemptRow, Bulk, DeliveryFilter, DeliveryStatus, DeliverySummary, JournalError};

/// Which deliveries, as query parameters.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListQuery {
    destination: Option<String>,
    group_ref: Option<String>,
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
        id: None,
        destination: query.destination,
        group_ref: query.group_ref,
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

/// Which deliveries: one by its id, or all that match a filter.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BulkRequest {
    id: Option<i64>,
    filter: Option<DeliveryFilter>,
    /// Only say how many there are.
    #[serde(default)]
    dry_run: bool,
}

type BulkBody = Result<Json<BulkRequest>, JsonRejection>;

/// `POST /v1/projects/{project}/deliveries:replay`
pub(super) async fn replay(State(api): Shared, Path(project): Path<String>, body: BulkBody) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Json(request) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let filter = match (request.id, request.filter) {
        // The newest delivery of the same message is the one to replay.
        (Some(id), None) => {
            let found = api.journal.delivery(id).await?.ok_or_else(|| not_found(format!("there is no delivery {id}")))?.summary;
            DeliveryFilter { event_id: Some(found.event_id), destination: Some(found.destination), ..DeliveryFilter::default() }
        }
        (None, Some(filter)) => filter,
        _ => return Err(bad_request("say either `id` or `filter`; an empty filter replays everything that is kept")),
    };
    if request.dry_run {
        return Ok(Json(json!({ "wouldReplay": api.journal.count(&filter, Bulk::Replay).await? })));
    }
    let (journal, now) = (api.journal.clone(), api.clock.now());
    let replayed = to_its_end(async move { journal.replay(&filter, now).await }).await?;
    Ok(Json(json!({ "replayed": replayed })))
}

/// `POST /v1/projects/{project}/deliveries:purge`: dead letters only.
pub(super) async fn purge(State(api): Shared, Path(project): Path<String>, body: BulkBody) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Json(request) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let filter = match (request.id, request.filter) {
        (Some(id), None) => {
            let found = api.journal.delivery(id).await?.ok_or_else(|| not_found(format!("there is no delivery {id}")))?.summary;
            if found.status != DeliveryStatus::Dead {
                let refused = Problem::new(StatusCode::CONFLICT, format!("delivery {id} is not dead"));
                return Err(refused.remedy("only dead letters are purged; retention takes what was delivered"));
            }
            DeliveryFilter { id: Some(id), ..DeliveryFilter::default() }
        }
        (None, Some(filter)) if filter.status.is_none_or(|status| status == DeliveryStatus::Dead) => filter,
        (None, Some(_)) => return Err(bad_request("only dead letters are purged: leave `status` out, or say `dead`")),
        _ => return Err(bad_request("say either `id` or `filter`; an empty filter purges every dead letter")),
    };
    if request.dry_run {
        return Ok(Json(json!({ "wouldPurge": api.journal.count(&filter, Bulk::Purge).await? })));
    }
    let journal = api.journal.clone();
    let purged = to_its_end(async move { journal.purge(&filter).await }).await?;
    Ok(Json(json!({ "purged": purged.deliveries, "messages": purged.envelopes, "bytes": purged.bytes })))
}

/// Runs apart from the request: a client that goes away, or a time-out, must not cut it in half.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, JournalError>> + Send + 'static,
) -> Result<T, Problem> {
    let broke_off = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it broke off half-way; the runtime's log says why");
    Ok(tokio::spawn(work).await.map_err(broke_off)??)
}
