//! Standard output, for commands whose reader may have seen enough (`… | head`).

use std::io::{self, Write};

use super::Failure;

/// Writes a text and a line's end. A reader that has gone away is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unable(format!("cannot print: {error}"))),
        _ => Ok(()),
    }
}
