//! What an operator grants to an installed sink: hosts, credentials and limits, and nothing besides.
//!
//! Oracles: what the other side received, the whole memory of the guest, and the words of each denial, whose commands
//! `tests/destinations` carries out.

use std::{collections::BTreeMap, sync::Arc};

use ampline::{
    destination::grants::{CredentialBinding, CredentialKind, DestinationGrants, DestinationLimits, HostPattern, Origin},
    secrets::{NamedCredential, Secret},
    sink::{
        Destination, SinkInstance, Sinks,
        wasm::{HostOptions, WasmSinks},
    },
};
use ampline_core::outcome::FailureClass;
use serde_json::{Value, json};

use crate::{
    fakes::{One, batch, failure, options, told},
    receiver::Receiver,
};

const TOKEN: &str = "grants-token-canary-0815";

fn binding(origin: &str) -> CredentialBinding {
    let origins = vec![Origin::parse(origin).unwrap()];
    CredentialBinding { kind: CredentialKind::Bearer, origins, username: None, header: None, prefix: None, oauth2: None }
}

/// The misbehaving sink as somebody installed it, beside nothing that is built in.
async fn installed(bound_to: &str) -> Arc<WasmSinks> {
    let credential = NamedCredential::new(&binding(bound_to), &Secret::new(TOKEN)).unwrap();
    let options = HostOptions { secrets: Arc::new(One(Arc::new(credential))), ..options() };
    let sinks = WasmSinks::load(options, &[]).await.unwrap();
    let admitted = sinks.admit(ampline_tests::guests::MISBEHAVING).await.unwrap_or_else(|problems| panic!("{problems:?}"));
    sinks.install(admitted);
    sinks
}

async fn open(sinks: &WasmSinks, config: Value, grants: DestinationGrants) -> Box<dyn SinkInstance> {
    let (id, name, kind) = ("dest-1".to_owned(), "crm".to_owned(), "misbehaving".to_owned());
    sinks.open(&Arc::new(Destination { id, name, kind, config, grants })).await.unwrap()
}

fn hosts(patterns: &[&str]) -> DestinationGrants {
    let hosts = patterns.iter().map(|pattern| HostPattern::parse(pattern).unwrap()).collect();
    DestinationGrants { hosts, ..DestinationGrants::default() }
}

fn origin(receiver: &Receiver) -> String {
    receiver.url("")
}

#[tokio::test]
async fn an_installed_sink_reaches_what_is_granted_and_nothing_else() {
    let receiver = Receiver::start().await;
    let (url, here) = (receiver.url("/ok"), origin(&receiver));
    let sinks = installed("https://unused.example").await;
    let denied = format!(
        "grant.host: nothing grants {here} to the destination \"crm\": run `ampline destinations grant crm --host {here}`, if its sink is \
         to send there"
    );
    let bound = DestinationGrants { credentials: BTreeMap::from([("api".to_owned(), binding(&here))]), ..Default::default() };
    let of_file = DestinationGrants { is_of_file: true, ..Default::default() };
    let in_file = format!("add \"{here}\" to `hosts` of [destinations.crm.grants] in ampline.toml");
    for (behaviour, grants, expected, arrives) in [
        ("slow-host", hosts(&[]), denied.as_str(), false),
        ("slow-host", hosts(&["https://elsewhere.example", "https://*.example.com"]), &denied, false),
        ("slow-host", hosts(&[&here.replace("http:", "https:")]), &denied, false),
        // Whatever a sink makes of a denial, a person has to act, and nothing becomes a dead letter.
        ("hide", hosts(&[]), &denied, false),
        ("slow-host", of_file, &in_file, false),
        ("slow-host", hosts(&[&here]), "delivered", true),
        ("slow-host", hosts(&["*"]), "delivered", true),
        ("slow-host", bound, "delivered", true),
    ] {
        let config = json!({ "behaviour": behaviour, "url": url });
        let report = open(&sinks, config, grants.clone()).await.deliver(batch(2)).await;
        let told = told(&report);
        assert!(told.contains(expected) && report.reusable, "{behaviour} {grants:?}: {told}");
        assert_eq!(!receiver.take().is_empty(), arrives, "{grants:?}");
        if !arrives {
            assert_eq!(failure(&report).class, FailureClass::Blocked);
            assert!(!failure(&report).maybe_applied);
        }
    }
}

#[tokio::test]
async fn a_credential_arrives_at_its_origin_and_is_nowhere_else() {
    let receiver = Receiver::start().await;
    let (url, here) = (receiver.url("/echo"), origin(&receiver));
    let sinks = installed(&here).await;
    for (needle, is_there) in [("/echo", true), ("authorization", true), (TOKEN, false)] {
        let reversed: String = needle.chars().rev().collect();
        let config = json!({ "behaviour": "search", "url": url, "credential": "api", "reversed": reversed });
        let told = told(&open(&sinks, config, hosts(&[&here])).await.deliver(batch(1)).await);
        let found: usize = told.strip_prefix("delivered: found=").unwrap_or_else(|| panic!("{told}")).parse().unwrap();
        assert_eq!(found > 0, is_there, "{needle}: {found} times");
        assert_eq!(receiver.take().remove(0).headers["authorization"], format!("Bearer {TOKEN}").as_str());
    }
    // What the sink says of an answer that echoes is free of it too.
    let config = json!({ "behaviour": "slow-host", "url": url, "credential": "api" });
    let told = told(&open(&sinks, config, hosts(&[&here])).await.deliver(batch(1)).await);
    assert!(told.starts_with("http.500") && told.contains("[secret]") && !told.contains(TOKEN), "{told}");
    receiver.take();
}

#[tokio::test]
async fn a_credential_is_withheld_with_the_reason() {
    let receiver = Receiver::start().await;
    let (url, here) = (receiver.url("/ok"), origin(&receiver));
    for (bound_to, credential, behaviour, code, expected) in [
        (
            "https://api.example.com",
            "api",
            "slow-host",
            "grant.credential",
            format!(
                "the credential \"api\" is bound to https://api.example.com, and the request goes to {here}; if it belongs there, run \
                 `ampline destinations credentials set crm api --origin {here}`"
            ),
        ),
        (
            here.as_str(),
            "other",
            "slow-host",
            "grant.credential",
            format!(
                "the destination \"crm\" has no credential \"other\": run `ampline destinations credentials set crm other --origin {here}`"
            ),
        ),
        (
            here.as_str(),
            "api",
            "own-authorization",
            "http.header",
            "the sink sets authorization, and so does the credential \"api\"".to_owned(),
        ),
    ] {
        let sinks = installed(bound_to).await;
        let config = json!({ "behaviour": behaviour, "url": url, "credential": credential });
        let report = open(&sinks, config, hosts(&[&here])).await.deliver(batch(1)).await;
        let failure = failure(&report);
        assert_eq!((failure.code.as_str(), failure.class), (code, FailureClass::Blocked));
        assert!(failure.message.contains(&expected), "{}", failure.message);
        assert!(receiver.take().is_empty(), "nothing was sent");
    }
}

#[tokio::test]
async fn limits_hold_for_one_destination_alone() {
    let receiver = Receiver::start().await;
    let (url, here) = (receiver.url("/ok"), origin(&receiver));
    let sinks = installed("https://unused.example").await;
    let limited = |limits: DestinationLimits| DestinationGrants { limits, ..hosts(&[&here]) };
    let none = DestinationLimits::default();
    for (behaviour, limits, expected, remedy) in [
        ("allocate", DestinationLimits { memory_mebibytes: Some(4), ..none }, "sink.memory", "--limit memory-mebibytes=…"),
        (
            "loop",
            DestinationLimits { cpu_milliseconds: Some(50), ..none },
            "sink.cpu: the sink used more than 50 ms",
            "--limit cpu-mil",
        ),
        ("slow-host", DestinationLimits { requests_per_batch: Some(2), ..none }, "delivered", ""),
        (
            "look",
            DestinationLimits { host_calls_per_batch: Some(5), ..none },
            "sink.trap: the sink called the host more than 5 times",
            "",
        ),
    ] {
        let config = json!({ "behaviour": behaviour, "url": url });
        let (mut small, mut usual) = (
            open(&sinks, config, limited(limits)).await,
            open(&sinks, json!({ "behaviour": "slow-host", "url": url }), limited(none)).await,
        );
        let (of_small, of_usual) = tokio::join!(small.deliver(batch(3)), usual.deliver(batch(3)));
        let told_of_small = told(&of_small);
        assert!(told_of_small.starts_with(expected) && told_of_small.contains(remedy), "{behaviour}: {told_of_small}");
        assert!(told(&of_usual).starts_with("delivered"), "{behaviour}: {}", told(&of_usual));
    }
    // Of three requests the third is one too many, and no more.
    let two = limited(DestinationLimits { requests_per_batch: Some(2), ..none });
    let report = open(&sinks, json!({ "behaviour": "slow-host", "url": url }), two).await.deliver(batch(3)).await;
    let codes: Vec<String> = report.results.iter().map(|one| format!("{:?}", one.outcome)).collect();
    assert!(codes[1].starts_with("Delivered") && codes[2].contains("sink.requests"), "{codes:?}");
}

#[tokio::test]
async fn a_request_ends_before_its_batch_does() {
    let receiver = Receiver::start().await;
    let sinks = installed("https://unused.example").await;
    let limits = DestinationLimits { batch_seconds: Some(1), ..DestinationLimits::default() };
    let grants = DestinationGrants { limits, ..hosts(&[&origin(&receiver)]) };
    let config = json!({ "behaviour": "slow-host", "url": receiver.url("/hang") });
    let report = open(&sinks, config, grants).await.deliver(batch(1)).await;
    assert!(told(&report).starts_with("http.timeout") && told(&report).contains("800 ms"), "{}", told(&report));
}
