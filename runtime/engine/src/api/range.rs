//! Byte ranges (RFC 9110, section 14): one range of a body at a time; what is not understood gets the whole body.

use std::ops::Range;

use axum::http::{
    HeaderMap, Method,
    header::{IF_RANGE, RANGE},
};

use super::validator::EntityTag;

/// Which part of a body was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it: no range, one for another state of the body, several at once, or one of another unit.
    Whole,
    /// These bytes; never empty, and within the body.
    Part(Range<usize>),
    /// Bytes that are not there.
    Beyond,
}

/// What a request for a body of `len` bytes with this tag asks for.
pub(super) fn wanted(method: &Method, headers: &HeaderMap, len: usize, tag: &EntityTag) -> Wanted {
    // A condition with a date is never met, because the body has none; nor is one with a weak tag.
    let is_current = headers.get(IF_RANGE).is_none_or(|condition| condition.as_bytes() == tag.as_str().as_bytes());
    let mut ranges = headers.get_all(RANGE).iter();
    match (ranges.next(), ranges.next()) {
        (Some(range), None) if method == Method::GET && is_current => {
            range.to_str().map_or(Wanted::Whole, |range| part(range, len))
        }
        _ => Wanted::Whole,
    }
}

fn part(range: &str, len: usize) -> Wanted {
    let Some((unit, set)) = range.split_once('=') else { return Wanted::Whole };
    let Some((first, last)) = set.trim().split_once('-').filter(|_| unit.trim().eq_ignore_ascii_case("bytes")) else {
        return Wanted::Whole;
    };
    match (number(first), number(last)) {
        // The last so many bytes.
        (None, Some(count)) if first.is_empty() => within(len.saturating_sub(count)..len),
        (Some(first), None) if last.is_empty() => within(first..len),
        (Some(first), Some(last)) if first <= last => within(first..last.saturating_add(1).min(len)),
        _ => Wanted::Whole,
    }
}

fn within(range: Range<usize>) -> Wanted {
    if range.is_empty() { Wanted::Beyond } else { Wanted::Part(range) }
}

/// Digits only; a number beyond all bodies is the largest.
fn number(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn one_range_is_served_and_others_are_not_guessed_at() {
        use Wanted::{Beyond, Part, Whole};
        let rows = [
            ("bytes=0-0", Part(0..1)),
            ("bytes=0-9", Part(0..10)),
            ("bytes=2-4", Part(2..5)),
            ("bytes=2-", Part(2..10)),
            ("bytes=9-", Part(9..10)),
            ("bytes=5-1000", Part(5..10)),
            ("bytes=5-99999999999999999999999", Part(5..10)),
            ("bytes=-3", Part(7..10)),
            ("bytes=-1000", Part(0..10)),
            ("Bytes= 2-4 ", Part(2..5)),
            ("bytes=10-", Beyond),
            ("bytes=10-12", Beyond),
            ("bytes=-0", Beyond),
            ("bytes=99999999999999999999999-", Beyond),
            ("bytes=4-2", Whole),
            ("bytes=-", Whole),
            ("bytes=", Whole),
            ("bytes", Whole),
            ("bytes=a-b", Whole),
            ("bytes=+1-2", Whole),
            ("bytes=0-1,3-4", Whole),
            ("records=0-1", Whole),
        ];
        let tag = EntityTag::new("t");
        let asked = |method: &Method, headers: &[(&'static str, &'static str)], len| {
            let headers: HeaderMap =
                headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
            wanted(method, &headers, len, &tag)
        };
        for (range, expected) in rows {
            assert_eq!(asked(&Method::GET, &[("range", range)], 10), expected, "{range}");
            assert_eq!(asked(&Method::HEAD, &[("range", range)], 10), Whole, "{range}");
            assert_eq!(asked(&Method::GET, &[("range", range), ("if-range", "\"other\"")], 10), Whole, "{range}");
        }
        assert_eq!(asked(&Method::GET, &[("range", "bytes=1-2"), ("if-range", "\"t\"")], 10), Part(1..3));
        assert_eq!(asked(&Method::GET, &[("range", "bytes=1-2"), ("if-range", "W/\"t\"")], 10), Whole);
        assert_eq!(asked(&Method::GET, &[("range", "bytes=1-2"), ("if-range", "Tue, 14 Oct 2025 02:58:59 GMT")], 10), Whole);
        assert_eq!(asked(&Method::GET, &[], 10), Whole);
        assert_eq!(asked(&Method::GET, &[("range", "bytes=0-")], 0), Beyond);
    }
}
