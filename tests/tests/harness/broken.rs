//! Each flaw is found by the checks that are there for it, and by no other.

use ampline_sink_test::Status;
use ampline_tests::guests::{SOUND, broken};
use serde_json::json;

use crate::{failed, harness};

/// The sink with this flaw fails these checks alone.
async fn check(flaw: &str, expected: &[&str]) {
    let component = if flaw == "none" { SOUND.to_vec() } else { broken(flaw) };
    let report = harness(flaw, &component).config(json!({"url": "https://sink.example/in"})).run().await.unwrap();
    assert_eq!(failed(&report), expected, "{flaw}:\n{}", ampline_sink_test::text(&report, false));
    for check in report.failed() {
        assert!(check.happened.is_some() && check.repair.is_some(), "{flaw}: {check:?}");
    }
}

#[tokio::test]
async fn a_sink_without_a_flaw_passes() {
    check("none", &[]).await;
}

#[tokio::test]
async fn what_a_sink_says_of_itself_is_tried() {
    check("unstable", &["describe.stable"]).await;
    check("bad-schema", &["describe.schema"]).await;
    check("bare-secret", &["describe.secrets"]).await;
    check("credulous", &["config.names-every-fault"]).await;
    check("astray", &["config.pointers"]).await;
}

#[tokio::test]
async fn what_a_sink_does_with_batches_is_tried() {
    check("trap", &["deliver.one"]).await;
    check("loop", &["deliver.one"]).await;
    check("short", &["deliver.max"]).await;
    check("chatty", &["deliver.empty"]).await;
    check("leak", &["limits.lease"]).await;
    check("remember", &["isolation.batches"]).await;
    check("fragile", &["hostile.invalid-utf8"]).await;
}

#[tokio::test]
async fn what_a_sink_makes_of_failures_is_tried() {
    check("attempt", &["redelivery.same-effect"]).await;
    check("anonymous", &["redelivery.identity"]).await;
    check("swallow", &["fault.http.502"]).await;
    check("heedless", &["fault.http.429", "fault.http.429-date", "fault.http.503"]).await;
    check("denying", &["fault.timeout", "fault.reset"]).await;
    check("all-or-none", &["fault.partial"]).await;
    check("storm", &["fault.calls"]).await;
}

#[tokio::test]
async fn what_stands_on_a_broken_check_is_skipped_with_the_reason() {
    let report = harness("trap", &broken("trap")).run().await.unwrap();
    let skipped: Vec<_> = report.checks.iter().filter(|check| check.status == Status::Skipped).collect();
    assert!(skipped.len() > 5 && skipped.iter().all(|check| check.reason.as_deref() == Some("deliver.one does not hold")));
}
