//! Retention: settled history goes by age and by size, in steps that hold nobody up; what is pending never goes.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    Fault,
    destinations::{Counts, count},
    settle::{DEAD, DELIVERED, PENDING},
};
use crate::{
    journal::{Purged, Result, Retention},
    sqlite::{Database, us},
};

/// Envelopes deleted in one transaction.
const STEP_MAX: usize = 256;
/// Deliveries looked at in one read.
const LOOK_MAX: i64 = 20_000;
/// Pages given back to the file system in one transaction.
const VACUUM_STEP_PAGES: i64 = 512;
/// One free page of so many is kept for what comes next.
const FREE_SHARE: i64 = 16;

/// Which settled envelopes go.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// Every delivery was settled before this.
    Before(i64),
    /// As long as there are more bytes of bodies than this: those whose every delivery was delivered, or dead ones too.
    Above { bytes_max: i64, dead_too: bool },
}

/// Deletes what the retention does not keep, then shrinks the file.
pub(super) async fn retain(database: &Database, retention: Retention, now: Timestamp) -> Result<Purged> {
    let age_us = i64::try_from(retention.age_max.as_micros()).unwrap_or(i64::MAX);
    let bytes_max = i64::try_from(retention.bytes_max).unwrap_or(i64::MAX);
    let rules = [
        Rule::Before(us(now).saturating_sub(age_us)),
        Rule::Above { bytes_max, dead_too: false },
        Rule::Above { bytes_max, dead_too: true },
    ];
    let mut purged = Purged::default();
    for rule in rules {
        let step = sweep(database, rule).await?;
        purged.add(step);
    }
    while database.write(shrink, |_| ()).await? {}
    Ok(purged)
}

async fn sweep(database: &Database, rule: Rule) -> Result<Purged> {
    let (mut after, mut purged) = (i64::MIN, Purged::default());
    loop {
        let look = database.read(move |db| candidates(db, rule, after)).await?;
        if !look.envelopes.is_empty() {
            let step = database.write(move |db| purge(db, rule, &look.envelopes), |_| ()).await?;
            purged.add(step);
        }
        match look.next {
            Some(next) => after = next,
            None => return Ok(purged),
        }
    }
}

/// What a bounded look over the deliveries found.
struct Look {
    envelopes: Vec<i64>,
    /// Where the next look begins; nothing at the end.
    next: Option<i64>,
}

/// Walks on over deliveries in id order, which is about the order of age.
fn candidates(db: &Connection, rule: Rule, after: i64) -> std::result::Result<Look, Fault> {
    let mut look = Look { envelopes: Vec::new(), next: None };
    if let Rule::Above { bytes_max, .. } = rule
        && body_bytes(db)? <= bytes_max
    {
        return Ok(look);
    }
    let sql =
        "SELECT id, envelope, status, at_us, occurred_at_ns, replay_of IS NULL FROM delivery WHERE id > ?1 ORDER BY id LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([after, LOOK_MAX])?;
    let mut looked = 0;
    while let Some(row) = rows.next()? {
        let (id, status, at_us): (i64, i64, i64) = (row.get(0)?, row.get(2)?, row.get(3)?);
        let occurred_at_us = row.get::<_, i64>(4)? / 1_000;
        looked += 1;
        let goes = match rule {
            // No delivery is settled before it was made, so none from here on is old enough.
            Rule::Before(before_us) if occurred_at_us >= before_us && row.get(5)? => return Ok(Look { next: None, ..look }),
            Rule::Before(before_us) => at_us < before_us,
            Rule::Above { dead_too, .. } => status == DELIVERED || dead_too,
        };
        if status != PENDING && goes {
            look.envelopes.push(row.get(1)?);
        }
        look.next = Some(id);
        if look.envelopes.len() == STEP_MAX {
            return Ok(look);
        }
    }
    if looked < LOOK_MAX {
        look.next = None;
    }
    Ok(look)
}

fn body_bytes(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT body_bytes FROM totals")?.query_row([], |row| row.get(0))
}

/// Deletes those of the envelopes to which the rule still applies, all their deliveries considered.
fn purge(db: &Connection, rule: Rule, envelopes: &[i64]) -> std::result::Result<Purged, Fault> {
    let mut purged = Purged::default();
    let mut excess = match rule {
        Rule::Before(_) => i64::MAX,
        Rule::Above { bytes_max, .. } => body_bytes(db)? - bytes_max,
    };
    let mut counts: HashMap<i64, Counts> = HashMap::new();
    for envelope in envelopes {
        if excess <= 0 {
            break;
        }
        let deliveries = deliveries(db, *envelope)?;
        if deliveries.is_empty() || !deliveries.iter().all(|delivery| rule.takes(delivery)) {
            continue;
        }
        for delivery in &deliveries {
            delete_delivery(db, delivery.id)?;
        }
        let bytes = delete_envelope(db, *envelope)?;
        purged.deliveries += deliveries.len() as u64;
        for delivery in &deliveries {
            let counts = counts.entry(delivery.destination).or_default();
            counts.delivered -= i64::from(delivery.status == DELIVERED);
            counts.dead -= i64::from(delivery.status == DEAD);
        }
        excess -= bytes;
        purged.envelopes += 1;
        purged.bytes += bytes.cast_unsigned();
    }
    for (destination, counts) in counts {
        count(db, destination, counts)?;
    }
    Ok(purged)
}

struct Delivery {
    id: i64,
    status: i64,
    at_us: i64,
    destination: i64,
}

impl Rule {
    fn takes(self, delivery: &Delivery) -> bool {
        match self {
            Self::Before(before_us) => delivery.status != PENDING && delivery.at_us < before_us,
            Self::Above { dead_too, .. } => delivery.status == DELIVERED || (dead_too && delivery.status == DEAD),
        }
    }
}

/// The first delivery has the envelope's id (it may have been purged); the others are replays.
fn deliveries(db: &Connection, envelope: i64) -> rusqlite::Result<Vec<Delivery>> {
    let sql = "SELECT id, status, at_us, destination FROM delivery WHERE id = ?1 UNION ALL SELECT id, status, at_us, destination \
               FROM delivery INDEXED BY delivery_replay WHERE envelope = ?1 AND replay_of IS NOT NULL";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([envelope], |row| {
        Ok(Delivery { id: row.get(0)?, status: row.get(1)?, at_us: row.get(2)?, destination: row.get(3)? })
    })?;
    rows.collect()
}

/// Deletes a settled delivery with its attempts.
pub(super) fn delete_delivery(db: &Connection, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM attempt WHERE delivery = ?1")?.execute([id])?;
    db.prepare_cached("DELETE FROM delivery WHERE id = ?1")?.execute([id]).map(drop)
}

/// Deletes an envelope that has no delivery any more; gives the bytes of its body.
pub(super) fn delete_envelope(db: &Connection, envelope: i64) -> rusqlite::Result<i64> {
    let (bytes, context): (i64, i64) = db
        .prepare_cached("SELECT length(body), context FROM envelope WHERE id = ?1")?
        .query_row([envelope], |row| Ok((row.get(0)?, row.get(1)?)))?;
    db.prepare_cached("DELETE FROM envelope WHERE id = ?1")?.execute([envelope])?;
    db.prepare_cached("UPDATE context SET envelopes = envelopes - 1 WHERE id = ?1")?.execute([context])?;
    db.prepare_cached("DELETE FROM context WHERE id = ?1 AND envelopes <= 0")?.execute([context])?;
    db.prepare_cached("UPDATE totals SET body_bytes = body_bytes - ?1")?.execute([bytes])?;
    Ok(bytes)
}

/// Gives a few free pages back to the file system. Whether there is more to give.
fn shrink(db: &Connection) -> std::result::Result<bool, Fault> {
    let pragma = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let spare = pragma("freelist_count")? - pragma("page_count")? / FREE_SHARE;
    if spare <= 0 {
        return Ok(false);
    }
    let mut statement = db.prepare(&format!("PRAGMA incremental_vacuum({})", spare.min(VACUUM_STEP_PAGES)))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(spare > VACUUM_STEP_PAGES)
}
