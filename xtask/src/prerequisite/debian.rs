//! Installing on Debian, where we may: as root, with one `apt-get update` before.

use std::fs;
use std::process::Command;

use super::Prerequisite;
use crate::process;

/// The Debian release of this machine; nothing elsewhere (a testing release without a number counts as newer than all).
pub(super) fn release() -> Option<u32> {
    release_in(&fs::read_to_string("/etc/os-release").ok()?)
}

fn release_in(os_release: &str) -> Option<u32> {
    let value = |key: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(line.trim_matches('"').to_owned())
    };
    if value("ID").as_deref() != Some("debian") {
        return None;
    }
    Some(value("VERSION_ID").and_then(|number| number.parse().ok()).unwrap_or(u32::MAX))
}

/// Whether packages can be installed without asking for a password.
pub(super) fn is_root() -> bool {
    process::first_line("id", &["-u"]).as_deref() == Some("0")
}

/// The packages that bring what is missing, as far as this Debian release has them new enough.
pub(super) fn installable(missing: &[&'static Prerequisite], release: Option<u32>) -> Vec<&'static str> {
    let Some(release) = release else { return Vec::new() };
    let fitting = missing.iter().filter(|thing| release >= thing.debian_release_min);
    fitting.flat_map(|thing| thing.packages.iter().copied()).collect()
}

/// The command that installs them.
pub(super) fn install_shown(packages: &[&str]) -> String {
    format!("apt-get install -y --no-install-recommends {}", packages.join(" "))
}

/// Installs packages, after one look for their newest versions.
///
/// # Errors
/// apt-get failed.
pub(super) fn install(packages: &[&str]) -> Result<(), String> {
    for arguments in [vec!["update"], [&["install", "-y", "--no-install-recommends"], packages].concat()] {
        let mut command = Command::new("apt-get");
        // A second apt-get at work (unattended upgrades) is waited for, two minutes at most.
        command.args(["-q", "-o", "DPkg::Lock::Timeout=120"]).args(&arguments).env("DEBIAN_FRONTEND", "noninteractive");
        println!("   apt-get {}", arguments.join(" "));
        process::run(command.stdin(std::process::Stdio::null()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{C_COMPILER, CLIPPY, NODE, WASM_COMPILER};
    use super::*;

    #[test]
    fn debian_is_told_from_others() {
        for (os_release, expected) in [
            ("NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n", Some(12)),
            ("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\n", Some(u32::MAX)),
            ("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n", None),
            ("", None),
        ] {
            assert_eq!(release_in(os_release), expected, "{os_release}");
        }
    }

    #[test]
    fn packages_are_offered_only_where_they_are_new_enough() {
        let all = [&C_COMPILER, &CLIPPY, &NODE, &WASM_COMPILER];
        assert_eq!(installable(&all, None), [""; 0]);
        assert_eq!(installable(&all, Some(11)), ["build-essential"]);
        assert_eq!(installable(&all, Some(12)), ["build-essential", "rustc-web", "cargo-web", "rust-web-src"]);
        assert_eq!(installable(&all, Some(13)), ["build-essential", "nodejs", "npm", "rustc-web", "cargo-web", "rust-web-src"]);
    }
}
