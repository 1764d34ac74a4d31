//! Proof keys (PKCE, RFC 7636): who began an authorisation proves it at its end, so that a code that was overheard is of no use.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Random bytes that a verifier is made of (RFC 7636 section 4.1 recommends 32).
pub const RANDOM_BYTES: usize = 32;
/// Lengths that a verifier may have (RFC 7636 section 4.1).
const VERIFIER_CHARS: std::ops::RangeInclusive<usize> = 43..=128;

/// A proof key. It does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct ProofKey(String);

impl std::fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[proof key]")
    }
}

impl ProofKey {
    /// A proof key of chance.
    pub fn new(random: &[u8; RANDOM_BYTES]) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(random))
    }

    /// A kept verifier; nothing where it is none.
    pub fn from_verifier(verifier: impl Into<String>) -> Option<Self> {
        let verifier = verifier.into();
        let plain = verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        (plain && VERIFIER_CHARS.contains(&verifier.len())).then_some(Self(verifier))
    }

    /// What the token request shows.
    pub fn verifier(&self) -> &str {
        &self.0
    }

    /// What the consent address shows: the verifier's digest (method `S256`).
    pub fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }
}
