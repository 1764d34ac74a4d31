//! Answers of a token endpoint (RFC 6749 section 5), read as providers write them: numbers as texts, refusals with status 200.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::{Map, Value};

use super::{TokenError, token_error};

/// Longest token that is taken: no provider documents more than 12 kB, and it goes into a header.
const TOKEN_BYTES_MAX: usize = 16 << 10;
/// A life beyond which a token counts as one that does not end.
const LIFE_MAX: Duration = Duration::from_secs(10 * 366 * 24 * 3_600);

/// Tokens that were given. It does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenAnswer {
    /// What requests show.
    pub access_token: String,
    /// What the next token is asked for with; nothing where the one before goes on (RFC 6749 section 6), or there is none.
    pub refresh_token: Option<String>,
    /// How long the access token holds; nothing where the answer does not say (Salesforce).
    pub expires_in: Option<Duration>,
    /// What was granted, where it is said.
    pub scope: Option<String>,
    /// The customer's workspace, in the words of the member that the catalog names.
    pub workspace: Option<String>,
}

impl std::fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { expires_in, scope, workspace, .. } = self;
        f.debug_struct("TokenAnswer")
            .field("expires_in", expires_in)
            .field("scope", scope)
            .field("workspace", workspace)
            .finish_non_exhaustive()
    }
}

/// What an answer says: tokens, or why there are none. `workspace_field` is the member that names the customer's workspace.
pub fn token_answer(response: &Response<Bytes>, workspace_field: Option<&str>) -> Result<TokenAnswer, TokenError> {
    let members = serde_json::from_slice::<Map<String, Value>>(response.body()).ok();
    // GitHub and Slack refuse with status 200 and a member `error`.
    let is_refusal =
        members.as_ref().is_none_or(|members| members.contains_key("error") && text(members, "access_token").is_none());
    if !response.status().is_success() || (is_refusal && members.is_some()) {
        return Err(token_error::refused(response, members.as_ref()));
    }
    let Some(members) = members else {
        return Err(TokenError::malformed("the token endpoint's answer is not a JSON object"));
    };
    let access_token = token(&members, "access_token")?;
    let access_token = access_token.ok_or_else(|| TokenError::malformed("the token endpoint's answer has no access_token"))?;
    refuse_bound_tokens(&members)?;
    let workspace = workspace_field.and_then(|field| members.get(field)).and_then(plain).filter(|text| !text.is_empty());
    Ok(TokenAnswer {
        access_token,
        refresh_token: token(&members, "refresh_token")?,
        expires_in: members.get("expires_in").and_then(life),
        scope: text(&members, "scope").map(str::to_owned),
        workspace,
    })
}

/// Tokens that are bound to a key of the client's need more than to be shown.
fn refuse_bound_tokens(members: &Map<String, Value>) -> Result<(), TokenError> {
    match text(members, "token_type") {
        Some(kind) if ["dpop", "mac", "pop"].contains(&kind.to_ascii_lowercase().as_str()) => {
            Err(TokenError::malformed(format!("the token is of type {kind}; only bearer tokens are understood")))
        }
        _ => Ok(()),
    }
}

/// A token; a text that no header can carry is refused here, where it can be said which one it is.
fn token(members: &Map<String, Value>, name: &str) -> Result<Option<String>, TokenError> {
    let Some(token) = text(members, name).filter(|token| !token.is_empty()) else { return Ok(None) };
    if token.len() > TOKEN_BYTES_MAX {
        return Err(TokenError::malformed(format!("the {name} is longer than {TOKEN_BYTES_MAX} bytes")));
    }
    // RFC 6749 appendix A.12: visible ASCII and spaces.
    if !token.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        return Err(TokenError::malformed(format!("the {name} has characters that no header can carry")));
    }
    Ok(Some(token.to_owned()))
}

/// A life in seconds: a number or a text of one. None, 0 and less count as not said, because a token that is given is of use.
fn life(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let life = Duration::try_from_secs_f64(seconds?).ok()?;
    (!life.is_zero() && life <= LIFE_MAX).then_some(life)
}

fn text<'m>(members: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    members.get(name).and_then(Value::as_str)
}

/// A text, or a number as text (HubSpot's `hub_id`).
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
