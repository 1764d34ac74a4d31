//! Signed downloads: the records of a message that was too large for its destination.

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Shared,
    problem::{Problem, bad_request, not_found},
};

/// What the URL carries besides the event id.
#[derive(Debug, Deserialize)]
pub(super) struct Signed {
    expires: i64,
    signature: String,
}

/// `GET /downloads/{event_id}?expires=…&signature=…`: the `result` array, as JSON.
pub(super) async fn download(
    State(api): Shared,
    Path(event_id): Path<Uuid>,
    query: Result<Query<Signed>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(signed) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    (api.downloads.check(event_id, signed.expires, &signed.signature, api.clock.now()))
        .map_err(|refused| Problem::new(StatusCode::FORBIDDEN, refused.to_string()))?;
    let envelope = api.journal.envelope(event_id).await?.ok_or_else(|| not_found("the message is no longer kept"))?;
    Ok(([(CONTENT_TYPE, "application/json")], ampline_core::message::result_array(&envelope)).into_response())
}
