//! Destinations: their rows, their counters (kept in the transactions that change what they count), and whether they run.

use ampline_core::message::{Notification, NotificationType};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Fault, lanes::Lanes};
use crate::{
    journal::DestinationState,
    sqlite::{outbox, time_of_us},
};

/// Makes the lanes of all known destinations.
pub(super) fn load(db: &Connection, lanes: &Lanes) -> rusqlite::Result<()> {
    let mut statement =
        db.prepare("SELECT id, name, disabled_reason IS NOT NULL, pending_bytes, keeps_order FROM destination")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(1)?;
        let lane = lanes.know(&name, row.get(0)?);
        lane.add_pending_bytes(row.get(3)?);
        let mut lane = lane.lock();
        lane.disabled = row.get(2)?;
        lane.keep_order(row.get(4)?);
    }
    Ok(())
}

/// The row of a destination, made if it is not there.
pub(super) fn row_of(db: &Connection, name: &str) -> rusqlite::Result<i64> {
    let known = known(db, name)?;
    if let Some(id) = known {
        return Ok(id);
    }
    db.prepare_cached("INSERT INTO destination (name) VALUES (?1)")?.execute([name])?;
    Ok(db.last_insert_rowid())
}

/// The row of a destination, if there is one.
pub(super) fn known(db: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT id FROM destination WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()
}

/// What is added to a destination's counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) pending: i64,
    pub(super) delivered: i64,
    pub(super) dead: i64,
    /// Bytes of the bodies of the pending ones.
    pub(super) pending_bytes: i64,
}

/// Adds to the counters.
pub(super) fn count(db: &Connection, destination: i64, add: Counts) -> rusqlite::Result<()> {
    if add == Counts::default() {
        return Ok(());
    }
    let sql = "UPDATE destination SET pending = pending + ?2, delivered = delivered + ?3, dead = dead + ?4, \
               pending_bytes = pending_bytes + ?5 WHERE id = ?1";
    db.prepare_cached(sql)?.execute([destination, add.pending, add.delivered, add.dead, add.pending_bytes]).map(drop)
}

/// What holds for deliveries that come to a destination.
pub(super) struct Terms {
    /// Why the destination is gone, where it was deleted.
    pub(super) gone: Option<String>,
    /// Whether they say which others they come behind.
    pub(super) keeps_order: bool,
}

/// What holds for what comes to the destination of this row.
pub(super) fn terms(db: &Connection, id: i64) -> rusqlite::Result<Terms> {
    let sql = "SELECT gone, keeps_order FROM destination WHERE id = ?1";
    db.prepare_cached(sql)?.query_row([id], |row| Ok(Terms { gone: row.get(0)?, keeps_order: row.get(1)? }))
}

/// Stops or starts a destination; gives its row. One that is started begins anew: its failures so far count no more.
pub(super) fn set(db: &Connection, name: &str, disabled_reason: Option<&str>) -> Result<i64, Fault> {
    let id = row_of(db, name)?;
    let sql = "UPDATE destination SET disabled_reason = ?2, gone = iif(?2 IS NULL, NULL, gone), failing_since_us = iif(?2 IS NULL, NULL, failing_since_us), \
               failures = iif(?2 IS NULL, 0, failures) WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id, disabled_reason])?;
    Ok(id)
}

/// Stops a destination by itself, and writes down that it is to be told of, unless it was stopped before; gives its row.
pub(super) fn stop(db: &Connection, name: &str, reason: &str, now: Timestamp) -> Result<i64, Fault> {
    let id = row_of(db, name)?;
    let sql = "UPDATE destination SET disabled_reason = ?2 WHERE id = ?1 AND disabled_reason IS NULL";
    if db.prepare_cached(sql)?.execute(params![id, reason])? > 0 {
        tell(db, name, reason, now)?;
    }
    Ok(id)
}

/// Writes down that a destination was stopped. What else there is to say of it is known to those who know its configuration.
pub(super) fn tell(db: &Connection, name: &str, reason: &str, now: Timestamp) -> rusqlite::Result<()> {
    let facts = [("destinationName", name), ("error", reason)];
    let data: Map<String, Value> = facts.into_iter().map(|(key, text)| (key.to_owned(), text.into())).collect();
    let kind = NotificationType::DestinationWebhookDisabled;
    outbox::put(db, &Notification { id: Uuid::now_v7(), kind, at: now, data })
}

/// How each stands, by name.
pub(super) fn states(db: &Connection) -> Result<Vec<DestinationState>, Fault> {
    let sql = "SELECT name, disabled_reason, pending, dead, delivered, failing_since_us, pending_bytes, failures, \
               gone IS NOT NULL FROM destination WHERE gone IS NULL OR pending + delivered + dead > 0 ORDER BY name";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let count = |at: usize| row.get::<_, i64>(at).map(|count| u64::try_from(count).unwrap_or(0));
        Ok(DestinationState {
            name: row.get(0)?,
            disabled_reason: row.get(1)?,
            pending: count(2)?,
            dead: count(3)?,
            delivered: count(4)?,
            failing_since: row.get::<_, Option<i64>>(5)?.map(time_of_us),
            pending_bytes: count(6)?,
            failures: count(7)?,
            gone: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
