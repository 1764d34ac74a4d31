//! What must never reach a sink, a log or an error: signing keys and credentials.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A value that never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes in a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself; for the one place that sends or signs with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// A Standard Webhooks signing key.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[signing key]")
    }
}

/// Why a text is no signing key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not of the form `whsec_…`.
    #[error("a signing key begins with whsec_")]
    Prefix,
    /// What follows is not base64.
    #[error("a signing key is base64 after whsec_")]
    Base64,
    /// Too short or too long.
    #[error("a signing key has 24 to 64 bytes, this one has {0}")]
    Length(usize),
}

impl SigningKey {
    /// Reads `whsec_` and base64 of 24 to 64 bytes.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let encoded = text.trim().strip_prefix("whsec_").ok_or(KeyError::Prefix)?;
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| KeyError::Base64)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(KeyError::Length(bytes.len()));
        }
        Hmac::new_from_slice(&bytes).map(Self).map_err(|_| KeyError::Length(bytes.len()))
    }

    /// Makes a new key from 32 bytes of chance, in its text form.
    pub fn generate() -> Result<Secret, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Secret::new(format!("whsec_{}", BASE64_STANDARD.encode(bytes))))
    }

    /// `v1,<base64 HMAC-SHA256>` over `{id}.{timestamp}.{body}`; the body comes in pieces.
    pub fn sign<'a>(&self, id: &str, timestamp_s: i64, body: impl IntoIterator<Item = &'a [u8]>) -> String {
        let mut mac = self.0.clone();
        mac.update(id.as_bytes());
        mac.update(format!(".{timestamp_s}.").as_bytes());
        for piece in body {
            mac.update(piece);
        }
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// Where the host finds what a destination's requests are signed with.
pub trait Secrets: Send + Sync + 'static {
    /// The destination's signing keys, newest first; several during rotation, none where nothing is signed.
    fn signing_keys(&self, destination: &str) -> Vec<SigningKey>;
    /// One of the destination's credentials, by its name: `awsKeyId`, `awsSecretKey`, …
    fn credential(&self, _destination: &str, _name: &str) -> Option<Secret> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public vector of Standard Webhooks.
    #[test]
    fn signs_the_public_vector() {
        let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body: [&[u8]; 2] = [br#"{"test": "#, b"2432232314}"];
        assert_eq!(
            key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn refuses_what_is_no_key_and_shows_none() {
        assert_eq!(SigningKey::parse("abc").unwrap_err(), KeyError::Prefix);
        assert_eq!(SigningKey::parse("whsec_!!").unwrap_err(), KeyError::Base64);
        assert_eq!(SigningKey::parse("whsec_AAAA").unwrap_err(), KeyError::Length(3));
        let made = SigningKey::generate().unwrap();
        assert!(SigningKey::parse(made.reveal()).is_ok());
        assert_eq!(format!("{made:?}"), "[secret]");
    }
}
