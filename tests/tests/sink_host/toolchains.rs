//! A component as componentize-py makes it, with WASI: it runs, and sees nothing of the machine.
//!
//! Judge: CPython's own standard library, in a sandbox whose every door it tries.

use std::{sync::Arc, time::Duration};

use ampline::sink::{
    Sinks,
    wasm::{HostOptions, Limits, WasmSinks},
};
use ampline_tests::{components::python_with_wasi, requirement::require};
use serde_json::json;

use crate::fakes::{batch, destination, options, told};

/// An interpreter takes more than what is compiled.
fn limits() -> Limits {
    Limits { memory_bytes_max: 256 << 20, cpu_per_call_max: Duration::from_secs(20), ..Limits::default() }
}

#[tokio::test]
async fn a_python_program_sees_nothing_of_the_machine() {
    let found = python_with_wasi();
    let Some(component) = require("a_python_program_sees_nothing_of_the_machine", "componentize-py", found) else { return };
    let component = std::fs::read(component).unwrap();
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
