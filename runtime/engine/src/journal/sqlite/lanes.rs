//! All lanes, by name and by row, and how a dispatcher waits on one.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use tokio::sync::Notify;

use super::lane::Lane;
use crate::journal::Changes;

/// One lane, shared by claims and by what follows a commit.
#[derive(Debug)]
pub(super) struct SharedLane {
    lane: Mutex<Lane>,
    news: Notify,
    /// Bytes of bodies that wait, as the commits so far left them; apart from the lane, so that asking waits for no claim.
    pending_bytes: AtomicI64,
}

impl SharedLane {
    fn new() -> Self {
        Self { lane: Mutex::new(Lane::new(None, false)), news: Notify::new(), pending_bytes: AtomicI64::new(0) }
    }

    /// Bytes of bodies that wait.
    pub(super) fn pending_bytes(&self) -> u64 {
        u64::try_from(self.pending_bytes.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// After a commit that let this many more wait, or fewer.
    pub(super) fn add_pending_bytes(&self, bytes: i64) {
        self.pending_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The lane. Held while a claim looks for its deliveries: whatever is settled meanwhile keeps its claim until the look is over,
    /// so that a claim never takes what its snapshot shows as pending though it was just settled.
    pub(super) fn lock(&self) -> MutexGuard<'_, Lane> {
        self.lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the lane after a commit and wakes who waits, if there is news.
    pub(super) fn change(&self, change: impl FnOnce(&mut Lane)) {
        let mut lane = self.lock();
        change(&mut lane);
        let has_news = lane.has_news();
        drop(lane);
        if has_news {
            self.news.notify_waiters();
        }
    }

    /// Resolves once there is news. News are counted, not signalled: what comes between a claim and this call is not lost; and the
    /// waiter is registered before the count is read, so neither is what comes between that and the wait.
    pub(super) async fn wait(&self) {
        let mut woken = std::pin::pin!(self.news.notified());
        loop {
            woken.as_mut().enable();
            if self.lock().has_news() {
                return;
            }
            woken.as_mut().await;
            woken.set(self.news.notified());
        }
    }
}

/// The lanes of all destinations that were ever named.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    index: RwLock<Index>,
    /// Told of what commits do to deliveries and destinations.
    pub(super) changes: Arc<Changes>,
}

#[derive(Debug, Default)]
struct Index {
    by_name: HashMap<String, Arc<SharedLane>>,
    by_row: HashMap<i64, Arc<SharedLane>>,
}

impl Lanes {
    /// The lane of a destination, known or not yet.
    pub(super) fn named(&self, name: &str) -> Arc<SharedLane> {
        if let Some(lane) = self.index.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name) {
            return Arc::clone(lane);
        }
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(index.by_name.entry(name.to_owned()).or_insert_with(|| Arc::new(SharedLane::new())))
    }

    /// The lane of a destination that has a row.
    pub(super) fn of_row(&self, destination: i64) -> Option<Arc<SharedLane>> {
        self.index.read().unwrap_or_else(PoisonError::into_inner).by_row.get(&destination).cloned()
    }

    /// Does something with every lane.
    pub(super) fn each(&self, act: impl Fn(&SharedLane)) {
        let lanes: Vec<_> = self.index.read().unwrap_or_else(PoisonError::into_inner).by_name.values().cloned().collect();
        lanes.iter().for_each(|lane| act(lane));
    }

    /// The destination has a row by now.
    pub(super) fn know(&self, name: &str, destination: i64) -> Arc<SharedLane> {
        if let Some(lane) = self.of_row(destination) {
            return lane;
        }
        let lane = self.named(name);
        lane.lock().destination = Some(destination);
        self.index.write().unwrap_or_else(PoisonError::into_inner).by_row.insert(destination, Arc::clone(&lane));
        lane
    }

    /// A destination has another name from now on. The lane stays, and with it what is claimed.
    pub(super) fn rename(&self, from: &str, to: &str) {
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = index.by_name.remove(from) {
            index.by_name.insert(to.to_owned(), lane);
        }
    }

    /// A row is gone; its deliveries are those of another.
    pub(super) fn forget_row(&self, destination: i64) {
        self.index.write().unwrap_or_else(PoisonError::into_inner).by_row.remove(&destination);
    }
}
