//! Connections and provider apps as the API shows them. Credentials are shown to who asks for them by name, and to nobody else.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::shapes::{self, ProviderAppRef},
    connection::{ClientOf, Connection, Credentials, How, OAuth2Credentials, ProviderApp},
    secrets::Secret,
};

/// Which credentials are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Wanted {
    pub(super) credentials: bool,
    pub(super) refresh_token: bool,
}

/// Credentials that were asked for, under the member that `connections:generate` takes them by.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ShownCredentials)]
pub(in crate::api) struct Shown {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    api_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    basic_auth: Option<ShownBasicAuth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    custom_auth: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    oauth2_authorization_code: Option<ShownTokens>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    oauth2_client_credentials: Option<ShownTokens>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    oauth2_password_credentials: Option<ShownTokens>,
}

/// A name and a password.
#[derive(Debug, Serialize, ToSchema)]
struct ShownBasicAuth {
    username: String,
    password: String,
}

/// Tokens of OAuth 2.0.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShownTokens {
    scopes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<ShownToken>,
    /// With `includeRefreshToken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_token: Option<ShownToken>,
}

/// One token, and its times where they are known.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShownToken {
    token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    issued_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_at: Option<Timestamp>,
}

/// A connection.
pub(super) fn connection(project: &str, connection: &Connection, wanted: Wanted) -> shapes::Connection {
    let credentials = connection.credentials();
    let mut shown = shapes::connection(project, &connection.record());
    if let Credentials::OAuth2(oauth2) = &credentials {
        if let ClientOf::App(id) = &oauth2.client {
            shown.provider_app = Some(ProviderAppRef { id: id.clone() });
        }
        shown.expires_at = oauth2.tokens.as_ref().and_then(|tokens| tokens.lifetime).map(|life| life.ends_at);
    }
    if wanted.credentials {
        shown.credentials = revealed(&credentials, wanted.refresh_token);
    }
    shown
}

fn revealed(credentials: &Credentials, with_refresh_token: bool) -> Shown {
    let plain = |secret: &Secret| Some(secret.reveal().to_owned());
    match credentials {
        Credentials::None => Shown::default(),
        Credentials::AccessToken { token } => Shown { access_token: plain(token), ..Shown::default() },
        Credentials::ApiKey { key } => Shown { api_key: plain(key), ..Shown::default() },
        Credentials::Basic { username, password } => {
            let basic = ShownBasicAuth { username: username.clone(), password: password.reveal().to_owned() };
            Shown { basic_auth: Some(basic), ..Shown::default() }
        }
        Credentials::Custom { values } => {
            let shown = values.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned())).collect();
            Shown { custom_auth: Some(shown), ..Shown::default() }
        }
        Credentials::OAuth2(oauth2) => match oauth2.how {
            How::AuthorizationCode => {
                Shown { oauth2_authorization_code: Some(tokens(oauth2, with_refresh_token)), ..Shown::default() }
            }
            How::ClientCredentials => Shown { oauth2_client_credentials: Some(tokens(oauth2, false)), ..Shown::default() },
            How::Password { .. } => Shown { oauth2_password_credentials: Some(tokens(oauth2, false)), ..Shown::default() },
        },
    }
}

fn tokens(oauth2: &OAuth2Credentials, with_refresh_token: bool) -> ShownTokens {
    let lifetime = oauth2.tokens.as_ref().and_then(|tokens| tokens.lifetime);
    let refresh = oauth2.tokens.as_ref().and_then(|tokens| tokens.refresh.as_ref()).filter(|_| with_refresh_token);
    ShownTokens {
        scopes: oauth2.scopes.clone(),
        access_token: oauth2.access_token().map(|token| ShownToken {
            token: token.reveal().to_owned(),
            issued_at: lifetime.map(|life| life.began_at),
            expires_at: lifetime.map(|life| life.ends_at),
        }),
        refresh_token: refresh.map(|token| ShownToken { token: token.reveal().to_owned(), issued_at: None, expires_at: None }),
    }
}

/// The product's registration at a provider. Its secret goes in and never out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProviderApp)]
pub(super) struct ShownApp {
    id: String,
    project_id: String,
    /// Of the provider catalog.
    provider: String,
    /// The registration's id at the provider.
    client_id: String,
    /// Asked for in place of the catalog's.
    scopes: Vec<String>,
    /// The product's own id for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_ref: Option<String>,
    metadata: ShownMetadata,
    /// `file` or `api`: who made it, and so who may change it.
    origin: &'static str,
    create_time: Timestamp,
    update_time: Timestamp,
}

/// What a provider needs besides.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProviderAppMetadata)]
struct ShownMetadata {
    /// Further parameters of the consent address.
    auth_query_params: BTreeMap<String, String>,
    /// What the provider's addresses need.
    provider_params: BTreeMap<String, String>,
}

/// A provider app, without its secret.
pub(super) fn provider_app(project: &str, app: &ProviderApp) -> ShownApp {
    ShownApp {
        id: app.id.clone(),
        project_id: project.to_owned(),
        provider: app.provider.clone(),
        client_id: app.client_id.clone(),
        scopes: app.scopes.clone(),
        external_ref: app.external_ref.clone(),
        metadata: ShownMetadata {
            auth_query_params: app.auth_query_params.clone(),
            provider_params: app.provider_params.clone(),
        },
        origin: if app.is_declared { "file" } else { "api" },
        create_time: app.create_time,
        update_time: app.update_time,
    }
}
