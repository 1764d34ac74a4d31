//! The shape of `[connections.…]` and `[provider_apps.…]` in `ampline.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::secrets::SecretSource;

/// A customer's credentials at a provider: exactly one of the seven ways to authorise.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionSettings {
    /// Catalog name of the provider: `hubspot`.
    pub provider: String,
    /// In place of the provider's own address. It is the operator's word, so `[network]`, which guards what destinations reach,
    /// does not restrict it.
    pub base_url: Option<String>,
    /// The provider's workspace (a subdomain, a portal), where there is one.
    pub workspace: Option<String>,
    /// Whose it is: your product's own id for the customer's team.
    pub group_ref: Option<String>,
    /// Shown to people; the reference where it is left out.
    pub group_name: Option<String>,
    /// What the provider's addresses need besides.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// How much may be asked through this connection, in place of what the catalog says of the provider's smallest plan.
    pub rate_limit: Option<RateLimitSettings>,
    /// An access token that somebody else renews.
    pub access_token: Option<SecretSource>,
    /// An API key.
    pub api_key: Option<SecretSource>,
    /// A user name and a password, for HTTP Basic authentication.
    pub basic: Option<BasicSettings>,
    /// Values of the provider's own form, by the names of its inputs.
    pub custom: Option<BTreeMap<String, SecretSource>>,
    /// OAuth 2 that a person consented to: tokens begin with these and are renewed from then on.
    pub oauth2: Option<OAuth2Settings>,
    /// OAuth 2 with the client's own credentials.
    pub client_credentials: Option<ClientSettings>,
    /// OAuth 2 with a user name and a password.
    pub password_credentials: Option<PasswordSettings>,
}

/// How much may be asked through a connection.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimitSettings {
    /// Requests …
    pub requests: u32,
    /// … within so many seconds.
    pub per_s: f64,
    /// Requests at the same time.
    pub concurrent: Option<u32>,
}

/// A user name and a password.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasicSettings {
    /// The user.
    pub username: String,
    /// The password.
    pub password: SecretSource,
}

/// Where tokens begin.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "toml::Table")]
pub struct OAuth2Settings {
    /// What the next access token is asked for with.
    pub refresh_token: SecretSource,
    /// An access token that holds at present.
    pub access_token: Option<SecretSource>,
    /// Whose registration they were given to.
    pub client: ClientSettings,
}

/// A user's own password.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "toml::Table")]
pub struct PasswordSettings {
    /// The user.
    pub username: String,
    /// The password.
    pub password: SecretSource,
    /// With which registration tokens are asked for.
    pub client: ClientSettings,
}

/// A registration at the provider: its own keys, or a provider app's name. Where neither is given, the only provider app of the
/// provider is meant.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientSettings {
    /// The registration's id.
    pub client_id: Option<String>,
    /// Its password.
    pub client_secret: Option<SecretSource>,
    /// A table of `[provider_apps]`.
    pub provider_app: Option<String>,
    /// Asked for in place of the provider's own.
    pub scopes: Vec<String>,
}

/// The product's registration at a provider.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderAppSettings {
    /// Catalog name of the provider; the table's own name where it is left out.
    pub provider: Option<String>,
    /// The registration's id.
    pub client_id: String,
    /// Its password; left out for a public client.
    pub client_secret: Option<SecretSource>,
    /// Asked for in place of the provider's own.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Further parameters of the consent address.
    #[serde(default)]
    pub auth_query_params: BTreeMap<String, String>,
    /// What the provider's addresses need.
    #[serde(default)]
    pub provider_params: BTreeMap<String, String>,
    /// In place of the provider's consent address (a sandbox).
    pub auth_url: Option<String>,
    /// In place of the provider's token address (a sandbox).
    pub token_url: Option<String>,
    /// In place of the provider's own address, for connections of this registration (a sandbox).
    pub base_url: Option<String>,
}

/// Takes a member out of a table. Unlike `#[serde(flatten)]`, this keeps messages that name the member and never its value.
fn take<T: serde::de::DeserializeOwned>(table: &mut toml::Table, key: &str) -> Result<Option<T>, String> {
    let value = table.remove(key).map(toml::Value::try_into);
    value.transpose().map_err(|error: toml::de::Error| format!("`{key}`: {}", error.message()))
}

/// What is left of a table once its own members are taken out.
fn client(table: toml::Table) -> Result<ClientSettings, String> {
    toml::Value::Table(table).try_into().map_err(|error: toml::de::Error| error.message().to_owned())
}

impl TryFrom<toml::Table> for OAuth2Settings {
    type Error = String;

    fn try_from(mut table: toml::Table) -> Result<Self, String> {
        let refresh_token = take(&mut table, "refresh_token")?;
        Ok(Self {
            refresh_token: refresh_token.ok_or("`oauth2` needs a `refresh_token`; a token alone is written `access_token`")?,
            access_token: take(&mut table, "access_token")?,
            client: client(table)?,
        })
    }
}

impl TryFrom<toml::Table> for PasswordSettings {
    type Error = String;

    fn try_from(mut table: toml::Table) -> Result<Self, String> {
        Ok(Self {
            username: take(&mut table, "username")?.ok_or("`password_credentials` needs a `username`")?,
            password: take(&mut table, "password")?.ok_or("`password_credentials` needs a `password`")?,
            client: client(table)?,
        })
    }
}
