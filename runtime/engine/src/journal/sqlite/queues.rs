//! The queues of the inbox in memory: which are due, and who owns one. Leases live here for the same reason as those of deliveries:
//! the file belongs to one process.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use ampline_core::plan::ReadKey;
use tokio::sync::Notify;

use crate::journal::InboxState;

/// All queues that ever had an event.
#[derive(Debug, Default)]
pub(super) struct Queues {
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug, Default)]
pub(super) struct State {
    queues: HashMap<i64, Queue>,
    /// Queues that nobody owns and in which something waits, by the time from which they may be claimed.
    ready: BTreeSet<(i64, i64)>,
    /// Who owns what until when.
    leases: HashMap<i64, Lease>,
    fence: u64,
    /// Something came, or fell free, since the last claim found nothing.
    has_news: bool,
    pub(super) totals: InboxState,
}

#[derive(Debug)]
struct Queue {
    key: ReadKey,
    due_us: i64,
    failures: u32,
    waiting: u64,
}

#[derive(Debug, Clone, Copy)]
struct Lease {
    fence: u64,
    until_us: i64,
}

/// A queue that was just taken.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) queue: i64,
    pub(super) key: ReadKey,
    pub(super) fence: u64,
    pub(super) failures: u32,
}

impl Queues {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state after a commit and wakes who waits, if there is news.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        let has_news = state.has_news;
        drop(state);
        if has_news {
            self.news.notify_waiters();
        }
        result
    }

    /// Resolves once there is news; what came between a claim and this call is not missed.
    pub(super) async fn wait(&self) {
        let mut woken = std::pin::pin!(self.news.notified());
        loop {
            woken.as_mut().enable();
            if self.lock().has_news {
                return;
            }
            woken.as_mut().await;
            woken.set(self.news.notified());
        }
    }

    pub(super) fn totals(&self) -> InboxState {
        self.lock().totals
    }

    /// Whether this owner is still the one.
    pub(super) fn owns(&self, queue: i64, fence: u64) -> bool {
        self.lock().leases.get(&queue).is_some_and(|lease| lease.fence == fence)
    }
}

impl State {
    /// Takes in a queue as it is stored.
    pub(super) fn know(&mut self, queue: i64, key: ReadKey, due_us: i64, failures: u32) {
        self.queues.entry(queue).or_insert(Queue { key, due_us, failures, waiting: 0 });
    }

    /// More events wait in a queue, from this time on.
    pub(super) fn came(&mut self, queue: i64, events: u64, at_us: i64) {
        let Some(entry) = self.queues.get_mut(&queue) else { return };
        if entry.waiting == 0 {
            entry.due_us = entry.due_us.max(at_us);
        }
        entry.waiting += events;
        self.offer(queue);
    }

    /// A queue that was put off need not wait any more.
    pub(super) fn hurry(&mut self, queue: i64, now_us: i64) {
        let Some(entry) = self.queues.get_mut(&queue) else { return };
        self.ready.remove(&(entry.due_us, queue));
        entry.due_us = entry.due_us.min(now_us);
        entry.failures = 0;
        self.offer(queue);
    }

    /// The queue that has been due for longest, for this owner alone; or when the next one falls due.
    pub(super) fn take(&mut self, now_us: i64, until_us: i64) -> Result<Taken, Option<i64>> {
        self.end_leases(now_us);
        let next = self.ready.first().copied();
        let Some((_, queue)) = next.filter(|(due_us, _)| *due_us <= now_us) else {
            self.has_news = false;
            let lease_end = self.leases.values().map(|lease| lease.until_us).min();
            return Err(next.map(|(due_us, _)| due_us).into_iter().chain(lease_end).min());
        };
        self.ready.pop_first();
        let Some(entry) = self.queues.get(&queue) else { return Err(None) };
        self.fence += 1;
        self.leases.insert(queue, Lease { fence: self.fence, until_us });
        Ok(Taken { queue, key: entry.key.clone(), fence: self.fence, failures: entry.failures })
    }

    /// The owner gives the queue back: `gone` events left it, and what stays may be claimed from `due_us` on.
    pub(super) fn give_back(&mut self, queue: i64, fence: u64, gone: u64, due_us: i64, failures: u32) {
        if self.leases.get(&queue).is_none_or(|lease| lease.fence != fence) {
            return;
        }
        self.leases.remove(&queue);
        if let Some(entry) = self.queues.get_mut(&queue) {
            entry.waiting = entry.waiting.saturating_sub(gone);
            entry.due_us = due_us;
            entry.failures = failures;
        }
        self.offer(queue);
    }

    fn offer(&mut self, queue: i64) {
        let Some(entry) = self.queues.get(&queue).filter(|entry| entry.waiting > 0) else { return };
        if !self.leases.contains_key(&queue) {
            self.has_news |= self.ready.insert((entry.due_us, queue));
        }
    }

    fn end_leases(&mut self, now_us: i64) {
        let ended: Vec<i64> = self.leases.iter().filter(|(_, lease)| lease.until_us <= now_us).map(|(queue, _)| *queue).collect();
        for queue in ended {
            self.leases.remove(&queue);
            self.offer(queue);
        }
    }
}
