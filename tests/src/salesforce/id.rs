//! Record ids: 15 letters and digits that tell case apart, and the 18-letter form whose suffix says which of them are capitals.

use std::fmt;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SUFFIX: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
/// Between the prefix, which names the object, and the number: the instance where the record was made.
const INSTANCE: &str = "5e";
const SHORT_BYTES: usize = 15;
const LONG_BYTES: usize = 18;

/// An id; in the order of the prefix, then of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Names the object.
    pub prefix: [u8; 3],
    /// Which record of it, from 1.
    pub number: u32,
}

impl Id {
    /// The id of a text in either form; nothing for what cannot be one, or is not of this organisation.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), SHORT_BYTES | LONG_BYTES) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let (prefix, rest) = bytes.split_first_chunk::<3>()?;
        let digits = rest.strip_prefix(INSTANCE.as_bytes())?.get(..SHORT_BYTES - 3 - INSTANCE.len())?;
        let digit = |byte: &u8| DIGITS.iter().position(|digit| digit == byte).and_then(|at| u64::try_from(at).ok());
        let number = digits.iter().try_fold(0u64, |number, byte| number.checked_mul(62)?.checked_add(digit(byte)?))?;
        let id = Self { prefix: *prefix, number: u32::try_from(number).ok()? };
        id.to_string().starts_with(text).then_some(id)
    }

    /// Whether a text has the form of an id, of whatever organisation.
    pub fn is_one(text: &str) -> bool {
        matches!(text.len(), SHORT_BYTES | LONG_BYTES) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'0'; LONG_BYTES];
        text[..3].copy_from_slice(&self.prefix);
        text[3..3 + INSTANCE.len()].copy_from_slice(INSTANCE.as_bytes());
        let mut number = self.number;
        let mut at = SHORT_BYTES;
        while number > 0 {
            at -= 1;
            text[at] = DIGITS[(number % 62) as usize];
            number /= 62;
        }
        for (chunk, letter) in suffix(&text[..SHORT_BYTES]).into_iter().enumerate() {
            text[SHORT_BYTES + chunk] = letter;
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Which of each five letters are capitals, as a letter for each five.
fn suffix(short: &[u8]) -> [u8; 3] {
    let capital = |at: usize| usize::from(short.get(at).is_some_and(u8::is_ascii_uppercase));
    [0, 5, 10].map(|chunk| SUFFIX[(0..5).map(|bit| capital(chunk + bit) << bit).sum::<usize>()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::salesforce::{ORGANISATION, USER};

    #[test]
    fn both_forms_are_read_and_the_suffix_is_checked() {
        let id = Id { prefix: *b"003", number: 123_456 };
        let long = id.to_string();
        assert_eq!((long.len(), &long[..5]), (18, "0035e"));
        for (text, expected) in [
            (long.as_str(), Some(id)),
            (&long[..15], Some(id)),
            (&long[..14], None),
            (&long[..17], None),
            (&format!("{}ZZZ", &long[..15]), None),
            ("003xx0000000001AAA", None),
            ("0035e0zzzzzzzzzAAA", None),
            ("", None),
            ("äääääääää", None),
        ] {
            assert_eq!(Id::parse(text), expected, "{text}");
        }
        // An id that Salesforce gave: 0015000000Gv7qJAAR.
        assert_eq!(suffix(b"0015000000Gv7qJ"), *b"AAR");
        assert_eq!([*b"00D", *b"005"].map(|prefix| Id { prefix, number: 1 }.to_string()), [ORGANISATION, USER]);
    }
}
