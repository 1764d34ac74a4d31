//! JavaScript: componentize-qjs puts QuickJS and the modules into a component. Without WASI (`--stub-wasi`) and without the async
//! ABI (`--sync`): smaller, quicker to start, and nothing to grant.

use std::{path::Path, process::Command};

use super::{entry, process::run, wit};
use crate::Project;

const TOOL: &str = "node_modules/componentize-qjs/cli.mjs";
const NODE: &str = "install Node.js 18 or newer: https://nodejs.org, or apt-get install -y nodejs npm";

pub(super) fn build(project: &Project, out: &Path) -> Result<(), String> {
    let (entry, wit) = (entry(project)?, wit(project)?);
    let tool = project.dir.join(TOOL);
    if !tool.is_file() {
        return Err(format!("componentize-qjs is not installed in this project. Type: (cd {} && npm ci)", project.dir.display()));
    }
    let mut command = Command::new("node");
    command.arg(tool).args(["--sync", "--stub-wasi", "--world", &project.world, "--wit"]).arg(wit).arg("--js").arg(entry);
    command.arg("--module-root").arg(&project.dir).arg("--output").arg(out);
    run(&mut command, NODE, "the JavaScript makes no component")
}
