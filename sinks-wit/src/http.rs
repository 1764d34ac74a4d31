//! HTTP, sent by the host, and what an answer means for the envelope: `Retry-After`, `410 Gone` and the rest.

pub use crate::host::http::{Request, Response, send};
use crate::{Failure, Outcome, Payload};

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
    let code = code(response);
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

/// What became of the envelope whose request was answered so, or not at all: [`outcome`], or the host's failure as it is.
pub fn outcome_of(answer: Result<Response, Failure>, now_ms: impl FnOnce() -> u64) -> Outcome {
    match answer {
        Ok(response) => outcome(&response, now_ms),
        Err(failure) => failure.into(),
    }
}

/// A POST of JSON without more. For headers of your own, a credential or a time-out: `Request { timeout: …, ..http::post(url, body) }`.
pub fn post<'r>(url: &'r str, body: Payload<'r>) -> Request<'r> {
    Request {
        method: "POST",
        url,
        headers: &[("content-type", "application/json")],
        body,
        credential: None,
        webhook_id: None,
        timeout: None,
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

/// `http.503`, for the code of a failure.
pub fn code(response: &Response) -> String {
    format!("http.{}", response.status)
}

/// `HTTP 503: try later`: an answer for people to read, on one short line.
pub fn said(response: &Response) -> String {
    // By hand: this is on the path of every delivery, where formatting would cost more.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureClass::{self, Blocked, Throttled, Transient};

    /// 2026-11-21T00:00:00Z.
    const NOW_MS: u64 = 1_795_219_200_000;
    const DAY_MS: u64 = 86_400_000;

    fn response(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Response { status, headers, body: body.to_vec(), truncated: false }
    }

    /// `class` is none where the answer means delivered.
    fn check(status: u16, retry_after: Option<&str>, class: Option<FailureClass>, wait_ms: Option<u64>) {
        let headers: Vec<_> = retry_after.iter().map(|value| ("Retry-After", *value)).collect();
        match outcome(&response(status, &headers, b""), || NOW_MS) {
            Outcome::Delivered(said) => {
                assert_eq!((class, said), (None, Some(format!("HTTP {status}"))), "{status}");
            }
            Outcome::Failed(failure) => {
                assert_eq!((Some(failure.class), failure.retry_after), (class, wait_ms), "{status} {retry_after:?}");
                assert_eq!(failure.code, format!("http.{status}"));
            }
        }
    }

    #[test]
    fn every_answer_has_its_class() {
        for status in [200, 201, 202, 204, 299] {
            check(status, None, None, None);
        }
        for status in [100, 199, 300, 301, 302, 304, 400, 401, 403, 404, 408, 409, 413, 422, 500, 502, 503, 504, 599] {
            check(status, None, Some(Transient), None);
        }
        check(410, None, Some(Blocked), None);
        check(410, Some("60"), Some(Blocked), None);
        check(429, None, Some(Throttled), None);
        check(200, Some("60"), None, None);
        check(500, Some("60"), Some(Transient), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_a_day_at_most() {
        let rows = [
            ("0", Some(0)),
            ("1", Some(1_000)),
            ("1.5", Some(1_500)),
            ("0.0001", Some(1)),
            ("2.0000", Some(2_000)),
            ("120 ", Some(120_000)),
            ("86400", Some(DAY_MS)),
            ("86401", Some(DAY_MS)),
            ("99999999999999999999999", Some(DAY_MS)),
            ("Sat, 21 Nov 2026 00:01:00 GMT", Some(60_000)),
            ("Saturday, 21-Nov-26 00:01:00 GMT", Some(60_000)),
            ("Sat Nov 21 00:01:00 2026", Some(60_000)),
            ("Fri, 20 Nov 2026 00:00:00 GMT", Some(0)),
            ("Sat, 21 Nov 2027 00:00:00 GMT", None),
            ("Sun, 21 Nov 2027 00:00:00 GMT", Some(DAY_MS)),
            ("soon", None),
            ("", None),
            ("-1", None),
            ("1.", None),
            (".5", None),
            ("1e3", None),
            ("1.5.2", None),
            ("1٣", None),
        ];
        for (value, wait_ms) in rows {
            check(429, Some(value), Some(Throttled), wait_ms);
            check(503, Some(value), Some(if wait_ms.is_some() { Throttled } else { Transient }), wait_ms);
        }
    }

    #[test]
    fn says_what_the_receiver_said_on_one_short_line() {
        let long = "é".repeat(EXCERPT_BYTES_MAX);
        let rows: [(&[u8], String); 6] = [
            (b"", "HTTP 500".to_owned()),
            (b"try later", "HTTP 500: try later".to_owned()),
            (b"  <p>\r\n\ttry\x00later</p>\n", "HTTP 500: <p> try later</p>".to_owned()),
            (b"\n\n", "HTTP 500".to_owned()),
            (b"\xff!", "HTTP 500: \u{fffd}!".to_owned()),
            (long.as_bytes(), format!("HTTP 500: {}…", "é".repeat(EXCERPT_BYTES_MAX / 2))),
        ];
        for (body, said) in rows {
            let Outcome::Failed(failure) = outcome(&response(500, &[], body), || NOW_MS) else { panic!("500 is a failure") };
            assert_eq!(failure.message, said);
        }
    }

    #[test]
    fn work_that_began_may_have_been_done() {
        for (status, maybe_applied) in
            [(400, false), (429, false), (500, true), (501, false), (502, true), (503, false), (504, true)]
        {
            let Outcome::Failed(failure) = outcome(&response(status, &[], b""), || NOW_MS) else {
                panic!("{status} is a failure")
            };
            assert_eq!(failure.maybe_applied, maybe_applied, "{status}");
        }
    }
}
