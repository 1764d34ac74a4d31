//! A report for people: one line for what holds, and for what does not: what was expected, what happened, how to repair it.

use std::fmt::Write as _;

use super::report::{Check, Origin, Report, Status};

const WIDTH: usize = 30;

/// The report as text; `colour` for terminals.
pub fn text(report: &Report, colour: bool) -> String {
    let mut out = String::new();
    let sink = &report.sink;
    let imports = if sink.imports.is_empty() { "nothing".to_owned() } else { sink.imports.join(", ") };
    let name = if sink.name.is_empty() { String::new() } else { format!(" {} {}", sink.name, sink.version) };
    line(&mut out, &format!("{}{name}: {} KiB, may ask for {imports}", sink.file, sink.bytes.div_ceil(1_024)));
    for (origin, title) in [(Origin::Conformance, "conformance"), (Origin::Case, "cases")] {
        let mut checks = report.checks.iter().filter(|check| check.origin == origin).peekable();
        if checks.peek().is_some() {
            line(&mut out, &format!("\n{title}"));
            checks.for_each(|check| entry(&mut out, check, colour));
        }
    }
    if let Some(bench) = &report.bench {
        line(&mut out, "\nmeasured");
        for one in &bench.0 {
            let part = one.limit.map(|limit| format!("  {:.1} % of {limit:.0}", one.value / limit * 100.0)).unwrap_or_default();
            line(&mut out, &format!("  {:<34} {:>10.1} {}{part}", one.name, one.value, one.unit));
        }
    }
    for file in &report.written {
        line(&mut out, &format!("\nwrote {file}"));
    }
    line(&mut out, &format!("\n{}", summary(report)));
    out
}

fn summary(report: &Report) -> String {
    let count = |status| report.count(status);
    let mut parts = vec![format!("{} passed", count(Status::Passed))];
    for (status, word) in [(Status::Failed, "failed"), (Status::Excepted, "excepted"), (Status::Skipped, "skipped")] {
        if count(status) > 0 {
            parts.push(format!("{} {word}", count(status)));
        }
    }
    parts.join(", ")
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn entry(out: &mut String, check: &Check, colour: bool) {
    let (word, code) = match check.status {
        Status::Passed => ("ok  ", "32"),
        Status::Failed => ("FAIL", "31"),
        Status::Skipped => ("skip", "33"),
        Status::Excepted => ("exc ", "33"),
    };
    let word = if colour { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() };
    // Writing to a string does not fail.
    let _ = writeln!(out, "  {word} {:<WIDTH$} {}", check.name, check.expected);
    let more = [("happened", &check.happened), ("repair", &check.repair), ("because", &check.reason)];
    for (name, text) in more.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))) {
        let _ = writeln!(out, "         {name}: {text}");
    }
}
