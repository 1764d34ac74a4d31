//! A component as componentize-py makes it, with WASI: it runs, and sees nothing of the machine.
//!
//! Judge: CPython's own standard library, in a sandbox whose every door it tries.

use std::{path::Path, sync::Arc, time::Duration};

use ampline::sink::{
    Sinks,
    wasm::{HostOptions, Limits, WasmSinks},
};
use ampline_tests::{python::Venv, requirement::require};
use serde_json::json;
use tempfile::TempDir;

use crate::fakes::{batch, destination, options, told};

/// An interpreter takes more than what is compiled.
fn limits() -> Limits {
    Limits { memory_bytes_max: 256 << 20, cpu_per_call_max: Duration::from_secs(20), ..Limits::default() }
}

fn built(out: &Path) -> Result<Vec<u8>, String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Venv::of("componentize.txt")?.command("componentize-py");
    command.arg("--quiet").arg("--wit-path").arg(here.join("../sinks-wit/wit/1.0.0")).args(["--world", "http-sink"]);
    command.args(["componentize", "--python-path"]).arg(here.join("guests/wasi/python")).arg("guest").arg("--output").arg(out);
    let output = command.output().map_err(|error| format!("run componentize-py: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    std::fs::read(out).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_python_program_sees_nothing_of_the_machine() {
    let dir = TempDir::new().unwrap();
    let found = built(&dir.path().join("guest.wasm"));
    let Some(component) = require("a_python_program_sees_nothing_of_the_machine", "componentize-py", found) else { return };
    let sinks = WasmSinks::load(HostOptions { limits: limits(), ..options() }, &[]).await.unwrap();
    let admitted = sinks.admit(&component).await.unwrap_or_else(|problems| panic!("{problems:?}"));
    let imports = admitted.info().imports;
    for import in ["wasi:cli", "wasi:filesystem", "wasi:sockets"] {
        assert!(imports.iter().any(|one| one == import), "{import} is none of {imports:?}");
    }
    sinks.install(admitted);
    let destination = (*destination("python", json!({}))).clone();
    let mut instance = sinks.open(&Arc::new(destination)).await.unwrap_or_else(|failure| panic!("{failure:?}"));
    let told = told(&instance.deliver(batch(1)).await);
    assert_eq!(told, "delivered: 0 variables; file refused; socket refused; random True; time True");
}
