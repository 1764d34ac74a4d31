//! `ampline template`: renders a template over a message, or shows what is wrong with it and where.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use ampline_core::{
    message::Metadata,
    template::{self, Context, Purpose, sample},
};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::Serialize;

use super::{Failure, Format, finish, output};

/// Larger files are refused: no destination takes such a message either.
const FILE_BYTES_MAX: u64 = 128 << 20;

/// Tries the template of a destination: prints the key that a message would get, or every problem with its place.
///
/// Without --message and --metadata a sample message is used. With --format json: {"key", "note", "issues": [{"position", "message",
/// "fatal"}]}, where position counts characters from 0 and an issue without one concerns the message or the whole.
/// Exit code: 0 rendered (or, with --check-only, sound), 1 the template or its result is at fault, 2 a file could not be read.
#[derive(Debug, Args)]
pub(super) struct TemplateArgs {
    /// What the template is for: keys of S3 objects, or partition keys of Kinesis records
    #[arg(long = "for", value_enum, value_name = "DESTINATION")]
    destination: Destination,
    /// The template, a JMESPath expression over metadata, time and data; without it the destination's default
    #[arg(long, allow_hyphen_values = true)]
    expression: Option<String>,
    /// A message as JSON; `-` reads the standard input
    #[arg(long, value_name = "FILE")]
    message: Option<PathBuf>,
    /// The metadata as JSON: an object with any of its keys, the rest from the sample; null or no operationId: for a subscribe event
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// When the event happened (RFC 3339)
    #[arg(long, value_name = "TIME")]
    event_time: Option<Timestamp>,
    /// Check the template without a message
    #[arg(long, conflicts_with_all = ["message", "metadata", "event_time"])]
    check_only: bool,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Whose template it is.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Destination {
    /// The key of an S3 object.
    S3,
    /// The partition key of a Kinesis record.
    Kinesis,
}

impl Destination {
    fn purpose(self) -> (Purpose, &'static str) {
        match self {
            Self::S3 => (Purpose::ObjectKey, template::DEFAULT_OBJECT_KEY),
            Self::Kinesis => (Purpose::PartitionKey, template::DEFAULT_PARTITION_KEY),
        }
    }
}

/// What came of a template, as programs read it.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// The rendered text; null where there is none, and with `--check-only`.
    key: Option<String>,
    /// That the key is a fall-back, and why.
    note: Option<String>,
    issues: Vec<Finding>,
}

/// One problem.
#[derive(Debug, Serialize)]
struct Finding {
    /// In the expression, in characters from 0; nothing where it concerns the message or the whole.
    position: Option<usize>,
    message: String,
    /// Whether there is no key because of it; else it is a warning.
    fatal: bool,
}

pub(super) fn run(args: &TemplateArgs) -> ExitCode {
    let (purpose, default) = args.destination.purpose();
    let expression = args.expression.as_deref().unwrap_or(default);
    let report = report(args, purpose, expression);
    let printed = report.and_then(|report| {
        let value = serde_json::to_value(&report).map_err(|error| Failure::unable(error.to_string()))?;
        output::show(args.format, &value, |_| text(&report, expression))?;
        Ok(report.issues.iter().any(|issue| issue.fatal))
    });
    match printed {
        Ok(faulty) => ExitCode::from(u8::from(faulty)),
        Err(failure) => finish(Err(failure)),
    }
}

fn report(args: &TemplateArgs, purpose: Purpose, expression: &str) -> Result<Report, Failure> {
    let finding = |issue: template::Issue| Finding { position: issue.position, message: issue.message, fatal: issue.fatal };
    let Inputs { message, metadata } = Inputs::read(args)?;
    if args.check_only {
        let issues = template::check(purpose, expression).into_iter().map(finding).collect();
        return Ok(Report { issues, ..Report::default() });
    }
    let time = args.event_time.unwrap_or_else(|| sample::time_of(&metadata));
    let context = Context { metadata: &metadata, time, data: &message };
    let preview = template::preview(purpose, expression, &context);
    Ok(Report { key: preview.text, note: preview.note, issues: preview.issues.into_iter().map(finding).collect() })
}

/// What the template is tried on.
struct Inputs {
    message: Vec<u8>,
    metadata: Metadata,
}

impl Inputs {
    fn read(args: &TemplateArgs) -> Result<Self, Failure> {
        if is_stdin(args.message.as_deref()) && is_stdin(args.metadata.as_deref()) {
            return Err(Failure::unable("the standard input can be the message or the metadata, not both"));
        }
        let message = match &args.message {
            Some(path) => read(path)?,
            None => sample::MESSAGE.as_bytes().to_vec(),
        };
        let metadata = match &args.metadata {
            Some(path) => metadata(path, &read(path)?)?,
            None => sample::metadata(),
        };
        Ok(Self { message, metadata })
    }
}

fn is_stdin(path: Option<&Path>) -> bool {
    path.is_some_and(|path| path.as_os_str() == "-")
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let limit = FILE_BYTES_MAX + 1;
    let read = match is_stdin(Some(path)) {
        true => io::stdin().lock().take(limit).read_to_end(&mut bytes),
        false => File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)),
    };
    read.map_err(|error| Failure::unable(format!("cannot read {}: {error}", path.display())))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Failure::unable(format!("{} has more than {FILE_BYTES_MAX} bytes", path.display())));
    }
    Ok(bytes)
}

/// The sample's metadata with the members of a file in their places.
fn metadata(path: &Path, bytes: &[u8]) -> Result<Metadata, Failure> {
    let fault = |reason: String| Failure::unable(format!("the metadata in {}: {reason}", path.display()));
    let given = serde_json::from_slice(bytes).map_err(|error| fault(format!("not an object of JSON: {error}")))?;
    sample::metadata_with(given).map_err(fault)
}

/// The key and every problem, for people.
fn text(report: &Report, expression: &str) -> String {
    let mut lines = Vec::new();
    lines.extend(report.key.clone());
    lines.extend(report.note.as_ref().map(|note| format!("note: {note}")));
    for Finding { position, message, fatal } in &report.issues {
        lines.push(format!("{}: {message}", if *fatal { "error" } else { "warning" }));
        lines.extend(position.iter().flat_map(|position| place(expression, *position)));
    }
    if lines.is_empty() {
        lines.push("the template is sound".to_owned());
    }
    lines.join("\n")
}

/// The line of the expression, and a caret under the character.
fn place(expression: &str, position: usize) -> [String; 2] {
    let before: String = expression.chars().take(position).collect();
    let (lines_before, column) = match before.rsplit_once('\n') {
        Some((lines, line)) => (lines.matches('\n').count() + 1, line.chars().count()),
        None => (0, position),
    };
    let line = expression.split('\n').nth(lines_before).unwrap_or_default();
    // Only what a terminal shows in one cell keeps the caret in place.
    let shown: String = line.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    [format!("  {shown}"), format!("  {}^", " ".repeat(column))]
}
