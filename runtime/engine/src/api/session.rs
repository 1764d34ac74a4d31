//! Signing in from a browser: a key is exchanged for a cookie that scripts cannot read, so no page ever holds a key.
//!
//! A browser sends cookies by itself, also where another site had it ask. So the cookie is `SameSite=Strict`, and whatever changes
//! something must come from a page of this very origin.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{CACHE_CONTROL, COOKIE, HOST, ORIGIN, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Api, Shared, access, api_keys::to_the_end, document::Routes, extract::Body, problem::Problem};
use crate::access::SESSION_LIFETIME;

/// The cookie's name.
const NAME: &str = "ampline_session";

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(open, end))
}

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = OpenSessionRequest)]
struct OpenRequest {
    /// An API key of this runtime.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 512)]
    api_key: String,
}

/// Sign in from a browser.
///
/// Answers with a cookie that stands for the key for twelve hours; scripts cannot read it. A key that is revoked or deleted ends its sessions; a restart ends none. A request
/// that shows neither a key nor a token is known by it; one that changes something must come from a page of this origin.
#[utoipa::path(
    post, path = "/v1/session", operation_id = "openSession", tag = "keys", request_body = OpenRequest,
    responses(
        (status = 204, description = "The cookie is set."),
        (status = 401, description = "The key does not open this runtime."),
        (status = 403, description = "The request comes from a page of another origin.")
    )
)]
async fn open(State(api): Shared, peer: access::Peer, headers: HeaderMap, uri: Uri, body: Body<OpenRequest>) -> Response {
    if headers.contains_key(ORIGIN) && !is_own_origin(&api, &headers, &uri) {
        return foreign().into_response();
    }
    let key_id = match access::key_id(&api, peer, &body.0.api_key) {
        Ok(id) => id,
        Err(refusal) => return *refusal,
    };
    let keys = api.keys.clone();
    let token = match to_the_end(async move { keys.open_session(&key_id).await }).await {
        Ok(Some(token)) => token,
        Ok(None) => return access::opens_nothing(),
        Err(problem) => return problem.into_response(),
    };
    // Where the page came by TLS, the cookie goes no other way.
    let secure = headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"));
    with_cookie(token.reveal(), SESSION_LIFETIME.as_secs(), secure)
}

/// Sign out.
///
/// Ends the session of the cookie, where there is one, and takes the cookie back.
#[utoipa::path(
    delete, path = "/v1/session", operation_id = "endSession", tag = "keys",
    responses(
        (status = 204, description = "There is no session any more."),
        (status = 403, description = "The request comes from a page of another origin.")
    )
)]
async fn end(State(api): Shared, headers: HeaderMap, uri: Uri) -> Response {
    if let Some(token) = shown(&headers).map(str::to_owned) {
        if !is_own_origin(&api, &headers, &uri) {
            return foreign().into_response();
        }
        let keys = api.keys.clone();
        if let Err(problem) = to_the_end(async move { keys.end_session(&token).await }).await {
            return problem.into_response();
        }
    }
    with_cookie("", 0, false)
}

fn with_cookie(value: &str, seconds: i64, secure: bool) -> Response {
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let mut headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))]);
    headers.extend(HeaderValue::from_str(&cookie).map(|mut cookie| {
        cookie.set_sensitive(true);
        (SET_COOKIE, cookie)
    }));
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// What a browser holds of its session.
pub(super) fn shown(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == NAME && !value.is_empty()).map(|(_, value)| value)
}

/// Why a request that is known by its cookie alone must not do what it asks; nothing where it may.
pub(super) fn misuse(api: &Api, request: &Request) -> Option<Problem> {
    let reads_only = matches!(*request.method(), Method::GET | Method::HEAD);
    (!reads_only && !is_own_origin(api, request.headers(), request.uri())).then(foreign)
}

fn foreign() -> Problem {
    let problem = Problem::new(StatusCode::FORBIDDEN, "a session changes things from pages of this runtime's own origin only");
    problem.remedy("show a key in X-Api-Key; a proxy in between must pass `Host` on, or runtime.public_url say how it is reached")
}

/// Whether the page that asks is one of those that are served here.
fn is_own_origin(api: &Api, headers: &HeaderMap, uri: &Uri) -> bool {
    let Some(origin) = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()) else { return false };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).or_else(|| uri.authority().map(|it| it.as_str()));
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let is_this_host = authority.is_some() && authority == host;
    // Behind a proxy that says `Host` otherwise, the address that receivers are given is the one that browsers use.
    is_this_host || (!api.public_url.is_empty() && api.public_url.trim_end_matches('/') == origin)
}
