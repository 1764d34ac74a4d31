//! What the document says of a request is enforced, all of it at once, and nothing secret is repeated.
//!
//! Doubles: none; the router without a socket. Oracle: RFC 9457, RFC 9110 and the contract's section 3.2.

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{
    REQUEST_BYTES_MAX,
    tests::{KEY, Served},
};

const JSON: &str = "application/json";
const PROJECT: &str = "/v1/projects/demo";

/// Status, `Allow`, and the problem.
async fn ask(method: &str, path: &str, content_type: Option<&str>, body: impl Into<Body>) -> (u16, String, Value) {
    let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path).header("x-api-key", KEY);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    let Ok(response) = Served::new().router.oneshot(request.body(body.into()).unwrap()).await;
    let (parts, body) = response.into_parts();
    let header = |name: &str| parts.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let problem: Value = serde_json::from_slice(&to_bytes(body, usize::MAX).await.unwrap()).unwrap();
    let (status, told) = (parts.status.as_u16(), problem["detail"].as_str().unwrap_or_default());
    assert_eq!((header("content-type").as_str(), header("cache-control").as_str()), ("application/problem+json", "no-store"));
    assert!(problem["status"] == status && problem["type"] == "about:blank" && !told.is_empty(), "{problem}");
    assert!(
        problem["instance"] == path.split('?').next().unwrap() && problem["requestId"] == header("x-request-id"),
        "{problem}"
    );
    assert!(problem["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok() && problem["title"].is_string(), "{problem}");
    (status, header("allow"), problem)
}

/// Where the issues are, as `in name`, in their order.
fn places(problem: &Value) -> Vec<String> {
    let all = problem["issues"].as_array().into_iter().flatten();
    all.map(|issue| [&issue["in"], &issue["name"]].map(|part| part.as_str().unwrap()).join(" ")).collect()
}

#[tokio::test]
async fn every_issue_of_a_request_is_listed() {
    let generate = json!({
        "provider": 5,
        "groupName": "",
        "apiKey": ["s3cret"],
        "basicAuth": { "username": true, "pasword": "s3cret" },
        "oauth2AuthorizationCode": { "accessToken": { "token": 7, "expiresAt": "s3cret" }, "scopes": ["a", 1] },
        "providerMetadata": { "a": 1, "b": "fine", "c": { "value": "fine", "sauce": "x" } },
        "s3cret": "s3cret",
    });
    let rows: [(&str, &str, Value, &[&str]); 7] = [
        (
            "POST",
            "connections:generate",
            generate,
            &[
                "body groupRef",
                "body apiKey",
                "body basicAuth.password",
                "body basicAuth.pasword",
                "body basicAuth.username",
                "body groupName",
                "body oauth2AuthorizationCode.accessToken.expiresAt",
                "body oauth2AuthorizationCode.accessToken.token",
                "body oauth2AuthorizationCode.scopes[1]",
                "body provider",
                "body providerMetadata.a",
                "body providerMetadata.c.sauce",
                "body s3cret",
            ],
        ),
        (
            "GET",
            "deliveries?pageSize=1001&since=yesterday&status=lost&eventId=1&x=1&destination=a&destination=b",
            Value::Null,
            &["query pageSize", "query since", "query status", "query eventId", "query x", "query destination"],
        ),
        ("GET", "deliveries?pageSize=1e2", Value::Null, &["query pageSize"]),
        ("GET", "deliveries?pageSize=-1", Value::Null, &["query pageSize"]),
        ("GET", "deliveries?pageSize=99999999999999999999", Value::Null, &["query pageSize"]),
        ("PUT", "integrations:batch?destructive=1", json!([]), &["query destructive", "body "]),
        (
            "POST",
            "deliveries:replay",
            json!({ "id": 9.5, "filter": { "id": 1u64 << 63, "until": 1 } }),
            &["body filter.id", "body filter.until", "body id"],
        ),
    ];
    for (method, path, body, expected) in rows {
        let (status, _, problem) = ask(method, &format!("{PROJECT}/{path}"), Some(JSON), body.to_string()).await;
        let mut found = places(&problem);
        let mut expected: Vec<String> = expected.iter().map(|place| (*place).to_owned()).collect();
        found.sort();
        expected.sort();
        assert_eq!((status, found), (422, expected), "{method} {path}: {problem:#}");
        let repeated = problem["issues"].as_array().unwrap().iter().filter(|issue| issue["value"].to_string().contains("s3cret"));
        assert_eq!(repeated.filter(|issue| !issue["name"].as_str().unwrap().ends_with("expiresAt")).count(), 0, "{problem:#}");
        assert!(!problem["detail"].to_string().contains("s3cret"), "{problem:#}");
    }
}

/// Method, path, content type and body; the status of the answer, its `Allow`, and some of its words.
type Refused<'a> = (&'a str, &'a str, Option<&'a str>, &'a str, u16, &'a str, &'a str);

#[tokio::test]
async fn what_is_no_request_of_ours_is_refused_by_its_kind() {
    let replay = format!("{PROJECT}/deliveries:replay");
    let pause = "/read/v1/projects/demo/integrations/crm/installations/x:pause";
    let rows: [Refused<'_>; 14] = [
        ("POST", &replay, Some(JSON), "{", 400, "", "is not JSON"),
        ("POST", &replay, Some(JSON), "{\"id\":1}x", 400, "", "is not JSON"),
        ("POST", &replay, Some(JSON), "{\"id\":1,\"id\":2}", 422, "", "given twice"),
        ("POST", &replay, Some(JSON), "", 422, "", "has no body"),
        ("POST", &replay, None, "{}", 415, "", "JSON"),
        ("POST", &replay, Some("text/plain"), "{}", 415, "", "JSON"),
        ("POST", &replay, Some("application/merge-patch+json; charset=utf-8"), "{}", 422, "", "either `id` or `filter`"),
        ("DELETE", &replay, None, "", 405, "POST", "does not take that method"),
        ("POST", "/v1/projects/demo/status", None, "", 405, "GET,HEAD", "does not take that method"),
        ("GET", pause, None, "", 405, "POST", "does not take that method"),
        ("POST", pause, Some(JSON), "null", 404, "", "no installation"),
        ("POST", pause, Some(JSON), "{\"note\":1}", 422, "", "note"),
        ("GET", "/v1/projects/other/status", None, "", 404, "", "no project"),
        ("GET", "/v1/projects/%ff/status", None, "", 400, "", "path"),
    ];
    for (method, path, content_type, body, status, allow, detail) in rows {
        let (found, allowed, problem) = ask(method, path, content_type, body.to_owned()).await;
        let told = problem["detail"].as_str().unwrap();
        assert!(
            found == status && allowed == allow && told.contains(detail),
            "{method} {path} {body}: {found} {allowed} {problem:#}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_read_on_so_that_its_sender_sees_the_answer() {
    let body = vec![b' '; REQUEST_BYTES_MAX + 1];
    let (status, _, problem) = ask("POST", &format!("{PROJECT}/deliveries:replay"), Some(JSON), body).await;
    assert_eq!((status, problem["detail"].as_str().unwrap()), (413, "a request carries at most 1024 KiB"));
}
