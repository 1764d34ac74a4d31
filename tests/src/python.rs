//! Python packages as judges and servers: one virtual environment for each set of pinned requirements, made once outside the clone.

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use crate::cache::{self, run};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
const REMEDY: &str = "install Python 3 with venv (Debian: apt-get install python3-venv)";
/// A machine without the registry must learn so soon.
const FETCH_LIMITS: [&str; 2] = ["--retries=1", "--timeout=60"];

/// A virtual environment.
#[derive(Debug, Clone)]
pub struct Venv(PathBuf);

impl Venv {
    /// The environment with what `requirements` (a file of `tests/python`) pins, in `venv-<hash of that file>` of the user's
    /// cache; made if it is not there.
    ///
    /// # Errors
    /// When Python or its venv is missing or the installation fails; give it to [`crate::requirement::require`].
    pub fn of(requirements: &str) -> Result<Self, String> {
        let pins = Path::new(FOLDER).join(requirements);
        let text = fs::read_to_string(&pins).map_err(|error| format!("read {}: {error}", pins.display()))?;
        let folder = cache::folder("venv", &text)?;
        cache::installed_once(&folder, &text, || {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder.join("venv")), REMEDY)?;
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
            let mut install = Command::new(folder.join("venv/bin/python"));
            run(install.args(pip).args(FETCH_LIMITS).arg("-r").arg(&pins), REMEDY)
        })?;
        Ok(Self(folder.join("venv")))
    }

    /// A program that a package brought.
    pub fn program(&self, name: &str) -> PathBuf {
        self.0.join("bin").join(name)
    }

    /// Runs a script of `tests/python` with these arguments and input, to its end.
    ///
    /// # Errors
    /// When Python cannot be started or its input not be written.
    pub fn run<A: AsRef<OsStr>>(&self, script: &str, arguments: &[A], input: &[u8]) -> std::io::Result<Output> {
        let mut command = Command::new(self.program("python"));
        command.arg(Path::new(FOLDER).join(script)).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        // Dropping the pipe ends the input. The scripts read all of it before they write, so this cannot block for ever.
        child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(input))?;
        child.wait_with_output()
    }
}
