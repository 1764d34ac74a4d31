//! Why a page could not be read, in the words that decide what follows.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, header};
use jiff::fmt::rfc2822::DateTimeParser;

/// Longest piece of an answer that an error message quotes, in characters.
const SNIPPET_CHARS_MAX: usize = 200;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadErrorClass {
    /// Too many requests: wait, then ask again.
    RateLimited,
    /// The provider has trouble: ask again later.
    Transient,
    /// The credentials are not accepted: a person must renew them.
    BadCredentials,
    /// The request is wrong (a field that does not exist): asking again does not help.
    BadRequest,
    /// The position is no longer known: the run must begin anew.
    CursorGone,
    /// The credentials lack a permission.
    Forbidden,
    /// There is no such object.
    NotFound,
    /// The answer is not what the provider documents; nothing of it is kept.
    Malformed,
}

/// Why a page could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    /// What kind of failure it was.
    pub class: ReadErrorClass,
    /// For an operator: what happened, in the provider's words where there are any.
    pub message: String,
    /// How long the provider asked to be left alone.
    pub retry_after: Option<Duration>,
}

impl ReadError {
    /// A failure without a wait asked for.
    pub fn new(class: ReadErrorClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), retry_after: None }
    }

    /// What a refusal means by its status alone.
    pub fn of_status(response: &Response<Bytes>) -> Self {
        let status = response.status();
        let class = match status.as_u16() {
            401 => ReadErrorClass::BadCredentials,
            403 => ReadErrorClass::Forbidden,
            404 => ReadErrorClass::NotFound,
            429 => ReadErrorClass::RateLimited,
            408 | 500.. => ReadErrorClass::Transient,
            _ => ReadErrorClass::BadRequest,
        };
        let message = format!("the provider answered {}: `{}`", status.as_u16(), snippet(response.body()));
        Self { class, message, retry_after: retry_after(response.headers()) }
    }

    /// An answer that is not what the provider documents, and the piece of it that shows so.
    pub(super) fn malformed(reason: impl std::fmt::Display, piece: &[u8]) -> Self {
        let message =
            format!("the answer is not a page of records: {}; it reads `{}`", clip(&reason.to_string()), snippet(piece));
        Self { class: ReadErrorClass::Malformed, message, retry_after: None }
    }
}

/// The beginning of an answer, fit for one line of a log.
pub(crate) fn snippet(piece: &[u8]) -> String {
    // Four bytes are the longest character; a cut within one shows as a replacement character.
    let piece = &piece[..piece.len().min(SNIPPET_CHARS_MAX * 4 + 4)];
    clip(&String::from_utf8_lossy(piece).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// At most [`SNIPPET_CHARS_MAX`] characters, without control characters.
pub(crate) fn clip(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    match text.char_indices().nth(SNIPPET_CHARS_MAX) {
        Some(_) => text.chars().take(SNIPPET_CHARS_MAX - 1).map(plain).chain(['…']).collect(),
        None => text.chars().map(plain).collect(),
    }
}

/// `Retry-After`: seconds, possibly fractional, or an HTTP date, which is measured against the answer's own `Date`.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let parse = |text: &str| DateTimeParser::new().parse_timestamp(text).ok();
    let now = parse(headers.get(header::DATE)?.to_str().ok()?)?;
    Some(Duration::try_from(parse(text)?.duration_since(now)).unwrap_or_default())
}
