//! What must never reach a sink, a log or an error: the values themselves, where they are found, and how they are kept encrypted.
//!
//! Invariant: a value leaves this room as a [`Secret`] or a [`SigningKey`], neither of which shows itself.

mod access_token;
mod destination_secrets;
mod key_source;
mod keyring;
mod master_key;
mod named_credential;
mod older;
mod redaction;
mod request_headers;
mod rotate;
mod signing_key;
mod source;
mod vault;
mod vault_error;
mod vault_file;

use std::sync::Arc;

use serde::Deserialize;
use zeroize::Zeroizing;

pub(crate) use access_token::{AccessToken, TokenSource};
pub use destination_secrets::{DestinationSecrets, Rotated, RotationError, SIGNING_OVERLAP, SecretsOf, Signing};
pub(crate) use key_source::new_key_into;
pub use keyring::KeyringEntry;
pub(crate) use master_key::{Forged, NONCE_BYTES};
pub use master_key::{KeyRing, MasterKey, MasterKeyError};
pub(crate) use named_credential::Withheld;
pub use named_credential::{CredentialFault, NamedCredential};
pub use redaction::Redaction;
pub(crate) use request_headers::likely_secrets;
pub use request_headers::{HeaderFault, RequestHeaders};
pub use rotate::{KeyChange, rotate};
pub use signing_key::{KeyError, SigningKey};
pub use source::{SecretSource, read};
pub use vault::{API_KEY, CONNECTIONS_KEY, DOWNLOAD_KEY, Held, Listed, Vault, signing_key_name};
pub use vault_error::VaultError;

/// Makes or replaces an entry of the system's keyring. Blocks: a keyring may ask a person to unlock it (30 s at most).
pub(crate) fn store_in_keyring(entry: &KeyringEntry, value: &Secret) -> Result<(), String> {
    keyring::set(entry, value.reveal())
}

/// A value that never shows itself; its memory is wiped when it is dropped. It is read from texts, and written to none.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes in a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value itself; for the one place that sends or signs with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Where the host finds what a destination's requests are signed and authenticated with. Destinations are meant by their ids.
pub trait Secrets: Send + Sync + 'static {
    /// The destination's signing keys, newest first; several during rotation, none where nothing is signed.
    fn signing_keys(&self, destination: &str) -> Vec<SigningKey>;
    /// One of the destination's credentials, by its name: `awsKeyId`, `awsSecretKey`, …
    fn credential(&self, _destination: &str, _name: &str) -> Option<Secret> {
        None
    }
    /// Whether a destination without AWS credentials of its own uses those of the runtime's surroundings.
    fn has_surroundings(&self, _destination: &str) -> bool {
        true
    }
    /// Headers that the host adds to requests to the destination's own origin, and to no other.
    fn request_headers(&self, _destination: &str) -> Option<Arc<RequestHeaders>> {
        None
    }
    /// A credential that the operator bound to origins, by the name that the destination's sink asks for.
    fn named_credential(&self, _destination: &str, _name: &str) -> Option<Arc<NamedCredential>> {
        None
    }
    /// What must be taken out of whatever receivers and sinks of the destination say; nothing where there is nothing.
    fn redaction(&self, destination: &str) -> Option<Arc<Redaction>> {
        self.request_headers(destination).map(|headers| Arc::new(headers.redaction().clone()))
    }
}
