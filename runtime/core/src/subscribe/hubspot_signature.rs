//! HubSpot's request signature, version 3.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::{
    SIGNATURE_AGE_S_MAX,
    source::{Inbound, Refused},
};

const SIGNATURE: &str = "x-hubspot-signature-v3";
const TIMESTAMP: &str = "x-hubspot-request-timestamp";

/// The escapes that HubSpot undoes in the URI before it signs, and no others.
const DECODED: [(&str, char); 12] = [
    ("%3A", ':'),
    ("%2F", '/'),
    ("%3F", '?'),
    ("%40", '@'),
    ("%21", '!'),
    ("%24", '$'),
    ("%27", '\''),
    ("%28", '('),
    ("%29", ')'),
    ("%2A", '*'),
    ("%2C", ','),
    ("%3B", ';'),
];

/// Whether one of the app's client secrets signed the call, not long ago. Older versions of the signature are not looked at: they
/// cover no time, so that a call that was overheard could be repeated for ever.
pub(super) fn check(call: &Inbound<'_>, secrets: &[&str], now: Timestamp) -> Result<(), Refused> {
    let header = |name: &'static str| call.headers.get(name).ok_or(Refused::Missing(name));
    let (signature, written) = (header(SIGNATURE)?, header(TIMESTAMP)?);
    let signature = BASE64_STANDARD.decode(signature.as_bytes()).map_err(|_| Refused::NotAuthentic)?;
    let at: i64 = written.to_str().ok().and_then(|text| text.parse().ok()).ok_or(Refused::NotAuthentic)?;
    let uri = decode(call.uri);
    let signed = |secret: &&str| {
        // A key of any length is taken.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
        let parts = [call.method.as_str().as_bytes(), uri.as_bytes(), call.body, written.as_bytes()];
        parts.into_iter().fold(mac, Mac::chain_update).verify_slice(&signature).is_ok()
    };
    // Every secret is tried, so that the time does not tell which one it was.
    if !secrets.iter().fold(false, |found, secret| found | signed(secret)) {
        return Err(Refused::NotAuthentic);
    }
    let age_ms = now.as_millisecond().saturating_sub(at);
    if age_ms.saturating_abs() > SIGNATURE_AGE_S_MAX * 1_000 { Err(Refused::Stale) } else { Ok(()) }
}

fn decode(uri: &str) -> String {
    let mut decoded = String::with_capacity(uri.len());
    let mut rest = uri;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let escape = rest.get(at..at + 3);
        match escape.and_then(|escape| DECODED.iter().find(|(known, _)| known.eq_ignore_ascii_case(escape))) {
            Some((_, plain)) => {
                decoded.push(*plain);
                rest = &rest[at + 3..];
            }
            None => {
                decoded.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn only_the_listed_escapes_are_undone() {
        for (uri, expected) in [
            ("https://example.com/a", "https://example.com/a"),
            ("https://x/%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B", "https://x/:/?@!$'()*,;"),
            ("https://x/%20%26%3D%25%3a", "https://x/%20%26%3D%25:"),
            ("https://x/%", "https://x/%"),
            ("https://x/%2", "https://x/%2"),
            ("https://x/%é%3F", "https://x/%é?"),
        ] {
            assert_eq!(decode(uri), expected, "{uri}");
        }
    }
}
