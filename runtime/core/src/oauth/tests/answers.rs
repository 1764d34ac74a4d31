//! What comes back: tokens, refusals of many shapes, and nonsense.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use crate::oauth::{Site, TokenAnswer, TokenError, TokenErrorClass, site, token_answer};

fn answer(status: u16, body: &str, field: Option<&str>) -> Result<TokenAnswer, TokenError> {
    let response = Response::builder().status(status).header("retry-after", "7").body(Bytes::copy_from_slice(body.as_bytes()));
    token_answer(&response.unwrap(), field)
}

#[test]
fn tokens_are_read_as_providers_write_them() {
    let check = |body: &str, refresh: Option<&str>, expires_s: Option<u64>, workspace: Option<&str>| {
        let got = answer(200, body, Some("instance_url")).unwrap();
        let expires = got.expires_in.map(|life| life.as_secs());
        assert_eq!((got.refresh_token.as_deref(), expires, got.workspace.as_deref()), (refresh, expires_s, workspace), "{body}");
        assert!(!format!("{got:?}").contains("2YotnFZFEjr1zCsicMWpAA"), "tokens do not show themselves");
    };
    // RFC 6749 section 5.1.
    check(
        r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,
            "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#,
        Some("tGzv3JOkF0XG5Qx2TlKWIA"),
        Some(3600),
        None,
    );
    // Salesforce: no expires_in, and the instance.
    check(
        r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","signature":"s","scope":"refresh_token api","instance_url":"https://acme.my.salesforce.com",
            "id":"https://login.salesforce.com/id/00D/005","token_type":"Bearer","issued_at":"1627237872637"}"#,
        None,
        None,
        Some("https://acme.my.salesforce.com"),
    );
    // Numbers as texts, and lives that say nothing.
    for (life, expires_s) in [
        ("\"1800\"", Some(1800)),
        ("\" 1800.9 \"", Some(1800)),
        ("1800.0", Some(1800)),
        ("0", None),
        ("-5", None),
        ("\"soon\"", None),
        ("null", None),
        ("1e300", None),
        ("[]", None),
    ] {
        check(&format!(r#"{{"access_token":"a","refresh_token":"","expires_in":{life}}}"#), None, expires_s, None);
    }
    check(r#"{"access_token":"a","token_type":"bot","instance_url":25}"#, None, None, Some("25"));
}

#[test]
fn refusals_say_what_follows() {
    use TokenErrorClass::{Client, Reconnect, Transient};
    let check = |status: u16, body: &str, class: TokenErrorClass, told: &str| {
        let error = answer(status, body, None).unwrap_err();
        assert_eq!((error.class, error.message.as_str()), (class, told), "{body}");
    };
    let begin = |status: u16, words: &str| format!("the token endpoint answered {status}: {words}");
    for (status, body, class, words) in [
        (400, r#"{"error":"invalid_grant"}"#, Reconnect, "invalid_grant"),
        // Salesforce.
        (
            400,
            r#"{"error":"invalid_grant","error_description":"expired access/refresh token"}"#,
            Reconnect,
            "invalid_grant: expired access/refresh token",
        ),
        (
            400,
            r#"{"error":"inactive_user","error_description":"user is inactive"}"#,
            Reconnect,
            "inactive_user: user is inactive",
        ),
        (
            400,
            r#"{"error":"invalid_client_id","error_description":"client identifier invalid"}"#,
            Client,
            "invalid_client_id: client identifier invalid",
        ),
        // HubSpot.
        (
            400,
            r#"{"status":"BAD_REFRESH_TOKEN","message":"missing or unknown refresh token","correlationId":"x"}"#,
            Reconnect,
            "BAD_REFRESH_TOKEN: missing or unknown refresh token",
        ),
        (400, r#"{"status":"error","message":"missing or invalid client secret"}"#, Client, "missing or invalid client secret"),
        // GitHub and Slack refuse with 200.
        (
            200,
            r#"{"error":"bad_refresh_token","error_description":"The refresh token passed is incorrect or expired."}"#,
            Reconnect,
            "bad_refresh_token: The refresh token passed is incorrect or expired.",
        ),
        (200, r#"{"ok":false,"error":"token_revoked"}"#, Reconnect, "token_revoked"),
        (200, r#"{"error":"incorrect_client_credentials"}"#, Client, "incorrect_client_credentials"),
        (401, r#"{"error":"invalid_client"}"#, Client, "invalid_client"),
        (400, r#"{"error":{"code":"invalid_grant","message":"gone"}}"#, Reconnect, "invalid_grant: gone"),
        (429, r#"{"error":"invalid_grant"}"#, Transient, "invalid_grant"),
        (503, "<h1>Service\nUnavailable</h1>", Transient, "`<h1>Service Unavailable</h1>`"),
        (400, r#"{"error":"temporarily_unavailable"}"#, Transient, "temporarily_unavailable"),
        (302, "", Transient, "``"),
        (404, "nothing", Client, "`nothing`"),
    ] {
        check(status, body, class, &begin(status, words));
    }
    assert_eq!(answer(503, "", None).unwrap_err().retry_after, Some(Duration::from_secs(7)));
}

#[test]
fn nonsense_is_no_reason_to_give_a_grant_up() {
    let long = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(17 << 10));
    for (body, told) in [
        ("", "is not a JSON object"),
        ("access_token=a", "is not a JSON object"),
        ("[1]", "is not a JSON object"),
        ("{}", "has no access_token"),
        (r#"{"access_token":""}"#, "has no access_token"),
        (r#"{"access_token":1}"#, "has no access_token"),
        (r#"{"access_token":"a\nb"}"#, "the access_token has characters that no header can carry"),
        (r#"{"access_token":"a","refresh_token":"ü"}"#, "the refresh_token has characters"),
        (r#"{"access_token":"a","token_type":"DPoP"}"#, "the token is of type DPoP"),
        (&long, "the access_token is longer than"),
    ] {
        let error = answer(200, body, None).unwrap_err();
        assert!(error.class == TokenErrorClass::Transient && error.message.contains(told), "{body}: {error:?}");
    }
}

#[test]
fn a_workspace_is_a_name_or_the_address_of_an_instance() {
    let salesforce = "https://{{.workspace}}.my.salesforce.com";
    for (named, template, workspace, base_url) in [
        ("acme", salesforce, Some("acme"), None),
        ("62515", "https://api.hubapi.com", Some("62515"), None),
        ("https://acme.my.salesforce.com", salesforce, Some("acme"), None),
        ("https://acme--uat.sandbox.my.salesforce.com/", salesforce, Some("acme--uat.sandbox"), None),
        ("https://eu5.salesforce.com", salesforce, None, Some("https://eu5.salesforce.com")),
        ("https://acme.example.com", "https://{{ .workspace }}.example.com/api/v2", Some("acme"), None),
        ("http://acme.my.salesforce.com", salesforce, None, None),
        ("https://evil.example/x.my.salesforce.com", salesforce, None, None),
        ("https://user@evil.example", salesforce, None, None),
        ("../..", salesforce, None, None),
        ("", salesforce, None, None),
        ("ftp://x", salesforce, None, None),
    ] {
        let expected = Site { workspace: workspace.map(str::to_owned), base_url: base_url.map(str::to_owned) };
        assert_eq!(site(named, template), expected, "{named}");
    }
}
