//! OAuth: the page where a person consents (who always does), tokens, their end, and who they stand for.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::bearer;
use crate::salesforce::{
    ORGANISATION, Shared, USER,
    session::{Asked, BAD_CLIENT, BAD_LOGIN, Granted, NO_CLIENT, Refused},
};

type App = State<Arc<Shared>>;
type Pairs = HashMap<String, String>;

const SCOPE: &str = "api refresh_token";

fn refused((error, description): Refused) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": error, "error_description": description}))).into_response()
}

/// Sends the code to where the client wants it.
pub(super) async fn authorize(State(shared): App, Query(asked): Query<Pairs>) -> Response {
    let given = |name: &str| asked.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let mut state = shared.state();
    let credentials = &state.options.credentials;
    if given("client_id") != Some(&credentials.client_id) {
        return refused(NO_CLIENT);
    }
    let redirect_uri = given("redirect_uri").unwrap_or_default().to_owned();
    let is_known = credentials.redirect_uris.is_empty() || credentials.redirect_uris.contains(&redirect_uri);
    if !is_known || !redirect_uri.contains("://") {
        return refused(("redirect_uri_mismatch", "redirect_uri must match configuration"));
    }
    let back = |pairs: &[(&str, &str)]| {
        let state = given("state").map(|state| ("state", state));
        let pairs = pairs.iter().copied().chain(state).map(|(name, value)| format!("{name}={}", escaped(value)));
        let join = if redirect_uri.contains('?') { '&' } else { '?' };
        Redirect::to(&format!("{redirect_uri}{join}{}", pairs.collect::<Vec<_>>().join("&"))).into_response()
    };
    if given("response_type") != Some("code") {
        return back(&[("error", "unsupported_response_type"), ("error_description", "response type not supported")]);
    }
    let challenge = given("code_challenge").map(str::to_owned);
    if challenge.is_some() && given("code_challenge_method").is_some_and(|method| method != "S256") {
        return back(&[("error", "invalid_request"), ("error_description", "only the code challenge method S256 is supported")]);
    }
    let now_ms = state.now_ms();
    let scope = given("scope").unwrap_or(SCOPE).to_owned();
    let code = state.sessions.code(Asked { redirect_uri: redirect_uri.clone(), challenge, scope }, now_ms);
    back(&[("code", &code)])
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// The pairs of a form.
fn form(body: &Bytes) -> Pairs {
    let uri = format!("/?{}", String::from_utf8_lossy(body)).parse::<axum::http::Uri>().unwrap_or_default();
    Query::<Pairs>::try_from_uri(&uri).map(|Query(pairs)| pairs).unwrap_or_default()
}

pub(super) async fn token(State(shared): App, headers: HeaderMap, body: Bytes) -> Response {
    let mut pairs = form(&body);
    if let Some((id, secret)) = basic(&headers) {
        pairs.insert("client_id".into(), id);
        pairs.insert("client_secret".into(), secret);
    }
    match grant(&shared, &pairs) {
        Ok(granted) => granted_json(&shared, &granted),
        Err(error) => refused(error),
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(given).ok()?).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

fn grant(shared: &Shared, pairs: &Pairs) -> Result<Granted, Refused> {
    let given = |name: &str| pairs.get(name).map(String::as_str);
    let state = &mut *shared.state();
    let (now_ms, lasts_ms) = (state.now_ms(), state.access_token_lasts_ms);
    let credentials = &state.options.credentials;
    if given("client_id") != Some(&credentials.client_id) {
        return Err(NO_CLIENT);
    }
    let secret = given("client_secret").map(|secret| secret == credentials.client_secret);
    // With PKCE a client without a secret is as good as one with; a wrong one is never good.
    let needs_secret = match given("grant_type") {
        Some("authorization_code") => given("code_verifier").is_none(),
        Some("refresh_token") => false,
        _ => true,
    };
    if secret == Some(false) || (needs_secret && secret.is_none()) {
        return Err(BAD_CLIENT);
    }
    let sessions = &mut state.sessions;
    match given("grant_type") {
        Some("authorization_code") => {
            let redirect_uri = given("redirect_uri").unwrap_or_default();
            sessions.trade(given("code").unwrap_or_default(), redirect_uri, given("code_verifier"), now_ms, lasts_ms)
        }
        Some("refresh_token") => {
            let rotates = state.options.rotates_refresh_tokens;
            sessions.renew(given("refresh_token").unwrap_or_default(), rotates, now_ms, lasts_ms)
        }
        Some("client_credentials") => Ok(sessions.grant("client_credentials", None, "api".into(), now_ms, lasts_ms)),
        Some("password") => {
            let is_user = credentials.is_user(given("username").unwrap_or_default(), given("password").unwrap_or_default());
            if !is_user {
                return Err(BAD_LOGIN);
            }
            Ok(sessions.grant("password", None, "api".into(), now_ms, lasts_ms))
        }
        _ => Err(("unsupported_grant_type", "grant type not supported")),
    }
}

/// As Salesforce answers: without `expires_in`, signed over the identity and the time.
fn granted_json(shared: &Shared, granted: &Granted) -> Response {
    let state = shared.state();
    let id = format!("{}/id/{ORGANISATION}/{USER}", shared.base_url);
    let issued_at = state.now_ms().to_string();
    let signature = Hmac::<Sha256>::new_from_slice(state.options.credentials.client_secret.as_bytes()).map(|mut mac| {
        mac.update(format!("{id}{issued_at}").as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    });
    let mut answer = json!({
        "access_token": granted.access_token, "signature": signature.unwrap_or_default(), "scope": granted.scope,
        "instance_url": shared.base_url, "id": id, "token_type": "Bearer", "issued_at": issued_at,
    });
    if let Some(refresh_token) = &granted.refresh_token {
        answer["refresh_token"] = json!(refresh_token);
    }
    Json(answer).into_response()
}

pub(super) async fn revoke_query(State(shared): App, Query(pairs): Query<Pairs>) -> Response {
    revoke(&shared, &pairs)
}

pub(super) async fn revoke_form(State(shared): App, body: Bytes) -> Response {
    revoke(&shared, &form(&body))
}

fn revoke(shared: &Shared, pairs: &Pairs) -> Response {
    let is_revoked = pairs.get("token").is_some_and(|token| shared.state().sessions.revoke(token));
    if is_revoked { StatusCode::OK.into_response() } else { refused(("invalid_token", "expired access/refresh token")) }
}

pub(super) async fn userinfo(State(shared): App, headers: HeaderMap) -> Response {
    let state = shared.state();
    let now_ms = state.now_ms();
    if !bearer(&headers).is_some_and(|token| state.sessions.is_good(token, now_ms)) {
        return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response();
    }
    let username = &state.options.credentials.username;
    let (base, id) = (&shared.base_url, format!("{}/id/{ORGANISATION}/{USER}", shared.base_url));
    Json(json!({
        "sub": id, "id": id, "user_id": USER, "organization_id": ORGANISATION, "preferred_username": username,
        "username": username, "nickname": "reader", "name": "Emulated Reader", "email": username, "active": true,
        "zoneinfo": "GMT", "urls": {
            "enterprise": format!("{base}/services/Soap/c/{{version}}/{ORGANISATION}"), "partner": format!("{base}/services/Soap/u/{{version}}/{ORGANISATION}"),
            "rest": format!("{base}/services/data/v{{version}}/"), "sobjects": format!("{base}/services/data/v{{version}}/sobjects/"),
            "query": format!("{base}/services/data/v{{version}}/query/"),
        },
    }))
    .into_response()
}
