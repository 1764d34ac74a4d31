//! What the machine must have before a command starts: looked for, installed where that is ours to do, else named with what to type.

mod debian;
mod found;

use std::process::Command;
use std::time::Duration;

use crate::process;
use crate::step::Outcome;
use crate::tool::{S3S_FS, Tool};

/// For one `rustup` call; a component is at most some 100 MB.
const RUSTUP_TIME_MAX: Duration = Duration::from_secs(300);

/// One thing that a command cannot do without.
pub(crate) struct Prerequisite {
    name: &'static str,
    needed_for: &'static str,
    /// What was found, in a few words; nothing where it is missing or too old.
    find: fn() -> Option<String>,
    /// Arguments of `rustup` that install it; empty where rustup cannot.
    rustup: &'static [&'static str],
    /// What is built from the Rust registry to have it, where that is the way.
    tool: Option<&'static Tool>,
    /// Debian packages that bring it; empty where Debian has none.
    packages: &'static [&'static str],
    /// The first Debian release whose packages are new enough.
    debian_release_min: u32,
    /// What a person types where neither way is open.
    by_hand: &'static str,
}

/// Compiles the C in SQLite and ring.
pub(crate) const C_COMPILER: Prerequisite = Prerequisite {
    name: "C compiler",
    needed_for: "SQLite and ring are compiled from C",
    find: found::c_compiler,
    rustup: &[],
    tool: None,
    packages: &["build-essential"],
    debian_release_min: 0,
    by_hand: "a C compiler that answers to `cc` (Debian: apt-get install build-essential; macOS: xcode-select --install)",
};

/// Compiles libFuzzer.
pub(crate) const CPP_COMPILER: Prerequisite = Prerequisite {
    name: "C++ compiler",
    needed_for: "libFuzzer is compiled from C++",
    find: found::cpp_compiler,
    rustup: &[],
    tool: None,
    packages: &["build-essential"],
    debian_release_min: 0,
    by_hand: "a C++ compiler that answers to `c++` (Debian: apt-get install build-essential; macOS: xcode-select --install)",
};

/// Compiles sinks to WebAssembly.
pub(crate) const WASM_COMPILER: Prerequisite = Prerequisite {
    name: "wasm target",
    needed_for: "sinks are WebAssembly components",
    find: found::wasm_compiler,
    rustup: &["target", "add", "wasm32-unknown-unknown"],
    tool: None,
    packages: &["rustc-web", "cargo-web", "rust-web-src"],
    debian_release_min: 12,
    by_hand: "rustup target add wasm32-unknown-unknown",
};

/// Checks the layout of the code.
pub(crate) const RUSTFMT: Prerequisite = Prerequisite {
    name: "rustfmt",
    needed_for: "the layout of the code is checked",
    find: found::rustfmt,
    rustup: &["component", "add", "rustfmt"],
    tool: None,
    packages: &[],
    debian_release_min: 0,
    by_hand: "rustup component add rustfmt",
};

/// Checks the code.
pub(crate) const CLIPPY: Prerequisite = Prerequisite {
    name: "clippy",
    needed_for: "the code is linted",
    find: found::clippy,
    rustup: &["component", "add", "clippy"],
    tool: None,
    packages: &[],
    debian_release_min: 0,
    by_hand: "rustup component add clippy",
};

/// Runs the clients that providers publish, against our emulators.
pub(crate) const NODE: Prerequisite = Prerequisite {
    name: "Node",
    needed_for: "clients that are not ours, HubSpot's own and jsforce, are run against the emulators; sinks in JavaScript are made",
    find: found::node,
    rustup: &[],
    tool: None,
    packages: &["nodejs", "npm"],
    debian_release_min: 13,
    by_hand: "Node 20 or later with npm, from https://nodejs.org/en/download",
};

/// Shows the operator's pages to their tests.
pub(crate) const CHROMIUM: Prerequisite = Prerequisite {
    name: "Chromium",
    needed_for: "the operator's pages are tested in a real browser",
    find: found::chromium,
    rustup: &[],
    tool: None,
    packages: &["chromium", "fonts-liberation"],
    debian_release_min: 0,
    by_hand: "Chromium as /usr/bin/chromium, or its path in AMPLINE_CHROMIUM (Debian: apt-get install chromium fonts-liberation)",
};

/// The database that tests deliver to.
pub(crate) const POSTGRES: Prerequisite = Prerequisite {
    name: "Postgres",
    needed_for: "tests deliver to servers of their own (Debian also starts it as a service on port 5432; the tests do not use that one)",
    find: found::postgres,
    rustup: &[],
    tool: None,
    packages: &["postgresql"],
    debian_release_min: 0,
    by_hand: "PostgreSQL 13 or later with `postgres` and `initdb` (Debian: apt-get install postgresql; macOS: brew install postgresql)",
};

/// Runs moto, the emulator of AWS, and official libraries as judges.
pub(crate) const PYTHON: Prerequisite = Prerequisite {
    name: "Python",
    needed_for: "destinations of AWS are tested against moto, and read back by Amazon's own client; sinks in Python are made",
    find: found::python,
    rustup: &[],
    tool: None,
    packages: &["python3-venv"],
    debian_release_min: 12,
    by_hand: "Python 3.10 or later with venv (Debian: apt-get install python3-venv)",
};

/// A keyring to read keys from, on a message bus of the test's own.
pub(crate) const KEYRING: Prerequisite = Prerequisite {
    name: "Secret Service",
    needed_for: "keys and secrets are read from a real keyring",
    find: found::keyring,
    rustup: &[],
    tool: None,
    packages: &["dbus", "gnome-keyring"],
    debian_release_min: 0,
    by_hand: "gnome-keyring and dbus-daemon (Debian: apt-get install dbus gnome-keyring)",
};

/// Shows the desktop's pages.
pub(crate) const WEBKIT: Prerequisite = Prerequisite {
    name: "WebKitGTK",
    needed_for: "the desktop's window is built against it",
    find: found::webkit,
    rustup: &[],
    tool: None,
    packages: &["libwebkit2gtk-4.1-dev", "pkg-config"],
    debian_release_min: 12,
    by_hand: "WebKitGTK 4.1 with its headers, and pkg-config (Debian: apt-get install libwebkit2gtk-4.1-dev pkg-config)",
};

/// A display that nobody sees, and who clicks there.
pub(crate) const DISPLAY: Prerequisite = Prerequisite {
    name: "Xvfb",
    needed_for: "the desktop's window is opened and driven",
    find: found::display,
    rustup: &[],
    tool: None,
    packages: &["xvfb", "webkit2gtk-driver"],
    debian_release_min: 12,
    by_hand: "Xvfb and WebKitWebDriver (Debian: apt-get install xvfb webkit2gtk-driver)",
};

/// Verifies what the S3 destination signs.
pub(crate) const S3_SERVER: Prerequisite = Prerequisite {
    name: "s3s-fs",
    needed_for: "signatures and checksums of the S3 destination are verified by it",
    find: || S3S_FS.found(),
    rustup: &[],
    tool: Some(&S3S_FS),
    packages: &[],
    debian_release_min: 0,
    by_hand: "cargo xtask test, without --no-install and with a way to the Rust registry: it builds the version it needs",
};

/// The receiver of the benchmarks.
pub(crate) const NGINX: Prerequisite = Prerequisite {
    name: "nginx",
    needed_for: "benchmarks deliver to it (Debian also starts it as a service on port 80; the benchmarks do not use that one)",
    find: found::nginx,
    rustup: &[],
    tool: None,
    packages: &["nginx-light"],
    debian_release_min: 0,
    by_hand: "nginx (Debian: apt-get install nginx-light; macOS: brew install nginx)",
};

/// Looks for all of them, and where `install` allows it installs what is missing.
///
/// # Errors
/// What is still missing, each with what to type.
pub(crate) fn ensure(wanted: &[&'static Prerequisite], install: bool) -> Outcome {
    let mut missing = look(wanted, true);
    if install && !missing.is_empty() {
        add_with_rustup(&missing);
        build_tools(&missing);
        missing = look(&missing, true);
        let packages = debian::installable(&missing, debian::release());
        if !packages.is_empty() && debian::is_root() {
            debian::install(&packages)?;
            missing = look(&missing, true);
        }
    }
    if missing.is_empty() {
        return Ok(wanted.iter().map(|thing| thing.name).collect::<Vec<_>>().join(", "));
    }
    Err(remedy(&missing, debian::release()))
}

/// Prints what is there and gives back what is not.
fn look(wanted: &[&'static Prerequisite], aloud: bool) -> Vec<&'static Prerequisite> {
    let mut missing = Vec::new();
    for &thing in wanted {
        let found = (thing.find)();
        if aloud {
            let shown = found.as_deref().unwrap_or("MISSING");
            println!("   {:<12} {shown} ({})", thing.name, thing.needed_for);
        }
        if found.is_none() {
            missing.push(thing);
        }
    }
    missing
}

/// A failure here is not the last word: Debian may have the same, or the person is told what to type.
fn add_with_rustup(missing: &[&'static Prerequisite]) {
    if process::first_line("rustup", &["--version"]).is_none() {
        return;
    }
    for thing in missing.iter().filter(|thing| !thing.rustup.is_empty()) {
        let mut command = Command::new("rustup");
        command.args(thing.rustup);
        println!("   {}", process::shown(&command));
        if let Err(reason) = process::run_within(RUSTUP_TIME_MAX, &mut command) {
            println!("   {reason}");
        }
    }
}

/// A failure here is told again as something that is missing.
fn build_tools(missing: &[&'static Prerequisite]) {
    for tool in missing.iter().filter_map(|thing| thing.tool) {
        if let Err(reason) = tool.installed() {
            println!("   {reason}");
        }
    }
}

/// What to type for all that is missing.
fn remedy(missing: &[&'static Prerequisite], debian_release: Option<u32>) -> String {
    let mut text = String::from("this machine lacks what follows; install it and try again");
    let packages = debian::installable(missing, debian_release);
    for thing in missing {
        let by_package = thing.packages.first().is_some_and(|package| packages.contains(package));
        let typed =
            if by_package { format!("apt-get install -y {}", thing.packages.join(" ")) } else { thing.by_hand.to_owned() };
        text += &format!("\n      {:<12} ({}): {typed}", thing.name, thing.needed_for);
        if by_package && !thing.rustup.is_empty() {
            text += &format!("\n      {:<12} or: rustup {}", "", thing.rustup.join(" "));
        }
    }
    if !packages.is_empty() {
        text += &format!("\n      all packages at once: sudo apt-get update && sudo {}", debian::install_shown(&packages));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const THERE: Prerequisite = Prerequisite { name: "there", find: || Some("1.0".to_owned()), ..C_COMPILER };
    const ABSENT: Prerequisite = Prerequisite { name: "absent", find: || None, ..C_COMPILER };

    #[test]
    fn only_what_is_missing_comes_back() {
        let missing = look(&[&THERE, &ABSENT], false);
        assert_eq!(missing.iter().map(|thing| thing.name).collect::<Vec<_>>(), ["absent"]);
    }

    #[test]
    fn without_leave_to_install_the_remedy_is_named() {
        assert_eq!(ensure(&[&THERE], false), Ok("there".to_owned()));
        assert!(
            ensure(&[&THERE, &ABSENT], false)
                .is_err_and(|reason| reason.contains("absent") && reason.contains("build-essential"))
        );
    }

    #[test]
    fn the_remedy_fits_the_machine() {
        let on = |thing: &'static Prerequisite, release| remedy(&[thing], release);
        assert!(on(&WASM_COMPILER, None).ends_with("rustup target add wasm32-unknown-unknown"));
        assert!(on(&WASM_COMPILER, Some(12)).contains("or: rustup target add wasm32-unknown-unknown"));
        assert!(on(&NODE, Some(12)).ends_with("https://nodejs.org/en/download"));
        assert!(
            on(&NODE, Some(13)).ends_with("sudo apt-get update && sudo apt-get install -y --no-install-recommends nodejs npm")
        );
    }
}
