//! Where things are: the repository, the cache that outlives a clone, cargo, and what cargo built.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The folder that holds the workspace's `Cargo.toml`.
pub(crate) fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// `${XDG_CACHE_HOME:-~/.cache}/ampline`: tools that take minutes to build, kept over clones.
///
/// # Errors
/// Neither `XDG_CACHE_HOME` nor `HOME` is set.
pub(crate) fn cache() -> Result<PathBuf, String> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    let base = base.ok_or("no folder for the cache: neither HOME nor XDG_CACHE_HOME is set; set one of them")?;
    Ok(base.join("ampline"))
}

/// A call of cargo in the repository, without what `cargo run` told this very process about the package `xtask`: build scripts watch some of
/// these variables (ring's does), and would run again each time the same command is typed with and without `xtask`.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(repository()).stdin(Stdio::null());
    let about_xtask = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"];
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| about_xtask.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command
}

/// What `cargo metadata` knows; with `dependencies`, the resolved graph as well.
///
/// # Errors
/// Cargo's own words where it fails, for example on a manifest that does not parse.
pub(crate) fn metadata(dependencies: bool) -> Result<Value, String> {
    let mut arguments = vec!["metadata", "--format-version", "1"];
    if !dependencies {
        arguments.push("--no-deps");
    }
    let output = cargo(&arguments).output().map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata answered with something else than JSON: {error}"))
}

/// The folder that cargo builds into.
///
/// # Errors
/// Those of [`metadata`].
pub(crate) fn target() -> Result<PathBuf, String> {
    let metadata = metadata(false)?;
    Ok(metadata["target_directory"].as_str().ok_or("cargo metadata names no target directory")?.into())
}

/// The path of a binary that cargo built in `profile` (`debug` or `release`).
///
/// # Errors
/// Those of [`metadata`].
pub(crate) fn built(profile: &str, binary: &str) -> Result<PathBuf, String> {
    Ok(target()?.join(profile).join(format!("{binary}{}", env::consts::EXE_SUFFIX)))
}
