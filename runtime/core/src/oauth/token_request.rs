//! Requests to a token endpoint (RFC 6749 sections 4.1.3, 4.3.2, 4.4.2 and 6).

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Uri,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};

use super::{ProofKey, form};
use crate::provider::OAuth2;

/// The product's registration at the provider. It does not show its secret.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// Its name there.
    pub id: &'a str,
    /// Its password there; nothing where the provider gave none (a public client).
    pub secret: Option<&'a str>,
}

/// What a token is asked for with. It does not show itself.
#[derive(Clone, Copy)]
pub enum TokenGrant<'a> {
    /// A code that a person's consent gave.
    AuthorizationCode {
        /// The code.
        code: &'a str,
        /// The same as at the consent address.
        redirect_uri: &'a str,
        /// What the challenge at the consent address was made of.
        proof_key: &'a ProofKey,
    },
    /// A refresh token.
    RefreshToken(&'a str),
    /// The client's own credentials.
    ClientCredentials {
        /// What is asked for; the provider's own list where it is empty.
        scopes: &'a [String],
    },
    /// A user name and a password.
    Password {
        /// The user.
        username: &'a str,
        /// The password.
        password: &'a str,
        /// What is asked for; the provider's own list where it is empty.
        scopes: &'a [String],
    },
}

/// The request for a token; `token_url` is the provider's, its placeholders filled. The reason where it makes no request.
pub fn token_request(
    oauth2: &OAuth2,
    token_url: &str,
    client: Client<'_>,
    grant: TokenGrant<'_>,
) -> Result<Request<Bytes>, String> {
    let scope = |scopes: &[String]| if scopes.is_empty() { &oauth2.scopes } else { scopes }.join(&oauth2.scope_separator);
    let (asked, scope) = match grant {
        TokenGrant::AuthorizationCode { code, redirect_uri, proof_key } => (
            vec![
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", redirect_uri),
                ("code_verifier", proof_key.verifier()),
            ],
            String::new(),
        ),
        TokenGrant::RefreshToken(token) => (vec![("grant_type", "refresh_token"), ("refresh_token", token)], String::new()),
        TokenGrant::ClientCredentials { scopes } => (vec![("grant_type", "client_credentials")], scope(scopes)),
        TokenGrant::Password { username, password, scopes } => {
            (vec![("grant_type", "password"), ("username", username), ("password", password)], scope(scopes))
        }
    };
    let mut form = asked;
    if !scope.is_empty() {
        form.push(("scope", &scope));
    }
    let further = oauth2.token_params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    form.extend(further.filter(|(name, _)| !OWN.contains(name)));
    let mut basic = None;
    match client.secret {
        Some(secret) if oauth2.client_auth_basic => basic = Some(basic_authorization(client.id, secret)?),
        Some(secret) => form.extend([("client_id", client.id), ("client_secret", secret)]),
        None => form.push(("client_id", client.id)),
    }
    let uri: Uri = token_url.parse().map_err(|error| format!("the token address {token_url:?} is not valid: {error}"))?;
    let mut request = Request::new(Bytes::from(form::pairs(form)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    // GitHub answers with a form otherwise.
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.extend(basic.map(|value| (AUTHORIZATION, value)));
    Ok(request)
}

/// Parameters that the catalog may not set in place of what is asked.
const OWN: [&str; 10] = [
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "username",
    "password",
    "scope",
    "client_id",
    "client_secret",
];

/// By RFC 6749 section 2.3.1 both parts are form-encoded first.
fn basic_authorization(id: &str, secret: &str) -> Result<HeaderValue, String> {
    let pair = BASE64_STANDARD.encode(format!("{}:{}", form::encoded(id), form::encoded(secret)));
    let value = HeaderValue::from_str(&format!("Basic {pair}"));
    let mut value = value.map_err(|_| "the client's id and secret make no header".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}
