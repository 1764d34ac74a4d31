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
    /// Somebody syncs within the time.
    due: AtomicBool,
}

impl LogSync {
    /// For the store of this path.
    pub(super) fn new(store: &Path) -> Arc<Self> {
        let mut log = OsString::from(store);
        log.push("-wal");
        Arc::new(Self { log: log.into(), due: AtomicBool::new(false) })
    }

    /// A commit went by that did not wait for the disk.
    pub(super) fn owe(self: &Arc<Self>) {
        if self.due.swap(true, Ordering::SeqCst) {
            return;
        }
        let this = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(WITHIN).await;
            // Before the sync: a commit that this one may not catch has another.
            this.due.store(false, Ordering::SeqCst);
            if let Ok(Err(error)) = tokio::task::spawn_blocking(move || this.sync()).await {
                tracing::warn!(%error, "could not bring the write-ahead log to the disk; the next commit that waits for it does");
            }
        });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_owed_is_paid_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("store-wal"), "log").unwrap();
        let log = LogSync::new(&folder.path().join("store"));
        log.sync().unwrap();
        let due = || log.due.load(Ordering::SeqCst);
        log.owe();
        // One sync is enough for all that is owed until then. Nothing else runs before the first wait.
        log.owe();
        assert!(due());
        let paid = async {
            while due() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), paid).await.expect("paid in time");
    }

    #[test]
    fn a_log_that_was_folded_away_owes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        LogSync::new(&folder.path().join("store")).sync().unwrap();
    }
}
