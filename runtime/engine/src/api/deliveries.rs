//! The delivery log: list, show, replay, purge.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::{
    Shared,
    document::Routes,
    extract::{Body, Path, Query},
    paging::{self, Paged},
    problem::{Place, Problem, RequestIssue, invalid, not_found},
    status::check_project,
};
use crate::journal::{AttemptRow, Bulk, DeliveryFilter, DeliveryStatus, DeliverySummary, JournalError};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list)).add(routes!(show)).add(routes!(replay)).add(routes!(purge))
}

/// Which deliveries, as query parameters.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct ListQuery {
    /// Name of the destination.
    destination: Option<String>,
    /// The customer's group.
    group_ref: Option<String>,
    /// How they stand.
    status: Option<DeliveryStatus>,
    /// As messages carry it.
    object_name: Option<String>,
    /// Made at this time or later.
    since: Option<Timestamp>,
    /// Made before this time.
    until: Option<Timestamp>,
    /// Those of one message.
    event_id: Option<Uuid>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1000, default = 200)]
    page_size: Option<u32>,
    /// Where the page begins: `pagination.nextPageToken` of the page before.
    page_token: Option<String>,
}

/// Lists deliveries, newest first.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/deliveries", operation_id = "listDeliveries", tag = "deliveries",
    params(ListQuery), responses((status = 200, body = Paged<DeliverySummary>))
)]
async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Paged<DeliverySummary>>, Problem> {
    check_project(&api, &project)?;
    let limit = paging::size(query.page_size);
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
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeliveryDetail)]
struct Detail {
    #[serde(flatten)]
    summary: DeliverySummary,
    /// Oldest first.
    attempt_log: Vec<AttemptRow>,
    /// What templates may name; not there once retention took the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>, nullable = false)]
    metadata: Option<ampline_core::message::Metadata>,
    /// The message as it is stored; not there once retention took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    message: Option<Box<RawValue>>,
}

/// Shows a delivery with its attempts and its message.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/deliveries/{deliveryId}", operation_id = "getDelivery", tag = "deliveries",
    responses((status = 200, body = Detail))
)]
async fn show(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Detail>, Problem> {
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
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BulkRequest {
    /// One delivery.
    id: Option<i64>,
    /// All that match; an empty filter is all there are.
    filter: Option<DeliveryFilter>,
    /// Only say how many there are.
    #[serde(default)]
    dry_run: bool,
}

/// What a replay came to, or would.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Replayed {
    /// Deliveries that are made again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    replayed: Option<u64>,
    /// How many there are, after `dryRun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    would_replay: Option<u64>,
}

/// What a purge came to, or would.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PurgedDeliveries)]
struct Purged {
    /// Deliveries that are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    purged: Option<u64>,
    /// Messages that went with them, because no delivery of theirs was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    messages: Option<u64>,
    /// Bytes of those messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bytes: Option<u64>,
    /// How many there are, after `dryRun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    would_purge: Option<u64>,
}

/// Makes deliveries again.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/deliveries:replay", operation_id = "replayDeliveries", tag = "deliveries",
    request_body = BulkRequest, responses((status = 200, body = Replayed))
)]
async fn replay(
    State(api): Shared,
    Path(project): Path<String>,
    Body(request): Body<BulkRequest>,
) -> Result<Json<Replayed>, Problem> {
    check_project(&api, &project)?;
    let filter = match (request.id, request.filter) {
        // The newest delivery of the same message is the one to replay.
        (Some(id), None) => {
            let found = api.journal.delivery(id).await?.ok_or_else(|| not_found(format!("there is no delivery {id}")))?.summary;
            DeliveryFilter { event_id: Some(found.event_id), destination: Some(found.destination), ..DeliveryFilter::default() }
        }
        (None, Some(filter)) => filter,
        _ => return Err(wrong("filter", "say either `id` or `filter`; an empty filter replays everything that is kept")),
    };
    if request.dry_run {
        let would_replay = Some(api.journal.count(&filter, Bulk::Replay).await?);
        return Ok(Json(Replayed { would_replay, ..Replayed::default() }));
    }
    let (journal, now) = (api.journal.clone(), api.clock.now());
    let replayed = to_its_end(async move { journal.replay(&filter, now).await }).await?;
    Ok(Json(Replayed { replayed: Some(replayed), ..Replayed::default() }))
}

fn wrong(name: &str, detail: &str) -> Problem {
    invalid(vec![RequestIssue::new(Place::Body, name, detail)])
}

/// Purges dead letters.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/deliveries:purge", operation_id = "purgeDeliveries", tag = "deliveries",
    request_body = BulkRequest, responses((status = 200, body = Purged))
)]
async fn purge(
    State(api): Shared,
    Path(project): Path<String>,
    Body(request): Body<BulkRequest>,
) -> Result<Json<Purged>, Problem> {
    check_project(&api, &project)?;
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
        (None, Some(_)) => return Err(wrong("filter.status", "only dead letters are purged: leave it out, or say `dead`")),
        _ => return Err(wrong("filter", "say either `id` or `filter`; an empty filter purges every dead letter")),
    };
    if request.dry_run {
        let would_purge = Some(api.journal.count(&filter, Bulk::Purge).await?);
        return Ok(Json(Purged { would_purge, ..Purged::default() }));
    }
    let journal = api.journal.clone();
    let gone = to_its_end(async move { journal.purge(&filter).await }).await?;
    let (purged, messages, bytes) = (Some(gone.deliveries), Some(gone.envelopes), Some(gone.bytes));
    Ok(Json(Purged { purged, messages, bytes, would_purge: None }))
}

/// Runs apart from the request: a client that goes away, or a time-out, must not cut it in half.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, JournalError>> + Send + 'static,
) -> Result<T, Problem> {
    let broke_off = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it broke off half-way; the runtime's log says why");
    Ok(tokio::spawn(work).await.map_err(broke_off)??)
}
