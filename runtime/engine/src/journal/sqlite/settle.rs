//! Settling: attempt row, new state and next time move in one transaction, once (J5, J6).

use std::collections::{HashMap, HashSet};

use ampline_core::retry::Verdict;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Fault, attempts,
    destinations::{Counts, count},
    lane::Key,
    lanes::Lanes,
};
use crate::{journal::Settlement, sqlite::due_us};

/// How a delivery is stored to stand.
pub(super) const PENDING: i64 = 0;
/// See [`PENDING`].
pub(super) const DELIVERED: i64 = 1;
/// See [`PENDING`].
pub(super) const DEAD: i64 = 2;

/// A delivery whose claim ends with the commit.
pub(super) struct Settled {
    destination: i64,
    delivery: i64,
    /// Its place in the queue, if it stays there.
    again: Option<Key>,
}

/// A delivery as it stands.
struct Standing {
    destination: i64,
    at_us: i64,
    attempts: u32,
    tries: u32,
}

/// What settlements do to one destination.
#[derive(Default)]
struct Tally {
    counts: Counts,
    /// The last word on the first failure since a success: nothing was said, or none, or this.
    failing_since_us: Option<Option<i64>>,
    delivered_any: bool,
}

/// Settles what is claimed under the attempt number given, and leaves the rest alone.
pub(super) fn settle(db: &Connection, lanes: &Lanes, settlements: &[Settlement]) -> Result<Vec<Settled>, Fault> {
    let mut settled = Vec::with_capacity(settlements.len());
    let mut seen = HashSet::with_capacity(settlements.len());
    let mut tallies: HashMap<i64, Tally> = HashMap::new();
    for settlement in settlements {
        let Some(standing) = pending(db, settlement.delivery)? else { continue };
        if !is_claimed(lanes, settlement, &standing) || !seen.insert(settlement.delivery) {
            continue;
        }
        let again = apply(db, settlement, &standing)?;
        tallies.entry(standing.destination).or_default().add(settlement);
        settled.push(Settled { destination: standing.destination, delivery: settlement.delivery, again });
    }
    for (destination, tally) in tallies {
        tally.store(db, destination)?;
    }
    Ok(settled)
}

fn pending(db: &Connection, delivery: i64) -> Result<Option<Standing>, Fault> {
    let sql = "SELECT destination, at_us, attempts, tries FROM delivery WHERE id = ?1 AND status = 0";
    let standing = db.prepare_cached(sql)?.query_row([delivery], |row| {
        Ok(Standing { destination: row.get(0)?, at_us: row.get(1)?, attempts: row.get(2)?, tries: row.get(3)? })
    });
    Ok(standing.optional()?)
}

/// The claim must be of this attempt, and nothing may have been recorded since it was made: that tells a duplicate within one
/// group of commits, whose claim is not taken away yet.
fn is_claimed(lanes: &Lanes, settlement: &Settlement, standing: &Standing) -> bool {
    let Some(shared) = lanes.of_row(standing.destination) else { return false };
    let lane = shared.lock();
    lane.claim_of(settlement.delivery).is_some_and(|held| held.attempt == settlement.attempt && held.tries == standing.tries)
}

/// Writes the attempt and the new state; gives the place in the queue of what stays there.
fn apply(db: &Connection, settlement: &Settlement, standing: &Standing) -> Result<Option<Key>, Fault> {
    attempts::record(db, settlement, standing.tries + 1)?;
    let (status, at_us, reason) = match &settlement.verdict {
        Verdict::Delivered => (DELIVERED, attempts::end_us(settlement), None),
        Verdict::DeadLetter(reason) => (DEAD, attempts::end_us(settlement), Some(reason)),
        Verdict::RetryAt(time) => (PENDING, due_us(*time), None),
        // It keeps its place, so that it is the first to go when the destination runs again.
        Verdict::Block(_) => (PENDING, standing.at_us, None),
    };
    let counted = u32::from(!matches!(settlement.verdict, Verdict::Block(_)));
    let sql = "UPDATE delivery SET status = ?2, at_us = ?3, attempts = ?4, tries = ?5, reason = ?6 WHERE id = ?1";
    let (attempts, tries) = (standing.attempts + counted, standing.tries + 1);
    db.prepare_cached(sql)?.execute(params![settlement.delivery, status, at_us, attempts, tries, reason])?;
    Ok((status == PENDING).then_some(Key { at_us, delivery: settlement.delivery }))
}

impl Tally {
    fn add(&mut self, settlement: &Settlement) {
        match &settlement.verdict {
            Verdict::Delivered => {
                self.counts.delivered += 1;
                self.counts.pending -= 1;
                self.failing_since_us = Some(None);
                self.delivered_any = true;
                return;
            }
            Verdict::DeadLetter(_) => {
                self.counts.dead += 1;
                self.counts.pending -= 1;
            }
            Verdict::RetryAt(_) | Verdict::Block(_) => {}
        }
        let since_us = self.failing_since_us.flatten().unwrap_or_else(|| attempts::end_us(settlement));
        self.failing_since_us = Some(Some(since_us));
    }

    fn store(self, db: &Connection, destination: i64) -> Result<(), Fault> {
        count(db, destination, self.counts)?;
        let sql = if self.delivered_any {
            "UPDATE destination SET failing_since_us = ?2 WHERE id = ?1"
        } else {
            "UPDATE destination SET failing_since_us = coalesce(failing_since_us, ?2) WHERE id = ?1"
        };
        db.prepare_cached(sql)?.execute(params![destination, self.failing_since_us.flatten()])?;
        Ok(())
    }
}

/// After the commit: ends the claims, and tells those who wait of what goes back into the queue.
pub(super) fn announce(lanes: &Lanes, settled: &[Settled]) {
    for run in settled.chunk_by(|a, b| a.destination == b.destination) {
        let Some(shared) = run.first().and_then(|first| lanes.of_row(first.destination)) else { continue };
        shared.change(|lane| {
            for Settled { delivery, again, .. } in run {
                lane.let_go(*delivery);
                if let Some(key) = again {
                    lane.came(*key);
                }
            }
        });
    }
}
