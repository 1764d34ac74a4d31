//! One SQLite file owned by this process: exclusive, versioned, written by one group-committing writer and read apart from it.
//!
//! Knows nothing of journals or documents; those give it a [`Schema`] and closures to run.

mod checkpoint;
mod connect;
mod fault;
mod file_lock;
mod log_sync;
pub(crate) mod outbox;
mod readers;
mod schema;
mod time;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use checkpoint::Checkpoints;
pub use connect::{Options, Synchronous};
pub(crate) use fault::{Fault, StoreFailed, Unusable};
pub(crate) use file_lock::FileLock;
use log_sync::LogSync;
pub use outbox::Waiting;
use readers::Readers;
pub(crate) use rusqlite::Connection;
pub(crate) use schema::Schema;
pub(crate) use time::{due_us, ns, time_of_ns, time_of_us, us};
use writer::{Answer, Writer};

/// An open store. Closing checkpoints everything into the one file; dropping leaves that to the next opening.
pub(crate) struct Database {
    writer: Arc<Writer>,
    readers: Readers,
    path: PathBuf,
}

impl Database {
    /// Takes the file for this process, makes it if it is not there, checks it and brings its schema up to date; then lets
    /// `prepare` run on it.
    pub(crate) fn open(
        path: &Path,
        schema: &Schema,
        options: &Options,
        prepare: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<Self, Unusable> {
        let lock = FileLock::take(path)?;
        schema::make_if_absent(path, schema, options)?;
        schema::check_header(path, schema)?;
        let unusable = |e: rusqlite::Error| Unusable::new(path, fault::explain(&e));
        let writer = connect::connect(path, options, connect::Role::Writer).map_err(unusable)?;
        schema::check_and_migrate(path, &writer, schema, options)?;
        prepare(&writer).map_err(unusable)?;
        let checkpointer = connect::connect(path, options, connect::Role::Checkpointer).map_err(unusable)?;
        let checkpoints = Checkpoints::new(checkpointer).map_err(unusable)?;
        Ok(Self {
            writer: Writer::new(writer, options.synchronous, checkpoints, LogSync::new(path), lock),
            readers: Readers::new(path.to_owned(), *options),
            path: path.to_owned(),
        })
    }

    /// Runs `work` in a transaction that it may share with others and, once that is durable, `committed` with its result.
    ///
    /// `work` runs a second time, alone, if another request of the group failed, so it must not remember anything outside the
    /// store. `committed` runs before the answer, in commit order.
    pub(crate) async fn write<T, R>(
        &self,
        work: impl FnMut(&Connection) -> Result<T, Fault<R>> + Send + 'static,
        committed: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, Fault<R>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        self.writer.write(Answer::Durable, work, committed).await
    }

    /// As [`Database::write`], but the answer does not wait for the disk: power loss may take what was written in the last quarter of a
    /// second, unless something that was written later was answered. Everybody sees it at once.
    pub(crate) async fn write_ahead<T, R>(
        &self,
        work: impl FnMut(&Connection) -> Result<T, Fault<R>> + Send + 'static,
        committed: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, Fault<R>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        self.writer.write(Answer::Ordered, work, committed).await
    }

    /// Runs `work` on one snapshot of the store, which holds everything that was answered before.
    pub(crate) async fn read<T, R>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault<R>> + Send + 'static,
    ) -> Result<T, Fault<R>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        self.readers.read(work).await
    }

    /// Finishes what was asked so far, makes it durable, folds it into the one file and lets go of it.
    pub(crate) async fn close(&self) -> Result<(), StoreFailed> {
        self.readers.close().await;
        self.writer.close().await
    }

    /// Why a write failed lately for want of room.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.writer.trouble(Instant::now())
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Locks; after a panic elsewhere too, since nothing here is left half changed by one.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
