//! Faults on order: rules that make a double fail the next k requests, or every nth, in a chosen way.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimePrinter};
use serde::{Deserialize, Serialize};

use crate::loopback::WireHandle;

const ANSWER_BYTES_MAX: usize = 64 << 20;

/// When a fault strikes, and which.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Only requests whose path begins with this, or whose endpoint has this name; all when absent.
    pub on: Option<String>,
    /// Strikes this many times, then the rule is gone; for ever when absent.
    pub times: Option<u64>,
    /// Strikes every nth matching request only (1 = each).
    pub every: Option<u64>,
    /// Waits first, in milliseconds.
    pub delay_ms: u64,
    /// What the client gets.
    pub answer: Answer,
}

/// What a client gets from a request that a rule strikes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The ordinary answer (after the rule's delay).
    #[default]
    Normal,
    /// This status, and nothing is done.
    Status {
        /// The HTTP status.
        status: u16,
        /// The `Retry-After` header.
        #[serde(default)]
        retry_after: Option<RetryAfter>,
        /// The body; a short text when absent.
        #[serde(default)]
        body: Option<String>,
        /// The `content-type` of the body.
        #[serde(default)]
        content_type: Option<String>,
    },
    /// The ordinary answer is made and announced in full length, but the connection ends half-way through the body.
    Truncated,
    /// Status 200 with a web page where JSON is due.
    NotJson,
    /// The connection is reset and nothing is answered.
    Reset,
    /// The request is taken and never answered.
    Stall,
}

/// A `Retry-After` header in either of its forms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// Seconds, possibly fractional.
    Seconds(f64),
    /// The HTTP date this many seconds after the answer.
    DateInSeconds(i64),
}

impl RetryAfter {
    fn header(self) -> Option<HeaderValue> {
        let text = match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::DateInSeconds(seconds) => {
                let at = Timestamp::now().checked_add(SignedDuration::from_secs(seconds)).ok()?;
                DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?
            }
        };
        HeaderValue::from_str(&text).ok()
    }
}

impl Rule {
    /// The next `times` requests get `status`.
    pub fn status(times: u64, status: u16) -> Self {
        let answer = Answer::Status { status, retry_after: None, body: None, content_type: None };
        Self { times: Some(times), answer, ..Self::default() }
    }

    /// The next `times` requests get `answer`.
    pub fn answer(times: u64, answer: Answer) -> Self {
        Self { times: Some(times), answer, ..Self::default() }
    }

    /// The same rule for a path prefix or an endpoint name only.
    #[must_use]
    pub fn on(self, on: &str) -> Self {
        Self { on: Some(on.into()), ..self }
    }
}

/// The rules in force, in order: the first that strikes decides.
#[derive(Debug, Clone, Default)]
pub struct Rules(Vec<(Rule, u64)>);

impl Rules {
    /// Adds a rule behind the others.
    pub fn push(&mut self, rule: Rule) {
        self.0.push((rule, 0));
    }

    /// Forgets all rules.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The rule that strikes this request, if any; counts it.
    pub fn strike(&mut self, endpoint: &str, path: &str) -> Option<Rule> {
        let at = self.0.iter_mut().position(|(rule, seen)| {
            let matches = rule.on.as_deref().is_none_or(|on| on == endpoint || path.starts_with(on));
            *seen += u64::from(matches);
            matches && rule.times != Some(0) && seen.is_multiple_of(rule.every.unwrap_or(1).max(1))
        })?;
        let rule = &mut self.0[at].0;
        let struck = rule.clone();
        if let Some(times) = rule.times.as_mut() {
            *times -= 1;
            if *times == 0 {
                self.0.remove(at);
            }
        }
        Some(struck)
    }
}

/// Answers as the rule says; `normal` makes the ordinary answer where one is needed.
pub async fn perform(rule: Option<Rule>, wire: &WireHandle, normal: impl Future<Output = Response>) -> Response {
    let Some(rule) = rule else { return normal.await };
    if rule.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(rule.delay_ms)).await;
    }
    match rule.answer {
        Answer::Normal => normal.await,
        Answer::Status { status, retry_after, body, content_type } => status_answer(status, retry_after, body, content_type),
        Answer::Truncated => truncated(normal.await).await,
        Answer::NotJson => axum::response::Html("<!doctype html><title>Down for maintenance</title>").into_response(),
        Answer::Reset => {
            wire.cut();
            StatusCode::OK.into_response()
        }
        Answer::Stall => std::future::pending().await,
    }
}

fn status_answer(status: u16, retry_after: Option<RetryAfter>, body: Option<String>, content_type: Option<String>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, body.unwrap_or_else(|| format!("answered {status} on order"))).into_response();
    if let Some(value) = retry_after.and_then(RetryAfter::header) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    if let Some(value) = content_type.and_then(|text| HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}

async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_default();
    // At least one byte must stay unsent, or the answer would be complete.
    let announced = whole.len().max(1);
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(announced));
    let half = stream::once(std::future::ready(Ok::<Bytes, std::io::Error>(whole.slice(..whole.len() / 2))));
    let end = stream::once(async {
        // Gives the server a turn to put the first half on the wire before the body fails.
        tokio::task::yield_now().await;
        Err(std::io::ErrorKind::ConnectionAborted.into())
    });
    Response::from_parts(parts, Body::from_stream(half.chain(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_strike_in_order_as_often_as_told() {
        let check = |rules: &[Rule], expected: &[Option<u16>]| {
            let mut book = Rules::default();
            rules.iter().cloned().for_each(|rule| book.push(rule));
            let status = |rule: Option<Rule>| match rule?.answer {
                Answer::Status { status, .. } => Some(status),
                _ => None,
            };
            let got: Vec<_> = expected.iter().map(|_| status(book.strike("search", "/crm/x"))).collect();
            assert_eq!(got, expected, "{rules:?}");
        };
        let every = |n, status| Rule { every: Some(n), times: None, ..Rule::status(1, status) };
        check(&[], &[None, None]);
        check(&[Rule::status(2, 500)], &[Some(500), Some(500), None]);
        check(&[Rule::status(1, 500), Rule::status(1, 429)], &[Some(500), Some(429), None]);
        check(&[every(3, 503)], &[None, None, Some(503), None, None, Some(503)]);
        check(&[Rule { times: Some(1), ..every(2, 503) }], &[None, Some(503), None, None]);
        check(&[Rule::status(1, 500).on("search")], &[Some(500), None]);
        check(&[Rule::status(1, 500).on("/crm/")], &[Some(500), None]);
        check(&[Rule::status(1, 500).on("list"), Rule::status(1, 429)], &[Some(429), None]);
    }
}
