//! Settling: attempt row, new state and next time move in one transaction, once (J5, J6).

use std::collections::{HashMap, HashSet};

use ampline_core::retry::Verdict;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Fault, attempts,
    destinations::{Counts, count, tell},
    lane::Key,
    lanes::Lanes,
};
use crate::{
    journal::Settlement,
    sqlite::{due_us, time_of_us},
};

/// What of the other side's words goes into the reason why a destination was stopped.
const SAID_BYTES_MAX: usize = 300;

/// How a delivery is stored to stand.
pub(super) const PENDING: i64 = 0;
/// See [`PENDING`].
pub(super) const DELIVERED: i64 = 1;
/// See [`PENDING`].
pub(super) const DEAD: i64 = 2;

/// What a group of settlements changed.
#[derive(Default)]
pub(super) struct Settled {
    deliveries: Vec<Ended>,
    destinations: Vec<Changed>,
}

/// A delivery whose claim ends with the commit.
struct Ended {
    destination: i64,
    delivery: i64,
    /// Its place in the queue, if it stays there.
    again: Option<Key>,
}

/// A destination whose state changed.
struct Changed {
    destination: i64,
    pending_bytes: i64,
    stopped: Option<Stopped>,
}

/// A destination that these settlements stopped.
struct Stopped {
    name: String,
    reason: String,
}

/// A delivery as it stands.
struct Standing {
    destination: i64,
    at_us: i64,
    attempts: u32,
    tries: u32,
    bytes: i64,
}

/// What settlements do to one destination.
#[derive(Default)]
struct Tally<'a> {
    counts: Counts,
    delivered_any: bool,
    /// Failures, since the last success if there was one.
    failures: i64,
    failing: Option<Failing<'a>>,
}

/// Failures without a success in between.
struct Failing<'a> {
    since_us: i64,
    last: &'a Settlement,
}

/// Settles what is claimed under the attempt number given, and leaves the rest alone.
pub(super) fn settle(db: &Connection, lanes: &Lanes, settlements: &[Settlement]) -> Result<Settled, Fault> {
    let mut settled = Settled { deliveries: Vec::with_capacity(settlements.len()), ..Settled::default() };
    let mut seen = HashSet::with_capacity(settlements.len());
    let mut tallies: HashMap<i64, Tally<'_>> = HashMap::new();
    for settlement in settlements {
        let Some(standing) = pending(db, settlement.delivery)? else { continue };
        if !is_claimed(lanes, settlement, &standing) || !seen.insert(settlement.delivery) {
            continue;
        }
        let again = apply(db, settlement, &standing)?;
        tallies.entry(standing.destination).or_default().add(settlement, standing.bytes);
        settled.deliveries.push(Ended { destination: standing.destination, delivery: settlement.delivery, again });
    }
    for (destination, tally) in tallies {
        settled.destinations.push(tally.store(db, destination)?);
    }
    Ok(settled)
}

fn pending(db: &Connection, delivery: i64) -> Result<Option<Standing>, Fault> {
    let sql = "SELECT destination, at_us, attempts, tries, bytes FROM delivery WHERE id = ?1 AND status = 0";
    let standing = db.prepare_cached(sql)?.query_row([delivery], |row| {
        Ok(Standing {
            destination: row.get(0)?,
            at_us: row.get(1)?,
            attempts: row.get(2)?,
            tries: row.get(3)?,
            bytes: row.get(4)?,
        })
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

impl<'a> Tally<'a> {
    fn add(&mut self, settlement: &'a Settlement, bytes: i64) {
        if matches!(settlement.verdict, Verdict::Delivered | Verdict::DeadLetter(_)) {
            self.counts.pending -= 1;
            self.counts.pending_bytes -= bytes;
        }
        match &settlement.verdict {
            Verdict::Delivered => {
                self.counts.delivered += 1;
                (self.delivered_any, self.failures, self.failing) = (true, 0, None);
                return;
            }
            Verdict::DeadLetter(_) => self.counts.dead += 1,
            Verdict::RetryAt(_) | Verdict::Block(_) => {}
        }
        let since_us = self.failing.as_ref().map_or_else(|| attempts::end_us(settlement), |failing| failing.since_us);
        self.failures += 1;
        self.failing = Some(Failing { since_us, last: settlement });
    }

    /// Moves the counters and what is known of failures, and stops a destination that has only failed for too long.
    fn store(self, db: &Connection, destination: i64) -> Result<Changed, Fault> {
        count(db, destination, self.counts)?;
        let mut changed = Changed { destination, pending_bytes: self.counts.pending_bytes, stopped: None };
        if self.delivered_any {
            let sql = "UPDATE destination SET failing_since_us = ?2, failures = ?3 WHERE id = ?1";
            let since_us = self.failing.as_ref().map(|failing| failing.since_us);
            db.prepare_cached(sql)?.execute(params![destination, since_us, self.failures])?;
        } else if let Some(failing) = &self.failing {
            let sql = "UPDATE destination SET failing_since_us = coalesce(failing_since_us, ?2), failures = failures + ?3 WHERE id = ?1";
            db.prepare_cached(sql)?.execute(params![destination, failing.since_us, self.failures])?;
        }
        if let Some(failing) = &self.failing {
            changed.stopped = failing.stop(db, destination)?;
        }
        Ok(changed)
    }
}

impl Failing<'_> {
    /// Stops the destination if its first failure since a success lies too far back.
    fn stop(&self, db: &Connection, destination: i64) -> Result<Option<Stopped>, Fault> {
        let Some(disable_after) = self.last.disable_after else { return Ok(None) };
        let sql = "SELECT name, failing_since_us, failures FROM destination \
                   WHERE id = ?1 AND disabled_reason IS NULL AND failing_since_us <= ?2";
        let disable_after_us = i64::try_from(disable_after.as_micros()).unwrap_or(i64::MAX);
        let latest_us = attempts::end_us(self.last).saturating_sub(disable_after_us);
        let failing = db.prepare_cached(sql)?.query_row([destination, latest_us], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        });
        let Some((name, since_us, failures)) = failing.optional()? else { return Ok(None) };
        let reason = format!(
            "it has only failed since {:.0} ({failures} failures; the last said {}: {}): repair it, then enable it; its backlog is kept",
            time_of_us(since_us),
            self.last.code,
            cut(self.last.message.as_deref().unwrap_or("nothing more"))
        );
        let sql = "UPDATE destination SET disabled_reason = ?2 WHERE id = ?1";
        db.prepare_cached(sql)?.execute(params![destination, reason])?;
        tell(db, &name, &reason, time_of_us(attempts::end_us(self.last)))?;
        Ok(Some(Stopped { name, reason }))
    }
}

/// The beginning of what the other side said, for a reason that is one line.
fn cut(said: &str) -> &str {
    let line = said.lines().next().unwrap_or_default();
    &line[..line.floor_char_boundary(SAID_BYTES_MAX)]
}

/// After the commit: ends the claims, and tells those who wait of what goes back into the queue. Whether a destination was stopped.
pub(super) fn announce(lanes: &Lanes, settled: &Settled) -> bool {
    lanes.changes.deliveries(settled.deliveries.iter().map(|ended| ended.delivery));
    for Changed { destination, pending_bytes, stopped } in &settled.destinations {
        let Some(shared) = lanes.of_row(*destination) else { continue };
        shared.add_pending_bytes(*pending_bytes);
        if let Some(Stopped { name, reason }) = stopped {
            shared.lock().disabled = true;
            tracing::error!(event = "destination.disabled", destination = %name, reason);
        }
    }
    for run in settled.deliveries.chunk_by(|a, b| a.destination == b.destination) {
        let Some(shared) = run.first().and_then(|first| lanes.of_row(first.destination)) else { continue };
        shared.change(|lane| {
            for Ended { delivery, again, .. } in run {
                lane.settled(*delivery);
                if let Some(key) = again {
                    lane.came(*key);
                }
            }
        });
    }
    settled.destinations.iter().any(|changed| changed.stopped.is_some())
}
