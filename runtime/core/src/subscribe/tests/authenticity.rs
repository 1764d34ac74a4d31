//! Who may send events: signatures of HubSpot's, and keys that were agreed upon.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::subscribe::{Inbound, Refused, Source};

const SECRET: &str = "11111111-2222-3333-4444-555555555555";
const URI: &str = "https://example.com/hubspot?x=1";
const BODY: &str = r#"[{"appId":54321,"eventId":100,"subscriptionId":7,"portalId":25,"occurredAt":1700000000000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeFlag":"CREATED","changeSource":"CRM_UI"}]"#;
const AT_MS: i64 = 1_700_000_000_500;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
}

fn signed(signature: &str, at: &str) -> HeaderMap {
    headers(&[("x-hubspot-signature-v3", signature), ("x-hubspot-request-timestamp", at)])
}

/// HMAC as RFC 2104 writes it, out of nothing but the hash.
fn sign(secret: &str, signed: &str) -> String {
    let mut key = [0_u8; 64];
    match secret.len() {
        0..=64 => key[..secret.len()].copy_from_slice(secret.as_bytes()),
        _ => key[..32].copy_from_slice(&Sha256::digest(secret)),
    }
    let pad = |byte: u8| key.map(|k| k ^ byte);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(signed).finalize();
    BASE64_STANDARD.encode(Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize())
}

fn check(source: Source, call: (&Method, &str, &HeaderMap, &str), keys: &[&str], late_ms: i64) -> Result<(), Refused> {
    let (method, uri, headers, body) = call;
    let now = Timestamp::from_millisecond(AT_MS).unwrap() + SignedDuration::from_millis(late_ms);
    source.authenticate(&Inbound { method, uri, headers, body: body.as_bytes() }, keys, now)
}

#[test]
fn the_contracts_vector_is_believed_and_nothing_near_it() {
    let vector = "1SAWg8iaO0tGdO99MdUx/3jwFzp2THLKQ0BR6cltN1M=";
    let at = AT_MS.to_string();
    assert_eq!(sign(SECRET, &format!("POST{URI}{BODY}{at}")), vector, "both signers agree");
    let call = |uri, headers: &HeaderMap, body, keys: &[&str], late_ms| {
        check(Source::HubSpot, (&Method::POST, uri, headers, body), keys, late_ms)
    };
    let good = signed(vector, &at);
    assert_eq!(call(URI, &good, BODY, &[SECRET], 0), Ok(()));
    assert_eq!(call(URI, &good, BODY, &["another", SECRET], 0), Ok(()), "during rotation either secret counts");
    for (late_ms, expected) in [
        (300_000, Ok(())),
        (300_001, Err(Refused::Stale)),
        (-300_000, Ok(())),
        (-300_001, Err(Refused::Stale)),
        (i64::from(i32::MAX), Err(Refused::Stale)),
    ] {
        assert_eq!(call(URI, &good, BODY, &[SECRET], late_ms), expected, "{late_ms} ms late");
    }
    let (refused, altered) = (Err(Refused::NotAuthentic), BODY.replace("123", "124"));
    assert_eq!(call(URI, &good, BODY, &[], 0), refused, "no key admits nobody");
    assert_eq!(call(URI, &good, BODY, &["another"], 0), refused);
    assert_eq!(call("https://example.com/hubspot?x=2", &good, BODY, &[SECRET], 0), refused);
    assert_eq!(call("http://example.com/hubspot?x=1", &good, BODY, &[SECRET], 0), refused);
    assert_eq!(call(URI, &good, &altered, &[SECRET], 0), refused);
    assert_eq!(check(Source::HubSpot, (&Method::PUT, URI, &good, BODY), &[SECRET], 0), refused);
    for (signature, at) in [(vector, "1700000000501"), (vector, "soon"), ("", &*at), ("%%%", &*at), ("AAAA", &*at)] {
        assert_eq!(call(URI, &signed(signature, at), BODY, &[SECRET], 0), refused, "{signature} {at}");
    }
    let missing = |name| Err(Refused::Missing(name));
    assert_eq!(call(URI, &HeaderMap::new(), BODY, &[SECRET], 0), missing("x-hubspot-signature-v3"));
    let untimed = headers(&[("x-hubspot-signature-v3", vector), ("x-hubspot-signature", "old")]);
    assert_eq!(call(URI, &untimed, BODY, &[SECRET], 0), missing("x-hubspot-request-timestamp"));
}

#[test]
fn the_address_is_signed_with_some_escapes_undone() {
    let at = AT_MS.to_string();
    let long = "k".repeat(100);
    for (uri, signed_uri) in [
        (
            "https://h.example/subscribe/v1/projects/p/integrations/a%20b",
            "https://h.example/subscribe/v1/projects/p/integrations/a%20b",
        ),
        ("https://h.example/x?to=https%3A%2F%2Fy%2Cz", "https://h.example/x?to=https://y,z"),
    ] {
        let signature = sign(&long, &format!("POST{signed_uri}{at}"));
        let headers = signed(&signature, &at);
        assert_eq!(check(Source::HubSpot, (&Method::POST, uri, &headers, ""), &[&long], 0), Ok(()), "{uri}");
    }
}

#[test]
fn a_key_that_was_agreed_upon_is_shown_in_one_of_the_usual_places() {
    let key = "agreed-key";
    let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
    let rows: [(&'static str, String, bool); 11] = [
        ("x-ampline-key", key.into(), true),
        ("x-ampline-key", format!("{key} "), false),
        ("x-ampline-key", "agreed-ke".into(), false),
        ("x-ampline-key", String::new(), false),
        ("authorization", key.into(), true),
        ("authorization", format!("Bearer {key}"), true),
        ("authorization", format!("bearer  {key}"), true),
        ("authorization", basic(&format!("any:{key}")), true),
        ("authorization", basic(key), false),
        ("authorization", "Basic ???".into(), false),
        ("authorization", "Bearer another".into(), false),
    ];
    for (name, value, believed) in rows {
        let shown = headers(&[(name, value.as_str())]);
        let result = check(Source::Salesforce, (&Method::POST, URI, &shown, "{}"), &["older-key", key], 0);
        assert_eq!(result, if believed { Ok(()) } else { Err(Refused::NotAuthentic) }, "{name}: {value}");
    }
    let missing = check(Source::Salesforce, (&Method::POST, URI, &HeaderMap::new(), "{}"), &[key], 0);
    assert_eq!(missing, Err(Refused::Missing("x-ampline-key or authorization")));
}
