//! The hosted-store sink, end to end against a store that remembers.

use std::sync::Arc;

use ampline::{
    sink::{
        BatchItem, BatchReport, FIRST_PARTY,
        wasm::{HostOptions, WasmSinks},
    },
    store::Change,
};
use ampline_core::outcome::FailureClass;
use bytes::Bytes;
use serde_json::json;

use crate::fakes::{Store, envelope, failure, open, options, told};

async fn deliver(store: &Arc<Store>) -> BatchReport {
    let sinks = WasmSinks::load(HostOptions { documents: store.clone(), ..options() }, FIRST_PARTY).await.unwrap();
    let mut instance = open(&sinks, "api", json!({"endpoint": "contacts"})).await.unwrap();
    instance.deliver(vec![BatchItem { envelope: Arc::new(envelope(0, 3)), attempt: 1 }]).await
}

#[tokio::test]
async fn each_record_becomes_a_change_with_its_bytes_untouched() {
    let store = Arc::new(Store::default());
    let report = deliver(&store).await;
    assert!(told(&report).starts_with("delivered"), "{}", told(&report));
    let document = |n| Some(Bytes::from(format!(r#"{{"id":"{n}","big":1e400,"Größe":1.50}}"#)));
    let change = |n: u32, modified_at_ms, document| Change {
        endpoint: "contacts".to_owned(),
        group: "group-1".to_owned(),
        item: format!("rec-{n}"),
        modified_at_ms,
        occurred_at_ms: 5_000,
        document,
    };
    let expected = [change(0, 1_000, document(0)), change(1, 1_001, None), change(2, 5_000, document(2))];
    assert_eq!(store.applied.lock().unwrap().concat(), expected);
}

#[tokio::test]
async fn a_store_that_fails_is_tried_again() {
    let report = deliver(&Arc::new(Store { broken: true, ..Store::default() })).await;
    let failure = failure(&report);
    assert_eq!((failure.code.as_str(), failure.class), ("documents.failed", FailureClass::Transient));
    assert!(failure.message.contains("the disk is full") && report.reusable);
}
