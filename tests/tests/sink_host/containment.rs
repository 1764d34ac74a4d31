//! A sink that misbehaves fails its own batch, says why, and disturbs nobody.

use std::time::Duration;

use ampline::sink::{
    SinkInstance, Sinks,
    wasm::{Limits, WasmSinks},
};
use ampline_core::outcome::{FailureClass, Outcome};
use serde_json::json;

use crate::{
    fakes::{MISBEHAVING, batch, behave, failure, limits, open, options, told},
    receiver::Receiver,
};

/// Delivers batch after batch, as somebody else's destination, until told to stop; each must succeed.
async fn healthy(sinks: &WasmSinks, stop: impl Future<Output = ()>) -> usize {
    let mut stop = std::pin::pin!(stop);
    let mut instance = open(sinks, "misbehaving", behave("deliver")).await.unwrap();
    let mut delivered = 0;
    loop {
        let report = instance.deliver(batch(10)).await;
        assert!(report.results.iter().all(|r| matches!(r.outcome, Outcome::Delivered(_))), "{}", told(&report));
        delivered += report.results.len();
        tokio::select! {
            biased;
            () = &mut stop => return delivered,
            () = tokio::time::sleep(Duration::from_millis(1)) => {}
        }
    }
}

/// Delivers three envelopes to a sink of this behaviour while a healthy one works beside it.
async fn check(sinks: &WasmSinks, behaviour: &str, codes: &[&str], words: &str, reusable: bool) {
    let (stopped, stop) = tokio::sync::oneshot::channel();
    let bad = async {
        let mut instance = open(sinks, "misbehaving", behave(behaviour)).await.unwrap();
        let report = instance.deliver(batch(3)).await;
        let _ = stopped.send(());
        report
    };
    let (report, delivered) = tokio::join!(
        bad,
        healthy(sinks, async {
            let _ = stop.await;
        })
    );
    let told = told(&report);
    assert_eq!(report.results.len(), 3, "{behaviour}");
    assert!(codes.iter().any(|code| told.starts_with(code)) && told.contains(words), "{behaviour}: {told}");
    assert_eq!(report.reusable, reusable, "{behaviour}: {told}");
    assert!(told.len() < 20_000, "{behaviour}: {} bytes told", told.len());
    assert!(delivered > 0, "{behaviour}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_misdeed_is_contained_and_named() {
    let sinks = WasmSinks::load(options(), MISBEHAVING).await.unwrap();
    let (lost, kept) = (false, true);
    for (behaviour, codes, words, reusable) in [
        ("deliver", &["delivered"][..], "", kept),
        ("reject", &["test.rejected"], "never acceptable", kept),
        ("throttle", &["test.throttled"], "", kept),
        ("trap", &["sink.trap"], "unreachable", lost),
        ("panic", &["sink.trap"], "the sink panicked on purpose", lost),
        ("recurse", &["sink.trap"], "wasm trap: ", lost),
        ("loop", &["sink.cpu"], "more than 300 ms of processor time", lost),
        ("allocate", &["sink.memory"], "more memory than it may have", lost),
        ("short", &["sink.outcomes"], "3 envelopes with 2 outcomes", lost),
        ("long", &["sink.outcomes"], "3 envelopes with 4 outcomes", lost),
        ("empty", &["sink.outcomes"], "3 envelopes with 0 outcomes", lost),
        ("flood-log", &["sink.trap", "sink.cpu"], "it last logged: one of very many lines", lost),
        ("big-log", &["delivered"], "logged", kept),
        ("big-message", &["sink.memory"], "", lost),
        ("flood-http", &["sink.memory", "sink.trap"], "", lost),
        ("bad-index", &["sink.trap"], "the sink named message 3, but the batch has 3 messages", lost),
        ("reserved-header", &["http.header"], "the header webhook-id belongs to the runtime", kept),
        ("look", &["delivered"], "metadata=9 records=1", kept),
        ("flood-body", &["sink.trap", "sink.cpu"], "", lost),
    ] {
        check(&sinks, behaviour, codes, words, reusable).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_in_open_and_validate_are_failures_of_the_destination() {
    let sinks = WasmSinks::load(options(), MISBEHAVING).await.unwrap();
    for (behaviour, code, class) in [
        ("trap-in-open", "sink.trap", FailureClass::Transient),
        ("loop-in-open", "sink.cpu", FailureClass::Transient),
        ("block-in-open", "test.blocked", FailureClass::Blocked),
    ] {
        let failure = open(&sinks, "misbehaving", behave(behaviour)).await.err().expect(behaviour);
        assert_eq!((failure.code.as_str(), failure.class), (code, class), "{behaviour}");
    }
    let unknown = open(&sinks, "nowhere", json!({})).await.err().unwrap();
    assert_eq!((unknown.code.as_str(), unknown.class), ("sink.unknown", FailureClass::Blocked));
    let looped = sinks.validate("misbehaving", &behave("loop-in-validate")).await.unwrap_err();
    assert_eq!(looped.code, "sink.cpu");
    let warned = sinks.validate("misbehaving", &behave("warn-in-validate")).await.unwrap();
    assert_eq!(warned.iter().map(|issue| (issue.pointer.as_str(), issue.fatal)).collect::<Vec<_>>(), [("/behaviour", false)]);
    let wrong = sinks.validate("misbehaving", &behave("no such thing")).await.unwrap();
    assert!(wrong.iter().any(|issue| issue.fatal && issue.pointer == "/behaviour"), "{wrong:?}");
}

#[tokio::test]
async fn state_lives_as_long_as_a_lease() {
    let sinks = WasmSinks::load(options(), MISBEHAVING).await.unwrap();
    let mut calls = Vec::new();
    for _ in 0..2 {
        let mut instance = open(&sinks, "misbehaving", behave("remember")).await.unwrap();
        for _ in 0..2 {
            calls.push(told(&instance.deliver(batch(1)).await));
        }
    }
    assert_eq!(calls, ["delivered: call 1", "delivered: call 2", "delivered: call 1", "delivered: call 2"]);
}

async fn hanging(limits: Limits) -> (Box<dyn SinkInstance>, Receiver) {
    let receiver = Receiver::start().await;
    let options = ampline::sink::wasm::HostOptions { limits, ..options() };
    let sinks = WasmSinks::load(options, MISBEHAVING).await.unwrap();
    let config = json!({"behaviour": "slow-host", "url": receiver.url("/hang")});
    (open(&sinks, "misbehaving", config).await.unwrap(), receiver)
}

#[tokio::test]
async fn a_call_that_takes_too_long_may_have_been_applied() {
    let (mut instance, _receiver) = hanging(Limits { wall_per_call_max: Duration::from_millis(300), ..limits() }).await;
    let report = instance.deliver(batch(1)).await;
    let failure = failure(&report);
    assert_eq!((failure.code.as_str(), failure.maybe_applied, report.reusable), ("sink.timeout", true, false));
    assert!(report.results[0].duration >= Duration::from_millis(300));
    assert!(told(&instance.deliver(batch(1)).await).starts_with("sink.closed"));
}

#[tokio::test]
async fn a_delivery_that_is_dropped_takes_its_instance_along() {
    let (mut instance, receiver) = hanging(limits()).await;
    let arrived = async {
        while receiver.take().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        report = instance.deliver(batch(1)) => panic!("{}", told(&report)),
        () = arrived => {}
    }
    let report = instance.deliver(batch(1)).await;
    assert!(told(&report).starts_with("sink.closed") && !report.reusable);
}

#[tokio::test]
async fn instances_are_limited_and_waited_for() {
    let limits = Limits { instances_max: 1, instance_wait_max: Duration::from_millis(50), ..limits() };
    let sinks = WasmSinks::load(ampline::sink::wasm::HostOptions { limits, ..options() }, MISBEHAVING).await.unwrap();
    let first = open(&sinks, "misbehaving", behave("deliver")).await.unwrap();
    assert_eq!(open(&sinks, "misbehaving", behave("deliver")).await.err().unwrap().code, "sink.busy");
    drop(first);
    assert!(open(&sinks, "misbehaving", behave("deliver")).await.is_ok());
}
