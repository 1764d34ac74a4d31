//! Events of providers: accepted once, claimed in order, and gone in the transaction that stores what they became.

use std::collections::BTreeMap;

use ampline_core::plan::ReadKey;
use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Fault,
    commit::{Arrived, Envelopes},
    queues::{Queues, Taken},
};
use crate::{
    journal::{Accepted, ClaimEvents, EventClaim, EventSettlement, InboxState, JournalError, NewEvent, QueuedEvent},
    sqlite::{due_us, time_of_us, us},
};

pub(super) const WAITING: i64 = 0;
pub(super) const DEAD: i64 = 2;

/// Reads which queues there are and what waits in them.
pub(super) fn load(db: &Connection, queues: &Queues) -> rusqlite::Result<()> {
    let mut statement = db.prepare("SELECT id, installation_id, object_name, due_us, failures FROM inbox_queue")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key = ReadKey { installation_id: row.get(1)?, object_name: row.get(2)? };
        let (queue, due_us, failures) = (row.get(0)?, row.get(3)?, row.get(4)?);
        queues.change(|state| state.know(queue, key, due_us, failures));
    }
    let sql = "SELECT queue, count(*), sum(length(body)) FROM inbox_event INDEXED BY inbox_event_waiting WHERE status = 0 GROUP BY queue";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (queue, waiting, bytes) = (row.get(0)?, count(row.get(1)?), count(row.get(2)?));
        queues.change(|state| {
            state.totals.waiting += waiting;
            state.totals.waiting_bytes += bytes;
            state.came(queue, waiting, i64::MIN);
        });
    }
    let dead = db.query_row("SELECT count(*) FROM inbox_event WHERE status = 2", [], |row| row.get(0))?;
    queues.change(|state| state.totals.dead = count(dead));
    Ok(())
}

fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

/// What an acceptance brought, by queue.
#[derive(Debug, Default)]
pub(super) struct Brought {
    pub(super) accepted: Accepted,
    queues: BTreeMap<i64, (ReadKey, u64)>,
    bytes: u64,
    at_us: i64,
}

/// Stores what is not known yet (J7, J8).
pub(super) fn accept(db: &Connection, events: &[NewEvent], now: Timestamp) -> Result<Brought, Fault> {
    let at_us = us(now);
    let mut brought = Brought { at_us, ..Brought::default() };
    let mut seen = db.prepare_cached("INSERT INTO inbox_seen (key, at_us) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING")?;
    let mut insert = db.prepare_cached(
        "INSERT INTO inbox_event (queue, key, status, record_id, provider_type, occurred_at_us, accepted_at_us, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for event in events {
        if seen.execute(params![event.key, at_us])? == 0 {
            brought.accepted.repeated += 1;
            continue;
        }
        let queue = queue_row(db, &event.queue)?;
        insert.execute(params![
            queue,
            event.key,
            WAITING,
            event.record_id,
            event.provider_type,
            us(event.occurred_at),
            at_us,
            event.body.as_ref()
        ])?;
        brought.accepted.new += 1;
        brought.bytes += event.body.len() as u64;
        brought.queues.entry(queue).or_insert_with(|| (event.queue.clone(), 0)).1 += 1;
    }
    Ok(brought)
}

fn queue_row(db: &Connection, key: &ReadKey) -> rusqlite::Result<i64> {
    let sql = "SELECT id FROM inbox_queue WHERE installation_id = ?1 AND object_name = ?2";
    let names = [&key.installation_id, &key.object_name];
    if let Some(queue) = db.prepare_cached(sql)?.query_row(names, |row| row.get(0)).optional()? {
        return Ok(queue);
    }
    db.prepare_cached("INSERT INTO inbox_queue (installation_id, object_name) VALUES (?1, ?2)")?.execute(names)?;
    Ok(db.last_insert_rowid())
}

/// After the commit: tells who waits.
pub(super) fn announce(queues: &Queues, brought: &Brought) {
    queues.change(|state| {
        state.totals.waiting += brought.accepted.new;
        state.totals.waiting_bytes += brought.bytes;
        for (queue, (key, events)) in &brought.queues {
            state.know(*queue, key.clone(), 0, 0);
            state.came(*queue, *events, brought.at_us);
        }
    });
}

/// The events of a queue that was taken (J9).
pub(super) fn claim(db: &Connection, taken: Taken, request: &ClaimEvents) -> Result<EventClaim, Fault> {
    let sql = "SELECT id, key, accepted_at_us, body FROM inbox_event INDEXED BY inbox_event_waiting \
               WHERE queue = ?1 AND status = 0 ORDER BY id LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![taken.queue, request.events_max.max(1)])?;
    let (mut events, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let body = Bytes::from(row.get::<_, Vec<u8>>(3)?);
        bytes += body.len() as u64;
        if bytes > request.bytes_max && !events.is_empty() {
            break;
        }
        events.push(QueuedEvent { id: row.get(0)?, key: row.get(1)?, accepted_at: time_of_us(row.get(2)?), body });
    }
    Ok(EventClaim { queue: taken.key, fence: taken.fence, failures: taken.failures, events })
}

/// What a settlement changed.
pub(super) struct Settled {
    pub(super) arrived: Vec<Arrived>,
    queue: i64,
    gone: u64,
    gone_bytes: u64,
    dead: u64,
    due_us: i64,
    failures: u32,
}

/// Stores what the events became and takes them out of their queue, or marks them as dead; refused as a whole where one of them is
/// not there any more (J9).
pub(super) fn settle(
    db: &Connection,
    queues: &Queues,
    claim: &EventClaim,
    settlement: &EventSettlement,
    envelopes: &Envelopes,
) -> Result<Settled, Fault> {
    let stale = || Fault::Refused(JournalError::StaleClaim);
    let queue = queue_row(db, &claim.queue)?;
    if !queues.owns(queue, claim.fence) {
        return Err(stale());
    }
    let mut gone_bytes = 0;
    let bytes_of = "SELECT length(body) FROM inbox_event WHERE id = ?1 AND queue = ?2 AND status = 0";
    for id in settlement.done.iter().chain(settlement.dead.iter().map(|(id, _)| id)) {
        let bytes = db.prepare_cached(bytes_of)?.query_row([*id, queue], |row| row.get(0)).optional()?;
        gone_bytes += count(bytes.ok_or_else(stale)?);
    }
    for id in &settlement.done {
        db.prepare_cached("DELETE FROM inbox_event WHERE id = ?1")?.execute([id])?;
    }
    for (id, reason) in &settlement.dead {
        let sql = "UPDATE inbox_event SET status = ?2, reason = ?3 WHERE id = ?1";
        db.prepare_cached(sql)?.execute(params![id, DEAD, reason])?;
    }
    let (until_us, reason, failures) = match &settlement.put_off {
        Some(put_off) => {
            let failures = if put_off.failed { claim.failures.saturating_add(1) } else { claim.failures };
            (due_us(put_off.until), Some(&put_off.reason), failures)
        }
        None => (us(settlement.now), None, 0),
    };
    let sql = "UPDATE inbox_queue SET due_us = ?2, failures = ?3, reason = ?4 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![queue, until_us, failures, reason])?;
    let arrived = super::commit::store(db, envelopes, settlement.now)?;
    let (done, dead) = (settlement.done.len() as u64, settlement.dead.len() as u64);
    Ok(Settled { arrived, queue, gone: done + dead, gone_bytes, dead, due_us: until_us, failures })
}

/// After the commit: the queue is free again.
pub(super) fn announce_settled(queues: &Queues, claim_fence: u64, settled: &Settled) {
    queues.change(|state| {
        let InboxState { waiting, waiting_bytes, dead } = &mut state.totals;
        *waiting = waiting.saturating_sub(settled.gone);
        *waiting_bytes = waiting_bytes.saturating_sub(settled.gone_bytes);
        *dead += settled.dead;
        state.give_back(settled.queue, claim_fence, settled.gone, settled.due_us, settled.failures);
    });
}
