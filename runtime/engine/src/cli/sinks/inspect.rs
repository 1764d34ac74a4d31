//! `ampline sink inspect`: what a component is and may do, without a runtime.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::super::{Failure, Format, output, table};
use crate::sink::{
    self,
    wasm::{self, Compiler, Limits, Problem, SinkInfo, Unread},
};

/// Flags of `ampline sink inspect`.
#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// The component.
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) async fn run(args: InspectArgs) -> Result<(), Failure> {
    let bytes = read(&args.file)?;
    let compiler = Compiler::this_program().map_err(|error| Failure::unable(format!("cannot find this program: {error}")))?;
    match wasm::inspect(&bytes, &compiler).await {
        Ok(info) => output::show(args.format, &value(&info), |_| text(&info)),
        Err(problems) => Err(Failure::refused(refusal(&args.file, &problems))),
    }
}

/// The bytes of a component, if it is not too large.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    wasm::read(file).map_err(|unread| match unread {
        Unread::File(error) => Failure::unable(format!("cannot read {}: {error}", file.display())),
        Unread::Unfit(problem) => Failure::refused(refusal(file, &[problem])),
    })
}

/// Each reason on a line of its own.
fn refusal(file: &Path, problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(|problem| format!("  - {problem}")).collect();
    format!("{} cannot be installed as a sink:\n{}", file.display(), lines.join("\n"))
}

fn value(info: &SinkInfo) -> Value {
    let (descriptor, limits) = (&info.descriptor, Limits::default());
    let schema: Value = serde_json::from_str(&descriptor.config_schema).unwrap_or_default();
    let capabilities: Vec<Value> =
        info.imports.iter().map(|import| json!({"interface": import, "meaning": sink::meaning(import)})).collect();
    json!({
        "name": descriptor.name,
        "version": descriptor.version,
        "digest": format!("sha256:{}", info.digest),
        "contract": format!("ampline:sink@{}", info.contract),
        "bytes": info.bytes,
        "languages": info.producers.languages,
        "tools": info.producers.tools,
        "capabilities": capabilities,
        "configSchema": schema,
        "maxBatchMessages": descriptor.max_batch_envelopes,
        "maxBatchBytes": descriptor.max_batch_bytes,
        "maxMessageBytes": descriptor.max_message_bytes,
        "ordered": descriptor.ordered,
        "limits": {
            "memoryBytes": limits.memory_bytes_max,
            "cpuMsPerCall": millis(limits.cpu_per_call_max),
            "wallMsPerCall": millis(limits.wall_per_call_max),
            "hostCallsPerBatch": limits.host_calls_per_batch_max,
            "requestsPerBatch": limits.requests_per_batch_max,
            "logLinesPerBatch": limits.log_lines_per_batch_max,
        },
    })
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn order(kept: bool) -> &'static str {
    if kept { "messages of one installation and object come one after the other" } else { "messages come as they fall due" }
}

fn text(info: &SinkInfo) -> String {
    let (descriptor, limits) = (&info.descriptor, Limits::default());
    let said = |names: &[String]| if names.is_empty() { "it does not say".to_owned() } else { names.join(", ") };
    let rows = [
        ("serves", format!("destinations of type {}", descriptor.name)),
        ("version", descriptor.version.clone()),
        ("digest", format!("sha256:{}", info.digest)),
        ("contract", format!("ampline:sink@{}", info.contract)),
        ("size", format!("{} bytes", info.bytes)),
        ("written in", said(&info.producers.languages)),
        ("made by", said(&info.producers.tools)),
        ("batches", format!("up to {} messages and {} bytes", descriptor.max_batch_envelopes, descriptor.max_batch_bytes)),
        ("order", order(descriptor.ordered).to_owned()),
        (
            "limits",
            format!(
                "{} MiB of memory; {} ms of processor time, {} ms in all, {} host calls and {} requests for a batch",
                limits.memory_bytes_max >> 20,
                millis(limits.cpu_per_call_max),
                millis(limits.wall_per_call_max),
                limits.host_calls_per_batch_max,
                limits.requests_per_batch_max,
            ),
        ),
    ];
    let rows = rows.map(|(name, value)| [name.to_owned(), value]);
    let capabilities: Vec<[String; 2]> =
        info.imports.iter().map(|import| [import.clone(), sink::meaning(import).to_owned()]).collect();
    let capabilities = table::text(["may ask for", "that is"], &capabilities, "it asks the runtime for nothing");
    format!("{}\n\n{capabilities}", table::text(["the sink", ""], &rows, ""))
}
