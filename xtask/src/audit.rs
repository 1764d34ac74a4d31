//! The dependency audit: licences, bans, duplicates and sources by `deny.toml`, and known vulnerabilities where their database can be reached.

use std::process::Command;
use std::time::Duration;

use crate::step::Outcome;
use crate::tool::CARGO_DENY;
use crate::{place, process};

/// For fetching the advisories, some 20 MB.
const FETCH_TIME_MAX: Duration = Duration::from_secs(60);

/// Runs the audit, installing cargo-deny into the cache the first time.
///
/// # Errors
/// A rule of `deny.toml` is broken, a dependency has a known vulnerability, or the tool could not be built.
pub(crate) fn run() -> Outcome {
    let deny = CARGO_DENY.installed()?;
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
