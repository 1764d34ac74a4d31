//! A new version of a sink proves itself while the former one stands by: nothing is lost or sent twice, and what fails where that one
//! worked is rolled back.
//!
//! Double: a sink of many versions (`tests/guests/relay`). Oracle: the requests that a receiver gets, each with the version that sent it.

use std::sync::Arc;

use ampline::sink::{
    SinkInstance, Sinks,
    wasm::{Verdict, WasmSinks},
};
use ampline_tests::guests::relay;
use serde_json::{Value, json};

use crate::{
    fakes::{batch, destination, options, told},
    receiver::Receiver,
};

/// What a version in place of another came to.
struct Expected {
    /// The version that each of three batches arrived by; nothing where it did not arrive.
    by: [&'static str; 3],
    /// Words of the failures of each.
    told: [&'static str; 3],
    /// Words of the verdict; nothing while there is none.
    verdict: Option<&'static str>,
}

async fn admit(sinks: &WasmSinks, version: &str, fault: &str) -> ampline::sink::wasm::Admitted {
    sinks.admit(&relay(version, fault)).await.unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// An installed sink reaches what is granted.
async fn open(sinks: &WasmSinks, config: Value) -> Box<dyn SinkInstance> {
    let mut one = (*destination("relay", config)).clone();
    one.grants.hosts = vec!["*".to_owned().try_into().unwrap()];
    sinks.open(&Arc::new(one)).await.unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// Installs 1.0.0 and, in its place, a version with this fault; delivers three batches, each by an instance of its own.
async fn check((former, fault): (&str, &str), path: &str, expected: Expected) {
    let (receiver, sinks) = (Receiver::start().await, WasmSinks::load(options(), &[]).await.unwrap());
    sinks.install(admit(&sinks, "1.0.0", former).await);
    sinks.try_out(admit(&sinks, "2.0.0", fault).await);
    for (by, words) in expected.by.into_iter().zip(expected.told) {
        let mut instance = open(&sinks, json!({"url": receiver.url(path)})).await;
        let report = instance.deliver(batch(1)).await;
        let received: Vec<String> =
            receiver.take().iter().map(|one| one.headers["x-version"].to_str().unwrap().to_owned()).collect();
        let arrived: Vec<&str> = [by].into_iter().filter(|by| !by.is_empty()).collect();
        assert_eq!(received, arrived, "{former} {fault}: {}", told(&report));
        assert!(told(&report).contains(words), "{former} {fault}: {}", told(&report));
    }
    let verdicts: Vec<Verdict> = sinks.verdicts().into_iter().map(|(_, _, verdict)| verdict).collect();
    match (expected.verdict, verdicts.as_slice()) {
        (None, []) => {}
        (Some(words), [Verdict::Failed(reason)]) => assert!(reason.contains(words), "{fault}: {reason}"),
        (_, verdicts) => panic!("{former} {fault}: {verdicts:?}"),
    }
    let serving = if expected.verdict.is_some() { "1.0.0" } else { "2.0.0" };
    assert_eq!(sinks.descriptor("relay").unwrap().version, serving, "{former} {fault}");
}

#[tokio::test]
async fn what_fails_where_the_former_version_works_is_rolled_back() {
    let ok = "/status/200";
    let sound = |by: &'static str, verdict| Expected { by: [by; 3], told: ["delivered"; 3], verdict };
    check(("fine", "fine"), ok, sound("2.0.0", None)).await;
    check(("fine", "open"), ok, sound("1.0.0", Some("it does not open for the destination \"crm\": relay.open"))).await;
    check(("fine", "probe"), ok, sound("1.0.0", Some("its probe of \"crm\" failed: relay.probe"))).await;
    check(("fine", "trap"), ok, sound("1.0.0", Some("it broke off a batch that the former version delivers: sink.trap"))).await;
    let sent = Expected { by: ["2.0.0"; 3], told: ["sink.trap"; 3], verdict: Some("it broke off 3 batches, at last: sink.trap") };
    check(("fine", "sent"), ok, sent).await;
}

#[tokio::test]
async fn what_both_versions_fail_at_is_held_against_neither() {
    let trapped = Expected { by: [""; 3], told: ["sink.trap"; 3], verdict: None };
    check(("trap", "trap"), "/status/200", trapped).await;
    let refused = Expected { by: ["2.0.0"; 3], told: ["http.503"; 3], verdict: None };
    check(("fine", "fine"), "/status/503", refused).await;
    let reached = Expected { by: ["2.0.0"; 3], told: ["delivered"; 3], verdict: None };
    check(("probe", "probe"), "/status/200", reached).await;
}

#[tokio::test]
async fn a_version_is_trusted_once_it_has_answered_a_hundred_batches() {
    let (receiver, sinks) = (Receiver::start().await, WasmSinks::load(options(), &[]).await.unwrap());
    sinks.install(admit(&sinks, "1.0.0", "fine").await);
    let config = json!({"url": receiver.url("/status/200")});
    let mut before = open(&sinks, config.clone()).await;
    sinks.try_out(admit(&sinks, "2.0.0", "fine").await);
    assert!(sinks.infos()[0].on_trial);
    // An instance that is open ends as it began.
    before.deliver(batch(1)).await;
    assert_eq!(receiver.take()[0].headers["x-version"], "1.0.0");
    let mut instance = open(&sinks, config).await;
    for _ in 0..100 {
        assert_eq!(sinks.verdicts(), []);
        instance.deliver(batch(1)).await;
    }
    let digest = sinks.infos()[0].digest.clone();
    assert_eq!(sinks.verdicts(), [("relay".to_owned(), digest.clone(), Verdict::Passed)]);
    sinks.settle("relay", &digest);
    assert_eq!((sinks.verdicts(), sinks.infos()[0].on_trial), (Vec::new(), false));
    assert!(receiver.take().iter().all(|one| one.headers["x-version"] == "2.0.0"));
}
