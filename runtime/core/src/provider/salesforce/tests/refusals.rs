//! What Salesforce's refusals mean.

use std::time::Duration;

use super::{SINCE, accounts, answer, run, salesforce};
use crate::provider::{
    ReadError,
    ReadErrorClass::{self, BadCredentials, BadRequest, CursorGone, Forbidden, Malformed, NotFound, RateLimited, Transient},
};

fn refused(status: u16, headers: &[(&'static str, &str)], body: &str) -> ReadError {
    salesforce().page(&accounts(), &run(SINCE, None), &answer(status, headers, body)).unwrap_err()
}

#[test]
fn a_code_has_a_class_whatever_the_status() {
    let rows: [(u16, &str, ReadErrorClass); 22] = [
        (401, "INVALID_SESSION_ID", BadCredentials),
        (403, "INVALID_SESSION_ID", BadCredentials),
        (400, "INVALID_GRANT", BadCredentials),
        (403, "REQUEST_LIMIT_EXCEEDED", RateLimited),
        (400, "INVALID_QUERY_LOCATOR", CursorGone),
        (404, "INVALID_QUERY_LOCATOR", CursorGone),
        (400, "INVALID_FIELD", BadRequest),
        (404, "INVALID_TYPE", BadRequest),
        (400, "MALFORMED_QUERY", BadRequest),
        (400, "FIELD_INTEGRITY_EXCEPTION", BadRequest),
        (400, "UNABLE_TO_LOCK_ROW", Transient),
        (503, "SERVER_UNAVAILABLE", Transient),
        (400, "QUERY_TIMEOUT", Transient),
        (403, "API_DISABLED_FOR_ORG", Forbidden),
        (400, "INSUFFICIENT_ACCESS", Forbidden),
        (400, "INSUFFICIENT_ACCESS_OR_READONLY", Forbidden),
        (404, "NOT_FOUND", NotFound),
        (400, "SOMETHING_NEW", BadRequest),
        (403, "SOMETHING_NEW", Forbidden),
        (429, "SOMETHING_NEW", RateLimited),
        (500, "SOMETHING_NEW", Transient),
        (302, "SOMETHING_NEW", Malformed),
    ];
    for (status, code, class) in rows {
        let error = refused(
            status,
            &[],
            &format!(r#"[{{"message":"\nSELECT Nope\n   ^\nwhat it says","errorCode":"{code}","fields":[]}}]"#),
        );
        assert_eq!(error.class, class, "{status} {code}");
        if class != Malformed {
            assert_eq!(error.message, format!("Salesforce answered {status}: SELECT Nope ^ what it says ({code})"));
        }
        assert_eq!(error.retry_after.is_some(), class == RateLimited, "{status} {code}");
    }
}

#[test]
fn other_shapes_are_understood_too() {
    let rows = [
        (
            400,
            r#"{"error":"invalid_grant","error_description":"expired access/refresh token"}"#,
            BadCredentials,
            "expired access/refresh token (invalid_grant)",
        ),
        (
            400,
            r#"[{"errorCode":"X","message":"a"},{"errorCode":"INVALID_FIELD","message":"b"}]"#,
            BadRequest,
            "b (INVALID_FIELD)",
        ),
        (503, "<html>\n <b>Down for maintenance</b>", Transient, "<html> <b>Down for maintenance</b>"),
        (431, "", BadRequest, "Salesforce answered 431"),
        (414, "<h1>URI Too Long</h1>", BadRequest, "URI Too Long"),
        (401, "[]", BadCredentials, "[]"),
        (200, "", Malformed, ""),
    ];
    for (status, body, class, part) in rows {
        let error = refused(status, &[], body);
        assert!(error.class == class && error.message.contains(part), "{status} {body}: {error}");
    }
    let long = refused(400, &[], &format!(r#"[{{"errorCode":"INVALID_FIELD","message":"{}"}}]"#, "word ".repeat(10_000)));
    assert!(long.message.chars().count() < 500 && long.message.contains('…'), "{long}");
}

#[test]
fn the_days_limit_is_not_hammered() {
    let limit = |message: &str| format!(r#"[{{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"{message}"}}]"#);
    let minutes = |count: u64| Some(Duration::from_secs(count * 60));
    let seconds = |count| Some(Duration::from_secs(count));
    type Row<'a> = (&'a str, &'a [(&'static str, &'static str)], Option<Duration>);
    let rows: [Row<'_>; 7] = [
        ("TotalRequests Limit exceeded.", &[], minutes(15)),
        ("ConcurrentRequests (Concurrent API Requests) Limit exceeded.", &[], seconds(10)),
        ("ConcurrentPerOrgLongTxn Limit exceeded.", &[("sforce-limit-info", "api-usage=5000/5000")], seconds(10)),
        ("Limit exceeded.", &[("sforce-limit-info", "api-usage=5000/5000")], minutes(15)),
        ("Limit exceeded.", &[("sforce-limit-info", "api-usage=18/5000; per-app-api-usage=17/250(appName=x)")], seconds(10)),
        ("Limit exceeded.", &[("sforce-limit-info", "api-usage=/")], seconds(10)),
        ("TotalRequests Limit exceeded.", &[("retry-after", "7")], seconds(7)),
    ];
    for (message, headers, wait) in rows {
        assert_eq!(refused(403, headers, &limit(message)).retry_after, wait, "{message} {headers:?}");
    }
}
