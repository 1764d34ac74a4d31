//! The text of an API key, and the digest that is kept of it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::secrets::Secret;

/// How every key begins, so that scanners of logs and repositories know one when they meet it.
const PREFIX: &str = "amp_";
/// Characters behind the prefix that may be shown: 24 of 256 bits.
const HINT_CHARS: usize = 4;

/// SHA-256 of a key.
///
/// One round and no salt are enough, which they would not be for a password: a key is 256 bits of chance, so there is no list of
/// likely keys to try and no two keys are alike. A slow hash would only tax every request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Digest(pub(super) [u8; 32]);

impl Digest {
    /// Of a key as it was shown.
    pub(super) fn of(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// Takes the same time wherever the first difference is.
    pub(super) fn equals(&self, other: &[u8; 32]) -> bool {
        let difference = self.0.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b));
        std::hint::black_box(difference) == 0
    }
}

/// A new key.
pub(super) fn generate() -> Result<Secret, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut())?;
    Ok(Secret::new(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))))
}

/// How a key begins, for people who look for it.
pub(super) fn hint(key: &Secret) -> String {
    let shown: String = key.reveal().chars().take(PREFIX.len() + HINT_CHARS).collect();
    format!("{shown}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_digest_alone() {
        let key = generate().unwrap();
        assert_eq!(key.reveal().len(), PREFIX.len() + 43, "256 bits");
        assert_ne!(key, generate().unwrap());
        let kept = Digest::of(key.reveal().as_bytes()).0;
        assert!(Digest::of(key.reveal().as_bytes()).equals(&kept));
        for at in 0..32 {
            let mut other = kept;
            other[at] ^= 1;
            assert!(!Digest(kept).equals(&other), "byte {at}");
        }
        assert_eq!(hint(&key).chars().count(), PREFIX.len() + HINT_CHARS + 1);
        assert_eq!(hint(&Secret::new("x")), "x…");
    }
}
