//! Which compiler makes the guests: the active one where it can, else Debian's.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

/// What guests are compiled for: no operating system, so that nothing but the contract can be imported.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The oldest Rust that this workspace is for, as in `1.95`.
const RUST_MIN: &str = env!("CARGO_PKG_RUST_VERSION");

const REMEDY: &str = "no compiler here can make WebAssembly. Type one of
    rustup target add wasm32-unknown-unknown
    rustup component add rust-src
    apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src lld   # Debian, where rustup cannot download";

/// A compiler that can make guests.
#[derive(Debug, PartialEq)]
pub struct Toolchain {
    pub(crate) cargo: OsString,
    pub(crate) rustc: OsString,
    /// The standard library for the target is not installed but its source is: build it too.
    pub(crate) std_from_source: bool,
    /// Named where the compiler does not bring its own.
    pub(crate) linker: Option<PathBuf>,
}

/// A compiler that is here, whatever it can make.
struct Compiler {
    cargo: OsString,
    rustc: OsString,
    sysroot: PathBuf,
}

/// Finds a compiler, in this order: the active one with the target's standard library, the active one with the standard
/// library's source, Debian's `rustc-web` with its source.
///
/// # Errors
/// Where there is none: what to type, one of which is enough.
pub fn find() -> Result<Toolchain, String> {
    let active = compiler(env_or("CARGO", "cargo"), env_or("RUSTC", "rustc"));
    let debian = compiler("/usr/bin/cargo".into(), "/usr/bin/rustc".into());
    let compilers: Vec<_> = active.into_iter().chain(debian).collect();
    choose(&compilers, linker_of_llvm())
}

fn choose(compilers: &[Compiler], linker_of_llvm: Option<PathBuf>) -> Result<Toolchain, String> {
    for Compiler { cargo, rustc, sysroot } in compilers {
        let installed = sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir();
        let source = sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file();
        if !installed && !source {
            continue;
        }
        let linker = match bundled_linker(sysroot) {
            Some(_) => None,
            None => Some(
                compilers
                    .iter()
                    .find_map(|other| bundled_linker(&other.sysroot))
                    .or(linker_of_llvm)
                    .ok_or_else(|| format!("{} brings no WebAssembly linker: apt-get install -y lld", rustc.display()))?,
            ),
        };
        return Ok(Toolchain { cargo: cargo.clone(), rustc: rustc.clone(), std_from_source: !installed, linker });
    }
    Err(REMEDY.to_owned())
}

fn env_or(name: &str, default: &str) -> OsString {
    env::var_os(name).unwrap_or_else(|| default.into())
}

/// Asks a compiler where it lives; nothing where there is none, or one that is too old for this workspace.
fn compiler(cargo: OsString, rustc: OsString) -> Option<Compiler> {
    let version = ask(&rustc, &["--version"])?;
    let sysroot = ask(&rustc, &["--print", "sysroot"])?;
    is_new_enough(&version).then(|| Compiler { cargo, rustc, sysroot: sysroot.into() })
}

fn ask(rustc: &OsStr, args: &[&str]) -> Option<String> {
    let output = Command::new(rustc).args(args).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// Whether `rustc 1.96.0 (…)` is at least [`RUST_MIN`].
fn is_new_enough(version: &str) -> bool {
    let major_minor = |text: &str| -> Option<(u32, u32)> {
        let mut parts = text.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    version.split(' ').nth(1).and_then(major_minor) >= major_minor(RUST_MIN)
}

/// The linker that rustup's compilers carry for their own use.
fn bundled_linker(sysroot: &Path) -> Option<PathBuf> {
    let hosts = sysroot.join("lib/rustlib").read_dir().ok()?.filter_map(Result::ok);
    hosts.map(|host| host.path().join("bin").join(format!("rust-lld{}", env::consts::EXE_SUFFIX))).find(|path| path.is_file())
}

fn linker_of_llvm() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join("wasm-ld")).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    //! Double: folders that hold the marks by which compilers are told apart.

    use std::fs;

    use super::*;

    const STD: &str = "lib/rustlib/wasm32-unknown-unknown/lib/libstd.rlib";
    const SOURCE: &str = "lib/rustlib/src/rust/library/std/Cargo.toml";
    const LINKER: &str = "lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld";

    fn compiler(root: &Path, name: &str, files: &[&str]) -> Compiler {
        let sysroot = root.join(name);
        for file in files {
            let path = sysroot.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        Compiler { cargo: "cargo".into(), rustc: name.into(), sysroot }
    }

    /// Expected is which compiler, whether it builds the standard library, and whose linker; or a part of the error.
    fn check(case: &str, active: &[&str], debian: &[&str], llvm: bool, expected: Result<(&str, bool, Option<&str>), &str>) {
        let root = env::temp_dir().join(format!("ampline-toolchain-{}-{case}", std::process::id()));
        let compilers = [compiler(&root, "active", active), compiler(&root, "debian", debian)];
        let found = choose(&compilers, llvm.then(|| root.join("llvm")));
        drop(fs::remove_dir_all(&root));
        match (found, expected) {
            (Ok(toolchain), Ok((rustc, std_from_source, linker))) => {
                assert_eq!((toolchain.rustc.to_str(), toolchain.std_from_source), (Some(rustc), std_from_source), "{case}");
                let from = |path: PathBuf| linker.is_some_and(|name| path.starts_with(root.join(name)));
                assert_eq!(toolchain.linker.map(from), linker.map(|_| true), "{case}");
            }
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{case}: {reason}"),
            (found, _) => panic!("{case}: {found:?}"),
        }
    }

    #[test]
    fn prefers_the_active_compiler_and_what_is_installed() {
        check("installed", &[STD, SOURCE, LINKER], &[SOURCE], false, Ok(("active", false, None)));
        check("source", &[SOURCE, LINKER], &[SOURCE], false, Ok(("active", true, None)));
        check("debian", &[LINKER], &[SOURCE], true, Ok(("debian", true, Some("active"))));
        check("llvm", &[], &[SOURCE], true, Ok(("debian", true, Some("llvm"))));
        check("no-linker", &[], &[SOURCE], false, Err("apt-get install -y lld"));
        check("nothing", &[LINKER], &[], true, Err("rustup target add wasm32-unknown-unknown"));
    }

    #[test]
    fn compilers_older_than_the_workspace_do_not_count() {
        let rows = [
            (format!("rustc {RUST_MIN}.0 (abc 2026-01-01)"), true),
            ("rustc 1.300.0-nightly (abc 2026-01-01)".to_owned(), true),
            ("rustc 1.63.0".to_owned(), false),
            ("clang 17".to_owned(), false),
            (String::new(), false),
        ];
        for (version, expected) in rows {
            assert_eq!(is_new_enough(&version), expected, "{version}");
        }
    }
}
