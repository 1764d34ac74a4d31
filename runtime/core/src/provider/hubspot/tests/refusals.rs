//! What HubSpot's refusals mean.

use std::time::Duration;

use super::{SINCE, answer, contacts, hubspot, run};
use crate::provider::{
    ReadError,
    ReadErrorClass::{self, BadCredentials, BadRequest, CursorGone, Forbidden, Malformed, NotFound, RateLimited, Transient},
};

fn refused(status: u16, headers: &[(&'static str, &str)], position: Option<&str>, message: &str) -> ReadError {
    let body = format!(r#"{{"status":"error","message":"{message}","correlationId":"c","category":"SOME_CATEGORY"}}"#);
    hubspot().page(&contacts(), &run(SINCE, position), &answer(status, headers, &body)).unwrap_err()
}

#[test]
fn a_status_has_a_class() {
    let rows: [(u16, ReadErrorClass); 17] = [
        (400, BadRequest),
        (401, BadCredentials),
        (403, Forbidden),
        (404, NotFound),
        (408, Transient),
        (409, BadRequest),
        (414, BadRequest),
        (423, Transient),
        (429, RateLimited),
        (477, Transient),
        (500, Transient),
        (502, RateLimited),
        (503, Transient),
        (504, RateLimited),
        (521, Transient),
        (302, Malformed),
        (204, Malformed),
    ];
    for (status, class) in rows {
        let error = refused(status, &[], None, "what HubSpot says");
        assert_eq!(error.class, class, "{status}");
        assert!(error.message.contains(&status.to_string()) && error.message.contains("what HubSpot says"), "{error}");
        let wait = if status == 423 { Some(2) } else { (class == RateLimited).then_some(10) };
        assert_eq!(error.retry_after, wait.map(Duration::from_secs), "{status}");
    }
}

#[test]
fn a_position_that_is_not_understood_is_gone() {
    let message = "Invalid input JSON: Cannot deserialize value of type `long` from String";
    assert_eq!(refused(400, &[], Some("list:x"), message).class, CursorGone);
    assert_eq!(refused(400, &[], None, message).class, BadRequest, "without a position it is the request that is wrong");
    assert_eq!(refused(400, &[], Some("id:4"), "Property values were not valid").class, BadRequest);
}

#[test]
fn the_wait_that_hubspot_asks_for_is_kept() {
    let date = ("date", "Sat, 21 Nov 2026 19:00:00 GMT");
    type Row<'a> = (&'a [(&'static str, &'static str)], Option<u64>);
    let rows: [Row<'_>; 8] = [
        (&[("retry-after", "3")], Some(3_000)),
        (&[("retry-after", " 0.25 ")], Some(250)),
        (&[("retry-after", "Sat, 21 Nov 2026 19:01:30 GMT"), date], Some(90_000)),
        (&[("retry-after", "Sat, 21 Nov 2026 18:00:00 GMT"), date], Some(0)),
        (&[("retry-after", "Sat, 21 Nov 2026 19:01:30 GMT")], None),
        (&[("retry-after", "soon")], None),
        (&[("retry-after", "-5")], None),
        (&[("retry-after", "NaN")], None),
    ];
    for (headers, asked_ms) in rows {
        let asked = asked_ms.map(Duration::from_millis);
        assert_eq!(refused(503, headers, None, "").retry_after, asked, "{headers:?}");
        assert_eq!(refused(429, headers, None, "").retry_after, asked.or(Some(Duration::from_secs(10))), "{headers:?}");
    }
}

#[test]
fn messages_are_one_line_of_bounded_length() {
    let rows = [
        (
            r#"{"message":"You have reached your limit.","policyName":"DAILY","category":"RATE_LIMITS"}"#,
            "HubSpot answered 429: You have reached your limit. (DAILY)",
        ),
        ("<html>\n  <h1>Too many</h1>", "HubSpot answered 429: <html> <h1>Too many</h1>"),
        ("", "HubSpot answered 429"),
    ];
    for (body, message) in rows {
        let error = hubspot().page(&contacts(), &run(None, None), &answer(429, &[], body)).unwrap_err();
        assert_eq!(error.message, message);
    }
    let long = refused(400, &[], None, &"word ".repeat(10_000)).message;
    assert!(long.chars().count() < 500 && long.contains('…'), "{long}");
}

#[test]
fn each_limit_has_a_wait_of_its_own() {
    let told =
        |policy: &str, message: &str| format!(r#"{{"message":"{message}","policyName":{policy},"category":"RATE_LIMITS"}}"#);
    let spent = ("x-hubspot-ratelimit-daily-remaining", "0");
    type Row<'a> = (String, &'a [(&'static str, &'static str)], u64);
    let rows: [Row<'_>; 8] = [
        (told("\"DAILY\"", ""), &[], 900),
        (told("\"TEN_SECONDLY_ROLLING\"", ""), &[spent], 10),
        (told("\"SECONDLY\"", ""), &[], 1),
        (told("\"SOMETHING\"", ""), &[], 10),
        (told("null", "You have reached your daily limit."), &[], 900),
        (told("null", "You have reached your limit."), &[spent], 900),
        (told("null", "You have reached your limit."), &[], 10),
        (told("\"DAILY\"", ""), &[("retry-after", "3")], 3),
    ];
    for (body, headers, wait_s) in rows {
        let error = hubspot().page(&contacts(), &run(SINCE, None), &answer(429, headers, &body)).unwrap_err();
        assert_eq!((error.class, error.retry_after), (RateLimited, Some(Duration::from_secs(wait_s))), "{body} {headers:?}");
    }
}
