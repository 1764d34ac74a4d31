//! Signed download URLs: how a message too large for its destination is fetched.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use uuid::Uuid;

/// How long a URL holds, unless configured.
pub const EXPIRY_S_DEFAULT: i64 = 15 * 60;

/// Makes and checks download URLs.
#[derive(Clone)]
pub struct Downloads {
    base: String,
    key: Hmac<Sha256>,
    expiry_s: i64,
}

/// Why a URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Altered, or signed by another runtime.
    #[error("the signature does not fit this URL")]
    Signature,
    /// Too old.
    #[error("the URL has expired; a later delivery or a replay carries a fresh one")]
    Expired,
}

impl Downloads {
    /// `base` is the runtime's public address without a trailing slash; `key` is private to the runtime.
    pub fn new(base: impl Into<String>, key: &[u8; 32], expiry_s: i64) -> Self {
        let key = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        Self { base: base.into().trim_end_matches('/').to_owned(), key, expiry_s }
    }

    /// A URL for the records of this envelope, good until it expires.
    pub fn url(&self, event_id: Uuid, now: Timestamp) -> String {
        let expires = now.as_second() + self.expiry_s;
        format!("{}/downloads/{event_id}?expires={expires}&signature={}", self.base, self.signature(event_id, expires))
    }

    /// Whether a URL made by [`Downloads::url`] is sound and still good.
    pub fn check(&self, event_id: Uuid, expires: i64, signature: &str, now: Timestamp) -> Result<(), Refused> {
        let given = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refused::Signature)?;
        self.mac(event_id, expires).verify_slice(&given).map_err(|_| Refused::Signature)?;
        if now.as_second() > expires { Err(Refused::Expired) } else { Ok(()) }
    }

    fn signature(&self, event_id: Uuid, expires: i64) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.mac(event_id, expires).finalize().into_bytes())
    }

    fn mac(&self, event_id: Uuid, expires: i64) -> Hmac<Sha256> {
        let mut mac = self.key.clone();
        mac.update(format!("download.{event_id}.{expires}").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_holds_until_it_expires_and_cannot_be_altered() {
        let downloads = Downloads::new("http://127.0.0.1:8080/", &[7; 32], EXPIRY_S_DEFAULT);
        let (id, now) = (Uuid::from_u128(5), Timestamp::from_second(1_000).unwrap());
        let url = downloads.url(id, now);
        let (head, signature) = url.rsplit_once("&signature=").unwrap();
        assert_eq!(head, format!("http://127.0.0.1:8080/downloads/{id}?expires=1900"));
        let at = |s| Timestamp::from_second(s).unwrap();
        assert_eq!(downloads.check(id, 1_900, signature, at(1_900)), Ok(()));
        assert_eq!(downloads.check(id, 1_900, signature, at(1_901)), Err(Refused::Expired));
        assert_eq!(downloads.check(id, 2_900, signature, at(1_000)), Err(Refused::Signature));
        assert_eq!(downloads.check(Uuid::from_u128(6), 1_900, signature, at(1_000)), Err(Refused::Signature));
        assert_eq!(downloads.check(id, 1_900, "", at(1_000)), Err(Refused::Signature));
    }
}
