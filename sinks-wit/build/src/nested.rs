//! The inner cargo: sees the same workspace, lock file and downloads as the outer one, and none of its settings.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::toolchain::{TARGET, Toolchain};

/// Settings of the outer cargo that hold for the inner one as well: where downloads are, how to reach out, the job server.
const KEPT: [&str; 7] =
    ["CARGO_HOME", "CARGO_HTTP_", "CARGO_MAKEFLAGS", "CARGO_NET_", "CARGO_REGISTRIES_", "CARGO_REGISTRY_", "CARGO_TERM_"];
/// Beginnings of the names of everything else that cargo, clippy and the user say to compilers.
const SCRUBBED: [&str; 10] =
    ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CLIPPY_", "OUT_DIR", "TARGET", "HOST", "PROFILE", "OPT_LEVEL"];

/// A crate to be compiled as a guest.
pub struct Crate<'a> {
    /// What to call it in messages.
    pub package: &'a str,
    /// The library's name, as rustc writes it into file names.
    pub library: &'a str,
    /// The folder of its manifest.
    pub dir: &'a Path,
    /// The folder whose name is kept out of the component: panics tell places in it as `/ampline/…`.
    pub root: &'a Path,
    /// Where cargo puts what it makes.
    pub target: &'a Path,
    /// The profile by which it is made.
    pub profile: &'a str,
    /// Whether the lock file must be right as it is.
    pub locked: bool,
}

/// Compiles a crate and returns its core module. Cargo's messages go to stderr.
///
/// # Errors
/// Where cargo cannot be started or does not succeed.
pub fn compile(toolchain: &Toolchain, work: &Crate<'_>) -> Result<PathBuf, String> {
    let status = command(toolchain, work).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(format!("{}: cargo ended with {status}; its messages are above", work.package)),
        Err(error) => return Err(format!("{} cannot be started: {error}", toolchain.cargo.display())),
    }
    Ok(work.target.join(TARGET).join(work.profile).join(work.library).with_extension("wasm"))
}

fn command(toolchain: &Toolchain, work: &Crate<'_>) -> Command {
    let mut command = Command::new(&toolchain.cargo);
    for (name, _) in env::vars_os().filter(|(name, _)| is_scrubbed(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    // `cargo rustc` can ask for the one crate type that is linked: with a second one cargo leaves link-time optimisation out.
    command.args(["rustc", "--lib", "--crate-type", "cdylib", "--profile", work.profile, "--target", TARGET]);
    if work.locked {
        command.arg("--locked");
    }
    command.arg("--manifest-path").arg(work.dir.join("Cargo.toml"));
    command.arg("--target-dir").arg(work.target).env("CARGO_BUILD_BUILD_DIR", work.target);
    if toolchain.std_from_source {
        command.args(["-Zbuild-std=std,panic_abort"]).env("RUSTC_BOOTSTRAP", "1");
    }
    command.env("RUSTC", &toolchain.rustc).env("RUSTC_WRAPPER", "").env("RUSTC_WORKSPACE_WRAPPER", "");
    command.env("CARGO_ENCODED_RUSTFLAGS", flags(toolchain, work.root));
    command.current_dir(work.root).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Compiler flags; set even where there is nothing to say, which keeps a user's configured flags for the host away.
fn flags(toolchain: &Toolchain, root: &Path) -> OsString {
    let mut flags = OsString::from("--remap-path-prefix=");
    flags.push(root);
    flags.push("=/ampline");
    if let Some(linker) = &toolchain.linker {
        flags.push("\u{1f}-Clinker=");
        flags.push(linker);
    }
    flags
}

fn is_scrubbed(name: &str) -> bool {
    SCRUBBED.iter().any(|start| name.starts_with(start)) && !KEPT.iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::is_scrubbed;

    #[test]
    fn settings_for_the_host_stay_outside() {
        let rows = [
            ("RUSTFLAGS", true),
            ("CARGO_ENCODED_RUSTFLAGS", true),
            ("RUSTC", true),
            ("RUSTC_WRAPPER", true),
            ("RUSTC_WORKSPACE_WRAPPER", true),
            ("CARGO", true),
            ("CARGO_TARGET_DIR", true),
            ("CARGO_BUILD_TARGET", true),
            ("CARGO_PROFILE_RELEASE_DEBUG", true),
            ("CARGO_FEATURE_X", true),
            ("CARGO_HOME", false),
            ("CARGO_NET_OFFLINE", false),
            ("CARGO_HTTP_PROXY", false),
            ("CARGO_REGISTRIES_MINE_TOKEN", false),
            ("CARGO_MAKEFLAGS", false),
            ("PATH", false),
            ("HOME", false),
            ("RUSTUP_TOOLCHAIN", false),
        ];
        for (name, scrubbed) in rows {
            assert_eq!(is_scrubbed(name), scrubbed, "{name}");
        }
    }
}
