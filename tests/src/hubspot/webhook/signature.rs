//! HubSpot's signature of a webhook, version 3: base64 of HMAC-SHA256 over method, address, body and time.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Carries the signature.
pub const SIGNATURE_HEADER: &str = "x-hubspot-signature-v3";
/// Carries the time that was signed, in Unix milliseconds.
pub const TIMESTAMP_HEADER: &str = "x-hubspot-request-timestamp";

/// The only escapes that are taken back before an address is signed.
const DECODED: &[(&str, &str)] = &[
    ("%3A", ":"),
    ("%2F", "/"),
    ("%3F", "?"),
    ("%40", "@"),
    ("%21", "!"),
    ("%24", "$"),
    ("%27", "'"),
    ("%28", "("),
    ("%29", ")"),
    ("%2A", "*"),
    ("%2C", ","),
    ("%3B", ";"),
];

/// The signature of a request by the app's secret; `timestamp` in Unix milliseconds.
///
/// # Panics
/// Never: this algorithm takes keys of any length.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub fn sign(client_secret: &str, method: &str, url: &str, body: &str, timestamp: &str) -> String {
    let url = DECODED
        .iter()
        .fold(url.to_owned(), |url, (escape, plain)| url.replace(escape, plain).replace(&escape.to_lowercase(), plain));
    let mut mac = Hmac::<Sha256>::new_from_slice(client_secret.as_bytes()).expect("a key of any length");
    mac.update(format!("{method}{url}{body}{timestamp}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = concat!(
        r#"[{"appId":54321,"eventId":100,"subscriptionId":7,"portalId":25,"occurredAt":1700000000000,"#,
        r#""subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeFlag":"CREATED","changeSource":"CRM_UI"}]"#
    );

    #[test]
    fn the_documented_formula_gives_the_known_signature() {
        let rows =
            ["https://example.com/hubspot?x=1", "https%3A%2F%2Fexample.com%2Fhubspot%3Fx=1", "https%3a//example.com/hubspot?x=1"];
        for url in rows {
            let signature = sign("11111111-2222-3333-4444-555555555555", "POST", url, BODY, "1700000000500");
            assert_eq!(signature, "1SAWg8iaO0tGdO99MdUx/3jwFzp2THLKQ0BR6cltN1M=", "{url}");
        }
    }
}
