//! The one place that speaks to token endpoints, on behalf of connections and of destinations' credentials: no redirects, limits on
//! time and size, and no secret in what it says.

use std::time::Duration;

use ampline_core::oauth::{TokenAnswer, TokenError, TokenErrorClass, token_answer};
use bytes::{Bytes, BytesMut};

use crate::{
    causes::{causes, reason},
    network::{DialError, Refused},
    percent::encoded,
    secrets::Secret,
};

/// Until the whole answer must be there.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Shorter ones are not taken out of what others say.
const SECRET_BYTES_MIN: usize = 6;
/// Largest answer that is taken in; tokens have at most some kilobytes.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// The code of a refusal that is not the endpoint's but that of our own address policy.
pub(crate) const ADDRESS: &str = "http.address";

/// The endpoint is where this client may not go: a person must allow it.
pub(crate) fn refused(refused: &Refused) -> TokenError {
    let (code, message) = (Some(ADDRESS.to_owned()), refused.to_string());
    TokenError { class: TokenErrorClass::Client, code, message, retry_after: None }
}

/// Sends a token request once. The client must follow no redirect. What comes back as a refusal does not hold the `secrets`.
pub(crate) async fn ask(
    client: &reqwest::Client,
    request: http::Request<Bytes>,
    workspace_field: Option<&str>,
    secrets: &[Secret],
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
    let read = token_answer(&answer, workspace_field);
    if read.is_ok() {
        return read;
    }
    // A refusal is quoted in part. Secrets are taken out of the whole, so that no piece of one is left.
    let without_secrets = without(&answer.body().clone(), secrets);
    token_answer(&answer.map(|_| without_secrets), workspace_field)
}

fn unreachable(error: &reqwest::Error) -> TokenError {
    if let Some(DialError::Refused(found)) = causes(error).find_map(|cause| cause.downcast_ref()) {
        return refused(found);
    }
    let what = if error.is_timeout() { "no answer in time" } else { "cannot reach the token endpoint" };
    TokenError::transient(format!("{what}: {}", reason(error)))
}

/// An answer without these secrets, which a provider may repeat in its words; as they are, or as forms and queries have them.
pub(crate) fn without<'s>(answer: &Bytes, secrets: impl IntoIterator<Item = &'s Secret>) -> Bytes {
    let mut text = String::from_utf8_lossy(answer);
    for secret in secrets {
        // What is shorter stands in every other sentence, and is no secret.
        let secret = secret.reveal();
        for form in [secret, &encoded(secret)] {
            if form.len() >= SECRET_BYTES_MIN && text.contains(form) {
                text = text.replace(form, "[secret]").into();
            }
        }
    }
    match text {
        std::borrow::Cow::Borrowed(_) => answer.clone(),
        std::borrow::Cow::Owned(text) => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_as_they_are_and_as_forms_have_them() {
        let secrets = ["s3cr/t+token", "abc"].map(Secret::new);
        let said = |text: &str| without(&Bytes::copy_from_slice(text.as_bytes()), &secrets);
        assert_eq!(said("the token s3cr/t+token has expired"), "the token [secret] has expired");
        assert_eq!(said("a=s3cr%2Ft%2Btoken&b=abc"), "a=[secret]&b=abc");
        assert_eq!(said("nothing"), "nothing");
    }
}
