//! Judges we did not write: official clients and verifiers from npm, installed once outside the clone and run with Node.

use std::{
    collections::HashMap,
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde::Deserialize;
use serde_json::json;

use crate::cache::{self, run};

const MANIFEST: &str = include_str!("../npm/package.json");
const LOCK: &str = include_str!("../npm/package-lock.json");
const COMPONENTIZE_MANIFEST: &str = include_str!("../npm/componentize/package.json");
const COMPONENTIZE_LOCK: &str = include_str!("../npm/componentize/package-lock.json");
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/npm");
/// Names the folder of the packages, to us and to the scripts.
const FOLDER_VARIABLE: &str = "AMPLINE_NPM_DIR";
const REMEDY: &str = "install Node.js and npm";
/// A machine without the registry must learn so soon.
const FETCH_LIMITS: [&str; 2] = ["--fetch-retries=1", "--fetch-timeout=60000"];

/// Where the packages of `tests/npm/package-lock.json` are installed; installs them if they are not.
///
/// That is `AMPLINE_NPM_DIR`, else `npm-<hash of the lock file>` in the user's cache, so a changed lock file gets a fresh folder.
///
/// # Errors
/// When Node or npm is missing or the installation fails; give it to [`crate::requirement::require`].
pub fn packages() -> Result<Packages, String> {
    installed(cache::set(FOLDER_VARIABLE), MANIFEST, LOCK)
}

/// The same for `tests/npm/componentize`: componentize-js, which makes components of JavaScript with WASI, and jco, which makes
/// types of a contract.
///
/// # Errors
/// Those of [`packages`].
pub fn componentizers() -> Result<Packages, String> {
    installed(None, COMPONENTIZE_MANIFEST, COMPONENTIZE_LOCK)
}

fn installed(folder: Option<PathBuf>, manifest: &str, lock: &str) -> Result<Packages, String> {
    run(Command::new("node").arg("--version"), REMEDY)?;
    let folder = match folder {
        Some(folder) => folder,
        None => cache::folder("npm", lock)?,
    };
    cache::installed_once(&folder, lock, || install(&folder, manifest, lock))?;
    Ok(Packages(folder))
}

fn install(folder: &Path, manifest: &str, lock: &str) -> Result<(), String> {
    for (name, text) in [("package.json", manifest), ("package-lock.json", lock)] {
        fs::write(folder.join(name), text).map_err(|error| format!("write {name} to {}: {error}", folder.display()))?;
    }
    let ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run(Command::new("npm").args(ci).args(FETCH_LIMITS).current_dir(folder), REMEDY)
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

    /// Runs a program of a package to its end.
    ///
    /// # Errors
    /// When it cannot be started or fails, with what it said.
    pub fn run(&self, program: &str, arguments: &[&OsStr]) -> Result<(), String> {
        let program = self.0.join("node_modules/.bin").join(program);
        run(Command::new(program).args(arguments), REMEDY)
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
