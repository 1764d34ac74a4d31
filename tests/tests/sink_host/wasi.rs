//! Components built for WASI 0.2 run in an empty sandbox: nothing of the machine shows, output is the log, and HTTP goes where it is granted.
//!
//! Double: a sink that calls WASI as told (`tests/guests/wasi`). Oracles: what it was told, and what the receiver got.

use std::{sync::Arc, time::Duration};

use ampline::{
    destination::grants::DestinationGrants,
    network::AddressPolicy,
    sink::{
        BatchReport, Destination, Sinks,
        wasm::{HostOptions, HttpOptions, WasmSinks},
    },
};
use serde_json::json;

use crate::{
    fakes::{batch, destination, open, options, told},
    receiver::Receiver,
};

const WASI: &[(&str, &[u8])] = &[("wasi", ampline_tests::guests::WASI)];

async fn called(sinks: &WasmSinks, call: &str, url: &str) -> BatchReport {
    let mut instance = open(sinks, "wasi", json!({"call": call, "url": url})).await.unwrap();
    instance.deliver(batch(1)).await
}

#[tokio::test]
async fn the_sandbox_is_empty() {
    let sinks = WasmSinks::load(options(), WASI).await.unwrap();
    for (call, answer) in [
        ("environment", "delivered: 0 variables, 0 arguments, folder None"),
        ("files", "delivered: 0 folders"),
        ("input", "delivered: Err(StreamError::Closed)"),
        ("tcp", "delivered: access-denied"),
        ("names", "delivered: permanent-resolver-failure"),
        ("random", "delivered: 16 bytes, others each time"),
        ("time", "delivered: waited true, after 2025 true"),
        ("output", "delivered: true"),
        ("flood-output", "delivered: true"),
        ("forbidden-header", "delivered: HeaderError::Forbidden"),
        ("exit", "sink.trap: Exited with i32 exit status 1"),
        ("handles", "sink.trap: "),
    ] {
        let told = told(&called(&sinks, call, "http://127.0.0.1:9/").await);
        assert!(told.starts_with(answer), "{call}: {told}");
    }
}

/// An installed sink, which needs grants.
async fn installed(http: HttpOptions) -> Arc<WasmSinks> {
    let sinks = WasmSinks::load(HostOptions { http, ..options() }, &[]).await.unwrap();
    let admitted = sinks.admit(ampline_tests::guests::WASI).await.unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(admitted.info().imports.iter().filter(|import| import.starts_with("wasi:")).count(), 7);
    sinks.install(admitted);
    sinks
}

async fn asked(sinks: &WasmSinks, call: &str, url: &str, hosts: &[&str]) -> BatchReport {
    let one = (*destination("wasi", json!({"call": call, "url": url}))).clone();
    let grants = DestinationGrants {
        hosts: hosts.iter().map(|host| (*host).to_owned().try_into().unwrap()).collect(),
        ..DestinationGrants::default()
    };
    let mut instance = sinks.open(&Arc::new(Destination { grants, ..one })).await.unwrap();
    instance.deliver(batch(1)).await
}

#[tokio::test]
async fn http_goes_where_it_is_granted_and_the_address_policy_allows() {
    let (receiver, everywhere) = (Receiver::start().await, options().http);
    let base = receiver.url("");
    let public = HttpOptions { addresses: AddressPolicy::default(), ..everywhere.clone() };
    let (open, guarded) = (installed(everywhere).await, installed(public).await);
    let words = |path: &str| receiver.url(path);
    for (sinks, call, url, hosts, answer) in [
        (&open, "get", words("/status/201"), &[base.as_str()][..], "delivered: 201: the other side's words"),
        (&open, "post", words("/status/200"), &[base.as_str()], "delivered: 200: the other side's words"),
        (&open, "get", words("/status/200"), &["*"], "delivered: 200: "),
        (&open, "get", words("/redirect"), &["*"], "delivered: 302: "),
        (&open, "get", words("/status/200"), &["https://api.example.com"], "delivered: ErrorCode::HttpRequestDenied"),
        (&open, "get", words("/status/200"), &[], "delivered: ErrorCode::HttpRequestDenied"),
        (&open, "get", "http://127.0.0.1:1/".to_owned(), &["*"], "delivered: ErrorCode::ConnectionRefused"),
        (&open, "get", "http://nowhere.invalid/".to_owned(), &["*"], "delivered: ErrorCode::DnsError"),
        (&guarded, "get", words("/status/200"), &["*"], "delivered: ErrorCode::DestinationIpProhibited"),
    ] {
        let told = told(&asked(sinks, call, &url, hosts).await);
        assert!(told.starts_with(answer), "{call} {url} {hosts:?}: {told}");
        let received = receiver.take();
        assert_eq!(received.len(), usize::from(url.starts_with(&base) && !answer.contains("ErrorCode")), "{url} {hosts:?}");
        if call == "post" {
            assert_eq!(&received[0].body[..], b"a body in two pieces");
        }
    }
}

#[tokio::test]
async fn answers_that_do_not_come_end_with_the_time_of_a_request() {
    let receiver = Receiver::start().await;
    let http = HttpOptions { timeout: Duration::from_millis(200), ..options().http };
    let sinks = installed(http).await;
    let told = told(&asked(&sinks, "get", &receiver.url("/hang"), &["*"]).await);
    assert!(told.starts_with("delivered: ErrorCode::HttpResponseTimeout"), "{told}");
}
