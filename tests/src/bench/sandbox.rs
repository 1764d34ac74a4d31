//! What the sandbox costs: the webhook sink as a component, and the same logic as a native function, over a host that sends nothing.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ampline::sink::{BatchItem, Destination, Sinks};
use ampline_core::{message::Envelope, outcome::Outcome};

use super::{
    Failure,
    deliveries::dry_sinks,
    envelopes::{BODY_BYTES, envelope},
    report::{Report, Target},
};

const ROUNDS: usize = 5;
const ENVELOPES_PER_ROUND: usize = 50_000;
const BATCH: usize = 100;

/// What the webhook sink does for an envelope, without a sandbox: a request of five parts, and a verdict on its answer.
fn native(envelope: &Envelope, url: &str) -> Outcome {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let request = ("POST".to_owned(), url.to_owned(), headers, envelope.body.clone(), envelope.id.to_string());
    let status = std::hint::black_box(&request).3.len().min(200);
    if status / 100 == 2 { Outcome::Delivered(Some(format!("HTTP {status}"))) } else { Outcome::Delivered(None) }
}

/// Microseconds for each envelope, the best of some rounds.
fn best(rounds: impl IntoIterator<Item = Duration>) -> f64 {
    rounds.into_iter().min().unwrap_or_default().as_secs_f64() * 1e6 / ENVELOPES_PER_ROUND as f64
}

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let cache = tempfile::tempdir()?;
    let sinks = dry_sinks(&cache).await?;
    let url = "http://127.0.0.1:9/hook";
    let (config, grants) = (serde_json::json!({ "url": url }), Default::default());
    let destination = Arc::new(Destination { id: "hook".into(), name: "hook".into(), kind: "webhook".into(), config, grants });
    let batch: Vec<BatchItem> = (0..BATCH as u64)
        .map(|number| BatchItem { envelope: Arc::new(envelope("hook", number, BODY_BYTES)), attempt: 1 })
        .collect();
    let (mut warm, mut fresh, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut instance = sinks.open(&destination).await.map_err(|failure| failure.message)?;
        let began = Instant::now();
        for _ in 0..ENVELOPES_PER_ROUND / BATCH {
            std::hint::black_box(instance.deliver(batch.clone()).await);
        }
        warm.push(began.elapsed());
        let began = Instant::now();
        for _ in 0..ENVELOPES_PER_ROUND / BATCH {
            let mut instance = sinks.open(&destination).await.map_err(|failure| failure.message)?;
            std::hint::black_box(instance.deliver(batch.clone()).await);
        }
        fresh.push(began.elapsed());
        let began = Instant::now();
        for _ in 0..ENVELOPES_PER_ROUND / BATCH {
            for item in batch.clone() {
                std::hint::black_box(native(&item.envelope, url));
            }
        }
        plain.push(began.elapsed());
    }
    let (warm, fresh, plain) = (best(warm), best(fresh), best(plain));
    let bench = "sandbox";
    report.scale(bench, "native, batches of 100", plain, "µs/envelope");
    report.judge(bench, "component, batches of 100, one lease", warm, "µs/envelope", Target::AtMost(3.0));
    report.judge(bench, "component, a fresh instance for each batch", fresh, "µs/envelope", Target::AtMost(3.0));
    Ok(())
}
