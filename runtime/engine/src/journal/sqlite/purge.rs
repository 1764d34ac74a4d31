//! Purge: dead letters go for good, because a person says so. What is pending or delivered stays, and with it its envelope.

use rusqlite::{Connection, OptionalExtension};

use super::{
    Fault, bulk,
    destinations::{Counts, count},
    retain::{delete_delivery, delete_envelope},
};
use crate::{
    journal::{DeliveryFilter, Purged, Result},
    sqlite::Database,
};

/// Purges in bounded steps what matched when it began, oldest first.
pub(super) async fn purge(database: &Database, filter: &DeliveryFilter) -> Result<Purged> {
    let Some(filter) = bulk::dead_only(filter) else { return Ok(Purged::default()) };
    let (mut after, last, mut purged) = (i64::MIN, bulk::last(database).await?, Purged::default());
    loop {
        let ids = bulk::next(database, &filter, after, last).await?;
        let Some(end) = ids.last() else { break };
        after = *end;
        purged.add(database.write(move |db| step(db, &ids), |_| ()).await?);
    }
    let Purged { deliveries, envelopes, bytes } = purged;
    tracing::info!(event = "deliveries.purged", deliveries, envelopes, bytes, ?filter);
    Ok(purged)
}

fn step(db: &Connection, ids: &[i64]) -> std::result::Result<Purged, Fault> {
    let mut purged = Purged::default();
    for id in ids {
        let sql = "SELECT envelope, destination FROM delivery WHERE id = ?1 AND status = 2";
        let found = db.prepare_cached(sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((envelope, destination)) = found else { continue };
        delete_delivery(db, *id)?;
        count(db, destination, Counts { dead: -1, ..Counts::default() })?;
        purged.deliveries += 1;
        if !has_deliveries(db, envelope)? {
            purged.envelopes += 1;
            purged.bytes += delete_envelope(db, envelope)?.cast_unsigned();
        }
    }
    Ok(purged)
}

/// Whether a delivery of the envelope is left: its first one, which has its id, or a replay.
fn has_deliveries(db: &Connection, envelope: i64) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM delivery WHERE id = ?1) OR EXISTS \
               (SELECT 1 FROM delivery INDEXED BY delivery_replay WHERE envelope = ?1 AND replay_of IS NOT NULL)";
    db.prepare_cached(sql)?.query_row([envelope], |row| row.get(0))
}
