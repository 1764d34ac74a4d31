//! Credentials as clients of the API give them: the members of `connections:generate`.

use ampline_core::oauth::Lifetime;
use jiff::Timestamp;

use super::body::{Body, invalid};
use crate::{
    api::problem::Problem,
    connection::{ClientOf, Connections, Credentials, How, OAuth2Credentials, Tokens},
};

/// The ways to authorise, as bodies call them.
pub(super) const WAYS: &str =
    "accessToken, apiKey, basicAuth, customAuth, oauth2AuthorizationCode, oauth2ClientCredentials, oauth2PasswordCredentials";

/// Takes exactly one way to authorise out of a body.
pub(super) fn credentials(
    body: &mut Body,
    provider: &str,
    connections: &Connections,
    now: Timestamp,
) -> Result<Credentials, Problem> {
    let mut given = Vec::new();
    if let Some(token) = body.optional("accessToken")? {
        given.push(Credentials::AccessToken { token: crate::secrets::Secret::new(token) });
    }
    if let Some(key) = body.optional("apiKey")? {
        given.push(Credentials::ApiKey { key: crate::secrets::Secret::new(key) });
    }
    if let Some(mut basic) = body.object("basicAuth")? {
        given.push(Credentials::Basic { username: basic.text("username")?, password: basic.secret("password")? });
        basic.done()?;
    }
    if body.has("customAuth") {
        given.push(Credentials::Custom { values: body.secrets("customAuth")? });
    }
    let app = body.optional("providerAppId")?;
    let client = |body: &mut Body| client(body, app.as_deref(), provider, connections);
    if let Some(mut oauth2) = body.object("oauth2AuthorizationCode")? {
        given.push(authorization_code(&mut oauth2, client, now)?);
        oauth2.done()?;
    }
    if let Some(mut own) = body.object("oauth2ClientCredentials")? {
        let client = client(&mut own)?;
        let scopes = own.texts("scopes")?;
        given.push(oauth2(OAuth2Credentials { scopes, ..OAuth2Credentials::new(How::ClientCredentials, client) }));
        own.done()?;
    }
    if let Some(mut own) = body.object("oauth2PasswordCredentials")? {
        let how = How::Password { username: own.text("username")?, password: own.secret("password")? };
        let client = client(&mut own)?;
        let scopes = own.texts("scopes")?;
        given.push(oauth2(OAuth2Credentials { scopes, ..OAuth2Credentials::new(how, client) }));
        own.done()?;
    }
    let count = given.len();
    match (given.pop(), count) {
        (Some(credentials), 1) => Ok(credentials),
        (None, _) => Err(invalid(format!("no credentials are given; give exactly one of {WAYS}"))),
        (Some(_), _) => Err(invalid(format!("{count} kinds of credentials are given; give exactly one of {WAYS}"))),
    }
}

fn oauth2(credentials: OAuth2Credentials) -> Credentials {
    Credentials::OAuth2(Box::new(credentials))
}

/// Tokens that somebody else's consent gave.
fn authorization_code(
    body: &mut Body,
    client: impl Fn(&mut Body) -> Result<ClientOf, Problem>,
    now: Timestamp,
) -> Result<Credentials, Problem> {
    let mut tokens = Tokens { access: None, refresh: None, lifetime: None };
    if let Some(mut access) = body.object("accessToken")? {
        tokens.access = Some(access.secret("token")?);
        let issued_at = access.time("issuedAt")?.unwrap_or(now);
        tokens.lifetime = access.time("expiresAt")?.map(|ends_at| Lifetime { began_at: issued_at.min(now), ends_at });
        access.done()?;
    }
    if let Some(mut refresh) = body.object("refreshToken")? {
        tokens.refresh = Some(refresh.secret("token")?);
        // Whether it still holds, the provider says better.
        refresh.time("issuedAt")?;
        refresh.time("expiresAt")?;
        refresh.done()?;
    }
    if tokens.access.is_none() && tokens.refresh.is_none() {
        return Err(invalid("oauth2AuthorizationCode has neither an accessToken nor a refreshToken"));
    }
    let scopes = body.texts("scopes")?;
    // Whoever gives no refresh token renews the tokens, and needs no registration here.
    let client = match tokens.refresh {
        Some(_) => client(body)?,
        None => ClientOf::Own { id: String::new(), secret: None },
    };
    Ok(oauth2(OAuth2Credentials { scopes, tokens: Some(tokens), ..OAuth2Credentials::new(How::AuthorizationCode, client) }))
}

/// The registration that tokens are refreshed with: its own, the named provider app, or the only one that there is.
fn client(body: &mut Body, app: Option<&str>, provider: &str, connections: &Connections) -> Result<ClientOf, Problem> {
    if let Some(id) = body.optional("clientId")? {
        let secret = body.optional("clientSecret")?.map(crate::secrets::Secret::new);
        return Ok(ClientOf::Own { id, secret });
    }
    let mut apps = connections.apps();
    apps.retain(|one| one.provider == provider && app.is_none_or(|app| app == one.id));
    match (apps.pop(), apps.is_empty()) {
        (Some(only), true) => Ok(ClientOf::App(only.id)),
        (None, _) => Err(invalid(format!(
            "there is no such provider app for {provider}: give clientId and clientSecret, or declare [provider_apps.{provider}] in \
             ampline.toml"
        ))),
        (Some(_), false) => Err(invalid(format!("there are several provider apps for {provider}: say which with providerAppId"))),
    }
}
