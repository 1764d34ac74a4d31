//! `ampline sink test`: the conformance harness, and the author's cases.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::super::{Failure, Format, Target, client::Client, place::PlaceArgs};
use crate::{
    harness::{self, Harness, Report},
    network::{AddressPolicy, Cidr},
    percent::encoded,
    sink::wasm::Compiler,
};

/// Where cases lie that nobody named.
const CASES_DEFAULT: &str = "cases";

/// Runs a sink in the runtime's own host against scripted other sides: conformance checks, and your cases.
///
/// Exit code: 0 where everything passed, 1 where something failed, 2 where the tests could not run.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// The component; or the name of an installed sink, which its runtime tests
    #[arg(value_name = "FILE.wasm|NAME", required_unless_present = "list")]
    file: Option<PathBuf>,
    /// The folder of cases (YAML); `cases` here where it is there
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// A configuration (JSON or YAML) that the sink must accept
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only checks and cases whose name contains this; may be repeated
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: TestFormat,
    /// Write a report for CI servers too (JUnit XML)
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the snapshots of cases anew
    #[arg(long)]
    update: bool,
    /// Run cases with a cassette against the real service, and write what it answered
    #[arg(long)]
    record: bool,
    /// A network besides the public internet that recording may reach: 127.0.0.0/8
    #[arg(long, value_name = "CIDR", requires = "record")]
    allow: Vec<Cidr>,
    /// Measure time, memory and size, against the limits
    #[arg(long)]
    bench: bool,
    /// Name the conformance checks, and run nothing
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum TestFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

pub(super) async fn run(args: TestArgs) -> Result<(), Failure> {
    let Some(file) = args.file.as_ref().filter(|_| !args.list) else {
        let lines: String = harness::checks().iter().map(|(name, meaning)| format!("{name:<26} {meaning}\n")).collect();
        return print(&lines);
    };
    let report = match installed(file) {
        Some(name) => tested_by_its_runtime(&args, name).await?,
        None => harness(&args, file)?.run().await.map_err(|unable| Failure::unable(unable.to_string()))?,
    };
    if let Some(path) = &args.junit {
        let written = std::fs::write(path, harness::junit(&report));
        written.map_err(|error| Failure::unable(format!("cannot write {}: {error}", path.display())))?;
    }
    print(&shown(&report, args.format)?)?;
    match report.failed().count() {
        0 => Ok(()),
        1 => Err(Failure::refused("one check failed")),
        count => Err(Failure::refused(format!("{count} checks failed"))),
    }
}

/// The name of an installed sink, where no file is meant: no sink's name has a dot or a slash in it.
fn installed(file: &Path) -> Option<&str> {
    file.to_str().filter(|text| !text.contains(['.', '/', '\\']) && !file.exists())
}

/// What a runtime found of a sink that is installed there.
async fn tested_by_its_runtime(args: &TestArgs, name: &str) -> Result<Report, Failure> {
    let beside_its_cases = args.cases.is_some() || !args.only.is_empty() || args.update || args.record || args.bench;
    if beside_its_cases {
        let told = format!("{name:?} is no file, and of an installed sink a runtime tries the conformance checks, all of them");
        return Err(Failure::unable(format!("{told}: give the component's file, or no more than --config")));
    }
    let config = args.config.as_deref().map(config).transpose()?;
    let body = config.map_or_else(|| json!({}), |config| json!({ "config": config }));
    let client = Client::connect(&Target { place: args.place.clone(), format: Format::Json }).await?;
    let path = format!("sinks/{}:test", encoded(name));
    let found = client.upload(&path, "application/json", body.to_string().into_bytes()).await?;
    client.close().await?;
    serde_json::from_value(found).map_err(|error| Failure::unable(format!("the runtime's report is none: {error}")))
}

fn harness(args: &TestArgs, file: &Path) -> Result<Harness, Failure> {
    let compiler = Compiler::this_program().map_err(|error| Failure::unable(format!("cannot find this program: {error}")))?;
    let harness = Harness::of(file)
        .only(args.only.clone())
        .update(args.update)
        .record(args.record)
        .bench(args.bench)
        .addresses(AddressPolicy::Public(args.allow.clone()))
        .compiler(compiler);
    let default = || Some(PathBuf::from(CASES_DEFAULT)).filter(|folder| folder.is_dir());
    let harness = match args.cases.clone().or_else(default) {
        Some(folder) => harness.cases(folder),
        None => harness,
    };
    match &args.config {
        Some(path) => Ok(harness.config(config(path)?)),
        None => Ok(harness),
    }
}

/// A configuration out of a file of JSON or YAML.
fn config(path: &Path) -> Result<serde_json::Value, Failure> {
    let unable = |reason: String| Failure::unable(format!("{}: {reason}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| unable(error.to_string()))?;
    ampline_core::manifest::yaml(&bytes).map_err(|issue| unable(format!("line {}: {}", issue.line, issue.message)))
}

fn shown(report: &Report, format: TestFormat) -> Result<String, Failure> {
    match format {
        TestFormat::Text => {
            let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            Ok(harness::text(report, colour))
        }
        TestFormat::Json => {
            let text = serde_json::to_string_pretty(report);
            text.map(|text| text + "\n").map_err(|error| Failure::unable(format!("cannot print the report: {error}")))
        }
    }
}

/// Prints; whoever reads no further has seen enough.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unable(format!("cannot print: {error}"))),
        _ => Ok(()),
    }
}
