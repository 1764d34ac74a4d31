//! An append-only log of what arrived: one line per request, in one write before the answer, so that it outlives any crash but the machine's.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::records::Carried;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The event id; empty if the request named none.
    pub event: String,
    /// What was answered; 0 if nothing.
    pub status: u16,
    /// The object's name.
    pub object: String,
    /// The records in it.
    pub records: Vec<Carried>,
}

pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// Appends a line; in append mode a single write does not mix with others.
pub(super) fn append(mut file: &File, line: &Line) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    file.write_all(&bytes)
}

/// All lines of a log.
///
/// # Errors
/// When it cannot be read, or a line is not whole.
pub fn read(path: &Path) -> io::Result<Vec<Line>> {
    BufReader::new(File::open(path)?).lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}
