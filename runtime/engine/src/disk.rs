//! Room on the file system of the data folder, and whether there is enough of it to go on reading.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// Reading goes on once there is this much more room than the reserve, so that it does not stop and go with every page.
const RESUME_PERCENT: u64 = 110;

/// The file system that a folder is on.
pub(crate) struct Disk {
    folder: PathBuf,
    reserve_bytes: u64,
    low: Mutex<Option<String>>,
}

impl Disk {
    /// As it stands now.
    pub(crate) fn new(folder: &Path, reserve_bytes: u64) -> Self {
        let disk = Self { folder: folder.to_owned(), reserve_bytes, low: Mutex::default() };
        disk.look();
        disk
    }

    /// Why reads must wait for room; nothing where there is enough, as of the last look.
    pub(crate) fn low(&self) -> Option<String> {
        self.low.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks how much room there is. Where the system cannot say, there is enough: a write that fails will tell.
    pub(crate) fn look(&self) {
        let Some(free_bytes) = free_bytes(&self.folder) else { return };
        let mut low = self.low.lock().unwrap_or_else(PoisonError::into_inner);
        let was_low = low.is_some();
        if !is_low(was_low, free_bytes, self.reserve_bytes) {
            if was_low {
                tracing::info!(event = "disk.recovered", free_bytes, reserve_bytes = self.reserve_bytes);
            }
            *low = None;
            return;
        }
        let (free_mb, reserve_mb) = (free_bytes / 1_000_000, self.reserve_bytes / 1_000_000);
        let reason = format!(
            "the disk of {} has {free_mb} MB left, the reserve is {reserve_mb} MB ([limits] disk_reserve_megabytes): make room, \
             reads go on by themselves",
            self.folder.display()
        );
        if !was_low {
            tracing::error!(event = "disk.low", free_bytes, reserve_bytes = self.reserve_bytes, reason);
        }
        *low = Some(reason);
    }
}

fn is_low(was_low: bool, free_bytes: u64, reserve_bytes: u64) -> bool {
    let percent = if was_low { RESUME_PERCENT } else { 100 };
    free_bytes < (reserve_bytes / 100).saturating_mul(percent)
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let file_system = rustix::fs::statvfs(folder).ok()?;
    Some(file_system.f_bavail.saturating_mul(file_system.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_below_the_reserve_and_goes_on_a_tenth_above() {
        for (was_low, free_bytes, expected) in [
            (false, 1_000, false),
            (false, 999, true),
            (true, 1_000, true),
            (true, 1_099, true),
            (true, 1_100, false),
            (false, 1_099, false),
            (true, u64::MAX - 1, true),
        ] {
            let reserve_bytes = if free_bytes > 2_000 { u64::MAX } else { 1_000 };
            assert_eq!(is_low(was_low, free_bytes, reserve_bytes), expected, "{was_low} {free_bytes}");
        }
        assert!(!is_low(false, 0, 0), "no reserve, no limit");
    }

    #[cfg(unix)]
    #[test]
    fn says_what_is_left_and_what_to_do() {
        let enough = Disk::new(&std::env::temp_dir(), 1);
        assert_eq!(enough.low(), None);
        let low = Disk::new(&std::env::temp_dir(), u64::MAX).low().unwrap();
        assert!(low.contains("MB left") && low.contains("disk_reserve_megabytes"), "{low}");
        assert_eq!(Disk::new(Path::new("/no such folder"), u64::MAX).low(), None);
    }
}
