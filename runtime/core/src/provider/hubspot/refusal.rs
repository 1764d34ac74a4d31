//! What it means when HubSpot refuses.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde::Deserialize;

use crate::provider::{
    ReadError, ReadErrorClass,
    error::{clip, retry_after, snippet},
};

/// HubSpot counts requests over ten seconds and sends no `Retry-After`.
const RATE_WINDOW: Duration = Duration::from_secs(10);

/// `{status: "error", message, category, …}`.
#[derive(Deserialize)]
struct Refusal {
    message: String,
    #[serde(default)]
    category: Option<String>,
    #[serde(rename = "policyName", default)]
    policy_name: Option<String>,
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
        408 | 477 | 500.. => ReadErrorClass::Transient,
        400 if positioned && refusal.as_ref().is_some_and(Refusal::of_position) => ReadErrorClass::CursorGone,
        400..500 => ReadErrorClass::BadRequest,
        _ => return Err(ReadError::malformed(format_args!("unexpected status {status}"), response.body())),
    };
    let asked = retry_after(response.headers());
    let retry_after = if class == ReadErrorClass::RateLimited { asked.or(Some(RATE_WINDOW)) } else { asked };
    let words = refusal.map_or_else(|| snippet(response.body()), |refusal| refusal.words());
    Err(ReadError {
        class,
        message: format!("HubSpot answered {status}{}{words}", if words.is_empty() { "" } else { ": " }),
        retry_after,
    })
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
