//! Judges we did not write: official clients and verifiers from npm, installed once outside the clone and run with Node.

use std::{
    collections::HashMap,
    env,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

const MANIFEST: &str = include_str!("../npm/package.json");
const LOCK: &str = include_str!("../npm/package-lock.json");
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/npm");
/// Written last: a folder without it is an installation that did not finish.
const MARKER: &str = "installed";
/// Names the folder of the packages, to us and to the scripts.
const FOLDER_VARIABLE: &str = "AMPLINE_NPM_DIR";
/// A machine without the registry must learn so soon.
const FETCH_LIMITS: [&str; 2] = ["--fetch-retries=1", "--fetch-timeout=60000"];

/// Where the packages of `tests/npm/package-lock.json` are installed; installs them if they are not.
///
/// That is `AMPLINE_NPM_DIR`, else `npm-<hash of the lock file>` in the user's cache, so a changed lock file gets a fresh folder.
///
/// # Errors
/// When Node or npm is missing or the installation fails; give it to [`crate::requirement::require`].
pub fn packages() -> Result<Packages, String> {
    run(Command::new("node").arg("--version"))?;
    let folder = folder()?;
    fs::create_dir_all(&folder).map_err(|error| format!("create {}: {error}", folder.display()))?;
    // Tests run in parallel, in threads and in processes: one installs, the others wait.
    let lock_path = folder.join("lock");
    let lock = File::create(&lock_path).map_err(|error| format!("create {}: {error}", lock_path.display()))?;
    lock.lock().map_err(|error| format!("lock {}: {error}", lock_path.display()))?;
    if fs::read_to_string(folder.join(MARKER)).is_ok_and(|installed| installed == LOCK) {
        return Ok(Packages(folder));
    }
    for (name, text) in [("package.json", MANIFEST), ("package-lock.json", LOCK)] {
        fs::write(folder.join(name), text).map_err(|error| format!("write {name} to {}: {error}", folder.display()))?;
    }
    let ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run(Command::new("npm").args(ci).args(FETCH_LIMITS).current_dir(&folder))?;
    fs::write(folder.join(MARKER), LOCK).map_err(|error| format!("finish {}: {error}", folder.display()))?;
    Ok(Packages(folder))
}

fn folder() -> Result<PathBuf, String> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = named(FOLDER_VARIABLE) {
        return Ok(folder);
    }
    let cache = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    let cache = cache.ok_or_else(|| format!("neither {FOLDER_VARIABLE} nor HOME says where npm packages may be kept"))?;
    let hash = Sha256::digest(LOCK).iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(cache.join("ampline").join(format!("npm-{hash}")))
}

/// Runs a program to its end; an error is its name and what it said.
fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("run {program}: {error}; install Node.js and npm"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
}

/// Installed packages.
#[derive(Debug, Clone)]
pub struct Packages(PathBuf);

/// What the two official verifiers say: nothing, or why they refuse.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Verdict {
    /// Judges the `webhook-*` headers.
    pub standardwebhooks: Option<String>,
    /// Judges the `svix-*` headers.
    pub svix: Option<String>,
}

impl Packages {
    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// Runs a script of `tests/npm` with these arguments and input, to its end.
    ///
    /// # Errors
    /// When Node cannot be started or its input not be written.
    pub fn node(&self, script: &str, arguments: &[&str], input: &[u8]) -> std::io::Result<Output> {
        let mut command = Command::new("node");
        command.arg(Path::new(SCRIPTS).join(script)).args(arguments).env(FOLDER_VARIABLE, &self.0);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        // Dropping the pipe ends the input. The scripts read all of it before they write, so this cannot block for ever.
        child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(input))?;
        child.wait_with_output()
    }

    /// Has a webhook verified by both official libraries; they use the machine's clock with a tolerance of five minutes.
    ///
    /// # Errors
    /// When the script fails, with what it said.
    pub fn verify(&self, secret: &str, headers: &HashMap<String, String>, body: &str) -> Result<Verdict, String> {
        let input = json!({"secret": secret, "headers": headers, "body": body}).to_string();
        let output = self.node("verify.mjs", &[], input.as_bytes()).map_err(|error| format!("run verify.mjs: {error}"))?;
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).map_err(|error| format!("read verify.mjs: {error}: {}", said()))
    }
}
