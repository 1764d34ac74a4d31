//! Folders in the user's cache for what is installed once and used by every run, each named by a hash of what is in it.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sha2::{Digest, Sha256};

/// Written last: a folder without it is an installation that did not finish.
const MARKER: &str = "installed";

/// `${XDG_CACHE_HOME:-~/.cache}/ampline`.
///
/// # Errors
/// When neither `XDG_CACHE_HOME` nor `HOME` is set.
pub fn root() -> Result<PathBuf, String> {
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    Ok(cache.ok_or("neither XDG_CACHE_HOME nor HOME says where packages may be kept")?.join("ampline"))
}

/// A path in an environment variable that is not empty.
pub(crate) fn set(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The folder for what `pins` (a lock file, pinned requirements) names: `<kind>-<hash>`.
///
/// # Errors
/// Those of [`root`].
pub fn folder(kind: &str, pins: &str) -> Result<PathBuf, String> {
    let hash = Sha256::digest(pins).iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(root()?.join(format!("{kind}-{hash}")))
}

/// Installs into `folder` what `pins` names, unless it is there already. Tests run in parallel, in threads and in processes: one
/// installs, the others wait.
///
/// # Errors
/// When the folder cannot be written to, or the reason of `install`.
pub fn installed_once(folder: &Path, pins: &str, install: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("create {}: {error}", folder.display()))?;
    let lock_path = folder.join("lock");
    let lock = File::create(&lock_path).map_err(|error| format!("create {}: {error}", lock_path.display()))?;
    lock.lock().map_err(|error| format!("lock {}: {error}", lock_path.display()))?;
    if fs::read_to_string(folder.join(MARKER)).is_ok_and(|installed| installed == pins) {
        return Ok(());
    }
    install()?;
    fs::write(folder.join(MARKER), pins).map_err(|error| format!("finish {}: {error}", folder.display()))
}

/// Runs a program to its end; an error is its name and what it said. `remedy` is told where it cannot be started.
///
/// # Errors
/// When it cannot be started, or ends with another status than success.
pub fn run(command: &mut Command, remedy: &str) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("run {program}: {error}; {remedy}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{program} failed ({}): {}", output.status, String::from_utf8_lossy(&said).trim()))
}
