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
    /// There is no room on the disk: the same request may succeed once there is.
    Full(StoreFailed),
    /// The request may not be done.
    Refused(R),
}

impl<R> Fault<R> {
    /// What an error of SQLite means.
    pub(crate) fn of(error: &rusqlite::Error) -> Self {
        let failed = StoreFailed(explain(error));
        if is_full(error) { Self::Full(failed) } else { Self::Store(failed) }
    }
}

impl<R> From<rusqlite::Error> for Fault<R> {
    fn from(error: rusqlite::Error) -> Self {
        Self::of(&error)
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

/// Whether a file could not grow. Where it is not a plain write that fails, SQLite calls a full disk an I/O error.
fn is_full(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    const GROWING: [i32; 5] = [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_TRUNCATE,
        ffi::SQLITE_IOERR_SHMSIZE,
        ffi::SQLITE_IOERR_SHMMAP,
    ];
    let extended = error.sqlite_error().map(|error| error.extended_code);
    error.sqlite_error_code() == Some(ErrorCode::DiskFull) || extended.is_some_and(|code| GROWING.contains(&code))
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
