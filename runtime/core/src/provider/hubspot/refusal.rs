//! What it means when HubSpot refuses.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;

use crate::provider::{
    ReadError, ReadErrorClass,
    error::{clip, retry_after, snippet},
};

/// HubSpot counts requests over ten seconds and sends no `Retry-After`.
const RATE_WINDOW: Duration = Duration::from_secs(10);
/// Searches are counted by the second.
const SEARCH_WINDOW: Duration = Duration::from_secs(1);
/// The day's requests are spent. When the account's day ends is not said: look again now and then.
const DAILY_WAIT: Duration = Duration::from_secs(15 * 60);
/// A locked record or account wants two seconds between requests.
const LOCKED_WAIT: Duration = Duration::from_secs(2);

/// `{status: "error", message, category, …}`.
#[derive(Deserialize)]
struct Refusal {
    message: String,
    #[serde(default)]
    category: Option<String>,
    #[serde(rename = "policyName", default)]
    policy_name: Option<String>,
}

/// The body of a batch's answer, which may say 207 where it found only some; nothing where it found none at all.
pub(super) fn accepted_batch(response: &Response<Bytes>) -> Result<Option<&Bytes>, ReadError> {
    if response.status() == StatusCode::MULTI_STATUS {
        return Ok(Some(response.body()));
    }
    let told = || serde_json::from_slice::<Refusal>(response.body()).ok().and_then(|refusal| refusal.category);
    if response.status() == StatusCode::NOT_FOUND && told().as_deref() == Some("OBJECT_NOT_FOUND") {
        return Ok(None);
    }
    accepted(response, false).map(Some)
}

/// The body of an answer that says 200, or what the refusal means. `positioned`: whether the request named a position.
pub(super) fn accepted(response: &Response<Bytes>, positioned: bool) -> Result<&Bytes, ReadError> {
    let status = response.status().as_u16();
    if status == 200 {
        return Ok(response.body());
    }
    let refusal = serde_json::from_slice::<Refusal>(response.body()).ok();
    let class = match status {
        429 | 502 | 504 => ReadErrorClass::RateLimited,
        401 => ReadErrorClass::BadCredentials,
        403 => ReadErrorClass::Forbidden,
        404 => ReadErrorClass::NotFound,
        408 | 423 | 477 | 500.. => ReadErrorClass::Transient,
        400 if positioned && refusal.as_ref().is_some_and(Refusal::of_position) => ReadErrorClass::CursorGone,
        400..500 => ReadErrorClass::BadRequest,
        _ => return Err(ReadError::malformed(format_args!("unexpected status {status}"), response.body())),
    };
    let asked = retry_after(response.headers());
    let own = match status {
        423 => Some(LOCKED_WAIT),
        _ if class == ReadErrorClass::RateLimited => Some(window(refusal.as_ref(), response)),
        _ => None,
    };
    let words = refusal.map_or_else(|| snippet(response.body()), |refusal| refusal.words());
    Err(ReadError {
        class,
        message: format!("HubSpot answered {status}{}{words}", if words.is_empty() { "" } else { ": " }),
        retry_after: asked.or(own),
    })
}

/// How long to leave HubSpot alone, by the limit that is exhausted.
fn window(refusal: Option<&Refusal>, response: &Response<Bytes>) -> Duration {
    let message = refusal.map(|refusal| refusal.message.to_ascii_lowercase()).unwrap_or_default();
    let policy = refusal.and_then(|refusal| refusal.policy_name.as_deref());
    let remaining = response.headers().get("x-hubspot-ratelimit-daily-remaining").and_then(|value| value.to_str().ok());
    match policy {
        Some("DAILY") => DAILY_WAIT,
        Some("SECONDLY") => SEARCH_WINDOW,
        Some(_) => RATE_WINDOW,
        None if message.contains("daily limit") || remaining == Some("0") => DAILY_WAIT,
        None => RATE_WINDOW,
    }
}

impl Refusal {
    /// Whether the `after` is what HubSpot cannot make sense of.
    fn of_position(&self) -> bool {
        self.message.contains("Cannot deserialize value of type")
    }

    fn words(&self) -> String {
        match self.policy_name.as_ref().or(self.category.as_ref()) {
            Some(kind) => format!("{} ({})", clip(&self.message), clip(kind)),
            None => clip(&self.message),
        }
    }
}
