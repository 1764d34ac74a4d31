//! The command line. Commands that concern a running system talk to its API; see [`client`].

mod check;
mod choices;
mod client;
mod connections;
mod deliveries;
mod destinations;
mod installations;
mod integrations;
mod logging;
mod output;
mod run;
mod secrets;
mod status;
mod table;
mod template;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::sink::wasm::compile;

/// The runtime for native product integrations.
///
/// Reads your customers' SaaS data as your amp.yaml says, keeps it in a durable journal and delivers it through sinks.
#[derive(Debug, Parser)]
#[command(name = "ampline", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check amp.yaml files: every problem with its place and its remedy.
    Check(check::CheckArgs),
    /// Run an amp.yaml: read on schedule, keep, deliver. Stops on SIGTERM or Ctrl-C once what is in flight is settled.
    Run(run::RunArgs),
    /// Show how reads and destinations stand.
    Status(status::StatusArgs),
    /// Run reads now rather than at their next tick.
    Read(status::ReadArgs),
    /// List, show, replay and purge deliveries.
    Deliveries(Box<deliveries::DeliveriesArgs>),
    /// Start or stop a destination, or rotate its signing key.
    Destinations(destinations::DestinationsArgs),
    /// List, make, renew, check and delete customers' connections to providers.
    Connections(Box<connections::ConnectionsArgs>),
    /// List, show, deploy and delete integrations.
    Integrations(integrations::IntegrationsArgs),
    /// List, show, create, update and delete installations: which customer uses which integration, and how.
    Installations(installations::InstallationsArgs),
    /// Let amp.yaml, ampline.toml and the folder of installations count as they are now, without a restart.
    Reload(integrations::ReloadArgs),
    /// List and show what the runtime keeps encrypted, or rotate the key that it is encrypted under.
    Secrets(secrets::SecretsArgs),
    /// Try the template of an S3 or Kinesis key: the key that a message would get, or what is wrong with it.
    Template(template::TemplateArgs),
    /// Compile a sink component to native code (used by the runtime itself).
    #[command(hide = true)]
    CompileSink { input: PathBuf, output: PathBuf },
}

/// Which runtime is meant.
#[derive(Debug, Clone, Args)]
struct Target {
    /// The runtime's data folder.
    #[arg(long, env = "AMPLINE_DATA_DIR", default_value = "ampline-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Runs the command line of this process. Exit codes: 0 done, 1 the answer is no, 2 it could not be asked.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Check(args) => check::run(&args),
        Command::CompileSink { input, output } => finish(compile::child_main(&input, &output).map_err(Failure::unable)),
        Command::Run(args) => finish(run::run(args)),
        Command::Status(args) => finish(client::block_on(status::run(args))),
        Command::Read(args) => finish(client::block_on(status::read_now(args))),
        Command::Deliveries(args) => finish(client::block_on(deliveries::run(*args))),
        Command::Connections(args) => finish(client::block_on(connections::run(*args))),
        Command::Secrets(args) => finish(secrets::run(args)),
        Command::Destinations(args) => finish(client::block_on(destinations::run(args))),
        Command::Integrations(args) => finish(client::block_on(integrations::run(args))),
        Command::Installations(args) => finish(client::block_on(installations::run(args))),
        Command::Reload(args) => finish(client::block_on(integrations::reload(args))),
        Command::Template(args) => template::run(&args),
    }
}

/// An expected failure: what to tell, and with which exit code.
#[derive(Debug)]
struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// What was asked for is not there or not right.
    fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// It could not even be asked.
    fn unable(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }
}

fn finish(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}
