//! The HTTP surface, and what every request passes first: pause, URL length, faults, token, rate limits, counters.

mod associations;
mod batch;
mod objects;
mod properties;
mod respond;
mod schemas;

use std::sync::Arc;

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::{delete, get, post, put},
};

use super::{Shared, control, error::ApiError};
use crate::{faults, loopback::WireHandle};

const URL_BYTES_MAX: usize = 8 << 10;
const BODY_BYTES_MAX: usize = 16 << 20;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/crm/v3/objects/{object}", get(objects::list).post(objects::create))
        .route("/crm/v3/objects/{object}/search", post(objects::search))
        .route("/crm/v3/objects/{object}/batch/{action}", post(batch::batch))
        .route("/crm/v3/objects/{object}/{id}", get(objects::get).patch(objects::update).delete(objects::archive))
        .route("/crm/v3/objects/{object}/merge", post(objects::merge))
        .route("/crm/v4/associations/{from}/{to}/batch/read", post(associations::batch_read))
        .route("/crm/v4/objects/{from}/{id}/associations/{to}", get(associations::of_record))
        .route("/crm/v4/objects/{from}/{id}/associations/default/{to}/{to_id}", put(associations::create))
        .route("/crm/v4/objects/{from}/{id}/associations/{to}/{to_id}", delete(associations::archive))
        .route("/crm/v3/schemas", get(schemas::list))
        .route("/crm/v3/schemas/{object}", get(schemas::get))
        .route("/crm-object-schemas/v3/schemas", get(schemas::list))
        .route("/crm-object-schemas/v3/schemas/{object}", get(schemas::get))
        .route("/account-info/v3/details", get(account))
        .route("/crm/v3/properties/{object}", get(properties::list))
        .route("/crm/v3/properties/{object}/{name}", get(properties::get))
        .fallback(|uri: Uri| async move { ApiError::unknown_path(uri.path()) })
        .layer(from_fn_with_state(Arc::clone(&shared), guard));
    let control = control::router();
    api.merge(control).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(shared)
}

/// The name under which requests are counted and faults are ordered.
fn endpoint(method: &Method, path: &str) -> &'static str {
    if path.starts_with("/crm/v4/") {
        return if path.ends_with("/batch/read") { "associations_batch_read" } else { "associations" };
    }
    let parts: Vec<&str> = path.trim_start_matches("/crm/v3/").split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["objects", _]) => "list",
        ("POST", ["objects", _]) => "create",
        ("POST", ["objects", _, "search"]) => "search",
        ("POST", ["objects", _, "merge"]) => "merge",
        ("POST", ["objects", _, "batch", "read"]) => "batch_read",
        ("POST", ["objects", _, "batch", _]) => "batch_write",
        ("GET", ["objects", _, _]) => "get",
        ("PATCH", ["objects", _, _]) => "update",
        ("DELETE", ["objects", _, _]) => "archive",
        ("GET", ["properties", ..]) => "properties",
        ("GET", ["schemas", ..]) => "schemas",
        _ => "other",
    }
}

/// Counts a request as unanswered unless it was answered, also when its connection ends first.
struct Counted<'a> {
    shared: &'a Shared,
    endpoint: &'static str,
    status: u16,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.shared.state().count(self.endpoint, self.status);
    }
}

async fn guard(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(wire): ConnectInfo<WireHandle>,
    request: Request,
    next: Next,
) -> Response {
    let endpoint = endpoint(request.method(), request.uri().path());
    let mut counted = Counted { shared: &shared, endpoint, status: 0 };
    // The sender lives in `shared`, so this waits for the end of the pause and cannot fail.
    drop(shared.is_paused.subscribe().wait_for(|is_paused| !is_paused).await);
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > URL_BYTES_MAX) {
        counted.status = StatusCode::URI_TOO_LONG.as_u16();
        // Whatever stands before HubSpot's API answers this one, so it is not in the API's shape.
        return (StatusCode::URI_TOO_LONG, Html("<h1>414 Request-URI Too Large</h1>")).into_response();
    }
    let rule = shared.state().faults.strike(endpoint, request.uri().path());
    let is_cut = rule.as_ref().is_some_and(|rule| matches!(rule.answer, faults::Answer::Reset | faults::Answer::Truncated));
    let normal = async {
        match admit(&shared, endpoint, request.headers()) {
            Ok(()) => with_limits(&shared, endpoint, next.run(request).await),
            Err(error) => with_limits(&shared, endpoint, error.into_response()),
        }
    };
    let response = faults::perform(rule, &wire, normal).await;
    counted.status = if is_cut { 0 } else { response.status().as_u16() };
    response
}

/// Whose account it is.
async fn account() -> Response {
    axum::Json(serde_json::json!({ "portalId": 62515, "accountType": "STANDARD", "timeZone": "UTC" })).into_response()
}

fn admit(shared: &Shared, endpoint: &str, headers: &HeaderMap) -> Result<(), ApiError> {
    let mut state = shared.state();
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = given.and_then(|value| value.strip_prefix("Bearer ")).filter(|token| !token.is_empty());
    let Some(bearer) = bearer else {
        return Err(ApiError::unauthorized("Authentication credentials not found. This API supports OAuth 2.0 authentication"));
    };
    if state.token.as_deref().is_some_and(|token| token != bearer) {
        return Err(ApiError::unauthorized("The OAuth token used to make this call is invalid or expired"));
    }
    let now_ms = state.uptime_ms();
    state.limiter.admit(endpoint == "search", now_ms)
}

fn with_limits(shared: &Shared, endpoint: &str, mut response: Response) -> Response {
    if endpoint != "search" {
        shared.state().limiter.write_headers(response.headers_mut());
    }
    response
}
