//! The address at which a person consents (RFC 6749 section 4.1.1).

use super::{ProofKey, form};
use crate::provider::OAuth2;

/// What one authorisation asks for.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// The provider's consent address, its placeholders filled.
    pub auth_url: &'a str,
    /// The product's registration at the provider.
    pub client_id: &'a str,
    /// Where the provider sends the person back to.
    pub redirect_uri: &'a str,
    /// Tells this authorisation from all others, and whether an answer belongs to it.
    pub state: &'a str,
    /// What is asked for; the provider's own list where it is empty.
    pub scopes: &'a [String],
    /// Parameters of this registration, which stand above those of the provider.
    pub params: &'a std::collections::BTreeMap<String, String>,
    /// Proves at the token endpoint who began.
    pub proof_key: &'a ProofKey,
}

/// Parameters that no catalog entry and no registration may set: they bind the answer to who asked.
const OWN: [&str; 7] =
    ["response_type", "client_id", "redirect_uri", "state", "scope", "code_challenge", "code_challenge_method"];

/// The consent address with everything that the provider must know.
pub fn authorization_url(oauth2: &OAuth2, request: &AuthorizationRequest<'_>) -> String {
    let scopes = if request.scopes.is_empty() { &oauth2.scopes } else { request.scopes };
    let (scope, challenge) = (scopes.join(&oauth2.scope_separator), request.proof_key.challenge());
    let mut params = vec![
        ("response_type", "code"),
        ("client_id", request.client_id),
        ("redirect_uri", request.redirect_uri),
        ("state", request.state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    // Some providers refuse an empty scope, and RFC 6749 lets it be left out.
    if !scope.is_empty() {
        params.push(("scope", &scope));
    }
    let further = oauth2.auth_url_params.iter().filter(|(name, _)| !request.params.contains_key(*name)).chain(request.params);
    params.extend(further.map(|(name, value)| (name.as_str(), value.as_str())).filter(|(name, _)| !OWN.contains(name)));
    let joint = match request.auth_url.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{}{joint}{}", request.auth_url, form::pairs(params))
}
