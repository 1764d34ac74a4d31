//! Scalars of providers' events, which come as text from one and as numbers from another.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::value::RawValue;

/// The text of a JSON string, or the digits of an integer; nothing for anything else, the empty string included.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let json = raw.get();
    let found = match json.as_bytes().first()? {
        b'"' => Cow::Owned(serde_json::from_str::<String>(json).ok()?),
        b'0'..=b'9' if json.bytes().all(|byte| byte.is_ascii_digit()) => Cow::Borrowed(json),
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

/// A time in milliseconds since the epoch, written as a number or as text.
pub(super) fn milliseconds(raw: &RawValue) -> Option<Timestamp> {
    Timestamp::from_millisecond(text(raw)?.parse().ok()?).ok()
}
