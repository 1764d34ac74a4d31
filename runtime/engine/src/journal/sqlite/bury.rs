//! What becomes of a deleted destination's deliveries: dead letters, which a replay brings back once one of its name is there again.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Fault,
    destinations::{self, Counts, count},
    held,
    lanes::Lanes,
};
use crate::{
    journal::Result,
    sqlite::{Database, due_us},
};

/// Deliveries given up in one transaction.
const STEP_MAX: i64 = 500;

/// What one step gave up.
struct Buried {
    destination: i64,
    deliveries: Vec<i64>,
    bytes: i64,
}

/// Closes a destination: it is stopped, and what comes for it from now on is given up at once. Gives its row.
pub(super) fn close(db: &Connection, name: &str, reason: &str) -> std::result::Result<i64, Fault> {
    let id = destinations::row_of(db, name)?;
    let sql = "UPDATE destination SET gone = ?2, disabled_reason = ?2, failing_since_us = NULL, failures = 0 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id, reason])?;
    Ok(id)
}

/// Gives up what waits for a closed destination.
pub(super) async fn bury(database: &Database, lanes: &Arc<Lanes>, name: &str, now: Timestamp) -> Result<u64> {
    let mut buried = 0;
    loop {
        let (name, lanes) = (name.to_owned(), Arc::clone(lanes));
        let step = database.write(move |db| step(db, &name, now), move |step: &Option<Buried>| announce(&lanes, step)).await?;
        match step {
            Some(step) if !step.deliveries.is_empty() => buried += step.deliveries.len() as u64,
            _ => return Ok(buried),
        }
    }
}

/// Nothing where the destination is not closed.
fn step(db: &Connection, name: &str, now: Timestamp) -> std::result::Result<Option<Buried>, Fault> {
    let sql = "SELECT id, gone FROM destination WHERE name = ?1 AND gone IS NOT NULL";
    let closed = db.prepare_cached(sql)?.query_row([name], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional()?;
    let Some((destination, reason)) = closed else { return Ok(None) };
    let sql = "SELECT id, bytes FROM delivery INDEXED BY delivery_pending WHERE status = 0 AND destination = ?1 LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let waiting = statement.query_map([destination, STEP_MAX], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let waiting = waiting.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut give_up = db.prepare_cached("UPDATE delivery SET status = 2, at_us = ?2, reason = ?3 WHERE id = ?1")?;
    let mut buried = Buried { destination, deliveries: Vec::with_capacity(waiting.len()), bytes: 0 };
    for (delivery, bytes) in waiting {
        give_up.execute(params![delivery, due_us(now), reason])?;
        held::forget(db, delivery)?;
        buried.deliveries.push(delivery);
        buried.bytes += bytes;
    }
    let moved = buried.deliveries.len() as i64;
    count(db, destination, Counts { pending: -moved, dead: moved, pending_bytes: -buried.bytes, ..Counts::default() })?;
    Ok(Some(buried))
}

fn announce(lanes: &Lanes, step: &Option<Buried>) {
    let Some(Buried { destination, deliveries, bytes }) = step else { return };
    lanes.changes.deliveries(deliveries.iter().copied());
    if let Some(shared) = lanes.of_row(*destination) {
        shared.add_pending_bytes(-bytes);
        let mut lane = shared.lock();
        deliveries.iter().for_each(|delivery| lane.settled(*delivery));
    }
}
