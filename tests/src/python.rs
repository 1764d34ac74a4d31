//! Packages of PyPI in virtual environments of their own, kept in the user's cache and run with Python.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::cache;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
/// A machine without the registry must learn so soon.
const FETCH_LIMITS: [&str; 4] = ["--retries", "1", "--timeout", "60"];

/// An environment with installed packages.
#[derive(Debug, Clone)]
pub struct Venv(PathBuf);

impl Venv {
    /// The environment of a file of `tests/python` that pins what is to be installed; installs it where it is not yet.
    ///
    /// It lies under `python-<hash of the file>` in the user's cache, so a changed file gets a fresh one.
    ///
    /// # Errors
    /// When Python is missing or the installation fails; give it to [`crate::requirement::require`].
    pub fn of(requirements: &str) -> Result<Self, String> {
        let pinned = Path::new(SCRIPTS).join(requirements);
        let text = fs::read_to_string(&pinned).map_err(|error| format!("read {}: {error}", pinned.display()))?;
        let folder = cache::folder("python", &text)?;
        let venv = Self(folder.join("venv"));
        cache::installed_once(&folder, &text, || {
            said(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv.0), b"")?;
            let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
            said(venv.command("python").args(install).arg(&pinned).args(FETCH_LIMITS), b"").map(drop)
        })?;
        Ok(venv)
    }

    /// A program of the environment.
    pub fn command(&self, program: &str) -> Command {
        Command::new(self.0.join("bin").join(program))
    }

    /// Runs a script of `tests/python` with this input, to its end, and gives what it printed.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub fn run(&self, script: &str, input: &[u8]) -> Result<Vec<u8>, String> {
        said(self.command("python").arg(Path::new(SCRIPTS).join(script)), input)
    }
}

/// Runs a program to its end and gives what it printed; an error is its name and what it said.
fn said(command: &mut Command, input: &[u8]) -> Result<Vec<u8>, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let fault = |error: std::io::Error| format!("run {program}: {error}; install Python 3 with venv");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(fault)?;
    // Dropping the pipe ends the input. The scripts read all of it before they write, so this cannot block for ever; a program
    // that reads none of it may be gone already.
    let written = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(input));
    let output = child.wait_with_output().map_err(fault)?;
    if output.status.success() {
        return written.map(|()| output.stdout).map_err(fault);
    }
    Err(format!("{program} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
}
