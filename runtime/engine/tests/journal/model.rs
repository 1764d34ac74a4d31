//! Random operations on a journal and on a model of it, compared after each: the same claims, counters and log.
//!
//! A failure names its seed; the same seed repeats it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use ampline::journal::{Bulk, Claim, Claimed, DeliveryFilter, DeliveryStatus, Journal, Retention};
use ampline_core::retry::Verdict;
use uuid::Uuid;

use crate::fixture::*;

const SEEDS: u64 = 12;
const OPERATIONS: usize = 250;
const DESTINATIONS: [&str; 2] = ["a", "b"];
const LEASE_S: i64 = 60;

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

/// One delivery as it should be. They are kept in the order in which they were made.
#[derive(Clone)]
struct Delivery {
    number: u64,
    destination: &'static str,
    status: DeliveryStatus,
    /// When it falls due or was settled.
    at_s: i64,
    made_s: i64,
    size: u64,
    attempts: u32,
    replay: bool,
    /// Until when it is claimed.
    held_until_s: Option<i64>,
    /// Its id in the journal.
    id: i64,
}

impl Delivery {
    fn key(&self) -> String {
        envelope(self.number, self.destination, 0).ordering_key
    }
}

#[derive(Default)]
struct Model {
    now_s: i64,
    deliveries: Vec<Delivery>,
    disabled: HashMap<&'static str, bool>,
    /// Which keep order.
    ordered: HashMap<&'static str, bool>,
    /// Of a destination that keeps order: the key of what was claimed last.
    turns: HashMap<&'static str, String>,
}

impl Model {
    fn pending(&self, destination: &str) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter().filter(move |d| d.destination == destination && d.status == DeliveryStatus::Pending)
    }

    /// What a claim of so many should bring: ids with attempt numbers, and when there is more.
    fn claim(&mut self, destination: &'static str, envelopes_max: usize) -> (Vec<(i64, u32)>, Option<i64>) {
        if self.disabled.get(destination) == Some(&true) {
            return (Vec::new(), None);
        }
        let now_s = self.now_s;
        let free = |d: &&Delivery| d.held_until_s.is_none_or(|until_s| until_s <= now_s);
        let may_go = |d: &&Delivery| !self.keeps_order(destination) || self.is_head(d);
        let mut due: Vec<_> =
            self.pending(destination).filter(free).filter(may_go).filter(|d| d.at_s <= now_s).cloned().collect();
        if self.keeps_order(destination) {
            let turn = self.turns.get(destination).cloned().unwrap_or_default();
            due.sort_by_key(|d| (d.key() <= turn, d.key()));
        } else {
            due.sort_by_key(|d| (d.at_s, d.id));
        }
        due.truncate(envelopes_max);
        if let Some(last) = due.last().filter(|_| self.keeps_order(destination)) {
            self.turns.insert(destination, last.key());
        }
        let next_s = if due.is_empty() { self.next_s(destination) } else { None };
        for taken in &due {
            self.find(taken.id).held_until_s = Some(now_s + LEASE_S);
        }
        (due.iter().map(|d| (d.id, d.attempts + 1)).collect(), next_s)
    }

    /// When something falls due or a lease ends, if nothing is due now.
    fn next_s(&self, destination: &str) -> Option<i64> {
        let wakes = |d: &Delivery| d.held_until_s.filter(|until_s| *until_s > self.now_s).unwrap_or(d.at_s);
        let is_held = |d: &Delivery| d.held_until_s.is_some_and(|until_s| until_s > self.now_s);
        let counts = |d: &&Delivery| !self.keeps_order(destination) || is_held(d) || self.is_head(d);
        self.pending(destination).filter(counts).map(wakes).min()
    }

    fn keeps_order(&self, destination: &str) -> bool {
        self.ordered.get(destination) == Some(&true)
    }

    /// Whether nothing of the same key waits before it.
    fn is_head(&self, one: &Delivery) -> bool {
        self.pending(one.destination).find(|d| d.key() == one.key()).is_some_and(|first| first.id == one.id)
    }

    fn find(&mut self, id: i64) -> &mut Delivery {
        self.deliveries.iter_mut().find(|d| d.id == id).expect("a delivery that the model knows")
    }

    fn settle(&mut self, claimed: &Claimed, verdict: &Verdict) {
        let now_s = self.now_s;
        let Some(d) = self.deliveries.iter_mut().find(|d| d.id == claimed.delivery) else { return };
        if d.status != DeliveryStatus::Pending || d.held_until_s.is_none() || d.attempts + 1 != claimed.attempt {
            return;
        }
        d.held_until_s = None;
        d.attempts += u32::from(!matches!(verdict, Verdict::Block(_)));
        match verdict {
            Verdict::Delivered => (d.status, d.at_s) = (DeliveryStatus::Delivered, now_s + 1),
            Verdict::DeadLetter(_) => (d.status, d.at_s) = (DeliveryStatus::Dead, now_s + 1),
            Verdict::RetryAt(time) => d.at_s = time.duration_since(at(0)).as_secs(),
            Verdict::Block(_) => {}
        }
    }

    /// Replays all that match; the ids are learnt from the journal.
    fn replay(&mut self, status: DeliveryStatus) -> u64 {
        let mut count = 0;
        let all = self.deliveries.clone();
        for (place, source) in all.iter().cloned().enumerate() {
            let waits = self.pending(source.destination).any(|d| d.number == source.number);
            let replayed = all[place + 1..].iter().any(|d| (d.number, d.destination) == (source.number, source.destination));
            if source.status == status && !waits && !replayed {
                count += 1;
                let new = Delivery {
                    status: DeliveryStatus::Pending,
                    at_s: self.now_s,
                    attempts: 0,
                    replay: true,
                    held_until_s: None,
                    id: 0,
                    ..source
                };
                self.deliveries.push(new);
            }
        }
        count
    }

    fn retain(&mut self, age_s: i64, bytes_max: u64) -> u64 {
        let before = self.bytes().0;
        let cutoff_s = self.now_s - age_s;
        for source in self.deliveries.clone() {
            self.forget(source.number, |d| d.status != DeliveryStatus::Pending && d.at_s < cutoff_s);
        }
        for dead_too in [false, true] {
            for source in self.deliveries.clone() {
                if self.bytes().1 > bytes_max {
                    let goes =
                        |d: &Delivery| d.status == DeliveryStatus::Delivered || (dead_too && d.status == DeliveryStatus::Dead);
                    self.forget(source.number, goes);
                }
            }
        }
        before - self.bytes().0
    }

    fn forget(&mut self, number: u64, goes: impl Fn(&Delivery) -> bool) {
        if self.deliveries.iter().filter(|d| d.number == number).all(goes) {
            self.deliveries.retain(|d| d.number != number);
        }
    }

    fn dead(&self, destination: &str) -> u64 {
        self.deliveries.iter().filter(|d| d.destination == destination && d.status == DeliveryStatus::Dead).count() as u64
    }

    /// Deliveries that go, and envelopes that go with them.
    fn purge(&mut self, destination: &str) -> (u64, u64) {
        let (dead, before) = (self.dead(destination), self.bytes().0);
        self.deliveries.retain(|d| d.destination != destination || d.status != DeliveryStatus::Dead);
        (dead, before - self.bytes().0)
    }

    /// Envelopes, and the bytes of their bodies.
    fn bytes(&self) -> (u64, u64) {
        let sizes: HashMap<u64, u64> = self.deliveries.iter().map(|d| (d.number, d.size)).collect();
        (sizes.len() as u64, sizes.values().sum())
    }
}

/// A journal beside its model.
struct Pair {
    journal: Option<Arc<dyn Journal>>,
    model: Model,
    chance: Chance,
    next_number: u64,
    /// Claims that may be settled, some long after.
    claims: Vec<Claim>,
}

impl Pair {
    fn journal(&self) -> Arc<dyn Journal> {
        Arc::clone(self.journal.as_ref().expect("open between operations"))
    }

    async fn operate(&mut self, store: &impl Store) {
        let destination = DESTINATIONS[self.chance.below(2) as usize];
        match self.chance.below(26) {
            0..6 => self.commit(destination).await,
            6..12 => self.claim(destination).await,
            12..18 => self.settle().await,
            18 => self.release().await,
            19 => self.model.now_s += self.chance.below(100) as i64,
            20 => {
                let disabled = self.chance.below(2) == 0;
                self.journal().set_destination(destination, disabled.then(|| "stopped".to_owned())).await.unwrap();
                self.model.disabled.insert(destination, disabled);
            }
            21 => self.replay().await,
            22 => self.retain().await,
            23 => self.purge().await,
            24 => {
                let ordered = self.chance.below(3) > 0;
                self.journal().keep_order(destination, ordered).await.unwrap();
                self.model.ordered.insert(destination, ordered);
            }
            _ => {
                drop(self.journal.take());
                self.journal = Some(store.open());
                self.model.deliveries.iter_mut().for_each(|d| d.held_until_s = None);
                self.model.turns.clear();
            }
        }
    }

    async fn commit(&mut self, destination: &'static str) {
        let now_s = self.model.now_s;
        // Some numbers come again; a number always goes to one destination.
        let first = self.next_number.saturating_sub(self.chance.below(4));
        let numbers: Vec<_> = (first..first + self.chance.below(12)).collect();
        let known: HashMap<u64, &'static str> = self.model.deliveries.iter().map(|d| (d.number, d.destination)).collect();
        let to = |n: &u64| known.get(n).copied().unwrap_or(destination);
        let lease = begin(&*self.journal(), &Uuid::now_v7().to_string(), now_s).await.unwrap();
        let envelopes: Vec<_> = numbers.iter().map(|n| envelope(*n, to(n), now_s)).collect();
        for (n, envelope) in numbers.iter().zip(&envelopes).filter(|(n, _)| !known.contains_key(n)) {
            self.model.deliveries.push(Delivery {
                number: *n,
                destination,
                status: DeliveryStatus::Pending,
                at_s: now_s,
                made_s: now_s,
                size: envelope.body.len() as u64,
                attempts: 0,
                replay: false,
                held_until_s: None,
                id: 0,
            });
        }
        self.next_number = self.next_number.max(first + numbers.len() as u64);
        self.journal().commit(&lease, page(envelopes, "c", now_s)).await.unwrap();
    }

    async fn claim(&mut self, destination: &'static str) {
        let envelopes_max = 1 + self.chance.below(15);
        let claimed = claim(&*self.journal(), destination, envelopes_max as u32, self.model.now_s).await;
        let brought: Vec<_> = claimed.deliveries.iter().map(|claimed| (claimed.delivery, claimed.attempt)).collect();
        let next_s = claimed.next_due.map(|due| due.duration_since(at(0)).as_secs());
        assert_eq!((brought, next_s), self.model.claim(destination, envelopes_max as usize));
        self.claims.push(claimed);
    }

    async fn settle(&mut self) {
        if self.claims.is_empty() {
            return;
        }
        let place = self.chance.below(self.claims.len() as u64) as usize;
        // One claim in four is settled again later.
        let claim = if self.chance.below(4) == 0 { self.claims[place].clone() } else { self.claims.swap_remove(place) };
        let now_s = self.model.now_s;
        let mut settlements = Vec::new();
        for claimed in &claim.deliveries {
            let verdict = match self.chance.below(8) {
                0..4 => Verdict::Delivered,
                4 => Verdict::DeadLetter("dead".to_owned()),
                5 => Verdict::Block("blocked".to_owned()),
                _ => Verdict::RetryAt(at(now_s + self.chance.below(90) as i64 - 10)),
            };
            self.model.settle(claimed, &verdict);
            settlements.push(settlement(claimed, now_s, verdict));
        }
        self.journal().settle(settlements).await.unwrap();
    }

    async fn release(&mut self) {
        let Some(claim) = self.claims.pop() else { return };
        let given_back: Vec<_> = claim.deliveries.iter().map(|claimed| claimed.delivery).collect();
        self.journal().release(&given_back).await.unwrap();
        for d in &mut self.model.deliveries {
            if given_back.contains(&d.id) {
                d.held_until_s = None;
            }
        }
    }

    async fn replay(&mut self) {
        let status = if self.chance.below(2) == 0 { DeliveryStatus::Dead } else { DeliveryStatus::Delivered };
        let filter = DeliveryFilter { status: Some(status), ..DeliveryFilter::default() };
        let count = self.journal().replay(&filter, at(self.model.now_s)).await.unwrap();
        assert_eq!(count, self.model.replay(status));
    }

    async fn retain(&mut self) {
        let (age_s, bytes_max) = (self.chance.below(500), self.chance.below(20_000));
        let retention = Retention { age_max: Duration::from_secs(age_s), bytes_max };
        let purged = self.journal().retain(retention, at(self.model.now_s)).await.unwrap();
        assert_eq!(purged.envelopes, self.model.retain(age_s as i64, bytes_max));
    }

    async fn purge(&mut self) {
        let destination = DESTINATIONS[self.chance.below(2) as usize];
        let filter = DeliveryFilter { destination: Some(destination.to_owned()), ..DeliveryFilter::default() };
        assert_eq!(self.journal().count(&filter, Bulk::Purge).await.unwrap(), self.model.dead(destination));
        let purged = self.journal().purge(&filter).await.unwrap();
        assert_eq!((purged.deliveries, purged.envelopes), self.model.purge(destination));
    }

    /// The whole log and the counters agree; learns the ids of new deliveries.
    async fn compare(&mut self) {
        let mut listed = self.journal().deliveries(&DeliveryFilter::default(), 1_000, None).await.unwrap().results;
        listed.reverse();
        assert_eq!(listed.len(), self.model.deliveries.len());
        for (found, expected) in listed.iter().zip(&mut self.model.deliveries) {
            expected.id = found.id;
            let due = (expected.status == DeliveryStatus::Pending).then(|| at(expected.at_s));
            let is = (found.event_id, found.destination.as_str(), found.status, found.attempts, found.next_attempt_at);
            assert_eq!(is, (event(expected.number), expected.destination, expected.status, expected.attempts, due));
            assert_eq!((found.occurred_at, found.replay_of.is_some()), (at(expected.made_s), expected.replay));
        }
        for state in self.journal().destinations().await.unwrap() {
            let recount = |status| {
                self.model.deliveries.iter().filter(|d| d.destination == state.name && d.status == status).count() as u64
            };
            let counts = [DeliveryStatus::Pending, DeliveryStatus::Delivered, DeliveryStatus::Dead].map(recount);
            assert_eq!([state.pending, state.delivered, state.dead], counts, "{}", state.name);
            let waiting = self.model.pending(&state.name).map(|d| d.size).sum::<u64>();
            let known = (self.journal().pending_bytes(&state.name), state.pending_bytes);
            assert_eq!(known, (waiting, waiting), "bytes that wait for {}", state.name);
        }
    }
}

pub(crate) async fn random_operations_agree_with_the_model<S: Store>(_: &S) {
    for seed in 0..SEEDS {
        let store = S::new();
        let journal = Some(store.open());
        let mut pair = Pair { journal, model: Model::default(), chance: Chance(seed), next_number: 0, claims: Vec::new() };
        let run = std::panic::AssertUnwindSafe(async {
            for _ in 0..OPERATIONS {
                pair.operate(&store).await;
                pair.compare().await;
            }
        });
        if futures_util::FutureExt::catch_unwind(run).await.is_err() {
            panic!("the operations of seed {seed} disagree with the model");
        }
    }
}
