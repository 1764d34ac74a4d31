//! Benchmarks. Every figure that is a speed is a ratio to a baseline measured in the same run on the same machine; absolute figures
//! stand beside it for scale.

mod bare;
mod deliveries;
mod drain;
mod envelopes;
mod journal;
pub mod kinesis_stub;
mod languages;
mod machine;
mod memory;
mod nginx;
mod queries;
mod reading;
mod report;
mod sandbox;
mod schedules;
mod sinks;
mod startup;

use std::path::Path;

use report::Report;

/// The benchmarks there are, in the order in which they run.
pub const NAMES: [&str; 14] = [
    "journal",
    "sandbox",
    "languages",
    "deliveries",
    "latency",
    "s3",
    "kinesis",
    "api",
    "postgres",
    "queries",
    "startup",
    "memory",
    "reading",
    "schedules",
];

/// What a benchmark can fail with.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the named benchmarks (all where none is named), prints a table and writes the figures as JSON.
///
/// # Errors
/// When one cannot run.
pub fn run(names: &[String], json: &Path) -> Result<(), String> {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
    // Every HTTP client wants a TLS provider; a second installation changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut report = Report::default();
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    for name in NAMES.into_iter().filter(|name| wanted(name)) {
        eprintln!("measuring {name} …");
        let measured = tokio.block_on(async {
            match name {
                "journal" => journal::measure(&mut report).await,
                "sandbox" => sandbox::measure(&mut report).await,
                "languages" => languages::measure(&mut report).await,
                "deliveries" => deliveries::measure(&mut report).await,
                "latency" => deliveries::measure_latency(&mut report).await,
                "s3" => sinks::measure_s3(&mut report).await,
                "kinesis" => sinks::measure_kinesis(&mut report).await,
                "api" => sinks::measure_hosted_store(&mut report).await,
                "postgres" => sinks::measure_postgres(&mut report).await,
                "queries" => queries::measure(&mut report).await,
                "startup" => startup::measure(&mut report).await,
                "memory" => memory::measure(&mut report).await,
                "reading" => reading::measure(&mut report).await,
                _ => schedules::measure(&mut report).await,
            }
        });
        measured.map_err(|error| format!("{name}: {error}"))?;
    }
    report.print();
    report.write(json).map_err(|error| format!("cannot write {}: {error}", json.display()))
}
