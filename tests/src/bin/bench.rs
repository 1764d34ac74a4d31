//! The benchmarks: each figure beside a baseline of the same run.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

/// The binary's own allocator, for the bare loop as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Ampline on this machine. Build it with `--release`; `cargo xtask bench` does.
#[derive(Parser)]
struct Arguments {
    /// Which benchmarks; all where none is named.
    #[arg(value_parser = ampline_tests::bench::NAMES)]
    names: Vec<String>,
    /// Where the figures go as JSON.
    #[arg(long, default_value = "bench.json")]
    json: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match ampline_tests::bench::run(&arguments.names, &arguments.json) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("the benchmarks failed: {reason}");
            ExitCode::FAILURE
        }
    }
}
