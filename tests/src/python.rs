//! Packages of PyPI in virtual environments of their own, kept in the user's cache and run with Python.

use std::{
    env,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sha2::{Digest, Sha256};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
/// Written last: an environment without it is an installation that did not finish.
const MARKER: &str = "installed";
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
        let folder = folder(&text)?;
        fs::create_dir_all(&folder).map_err(|error| format!("create {}: {error}", folder.display()))?;
        // Tests run in parallel, in threads and in processes: one installs, the others wait.
        let lock_path = folder.join("lock");
        let lock = File::create(&lock_path).map_err(|error| format!("create {}: {error}", lock_path.display()))?;
        lock.lock().map_err(|error| format!("lock {}: {error}", lock_path.display()))?;
        let venv = Self(folder.join("venv"));
        let marker = folder.join(MARKER);
        if fs::read_to_string(&marker).is_ok_and(|installed| installed == text) {
            return Ok(venv);
        }
        said(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv.0), b"")?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        said(venv.command("python").args(install).arg(&pinned).args(FETCH_LIMITS), b"")?;
        fs::write(&marker, text).map_err(|error| format!("finish {}: {error}", folder.display()))?;
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

fn folder(requirements: &str) -> Result<PathBuf, String> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    let cache = cache.ok_or("HOME does not say where Python packages may be kept")?;
    let hash = Sha256::digest(requirements).iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(cache.join("ampline").join(format!("python-{hash}")))
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
