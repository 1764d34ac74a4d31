//! Grants as they are written: by a client of the API, or in a file that says where the values are found.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

use super::{CredentialBinding, CredentialKind, DestinationGrants, DestinationLimits, TokenClient};
use crate::secrets::Secret;

/// Grants as a client writes them.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = GrantsRequest)]
pub(crate) struct GivenGrants {
    /// `https://api.example.com`, `https://*.example.com`, or `*` for every host that the runtime's address policy allows.
    #[serde(default)]
    #[schema(max_items = 100, example = json!(["https://api.example.com"]))]
    pub(crate) hosts: Vec<String>,
    /// Limits below the runtime's.
    #[serde(default)]
    pub(crate) limits: DestinationLimits,
    /// Credentials by the names that the sink asks for.
    #[serde(default)]
    pub(crate) credentials: BTreeMap<String, GivenCredential>,
}

/// A credential as a client writes it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CredentialRequest)]
pub(crate) struct GivenCredential {
    /// How it is sent.
    pub(crate) kind: CredentialKind,
    /// Where it may go: `https://api.example.com`. The sink may reach these origins.
    #[schema(min_items = 1, max_items = 20)]
    pub(crate) origins: Vec<String>,
    /// The user name of `basic`.
    pub(crate) username: Option<String>,
    /// The header of `header` and `hmac`.
    pub(crate) header: Option<String>,
    /// What stands before the value of `header`, or before the digits of `hmac`: `sha256=`.
    pub(crate) prefix: Option<String>,
    /// How `oauth2` gets its tokens.
    pub(crate) oauth2: Option<TokenClient>,
    /// The token, password, key or client's secret; never shown again. May be left out where nothing else of the credential changes.
    #[schema(value_type = Option<String>, write_only)]
    pub(crate) value: Option<Secret>,
}

impl From<&DestinationGrants> for GivenGrants {
    /// What is granted already, without values.
    fn from(grants: &DestinationGrants) -> Self {
        let given = |credential: &CredentialBinding| GivenCredential {
            kind: credential.kind,
            origins: credential.origins.iter().map(ToString::to_string).collect(),
            username: credential.username.clone(),
            header: credential.header.clone(),
            prefix: credential.prefix.clone(),
            oauth2: credential.oauth2.clone(),
            value: None,
        };
        Self {
            hosts: grants.hosts.iter().map(ToString::to_string).collect(),
            limits: grants.limits,
            credentials: grants.credentials.iter().map(|(name, one)| (name.clone(), given(one))).collect(),
        }
    }
}
