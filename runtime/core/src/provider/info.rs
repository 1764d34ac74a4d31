//! What the catalog knows of a provider besides its records: where its API lives, how it is authorised, how much it bears.

use std::{collections::BTreeMap, time::Duration};

/// A provider of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderInfo {
    /// Catalog name, case-sensitive: `hubspot`.
    pub name: String,
    /// Shown to people.
    pub display_name: String,
    /// Where the API lives, without a trailing slash. `{{.workspace}}` and the like stand for what a connection says; see [`fill`].
    pub base_url: String,
    /// How requests are authorised. An access token given as such is sent as `Authorization: Bearer …` whatever this says.
    pub auth: AuthScheme,
    /// How much one connection may ask; nothing where the provider states no limit.
    pub rate_limit: Option<RateLimit>,
    /// Modules that a manifest may name; empty where there are none.
    pub modules: Vec<String>,
    /// Where the provider describes its API, for people.
    pub docs_url: Option<String>,
    /// What a connection must say besides its credentials, for the placeholders of the addresses.
    pub inputs: Vec<Input>,
}

/// A value that stands for a placeholder and that a connection must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// As the placeholder names it: `workspace`.
    pub name: String,
    /// Shown to people: `Subdomain`.
    pub display_name: String,
    /// Where it is found, for people; may be empty.
    pub documentation: String,
}

/// How requests are authorised.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthScheme {
    /// Not at all.
    None,
    /// HTTP Basic authentication.
    Basic,
    /// A key in a header or in the query.
    ApiKey(ApiKeyPlace),
    /// Several values, in headers and parameters as the provider wants them.
    Custom(Box<CustomAuth>),
    /// OAuth 2.
    OAuth2(Box<OAuth2>),
}

/// Where an API key goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiKeyPlace {
    /// A header, the value behind a prefix (`Bearer `).
    Header {
        /// Name of the header.
        name: String,
        /// Written before the key.
        prefix: String,
    },
    /// A parameter of the query.
    Query {
        /// Name of the parameter.
        name: String,
    },
}

/// Credentials of a form of the provider's own: values that a customer gives, and where they go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomAuth {
    /// Headers, each with its value, in which `{{.name}}` stands for an input.
    pub headers: Vec<(String, String)>,
    /// Parameters of the query, the same way.
    pub query: Vec<(String, String)>,
    /// What a customer gives. All of it counts as secret.
    pub inputs: Vec<Input>,
}

/// OAuth 2 as a provider speaks it. Addresses may hold placeholders, as base URLs do.
#[derive(Debug, Clone, PartialEq)]
pub struct OAuth2 {
    /// How tokens are first got.
    pub grant: Grant,
    /// Where a person consents; empty where the grant needs none.
    pub auth_url: String,
    /// Where tokens are given and refreshed.
    pub token_url: String,
    /// Asked for where the product's registration at the provider names none.
    pub scopes: Vec<String>,
    /// Written between scopes; a space by RFC 6749.
    pub scope_separator: String,
    /// Further parameters of the consent address (`access_type=offline`).
    pub auth_url_params: BTreeMap<String, String>,
    /// Further parameters of requests for a token (`audience`).
    pub token_params: BTreeMap<String, String>,
    /// Whether the client's secret travels as Basic authentication; else in the form.
    pub client_auth_basic: bool,
    /// The member of the token answer that names the customer's workspace (`instance_url`, `hub_id`), where there is one.
    pub workspace_field: Option<String>,
}

/// How tokens are first got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// A person consents; the proof key (PKCE, S256) is always sent.
    AuthorizationCode,
    /// The client's own credentials.
    ClientCredentials,
    /// A user name and a password.
    Password,
}

/// How much one connection may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests …
    pub requests: u32,
    /// … within so long.
    pub per: Duration,
    /// Requests at the same time; nothing = no limit of its own.
    pub concurrent: Option<u32>,
}

/// A placeholder that nothing is known for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{template}` needs `{key}`: give it with the connection")]
pub struct Unfilled {
    /// The name in the placeholder.
    pub key: String,
    /// The address that holds it.
    pub template: String,
}

/// Puts values in place of `{{.key}}` (white space within the braces is allowed).
///
/// Values become part of a host name or a path, so only letters, digits, `-`, `_` and `.` are put in; any other value counts as none.
pub fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, Unfilled> {
    fill_text(template, |key| value(key).filter(|value| is_plain(value)))
}

/// The same with values of any kind, for what is no address.
pub fn fill_text(template: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, Unfilled> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((inner, after)) = behind.split_once("}}") else {
            filled.push_str("{{");
            rest = behind;
            continue;
        };
        let key = inner.trim().trim_start_matches('.');
        match value(key) {
            Some(value) => filled.push_str(&value),
            None => return Err(Unfilled { key: key.to_owned(), template: template.to_owned() }),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

pub(super) fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn placeholders_are_filled_with_plain_values_only() {
        let value = |key: &str| match key {
            "workspace" => Some("acme-1.eu".to_owned()),
            "evil" => Some("evil.example/".to_owned()),
            _ => None,
        };
        let rows = [
            ("https://api.hubapi.com", Ok("https://api.hubapi.com")),
            ("https://{{.workspace}}.my.salesforce.com", Ok("https://acme-1.eu.my.salesforce.com")),
            ("https://{{ .workspace }}.x/{{workspace}}", Ok("https://acme-1.eu.x/acme-1.eu")),
            ("https://{{.region}}.x", Err("region")),
            ("https://{{.evil}}.x", Err("evil")),
            ("https://{{.open", Ok("https://{{.open")),
        ];
        for (template, expected) in rows {
            let filled = fill(template, value).map_err(|unfilled| unfilled.key);
            assert_eq!(filled, expected.map(str::to_owned).map_err(str::to_owned), "{template}");
        }
    }
}
