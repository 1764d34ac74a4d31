//! How each prerequisite is recognised, without installing or changing anything.

use std::path::Path;

use crate::process::first_line;

/// What the client libraries of providers ask for.
const NODE_MAJOR_MIN: u32 = 20;

/// What moto asks for: 3.10.
const PYTHON_MINOR_MIN: u32 = 10;

pub(super) fn c_compiler() -> Option<String> {
    first_line("cc", &["--version"])
}

pub(super) fn cpp_compiler() -> Option<String> {
    first_line("c++", &["--version"])
}

pub(super) fn rustfmt() -> Option<String> {
    first_line("cargo", &["fmt", "--version"])
}

pub(super) fn clippy() -> Option<String> {
    first_line("cargo", &["clippy", "--version"])
}

pub(super) fn nginx() -> Option<String> {
    // Debian keeps it where only root's search path leads.
    first_line("nginx", &["-v"]).or_else(|| first_line("/usr/sbin/nginx", &["-v"]))
}

/// The same two ways, in the same order, as the tests: Debian keeps its versions beside the search path.
pub(super) fn postgres() -> Option<String> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path()))).collect();
    versions.sort_unstable();
    let debian = versions.into_iter().rev().map(|(_, path)| path.join("bin/postgres").to_string_lossy().into_owned());
    debian.chain(["postgres".to_owned()]).find_map(|program| first_line(&program, &["--version"]))
}

pub(super) fn node() -> Option<String> {
    let node = first_line("node", &["--version"]).filter(|version| major(version) >= Some(NODE_MAJOR_MIN))?;
    let npm = first_line("npm", &["--version"])?;
    Some(format!("{node}, npm {npm}"))
}

pub(super) fn chromium() -> Option<String> {
    let program = std::env::var("AMPLINE_CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    first_line(&program, &["--version"])
}

/// `ensurepip` is what Debian leaves out of Python without python3-venv.
pub(super) fn python() -> Option<String> {
    first_line("python3", &["-c", "import ensurepip, venv, sys; print(sys.version.split()[0])"])
        .filter(|version| minor(version) >= Some(PYTHON_MINOR_MIN))
}

/// Other systems have keyrings of their own, which no test may touch.
pub(super) fn keyring() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("not needed on this system".to_owned());
    }
    first_line("dbus-daemon", &["--version"])?;
    first_line("gnome-keyring-daemon", &["--version"])
}

/// The desktop is packaged for Linux; elsewhere the system brings its own.
pub(super) fn webkit() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("not needed on this system".to_owned());
    }
    first_line("pkg-config", &["--modversion", "webkit2gtk-4.1"])
}

/// Only Linux has a display that nobody sees.
pub(super) fn display() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("not needed on this system".to_owned());
    }
    // Neither tells a version without being asked to work.
    let path = std::env::var_os("PATH")?;
    let is_there = |program: &str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let both = ["Xvfb", "WebKitWebDriver"];
    both.iter().all(|program| is_there(program)).then(|| both.join(", "))
}

/// The second number of `3.11.7`.
fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("3.")?.split('.').next()?.parse().ok()
}

/// The leading number of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// The same three ways, in the same order, as the build script that makes the sinks.
pub(super) fn wasm_compiler() -> Option<String> {
    ["rustc", "/usr/bin/rustc"].iter().find_map(|rustc| {
        let sysroot = first_line(rustc, &["--print", "sysroot"])?;
        let how = in_sysroot(Path::new(&sysroot))?;
        Some(format!("{how} of {rustc}"))
    })
}

fn in_sysroot(sysroot: &Path) -> Option<&'static str> {
    let rustlib = sysroot.join("lib/rustlib");
    if rustlib.join("wasm32-unknown-unknown/lib").is_dir() {
        return Some("standard library for wasm32-unknown-unknown");
    }
    rustlib.join("src/rust/library/std/Cargo.toml").is_file().then_some("source of the standard library")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node() {
        for (version, expected) in [("v20.20.2", Some(20)), ("v8.0.0", Some(8)), ("22", Some(22)), ("", None), ("nightly", None)]
        {
            assert_eq!(major(version), expected, "{version}");
        }
    }

    #[test]
    fn versions_of_python() {
        for (version, expected) in [("3.11.7", Some(11)), ("3.9", Some(9)), ("2.7.18", None), ("", None)] {
            assert_eq!(minor(version), expected, "{version}");
        }
    }

    #[test]
    fn an_empty_sysroot_makes_no_wasm() {
        assert_eq!(in_sysroot(Path::new("/no/such/sysroot")), None);
    }
}
