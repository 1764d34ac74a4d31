//! Which compiler makes the guests: the active one where it can, else Debian's.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

/// What guests are compiled for: no operating system, so that nothing but the contract can be imported.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const REMEDY: &str = "no compiler here can make WebAssembly. Type one of
    rustup target add wasm32-unknown-unknown
    rustup component add rust-src
    apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src lld   # Debian, where rustup cannot download";

/// A compiler that can make guests.
pub(crate) struct Toolchain {
    pub(crate) cargo: OsString,
    pub(crate) rustc: OsString,
    /// The standard library for the target is not installed but its source is: build it too.
    pub(crate) std_from_source: bool,
    /// Named where the compiler does not bring its own.
    pub(crate) linker: Option<PathBuf>,
}

/// Finds a compiler, in this order: the active one with the target's standard library, the active one with the standard
/// library's source, Debian's `rustc-web` with its source.
pub(crate) fn find() -> Result<Toolchain, String> {
    let active = (env_or("CARGO", "cargo"), env_or("RUSTC", "rustc"));
    let debian = (OsString::from("/usr/bin/cargo"), OsString::from("/usr/bin/rustc"));
    let linker = find_linker(&[&active.1, &debian.1]);
    for (cargo, rustc) in [active, debian] {
        let Some(sysroot) = sysroot(&rustc) else { continue };
        let installed = sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir();
        let source = sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file();
        if !installed && !source {
            continue;
        }
        let linker = match bundled_linker(&sysroot) {
            Some(_) => None,
            None => Some(
                linker.clone().ok_or_else(|| format!("{} has no WebAssembly linker: apt-get install -y lld", rustc.display()))?,
            ),
        };
        return Ok(Toolchain { cargo, rustc, std_from_source: !installed, linker });
    }
    Err(REMEDY.to_owned())
}

fn env_or(name: &str, default: &str) -> OsString {
    env::var_os(name).unwrap_or_else(|| default.into())
}

fn sysroot(rustc: &OsStr) -> Option<PathBuf> {
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok().filter(|output| output.status.success())?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// The linker that rustup's compilers carry for their own use.
fn bundled_linker(sysroot: &Path) -> Option<PathBuf> {
    let hosts = sysroot.join("lib/rustlib").read_dir().ok()?.filter_map(Result::ok);
    hosts.map(|host| host.path().join("bin").join(format!("rust-lld{}", env::consts::EXE_SUFFIX))).find(|path| path.is_file())
}

/// A linker for a compiler that has none: another compiler's, else the one of LLVM.
fn find_linker(compilers: &[&OsStr]) -> Option<PathBuf> {
    let bundled = compilers.iter().filter_map(|rustc| sysroot(rustc)).find_map(|sysroot| bundled_linker(&sysroot));
    bundled.or_else(|| {
        let path = env::var_os("PATH")?;
        env::split_paths(&path).map(|dir| dir.join("wasm-ld")).find(|path| path.is_file())
    })
}
