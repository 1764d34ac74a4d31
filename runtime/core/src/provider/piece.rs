//! Pieces of answers: what the built-in providers have in common when they cut records out of a page's own bytes.

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use smol_str::{SmolStr, StrExt};

use super::ReadError;

/// A JSON string's text, or a number's digits.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get().as_bytes().first()? {
        b'"' => match serde_json::from_str::<&str>(raw.get()) {
            Ok(text) => Some(Cow::Borrowed(text)),
            // It has escapes.
            Err(_) => serde_json::from_str::<String>(raw.get()).ok().map(Cow::Owned),
        },
        b'0'..=b'9' => Some(Cow::Borrowed(raw.get())),
        _ => None,
    }
}

/// A point in time: RFC 3339 with any offset, which may lack its colon (`+0000`), as Salesforce's does.
pub(super) fn instant(raw: &RawValue) -> Option<Timestamp> {
    text(raw)?.parse().ok()
}

/// The name as the names of fields are compared.
pub(super) fn lower_case(name: SmolStr) -> SmolStr {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if name.bytes().all(is_lower) { name } else { name.to_lowercase_smolstr() }
}

/// The bytes of a piece, shared with the answer that it lies in.
pub(super) fn slice(body: &Bytes, raw: &RawValue) -> Bytes {
    body.slice_ref(raw.get().as_bytes())
}

/// Two JSON lists as one, both as compact as they are written here.
pub(super) fn joined(before: &Bytes, behind: &[u8]) -> Bytes {
    let inner = |list: &[u8]| list.strip_prefix(b"[").and_then(|list| list.strip_suffix(b"]")).unwrap_or_default().to_vec();
    let parts: Vec<_> = [inner(before), inner(behind)].into_iter().filter(|part| !part.is_empty()).collect();
    [b"[", parts.join(&b',').as_slice(), b"]"].concat().into()
}

/// A whole answer.
pub(super) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, ReadError> {
    serde_json::from_slice(body).map_err(|error| ReadError::malformed(error, body))
}
