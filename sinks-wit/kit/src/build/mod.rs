//! `ampline sink build`: a project becomes a component. Nothing is installed: what is missing is named with the command that brings it.

mod javascript;
mod process;
mod python;
mod rust;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

pub(crate) use rust::package;

use crate::{Language, Project};

/// A component that was built.
#[derive(Debug)]
pub struct Built {
    /// Where it is.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How long it took.
    pub took: Duration,
}

/// Builds the project; `out` in place of `dist/NAME.wasm`. What compilers say goes to stderr.
///
/// # Errors
/// Where a tool is missing, with what to type, or where it found a fault.
pub fn build(project: &Project, out: Option<&Path>) -> Result<Built, String> {
    let begun = Instant::now();
    let own = project.dir.join("dist").join(&project.name).with_extension("wasm");
    let file = std::path::absolute(out.unwrap_or(&own)).map_err(|error| format!("cannot name the component's file: {error}"))?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
    }
    match project.language {
        Language::Rust => rust::build(project, &file)?,
        Language::JavaScript => javascript::build(project, &file)?,
        Language::Python => python::build(project, &file)?,
    }
    let written = fs::metadata(&file).map_err(|error| format!("{} was not written: {error}", file.display()))?;
    Ok(Built { file, bytes: written.len(), took: begun.elapsed() })
}

/// The module that exports the sink must be there.
fn entry(project: &Project) -> Result<PathBuf, String> {
    let path = project.dir.join(&project.entry);
    if path.is_file() {
        return Ok(path);
    }
    Err(format!("{} is not there: `entry` in {} names the module that exports the sink", path.display(), crate::MANIFEST))
}

/// The contract that the project was made for.
fn wit(project: &Project) -> Result<PathBuf, String> {
    let path = project.dir.join("wit");
    if path.is_dir() {
        return Ok(path);
    }
    Err(format!("{} is not there: copy the contract from a project that `ampline sink new` makes", path.display()))
}
