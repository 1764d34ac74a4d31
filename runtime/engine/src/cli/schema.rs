//! `ampline schema`: the JSON Schema of amp.yaml, for editors.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use ampline_core::manifest;

/// Prints the schema to the standard output.
pub(super) fn run() -> ExitCode {
    let mut out = io::stdout().lock();
    match writeln!(out, "{:#}", manifest::schema()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot print the schema: {error}");
            ExitCode::from(2)
        }
    }
}
