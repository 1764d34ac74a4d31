//! The webhook sink, end to end against a receiver: what arrives, how it is signed, and what each answer means.

use std::{sync::Arc, time::Duration};

use ampline::{
    network::AddressPolicy,
    sink::{
        BatchItem, FIRST_PARTY, SinkInstance,
        wasm::{HostOptions, HttpOptions, WasmSinks},
    },
};
use ampline_core::{
    message::Envelope,
    outcome::{FailureClass, Outcome},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    fakes::{NEW_KEY, OLD_KEY, batch, envelope, failure, open, options, told},
    receiver::{Received, Receiver, closing, refusing},
};

const TIMEOUT: Duration = Duration::from_millis(500);

async fn webhook(url: &str) -> Box<dyn SinkInstance> {
    guarded(url, AddressPolicy::Anywhere).await
}

async fn guarded(url: &str, addresses: AddressPolicy) -> Box<dyn SinkInstance> {
    let http = HttpOptions { timeout_max: TIMEOUT, addresses, ..HttpOptions::default() };
    let sinks = WasmSinks::load(HostOptions { http, ..options() }, FIRST_PARTY).await.unwrap();
    let config = json!({"url": url, "headers": {"x-team": "red"}});
    open(&sinks, "webhook", config).await.unwrap()
}

/// The signature by another way than the runtime's.
fn signature(key: &str, received: &Received, family: &str) -> String {
    let header = |name: &str| received.headers[format!("{family}-{name}")].to_str().unwrap().to_owned();
    let key = BASE64_STANDARD.decode(key.strip_prefix("whsec_").unwrap()).unwrap();
    let signed = [header("id").as_bytes(), b".", header("timestamp").as_bytes(), b".", &received.body].concat();
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap().chain_update(signed).finalize();
    format!("v1,{}", BASE64_STANDARD.encode(mac.into_bytes()))
}

#[tokio::test]
async fn every_message_arrives_once_as_stored_and_signed_twice_over() {
    let receiver = Receiver::start().await;
    let mut instance = webhook(&receiver.url("/hook")).await;
    let sent = batch(100);
    let report = instance.deliver(sent.clone()).await;
    assert!(report.results.iter().all(|r| matches!(r.outcome, Outcome::Delivered(_))) && report.reusable, "{}", told(&report));
    let mut received = receiver.take();
    assert_eq!(received.len(), 100);
    received.sort_by_key(|r| r.headers["webhook-id"].clone());
    for (item, received) in sent.iter().zip(&received) {
        assert_eq!(received.body, item.envelope.body);
        assert_eq!(received.headers["webhook-id"], item.envelope.id.to_string().as_str());
        for family in ["webhook", "svix"] {
            let expected = [NEW_KEY, OLD_KEY].map(|key| signature(key, received, family)).join(" ");
            assert_eq!(received.headers[format!("{family}-signature")], expected.as_str());
        }
        let signed_at: i64 = received.headers["webhook-timestamp"].to_str().unwrap().parse().unwrap();
        assert!((Timestamp::now().as_second() - signed_at).abs() < 60);
        assert_eq!(received.headers["content-type"], "application/json");
        assert_eq!(received.headers["x-team"], "red");
        assert!(received.headers["user-agent"].to_str().unwrap().starts_with("Ampline/"));
    }
}

#[tokio::test]
async fn a_message_too_large_goes_out_in_the_url_form() {
    let receiver = Receiver::start().await;
    let large = envelope(0, 4_000);
    assert!(large.body.len() > 300_000);
    let report = webhook(&receiver.url("/hook")).await.deliver(items(large)).await;
    assert!(told(&report).starts_with("delivered"), "{}", told(&report));
    let received = receiver.take();
    let body: Value = serde_json::from_slice(&received[0].body).unwrap();
    assert_eq!(body["objectName"], "contact");
    assert_eq!((&body["resultInfo"]["type"], &body["resultInfo"]["numRecords"]), (&json!("url"), &json!(4_000)));
    assert!(body["resultInfo"]["downloadUrl"].as_str().unwrap().starts_with("http://ampline.test/downloads/"));
    assert!(body.get("result").is_none());
    assert!(received[0].headers["webhook-signature"].to_str().unwrap().starts_with(&signature(NEW_KEY, &received[0], "webhook")));
}

fn items(envelope: Envelope) -> Vec<BatchItem> {
    vec![BatchItem { envelope: Arc::new(envelope), attempt: 1 }]
}

#[tokio::test]
async fn each_answer_has_its_class() {
    use FailureClass::{Blocked, Throttled, Transient};
    let receiver = Receiver::start().await;
    for (path, class, code, retry_after_ms) in [
        ("/redirect", Transient, "http.302", None),
        ("/status/400", Transient, "http.400", None),
        ("/status/410", Blocked, "http.410", None),
        ("/status/500", Transient, "http.500", None),
        ("/retry-after/429/7", Throttled, "http.429", Some(7_000)),
        ("/retry-after/503/1.5", Throttled, "http.503", Some(1_500)),
        ("/big", Transient, "http.400", None),
    ] {
        let report = webhook(&receiver.url(path)).await.deliver(batch(1)).await;
        let failure = failure(&report);
        assert_eq!((failure.code.as_str(), failure.class), (code, class), "{path}: {failure:?}");
        assert_eq!(failure.retry_after, retry_after_ms.map(Duration::from_millis), "{path}");
        assert!(failure.message.len() < 20_000 && report.reusable, "{path}");
        assert_eq!(receiver.take().len(), 1, "{path}: one request, nothing followed and nothing repeated");
    }
}

#[tokio::test]
async fn no_answer_is_transient_and_says_whether_it_may_have_been_taken() {
    let receiver = Receiver::start().await;
    for (url, code, maybe_applied) in [
        (receiver.url("/hang"), "http.timeout", true),
        (closing().await, "http.reset", true),
        (refusing().await, "http.connect", false),
        ("https://nowhere.invalid/".to_owned(), "http.dns", false),
    ] {
        let report = webhook(&url).await.deliver(batch(2)).await;
        let failure = failure(&report);
        assert_eq!((failure.code.as_str(), failure.maybe_applied), (code, maybe_applied), "{url}: {failure:?}");
        assert_eq!(failure.class, FailureClass::Transient, "{url}");
        assert!(report.reusable, "{url}");
    }
}

#[tokio::test]
async fn an_address_that_is_refused_is_never_dialled_and_says_why() {
    let receiver = Receiver::start().await;
    let by_number = receiver.url("/hook");
    let by_name = by_number.replace("127.0.0.1", "localhost");
    for url in [&by_number, &by_name] {
        let report = guarded(url, AddressPolicy::Public(Vec::new())).await.deliver(batch(1)).await;
        let failure = failure(&report);
        assert_eq!((failure.code.as_str(), failure.class), ("http.address", FailureClass::Blocked), "{url}: {failure:?}");
        assert!(failure.message.contains("which is loopback") && !failure.maybe_applied, "{url}: {failure:?}");
        assert!(receiver.take().is_empty(), "{url}");
        let allowed = AddressPolicy::Public(vec!["127.0.0.0/8".parse().unwrap()]);
        let report = guarded(url, allowed).await.deliver(batch(1)).await;
        assert!(told(&report).starts_with("delivered"), "{url}: {}", told(&report));
        assert_eq!(receiver.take().len(), 1, "{url}");
    }
}

#[tokio::test]
async fn every_spelling_of_a_refused_address_is_refused_by_what_it_is() {
    let receiver = Receiver::start().await;
    let port = receiver.url("").rsplit_once(':').unwrap().1.to_owned();
    for (host, expected) in [
        ("127.0.0.1", "127.0.0.1, which is loopback"),
        ("127.1", "127.0.0.1, which is loopback"),
        ("2130706433", "127.0.0.1, which is loopback"),
        ("0x7f.1", "127.0.0.1, which is loopback"),
        ("0177.0.0.01", "127.0.0.1, which is loopback"),
        ("localhost", "which is loopback"),
        ("LOCALHOST", "which is loopback"),
        ("[::1]", "::1, which is loopback"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1, which is loopback"),
        ("[::127.0.0.1]", "which is loopback"),
        ("[64:ff9b::7f00:1]", "which is loopback"),
        ("[2002:7f00:1::]", "which is loopback"),
        ("[2001:0:808:808::80ff:fffe]", "which is loopback"),
        ("0.0.0.0", "0.0.0.0, which is this network"),
        ("0", "0.0.0.0, which is this network"),
        ("10.1.2.3", "which is private"),
        ("192.168.1.1", "which is private"),
        ("[fd12::1]", "which is private"),
        ("100.64.0.1", "which is carrier-grade NAT"),
        ("169.254.169.254", "which is cloud metadata"),
        ("0xa9fea9fe", "169.254.169.254, which is cloud metadata"),
        ("[fd00:ec2::254]", "which is cloud metadata"),
        ("169.254.7.7", "which is link-local"),
        ("[fe80::1]", "which is link-local"),
        ("224.0.0.1", "which is multicast"),
        ("240.0.0.1", "which is reserved"),
        ("192.0.2.1", "which is documentation"),
        ("198.18.0.1", "which is benchmark"),
    ] {
        let http = HttpOptions { timeout_max: TIMEOUT, ..HttpOptions::default() };
        let sinks = WasmSinks::load(HostOptions { http, ..options() }, FIRST_PARTY).await.unwrap();
        let config = json!({"url": format!("http://{host}:{port}/hook"), "allowHttp": true});
        let report = open(&sinks, "webhook", config).await.unwrap().deliver(batch(1)).await;
        let failure = failure(&report);
        assert_eq!((failure.code.as_str(), failure.class), ("http.address", FailureClass::Blocked), "{host}: {failure:?}");
        assert!(failure.message.contains(expected), "{host}: {}", failure.message);
        assert!(failure.message.contains("`allow` under [network] in ampline.toml"), "{host}: {}", failure.message);
    }
    assert!(receiver.take().is_empty());
}
