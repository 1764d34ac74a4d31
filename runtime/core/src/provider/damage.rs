//! Damaged answers for the tests of providers: the same for the same seed, each reported with the round that made it.

use bytes::Bytes;
use http::Response;

use super::{ReadError, ReadErrorClass, Record};

/// Reads `rounds` damaged forms of an answer and of its pieces. Nothing may panic; what fails is malformed, told in a bounded line;
/// what is read is made of whole values.
pub(super) fn check(whole: &str, rounds: u64, read: impl Fn(&Response<Bytes>) -> Result<Vec<Record>, ReadError>) {
    let mut good = 0;
    for round in 0..rounds {
        match read(&Response::new(Bytes::from(damaged(whole, round)))) {
            Ok(records) => {
                good += 1;
                for record in &records {
                    let is_whole = |json: &Bytes| serde_json::from_slice::<&serde_json::value::RawValue>(json).is_ok();
                    assert!(is_whole(&record.raw) && record.fields.iter().all(|(_, value)| is_whole(value)), "round {round}");
                    assert!(record.associations.iter().all(|(_, list)| is_whole(list)) && !record.id.is_empty(), "round {round}");
                }
            }
            Err(error) => {
                assert_eq!(error.class, ReadErrorClass::Malformed, "round {round}: {error}");
                assert!(error.message.chars().count() <= 700, "round {round}: {error}");
            }
        }
    }
    assert!((1..rounds).contains(&good), "{good} of {rounds} damaged answers could still be read");
}

/// One to three damages: a byte replaced, a quotation mark put in, the end cut off, a piece doubled, a value exchanged.
pub(super) fn damaged(whole: &str, round: u64) -> Vec<u8> {
    let mut state = round.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end.max(1)
    };
    let mut bytes = whole.as_bytes().to_vec();
    for _ in 0..=below(3) {
        let at = below(bytes.len());
        match below(6) {
            0 => bytes[at] = b"{}[]\",:\\0e-\xc3 "[below(13)],
            1 => bytes.insert(at, b'"'),
            2 if below(4) == 0 => bytes.truncate(at + 1),
            3 => {
                let piece = bytes[at..(at + below(40)).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => {
                let values = ["null", "{}", "[]", "-1", "1e999", "true", "\"\"", "18446744073709551616", "\"\\ud800\""];
                let end = (at..bytes.len()).find(|&end| b",}]".contains(&bytes[end])).unwrap_or(bytes.len());
                if let Some(start) = (0..at).rev().find(|&start| bytes[start] == b':') {
                    bytes.splice(start + 1..end, values[below(values.len())].bytes());
                }
            }
            _ => bytes[at] = bytes[at].wrapping_add(1),
        }
    }
    bytes
}

/// Values that are heavy or deep, each the whole value of a field.
pub(super) fn heavy() -> [String; 3] {
    let deep = 100_000;
    [
        format!("\"{}\"", "x".repeat(10 << 20)),
        format!("{}7{}", "[".repeat(deep), "]".repeat(deep)),
        format!("{}7{}", "{\"a\":".repeat(deep), "}".repeat(deep)),
    ]
}
