//! Claiming: what is due for a destination, oldest first, each delivery to one claimer at a time (J4, J6). Writes nothing.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Rows};

use super::{
    Fault,
    context::EnvelopeReader,
    held::NEVER_US,
    lane::{Key, Lane},
    lanes::SharedLane,
    recent::Recent,
};
use crate::{
    journal::{Claim, ClaimRequest, Claimed},
    sqlite::{StoreFailed, time_of_us, us},
};

/// A delivery that was taken, its envelope not yet read.
struct Taken {
    delivery: i64,
    envelope: i64,
    attempt: u32,
    replay_of: Option<i64>,
}

/// A pending delivery as the index and its row show it.
pub(super) struct Pending {
    pub(super) key: Key,
    envelope: i64,
    attempts: u32,
    tries: u32,
    bytes: u64,
    replay_of: Option<i64>,
}

/// What a claim may still take, and what it took.
pub(super) struct Take<'r> {
    request: &'r ClaimRequest,
    pub(super) now_us: i64,
    bytes: u64,
    taken: Vec<Taken>,
    next_us: Option<i64>,
}

/// One pending delivery, if it is still at the place that is remembered.
const BEHIND: &str =
    "SELECT id, at_us, envelope, attempts, tries, bytes, replay_of FROM delivery WHERE id = ?1 AND at_us = ?2 AND status = 0";

/// Pending deliveries of the position's time behind it. (One comparison of pairs would read all of that time again.)
const AHEAD_SAME_TIME: &str = "SELECT id, at_us, envelope, attempts, tries, bytes, replay_of FROM delivery INDEXED BY delivery_pending \
     WHERE status = 0 AND destination = ?1 AND at_us = ?2 AND id > ?3 ORDER BY id";

/// Pending deliveries of later times, in due order; read no further than they are taken.
const AHEAD: &str = "SELECT id, at_us, envelope, attempts, tries, bytes, replay_of FROM delivery INDEXED BY delivery_pending \
     WHERE status = 0 AND destination = ?1 AND at_us > ?2 ORDER BY at_us, id";

/// Whether a claim could bring anything. If not, waiting goes on until something happens.
pub(super) fn worth_a_look(lane: &SharedLane) -> bool {
    let mut lane = lane.lock();
    let worth = lane.destination.is_some() && !lane.disabled;
    if !worth {
        lane.exhausted();
    }
    worth
}

/// Takes what is due, then reads the envelopes. If either fails, what was taken is given back.
pub(super) fn claim(db: &Connection, shared: &SharedLane, recent: &Recent, request: &ClaimRequest) -> Result<Claim, Fault> {
    let mut take = Take::new(request);
    // The first statement of this snapshot runs under the lock: see `SharedLane::lock`.
    let looked = take.look(db, &mut shared.lock());
    let claimed = looked.and_then(|()| envelopes(db, recent, &take.taken));
    if claimed.is_err() {
        shared.change(|lane| take.taken.iter().for_each(|taken| lane.give_back(taken.delivery)));
    }
    Ok(Claim { deliveries: claimed?, next_due: take.next_us.map(time_of_us) })
}

fn envelopes(db: &Connection, recent: &Recent, taken: &[Taken]) -> Result<Vec<Claimed>, Fault> {
    let mut stored = EnvelopeReader::new(db)?;
    let mut claimed = Vec::with_capacity(taken.len());
    for Taken { delivery, envelope, attempt, replay_of } in taken {
        let gone = || StoreFailed(format!("delivery {delivery} is pending but its envelope is gone: restore a backup"));
        let envelope = match recent.take(*envelope) {
            Some(envelope) => envelope,
            None => Arc::new(stored.read(*envelope)?.ok_or_else(gone)?),
        };
        claimed.push(Claimed { delivery: *delivery, attempt: *attempt, replay_of: *replay_of, envelope });
    }
    Ok(claimed)
}

impl<'r> Take<'r> {
    pub(super) fn new(request: &'r ClaimRequest) -> Self {
        Self { request, now_us: us(request.now), bytes: 0, taken: Vec::new(), next_us: None }
    }

    fn look(&mut self, db: &Connection, lane: &mut Lane) -> Result<(), Fault> {
        let Some(destination) = lane.destination.filter(|_| !lane.disabled) else {
            lane.exhausted();
            return Ok(());
        };
        lane.end_leases(self.now_us);
        let all = match lane.keeps_order() {
            true => self.heads(db, lane, destination)?,
            false => self.behind(db, lane)? && self.ahead(db, lane, destination)?,
        };
        if all {
            lane.exhausted();
        }
        if self.taken.is_empty() {
            self.next_us = self.next_us.into_iter().chain(lane.next_us()).min();
        } else {
            self.next_us = None;
        }
        Ok(())
    }

    /// Takes what was given back, retried or late before the position. Whether there is room for more.
    fn behind(&mut self, db: &Connection, lane: &mut Lane) -> Result<bool, Fault> {
        let mut row = db.prepare_cached(BEHIND)?;
        for key in lane.behind(self.request.envelopes_max as usize + 1) {
            if key.at_us > self.now_us {
                break;
            }
            match row.query_row([key.delivery, key.at_us], pending).optional()? {
                Some(pending) if !self.take(lane, &pending) => return Ok(false),
                Some(_) => {}
                None => lane.drop_behind(key),
            }
        }
        Ok(true)
    }

    /// Reads on from the position. Whether the end of what is due was reached.
    fn ahead(&mut self, db: &Connection, lane: &mut Lane, destination: i64) -> Result<bool, Fault> {
        let from = lane.position();
        let mut same_time = db.prepare_cached(AHEAD_SAME_TIME)?;
        let mut later = db.prepare_cached(AHEAD)?;
        Ok(self.read_on(lane, same_time.query([destination, from.at_us, from.delivery])?)?
            && self.read_on(lane, later.query([destination, from.at_us])?)?)
    }

    /// Takes rows until there is no room or nothing is due any more. Whether there is room left.
    fn read_on(&mut self, lane: &mut Lane, mut rows: Rows<'_>) -> Result<bool, Fault> {
        while let Some(row) = rows.next()? {
            let pending = pending(row)?;
            if lane.is_held(pending.key.delivery) {
                lane.pass(pending.key);
            } else if pending.key.at_us > self.now_us {
                self.falls_due(pending.key.at_us);
                return Ok(true);
            } else if !self.take(lane, &pending) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many were taken.
    #[cfg(test)]
    pub(super) fn taken(&self) -> usize {
        self.taken.len()
    }

    /// What is not due yet, and when it will be.
    pub(super) fn falls_due(&mut self, at_us: i64) {
        let due = Some(at_us).filter(|at_us| *at_us < NEVER_US);
        self.next_us = self.next_us.into_iter().chain(due).min();
    }

    /// Takes one, if there is room for it.
    pub(super) fn take(&mut self, lane: &mut Lane, pending: &Pending) -> bool {
        let request = self.request;
        let full = self.taken.len() >= request.envelopes_max as usize;
        if full || (!self.taken.is_empty() && self.bytes + pending.bytes > request.bytes_max) {
            return false;
        }
        let attempt = pending.attempts + 1;
        let lease_us = i64::try_from(request.lease.as_micros()).unwrap_or(i64::MAX);
        lane.hold(pending.key, attempt, pending.tries, self.now_us.saturating_add(lease_us));
        self.bytes += pending.bytes;
        let Pending { key: Key { delivery, .. }, envelope, replay_of, .. } = *pending;
        self.taken.push(Taken { delivery, envelope, attempt, replay_of });
        true
    }
}

pub(super) fn pending(row: &rusqlite::Row<'_>) -> rusqlite::Result<Pending> {
    Ok(Pending {
        key: Key { delivery: row.get(0)?, at_us: row.get(1)? },
        envelope: row.get(2)?,
        attempts: row.get(3)?,
        tries: row.get(4)?,
        bytes: row.get::<_, i64>(5)?.cast_unsigned(),
        replay_of: row.get(6)?,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use rusqlite::StatementStatus;

    use super::*;

    /// A claim costs what it takes, however many are claimed before it and wait behind it, even if all fell due at once.
    #[test]
    fn a_claim_reads_only_what_it_takes() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("schema-1.sql")).unwrap();
        db.execute_batch(
            "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 20000) \
             INSERT INTO delivery SELECT n, n, 1, 1, 0, 0, 0, 0, 0, 2000, NULL, NULL FROM n",
        )
        .unwrap();
        let request = ClaimRequest {
            destination: "a".to_owned(),
            envelopes_max: 100,
            bytes_max: u64::MAX,
            now: Timestamp::UNIX_EPOCH,
            lease: Duration::from_secs(60),
        };
        let mut lane = Lane::new(Some(1), false);
        let mut first = None;
        for round in 0..200 {
            let mut take = Take::new(&request);
            take.look(&db, &mut lane).unwrap();
            assert_eq!(take.taken(), 100, "round {round}");
            let steps: i32 = [AHEAD_SAME_TIME, AHEAD]
                .map(|sql| db.prepare_cached(sql).unwrap().reset_status(StatementStatus::VmStep))
                .into_iter()
                .sum();
            assert!(steps <= *first.get_or_insert(steps) + 20, "round {round}: {steps} steps, the first {first:?}");
        }
    }
}
