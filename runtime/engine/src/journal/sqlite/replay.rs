//! Replay: a new delivery of each envelope that matches, beside the one that it replays.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::{
    Fault,
    deliveries::{Condition, condition},
    destinations::{Counts, count},
    lane::Key,
    lanes::Lanes,
};
use crate::{
    journal::{DeliveryFilter, Result},
    sqlite::{Database, due_us},
};

/// Deliveries looked at in one transaction.
const STEP_MAX: usize = 500;

/// A new delivery and its destination.
type Replayed = (i64, Key);

/// Replays in bounded steps what matched when it began, oldest first.
pub(super) async fn replay(database: &Database, lanes: &Arc<Lanes>, filter: &DeliveryFilter, now: Timestamp) -> Result<u64> {
    let (mut after, mut replayed) = (i64::MIN, 0);
    let last: i64 =
        database.read(|db| Ok::<_, Fault>(db.query_row("SELECT next_delivery - 1 FROM totals", [], |row| row.get(0))?)).await?;
    loop {
        let filter = filter.clone();
        let ids = database.read(move |db| matching(db, &filter, after, last)).await?;
        let Some(end) = ids.last() else { break };
        after = *end;
        let lanes = Arc::clone(lanes);
        let made = database.write(move |db| step(db, &ids, now), move |made: &Vec<Replayed>| announce(&lanes, made)).await?;
        replayed += made.len() as u64;
    }
    tracing::info!(envelopes = replayed, ?filter, "replayed");
    Ok(replayed)
}

fn matching(db: &Connection, filter: &DeliveryFilter, after: i64, last: i64) -> std::result::Result<Vec<i64>, Fault> {
    let Some(Condition { sql, values }) = condition(db, filter, after, ">")? else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT d.id FROM delivery d CROSS JOIN context c ON c.id = d.context{sql} AND d.id <= {last} ORDER BY d.id LIMIT {STEP_MAX}"
    );
    let mut statement = db.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A delivery that has none pending of its envelope and destination, and no later one: what a replay of it needs. What a replay has
/// delivered since is not replayed again for its first delivery's sake.
const SOURCE: &str = "SELECT envelope, destination FROM delivery d WHERE id = ?1 AND NOT EXISTS \
     (SELECT 1 FROM delivery o WHERE o.status = 0 AND o.destination = d.destination AND o.id = d.envelope) AND NOT EXISTS \
     (SELECT 1 FROM delivery o INDEXED BY delivery_replay WHERE o.envelope = d.envelope AND o.replay_of IS NOT NULL \
      AND +o.destination = d.destination AND (+o.status = 0 OR o.id > d.id))";

fn step(db: &Connection, ids: &[i64], now: Timestamp) -> std::result::Result<Vec<Replayed>, Fault> {
    let at_us = due_us(now);
    let mut next: i64 = db.prepare_cached("SELECT next_delivery FROM totals")?.query_row([], |row| row.get(0))?;
    let mut source = db.prepare_cached(SOURCE)?;
    let mut insert = db.prepare_cached(
        "INSERT INTO delivery (id, envelope, context, destination, status, at_us, attempts, tries, occurred_at_ns, bytes, replay_of) \
         SELECT ?2, envelope, context, destination, 0, ?3, 0, 0, occurred_at_ns, bytes, id FROM delivery WHERE id = ?1",
    )?;
    let mut made = Vec::new();
    for id in ids {
        let Some(destination) = source.query_row([id], |row| row.get::<_, i64>(1)).optional()? else { continue };
        insert.execute(params![id, next, at_us])?;
        count(db, destination, Counts { pending: 1, ..Default::default() })?;
        made.push((destination, Key { at_us, delivery: next }));
        next += 1;
    }
    db.prepare_cached("UPDATE totals SET next_delivery = ?1")?.execute([next])?;
    Ok(made)
}

fn announce(lanes: &Lanes, made: &[Replayed]) {
    for run in made.chunk_by(|a, b| a.0 == b.0) {
        if let Some(shared) = run.first().and_then(|(destination, _)| lanes.of_row(*destination)) {
            shared.change(|lane| run.iter().for_each(|(_, key)| lane.came(*key)));
        }
    }
}
