//! Exclusive use of a store: a lock file beside it, held for as long as the store is open.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::Unusable;

/// How long to wait for a predecessor that is just closing.
const WAIT_MAX: Duration = Duration::from_secs(1);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(10);

/// Held until it is dropped, or the process ends however it ends.
#[derive(Debug)]
pub(crate) struct FileLock(#[expect(dead_code, reason = "held, not read: dropping the file gives the lock back")] File);

impl FileLock {
    /// Locks `<store>.lock`. The file stays behind, unlocked: removing it would let two processes lock two files of one name.
    pub(crate) fn take(store: &Path) -> Result<Self, Unusable> {
        let path = beside(store, ".lock");
        let unusable = |reason: String| Unusable::new(store, reason);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| unusable(format!("could not open the lock file {}: {e}", path.display())))?;
        let begin = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if begin.elapsed() < WAIT_MAX => thread::sleep(LOOK_AGAIN_AFTER),
                Err(TryLockError::WouldBlock) => {
                    let place = path.display();
                    return Err(unusable(format!(
                        "another process holds the lock {place}: stop it, or use another data directory"
                    )));
                }
                Err(TryLockError::Error(e)) => return Err(unusable(format!("could not lock {}: {e}", path.display()))),
            }
        }
    }
}

/// The path with something added to the file's name.
pub(super) fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
