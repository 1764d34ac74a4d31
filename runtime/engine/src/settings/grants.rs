//! What ampline.toml grants to a destination's sink; the values of credentials are found elsewhere.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::SecretSource;
use crate::{
    destination::{
        grants::{Checked, CredentialKind, DestinationLimits, GivenCredential, GivenGrants, TokenClient},
        snake_case,
    },
    network::AddressPolicy,
    project::Issue,
    secrets::read,
};

/// The table `[destinations.NAME.grants]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GrantsSettings {
    /// Origins that an installed sink may reach: `https://api.example.com`, `https://*.example.com`, `*`.
    pub hosts: Vec<String>,
    /// Limits below the runtime's.
    pub limits: DestinationLimits,
    /// Credentials by the names that the sink asks for.
    pub credentials: BTreeMap<String, CredentialSettings>,
}

/// The table `[destinations.NAME.grants.credentials.NAME]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialSettings {
    /// How it is sent.
    pub kind: CredentialKind,
    /// Where it may go.
    pub origins: Vec<String>,
    /// The user name of `basic`.
    pub username: Option<String>,
    /// The header of `header` and `hmac`.
    pub header: Option<String>,
    /// What stands before the value, or before the digits of `hmac`.
    pub prefix: Option<String>,
    /// How `oauth2` gets its tokens.
    pub oauth2: Option<TokenClient>,
    /// The token, password, key or client's secret.
    pub value: SecretSource,
}

/// Grants that can be used, and the values of their credentials; every fault at its place below the destination.
pub(super) fn resolved(
    declared: &GrantsSettings,
    policy: &AddressPolicy,
    env: &impl Fn(&str) -> Option<String>,
    issues: &mut Vec<Issue>,
) -> Checked {
    let mut given = GivenGrants { hosts: declared.hosts.clone(), limits: declared.limits, ..GivenGrants::default() };
    for (name, one) in &declared.credentials {
        let CredentialSettings { kind, origins, username, header, prefix, oauth2, value } = one.clone();
        match read(&value, env) {
            Ok(value) => {
                let credential = GivenCredential { kind, origins, username, header, prefix, oauth2, value: Some(value) };
                given.credentials.insert(name.clone(), credential);
            }
            Err(message) => issues.push(Issue { path: format!("grants.credentials.{name}.value"), message }),
        }
    }
    let before = issues.len();
    let checked = given.checked(&Checked::default(), policy, "grants", issues);
    // Files write names with underlines.
    for issue in &mut issues[before..] {
        if let Some((place, member)) = issue.path.split_once(".oauth2.") {
            issue.path = format!("{place}.oauth2.{}", snake_case(member));
        }
    }
    checked
}
