//! Percent-encoding of what goes into paths and queries.

use std::fmt::Write;

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub(super) fn escape(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => into.push(char::from(byte)),
            _ => write!(into, "%{byte:02X}").expect("a string takes all that is written to it"),
        }
    }
}
