//! How a named credential is sent, and where it may go. Its value is elsewhere.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Origin;

/// How the host adds a credential to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CredentialKind {
    /// `authorization: Bearer VALUE`.
    Bearer,
    /// `authorization: Basic …`, of a user name and the value as the password.
    Basic,
    /// A header of its own with the value.
    Header,
    /// A header with the HMAC-SHA256 of the body in hexadecimal digits, the value being the key.
    Hmac,
    /// `authorization: Bearer …`, of a token that the runtime gets by the client's own credentials, the value being the client's secret.
    OAuth2,
}

/// How `oauth2` gets its tokens: by the client's own credentials (RFC 6749 section 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenClient {
    /// Where tokens are given. The runtime asks there, and the sink may not.
    #[serde(alias = "token_url")]
    #[schema(max_length = 2000, example = "https://login.example.com/oauth/token")]
    pub token_url: String,
    /// The client's id there.
    #[serde(alias = "client_id")]
    #[schema(max_length = 200)]
    pub client_id: String,
    /// What is asked for; nothing leaves it to the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub scopes: Vec<String>,
    /// Whom the token is for, where the server wants to be told (`audience`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub audience: Option<String>,
    /// How the client says who it is.
    #[serde(default, alias = "client_auth")]
    #[schema(required = false)]
    pub client_auth: ClientAuth,
}

/// How a client says who it is at the token endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuth {
    /// Basic authentication (`client_secret_basic`), which every server must understand.
    #[default]
    Basic,
    /// In the body (`client_secret_post`).
    Post,
}

impl CredentialBinding {
    /// The flags of `ampline destinations credentials set` by which an `oauth2` credential is bound as it is.
    pub(super) fn flags(&self) -> String {
        let Some(oauth2) = &self.oauth2 else { return String::new() };
        let origins = self.origins.iter().map(|origin| format!(" --origin {origin}"));
        let (url, id) = (quoted(&oauth2.token_url), quoted(&oauth2.client_id));
        let client = format!(" --kind oauth2 --token-url {url} --client-id {id}");
        let scopes = oauth2.scopes.iter().map(|scope| format!(" --scope {}", quoted(scope)));
        let audience = oauth2.audience.iter().map(|audience| format!(" --audience {}", quoted(audience)));
        let auth = (oauth2.client_auth == ClientAuth::Post).then(|| " --client-auth post".to_owned());
        origins.chain([client]).chain(scopes).chain(audience).chain(auth).collect()
    }
}

/// A word as a POSIX shell takes it.
fn quoted(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/@%+=,".contains(&byte));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// A credential as the operator bound it: everything but its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Credential)]
pub struct CredentialBinding {
    /// How it is sent.
    pub kind: CredentialKind,
    /// Where it may go: `https://api.example.com`. The sink may reach these origins.
    #[schema(value_type = Vec<String>)]
    pub origins: Vec<Origin>,
    /// The user name of `basic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub username: Option<String>,
    /// The header of `header` and `hmac`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub header: Option<String>,
    /// What stands before the value of `header`, or before the digits of `hmac`: `sha256=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub prefix: Option<String>,
    /// How `oauth2` gets its tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub oauth2: Option<TokenClient>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_words_that_a_shell_takes_as_they_are() {
        let oauth2 = TokenClient {
            token_url: "https://login.example/token?tenant=1&x=$(id)".to_owned(),
            client_id: "it's me".to_owned(),
            scopes: vec!["a:b".to_owned(), "c".to_owned()],
            audience: Some("api://default".to_owned()),
            client_auth: ClientAuth::Post,
        };
        let origins = vec![Origin::parse("https://api.example").unwrap()];
        let kind = CredentialKind::OAuth2;
        let binding = CredentialBinding { kind, origins, username: None, header: None, prefix: None, oauth2: Some(oauth2) };
        assert_eq!(
            binding.flags(),
            r" --origin https://api.example --kind oauth2 --token-url 'https://login.example/token?tenant=1&x=$(id)' --client-id 'it'\''s me' --scope a:b --scope c --audience api://default --client-auth post"
        );
    }
}
