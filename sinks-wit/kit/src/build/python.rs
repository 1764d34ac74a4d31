//! Python: componentize-py puts CPython and the modules into a component. Without WASI (`--stub-wasi`): nothing to grant. Its
//! generator of pseudo-random numbers then starts the same in every instance; a sink has no use for chance.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{entry, process::run, wit};
use crate::Project;

/// Where environments keep it, on Unix and on Windows.
const TOOLS: [&str; 2] = [".venv/bin/componentize-py", ".venv/Scripts/componentize-py.exe"];

pub(super) fn build(project: &Project, out: &Path) -> Result<(), String> {
    let (entry, wit) = (entry(project)?, wit(project)?);
    let module = entry.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = entry.parent().map_or_else(|| project.dir.clone(), Path::to_path_buf);
    let (tool, remedy) = tool(project)?;
    let mut command = Command::new(tool);
    command
        .arg("--wit-path")
        .arg(wit)
        .args(["--world", &project.world, "componentize", "--stub-wasi", "--python-path"])
        .arg(folder);
    // An active environment would bring its packages into the component.
    command.arg("--output").arg(out).arg(module).env_remove("VIRTUAL_ENV");
    run(&mut command, &remedy, "the Python makes no component")
}

/// The project's own tool; else one on the path.
fn tool(project: &Project) -> Result<(PathBuf, String), String> {
    let remedy = format!(
        "type: (cd {} && python3 -m venv .venv && .venv/bin/pip install --requirement requirements.txt)",
        project.dir.display()
    );
    let own = TOOLS.iter().map(|tool| project.dir.join(tool));
    let on_path = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).map(|dir| dir.join("componentize-py")).collect::<Vec<_>>());
    let found = own.chain(on_path.into_iter().flatten()).find(|path| path.is_file());
    match found {
        Some(tool) => Ok((std::path::absolute(&tool).unwrap_or(tool), remedy)),
        None => Err(format!("componentize-py is not installed in this project: {remedy}")),
    }
}
