//! The command line. Commands that concern a running system talk to its API; see [`client`].

mod check;
mod choices;
mod client;
mod connections;
mod deliveries;
mod deploy;
mod destinations;
mod events;
mod findings;
mod given_secret;
mod installations;
mod integrations;
mod jwt_keys;
mod keys;
mod logging;
mod meta;
mod operations;
mod output;
mod pinned;
mod place;
pub mod profiles;
mod providers;
pub mod reach;
mod reads;
mod repair;
mod run;
mod schema;
mod secrets;
mod sinks;
mod status;
mod table;
mod template;
mod topics;
mod yaml;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::sink::wasm::compile;

const EXIT_CODES: &str = "Exit codes:
  0  done
  1  the answer is no: refused, not found, not valid
  2  it could not be asked: wrong flags, files that cannot be read, no runtime that answers";

/// The runtime for native product integrations.
///
/// Reads your customers' SaaS data as your amp.yaml says, keeps it in a durable journal and delivers it through sinks.
#[derive(Debug, Parser)]
#[command(name = "ampline", version, propagate_version = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check amp.yaml files: every problem with its place and its remedy.
    Check(check::CheckArgs),
    /// Print the JSON Schema of amp.yaml, which editors complete and check by.
    Schema,
    /// Print the OpenAPI document of the API, which clients are generated from.
    Openapi,
    /// Run an amp.yaml: read on schedule, keep, deliver. Stops on SIGTERM or Ctrl-C once what is in flight is settled.
    Run(run::RunArgs),
    /// Show how reads and destinations stand.
    Status(status::StatusArgs),
    /// Run reads now rather than at their next tick; with --since, --until or --full-history, read apart from the schedule.
    Read(reads::ReadArgs),
    /// Pause scheduled reads of an installation. They keep their place; triggered reads run all the same.
    Pause(reads::PauseArgs),
    /// Let paused reads of an installation go on from their last success.
    Unpause(reads::UnpauseArgs),
    /// List and show operations, and what each has logged.
    Operations(operations::OperationsArgs),
    /// List, show, replay and purge deliveries.
    Deliveries(Box<deliveries::DeliveriesArgs>),
    /// List, show, replay and purge providers' events that are not messages yet.
    Events(events::EventsArgs),
    /// List, create, show, update, delete, test, start and stop destinations, or rotate a signing key.
    Destinations(Box<destinations::DestinationsArgs>),
    /// List, describe, install and remove what serves destinations.
    #[command(visible_alias = "sink")]
    Sinks(sinks::SinksArgs),
    /// List, make, renew, check and delete customers' connections to providers.
    Connections(Box<connections::ConnectionsArgs>),
    /// Check an amp.yaml, show what it would change, and deploy it.
    Deploy(deploy::DeployArgs),
    /// List, show and delete integrations.
    Integrations(integrations::IntegrationsArgs),
    /// List, show, create, update and delete installations: which customer uses which integration, and how.
    Installations(installations::InstallationsArgs),
    /// Let amp.yaml, ampline.toml and the folder of installations count as they are now, without a restart.
    Reload(integrations::ReloadArgs),
    /// List, make, change and revoke the keys that clients of the API show.
    Keys(keys::KeysArgs),
    /// List, add, change and delete the public keys that your own server's tokens are checked by.
    JwtKeys(jwt_keys::JwtKeysArgs),
    /// List, make, route and delete topics: which notifications go to which destinations.
    Topics(topics::TopicsArgs),
    /// Name runtimes elsewhere, and choose the one that commands speak to.
    Profile(profiles::ProfileArgs),
    /// List and show what the runtime keeps encrypted, or rotate the key that it is encrypted under.
    Secrets(secrets::SecretsArgs),
    /// List and show providers, or check a file that declares one.
    Providers(providers::ProvidersArgs),
    /// Try the template of an S3 or Kinesis key: the key that a message would get, or what is wrong with it.
    Template(template::TemplateArgs),
    /// Print the completions of a shell.
    ///
    /// bash: ampline completions bash > ~/.local/share/bash-completion/completions/ampline
    #[command(verbatim_doc_comment)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder: ampline.1, and one for each command.
    Man {
        /// The folder; it is made if it is not there.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Compile a sink component to native code (used by the runtime itself).
    #[command(hide = true)]
    CompileSink { input: PathBuf, output: PathBuf },
}

/// Which runtime is meant.
#[derive(Debug, Clone, Args)]
struct Target {
    #[command(flatten)]
    place: place::PlaceArgs,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    #[value(alias = "text")]
    Table,
    /// For programs.
    Json,
    /// For both.
    Yaml,
}

/// Runs the command line of this process; `EXIT_CODES` says what it ends with.
pub fn main() -> ExitCode {
    main_with(std::env::args_os())
}

/// Runs a command line for a program that has one of its own. The first of `arguments` is the program's name.
pub fn main_with(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Cli::parse_from(arguments).command {
        Command::Check(args) => check::run(&args),
        Command::Schema => schema::run(),
        Command::Openapi => schema::openapi(),
        Command::CompileSink { input, output } => compile::child_main(&input, &output),
        Command::Run(args) => finish(run::run(args)),
        Command::Status(args) => finish(client::block_on(status::run(args))),
        Command::Read(args) => finish(client::block_on(reads::read(args))),
        Command::Pause(args) => finish(client::block_on(reads::pause(args))),
        Command::Unpause(args) => finish(client::block_on(reads::unpause(args))),
        Command::Operations(args) => finish(client::block_on(operations::run(args))),
        Command::Deliveries(args) => finish(client::block_on(deliveries::run(*args))),
        Command::Connections(args) => finish(client::block_on(connections::run(*args))),
        Command::Events(args) => finish(client::block_on(events::run(args))),
        Command::Secrets(args) => finish(secrets::run(args)),
        Command::Keys(args) => finish(client::block_on(keys::run(args))),
        Command::Topics(args) => finish(client::block_on(topics::run(args))),
        Command::JwtKeys(args) => finish(client::block_on(jwt_keys::run(args))),
        Command::Profile(args) => finish(profiles::run(args)),
        Command::Completions { shell } => finish(meta::completions(shell, Cli::command())),
        Command::Man { folder } => finish(meta::manual(&folder, Cli::command())),
        Command::Destinations(args) => finish(client::block_on(destinations::run(*args))),
        Command::Sinks(args) => finish(client::block_on(sinks::run(args))),
        Command::Providers(args) => providers::run(args),
        Command::Deploy(args) => finish(client::block_on(deploy::run(args))),
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
