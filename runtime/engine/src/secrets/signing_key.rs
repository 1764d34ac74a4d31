//! Standard Webhooks signing keys.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Secret;

/// A Standard Webhooks signing key.
#[derive(Clone)]
pub struct SigningKey(Arc<Ready>);

/// The key in its text form, and ready to sign.
struct Ready {
    text: Secret,
    mac: Hmac<Sha256>,
}

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
        let text = text.trim();
        let encoded = text.strip_prefix("whsec_").ok_or(KeyError::Prefix)?;
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(encoded).map_err(|_| KeyError::Base64)?);
        if !(24..=64).contains(&bytes.len()) {
            return Err(KeyError::Length(bytes.len()));
        }
        let mac = Hmac::new_from_slice(&bytes).map_err(|_| KeyError::Length(bytes.len()))?;
        Ok(Self(Arc::new(Ready { text: Secret::new(text), mac })))
    }

    /// Makes a new key from 32 bytes of chance, in its text form.
    pub fn generate() -> Result<Secret, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut())?;
        Ok(Secret::new(format!("whsec_{}", BASE64_STANDARD.encode(bytes))))
    }

    /// The text form, for whoever verifies.
    pub fn text(&self) -> &Secret {
        &self.0.text
    }

    /// `v1,<base64 HMAC-SHA256>` over `{id}.{timestamp}.{body}`; the body comes in pieces.
    pub fn sign<'a>(&self, id: &str, timestamp_s: i64, body: impl IntoIterator<Item = &'a [u8]>) -> String {
        let mut mac = self.0.mac.clone();
        mac.update(id.as_bytes());
        mac.update(format!(".{timestamp_s}.").as_bytes());
        for piece in body {
            mac.update(piece);
        }
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
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
