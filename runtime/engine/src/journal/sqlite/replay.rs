//! Replay: a new delivery of each envelope that matches, beside the one that it replays.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Fault, bulk,
    destinations::{Counts, count},
    lane::Key,
    lanes::Lanes,
};
use crate::{
    journal::{DeliveryFilter, Result},
    sqlite::{Database, due_us},
};

/// A new delivery.
struct Replayed {
    destination: i64,
    key: Key,
    bytes: i64,
}

/// Replays in bounded steps what matched when it began, oldest first.
pub(super) async fn replay(database: &Database, lanes: &Arc<Lanes>, filter: &DeliveryFilter, now: Timestamp) -> Result<u64> {
    let (mut after, last, mut replayed) = (i64::MIN, bulk::last(database).await?, 0);
    loop {
        let ids = bulk::next(database, filter, after, last).await?;
        let Some(end) = ids.last() else { break };
        after = *end;
        let lanes = Arc::clone(lanes);
        let made = database.write(move |db| step(db, &ids, now), move |made: &Vec<Replayed>| announce(&lanes, made)).await?;
        replayed += made.len() as u64;
    }
    tracing::info!(event = "deliveries.replayed", deliveries = replayed, ?filter);
    Ok(replayed)
}

fn step(db: &Connection, ids: &[i64], now: Timestamp) -> std::result::Result<Vec<Replayed>, Fault> {
    let at_us = due_us(now);
    let mut next: i64 = db.prepare_cached("SELECT next_delivery FROM totals")?.query_row([], |row| row.get(0))?;
    let source = format!("SELECT destination, bytes FROM delivery d WHERE id = ?1 AND {}", bulk::REPLAYABLE);
    let mut source = db.prepare_cached(&source)?;
    let mut insert = db.prepare_cached(
        "INSERT INTO delivery (id, envelope, context, destination, status, at_us, attempts, tries, occurred_at_ns, bytes, replay_of, \
         ordering_key) SELECT ?2, envelope, context, destination, 0, ?3, 0, 0, d.occurred_at_ns, d.bytes, d.id, \
         iif(o.keeps_order, (SELECT k.facts ->> '$.ordering_key' FROM context k WHERE k.id = d.context), NULL) \
         FROM delivery d JOIN destination o ON o.id = d.destination WHERE d.id = ?1",
    )?;
    let mut made = Vec::new();
    for id in ids {
        let found = source.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((destination, bytes)) = found else { continue };
        insert.execute(params![id, next, at_us])?;
        count(db, destination, Counts { pending: 1, pending_bytes: bytes, ..Counts::default() })?;
        made.push(Replayed { destination, key: Key { at_us, delivery: next }, bytes });
        next += 1;
    }
    db.prepare_cached("UPDATE totals SET next_delivery = ?1")?.execute([next])?;
    Ok(made)
}

fn announce(lanes: &Lanes, made: &[Replayed]) {
    lanes.changes.deliveries(made.iter().map(|one| one.key.delivery));
    for run in made.chunk_by(|a, b| a.destination == b.destination) {
        if let Some(shared) = run.first().and_then(|first| lanes.of_row(first.destination)) {
            shared.add_pending_bytes(run.iter().map(|one| one.bytes).sum());
            shared.change(|lane| run.iter().for_each(|one| lane.came(one.key)));
        }
    }
}
