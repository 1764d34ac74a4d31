//! Credentials as clients of the API give them: the members of `connections:generate`.

use std::collections::BTreeMap;

use ampline_core::oauth::Lifetime;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    api::problem::{Place, Problem, RequestIssue, invalid},
    connection::{ClientOf, Connections, Credentials, How, OAuth2Credentials, Tokens},
    secrets::Secret,
};

/// The ways to authorise, as bodies call them.
pub(super) const WAYS: &str =
    "accessToken, apiKey, basicAuth, customAuth, oauth2AuthorizationCode, oauth2ClientCredentials, oauth2PasswordCredentials";

/// Exactly one way to authorise.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = GivenCredentials)]
pub(super) struct Given {
    /// A token that is sent as it is and never renewed.
    #[schema(format = Password, min_length = 1)]
    pub(super) access_token: Option<String>,
    /// A key of the provider.
    #[schema(format = Password, min_length = 1)]
    pub(super) api_key: Option<String>,
    pub(super) basic_auth: Option<BasicAuth>,
    /// What a provider with credentials of its own form asks for, by the names of its inputs.
    pub(super) custom_auth: Option<BTreeMap<String, String>>,
    pub(super) oauth2_authorization_code: Option<AuthorizationCode>,
    pub(super) oauth2_client_credentials: Option<ClientCredentials>,
    pub(super) oauth2_password_credentials: Option<PasswordCredentials>,
    /// The provider app that tokens are renewed with; the only one of the provider, where it is not given.
    #[schema(min_length = 1)]
    pub(super) provider_app_id: Option<String>,
}

/// A name and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BasicAuth {
    #[schema(min_length = 1)]
    username: String,
    #[schema(format = Password, min_length = 1)]
    password: String,
}

/// A token and its times.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Token {
    #[schema(format = Password, min_length = 1)]
    token: String,
    issued_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
}

/// Tokens that a consent gave elsewhere; at least one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AuthorizationCode {
    access_token: Option<Token>,
    refresh_token: Option<Token>,
    #[serde(default)]
    scopes: Vec<String>,
    /// The registration that the tokens are of, where it is no provider app.
    #[schema(min_length = 1)]
    client_id: Option<String>,
    #[schema(format = Password, min_length = 1)]
    client_secret: Option<String>,
}

/// A registration that is authorised for itself.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ClientCredentials {
    #[serde(default)]
    scopes: Vec<String>,
    #[schema(min_length = 1)]
    client_id: Option<String>,
    #[schema(format = Password, min_length = 1)]
    client_secret: Option<String>,
}

/// A person's name and password, which are exchanged for tokens.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PasswordCredentials {
    #[schema(min_length = 1)]
    username: String,
    #[schema(format = Password, min_length = 1)]
    password: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[schema(min_length = 1)]
    client_id: Option<String>,
    #[schema(format = Password, min_length = 1)]
    client_secret: Option<String>,
}

/// What a provider's addresses need: a text, or one with where it comes from.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum MetadataValue {
    Text(String),
    Sourced(Sourced),
}

/// A text, and where it comes from.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sourced {
    value: String,
    /// `input`, `token`, …: it makes no difference here.
    #[serde(rename = "source")]
    _source: Option<String>,
}

/// The texts alone.
pub(super) fn metadata(given: BTreeMap<String, MetadataValue>) -> Map<String, Value> {
    let text = |value| match value {
        MetadataValue::Text(text) | MetadataValue::Sourced(Sourced { value: text, .. }) => Value::from(text),
    };
    given.into_iter().map(|(name, value)| (name, text(value))).collect()
}

/// 422 for one member of the body.
pub(super) fn refused(name: &str, detail: impl Into<String>) -> Problem {
    invalid(vec![RequestIssue::new(Place::Body, name, detail)])
}

impl Given {
    fn ways(&self) -> usize {
        [
            self.access_token.is_some(),
            self.api_key.is_some(),
            self.basic_auth.is_some(),
            self.custom_auth.is_some(),
            self.oauth2_authorization_code.is_some(),
            self.oauth2_client_credentials.is_some(),
            self.oauth2_password_credentials.is_some(),
        ]
        .into_iter()
        .filter(|given| *given)
        .count()
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.ways() == 0 && self.provider_app_id.is_none()
    }

    /// The one way to authorise.
    pub(super) fn credentials(self, provider: &str, connections: &Connections, now: Timestamp) -> Result<Credentials, Problem> {
        match self.ways() {
            1 => {}
            0 => return Err(refused("", format!("no credentials are given; give exactly one of {WAYS}"))),
            count => return Err(refused("", format!("{count} kinds of credentials are given; give exactly one of {WAYS}"))),
        }
        let app = self.provider_app_id;
        let client = |id, secret: Option<String>| client(id, secret.map(Secret::new), app.as_deref(), provider, connections);
        if let Some(token) = self.access_token {
            return Ok(Credentials::AccessToken { token: Secret::new(token) });
        }
        if let Some(BasicAuth { username, password }) = self.basic_auth {
            return Ok(Credentials::Basic { username, password: Secret::new(password) });
        }
        if let Some(values) = self.custom_auth {
            let values = values.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
            return Ok(Credentials::Custom { values });
        }
        if let Some(code) = self.oauth2_authorization_code {
            return authorization_code(code, client, now);
        }
        if let Some(ClientCredentials { scopes, client_id, client_secret }) = self.oauth2_client_credentials {
            let own = OAuth2Credentials::new(How::ClientCredentials, client(client_id, client_secret)?);
            return Ok(oauth2(OAuth2Credentials { scopes, ..own }));
        }
        if let Some(given) = self.oauth2_password_credentials {
            let how = How::Password { username: given.username, password: Secret::new(given.password) };
            let own = OAuth2Credentials::new(how, client(given.client_id, given.client_secret)?);
            return Ok(oauth2(OAuth2Credentials { scopes: given.scopes, ..own }));
        }
        Ok(Credentials::ApiKey { key: Secret::new(self.api_key.unwrap_or_default()) })
    }
}

fn oauth2(credentials: OAuth2Credentials) -> Credentials {
    Credentials::OAuth2(Box::new(credentials))
}

/// Tokens that somebody else's consent gave.
fn authorization_code(
    given: AuthorizationCode,
    client: impl Fn(Option<String>, Option<String>) -> Result<ClientOf, Problem>,
    now: Timestamp,
) -> Result<Credentials, Problem> {
    if given.access_token.is_none() && given.refresh_token.is_none() {
        return Err(refused("oauth2AuthorizationCode", "has neither an accessToken nor a refreshToken"));
    }
    let mut tokens = Tokens { access: None, refresh: None, lifetime: None };
    if let Some(Token { token, issued_at, expires_at }) = given.access_token {
        tokens.access = Some(Secret::new(token));
        tokens.lifetime = expires_at.map(|ends_at| Lifetime { began_at: issued_at.unwrap_or(now).min(now), ends_at });
    }
    // Whether a refresh token still holds, the provider says better than its times.
    tokens.refresh = given.refresh_token.map(|refresh| Secret::new(refresh.token));
    // Whoever gives no refresh token renews the tokens, and needs no registration here.
    let client = match tokens.refresh {
        Some(_) => client(given.client_id, given.client_secret)?,
        None => ClientOf::Own { id: String::new(), secret: None },
    };
    let own = OAuth2Credentials::new(How::AuthorizationCode, client);
    Ok(oauth2(OAuth2Credentials { scopes: given.scopes, tokens: Some(tokens), ..own }))
}

/// The registration that tokens are refreshed with: its own, the named provider app, or the only one that there is.
fn client(
    id: Option<String>,
    secret: Option<Secret>,
    app: Option<&str>,
    provider: &str,
    connections: &Connections,
) -> Result<ClientOf, Problem> {
    if let Some(id) = id {
        return Ok(ClientOf::Own { id, secret });
    }
    let mut apps = connections.apps();
    apps.retain(|one| one.provider == provider && app.is_none_or(|app| app == one.id));
    match (apps.pop(), apps.is_empty()) {
        (Some(only), true) => Ok(ClientOf::App(only.id)),
        (None, _) => Err(refused(
            "providerAppId",
            format!(
                "there is no such provider app for {provider}: give clientId and clientSecret, or declare [provider_apps.{provider}] \
                 in ampline.toml"
            ),
        )),
        (Some(_), false) => {
            Err(refused("providerAppId", format!("there are several provider apps for {provider}: say which with providerAppId")))
        }
    }
}
