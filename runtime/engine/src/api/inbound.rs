//! Where providers send their events: checked, stored and answered within the time that they wait.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::json;

use super::{
    Api, REQUEST_BYTES_MAX, Shared,
    problem::{Problem, bad_request},
    status::check_project,
};
use crate::inbound::{Call, Rejected};

/// HubSpot waits for 5 s, and counts a slower answer as a failure.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// A larger body is cut off.
const DISCARDED_BYTES_MAX: usize = 8 * REQUEST_BYTES_MAX;
/// When a sender may come again that found all places taken.
const RETRY_SOON: Duration = Duration::from_secs(2);

/// The form of the contract's addresses, under a prefix of their own: one host serves them beside the API.
const ADDRESS: &str = "/subscribe/v1/projects/{project}/integrations/{integration}";

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route(ADDRESS, post(of_integration))
        .route(&format!("{ADDRESS}/installations/{{installation}}"), post(of_installation))
}

async fn of_integration(
    State(api): Shared,
    Path((project, integration)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    receive(&api, integration, None, request).await
}

async fn of_installation(
    State(api): Shared,
    Path((project, integration, installation)): Path<(String, String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    receive(&api, integration, Some(installation), request).await
}

async fn receive(api: &Api, integration: String, installation: Option<String>, request: Request) -> Result<Response, Problem> {
    let Some(intake) = &api.intake else {
        return Ok(wait("no runtime is running", RETRY_SOON));
    };
    let Some(_place) = intake.place() else {
        return Ok(wait("too many calls at the same time", RETRY_SOON));
    };
    let (parts, body) = request.into_parts();
    check_type(&parts.headers)?;
    let taking = async {
        let body = read(body).await?;
        let path_and_query = parts.uri.path_and_query().map_or_else(String::new, |path| path.as_str().to_owned());
        let call = Call { integration, installation, method: parts.method, path_and_query, headers: parts.headers, body };
        Ok::<_, Problem>(intake.take(call).await)
    };
    let Ok(taken) = tokio::time::timeout(ANSWER_WITHIN, taking).await else {
        // What is being stored meanwhile is known again by its key.
        return Ok(wait("the events could not be stored in time", RETRY_SOON));
    };
    match taken? {
        Ok(taken) => {
            let counts = json!({ "accepted": taken.accepted, "repeated": taken.repeated, "ignored": taken.ignored });
            Ok(Json(counts).into_response())
        }
        Err(Rejected::Busy { reason, retry_after }) => {
            tracing::warn!(target: "ampline::inbound", event = "call.put_off", reason);
            Ok(wait("there is no room for events now", retry_after))
        }
        Err(rejected) => Err(problem(&rejected)),
    }
}

fn problem(rejected: &Rejected) -> Problem {
    let status = match rejected {
        Rejected::Unknown => StatusCode::NOT_FOUND,
        Rejected::Refused(_) => StatusCode::UNAUTHORIZED,
        Rejected::NoInstallation | Rejected::Body(_) => StatusCode::BAD_REQUEST,
        Rejected::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
    };
    Problem::new(status, rejected.to_string())
}

/// 503, and when to come again.
fn wait(reason: &str, retry_after: Duration) -> Response {
    let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason).into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
    response
}

/// JSON, or nothing said.
fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(given) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let essence = given.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || essence.ends_with("+json") {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "events are taken in as application/json"))
}

/// The whole body. One that is too large is read on for a while and thrown away: a sender that is cut off while it writes never
/// sees the answer.
async fn read(body: Body) -> Result<Bytes, Problem> {
    let (mut stream, mut taken, mut read_bytes) = (body.into_data_stream(), BytesMut::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::debug!(target: "ampline::inbound", %error, "a call's body broke off");
            bad_request("the body broke off")
        })?;
        read_bytes += chunk.len();
        if read_bytes > DISCARDED_BYTES_MAX {
            break;
        }
        if read_bytes <= REQUEST_BYTES_MAX {
            taken.extend_from_slice(&chunk);
        }
    }
    if read_bytes > REQUEST_BYTES_MAX {
        let limit_kb = REQUEST_BYTES_MAX >> 10;
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("a call carries at most {limit_kb} KiB")));
    }
    Ok(taken.freeze())
}
