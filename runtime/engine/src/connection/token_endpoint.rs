//! The one place that speaks to token endpoints: the provider's addresses, no redirects, limits on time and size, and no secret in
//! what it says.

use std::time::Duration;

use ampline_core::oauth::{TokenAnswer, TokenError, token_answer};
use bytes::{Bytes, BytesMut};

use crate::secrets::Secret;

/// Until the whole answer must be there.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Largest answer that is taken in; tokens have at most some kilobytes.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// Sends a token request once. The client must follow no redirect.
pub(super) async fn ask(
    client: &reqwest::Client,
    request: http::Request<Bytes>,
    workspace_field: Option<&str>,
) -> Result<TokenAnswer, TokenError> {
    let (parts, body) = request.into_parts();
    let url = reqwest::Url::parse(&parts.uri.to_string())
        .map_err(|error| TokenError::transient(format!("the token address is not valid: {error}")))?;
    let mut request = reqwest::Request::new(parts.method, url);
    *request.headers_mut() = parts.headers;
    *request.body_mut() = Some(body.into());
    *request.timeout_mut() = Some(TIMEOUT);
    let mut response = client.execute(request).await.map_err(|error| unreachable(&error))?;
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            let limit_kb = ANSWER_BYTES_MAX >> 10;
            return Err(TokenError::transient(format!("the token endpoint's answer is larger than {limit_kb} KiB")));
        }
        body.extend_from_slice(&chunk);
    }
    let mut answer = http::Response::new(body.freeze());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    token_answer(&answer, workspace_field)
}

/// A transport error in words, down to its cause.
fn unreachable(error: &reqwest::Error) -> TokenError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let what = if error.is_timeout() { "no answer in time" } else { "cannot reach the token endpoint" };
    TokenError::transient(format!("{what}: {cause}"))
}

/// A text without these secrets, which a provider may repeat in its words.
pub(crate) fn without<'s>(mut text: String, secrets: impl IntoIterator<Item = &'s Secret>) -> String {
    for secret in secrets {
        // What is shorter stands in every other sentence, and is no secret.
        if secret.reveal().len() >= 6 && text.contains(secret.reveal()) {
            text = text.replace(secret.reveal(), "[secret]");
        }
    }
    text
}
