//! Signed downloads: the records of a message that was too large for its destination, whatever the destination's type.

use axum::{
    extract::State,
    http::{
        HeaderMap, Method, StatusCode,
        header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::{
    Shared,
    document::Routes,
    extract::{Path, Query},
    problem::{Problem, not_found},
    range::{self, Wanted},
    validator::EntityTag,
};
use crate::downloads::Refused;

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(download))
}

/// What the URL carries besides the event id, exactly as it stands there: the signature is over the text.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Signed {
    /// Until when the address holds, in seconds since 1970.
    expires: String,
    /// Over all of it.
    #[param(format = Password)]
    signature: String,
}

/// Gives the records of a message that was too large for its destination.
///
/// The address is that of the message's `resultInfo.downloadUrl`. The answer is the `result` array, whole or one range of its bytes.
#[utoipa::path(
    get, path = "/downloads/{eventId}", operation_id = "download", tag = "deliveries", params(Signed),
    responses(
        (status = 200, body = [Value]),
        (status = 206, body = String, content_type = "application/json", description = "The range that was asked for."),
        (status = 403, description = "The address is another one, or too old."),
        (status = 416, description = "There are no such bytes."),
    )
)]
async fn download(
    State(api): Shared,
    Path(event_id): Path<String>,
    Query(Signed { expires, signature }): Query<Signed>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let checked = api.downloads.check(&event_id, &expires, &signature, api.clock.now());
    let event_id = checked.map_err(|refused| {
        let problem = Problem::new(StatusCode::FORBIDDEN, refused.to_string());
        match refused {
            Refused::Signature => problem.remedy("use the URL exactly as the message has it"),
            Refused::Expired => problem.remedy("ask for the message again: a replay carries a fresh URL"),
        }
    })?;
    let envelope = api.journal.envelope(event_id).await?.ok_or_else(|| not_found("the message is no longer kept"))?;
    // What was delivered under an event id never changes, so the id is its tag.
    let tag = EntityTag::new(&event_id.to_string());
    Ok(part_of(ampline_core::message::result_array(&envelope), &method, &headers, &tag))
}

fn part_of(body: Bytes, method: &Method, headers: &HeaderMap, tag: &EntityTag) -> Response {
    let len = body.len();
    let about = [
        (ETAG, tag.as_str().to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        // Customers' records behind a URL that expires: nothing on the way keeps them.
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    if tag.is_known(headers) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let json = (CONTENT_TYPE, "application/json");
    match range::wanted(method, headers, len, tag) {
        Wanted::Whole => (about, [json], body).into_response(),
        Wanted::Part(range) => {
            let place = format!("bytes {}-{}/{len}", range.start, range.end - 1);
            (StatusCode::PARTIAL_CONTENT, about, [json], [(CONTENT_RANGE, place)], body.slice(range)).into_response()
        }
        Wanted::Beyond => {
            let problem = Problem::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                format!("the records have {len} bytes, and the range begins behind them"),
            );
            (about, [(CONTENT_RANGE, format!("bytes */{len}"))], problem).into_response()
        }
    }
}
