//! A key that the operator gave to the sender, compared so that the time taken tells nothing.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};
use sha2::{Digest, Sha256};

use super::source::Refused;

/// Where a sender may show the key besides `Authorization`.
const HEADER: &str = "x-ampline-key";

/// Whether the call shows one of the keys, in `X-Ampline-Key` or in `Authorization` (bare, as a bearer token, or as the password
/// of Basic authentication).
pub(super) fn check(headers: &HeaderMap, keys: &[&str]) -> Result<(), Refused> {
    let bare = headers.get(HEADER).map(|value| value.as_bytes().to_vec());
    let authorization = headers.get(AUTHORIZATION).map(|value| shown(value.as_bytes()));
    let shown = bare.or(authorization).ok_or(Refused::Missing("x-ampline-key or authorization"))?;
    // Every key is compared, so that the time does not tell which one came near.
    let admitted = keys.iter().fold(false, |admitted, key| admitted | same(key.as_bytes(), &shown));
    if admitted { Ok(()) } else { Err(Refused::NotAuthentic) }
}

fn shown(authorization: &[u8]) -> Vec<u8> {
    let scheme = |name: &[u8]| {
        let (found, rest) = authorization.split_at_checked(name.len())?;
        found.eq_ignore_ascii_case(name).then(|| rest.trim_ascii())
    };
    if let Some(token) = scheme(b"bearer ") {
        return token.to_vec();
    }
    let basic = scheme(b"basic ").and_then(|encoded| BASE64_STANDARD.decode(encoded).ok());
    match basic {
        Some(pair) => pair.iter().position(|&byte| byte == b':').map_or(Vec::new(), |at| pair[at + 1..].to_vec()),
        None => authorization.to_vec(),
    }
}

/// Digests of unequal texts differ at unforeseeable places: what the comparison's length tells is of no use.
fn same(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
