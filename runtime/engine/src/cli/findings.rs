//! How the findings of a check are printed: for people with the line and a caret, for programs as one JSON array.

use std::io::{self, Write};

use ampline_core::manifest::{Checked, Fix, Issue, Severity, redact};
use serde::Serialize;

use super::yaml;

/// Longer source lines are shown in part.
const SHOWN_CHARS_MAX: usize = 160;

/// A file and what is wrong with it.
pub(super) struct CheckedFile {
    /// As messages call it.
    pub(super) name: String,
    pub(super) source: Vec<u8>,
    pub(super) checked: Checked,
    /// What was wrong and has been fixed.
    pub(super) applied: Vec<Issue>,
}

/// An issue as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    file: &'a str,
    severity: Severity,
    rule: &'a str,
    message: &'a str,
    path: &'a str,
    line: u32,
    column: u32,
    suggestion: Option<&'a str>,
    /// Edits by byte offset of the file as it was checked; of an applied fix, as it was before that.
    fix: Option<&'a Fix>,
    /// It is no longer there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    applied: bool,
}

pub(super) fn print_json(files: &[CheckedFile], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &findings(files))?;
    writeln!(out)
}

pub(super) fn print_yaml(files: &[CheckedFile], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", yaml::text(&serde_json::to_value(findings(files))?))
}

fn findings(files: &[CheckedFile]) -> Vec<Finding<'_>> {
    let mut findings = Vec::new();
    for file in files {
        findings.extend(file.applied.iter().map(|issue| finding(&file.name, issue, true)));
        findings.extend(file.checked.issues.iter().map(|issue| finding(&file.name, issue, false)));
    }
    findings
}

fn finding<'a>(file: &'a str, issue: &'a Issue, applied: bool) -> Finding<'a> {
    Finding {
        file,
        severity: issue.severity,
        rule: issue.rule,
        message: &issue.message,
        path: &issue.path,
        line: issue.line,
        column: issue.column,
        suggestion: issue.suggestion.as_deref(),
        fix: issue.fix.as_deref(),
        applied,
    }
}

pub(super) fn print_text(files: &[CheckedFile], colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint { colour };
    for file in files {
        for issue in &file.applied {
            let title = issue.fix.as_ref().map_or("", |fix| fix.title.as_str());
            let place = format!("{}:{}:{}", file.name, issue.line, issue.column);
            writeln!(out, "{place}: {}: {title}", paint.with(GREEN, &format!("fixed[{}]", issue.rule)))?;
        }
        print_file(&file.name, &file.source, &file.checked.issues, &paint, out)?;
    }
    let all = || files.iter().flat_map(|file| &file.checked.issues);
    let count = |severity| all().filter(|issue| issue.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let mut summary =
        format!("{} checked: {}, {}", plural(files.len(), "file"), plural(errors, "error"), plural(warnings, "warning"));
    let applied: usize = files.iter().map(|file| file.applied.len()).sum();
    let fixable = all().filter(|issue| issue.fix.as_ref().is_some_and(|fix| fix.safe)).count();
    if applied > 0 {
        summary.push_str(&format!("; {applied} fixed"));
    } else if fixable > 0 {
        summary.push_str(&format!("; `--fix` solves {fixable} of them"));
    }
    writeln!(out, "{}", paint.with(if errors > 0 { RED } else { GREEN }, &summary))
}

/// Without a summary.
pub(super) fn print_file(file: &str, source: &[u8], issues: &[Issue], paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    let text = String::from_utf8_lossy(source);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    issues.iter().try_for_each(|issue| print_issue(file, &lines, issue, paint, out))
}

fn print_issue(file: &str, lines: &[&str], issue: &Issue, paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    let Issue { severity, rule, message, path, line, column, suggestion, .. } = issue;
    let (name, tone) = match severity {
        Severity::Error => ("error", RED),
        Severity::Warning => ("warning", YELLOW),
    };
    writeln!(out, "{file}:{line}:{column}: {}: {message}", paint.with(tone, &format!("{name}[{rule}]")))?;
    let (line, column) = (*line as usize, *column as usize);
    if let Some(text) = lines.get(line.saturating_sub(1)).filter(|text| !text.trim().is_empty() && column <= SHOWN_CHARS_MAX) {
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        // Only what a terminal shows in one cell keeps the caret in place; the rest at least does no harm.
        let shown: String =
            redact(text).chars().take(SHOWN_CHARS_MAX).map(|char| if char.is_control() { ' ' } else { char }).collect();
        writeln!(out, " {} {shown}", paint.with(BLUE, &format!("{number} |")))?;
        writeln!(
            out,
            " {} {}{}",
            paint.with(BLUE, &format!("{margin} |")),
            " ".repeat(column.saturating_sub(1)),
            paint.with(tone, "^")
        )?;
    }
    if path != "$" {
        writeln!(out, "   at {path}")?;
    }
    if let Some(suggestion) = suggestion {
        writeln!(out, "   {} {suggestion}", paint.with(GREEN, "help:"))?;
    }
    writeln!(out)
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

const RED: &str = "1;31";
const YELLOW: &str = "1;33";
const GREEN: &str = "1;32";
const BLUE: &str = "34";

/// Colours, or none.
pub(super) struct Paint {
    pub(super) colour: bool,
}

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
