//! Keeps the write-ahead log small without making commits wait: pages are folded into the file beside the writer.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use rusqlite::Connection;

use super::lock;

/// From this size of the log on it is folded into the file, beside the writer.
const FOLD_FROM_BYTES: i64 = 16 << 20;
/// At this size the writer waits until the log is folded and begins anew.
pub(super) const LOG_BYTES_MAX: i64 = 64 << 20;

/// The connection that folds the log. One fold at a time.
pub(super) struct Checkpoints {
    connection: Arc<Mutex<Option<Connection>>>,
    running: Arc<AtomicBool>,
    fold_from_pages: i64,
    log_pages_max: i64,
}

/// Pages in the log, and how many of them are folded already.
struct LogState {
    pages: i64,
    folded: i64,
}

impl Checkpoints {
    pub(super) fn new(connection: Connection) -> rusqlite::Result<Self> {
        let page_bytes = connection.pragma_query_value(None, "page_size", |row| row.get::<_, i64>(0))?.max(1);
        Ok(Self {
            connection: Arc::new(Mutex::new(Some(connection))),
            running: Arc::default(),
            fold_from_pages: FOLD_FROM_BYTES / page_bytes,
            log_pages_max: LOG_BYTES_MAX / page_bytes,
        })
    }

    /// Waits for the fold that runs and closes the connection.
    pub(super) fn close(&self) {
        drop(lock(&self.connection).take());
    }

    /// Folds all there is, so that the next transaction begins the log anew.
    pub(super) fn fold_now(&self) {
        fold(&self.connection, "RESTART");
    }

    /// Called by the writer between transactions. A failure here loses nothing: the log only stays longer.
    pub(super) fn after_commit(&self, writer: &Connection) {
        let Ok(log) = checkpoint(writer, "NOOP") else { return };
        if log.pages >= self.log_pages_max {
            // RESTART folds everything and waits for readers, so that the next transaction begins the log anew.
            self.fold_now();
        } else if log.pages - log.folded >= self.fold_from_pages && !self.running.swap(true, Ordering::AcqRel) {
            let (connection, running) = (Arc::clone(&self.connection), Arc::clone(&self.running));
            tokio::task::spawn_blocking(move || {
                fold(&connection, "PASSIVE");
                running.store(false, Ordering::Release);
            });
        }
    }
}

fn fold(connection: &Mutex<Option<Connection>>, mode: &str) {
    let connection = lock(connection);
    if let Some(Err(error)) = connection.as_ref().map(|connection| checkpoint(connection, mode)) {
        tracing::warn!(%error, "could not fold the write-ahead log into the store; it will be tried again");
    }
}

fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<LogState> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row([], |row| Ok(LogState { pages: row.get(1)?, folded: row.get(2)? }))
}

/// Folds all there is and empties the log; for the end of use.
pub(super) fn fold_all(connection: &Connection) -> rusqlite::Result<()> {
    checkpoint(connection, "TRUNCATE").map(drop)
}
