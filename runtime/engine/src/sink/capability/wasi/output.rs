//! Standard output and error: each line is one of the destination's log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

use super::super::log::{LINE_BYTES_MAX, Lines};
use crate::sink::wasm::bindings::ampline::sink::log::Level;

/// One of the two, and all streams that a guest opens on it.
#[derive(Clone)]
pub(super) struct Output {
    lines: Arc<Lines>,
    level: Level,
    /// The beginning of a line.
    begun: Arc<Mutex<Vec<u8>>>,
}

impl Output {
    pub(super) fn new(lines: Arc<Lines>, level: Level) -> Self {
        Self { lines, level, begun: Arc::default() }
    }

    /// Writes the line that was begun.
    pub(super) fn end(&self) {
        let begun = std::mem::take(&mut *self.begun());
        if !begun.is_empty() {
            self.line(&begun);
        }
    }

    fn begun(&self) -> MutexGuard<'_, Vec<u8>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).trim_end().to_owned();
        if !text.is_empty() {
            self.lines.write(self.level, text, Vec::new());
        }
    }

    /// Takes in what a guest wrote. Of a line, what is longer than is kept anyway is dropped.
    fn take(&self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let mut begun = self.begun();
            let room = LINE_BYTES_MAX.saturating_sub(begun.len());
            begun.extend_from_slice(&piece[..piece.len().min(room)]);
            drop(begun);
            if piece.ends_with(b"\n") {
                self.end();
            }
        }
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    /// Asked for by WASI 0.3 alone, which is not linked.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::empty())
    }
}

#[async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LINE_BYTES_MAX)
    }
}

#[cfg(test)]
mod tests {
    //! Oracle: what the log says was written last.

    use super::*;

    /// Writes these pieces; afterwards the last line is this one.
    fn check(pieces: &[&[u8]], at_once: Option<&str>, at_end: Option<&str>) {
        let lines = Arc::new(Lines::new(None, 100));
        let output = Output::new(lines.clone(), Level::Info);
        pieces.iter().for_each(|piece| output.take(piece));
        assert_eq!(lines.last().as_deref(), at_once, "{pieces:?}");
        output.end();
        assert_eq!(lines.last().as_deref(), at_end, "{pieces:?}");
    }

    #[test]
    fn lines_are_put_together_of_what_is_written() {
        check(&[], None, None);
        check(&[b"one\ntwo\n"], Some("two"), Some("two"));
        check(&[b"o", b"ne", b"\r\n"], Some("one"), Some("one"));
        check(&[b"one\nrest"], Some("one"), Some("rest"));
        check(&[b"\n\n"], None, None);
        check(&[b"caf\xc3", b"\xa9\n"], Some("caf\u{e9}"), Some("caf\u{e9}"));
        check(&[&[b'x'; 3 * LINE_BYTES_MAX]], None, Some(&"x".repeat(LINE_BYTES_MAX)));
    }
}
