//! What a sink costs in each language: the sink that `ampline sink new` makes, the same in each, over a host that sends nothing.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use ampline::{
    destination::grants::{DestinationGrants, HostPattern},
    sink::{BatchItem, Destination, SinkInstance, Sinks, wasm::WasmSinks},
};
use ampline_core::outcome::Outcome;
use ampline_sink_kit::Language;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{
    Failure,
    deliveries::dry_sinks,
    envelopes::{BODY_BYTES, envelope},
    machine::{anonymous_mb, mapped_code},
    report::{Report, Target},
};
use crate::components::of_template;

const BENCH: &str = "languages";
const BATCH: usize = 100;
/// Fresh instances for the time; a good one comes of the least disturbed.
const ROUNDS: usize = 5;
/// Instances that are alive together for the memory.
const ALIVE: usize = 8;

/// Each language with the batches that one instance gets.
const LANGUAGES: [(Language, &str, usize); 3] =
    [(Language::Rust, "Rust", 200), (Language::JavaScript, "JavaScript", 20), (Language::Python, "Python", 20)];

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let cache = tempfile::tempdir()?;
    for (language, name, batches) in LANGUAGES {
        let component = fs::read(of_template(language)?)?;
        let (_, compiled) = admitted(&cache, &component).await?;
        report.scale(BENCH, format!("{name}: compiled and loaded, once"), millis(compiled), "ms");
        let (sinks, loaded) = admitted(&cache, &component).await?;
        report.judge(BENCH, format!("{name}: loaded from the cache"), millis(loaded), "ms", Target::AtMost(300.0));
        time(report, name, batches, &sinks).await?;
        memory(report, name, &component, &sinks).await?;
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A host with the component installed, and how long that took: code from the cache, linked, and asked what it is.
async fn admitted(cache: &TempDir, component: &[u8]) -> Result<(Arc<WasmSinks>, Duration), Failure> {
    let sinks = dry_sinks(cache).await?;
    let began = Instant::now();
    let admitted = sinks.admit(component).await.map_err(|problems| format!("{problems:?}"))?;
    let took = began.elapsed();
    sinks.install(admitted);
    Ok((sinks, took))
}

async fn opened(sinks: &WasmSinks) -> Result<Box<dyn SinkInstance>, Failure> {
    let (id, name, kind) = ("own".to_owned(), "own".to_owned(), "collector".to_owned());
    let config = serde_json::json!({ "url": "https://collector.example/in" });
    let grants = DestinationGrants { hosts: vec![HostPattern::Any], ..DestinationGrants::default() };
    let destination = Arc::new(Destination { id, name, kind, config, grants });
    Ok(sinks.open(&destination).await.map_err(|failure| failure.message)?)
}

fn batch() -> Vec<BatchItem> {
    (0..BATCH as u64).map(|number| BatchItem { envelope: Arc::new(envelope("own", number, BODY_BYTES)), attempt: 1 }).collect()
}

async fn deliver(instance: &mut dyn SinkInstance, batch: &[BatchItem]) -> Result<(), Failure> {
    let report = instance.deliver(batch.to_vec()).await;
    let failed = report.results.iter().find(|result| !matches!(result.outcome, Outcome::Delivered(_)));
    failed.map_or(Ok(()), |result| Err(format!("not delivered: {:?}", result.outcome).into()))
}

async fn time(report: &mut Report, name: &str, batches: usize, sinks: &WasmSinks) -> Result<(), Failure> {
    let batch = batch();
    let (mut opening, mut delivering) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let mut instance = opened(sinks).await?;
        opening = opening.min(began.elapsed());
        let began = Instant::now();
        for _ in 0..batches {
            deliver(&mut *instance, &batch).await?;
        }
        delivering = delivering.min(began.elapsed());
    }
    let each = delivering.as_secs_f64() * 1e6 / (batches * BATCH) as f64;
    report.scale(BENCH, format!("{name}: batches of 100"), each, "µs/envelope");
    report.scale(BENCH, format!("{name}: an instance is opened"), millis(opening), "ms");
    Ok(())
}

/// What instances take that have delivered a batch each, beyond the first, which brings in what all share.
async fn memory(report: &mut Report, name: &str, component: &[u8], sinks: &WasmSinks) -> Result<(), Failure> {
    let (batch, mut alive) = (batch(), Vec::new());
    let digest = Sha256::digest(component).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut measured = Vec::new();
    for count in [1, ALIVE] {
        while alive.len() < count {
            let mut instance = opened(sinks).await?;
            deliver(&mut *instance, &batch).await?;
            alive.push(instance);
        }
        measured.push((anonymous_mb(), mapped_code(&digest)));
    }
    let [(first, code_of_one), (all, code_of_all)] = measured[..] else { return Err("two measurements".into()) };
    report.scale(BENCH, format!("{name}: memory of an instance"), (all - first) / (ALIVE - 1) as f64, "MB");
    report.scale(BENCH, format!("{name}: code resident with 1 instance"), code_of_one.resident_mb, "MB");
    report.scale(BENCH, format!("{name}: code resident with {ALIVE} instances"), code_of_all.resident_mb, "MB");
    report.judge(BENCH, format!("{name}: code that is not shared"), code_of_all.private_mb, "MB", Target::AtMost(0.1));
    Ok(())
}
