//! What changed in a journal, for as long as anybody looks: ids alone, and no more of them than are kept.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use ampline_core::plan::ReadKey;
use tokio::sync::Notify;
use uuid::Uuid;

/// Most ids of a kind between two looks; those beyond are only counted.
const IDS_MAX: usize = 500;

/// What changed since the last look.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Deliveries that came, were settled, or were put back into the queue.
    pub deliveries: BTreeSet<i64>,
    /// Operations that began, moved on or ended.
    pub operations: HashSet<Uuid>,
    /// Reads whose operations those are, and those that were paused or not.
    pub reads: HashSet<ReadKey>,
    /// Whether destinations' states or counters may be others.
    pub destinations: bool,
    /// Changes that are in none of these, because there were too many.
    pub missed: u64,
}

impl Changed {
    fn read(&mut self, key: &ReadKey) {
        if self.reads.len() < IDS_MAX || self.reads.contains(key) {
            self.reads.insert(key.clone());
        } else {
            self.missed += 1;
        }
    }
}

/// Where changes are noted. Costs one look at a number where nobody listens.
#[derive(Debug, Default)]
pub struct Changes {
    listeners: AtomicUsize,
    changed: Mutex<Changed>,
    news: Notify,
}

/// Somebody looks as long as this is there.
#[derive(Debug)]
pub struct Listening(Arc<Changes>);

impl Drop for Listening {
    fn drop(&mut self) {
        if self.0.listeners.fetch_sub(1, Ordering::Relaxed) == 1 {
            *self.0.changed() = Changed::default();
        }
    }
}

impl Changes {
    /// Changes are kept from now on.
    pub fn listen(self: &Arc<Self>) -> Listening {
        self.listeners.fetch_add(1, Ordering::Relaxed);
        Listening(Arc::clone(self))
    }

    /// Resolves once there is something to take; for one who waits.
    pub async fn wait(&self) {
        let mut woken = std::pin::pin!(self.news.notified());
        loop {
            woken.as_mut().enable();
            if *self.changed() != Changed::default() {
                return;
            }
            woken.as_mut().await;
            woken.set(self.news.notified());
        }
    }

    /// What has changed; nothing of it is told again.
    pub fn take(&self) -> Changed {
        std::mem::take(&mut *self.changed())
    }

    /// Deliveries came or stand otherwise, and with them their destinations.
    pub(super) fn deliveries(&self, ids: impl IntoIterator<Item = i64>) {
        self.note(|changed| {
            for id in ids {
                changed.destinations = true;
                if changed.deliveries.len() < IDS_MAX || changed.deliveries.contains(&id) {
                    changed.deliveries.insert(id);
                } else {
                    changed.missed += 1;
                }
            }
        });
    }

    /// A read's operation has moved.
    pub(super) fn operation(&self, key: &ReadKey, id: Uuid) {
        self.note(|changed| {
            if changed.operations.len() < IDS_MAX || changed.operations.contains(&id) {
                changed.operations.insert(id);
                changed.read(key);
            } else {
                changed.missed += 1;
            }
        });
    }

    /// Reads were paused, or go on.
    pub(super) fn reads(&self, keys: &[ReadKey]) {
        self.note(|changed| keys.iter().for_each(|key| changed.read(key)));
    }

    /// A destination was started, stopped or renamed.
    pub(super) fn destination(&self) {
        self.note(|changed| changed.destinations = true);
    }

    fn note(&self, note: impl FnOnce(&mut Changed)) {
        if self.listeners.load(Ordering::Relaxed) > 0 {
            note(&mut self.changed());
            self.news.notify_one();
        }
    }

    fn changed(&self) -> MutexGuard<'_, Changed> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_noted_is_taken_once_and_bounded() {
        let changes = Arc::new(Changes::default());
        changes.deliveries([1]);
        assert_eq!(changes.take(), Changed::default(), "nobody listens");
        let listening = changes.listen();
        changes.deliveries(0..IDS_MAX as i64 + 7);
        changes.deliveries([3]);
        changes.wait().await;
        let changed = changes.take();
        assert_eq!((changed.deliveries.len(), changed.missed, changed.destinations), (IDS_MAX, 7, true));
        assert_eq!(changes.take(), Changed::default());
        changes.destination();
        drop(listening);
        assert_eq!(changes.take(), Changed::default(), "what the last listener leaves is forgotten");
    }
}
