//! Connections and provider apps as the API shows them. Credentials are shown to who asks for them by name, and to nobody else.

use serde_json::{Value, json};

use crate::{
    api::shapes,
    connection::{ClientOf, Connection, Credentials, How, OAuth2Credentials, ProviderApp},
    secrets::Secret,
};

/// Which credentials are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Wanted {
    pub(super) credentials: bool,
    pub(super) refresh_token: bool,
}

/// A connection.
pub(super) fn connection(project: &str, connection: &Connection, wanted: Wanted) -> Value {
    let credentials = connection.credentials();
    let mut shown = shapes::connection(project, &connection.record());
    if let Credentials::OAuth2(oauth2) = &credentials {
        if let ClientOf::App(id) = &oauth2.client {
            shown["providerApp"] = json!({ "id": id });
        }
        shown["expiresAt"] = json!(oauth2.tokens.as_ref().and_then(|tokens| tokens.lifetime).map(|life| life.ends_at));
    }
    if wanted.credentials {
        let (member, value) = revealed(&credentials, wanted.refresh_token);
        shown[member] = value;
    }
    shown
}

/// The credentials, under the member that `connections:generate` takes them by.
fn revealed(credentials: &Credentials, with_refresh_token: bool) -> (&'static str, Value) {
    match credentials {
        Credentials::None => ("credentials", Value::Null),
        Credentials::AccessToken { token } => ("accessToken", json!(token.reveal())),
        Credentials::ApiKey { key } => ("apiKey", json!(key.reveal())),
        Credentials::Basic { username, password } => {
            ("basicAuth", json!({ "username": username, "password": password.reveal() }))
        }
        Credentials::Custom { values } => {
            ("customAuth", values.iter().map(|(name, value)| (name.clone(), json!(value.reveal()))).collect())
        }
        Credentials::OAuth2(oauth2) => match oauth2.how {
            How::AuthorizationCode => ("oauth2AuthorizationCode", tokens(oauth2, with_refresh_token)),
            How::ClientCredentials => ("oauth2ClientCredentials", tokens(oauth2, false)),
            How::Password { .. } => ("oauth2PasswordCredentials", tokens(oauth2, false)),
        },
    }
}

fn tokens(oauth2: &OAuth2Credentials, with_refresh_token: bool) -> Value {
    let lifetime = oauth2.tokens.as_ref().and_then(|tokens| tokens.lifetime);
    let mut shown = json!({ "scopes": oauth2.scopes });
    if let Some(token) = oauth2.access_token() {
        shown["accessToken"] = json!({
            "token": token.reveal(),
            "issuedAt": lifetime.map(|life| life.began_at),
            "expiresAt": lifetime.map(|life| life.ends_at),
        });
    }
    let refresh = oauth2.tokens.as_ref().and_then(|tokens| tokens.refresh.as_ref());
    if let Some(token) = refresh.filter(|_| with_refresh_token).map(Secret::reveal) {
        shown["refreshToken"] = json!({ "token": token });
    }
    shown
}

/// A provider app, without its secret.
pub(super) fn provider_app(project: &str, app: &ProviderApp) -> Value {
    json!({
        "id": app.id,
        "projectId": project,
        "provider": app.provider,
        "clientId": app.client_id,
        "scopes": app.scopes,
        "externalRef": app.external_ref,
        "metadata": { "authQueryParams": app.auth_query_params, "providerParams": app.provider_params },
        "origin": if app.is_declared { "file" } else { "api" },
        "createTime": app.create_time,
        "updateTime": app.update_time,
    })
}
