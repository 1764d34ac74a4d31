//! Checks Standard Webhooks signatures over the raw bytes, written from the specification and sharing no code with the signer.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const TOLERANCE_SECONDS: i64 = 300;
const SECRET_PREFIX: &str = "whsec_";

/// Why a request's signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flaw {
    /// One of the three headers is missing.
    MissingHeader,
    /// The `svix-*` headers do not say the same as the `webhook-*` headers.
    NamesDisagree,
    /// The timestamp is no number, or further from now than five minutes.
    BadTimestamp,
    /// No signature fits the body.
    NoMatch,
}

/// Keys that are accepted, ready to use.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Vec<u8>>);

impl Keys {
    /// The keys of these `whsec_…` secrets.
    ///
    /// # Errors
    /// When a secret is not base64 behind its prefix.
    pub fn of(secrets: &[String]) -> Result<Self, String> {
        let key = |secret: &String| {
            let text = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret);
            STANDARD
                .decode(text)
                .map_err(|error| format!("read a signing secret: {error}; it must be {SECRET_PREFIX} and base64"))
        };
        secrets.iter().map(key).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is none: nothing is checked then.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The flaw in a request's signature, or nothing. Header names are in lower case.
    pub fn flaw(&self, headers: &HashMap<String, String>, body: &[u8], now_seconds: i64) -> Option<Flaw> {
        let [Some(id), Some(timestamp), Some(signatures)] =
            ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| headers.get(name))
        else {
            return Some(Flaw::MissingHeader);
        };
        let twins = [("svix-id", id), ("svix-timestamp", timestamp), ("svix-signature", signatures)];
        if twins.iter().any(|(name, value)| headers.get(*name) != Some(*value)) {
            return Some(Flaw::NamesDisagree);
        }
        if timestamp.parse::<i64>().map_or(true, |at| now_seconds.abs_diff(at) > TOLERANCE_SECONDS.unsigned_abs()) {
            return Some(Flaw::BadTimestamp);
        }
        let given = signatures.split(' ').filter_map(|entry| STANDARD.decode(entry.strip_prefix("v1,")?).ok());
        let fits =
            |signature: Vec<u8>| self.0.iter().any(|key| signed(key, id, timestamp, body).verify_slice(&signature).is_ok());
        if given.into_iter().any(fits) { None } else { Some(Flaw::NoMatch) }
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn signed(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

/// The three headers of a message, signed now: for tests of whatever verifies.
///
/// # Errors
/// When the secret is not base64 behind its prefix.
pub fn sign(secret: &str, id: &str, timestamp_seconds: i64, body: &[u8]) -> Result<[(&'static str, String); 3], String> {
    let keys = Keys::of(&[secret.to_owned()])?;
    let timestamp = timestamp_seconds.to_string();
    let signature = signed(&keys.0[0], id, &timestamp, body).finalize().into_bytes();
    Ok([
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", format!("v1,{}", STANDARD.encode(signature))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const AT: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn judges_the_public_vector_and_its_corruptions() {
        let check = |change: &[(&str, Option<&str>)], body: &[u8], now_seconds: i64, expected: Option<Flaw>| {
            let values = ["msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", SIGNATURE];
            let mut headers = HashMap::new();
            for (name, value) in ["id", "timestamp", "signature"].into_iter().zip(values) {
                headers.insert(format!("webhook-{name}"), value.to_owned());
                headers.insert(format!("svix-{name}"), value.to_owned());
            }
            for (name, value) in change {
                headers.remove(*name);
                headers.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
            }
            let keys = Keys::of(&[OTHER.to_owned(), SECRET.to_owned()]).expect("both are secrets");
            assert_eq!(keys.flaw(&headers, body, now_seconds), expected, "{change:?} at {now_seconds}");
        };
        fn both(value: &str) -> [(&str, Option<&str>); 2] {
            [("webhook-signature", Some(value)), ("svix-signature", Some(value))]
        }
        check(&[], BODY, AT, None);
        check(&[], BODY, AT + 300, None);
        check(&[], BODY, AT + 301, Some(Flaw::BadTimestamp));
        check(&[], BODY, AT - 301, Some(Flaw::BadTimestamp));
        check(&[], br#"{"test":2432232314}"#, AT, Some(Flaw::NoMatch));
        check(&[("webhook-id", None)], BODY, AT, Some(Flaw::MissingHeader));
        check(&[("svix-id", None)], BODY, AT, Some(Flaw::NamesDisagree));
        check(&[("svix-timestamp", Some("1614265331"))], BODY, AT, Some(Flaw::NamesDisagree));
        check(&both(&format!("v1,AAAA {SIGNATURE}")), BODY, AT, None);
        check(&both(&SIGNATURE.replace("v1,", "v1a,")), BODY, AT, Some(Flaw::NoMatch));
        check(&both("v1,"), BODY, AT, Some(Flaw::NoMatch));
    }

    #[test]
    fn signs_the_public_vector() {
        let headers = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY).expect("it is a secret");
        assert_eq!(headers[2], ("webhook-signature", SIGNATURE.to_owned()));
    }
}
