//! Connections and provider apps of ampline.toml: each with its secrets read, and checked against what the provider expects.

use std::{collections::BTreeMap, time::Duration};

use ampline_core::provider::{AuthScheme, Catalog, MissingInputs, ProviderInfo, RateLimit, fill};
use jiff::Timestamp;

use super::{ClientSettings, ConnectionSettings, ProviderAppSettings, RateLimitSettings, SecretSource, resolve::Fault};
use crate::{
    connection::{ClientOf, Credentials, Declared, How, OAuth2Credentials, ProviderApp, Tokens, expected},
    project::{Party, stable_id},
    secrets::{Secret, read},
};

/// The ways to authorise, as the file calls them.
const WAYS: &str = "access_token, api_key, basic, custom, oauth2, client_credentials, password_credentials";

/// Where environment variables are looked up.
type Env<'e> = dyn Fn(&str) -> Option<String> + 'e;

/// Reads a connection.
pub(super) fn connection(
    name: &str,
    declared: &ConnectionSettings,
    apps: &BTreeMap<String, ProviderAppSettings>,
    catalog: &Catalog,
    env: &Env<'_>,
) -> Result<Declared, Fault> {
    let provider = catalog.get(&declared.provider).ok_or_else(|| (".provider", catalog.unknown(&declared.provider)))?;
    let info = provider.info();
    check_address(declared, info)?;
    let credentials = credentials(declared, info, apps, env)?;
    if let Some(misfit) = credentials.misfit(&declared.provider, &info.auth) {
        return Err((way(declared), misfit));
    }
    if let (Credentials::OAuth2(oauth2), AuthScheme::OAuth2(theirs)) = (&credentials, &info.auth) {
        let app = if let ClientOf::App(name) = &oauth2.client { apps.get(name) } else { None };
        if theirs.token_url.is_empty() && app.is_none_or(|app| app.token_url.is_none()) {
            return Err((".provider", format!("the catalog knows no token address of {}", declared.provider)));
        }
    }
    let group = declared.group_ref.as_ref().map(|reference| Party {
        name: declared.group_name.clone().unwrap_or_else(|| reference.clone()),
        reference: reference.clone(),
    });
    Ok(Declared {
        id: stable_id("connection", name),
        name: name.to_owned(),
        provider: declared.provider.clone(),
        group,
        workspace: declared.workspace.clone(),
        base_url: declared.base_url.clone(),
        metadata: declared.metadata.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect(),
        rate_limit: declared.rate_limit.map(rate_limit).transpose()?,
        credentials,
    })
}

/// The longest time that a limit may be stated over: a day.
const LIMIT_PER_S_MAX: f64 = 86_400.0;

fn rate_limit(declared: RateLimitSettings) -> Result<RateLimit, Fault> {
    let RateLimitSettings { requests, per_s, concurrent } = declared;
    if requests == 0 || concurrent == Some(0) {
        return Err((".rate_limit", "a limit of 0 requests lets nothing through; leave it out for the provider's own".into()));
    }
    if !(per_s > 0.0 && per_s <= LIMIT_PER_S_MAX) {
        return Err((".rate_limit.per_s", format!("{per_s} is not a number of seconds above 0 and up to {LIMIT_PER_S_MAX}")));
    }
    Ok(RateLimit { requests, per: Duration::from_secs_f64(per_s), concurrent })
}

fn check_address(declared: &ConnectionSettings, info: &ProviderInfo) -> Result<(), Fault> {
    let names_its_site =
        matches!(&info.auth, AuthScheme::OAuth2(oauth2) if oauth2.workspace_field.is_some()) && way(declared) != ".access_token";
    let url = match &declared.base_url {
        Some(url) => url.clone(),
        // The token answer tells it.
        None if names_its_site && declared.workspace.is_none() => return Ok(()),
        None => {
            let value = |key: &str| match key {
                "workspace" if declared.workspace.is_some() => declared.workspace.clone(),
                key => declared.metadata.get(key).cloned(),
            };
            info.check_inputs(&[&info.base_url], value).map_err(|missing| (place_of(&missing), missing.to_string()))?;
            fill(&info.base_url, value).map_err(|unfilled| (".metadata", unfilled.to_string()))?
        }
    };
    address(&url).map_err(|message| (".base_url", message))
}

/// The key that the first of the missing inputs belongs under.
fn place_of(missing: &MissingInputs) -> &'static str {
    if missing.names().next() == Some("workspace") { ".workspace" } else { ".metadata" }
}

/// Whether a text is an address that requests may go to; it is not repeated where it may hold a password.
fn address(url: &str) -> Result<(), String> {
    if url.contains('@') {
        return Err("holds a user name or password; they belong into the connection's own keys".into());
    }
    let sound = reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    if sound { Ok(()) } else { Err(format!("{url:?} is not an address like https://api.example.com")) }
}

/// The key of the one way that is given, for messages.
fn way(declared: &ConnectionSettings) -> &'static str {
    ways(declared).into_iter().find_map(|(key, given)| given.then_some(key)).unwrap_or("")
}

fn ways(declared: &ConnectionSettings) -> [(&'static str, bool); 7] {
    [
        (".access_token", declared.access_token.is_some()),
        (".api_key", declared.api_key.is_some()),
        (".basic", declared.basic.is_some()),
        (".custom", declared.custom.is_some()),
        (".oauth2", declared.oauth2.is_some()),
        (".client_credentials", declared.client_credentials.is_some()),
        (".password_credentials", declared.password_credentials.is_some()),
    ]
}

fn credentials(
    declared: &ConnectionSettings,
    info: &ProviderInfo,
    apps: &BTreeMap<String, ProviderAppSettings>,
    env: &Env<'_>,
) -> Result<Credentials, Fault> {
    let given: Vec<&str> = ways(declared).into_iter().filter_map(|(key, given)| given.then_some(&key[1..])).collect();
    if given.len() > 1 {
        return Err(("", format!("{} are given; give exactly one of {WAYS}", given.join(" and "))));
    }
    let secret = |key: &'static str, source: &SecretSource| read(source, &env).map_err(|message| (key, message));
    let client =
        |key: &'static str, client: &ClientSettings| client_of(&declared.provider, client, apps, env).map_err(|m| (key, m));
    if let Some(source) = &declared.access_token {
        return Ok(Credentials::AccessToken { token: secret(".access_token", source)? });
    }
    if let Some(source) = &declared.api_key {
        return Ok(Credentials::ApiKey { key: secret(".api_key", source)? });
    }
    if let Some(basic) = &declared.basic {
        return Ok(Credentials::Basic {
            username: basic.username.clone(),
            password: secret(".basic.password", &basic.password)?,
        });
    }
    if let Some(custom) = &declared.custom {
        let value = |(name, source): (&String, &SecretSource)| {
            read(source, &env).map(|value| (name.clone(), value)).map_err(|message| (".custom", format!("{name}: {message}")))
        };
        return Ok(Credentials::Custom { values: custom.iter().map(value).collect::<Result<_, Fault>>()? });
    }
    let oauth2 = if let Some(oauth2) = &declared.oauth2 {
        let refresh = secret(".oauth2.refresh_token", &oauth2.refresh_token)?;
        let access = oauth2.access_token.as_ref().map(|source| secret(".oauth2.access_token", source)).transpose()?;
        let tokens = Tokens::seed(access, refresh);
        let client = client(".oauth2", &oauth2.client)?;
        OAuth2Credentials { tokens: Some(tokens), ..OAuth2Credentials::new(How::AuthorizationCode, client) }
    } else if let Some(own) = &declared.client_credentials {
        OAuth2Credentials::new(How::ClientCredentials, client(".client_credentials", own)?)
    } else if let Some(own) = &declared.password_credentials {
        let password = secret(".password_credentials.password", &own.password)?;
        let how = How::Password { username: own.username.clone(), password };
        OAuth2Credentials::new(how, client(".password_credentials", &own.client)?)
    } else if info.auth == AuthScheme::None {
        return Ok(Credentials::None);
    } else {
        return Err(("", format!("{} is authorised by {}; give exactly one of {WAYS}", declared.provider, expected(&info.auth))));
    };
    let clients = [declared.oauth2.as_ref().map(|oauth2| &oauth2.client), declared.client_credentials.as_ref()];
    let clients = clients.into_iter().chain([declared.password_credentials.as_ref().map(|own| &own.client)]);
    let scopes = clients.flatten().flat_map(|client| client.scopes.iter().cloned()).collect();
    Ok(Credentials::OAuth2(Box::new(OAuth2Credentials { scopes, ..oauth2 })))
}

/// The registration that a connection names, or the only one that there is for its provider.
fn client_of(
    provider: &str,
    client: &ClientSettings,
    apps: &BTreeMap<String, ProviderAppSettings>,
    env: &Env<'_>,
) -> Result<ClientOf, String> {
    if let Some(id) = &client.client_id {
        if client.provider_app.is_some() {
            return Err("client_id and provider_app are given; give one of them".into());
        }
        let secret = client.client_secret.as_ref().map(|source| read(source, &env)).transpose();
        return Ok(ClientOf::Own { id: id.clone(), secret: secret.map_err(|message| format!("client_secret: {message}"))? });
    }
    if client.client_secret.is_some() {
        return Err("client_secret is given without client_id".into());
    }
    let theirs = |name: &str, app: &ProviderAppSettings| app.provider.as_deref().unwrap_or(name) == provider;
    if let Some(name) = &client.provider_app {
        return match apps.get(name) {
            Some(app) if theirs(name, app) => Ok(ClientOf::App(name.clone())),
            Some(_) => Err(format!("the provider app {name:?} is not one for {provider}")),
            None => Err(format!("there is no [provider_apps.{name}]")),
        };
    }
    let mut found = apps.iter().filter(|(name, app)| theirs(name, app)).map(|(name, _)| name);
    match (found.next(), found.next()) {
        (Some(name), None) => Ok(ClientOf::App(name.clone())),
        (None, _) => Err(format!("needs client_id and client_secret, here or in [provider_apps.{provider}]")),
        (Some(_), Some(_)) => Err(format!("there are several provider apps for {provider}: say which with provider_app")),
    }
}

/// Reads a provider app.
pub(super) fn provider_app(
    name: &str,
    declared: &ProviderAppSettings,
    catalog: &Catalog,
    env: &Env<'_>,
) -> Result<ProviderApp, Fault> {
    let (place, provider) = match &declared.provider {
        Some(provider) => (".provider", provider.as_str()),
        None => ("", name),
    };
    let info = catalog.get(provider).ok_or_else(|| (place, catalog.unknown(provider)))?.info();
    if !matches!(info.auth, AuthScheme::OAuth2(_)) {
        return Err((place, format!("{provider} has no OAuth 2: it is authorised by {}", expected(&info.auth))));
    }
    for (key, url) in [(".auth_url", &declared.auth_url), (".token_url", &declared.token_url), (".base_url", &declared.base_url)]
    {
        url.as_ref().map_or(Ok(()), |url| address(url)).map_err(|message| (key, message))?;
    }
    let secret: Option<Secret> = declared
        .client_secret
        .as_ref()
        .map(|source| read(source, &env))
        .transpose()
        .map_err(|message| (".client_secret", message))?;
    Ok(ProviderApp {
        id: name.to_owned(),
        provider: provider.to_owned(),
        client_id: declared.client_id.clone(),
        client_secret: secret,
        scopes: declared.scopes.clone(),
        external_ref: None,
        auth_query_params: declared.auth_query_params.clone(),
        provider_params: declared.provider_params.clone(),
        auth_url: declared.auth_url.clone(),
        token_url: declared.token_url.clone(),
        base_url: declared.base_url.clone(),
        is_declared: true,
        create_time: Timestamp::UNIX_EPOCH,
        update_time: Timestamp::UNIX_EPOCH,
    })
}
