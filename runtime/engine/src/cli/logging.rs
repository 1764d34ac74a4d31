//! Structured logs on standard error: text for people, JSON for machines.

use clap::{Args, ValueEnum};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

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
    let registry = tracing_subscriber::registry().with(filter);
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    match args.log_format {
        LogFormat::Text => registry.with(fmt::layer().with_writer(std::io::stderr).with_ansi(ansi)).init(),
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).init(),
    }
    Ok(())
}
