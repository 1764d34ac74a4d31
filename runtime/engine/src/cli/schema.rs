//! `ampline schema`: the JSON Schema of amp.yaml, for editors; `ampline openapi`: the document of the API, for clients.

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

use ampline_core::manifest;

use crate::api;

/// Prints the schema to the standard output.
pub(super) fn run() -> ExitCode {
    print(format_args!("{:#}\n", manifest::schema()))
}

/// Prints the API's document to the standard output.
pub(super) fn openapi() -> ExitCode {
    print(api::document())
}

fn print(text: impl Display) -> ExitCode {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot print it: {error}");
            ExitCode::from(2)
        }
    }
}
