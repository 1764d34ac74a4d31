//! Back-pressure: which reads must wait, and why. A destination whose backlog is full holds the reads that feed it, a full disk
//! holds all; either ends by itself.
//!
//! The limits are soft by a page for each read that runs: reads look between pages. Replays are not held: a person asked for them.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use tokio::sync::watch;

use crate::{disk::Disk, journal::Journal};

/// Reads go on once a backlog has fallen to this share of its limit, so that they do not stop and go with every delivery.
const RESUME_PERCENT: u64 = 80;
/// How often the disk is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What holds reads.
pub(crate) struct Pressure {
    journal: Arc<dyn Journal>,
    disk: Disk,
    /// Bytes that may wait, by destination.
    backlog_bytes_max: RwLock<HashMap<String, u64>>,
    /// Destinations whose backlog was full and has not fallen far enough since.
    full: Mutex<HashSet<String>>,
}

impl Pressure {
    /// Nothing is held before the first look.
    pub(crate) fn new(journal: Arc<dyn Journal>, disk: Disk) -> Self {
        Self { journal, disk, backlog_bytes_max: RwLock::default(), full: Mutex::default() }
    }

    /// How many bytes may wait for a destination from now on; nothing where it is gone.
    pub(crate) fn limit(&self, destination: &str, bytes_max: Option<u64>) {
        let mut limits = self.backlog_bytes_max.write().unwrap_or_else(PoisonError::into_inner);
        match bytes_max {
            Some(bytes_max) => drop(limits.insert(destination.to_owned(), bytes_max)),
            None => drop(limits.remove(destination)),
        }
    }

    /// Why a read that feeds this destination must wait now.
    pub(crate) fn on(&self, destination: &str) -> Option<String> {
        self.on_all().or_else(|| self.backlog(destination))
    }

    /// Why every read must wait now.
    pub(crate) fn on_all(&self) -> Option<String> {
        self.disk.low().or_else(|| self.journal.trouble())
    }

    fn backlog(&self, destination: &str) -> Option<String> {
        let max = *self.backlog_bytes_max.read().unwrap_or_else(PoisonError::into_inner).get(destination)?;
        let waiting = self.journal.pending_bytes(destination);
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        let threshold = if full.contains(destination) { max / 100 * RESUME_PERCENT } else { max };
        if waiting < threshold {
            full.remove(destination);
            return None;
        }
        full.insert(destination.to_owned());
        let (waiting_mb, max_mb) = (waiting as f64 / 1e6, max / 1_000_000);
        Some(format!(
            "{waiting_mb:.1} MB wait for destination {destination}, the limit is {max_mb} MB (backlog_megabytes); reading goes on \
             below {RESUME_PERCENT} % of it"
        ))
    }

    /// Keeps an eye on the disk until `stop` turns true.
    pub(crate) async fn watch_disk(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        loop {
            let this = self.clone();
            // A file system over a network may take its time. A defect in there shows in its own words.
            let _ = tokio::task::spawn_blocking(move || this.disk.look()).await;
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }
}
