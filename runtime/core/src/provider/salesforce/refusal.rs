//! What it means when Salesforce refuses.

use std::time::Duration;

use http::HeaderMap;
use serde::Deserialize;

use crate::provider::{
    ReadError, ReadErrorClass,
    error::{clip, retry_after, snippet},
};

/// Too many requests at the same time: there is room again soon.
const BUSY_WAIT: Duration = Duration::from_secs(10);
/// The day's requests are spent. The count rolls over 24 hours, so that some come back before the day is over.
const DAILY_WAIT: Duration = Duration::from_secs(15 * 60);

/// `[{errorCode, message}]`.
#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "errorCode", alias = "error")]
    code: String,
    #[serde(alias = "error_description", default)]
    message: String,
}

/// What an answer means whose status is not 200.
pub(super) fn refused(status: u16, headers: &HeaderMap, body: &[u8]) -> ReadError {
    let refusals = serde_json::from_slice::<Vec<Refusal>>(body).or_else(|_| serde_json::from_slice(body).map(|one| vec![one]));
    let refusals = refusals.unwrap_or_default();
    let known = refusals.iter().find_map(|refusal| class_of(&refusal.code).map(|class| (class, refusal)));
    let told = known.map(|(_, refusal)| refusal).or(refusals.first());
    let Some(class) = known.map(|(class, _)| class).or_else(|| class_of_status(status)) else {
        return ReadError::malformed(format_args!("unexpected status {status}"), body);
    };
    let words = told.map_or_else(|| snippet(body), |told| format!("{} ({})", snippet(told.message.as_bytes()), clip(&told.code)));
    let asked = retry_after(headers);
    let wait = (class == ReadErrorClass::RateLimited).then(|| wait(told.map_or("", |told| &told.message), headers));
    ReadError {
        class,
        message: format!("Salesforce answered {status}{}{words}", if words.is_empty() { "" } else { ": " }),
        retry_after: asked.or(wait),
    }
}

fn class_of(code: &str) -> Option<ReadErrorClass> {
    Some(match code.to_ascii_uppercase().as_str() {
        "INVALID_SESSION_ID"
        | "INVALID_AUTH_HEADER"
        | "INVALID_GRANT"
        | "INVALID_LOGIN"
        | "LOGIN_MUST_USE_SECURITY_TOKEN"
        | "PASSWORD_LOCKOUT" => ReadErrorClass::BadCredentials,
        "REQUEST_LIMIT_EXCEEDED" => ReadErrorClass::RateLimited,
        "INVALID_QUERY_LOCATOR" | "INVALID_LOCATOR" => ReadErrorClass::CursorGone,
        "INVALID_FIELD"
        | "INVALID_TYPE"
        | "MALFORMED_QUERY"
        | "INVALID_FIELD_FOR_INSERT_UPDATE"
        | "FIELD_INTEGRITY_EXCEPTION"
        | "INVALID_QUERY_FILTER_OPERATOR"
        | "INVALID_ID_FIELD"
        | "MALFORMED_ID"
        | "QUERY_TOO_COMPLICATED"
        | "OPERATION_TOO_LARGE"
        | "JSON_PARSER_ERROR" => ReadErrorClass::BadRequest,
        "UNABLE_TO_LOCK_ROW" | "SERVER_UNAVAILABLE" | "QUERY_TIMEOUT" | "REQUEST_RUNNING_TOO_LONG" | "UNKNOWN_EXCEPTION" => {
            ReadErrorClass::Transient
        }
        "API_DISABLED_FOR_ORG" | "API_CURRENTLY_DISABLED" | "FUNCTIONALITY_NOT_ENABLED" | "ORG_LOCKED" => {
            ReadErrorClass::Forbidden
        }
        insufficient if insufficient.starts_with("INSUFFICIENT_ACCESS") => ReadErrorClass::Forbidden,
        "NOT_FOUND" => ReadErrorClass::NotFound,
        _ => return None,
    })
}

fn class_of_status(status: u16) -> Option<ReadErrorClass> {
    Some(match status {
        401 => ReadErrorClass::BadCredentials,
        403 => ReadErrorClass::Forbidden,
        404 => ReadErrorClass::NotFound,
        429 => ReadErrorClass::RateLimited,
        408 | 420 | 500.. => ReadErrorClass::Transient,
        400..500 => ReadErrorClass::BadRequest,
        _ => return None,
    })
}

/// How long to leave Salesforce alone: it does not say so itself.
fn wait(message: &str, headers: &HeaderMap) -> Duration {
    let spent = message.contains("TotalRequests") || usage(headers).is_some_and(|(used, most)| used >= most);
    if spent && !message.contains("Concurrent") { DAILY_WAIT } else { BUSY_WAIT }
}

/// `Sforce-Limit-Info: api-usage=18/5000`.
fn usage(headers: &HeaderMap) -> Option<(u64, u64)> {
    let text = headers.get("sforce-limit-info")?.to_str().ok()?;
    let (used, most) = text.split("api-usage=").nth(1)?.split([';', ',', ' ']).next()?.split_once('/')?;
    Some((used.parse().ok()?, most.parse().ok()?))
}
