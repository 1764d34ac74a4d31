//! The benchmarks: each figure beside a baseline of the same run.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use ampline_tests::bench::kinesis_stub;
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
    /// Only answer PutRecords at this address; how the benchmarks start their receiver.
    #[arg(long, hide = true)]
    kinesis_stub: Option<SocketAddr>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match arguments.kinesis_stub {
        Some(address) => kinesis_stub::serve(address),
        None => ampline_tests::bench::run(&arguments.names, &arguments.json),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("the benchmarks failed: {reason}");
            ExitCode::FAILURE
        }
    }
}
