//! Standard Webhooks v1: the headers by which a receiver knows who sent a message.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::secrets::SigningKey;

/// The id, the time and the signatures, under the names of the standard and under those of its predecessor.
const NAMES: [[HeaderName; 3]; 2] = [
    [
        HeaderName::from_static("webhook-id"),
        HeaderName::from_static("webhook-timestamp"),
        HeaderName::from_static("webhook-signature"),
    ],
    [HeaderName::from_static("svix-id"), HeaderName::from_static("svix-timestamp"), HeaderName::from_static("svix-signature")],
];

/// Adds the headers; with no key there is an id and a time but no signature. Nothing where the id cannot stand in a header.
pub(super) fn sign(headers: &mut HeaderMap, keys: &[SigningKey], id: &str, timestamp_s: i64, body: &[u8]) -> Option<()> {
    let signatures: Vec<_> = keys.iter().map(|key| key.sign(id, timestamp_s, [body])).collect();
    let id = HeaderValue::from_str(id).ok()?;
    let timestamp = HeaderValue::from(timestamp_s);
    let signatures = HeaderValue::from_str(&signatures.join(" ")).ok()?;
    for [id_name, timestamp_name, signature_name] in NAMES {
        headers.insert(id_name, id.clone());
        headers.insert(timestamp_name, timestamp.clone());
        if !keys.is_empty() {
            headers.insert(signature_name, signatures.clone());
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_carry_the_public_vector_and_the_newest_signature_is_first() {
        let old = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let new = SigningKey::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        let mut headers = HeaderMap::new();
        sign(&mut headers, &[new, old], id, 1_614_265_330, body).unwrap();
        for family in ["webhook", "svix"] {
            let value = |name: &str| headers[format!("{family}-{name}")].to_str().unwrap();
            assert_eq!((value("id"), value("timestamp")), (id, "1614265330"));
            let (_, second) = value("signature").split_once(' ').unwrap();
            assert_eq!(second, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        }
    }

    #[test]
    fn without_a_key_nothing_is_signed() {
        let mut headers = HeaderMap::new();
        sign(&mut headers, &[], "id", 1, b"").unwrap();
        assert!(headers.contains_key("webhook-id") && !headers.contains_key("webhook-signature"));
    }
}
