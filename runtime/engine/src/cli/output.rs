//! Standard output: what a command found, for people or for programs, whose reader may have seen enough (`… | head`).

use std::io::{self, Write};

use serde_json::Value;

use super::{Failure, Format, yaml};

/// Writes a text and a line's end. A reader that has gone away is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unable(format!("cannot print: {error}"))),
        _ => Ok(()),
    }
}

/// Writes a piece of something longer; whether the reader is still there.
pub(super) fn piece(bytes: &[u8]) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::unable(format!("cannot print: {error}"))),
    }
}

/// Writes a value as it was asked for; `text` makes of it what people read.
pub(super) fn show(format: Format, value: &Value, text: impl FnOnce(&Value) -> String) -> Result<(), Failure> {
    print(&match format {
        Format::Table => text(value),
        Format::Json => format!("{value:#}"),
        Format::Yaml => yaml::text(value),
    })
}

/// Writes a value that has no table: as YAML for whoever asked for that, else as JSON.
pub(super) fn show_whole(format: Format, value: &Value) -> Result<(), Failure> {
    show(format, value, |value| format!("{value:#}"))
}
