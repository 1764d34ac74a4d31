//! What may be said of how a credential of kind `oauth2` gets its tokens.

use reqwest::Url;

use super::{
    Origin, TokenClient,
    check::{TEXT_BYTES_MAX, kept_secret},
};
use crate::network::AddressPolicy;

/// Longest address of a token endpoint, and longest audience, which often is one.
const URL_BYTES_MAX: usize = 2_000;
/// Most scopes of a credential.
const SCOPES_MAX: usize = 50;

/// What is wrong with how tokens are to be got: the member, and the reason.
pub(super) fn faults(oauth2: &TokenClient, policy: &AddressPolicy) -> Vec<(String, String)> {
    let TokenClient { token_url, client_id, scopes, audience, client_auth: _ } = oauth2;
    let mut faults = Vec::new();
    let mut fault = |member: &str, message: &str| faults.push((member.to_owned(), message.to_owned()));
    if let Err(reason) = endpoint(token_url).and_then(|origin| kept_secret(origin, policy)) {
        fault("tokenUrl", &reason);
    }
    let is_plain = |text: &str, most: usize| text.len() <= most && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if client_id.is_empty() || !is_plain(client_id, TEXT_BYTES_MAX) {
        fault("clientId", "is no client's id: it has 1 to 200 characters of printable ASCII");
    }
    if audience.as_ref().is_some_and(|audience| audience.is_empty() || !is_plain(audience, URL_BYTES_MAX)) {
        fault("audience", "has 1 to 2000 characters of printable ASCII, or is left out");
    }
    if scopes.len() > SCOPES_MAX {
        fault("scopes", "there may be 50 at most");
    }
    // RFC 6749 section 3.3.
    let is_scope = |scope: &String| !scope.is_empty() && is_plain(scope, TEXT_BYTES_MAX) && !scope.contains([' ', '"', '\\']);
    let bad = scopes.iter().take(SCOPES_MAX).enumerate().filter(|(_, scope)| !is_scope(scope));
    bad.for_each(|(index, _)| {
        fault(&format!("scopes[{index}]"), "is no scope: write each by itself, without a space or a quote")
    });
    faults
}

/// Where tokens are given. The error says what to write.
fn endpoint(token_url: &str) -> Result<Origin, String> {
    if token_url.len() > URL_BYTES_MAX {
        return Err(format!("has more than {URL_BYTES_MAX} bytes"));
    }
    let url = Url::parse(token_url)
        .map_err(|error| format!("is no address ({error}): write it like https://login.example.com/token"))?;
    match url.scheme() {
        "http" | "https" => {}
        other => return Err(format!("begins with {other}://: write https://")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password: the client's id and secret say who asks".to_owned());
    }
    if url.fragment().is_some() {
        return Err("has a fragment, which is never sent: leave out what stands behind #".to_owned());
    }
    Origin::of(&url).ok_or_else(|| "names no host: write it like https://login.example.com/token".to_owned())
}
