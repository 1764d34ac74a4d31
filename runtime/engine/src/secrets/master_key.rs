//! What kept secrets are encrypted with: 256-bit keys, written as `amplinekey_` and base64, and XChaCha20-Poly1305.

use base64::{Engine, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Secret;

const PREFIX: &str = "amplinekey_";
const KEY_BYTES: usize = 32;
pub(crate) const NONCE_BYTES: usize = 24;
/// Keys in one ring: a rotation needs two, one that was broken off several times needs more.
const RING_KEYS_MAX: usize = 16;

/// One key. Its bytes come from chance alone, never from a passphrase.
#[derive(Clone)]
pub struct MasterKey {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    id: String,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[key {}]", self.id)
    }
}

/// Why a text is no key, or no ring of keys. Never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// Not of the form `amplinekey_…`.
    #[error("a key begins with amplinekey_; `ampline secrets new-key` makes one")]
    Prefix,
    /// What follows is not base64 of 32 bytes.
    #[error("a key is the base64 of 32 bytes after amplinekey_, padding included; `ampline secrets new-key` makes one")]
    Base64,
    /// None, or too many.
    #[error("there are {0} keys where 1 to {RING_KEYS_MAX} are wanted, newest first with white space between them")]
    Count(usize),
}

/// An altered text, or another key's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forged;

impl MasterKey {
    /// A new key.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut())?;
        Ok(Self::of(bytes))
    }

    /// Reads exactly `amplinekey_` and the base64 of 32 bytes.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(MasterKeyError::Prefix)?;
        let decoded = Zeroizing::new(BASE64_STANDARD.decode(encoded).map_err(|_| MasterKeyError::Base64)?);
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        if decoded.len() != KEY_BYTES {
            return Err(MasterKeyError::Base64);
        }
        bytes.copy_from_slice(&decoded);
        Ok(Self::of(bytes))
    }

    fn of(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(bytes.as_ref()).expect("HMAC takes keys of any length");
        mac.update(b"ampline.key-id.1");
        let digest = mac.finalize().into_bytes();
        let id = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect::<String>();
        Self { bytes, id: format!("k-{id}") }
    }

    /// The text form.
    pub fn text(&self) -> Secret {
        Secret::new(format!("{PREFIX}{}", BASE64_STANDARD.encode(self.bytes.as_ref())))
    }

    /// Names the key without telling anything of it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Encrypts under a fresh nonce; `bound` must be the same at [`MasterKey::open`].
    pub(crate) fn seal(&self, bound: &[u8], plain: &[u8]) -> Result<([u8; NONCE_BYTES], Vec<u8>), getrandom::Error> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: bound });
        Ok((nonce, sealed.expect("a secret is far shorter than the cipher's limit of 256 GB")))
    }

    /// Decrypts what was sealed with this key for the same purpose.
    pub(crate) fn open(&self, bound: &[u8], nonce: [u8; NONCE_BYTES], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Forged> {
        let plain = self.cipher().decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: bound });
        plain.map(Zeroizing::new).map_err(|_| Forged)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.bytes).into())
    }
}

/// One or several keys, newest first: what is written goes under the newest, what is read may be under any.
#[derive(Debug, Clone)]
pub struct KeyRing(Vec<MasterKey>);

impl KeyRing {
    /// A ring of one.
    pub fn of(key: MasterKey) -> Self {
        Self(vec![key])
    }

    /// Reads keys with white space between them.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let keys = text.split_whitespace().map(MasterKey::parse).collect::<Result<Vec<_>, _>>()?;
        if (1..=RING_KEYS_MAX).contains(&keys.len()) { Ok(Self(keys)) } else { Err(MasterKeyError::Count(keys.len())) }
    }

    /// The text form: a line for each key.
    pub fn text(&self) -> Secret {
        Secret::new(self.0.iter().map(|key| format!("{}\n", key.text().reveal())).collect::<String>())
    }

    /// The key that is written under.
    pub fn newest(&self) -> &MasterKey {
        &self.0[0]
    }

    /// The key of this name.
    pub fn find(&self, id: &str) -> Option<&MasterKey> {
        self.0.iter().find(|key| key.id == id)
    }

    /// The same with another newest key.
    pub(super) fn with_newest(&self, key: MasterKey) -> Self {
        let older = self.0.iter().filter(|older| older.id != key.id).cloned();
        Self(std::iter::once(key.clone()).chain(older).take(RING_KEYS_MAX).collect())
    }

    /// The names of the keys.
    pub fn ids(&self) -> String {
        self.0.iter().map(MasterKey::id).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "amplinekey_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn a_key_is_read_strictly_and_never_shown() {
        let key = MasterKey::parse(KEY).unwrap();
        assert_eq!(key.text().reveal(), KEY);
        assert_eq!(format!("{key:?}"), format!("[key {}]", key.id()));
        for (text, expected) in [
            ("", MasterKeyError::Prefix),
            ("correct horse battery staple", MasterKeyError::Prefix),
            ("AMPLINEKEY_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", MasterKeyError::Prefix),
            ("amplinekey_", MasterKeyError::Base64),
            ("amplinekey_AAECAwQFBgcICQoLDA0ODw==", MasterKeyError::Base64),
            ("amplinekey_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", MasterKeyError::Base64),
            ("amplinekey_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ==", MasterKeyError::Base64),
            ("amplinekey_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", MasterKeyError::Base64),
        ] {
            assert_eq!(MasterKey::parse(text).unwrap_err(), expected, "{text}");
        }
        assert_ne!(MasterKey::generate().unwrap().id(), MasterKey::generate().unwrap().id());
    }

    #[test]
    fn a_ring_is_newest_first() {
        let other = MasterKey::generate().unwrap();
        let ring = KeyRing::parse(&format!("{}\n {KEY}\n", other.text().reveal())).unwrap();
        assert_eq!(ring.newest().id(), other.id());
        assert_eq!(KeyRing::parse(ring.text().reveal()).unwrap().ids(), ring.ids());
        assert_eq!(KeyRing::parse(" \n").unwrap_err(), MasterKeyError::Count(0));
        assert_eq!(KeyRing::parse(&format!("{KEY} ").repeat(17)).unwrap_err(), MasterKeyError::Count(17));
        let known = MasterKey::parse(KEY).unwrap();
        assert_eq!(ring.with_newest(known.clone()).ids(), format!("{}, {}", known.id(), other.id()));
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_for_its_purpose_alone() {
        let (key, other) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        let (nonce, sealed) = key.seal(b"api-key", b"value").unwrap();
        assert_eq!(key.open(b"api-key", nonce, &sealed).unwrap().as_slice(), b"value");
        assert!(!sealed.windows(5).any(|window| window == b"value"));
        assert_eq!(key.open(b"download-key", nonce, &sealed).unwrap_err(), Forged);
        assert_eq!(other.open(b"api-key", nonce, &sealed).unwrap_err(), Forged);
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(key.open(b"api-key", nonce, &altered).unwrap_err(), Forged, "byte {at}");
        }
        assert_ne!(key.seal(b"", b"").unwrap().0, key.seal(b"", b"").unwrap().0, "nonces are fresh");
    }
}
