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
        let (event_id, expires) = (event_id.to_string(), (now.as_second() + self.expiry_s).to_string());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.mac(&event_id, &expires).finalize().into_bytes());
        format!("{}/downloads/{event_id}?expires={expires}&signature={signature}", self.base)
    }

    /// The event id of a URL made by [`Downloads::url`], if that is sound and still good. The parts are those of the URL as they stand
    /// there: the signature is over their text, so that no other spelling of an id or a number passes for the same.
    pub fn check(&self, event_id: &str, expires: &str, signature: &str, now: Timestamp) -> Result<Uuid, Refused> {
        let given = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refused::Signature)?;
        self.mac(event_id, expires).verify_slice(&given).map_err(|_| Refused::Signature)?;
        let (Ok(event_id), Ok(expires)) = (event_id.parse(), expires.parse::<i64>()) else { return Err(Refused::Signature) };
        if now.as_second() > expires { Err(Refused::Expired) } else { Ok(event_id) }
    }

    fn mac(&self, event_id: &str, expires: &str) -> Hmac<Sha256> {
        let mut mac = self.key.clone();
        mac.update(format!("download.{event_id}.{expires}").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// The three parts of a URL.
    fn parts(url: &str) -> [String; 3] {
        let (id, rest) = url.rsplit_once('/').unwrap().1.split_once("?expires=").unwrap();
        let (expires, signature) = rest.split_once("&signature=").unwrap();
        [id, expires, signature].map(str::to_owned)
    }

    #[test]
    fn a_url_holds_until_it_expires() {
        let downloads = Downloads::new("http://127.0.0.1:8080/", &[7; 32], EXPIRY_S_DEFAULT);
        let id = Uuid::from_u128(5);
        let url = downloads.url(id, at(1_000));
        assert!(url.starts_with(&format!("http://127.0.0.1:8080/downloads/{id}?expires=1900&signature=")), "{url}");
        let [event_id, expires, signature] = parts(&url);
        let check = |now| downloads.check(&event_id, &expires, &signature, at(now));
        assert_eq!(check(1_000), Ok(id));
        assert_eq!(check(1_900), Ok(id));
        assert_eq!(check(1_901), Err(Refused::Expired));
        let other = Downloads::new("http://127.0.0.1:8080", &[8; 32], EXPIRY_S_DEFAULT);
        assert_eq!(other.check(&event_id, &expires, &signature, at(1_000)), Err(Refused::Signature), "another runtime's key");
    }

    #[test]
    fn no_byte_of_a_url_can_be_altered() {
        let downloads = Downloads::new("http://127.0.0.1:8080", &[7; 32], EXPIRY_S_DEFAULT);
        let sound = parts(&downloads.url(Uuid::from_u128(0xab << 64 | 0xcdef), at(1_000)));
        let mut altered = 0;
        for part in 0..3 {
            for place in 0..sound[part].len() {
                for byte in (0..=127).filter(|byte| *byte != sound[part].as_bytes()[place]) {
                    let mut parts = sound.clone();
                    parts[part].replace_range(place..=place, char::from(byte).encode_utf8(&mut [0; 4]));
                    assert_eq!(downloads.check(&parts[0], &parts[1], &parts[2], at(1_000)), Err(Refused::Signature), "{parts:?}");
                    altered += 1;
                }
            }
        }
        assert_eq!(altered, (36 + 4 + 43) * 127);
        let [id, expires, signature] = &sound;
        let spellings = [
            [id.to_uppercase(), expires.clone(), signature.clone()],
            [id.replace('-', ""), expires.clone(), signature.clone()],
            [format!("{{{id}}}"), expires.clone(), signature.clone()],
            [id.clone(), format!("+{expires}"), signature.clone()],
            [id.clone(), format!("0{expires}"), signature.clone()],
            [id.clone(), expires.clone(), format!("{signature}=")],
            [id.clone(), expires.clone(), String::new()],
            [id.clone(), String::new(), signature.clone()],
            [format!("{id}.{expires}"), String::new(), signature.clone()],
        ];
        for [id, expires, signature] in spellings {
            let found = downloads.check(&id, &expires, &signature, at(1_000));
            assert_eq!(found, Err(Refused::Signature), "{id} {expires} {signature}");
        }
    }
}
