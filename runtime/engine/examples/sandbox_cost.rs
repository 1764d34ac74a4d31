//! What an envelope costs on its way through the sandbox: the first-party sinks over capabilities that only count.
//!
//! `cargo run --release -p ampline --example sandbox_cost`

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use ampline::{
    downloads::{Downloads, EXPIRY_S_DEFAULT},
    secrets::{Secrets, SigningKey},
    sink::{
        BatchItem, Destination, FIRST_PARTY, Sinks,
        wasm::{Compiler, HostOptions, HttpOptions, Limits, WasmSinks},
    },
    store::{Change, Documents, StoreError},
};
use ampline_core::{
    message::{BodyIndex, Envelope, Metadata, RecordSpan},
    outcome::Outcome,
};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

const ROUNDS: usize = 5;
const ENVELOPES_PER_ROUND: usize = 50_000;

#[derive(Default)]
struct Counting(AtomicUsize);

#[async_trait::async_trait]
impl Documents for Counting {
    async fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.0.fetch_add(changes.len(), Ordering::Relaxed);
        Ok(())
    }
}

/// Signing costs the same in any sink.
struct NoKeys;

impl Secrets for NoKeys {
    fn signing_keys(&self, _destination: &str) -> Vec<SigningKey> {
        Vec::new()
    }
}

/// 2 kB, one record.
fn envelope(n: u128) -> Arc<Envelope> {
    let id = Uuid::from_u128(n);
    let head = r#"{"objectName":"contact","#;
    let info = r#""resultInfo":{"type":"inline","numRecords":1},"result":["#;
    let record = format!(r#"{{"fields":{{"id":"1"}},"raw":{{"id":"{}"}}}}"#, "x".repeat(1_900));
    let start = head.len() + info.len();
    let text = |s: &str| s.to_owned();
    Arc::new(Envelope {
        id,
        destination: text("d"),
        group_ref: text("group"),
        ordering_key: text("installation/contact"),
        occurred_at: Timestamp::UNIX_EPOCH,
        metadata: Metadata {
            project_id: text("p"),
            installation_id: text("i"),
            connection_id: text("c"),
            destination_id: text("d"),
            operation_id: None,
            object_name: text("contact"),
            event_id: id.to_string(),
            timestamp: text("1970-01-01T00:00:00Z"),
            topic: text("read"),
        },
        index: BodyIndex {
            result_info_at: u32::try_from(head.len()).unwrap(),
            records: vec![RecordSpan {
                id: text("1"),
                start: u32::try_from(start).unwrap(),
                end: u32::try_from(start + record.len()).unwrap(),
                modified_at_ms: Some(1),
                deleted: false,
            }],
        },
        body: Bytes::from(format!("{head}{info}{record}]}}")),
    })
}

/// Microseconds for each envelope, the best of some rounds.
async fn measure(sinks: &WasmSinks, destination: &Arc<Destination>, len: usize, fresh: bool) -> f64 {
    let batch: Vec<_> = (0..len as u128).map(|n| BatchItem { envelope: envelope(n), attempt: 1 }).collect();
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut instance = sinks.open(destination).await.expect("opens");
        for _ in 0..ENVELOPES_PER_ROUND / len {
            if fresh {
                drop(instance);
                instance = sinks.open(destination).await.expect("opens");
            }
            let report = instance.deliver(batch.clone()).await;
            assert!(report.results.iter().all(|r| matches!(r.outcome, Outcome::Delivered(_))), "{:?}", report.results[0]);
        }
        best = best.min(start.elapsed());
    }
    best.as_secs_f64() * 1e6 / ENVELOPES_PER_ROUND as f64
}

#[tokio::main]
async fn main() {
    let dir = std::env::temp_dir().join(format!("ampline-sandbox-cost-{}", std::process::id()));
    let options = HostOptions {
        cache_dir: dir.clone(),
        documents: Arc::new(Counting::default()),
        secrets: Arc::new(NoKeys),
        downloads: Downloads::new("http://localhost", &[0; 32], EXPIRY_S_DEFAULT),
        limits: Limits::default(),
        http: HttpOptions { dry_run: true, ..HttpOptions::default() },
        compiler: Compiler::InProcess,
    };
    let sinks = WasmSinks::load(options, FIRST_PARTY).await.expect("loads");
    println!("{:<10} {:>6} {:>12} {:>12}   µs per envelope", "sink", "batch", "one lease", "fresh each");
    for (kind, config) in [("webhook", json!({"url": "http://127.0.0.1:9/hook"})), ("api", json!({"endpoint": "contacts"}))] {
        let destination = Arc::new(Destination { id: "d".to_owned(), name: "d".to_owned(), kind: kind.to_owned(), config });
        for len in [1, 10, 100] {
            let (lease, fresh) =
                (measure(&sinks, &destination, len, false).await, measure(&sinks, &destination, len, true).await);
            println!("{kind:<10} {len:>6} {lease:>12.2} {fresh:>12.2}");
        }
    }
    std::fs::remove_dir_all(&dir).expect("the cache is removable");
}
