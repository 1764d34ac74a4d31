//! Structured logs on standard error: text for people, JSON for machines.

use clap::{Args, ValueEnum};
use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, filter::filter_fn, fmt, prelude::*};

/// Libraries that, from `debug` on, write down what they send: signed headers with key ids, parameters of statements, frames. No
/// filter of a user's brings that into a log.
const TALKATIVE: [&str; 6] = ["aws_", "h2", "hyper", "postgres", "reqwest", "tokio_postgres"];

/// What is logged, and how.
#[derive(Debug, Clone, Args)]
pub(super) struct LogArgs {
    /// What is logged: error, warn, info, debug, or a filter such as `info,ampline::delivery=warn`.
    #[arg(long, env = "AMPLINE_LOG", default_value = "info", value_name = "FILTER")]
    log: String,
    /// How lines are written.
    #[arg(long, env = "AMPLINE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// Sets up logging for this process; the reason where the filter cannot be understood.
pub(super) fn init(args: &LogArgs) -> Result<(), String> {
    let filter = EnvFilter::try_new(&args.log).map_err(|error| format!("--log {:?}: {error}", args.log))?;
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(may_be_logged));
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    match args.log_format {
        LogFormat::Text => registry.with(fmt::layer().with_writer(std::io::stderr).with_ansi(ansi)).init(),
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).init(),
    }
    Ok(())
}

fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    *metadata.level() <= Level::INFO || !TALKATIVE.iter().any(|start| metadata.target().starts_with(start))
}
