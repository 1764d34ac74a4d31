//! The dependency audit: licences, bans, duplicates and sources by `deny.toml`, and known vulnerabilities where their database can be reached.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::step::Outcome;
use crate::{place, process};

/// Pinned, so that the same tree gets the same verdict everywhere.
const CARGO_DENY_VERSION: &str = "0.20.2";

/// For fetching the advisories, some 20 MB.
const FETCH_TIME_MAX: Duration = Duration::from_secs(60);

/// Runs the audit, installing cargo-deny into the cache the first time.
///
/// # Errors
/// A rule of `deny.toml` is broken, a dependency has a known vulnerability, or the tool could not be built.
pub(crate) fn run() -> Outcome {
    let deny = cargo_deny()?;
    // cargo-deny looks at every platform; a build fetches only its own. Any drift of Cargo.lock ends here.
    process::run(&mut place::cargo(&["fetch", "--locked", "--quiet"]))?;
    let check = |what: &[&str]| {
        let mut command = Command::new(&deny);
        command.current_dir(place::repository()).args(["--offline", "--locked", "check"]).args(what);
        process::run(&mut command)
    };
    check(&["bans", "licenses", "sources"])?;
    let mut fetch = Command::new(&deny);
    fetch.current_dir(place::repository()).args(["--log-level", "off", "fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0");
    if let Err(reason) = process::run_within(FETCH_TIME_MAX, &mut fetch) {
        println!("   WARNING: known vulnerabilities were NOT looked for: the RustSec database could not be fetched ({reason})");
        return Ok("bans, licences and sources; ADVISORIES NOT CHECKED (no way to their database)".to_owned());
    }
    check(&["advisories"])?;
    Ok("bans, licences, sources and advisories".to_owned())
}

/// The pinned cargo-deny, built on first use.
fn cargo_deny() -> Result<PathBuf, String> {
    let root = place::cache()?.join("tools").join(format!("cargo-deny-{CARGO_DENY_VERSION}"));
    let program = root.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() {
        return Ok(program);
    }
    println!("   building cargo-deny {CARGO_DENY_VERSION} into {} (once, about 3 CPU-minutes)", root.display());
    let build = root.join("build");
    let mut install = place::cargo(&["install", "--quiet", "--locked", "--force", "--version", CARGO_DENY_VERSION, "cargo-deny"]);
    // Outside the repository, whose own cargo settings are not meant for it.
    install.arg("--root").arg(&root).arg("--target-dir").arg(&build).current_dir(std::env::temp_dir());
    let installed = process::run(&mut install);
    // Only the binary is kept. Where this fails some disk is wasted, no more.
    let _ = fs::remove_dir_all(&build);
    installed.map(|()| program)
}
