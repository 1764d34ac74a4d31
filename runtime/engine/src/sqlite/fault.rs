//! Why the store could not do what was asked, in words for an operator.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// The store failed; nothing of the request took effect.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct StoreFailed(pub(crate) String);

impl From<rusqlite::Error> for StoreFailed {
    fn from(error: rusqlite::Error) -> Self {
        Self(explain(&error))
    }
}

/// A request failed: by the store, or refused by the rules of what is stored.
#[derive(Debug)]
pub(crate) enum Fault<R> {
    /// The store failed.
    Store(StoreFailed),
    /// The request may not be done.
    Refused(R),
}

impl<R> From<rusqlite::Error> for Fault<R> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl<R> From<StoreFailed> for Fault<R> {
    fn from(error: StoreFailed) -> Self {
        Self::Store(error)
    }
}

/// The file cannot be used as a store; it was left as it is.
#[derive(Debug)]
pub(crate) struct Unusable {
    /// The file.
    pub(crate) path: PathBuf,
    /// What is wrong and what to do.
    pub(crate) reason: String,
}

impl Unusable {
    pub(crate) fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self { path: path.to_owned(), reason: reason.into() }
    }
}

/// What SQLite said, and what to do about it where that is known.
pub(crate) fn explain(error: &rusqlite::Error) -> String {
    let remedy = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "; the disk is full: make room, the request will be tried again",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "; the file is damaged: keep a copy, then restore a backup or recover it with `sqlite3 FILE .recover`"
        }
        Some(ErrorCode::SystemIoFailure) => "; the disk or file system failed: see the system's log",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "; the file and its directory must be readable and writable by this user"
        }
        _ => "",
    };
    format!("{error}{remedy}")
}
