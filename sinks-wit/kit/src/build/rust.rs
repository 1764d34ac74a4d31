//! Rust: cargo makes a core module without an operating system beneath, and wit-component makes it a component.

use std::{fs, path::Path};

use ampline_sink_build::{Crate, compile, component_of, find};
use toml::{Table, Value};

use crate::Project;

pub(super) fn build(project: &Project, out: &Path) -> Result<(), String> {
    let (package, library) = package(&project.dir)?;
    let dir = project.dir.canonicalize().map_err(|error| format!("cannot find {}: {error}", project.dir.display()))?;
    let target = dir.join("target/sink");
    let work =
        Crate { package: &package, library: &library, dir: &dir, root: &dir, target: &target, profile: "release", locked: false };
    let module = compile(&find()?, &work)?;
    let component = component_of(&module)
        .map_err(|reason| format!("{reason}. Does the crate call `ampline_sink::export_sink!`, and is its crate-type cdylib?"))?;
    fs::write(out, component).map_err(|error| format!("cannot write {}: {error}", out.display()))
}

/// The package in a folder, and its library's name as rustc writes it.
pub(crate) fn package(dir: &Path) -> Result<(String, String), String> {
    let path = dir.join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let manifest: Table = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
    let name = |section: &str| manifest.get(section)?.as_table()?.get("name").and_then(Value::as_str);
    let package = name("package")
        .ok_or_else(|| format!("{} has no [package] with a name: name the folder of the sink's own crate", path.display()))?;
    let library = name("lib").unwrap_or(package).replace('-', "_");
    Ok((package.to_owned(), library))
}
