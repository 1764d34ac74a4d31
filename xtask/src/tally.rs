//! Counting what `cargo test` reports, line by line, so that the summary says how much was tested and what failed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::process;
use crate::step::Outcome;

/// How many failed tests the summary names; the rest are counted.
const NAMES_SHOWN_MAX: usize = 10;

/// The sums over all test binaries.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    suites: u32,
    passed: u32,
    failed: u32,
    ignored: u32,
    failed_names: Vec<String>,
}

impl Tally {
    /// Takes in one line of the test harness' output.
    pub(crate) fn line(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failed_names.push(name.to_owned());
        }
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        self.suites += 1;
        for count in counts.split([';', '.']) {
            match count.trim().split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                Some((number, "ignored")) => self.ignored += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }

    /// One line for the summary.
    pub(crate) fn shown(&self) -> String {
        let mut line =
            format!("{} passed, {} failed, {} ignored in {} suites", self.passed, self.failed, self.ignored, self.suites);
        for name in self.failed_names.iter().take(NAMES_SHOWN_MAX) {
            line += &format!("; failed: {name}");
        }
        if let Some(more @ 1..) = self.failed_names.len().checked_sub(NAMES_SHOWN_MAX) {
            line += &format!("; and {more} more");
        }
        line
    }
}

/// Runs `cargo test`, passing its output on while counting.
///
/// # Errors
/// A test failed, something did not compile, or nothing was tested at all.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let name = process::shown(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| format!("`{name}` could not be started: {error}"))?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.map_err(|error| format!("the output of `{name}` could not be read: {error}"))?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally.line(&line);
        }
    }
    let status = child.wait().map_err(|error| format!("`{name}` could not be waited for: {error}"))?;
    if !status.success() {
        return Err(format!("{} (`{name}` ended with {status})", tally.shown()));
    }
    if tally.passed == 0 { Err("not one test ran".to_owned()) } else { Ok(tally.shown()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_summed_and_failures_named() {
        let mut tally = Tally::default();
        let output = "running 2 tests\n\
            test a::b ... ok\n\
            test a::c ... FAILED\n\
            test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: ok. 40 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.50s";
        output.lines().for_each(|line| tally.line(line));
        assert_eq!(tally.shown(), "41 passed, 1 failed, 2 ignored in 2 suites; failed: a::c");
    }

    #[test]
    fn a_long_list_of_failures_is_cut() {
        let mut tally = Tally::default();
        (0..12).for_each(|number| tally.line(&format!("test t{number} ... FAILED")));
        let shown = tally.shown();
        assert!(shown.contains("failed: t9; and 2 more") && !shown.contains("t10"), "{shown}");
    }

    #[test]
    fn a_run_without_tests_is_no_success() {
        let mut silent = Command::new("true");
        assert_eq!(run(&mut silent), Err("not one test ran".to_owned()));
    }
}
