//! Builds guest crates to components: those of this workspace from build scripts, which embed them, and anyone's by [`compile`].
//!
//! A guest is compiled by a cargo of its own, in `sinks/` beside the outer build: a build script that waited for the outer
//! target directory's lock would wait for ever, and so debug and release builds share one standard library.

mod nested;
mod toolchain;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
};

pub use nested::{Crate, compile};
pub use toolchain::{Toolchain, find};
use wit_component::ComponentEncoder;

/// The profile of the workspace's manifest by which guests are made.
const PROFILE: &str = "sink";

/// What every guest is made from besides its own folder.
const SHARED_SOURCES: [&str; 6] =
    ["Cargo.toml", "Cargo.lock", "sinks-wit/Cargo.toml", "sinks-wit/src", "sinks-wit/wit", "sinks-wit/derive"];

/// A guest crate of this workspace.
pub struct Guest {
    /// What to call the component: for a sink, the destination type that it serves.
    pub name: &'static str,
    /// The package's name.
    pub package: &'static str,
    /// The package's folder, from the workspace's root.
    pub dir: &'static str,
}

/// Builds `guests` and writes `$OUT_DIR/{file}`, which holds `pub const {constant}: &[(&str, &[u8])]`: each guest's name and
/// component. For build scripts: tells cargo what to watch, and ends the process with the reason where a guest cannot be built.
pub fn embed(file: &str, constant: &str, guests: &[Guest]) {
    if let Err(reason) = try_embed(file, constant, guests) {
        eprintln!("cannot build the sinks: {reason}");
        process::exit(1);
    }
}

fn try_embed(file: &str, constant: &str, guests: &[Guest]) -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: call this from a build script")?);
    let root = workspace_root()?;
    watch(&root, guests);
    let toolchain = toolchain::find()?;
    let target = beside_outer_target(&out);
    let mut rows = String::new();
    for guest in guests {
        let work = Crate {
            package: guest.package,
            library: &guest.package.replace('-', "_"),
            dir: &root.join(guest.dir),
            root: &root,
            target: &target,
            profile: PROFILE,
            locked: true,
        };
        let module = compile(&toolchain, &work)?;
        let component = out.join(guest.name).with_extension("wasm");
        write(&component, &component_of(&module)?)?;
        rows.push_str(&format!("    ({:?}, include_bytes!({:?})),\n", guest.name, component));
    }
    let source = format!(
        "/// Name and component of each one that the build script made.\npub const {constant}: &[(&str, &[u8])] = &[\n{rows}];\n"
    );
    write(&out.join(file), source.as_bytes())
}

/// Turns a core module into a component. The module says in a custom section which world it was made for.
///
/// # Errors
/// Where the module cannot be read, or makes no component.
pub fn component_of(module: &Path) -> Result<Vec<u8>, String> {
    let bytes = fs::read(module).map_err(|e| format!("{}: {e}", module.display()))?;
    let encoded = ComponentEncoder::default().module(&bytes).and_then(|encoder| encoder.validate(true).encode());
    encoded.map_err(|e| format!("{} makes no component: {e:#}", module.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|e| format!("{}: {e}", path.display()))
}

/// Names everything that a guest is made from, so that an untouched tree builds nothing again.
fn watch(root: &Path, guests: &[Guest]) {
    for path in SHARED_SOURCES.iter().chain(guests.iter().map(|guest| &guest.dir)) {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
}

/// The nearest folder upwards that has a `Cargo.lock`: only a workspace's root has one.
fn workspace_root() -> Result<PathBuf, String> {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?);
    let root = package.ancestors().find(|dir| dir.join("Cargo.lock").is_file());
    root.map(Path::to_path_buf).ok_or_else(|| format!("no Cargo.lock above {}", package.display()))
}

/// `sinks/` in the outer target directory, which cargo marks with a cache tag; else in `OUT_DIR` itself.
fn beside_outer_target(out: &Path) -> PathBuf {
    out.ancestors().find(|dir| dir.join("CACHEDIR.TAG").is_file()).unwrap_or(out).join("sinks")
}
