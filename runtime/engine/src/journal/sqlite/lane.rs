//! What this process knows of one destination's queue: which deliveries are claimed until when, and where the next claim reads on.
//!
//! Claims live in memory only: the file lock makes this process the one owner, and after a restart nothing is claimed.
//!
//! Invariant: every pending delivery whose key is at or before `position` is held or in `behind`. So a claim reads only what it
//! takes, however many are claimed already.

use std::collections::{BTreeSet, HashMap};

/// A delivery's place in its destination's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// When it falls due.
    pub(super) at_us: i64,
    /// Its id, which decides between those of one time.
    pub(super) delivery: i64,
}

impl Key {
    const FIRST: Self = Self { at_us: i64::MIN, delivery: i64::MIN };
}

/// Keys remembered apart from the position; beyond, the position goes back and held deliveries are passed over once more.
const BEHIND_MAX: usize = 10_000;

/// A claim on one delivery.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Held {
    pub(super) key: Key,
    pub(super) attempt: u32,
    /// Attempts recorded when it was claimed, blocked ones too; tells a late settlement from a fresh one.
    pub(super) tries: u32,
    pub(super) until_us: i64,
    /// The lease ended, and nobody claimed the delivery since: it may be claimed, and may still be settled.
    lapsed: bool,
}

/// One destination's queue, as far as it is kept in memory.
#[derive(Debug)]
pub(super) struct Lane {
    /// The destination's row; none before its first envelope.
    pub(super) destination: Option<i64>,
    /// Nothing is claimed while it is stopped.
    pub(super) disabled: bool,
    held: HashMap<i64, Held>,
    ends: BTreeSet<(i64, i64)>,
    position: Key,
    behind: BTreeSet<Key>,
    news: u64,
    news_seen: u64,
    /// Of one ordering key, only the first delivery is claimed; then the next claim begins behind the key where the last one ended, and
    /// `position` and `behind` say nothing.
    keeps_order: bool,
    turn: String,
}

impl Lane {
    /// A lane in which everything pending may be claimed.
    pub(super) fn new(destination: Option<i64>, disabled: bool) -> Self {
        Self {
            destination,
            disabled,
            held: HashMap::new(),
            ends: BTreeSet::new(),
            position: Key::FIRST,
            behind: BTreeSet::new(),
            news: 1,
            news_seen: 0,
            keeps_order: false,
            turn: String::new(),
        }
    }

    /// Whether something happened since a claim last found nothing left to take.
    pub(super) fn has_news(&self) -> bool {
        self.news > self.news_seen
    }

    /// Something happened that a claim may find.
    pub(super) fn tell(&mut self) {
        self.news += 1;
    }

    /// A claim took all there was to take.
    pub(super) fn exhausted(&mut self) {
        self.news_seen = self.news;
    }

    /// Whether of one ordering key only the first delivery may be claimed.
    pub(super) fn keeps_order(&self) -> bool {
        self.keeps_order
    }

    /// Keeps order from now on, or no more: then everything is looked at again.
    pub(super) fn keep_order(&mut self, keeps_order: bool) {
        self.keeps_order = keeps_order;
        self.rewind();
    }

    /// The ordering key behind which the next claim begins.
    pub(super) fn turn(&self) -> &str {
        &self.turn
    }

    /// The next claim begins behind this key.
    pub(super) fn next_turn(&mut self, key: &str) {
        key.clone_into(&mut self.turn);
    }

    /// A delivery may be claimed that could not be before, or not at this place.
    pub(super) fn came(&mut self, key: Key) {
        self.tell();
        if self.keeps_order {
            return;
        }
        if key <= self.position && !self.is_held(key.delivery) {
            self.behind.insert(key);
        }
        if self.behind.len() > BEHIND_MAX {
            let first = self.behind.first().copied().unwrap_or(Key::FIRST);
            self.position = Key { delivery: first.delivery.saturating_sub(1), ..first };
            self.behind.clear();
        }
    }

    /// Makes the deliveries claimable whose leases ended.
    pub(super) fn end_leases(&mut self, now_us: i64) {
        while let Some(&(until_us, delivery)) = self.ends.first().filter(|(until_us, _)| *until_us <= now_us) {
            self.ends.remove(&(until_us, delivery));
            if let Some(held) = self.held.get_mut(&delivery) {
                held.lapsed = true;
                let key = held.key;
                self.came(key);
            }
        }
    }

    /// Whether a claim on the delivery holds.
    pub(super) fn is_held(&self, delivery: i64) -> bool {
        self.held.get(&delivery).is_some_and(|held| !held.lapsed)
    }

    /// The claim under which an attempt may be settled.
    pub(super) fn claim_of(&self, delivery: i64) -> Option<&Held> {
        self.held.get(&delivery)
    }

    /// Deliveries before the position that a claim looks at first, in order.
    pub(super) fn behind(&self, count: usize) -> Vec<Key> {
        self.behind.iter().take(count).copied().collect()
    }

    /// Forgets a key that led nowhere any more.
    pub(super) fn drop_behind(&mut self, key: Key) {
        self.behind.remove(&key);
    }

    /// Where the claim reads on.
    pub(super) fn position(&self) -> Key {
        self.position
    }

    /// Looks at everything again: deliveries of another destination are this one's by now.
    pub(super) fn rewind(&mut self) {
        self.position = Key::FIRST;
        self.behind.clear();
        self.tell();
    }

    /// Passes over a delivery that is held.
    pub(super) fn pass(&mut self, key: Key) {
        self.position = self.position.max(key);
    }

    /// Claims a delivery.
    pub(super) fn hold(&mut self, key: Key, attempt: u32, tries: u32, until_us: i64) {
        self.behind.remove(&key);
        self.pass(key);
        self.let_go(key.delivery);
        self.ends.insert((until_us, key.delivery));
        self.held.insert(key.delivery, Held { key, attempt, tries, until_us, lapsed: false });
    }

    /// Ends a claim because its delivery was settled, or given up: the one behind it may go where order is kept.
    pub(super) fn settled(&mut self, delivery: i64) {
        self.let_go(delivery);
        if self.keeps_order {
            self.tell();
        }
    }

    fn let_go(&mut self, delivery: i64) {
        if let Some(held) = self.held.remove(&delivery) {
            self.ends.remove(&(held.until_us, delivery));
            self.behind.remove(&held.key);
        }
    }

    /// Ends a claim without an attempt.
    pub(super) fn give_back(&mut self, delivery: i64) {
        if let Some(key) = self.held.get(&delivery).map(|held| held.key) {
            self.let_go(delivery);
            self.came(key);
        }
    }

    /// When the next claim may bring something, as far as memory knows: a retry before the position, or a lease that ends.
    pub(super) fn next_us(&self) -> Option<i64> {
        let behind = self.behind.first().map(|key| key.at_us);
        let lease = self.ends.first().map(|(until_us, _)| *until_us);
        behind.into_iter().chain(lease).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(at_us: i64, delivery: i64) -> Key {
        Key { at_us, delivery }
    }

    #[test]
    fn keeps_what_comes_before_the_position() {
        let mut lane = Lane::new(Some(1), false);
        lane.hold(key(10, 1), 1, 0, 100);
        lane.hold(key(20, 2), 1, 0, 100);
        assert_eq!((lane.position(), lane.behind(9)), (key(20, 2), vec![]));
        lane.came(key(30, 3));
        assert_eq!(lane.behind(9), vec![], "what lies ahead is found by reading on");
        lane.came(key(15, 4));
        lane.give_back(1);
        assert_eq!(lane.behind(9), vec![key(10, 1), key(15, 4)]);
        lane.end_leases(100);
        assert_eq!(lane.behind(9), vec![key(10, 1), key(15, 4), key(20, 2)]);
        assert!(lane.claim_of(2).is_some() && !lane.is_held(2), "a lapsed claim may still be settled");
        lane.let_go(2);
        assert_eq!(lane.behind(9), vec![key(10, 1), key(15, 4)]);
    }

    #[test]
    fn goes_back_rather_than_remembering_without_bound() {
        let mut lane = Lane::new(Some(1), false);
        lane.hold(key(1_000_000, 1_000_000), 1, 0, 100);
        for delivery in 0..=BEHIND_MAX as i64 {
            lane.came(key(500, delivery));
        }
        assert_eq!((lane.position(), lane.behind(1)), (key(500, -1), vec![]));
    }

    #[test]
    fn has_news_until_a_claim_exhausted_it() {
        let mut lane = Lane::new(None, false);
        assert!(lane.has_news(), "nobody looked yet");
        lane.exhausted();
        assert!(!lane.has_news());
        lane.came(key(1, 1));
        assert!(lane.has_news());
    }
}
