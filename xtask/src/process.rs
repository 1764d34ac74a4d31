//! Running other programs: to the end, within a time limit, or in place of this one.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often a child with a time limit is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Runs a command whose output goes where ours goes.
///
/// # Errors
/// It could not be started, or ended with another status than 0.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("`{}` could not be started: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", shown(command))) }
}

/// Runs a command that may hang on a network that drops packets, and ends it after `limit`.
///
/// # Errors
/// As [`run`], or the time is over.
pub(crate) fn run_within(limit: Duration, command: &mut Command) -> Result<(), String> {
    let name = shown(command);
    let child = command.stdin(Stdio::null()).spawn().map_err(|error| format!("`{name}` could not be started: {error}"))?;
    wait_within(limit, child).map_err(|reason| format!("`{name}` {reason}"))
}

fn wait_within(limit: Duration, mut child: Child) -> Result<(), String> {
    let begin = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("ended with {status}")),
            Ok(None) if begin.elapsed() < limit => thread::sleep(POLL_INTERVAL),
            Ok(None) => {
                let ended = child.kill().and_then(|()| child.wait());
                return Err(match ended {
                    Ok(_) => format!("did not end within {} s", limit.as_secs()),
                    Err(error) => format!("did not end within {} s, and could not be ended: {error}", limit.as_secs()),
                });
            }
            Err(error) => return Err(format!("could not be waited for: {error}")),
        }
    }
}

/// The first line that a program prints when asked for its version; nothing where it is not there or fails.
pub(crate) fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    // nginx tells its version on standard error.
    let said = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
    let line = String::from_utf8_lossy(said).lines().next().unwrap_or_default().trim().to_owned();
    output.status.success().then_some(line)
}

/// Becomes the other program, so that Ctrl-C and exit codes are its own. Comes back only where that fails.
#[cfg(unix)]
pub(crate) fn become_it(command: &mut Command) -> String {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    format!("`{}` could not be started: {error}", shown(command))
}

/// Runs the other program to its end and leaves with its exit code. Comes back only where it cannot be started.
#[cfg(not(unix))]
pub(crate) fn become_it(command: &mut Command) -> String {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => format!("`{}` could not be started: {error}", shown(command)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_command_that_hangs_is_ended_and_named() {
        let begin = Instant::now();
        let reason = run_within(Duration::from_millis(200), &mut shell("sleep 60")).expect_err("it hangs");
        assert_eq!(reason, "`sh -c sleep 60` did not end within 0 s");
        assert!(begin.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_status_other_than_zero_is_an_error() {
        assert_eq!(
            run_within(Duration::from_secs(60), &mut shell("exit 3")),
            Err("`sh -c exit 3` ended with exit status: 3".to_owned())
        );
        assert_eq!(run(&mut shell("exit 0")), Ok(()));
        assert!(run(&mut Command::new("no-such-program")).is_err_and(|reason| reason.contains("could not be started")));
    }

    #[test]
    fn a_version_is_the_first_line_wherever_it_is_printed() {
        assert_eq!(first_line("sh", &["-c", "echo one; echo two"]).as_deref(), Some("one"));
        assert_eq!(first_line("sh", &["-c", "echo three >&2"]).as_deref(), Some("three"));
        assert_eq!(first_line("sh", &["-c", "echo one; exit 1"]), None);
        assert_eq!(first_line("no-such-program", &[]), None);
    }
}
