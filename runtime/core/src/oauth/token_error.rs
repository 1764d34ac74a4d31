//! Why a token endpoint gave no tokens, in the words that decide what follows.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use crate::provider::{clip, retry_after, snippet};

/// What kind of refusal it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenErrorClass {
    /// The grant is gone (revoked, expired, used up): the customer must connect again.
    Reconnect,
    /// The product's registration or the request is refused: the operator must repair it, then the same grant may serve.
    Client,
    /// The provider has trouble, or its answer makes no sense: ask again later.
    Transient,
}

/// Why there are no tokens. Never holds one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TokenError {
    /// What kind of refusal it was.
    pub class: TokenErrorClass,
    /// The code of RFC 6749 section 5.2 or the provider's own, where it gave one.
    pub code: Option<String>,
    /// For an operator: what happened, in the provider's words where there are any.
    pub message: String,
    /// How long the provider asked to be left alone.
    pub retry_after: Option<Duration>,
}

impl TokenError {
    /// A failure that may pass.
    pub fn transient(message: impl Into<String>) -> Self {
        Self { class: TokenErrorClass::Transient, code: None, message: message.into(), retry_after: None }
    }

    /// An answer that is not what the standard says. A gateway in trouble answers so, too, and the grant is not known to be gone.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::transient(message)
    }
}

/// Codes that say that the grant is gone: RFC 6749's, OpenID Connect's, and those of GitHub, HubSpot and Salesforce.
const RECONNECT: [&str; 16] = [
    "access_denied",
    "account_selection_required",
    "bad_auth_code",
    "bad_refresh_token",
    "bad_verification_code",
    "consent_required",
    "expired_token",
    "inactive_org",
    "inactive_user",
    "interaction_required",
    "invalid_code",
    "invalid_grant",
    "invalid_refresh_token",
    "login_required",
    "token_revoked",
    "user_access_denied",
];

/// Codes that say to come again.
const TRANSIENT: [&str; 6] =
    ["internal_error", "rate_limit_exceeded", "ratelimited", "server_error", "slow_down", "temporarily_unavailable"];

/// The refusal that an answer states.
pub(super) fn refused(response: &Response<Bytes>, members: Option<&Map<String, Value>>) -> TokenError {
    let status = response.status();
    let (code, words) = members.map_or((None, None), code_and_words);
    let told = match (&code, words) {
        (Some(code), Some(words)) if words != *code => format!("{code}: {words}"),
        (Some(code), _) => code.clone(),
        (None, Some(words)) => words,
        (None, None) => format!("`{}`", snippet(response.body())),
    };
    let class = class_of(status, code.as_deref());
    let message = format!("the token endpoint answered {}: {}", status.as_u16(), clip(&told));
    TokenError { class, code, message, retry_after: retry_after(response.headers()) }
}

/// `error` and `error_description` by the standard; `status` and `message` at HubSpot; an object under `error` elsewhere.
fn code_and_words(members: &Map<String, Value>) -> (Option<String>, Option<String>) {
    let nested = members.get("error").and_then(Value::as_object);
    let find = |names: &[&str]| {
        let of = |members: &Map<String, Value>| {
            names
                .iter()
                .find_map(|name| members.get(*name).and_then(Value::as_str).filter(|text| !text.is_empty()))
                .map(str::to_owned)
        };
        of(members).or_else(|| nested.and_then(of))
    };
    let code = find(&["error", "code", "errorCode", "error_code"]);
    // HubSpot's `status` holds a code, but `error` where it says nothing.
    let code = code.or_else(|| find(&["status"]).filter(|status| status != "error"));
    (code.filter(|code| code.len() <= 64), find(&["error_description", "message", "error_message"]))
}

fn class_of(status: StatusCode, code: Option<&str>) -> TokenErrorClass {
    let code = code.map(str::to_ascii_lowercase);
    let is_one_of = |codes: &[&str]| code.as_deref().is_some_and(|code| codes.contains(&code));
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT || status.is_server_error() {
        return TokenErrorClass::Transient;
    }
    if is_one_of(&RECONNECT) {
        return TokenErrorClass::Reconnect;
    }
    if is_one_of(&TRANSIENT) || status.is_redirection() || status.is_informational() {
        return TokenErrorClass::Transient;
    }
    TokenErrorClass::Client
}
