//! Components built for WASI 0.2 run in an empty sandbox: nothing of the machine shows, output is the log, and HTTP goes where it is granted.
//!
//! Double: a sink that calls WASI as told (`tests/guests/wasi`). Oracles: what it was told, and what the receiver got.

use ampline::sink::{
    BatchReport, Sinks,
    wasm::{HostOptions, HttpOptions, WasmSinks},
};
use serde_json::json;

use crate::{
    fakes::{batch, limits, open, options, told},
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
        ("names", "delivered: access-denied"),
        ("random", "delivered: 16 bytes, others each time"),
        ("time", "delivered: waited true, after 2025 true"),
        ("output", "delivered: true"),
        ("flood-output", "delivered: true"),
        ("forbidden-header", "delivered: HeaderError::Forbidden"),
        ("exit", "sink.trap: Exited with i32 exit status 1; it last logged: "),
        ("handles", "sink.trap: "),
    ] {
        let told = told(&called(&sinks, call, "http://127.0.0.1:9/").await);
        assert!(told.starts_with(answer), "{call}: {told}");
    }
}
