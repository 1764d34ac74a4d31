//! HTTP, sent by the host, and what an answer means for the envelope: `Retry-After`, `410 Gone` and the rest.

pub use crate::bindings::ampline::sink::http::{Request, Response, send};
use crate::{Failure, Outcome};

/// Longest part of an answer's body that goes into a note or a message, in bytes.
const EXCERPT_BYTES_MAX: usize = 200;

/// What an answer means, by the rules that webhook senders share:
///
/// | answer | outcome |
/// |---|---|
/// | 2xx | delivered |
/// | 410 | blocked: the receiver wants no more |
/// | 429, 503 with `Retry-After` | throttled, for as long as asked (a day at most) |
/// | 429 | throttled |
/// | everything else, redirects and other 4xx too | transient: receivers answer 401, 404 or 302 while they are being deployed |
///
/// `now_ms` gives the time, in milliseconds since the Unix epoch; it is asked only where `Retry-After` is a date.
pub fn outcome(response: &Response, now_ms: impl FnOnce() -> u64) -> Outcome {
    let said = said(response);
    if (200..300).contains(&response.status) {
        return Outcome::Delivered(Some(said));
    }
    let code = format!("http.{}", response.status);
    let failure = match (response.status, retry_after_ms(response, now_ms)) {
        (410, _) => Failure::blocked(code, said),
        (429 | 503, Some(wait_ms)) => Failure::throttled(code, said).retry_after(wait_ms),
        (429, None) => Failure::throttled(code, said),
        _ => Failure::transient(code, said),
    };
    match response.status {
        // The receiver began its work, or a proxy before it gave up waiting.
        500 | 502 | 504 => failure.maybe_applied().into(),
        _ => failure.into(),
    }
}

/// The first header of this name, whatever its case.
pub fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// The milliseconds that a `Retry-After` header asks for: seconds, possibly fractional, or an HTTP date. One in the past is 0;
/// one that cannot be read is none.
pub fn retry_after_ms(response: &Response, now_ms: impl FnOnce() -> u64) -> Option<u64> {
    let value = header(response, "retry-after")?;
    if value.starts_with(|first: char| first.is_ascii_digit()) {
        return seconds_as_ms(value);
    }
    let at = httpdate::parse_http_date(value).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(u64::try_from(at.as_millis()).unwrap_or(u64::MAX).saturating_sub(now_ms()))
}

/// `1.5` is 1,500: digits, and digits after a dot where there is one. Rounded up, so that no one is called too early.
fn seconds_as_ms(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if [whole, fraction].iter().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let whole_ms = whole.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000);
    let digit = |place: usize| fraction.as_bytes().get(place).map_or(0, |byte| u64::from(byte - b'0'));
    let rest = fraction.bytes().skip(3).any(|byte| byte != b'0');
    Some(whole_ms.saturating_add(digit(0) * 100 + digit(1) * 10 + digit(2) + u64::from(rest)))
}

/// `HTTP 503: try later`, on one line. By hand: this is on the path of every delivery, where formatting would cost more.
fn said(response: &Response) -> String {
    let excerpt = excerpt(&response.body);
    let mut said = String::with_capacity("HTTP 200: ".len() + excerpt.len());
    said.push_str("HTTP ");
    for place in [100, 10, 1] {
        said.push(char::from(b'0' + (response.status / place % 10) as u8));
    }
    if !excerpt.is_empty() {
        said.push_str(": ");
        said.push_str(&excerpt);
    }
    said
}

/// The beginning of a body as one line of text.
fn excerpt(body: &[u8]) -> String {
    if body.is_empty() {
        return String::new();
    }
    let start = String::from_utf8_lossy(&body[..body.len().min(EXCERPT_BYTES_MAX)]);
    let mut line = String::with_capacity(start.len() + '…'.len_utf8());
    for word in start.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if body.len() > EXCERPT_BYTES_MAX {
        line.truncate(line.trim_end_matches('\u{fffd}').len());
        line.push('…');
    }
    line
}
