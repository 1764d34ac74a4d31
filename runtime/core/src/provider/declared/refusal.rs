//! What it means when a declared provider refuses.

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Response, header};
use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use serde_json::value::RawValue;

use super::{
    model::{Definition, ErrorRule, Errors, RetryAfter, Source, TextTest},
    path::text,
};
use crate::provider::{
    ReadError, ReadErrorClass,
    error::{clip, retry_after, snippet},
};

/// The body of an answer that is none of a refusal, or what the refusal means. `positioned`: whether the request named a position.
pub(super) fn accepted<'a>(
    definition: &Definition,
    response: &'a Response<Bytes>,
    positioned: bool,
) -> Result<&'a Bytes, ReadError> {
    let status = response.status().as_u16();
    let is_success = response.status().is_success();
    if is_success && definition.errors.rules.is_empty() {
        return Ok(response.body());
    }
    let body = serde_json::from_slice::<&RawValue>(response.body()).ok();
    let declared = definition.errors.rules.iter().filter(|rule| positioned || rule.class != ReadErrorClass::CursorGone);
    let declared = declared.into_iter().find(|rule| fits(rule, status, response.headers(), body));
    let class = match (declared, status) {
        (Some(rule), _) => rule.class,
        (None, 200..300) => return Ok(response.body()),
        (None, 429) => ReadErrorClass::RateLimited,
        (None, 401) => ReadErrorClass::BadCredentials,
        (None, 403) => ReadErrorClass::Forbidden,
        (None, 404 | 410) => ReadErrorClass::NotFound,
        (None, 408 | 425 | 500..) => ReadErrorClass::Transient,
        (None, 400..500) => ReadErrorClass::BadRequest,
        (None, _) => return Err(ReadError::malformed(format_args!("unexpected status {status}"), response.body())),
    };
    let words = words(&definition.errors, body).unwrap_or_else(|| snippet(response.body()));
    let name = &definition.info.display_name;
    let message = format!("{name} answered {status}{}{words}", if words.is_empty() { "" } else { ": " });
    Err(ReadError { class, message, retry_after: wait(definition.errors.retry_after.as_ref(), response.headers(), body) })
}

fn fits(rule: &ErrorRule, status: u16, headers: &HeaderMap, body: Option<&RawValue>) -> bool {
    let status_fits = rule.statuses.is_empty() || rule.statuses.contains(&status);
    status_fits
        && rule.test.as_ref().is_none_or(|(source, test)| match (at(source, headers, body), test) {
            (None, _) => false,
            (Some(_), TextTest::Present) => true,
            (Some(text), TextTest::Equals(expected)) => text == expected.as_str(),
            (Some(text), TextTest::Contains(part)) => text.contains(part.as_str()),
        })
}

/// The text of a header, or of a place in the body: a number's digits, a list's or mapping's JSON.
fn at<'a>(source: &Source, headers: &'a HeaderMap, body: Option<&'a RawValue>) -> Option<Cow<'a, str>> {
    match source {
        Source::Header(name) => headers.get(name)?.to_str().ok().map(Cow::Borrowed),
        Source::Body(path) => path.find(body?).map(|found| text(found).unwrap_or(Cow::Borrowed(found.get()))),
    }
}

fn words(errors: &Errors, body: Option<&RawValue>) -> Option<String> {
    let found = errors.message.iter().filter_map(|path| path.find(body?));
    found.filter_map(text).map(|words| clip(&words)).find(|words| !words.is_empty())
}

/// How long to wait: by `Retry-After`, else as the file says where.
fn wait(declared: Option<&RetryAfter>, headers: &HeaderMap, body: Option<&RawValue>) -> Option<Duration> {
    let declared = || {
        declared.and_then(|declared| {
            let number = at(&declared.source, headers, body)?.trim().parse::<f64>().ok()?;
            let seconds = if declared.milliseconds { number / 1_000.0 } else { number };
            if !declared.until {
                return Duration::try_from_secs_f64(seconds).ok();
            }
            // The answer's own clock, which is the one that the time is of.
            let now: Timestamp = DateTimeParser::new().parse_timestamp(headers.get(header::DATE)?.to_str().ok()?).ok()?;
            Duration::try_from_secs_f64((seconds - now.as_second() as f64).max(0.0)).ok()
        })
    };
    retry_after(headers).or_else(declared)
}
