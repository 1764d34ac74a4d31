//! A log that never fills the disk: one file, and the one before it.

use std::{
    collections::VecDeque,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Beyond this many bytes the file becomes the one before.
const BYTES_MAX: u64 = 8 << 20;
/// Last lines that are remembered, for whoever asks why a runtime ended.
const LINES_MAX: usize = 20;

/// The log of a local runtime.
pub(crate) struct LogFile {
    path: PathBuf,
    file: std::fs::File,
    bytes: u64,
    last: VecDeque<String>,
}

impl LogFile {
    /// Goes on where the file ends.
    pub(crate) fn open(path: PathBuf) -> io::Result<Self> {
        let file = appended(&path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { path, file, bytes, last: VecDeque::new() })
    }

    /// Writes one line, which has no end of its own.
    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        if self.last.len() == LINES_MAX {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
        if self.bytes > BYTES_MAX {
            std::fs::rename(&self.path, before(&self.path))?;
            self.file = appended(&self.path)?;
            self.bytes = 0;
        }
        self.bytes += line.len() as u64 + 1;
        self.file.write_all(format!("{line}\n").as_bytes())
    }

    /// Why a runtime ended: from its last error on, as it told it.
    pub(crate) fn reason(&self) -> Option<String> {
        let from = self.last.iter().rposition(|line| line.starts_with("error: "))?;
        let lines: Vec<&str> = self.last.iter().skip(from).map(String::as_str).collect();
        Some(lines.join("\n").trim_start_matches("error: ").to_owned())
    }
}

fn appended(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn before(path: &Path) -> PathBuf {
    path.with_extension("1.log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_two_files_at_most_and_knows_its_last_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runtime.log");
        let mut log = LogFile::open(path.clone()).unwrap();
        assert_eq!(log.reason(), None);
        let line = "x".repeat(1 << 20);
        for _ in 0..20 {
            log.line(&line).unwrap();
        }
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 2);
        assert!(std::fs::metadata(&path).unwrap().len() <= BYTES_MAX + (2 << 20));
        for line in ["error: first", "more", "error: cannot start:", "  - port 1"] {
            log.line(line).unwrap();
        }
        assert_eq!(log.reason().as_deref(), Some("cannot start:\n  - port 1"));
    }
}
