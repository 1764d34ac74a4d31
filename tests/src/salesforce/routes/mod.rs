//! The HTTP surface, and what every request passes first: pause, URL length, faults, session, daily allowance, counters.

mod collections;
mod composite;
mod login;
mod meta;
mod oauth;
mod query;
mod respond;
mod sobjects;

use std::sync::Arc;

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};

use super::{ApiError, Code, Shared, control};
use crate::{faults, loopback::WireHandle};

const URL_BYTES_MAX: usize = 16 << 10;
const BODY_BYTES_MAX: usize = 16 << 20;
/// Every version from the first to the last is there.
const VERSIONS: std::ops::RangeInclusive<u32> = 31..=66;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let data = "/services/data/{version}";
    let at = |rest: &str| format!("{data}{rest}");
    let api = Router::new()
        .route("/services/data", get(meta::versions))
        .route("/services/data/", get(meta::versions))
        .route(data, get(meta::resources))
        .route(&at("/"), get(meta::resources))
        .route(&at("/limits"), get(meta::limits))
        .route(&at("/limits/"), get(meta::limits))
        .route(&at("/sobjects"), get(meta::global))
        .route(&at("/sobjects/"), get(meta::global))
        .route(&at("/sobjects/{object}"), get(meta::basic).post(sobjects::create))
        .route(&at("/sobjects/{object}/"), get(meta::basic).post(sobjects::create))
        .route(&at("/sobjects/{object}/describe"), get(meta::describe))
        .route(&at("/sobjects/{object}/describe/"), get(meta::describe))
        .route(&at("/sobjects/{object}/{id}"), get(sobjects::get).patch(sobjects::update).delete(sobjects::delete))
        .route(&at("/composite"), post(composite::composite))
        .route(&at("/composite/sobjects/{object}"), get(collections::get).post(collections::post))
        .route(&at("/query"), get(query::query))
        .route(&at("/query/"), get(query::query))
        .route(&at("/query/{locator}"), get(query::more))
        .route(&at("/queryAll"), get(query::query_all))
        .route(&at("/queryAll/"), get(query::query_all))
        .route(&at("/queryAll/{locator}"), get(query::more))
        .route("/services/oauth2/authorize", get(oauth::authorize))
        .route("/services/oauth2/token", post(oauth::token))
        .route("/services/oauth2/revoke", get(oauth::revoke_query).post(oauth::revoke_form))
        .route("/services/oauth2/userinfo", get(oauth::userinfo).post(oauth::userinfo))
        .route("/id/{organisation}/{user}", get(oauth::userinfo))
        .route("/services/Soap/u/{version}", post(login::soap))
        .fallback(|_: Uri| async { ApiError::from(Code::NotFound) })
        .method_not_allowed_fallback(|method: Method| async move {
            ApiError::new(
                Code::MethodNotAllowed,
                format!("HTTP Method '{method}' not allowed. Allowed are GET, POST, PATCH, DELETE"),
            )
        })
        .layer(from_fn_with_state(Arc::clone(&shared), guard));
    api.merge(control::router()).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(shared)
}

/// The name under which requests are counted and faults are ordered.
fn endpoint(method: &Method, path: &str) -> &'static str {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        (_, ["services", "oauth2", "authorize"]) => "authorize",
        (_, ["services", "oauth2", "token"]) => "token",
        (_, ["services", "oauth2", "revoke"]) => "revoke",
        (_, ["services", "oauth2", "userinfo"] | ["id", ..]) => "userinfo",
        (_, ["services", "Soap", ..]) => "soap",
        (_, ["services", "data"]) => "versions",
        (_, ["services", "data", _]) => "resources",
        (_, ["services", "data", _, "limits"]) => "limits",
        (_, ["services", "data", _, "query"]) => "query",
        (_, ["services", "data", _, "queryAll"]) => "query_all",
        (_, ["services", "data", _, "query" | "queryAll", _]) => "query_more",
        (_, ["services", "data", _, "composite"]) => "composite",
        (_, ["services", "data", _, "composite", ..]) => "collections",
        (_, ["services", "data", _, "sobjects"]) => "global",
        (_, ["services", "data", _, "sobjects", _, "describe"]) => "describe",
        ("GET", ["services", "data", _, "sobjects", _]) => "basic",
        ("POST", ["services", "data", _, "sobjects", _]) => "create",
        ("GET", ["services", "data", _, "sobjects", ..]) => "get",
        ("PATCH", ["services", "data", _, "sobjects", ..]) => "update",
        ("DELETE", ["services", "data", _, "sobjects", ..]) => "delete",
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
        // Whatever stands before Salesforce's API answers this one, so it is not in the API's shape.
        return (StatusCode::URI_TOO_LONG, Html("<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>")).into_response();
    }
    let rule = shared.state().faults.strike(endpoint, request.uri().path());
    let is_cut = rule.as_ref().is_some_and(|rule| matches!(rule.answer, faults::Answer::Reset | faults::Answer::Truncated));
    let is_data = request.uri().path().starts_with("/services/data/v");
    let token = bearer(request.headers()).map(str::to_owned);
    let normal = async {
        let admitted = if is_data { admit(&shared, token.as_deref()) } else { Ok(()) };
        let mut response = match admitted {
            Ok(()) => next.run(request).await,
            Err(code) => ApiError::from(code).into_response(),
        };
        if is_data {
            add_usage(&shared, &mut response);
        }
        response
    };
    let response = faults::perform(rule, &wire, normal).await;
    counted.status = if is_cut { 0 } else { response.status().as_u16() };
    response
}

fn bearer(headers: &header::HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    // Salesforce takes its own word for it too, and so do its older clients.
    given.strip_prefix("Bearer ").or_else(|| given.strip_prefix("OAuth "))
}

fn admit(shared: &Shared, token: Option<&str>) -> Result<(), Code> {
    let mut state = shared.state();
    let now_ms = state.now_ms();
    if !token.is_some_and(|token| state.sessions.is_good(token, now_ms)) {
        return Err(Code::InvalidSessionId);
    }
    if state.requests >= state.options.daily_requests_max {
        return Err(Code::RequestLimitExceeded);
    }
    state.requests += 1;
    Ok(())
}

fn add_usage(shared: &Shared, response: &mut Response) {
    let state = shared.state();
    let told = format!("api-usage={}/{}", state.requests, state.options.daily_requests_max);
    if let Ok(told) = HeaderValue::from_str(&told) {
        response.headers_mut().insert("sforce-limit-info", told);
    }
}

/// Who asks, and in which version of the API.
struct Asker {
    version: String,
    token: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let version = parts.uri.path().split('/').nth(3).unwrap_or_default();
        let number = version.strip_prefix('v').and_then(|rest| rest.strip_suffix(".0")).and_then(|number| number.parse().ok());
        if !number.is_some_and(|number| VERSIONS.contains(&number)) {
            return Err(Code::NotFound.into());
        }
        let token = bearer(&parts.headers).unwrap_or_default().to_owned();
        Ok(Self { version: version.to_owned(), token })
    }
}
