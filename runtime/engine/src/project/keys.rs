//! What is kept of the keys that clients of the API show: digests and public keys, never a key.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyScope {
    /// Everything.
    Full,
    /// What a product's pages need: installations, connections and object metadata of all groups, but no credentials.
    Frontend,
    /// Whatever GET shows, apart from credentials and secrets.
    Read,
    /// The hosted store alone.
    Store,
}

impl KeyScope {
    /// Every scope there is.
    pub const ALL: [Self; 4] = [Self::Full, Self::Frontend, Self::Read, Self::Store];

    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Frontend => "frontend",
            Self::Read => "read",
            Self::Store => "store",
        }
    }

    /// The scope of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A key of the API, by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Stable id; it is no secret.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// What it may be used for.
    pub scopes: Vec<KeyScope>,
    /// SHA-256 of the key.
    pub digest: [u8; 32],
    /// How the key begins.
    pub hint: String,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
    /// When it was last shown, to within some minutes.
    pub last_used_at: Option<Timestamp>,
    /// Until when it holds; for ever where nothing is said.
    pub expires_at: Option<Timestamp>,
    /// Since when it does not hold any more.
    pub revoked_at: Option<Timestamp>,
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionRecord {
    /// SHA-256 of what the browser holds.
    pub(crate) digest: [u8; 32],
    /// The API key that it stands for.
    pub(crate) key_id: String,
    /// When it is over, however much it is used.
    pub(crate) ends_at: Timestamp,
}

/// A public key by which tokens of customers' users are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwtKeyRecord {
    /// What tokens call it: their `kid`.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// The key in PEM form.
    pub public_key_pem: String,
    /// Whether tokens are checked by it.
    pub active: bool,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}
