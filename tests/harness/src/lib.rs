//! The conformance harness for sinks of Ampline, for authors who run it from `cargo test`. It is what `ampline sink test` runs: the component
//! in the real host, with scripted other sides.
//!
//! ```no_run
//! # fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let report = ampline_sink_test::run(ampline_sink_test::Harness::of("target/sink.wasm").cases("cases"))?;
//! report.assert_passed();
//! # Ok(())
//! # }
//! ```
//!
//! `sinks-wit/CASES.md` describes the files of cases.

pub use ampline::harness::{Attempt, Bench, Check, Harness, Measure, Once, Origin, Report, Status, Unable, checks, junit, text};

/// Runs the harness to its end, for tests that are not async themselves.
///
/// # Errors
/// Where nothing can be tried: a file that is no component, a case that cannot be read.
pub fn run(harness: Harness) -> Result<Report, Unable> {
    ampline::harness::run_to_end(harness)
}
