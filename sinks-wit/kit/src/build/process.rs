//! Runs a tool of a language, and reads its answer.

use std::process::{Command, Stdio};

/// Runs a tool to its end. What it says is shown as it says it; `said` is what stands before its complaint.
///
/// # Errors
/// Where it cannot be started (`remedy` says what to type), or does not succeed.
pub(super) fn run(command: &mut Command, remedy: &str, said: &str) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    // What it prints is news for a person, and stdout is for results.
    let status = command.stdin(Stdio::null()).stdout(std::io::stderr()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{said} ({program} ended with {status}; its messages are above)")),
        Err(error) => Err(format!("{program} cannot be started: {error}. {remedy}")),
    }
}
