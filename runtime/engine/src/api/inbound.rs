//! Where providers send their events: checked, stored and answered within the time that they wait.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

use super::{Api, REQUEST_BYTES_MAX, Shared, problem::Problem, status::check_project};
use crate::inbound::{Call, Rejected};

/// HubSpot waits for 5 s, and counts a slower answer as a failure.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// When a sender may come again that found all places taken.
const RETRY_SOON: Duration = Duration::from_secs(2);

/// The largest body that is read only to be thrown away.
const DISCARDED_BYTES_MAX: usize = 4 << 20;

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
        let body = read(&parts.headers, body).await?;
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

async fn read(headers: &HeaderMap, body: Body) -> Result<bytes::Bytes, Problem> {
    let too_large = || {
        let limit_kb = REQUEST_BYTES_MAX >> 10;
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("a call carries at most {limit_kb} KiB"))
    };
    let declared = headers.get(http::header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if let Some(length) = declared.filter(|length| *length > REQUEST_BYTES_MAX) {
        if length <= DISCARDED_BYTES_MAX {
            // Unread, it would end the connection before the sender has seen the answer.
            drop(to_bytes(body, DISCARDED_BYTES_MAX).await);
        }
        return Err(too_large());
    }
    to_bytes(body, REQUEST_BYTES_MAX).await.map_err(|error| {
        // The one error besides the limit is a sender that went away.
        tracing::debug!(target: "ampline::inbound", %error, "a call's body could not be read");
        too_large()
    })
}
