//! The harness for sinks against sinks that are known to be good and sinks that are known to be bad.
//!
//! Doubles: none; the harness itself plays the other sides. Oracles: the first-party sinks, which the suites of real servers try; one sink
//! (`tests/guests/broken`) that is good but for one flaw, which the checks named here must find, and no others; and readers of JUnit XML
//! that are not ours.

mod broken;
mod cases;
mod command_line;
mod first_party;
mod reports;

use std::path::PathBuf;

use ampline_sink_test::{Harness, Report};

/// A harness whose compiled components all tests share.
fn harness(name: &str, component: &[u8]) -> Harness {
    Harness::of_bytes(name, component).cache_dir(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("harness"))
}

/// Names of what failed.
fn failed(report: &Report) -> Vec<&str> {
    report.failed().map(|check| check.name.as_str()).collect()
}
