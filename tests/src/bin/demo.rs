//! The main job on loopback, to watch: a backfill, an incremental read, an outage that is retried.

use std::process::ExitCode;

use clap::Parser;

/// Shows Ampline at work: an emulated HubSpot, a webhook receiver and the runtime, all on loopback.
#[derive(Parser)]
struct Arguments {
    /// Leave everything running at the end, until Ctrl-C.
    #[arg(long)]
    keep: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match ampline_tests::demo::run(arguments.keep) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\nthe demo failed: {reason}");
            ExitCode::FAILURE
        }
    }
}
