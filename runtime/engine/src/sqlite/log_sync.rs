//! Makes durable, soon behind them, the commits that nobody waits for.

use std::{
    ffi::OsString,
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How long such a commit may be lost to a power loss, unless one that waits for the disk comes before.
const WITHIN: Duration = Duration::from_millis(250);

/// Who does it.
pub(super) struct LogSync {
    log: PathBuf,
    /// The log holds commits that may not be on the disk.
    owed: AtomicBool,
    /// Somebody will look within the time.
    watched: AtomicBool,
}

impl LogSync {
    /// For the store of this path.
    pub(super) fn new(store: &Path) -> Arc<Self> {
        let mut log = OsString::from(store);
        log.push("-wal");
        Arc::new(Self { log: log.into(), owed: AtomicBool::new(false), watched: AtomicBool::new(false) })
    }

    /// A commit went by that did not wait for the disk.
    pub(super) fn owe(self: &Arc<Self>) {
        self.owed.store(true, Ordering::SeqCst);
        if self.watched.swap(true, Ordering::SeqCst) {
            return;
        }
        let this = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(WITHIN).await;
            this.watched.store(false, Ordering::SeqCst);
            if this.owed.swap(false, Ordering::SeqCst) {
                let synced = tokio::task::spawn_blocking(move || this.sync()).await;
                if let Ok(Err(error)) = synced {
                    tracing::warn!(%error, "could not bring the write-ahead log to the disk; the next commit that waits for it does");
                }
            }
        });
    }

    /// A commit waited for the disk, and so for all before it.
    pub(super) fn paid(&self) {
        self.owed.store(false, Ordering::SeqCst);
    }

    fn sync(&self) -> io::Result<()> {
        // The log alone is opened: closing the store's own file would let go of its locks.
        match OpenOptions::new().write(true).open(&self.log) {
            Ok(log) => log.sync_data(),
            // It was folded into the store and closed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}
