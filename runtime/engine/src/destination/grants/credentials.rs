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
}
