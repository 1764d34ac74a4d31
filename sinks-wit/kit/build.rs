//! Embeds what a new project is made of: the templates, the contract, and the sources of the Rust SDK.

use std::{
    env, fs,
    io::{self, Error},
    path::{Path, PathBuf},
};

/// Folders and files from the workspace's root, and what their paths begin with in the binary.
const EMBEDDED: [(&str, &str); 9] = [
    ("sinks-wit/templates", "templates"),
    ("sinks-wit/wit", "wit"),
    ("sinks-wit/src", "sdk/src"),
    ("sinks-wit/Cargo.toml", "sdk/Cargo.toml"),
    ("sinks-wit/derive/src", "derive/src"),
    ("sinks-wit/derive/Cargo.toml", "derive/Cargo.toml"),
    ("Cargo.toml", "Cargo.toml"),
    ("Cargo.lock", "Cargo.lock"),
    ("LICENSE", "LICENSE"),
];
/// What tools leave behind where templates are tried in place.
const LEFTOVERS: [&str; 3] = ["__pycache__", "node_modules", "dist"];

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let mut rows = String::new();
    for (path, name) in EMBEDDED {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
        add(&root.join(path), name, &mut rows)?;
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| Error::other("OUT_DIR is not set: cargo sets it"))?;
    fs::write(PathBuf::from(out).join("files.rs"), format!("pub(crate) const FILES: &[(&str, &str)] = &[\n{rows}];\n"))
}

fn add(path: &Path, name: &str, rows: &mut String) -> io::Result<()> {
    if path.is_file() {
        rows.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let own = entry.file_name().to_string_lossy().into_owned();
        if !LEFTOVERS.contains(&own.as_str()) {
            add(&entry.path(), &format!("{name}/{own}"), rows)?;
        }
    }
    Ok(())
}
