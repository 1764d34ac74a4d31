//! What authorises us at a provider, as it is kept. Nothing here shows a secret.

use std::collections::BTreeMap;

use ampline_core::{
    oauth::{Client, Lifetime, TokenGrant},
    provider::{AuthScheme, CustomAuth, Grant},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::kept_secret;
use crate::secrets::Secret;

/// A customer's credentials at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", deny_unknown_fields)]
pub(crate) enum Credentials {
    /// The provider asks for none.
    None,
    /// An access token that somebody else renews.
    AccessToken {
        #[serde(with = "kept_secret")]
        token: Secret,
    },
    /// A key; the catalog says where it goes.
    ApiKey {
        #[serde(with = "kept_secret")]
        key: Secret,
    },
    /// A user name and a password.
    Basic {
        username: String,
        #[serde(with = "kept_secret")]
        password: Secret,
    },
    /// Values for headers and parameters of the provider's own choice, by the names of its inputs.
    Custom {
        #[serde(with = "kept_secret::map")]
        values: BTreeMap<String, Secret>,
    },
    /// Tokens that are renewed here.
    #[serde(rename = "oauth2")]
    OAuth2(Box<OAuth2Credentials>),
}

/// What tokens are got with, and those that there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OAuth2Credentials {
    pub(crate) how: How,
    pub(crate) client: ClientOf,
    /// Asked for in place of the provider app's and the provider's own.
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    /// Nothing until the first were given.
    #[serde(default)]
    pub(crate) tokens: Option<Tokens>,
    /// The API's address, where the token answer names one that fits no template.
    #[serde(default)]
    pub(crate) base_url: Option<String>,
    /// When the refresh began whose end nobody wrote down: should the refresh token be refused now, this is why.
    #[serde(default)]
    pub(crate) refreshing_since: Option<Timestamp>,
    /// Why the grant is gone, where it is: nothing but a new one helps.
    #[serde(default)]
    pub(crate) gone: Option<String>,
}

/// How tokens are got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum How {
    /// A person consented once; the refresh token goes on from there.
    AuthorizationCode,
    /// The client's own credentials.
    ClientCredentials,
    /// A user name and a password.
    Password {
        username: String,
        #[serde(with = "kept_secret")]
        password: Secret,
    },
}

/// Whose registration at the provider tokens are asked for with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum ClientOf {
    /// A provider app, by its id.
    App(String),
    /// One of this connection alone.
    Own {
        id: String,
        #[serde(with = "kept_secret::option", default)]
        secret: Option<Secret>,
    },
}

/// Tokens that were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Tokens {
    /// Nothing until the first was given.
    #[serde(with = "kept_secret::option", default)]
    pub(crate) access: Option<Secret>,
    #[serde(with = "kept_secret::option", default)]
    pub(crate) refresh: Option<Secret>,
    /// Nothing where the provider does not say.
    #[serde(default)]
    pub(crate) lifetime: Option<Lifetime>,
}

/// Credentials with what tells whether a file still says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Kept {
    /// The digest of what the file said when it gave these; nothing where no file did.
    #[serde(default)]
    pub(crate) seed: Option<String>,
    pub(crate) credentials: Credentials,
}

impl Tokens {
    /// Tokens of a file: nobody knows how long the access token holds, and where there is none, one is asked for at first use.
    pub(crate) fn seed(access: Option<Secret>, refresh: Secret) -> Self {
        Self { access, refresh: Some(refresh), lifetime: None }
    }
}

impl Credentials {
    /// As the contract writes it; `authorizationCodePKCE` is never said apart, because proof keys are always sent.
    pub(crate) fn scheme(&self) -> &'static str {
        match self {
            Self::None => "none",
            // Whoever renews it, what is shown is a bearer token.
            Self::AccessToken { .. } => "oauth2/authorizationCode",
            Self::ApiKey { .. } => "apiKey",
            Self::Basic { .. } => "basic",
            Self::Custom { .. } => "custom",
            Self::OAuth2(oauth2) => match oauth2.how {
                How::AuthorizationCode => "oauth2/authorizationCode",
                How::ClientCredentials => "oauth2/clientCredentials",
                How::Password { .. } => "oauth2/password",
            },
        }
    }

    /// A digest by which the same declaration is known again. It tells nothing of the secrets to who cannot guess them, and it is
    /// kept encrypted.
    pub(crate) fn digest(&self) -> String {
        let text = zeroize::Zeroizing::new(serde_json::to_vec(self).unwrap_or_default());
        Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Every secret in them, to be taken out of what others say.
    pub(crate) fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::None => Vec::new(),
            Self::AccessToken { token: secret } | Self::ApiKey { key: secret } | Self::Basic { password: secret, .. } => {
                vec![secret]
            }
            Self::Custom { values } => values.values().collect(),
            Self::OAuth2(oauth2) => {
                let own = if let ClientOf::Own { secret, .. } = &oauth2.client { secret.as_ref() } else { None };
                let password = if let How::Password { password, .. } = &oauth2.how { Some(password) } else { None };
                let tokens = oauth2.tokens.iter().flat_map(|tokens| tokens.access.iter().chain(&tokens.refresh));
                tokens.chain(own).chain(password).collect()
            }
        }
    }

    /// Why these do not fit a provider, and what it expects.
    pub(crate) fn misfit(&self, provider: &str, auth: &AuthScheme) -> Option<String> {
        let fits = match (self, auth) {
            // A token is sent as a bearer token whatever the provider's own way is.
            (Self::AccessToken { .. }, _)
            | (Self::None, AuthScheme::None)
            | (Self::ApiKey { .. }, AuthScheme::ApiKey(_))
            | (Self::Basic { .. }, AuthScheme::Basic)
            | (Self::OAuth2(_), AuthScheme::OAuth2(_)) => true,
            (Self::Custom { values }, AuthScheme::Custom(custom)) => return custom_misfit(provider, values, custom),
            _ => false,
        };
        let given = match self {
            Self::None => "nothing",
            Self::AccessToken { .. } => "an access token",
            Self::ApiKey { .. } => "an API key",
            Self::Basic { .. } => "a user name and a password",
            Self::Custom { .. } => "credentials of an own form",
            Self::OAuth2(_) => "OAuth 2",
        };
        (!fits).then(|| format!("{given} is given, and {provider} is authorised by {}", expected(auth)))
    }
}

/// Why the values are not just those that a provider asks for.
fn custom_misfit(provider: &str, values: &BTreeMap<String, Secret>, custom: &CustomAuth) -> Option<String> {
    let asked = || custom.inputs.iter().map(|input| input.name.as_str());
    let absent: Vec<&str> = asked().filter(|name| !values.contains_key(*name)).collect();
    let strange: Vec<&str> = values.keys().map(String::as_str).filter(|name| !asked().any(|asked| asked == *name)).collect();
    let told = |what: &str, names: Vec<&str>| (!names.is_empty()).then(|| format!("{} {what}", names.join(" and ")));
    let faults = [told("not given", absent), told("not known", strange)];
    let faults: Vec<String> = faults.into_iter().flatten().collect();
    let all = asked().collect::<Vec<_>>().join(", ");
    (!faults.is_empty()).then(|| format!("{provider} is authorised by {all}: {}", faults.join(", ")))
}

/// What a provider is authorised by, in words.
pub(crate) fn expected(auth: &AuthScheme) -> &'static str {
    match auth {
        AuthScheme::Custom(_) => "values of its own form (`ampline providers show` names them)",
        AuthScheme::None => "nothing at all",
        AuthScheme::Basic => "a user name and a password",
        AuthScheme::ApiKey(_) => "an API key",
        AuthScheme::OAuth2(oauth2) => match oauth2.grant {
            Grant::AuthorizationCode => {
                "OAuth 2: a person's consent (`ampline connections connect`), a refresh token or an access token"
            }
            Grant::ClientCredentials => "OAuth 2 client credentials, or an access token",
            Grant::Password => "OAuth 2 with a user name and a password, or an access token",
        },
    }
}

impl OAuth2Credentials {
    /// New ones, without tokens.
    pub(crate) fn new(how: How, client: ClientOf) -> Self {
        Self { how, client, scopes: Vec::new(), tokens: None, base_url: None, refreshing_since: None, gone: None }
    }

    /// What requests show.
    pub(crate) fn access_token(&self) -> Option<&Secret> {
        self.tokens.as_ref()?.access.as_ref()
    }

    /// Whether new tokens can be had without a person.
    pub(crate) fn is_renewable(&self) -> bool {
        match self.how {
            How::AuthorizationCode => self.tokens.as_ref().is_some_and(|tokens| tokens.refresh.is_some()),
            How::ClientCredentials | How::Password { .. } => true,
        }
    }

    /// Whether the answer may replace what the next request needs, so that it must not get lost.
    pub(crate) fn may_rotate(&self) -> bool {
        matches!(self.how, How::AuthorizationCode)
    }

    /// What the next tokens are asked for with; nothing where only a person can help.
    pub(crate) fn grant<'a>(&'a self, scopes: &'a [String]) -> Option<TokenGrant<'a>> {
        match &self.how {
            How::AuthorizationCode => Some(TokenGrant::RefreshToken(self.tokens.as_ref()?.refresh.as_ref()?.reveal())),
            How::ClientCredentials => Some(TokenGrant::ClientCredentials { scopes }),
            How::Password { username, password } => Some(TokenGrant::Password { username, password: password.reveal(), scopes }),
        }
    }
}

/// A registration, ready to ask with.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) secret: Option<Secret>,
    /// Empty where the provider's own count.
    pub(crate) scopes: Vec<String>,
    /// In place of the catalog's.
    pub(crate) token_url: Option<String>,
}

impl Registration {
    /// As requests need it.
    pub(crate) fn client(&self) -> Client<'_> {
        Client { id: &self.id, secret: self.secret.as_ref().map(Secret::reveal) }
    }
}
