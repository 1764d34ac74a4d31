//! `ampline sinks`.

mod build;
mod new;
mod run;
mod test;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use http::Method;
use serde_json::Value;

use super::{Failure, Target, client::Client, output, table};
use crate::percent::encoded;

/// Flags of `ampline sinks`.
#[derive(Debug, Args)]
pub(super) struct SinksArgs {
    #[command(subcommand)]
    action: SinkAction,
}

#[derive(Debug, Subcommand)]
enum SinkAction {
    /// Begin a sink of your own: a project that builds, tests and runs at once
    New(new::NewArgs),
    /// Build a sink's project to a WebAssembly component
    Build(build::BuildArgs),
    /// List the sinks that serve destinations.
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Show what a sink takes in, and what it may ask of the runtime.
    Describe {
        name: String,
        #[command(flatten)]
        target: Target,
    },
    /// Install a WebAssembly component of the contract ampline:sink.
    Install {
        /// The component.
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// In place of the component that serves its type now.
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        target: Target,
    },
    /// Remove a sink that no destination uses.
    Remove {
        name: String,
        #[command(flatten)]
        target: Target,
    },
    /// Test a component: conformance, and your own cases.
    Test(Box<test::TestArgs>),
    /// Deliver messages once with a component, over the real network.
    Run(Box<run::RunArgs>),
}

pub(super) async fn run(args: SinksArgs) -> Result<(), Failure> {
    match args.action {
        SinkAction::New(args) => new::run(&args),
        SinkAction::Build(args) => build::run(&args),
        SinkAction::List { target } => {
            let all = ask(&target, Method::GET, "").await?;
            print(&target, &all, |all| text(all.as_array().into_iter().flatten()))
        }
        SinkAction::Describe { name, target } => {
            let sink = ask(&target, Method::GET, &format!("/{}", encoded(&name))).await?;
            print(&target, &sink, described)
        }
        SinkAction::Install { file, replace, target } => {
            let read = std::fs::read(&file);
            let bytes = read.map_err(|error| Failure::unable(format!("cannot read {}: {error}", file.display())))?;
            let client = Client::connect(&target).await?;
            let path = if replace { "sinks?replace=true" } else { "sinks" };
            let sink = client.upload(path, "application/wasm", bytes).await?;
            client.close().await?;
            print(&target, &sink, described)
        }
        SinkAction::Test(args) => test::run(*args).await,
        SinkAction::Run(args) => run::run(*args).await,
        SinkAction::Remove { name, target } => ask(&target, Method::DELETE, &format!("/{}", encoded(&name))).await.map(drop),
    }
}

async fn ask(target: &Target, method: Method, path: &str) -> Result<Value, Failure> {
    let client = Client::connect(target).await?;
    let value = client.send(method, &format!("sinks{path}"), None, None).await?;
    client.close().await?;
    Ok(value)
}

fn print(target: &Target, value: &Value, text: impl FnOnce(&Value) -> String) -> Result<(), Failure> {
    output::show(target.format, value, text)
}

fn cell(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn text<'v>(all: impl IntoIterator<Item = &'v Value>) -> String {
    let row = |one: &Value| {
        let digest = cell(&one["digest"]).chars().take(12).collect();
        [cell(&one["name"]), cell(&one["version"]), cell(&one["origin"]), digest]
    };
    let rows: Vec<[String; 4]> = all.into_iter().map(row).collect();
    table::text(["type", "version", "origin", "digest"], &rows, "no sinks")
}

fn described(sink: &Value) -> String {
    let capability = |one: &Value| [cell(&one["interface"]), cell(&one["meaning"])];
    let capabilities: Vec<[String; 2]> = sink["capabilities"].as_array().into_iter().flatten().map(capability).collect();
    let keys = |one: (&String, &Value)| [one.0.clone(), cell(&one.1["description"])];
    let properties = sink["configSchema"]["properties"].as_object();
    let keys: Vec<[String; 2]> = properties.into_iter().flatten().map(keys).collect();
    let capabilities = table::text(["may ask for", "that is"], &capabilities, "it asks the runtime for nothing");
    let keys = table::text(["metadata", "that is"], &keys, "its schema names no members");
    format!("{}\n\n{capabilities}\n\n{keys}", text([sink]))
}
