//! What a sink costs, against what it may: time, memory and size. Numbers to look at; none of them fails a test.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Setup, Unable,
    conformance::sample,
    script::{Rule, Script},
    stage::Stage,
};
use crate::sink::wasm::COMPONENT_BYTES_MAX;

/// Batches of one size are timed so often, and no longer than this.
const ROUNDS: u32 = 20;
const ROUND_TIME_MAX: Duration = Duration::from_secs(3);
/// Starts of an instance.
const STARTS: u32 = 20;

/// A number, and which part it is of what is allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SinkMeasure)]
pub struct Measure {
    /// What was measured.
    pub name: String,
    /// In `unit`.
    pub value: f64,
    /// `µs`, `ms`, `KiB`.
    pub unit: String,
    /// The limit in the same unit; nothing where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub limit: Option<f64>,
}

/// All numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SinkMeasures)]
pub struct Bench(pub Vec<Measure>);

/// Measures a sink that is installed on the stage.
pub(super) async fn run(
    stage: &Stage,
    setup: &Setup,
    component: &[u8],
    (kind, config): (&str, &Value),
    rules: &[Rule],
    sizes: [u32; 3],
) -> Result<Bench, Unable> {
    let kib = |bytes: usize| bytes as f64 / 1_024.0;
    let mut measures = vec![Measure {
        name: "component".to_owned(),
        value: kib(component.len()),
        unit: "KiB".to_owned(),
        limit: Some(kib(COMPONENT_BYTES_MAX)),
    }];
    measures.extend(compile(setup, component).await?);
    let failed = |failure: ampline_core::outcome::Failure| Unable(format!("cannot measure: {}", failure.message));
    stage.play(Script::of(rules));
    let started = Instant::now();
    for _ in 0..STARTS {
        drop(stage.open(kind, config).await.map_err(failed)?);
    }
    let start_us = started.elapsed().as_secs_f64() * 1e6 / f64::from(STARTS);
    measures.push(Measure { name: "instance start and open".to_owned(), value: start_us, unit: "µs".to_owned(), limit: None });
    let mut memory = 0;
    let mut sizes = sizes.to_vec();
    sizes.dedup();
    for size in sizes {
        let batch = sample(size);
        let mut instance = stage.open(kind, config).await.map_err(failed)?;
        let (mut best, mut most_cpu) = (Duration::MAX, Duration::ZERO);
        let started = Instant::now();
        for _ in 0..ROUNDS {
            let delivery = stage.deliver(&mut instance, &batch).await;
            best = best.min(delivery.took);
            most_cpu = most_cpu.max(delivery.used.cpu);
            memory = memory.max(delivery.used.memory_bytes);
            if !delivery.reusable || started.elapsed() > ROUND_TIME_MAX {
                break;
            }
        }
        let each = best.as_secs_f64() * 1e6 / f64::from(size.max(1));
        measures.push(Measure {
            name: format!("envelope, in batches of {size}"),
            value: each,
            unit: "µs".to_owned(),
            limit: None,
        });
        let (cpu, limit) = (most_cpu.as_secs_f64() * 1e3, stage.limits.cpu_per_call_max.as_secs_f64() * 1e3);
        measures.push(Measure {
            name: format!("processor time of a batch of {size}"),
            value: cpu,
            unit: "ms".to_owned(),
            limit: Some(limit),
        });
    }
    let limit = Some(kib(stage.limits.memory_bytes_max));
    measures.push(Measure {
        name: "memory of an instance, at most".to_owned(),
        value: kib(memory),
        unit: "KiB".to_owned(),
        limit,
    });
    Ok(Bench(measures))
}

/// Compiles into a folder that holds nothing yet.
async fn compile(setup: &Setup, component: &[u8]) -> Result<Option<Measure>, Unable> {
    let folder = setup.cache_dir.join(format!("bench-{}", std::process::id()));
    let fresh = Setup { cache_dir: folder.clone(), ..setup.clone() };
    let stage = fresh.stage(None).await?;
    let started = Instant::now();
    let admitted = stage.admit(component).await;
    let took = started.elapsed().as_secs_f64() * 1e3;
    // What is left of it is in the way of nobody.
    drop(std::fs::remove_dir_all(&folder));
    Ok(admitted.is_ok().then(|| Measure {
        name: "compiling it, once".to_owned(),
        value: took,
        unit: "ms".to_owned(),
        limit: Some(120_000.0),
    }))
}
