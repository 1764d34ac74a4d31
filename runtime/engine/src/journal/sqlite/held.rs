//! Messages that are delivered on request: pending deliveries that never fall due, until somebody asks for so many of them.

use std::{sync::Arc, time::Duration};

use ampline_core::plan::ReadKey;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Fault, SqliteJournal,
    commit::Arrived,
    destinations::{self, Counts},
    lane::Key,
    settle::DEAD,
};
use crate::{
    journal::{PAGES_ASKED_MAX, Result},
    sqlite::{due_us, us},
};

/// When a held delivery falls due.
pub(super) const NEVER_US: i64 = i64::MAX;
/// Deliveries released or given up in one transaction.
const STEP_MAX: u32 = 500;
const REASON: &str = "it waits until it is asked for (`deliverResults`)";
const EXPIRED: &str = "nobody asked for it (`deliverResults`) as long as it was kept: replay it to deliver it all the same";

/// Deliveries that changed, by destination.
struct Moved {
    destination: i64,
    keys: Vec<Key>,
    /// Bytes of bodies that wait no longer.
    bytes: i64,
}

/// Holds what has just arrived of a read, except for as much as was asked for already.
pub(super) fn hold(db: &Connection, key: &ReadKey, arrived: &mut [Arrived]) -> std::result::Result<(), Fault> {
    let asked = asked(db, key)?;
    let mut left = asked;
    let mut put_off = db.prepare_cached("UPDATE delivery SET at_us = ?2, reason = ?3 WHERE id = ?1")?;
    let mut keep = db.prepare_cached("INSERT INTO held_delivery (delivery, installation_id, object_name) VALUES (?1, ?2, ?3)")?;
    for arrived in arrived.iter_mut().filter(|arrived| !arrived.is_given_up()) {
        for new in &mut arrived.keys {
            if left > 0 {
                left -= 1;
                continue;
            }
            new.at_us = NEVER_US;
            put_off.execute(params![new.delivery, NEVER_US, REASON])?;
            keep.execute(params![new.delivery, key.installation_id, key.object_name])?;
        }
    }
    if left < asked { remember(db, key, left) } else { Ok(()) }
}

/// How much was asked for before it was there.
fn asked(db: &Connection, key: &ReadKey) -> rusqlite::Result<i64> {
    let sql = "SELECT pages FROM asked_pages WHERE installation_id = ?1 AND object_name = ?2";
    let asked = db.prepare_cached(sql)?.query_row([&key.installation_id, &key.object_name], |row| row.get(0)).optional()?;
    Ok(asked.unwrap_or(0))
}

fn remember(db: &Connection, key: &ReadKey, pages: i64) -> std::result::Result<(), Fault> {
    let sql = if pages > 0 {
        "INSERT INTO asked_pages (installation_id, object_name, pages) VALUES (?1, ?2, ?3) \
         ON CONFLICT DO UPDATE SET pages = excluded.pages"
    } else {
        "DELETE FROM asked_pages WHERE installation_id = ?1 AND object_name = ?2 AND ?3 = 0"
    };
    db.prepare_cached(sql)?.execute(params![key.installation_id, key.object_name, pages])?;
    Ok(())
}

/// Lets the oldest held messages of a read go; what is asked for beyond them is remembered. How many went.
pub(super) async fn ask(journal: &SqliteJournal, key: &ReadKey, pages: u32, now: Timestamp) -> Result<u64> {
    let mut released = 0;
    loop {
        let (key, lanes, left) = (key.clone(), Arc::clone(&journal.lanes), pages - released);
        let went = journal.database.write(
            move |db| release(db, &key, left, now),
            move |moved: &Vec<Moved>| {
                for Moved { destination, keys, .. } in moved {
                    lanes.changes.deliveries(keys.iter().map(|key| key.delivery));
                    if let Some(lane) = lanes.of_row(*destination) {
                        lane.change(|lane| keys.iter().for_each(|key| lane.came(*key)));
                    }
                }
            },
        );
        let went = went.await?.iter().map(|moved| moved.keys.len()).sum::<usize>();
        released += u32::try_from(went).unwrap_or(u32::MAX);
        // A step that is not full has remembered the rest.
        if went < STEP_MAX as usize || released >= pages {
            return Ok(released.into());
        }
    }
}

/// One step of that; where no more are there, what is left is remembered along with it.
fn release(db: &Connection, key: &ReadKey, pages: u32, now: Timestamp) -> std::result::Result<Vec<Moved>, Fault> {
    let (at_us, step) = (due_us(now), pages.min(STEP_MAX));
    let sql = "SELECT h.delivery, d.destination FROM held_delivery h JOIN delivery d ON d.id = h.delivery \
               WHERE h.installation_id = ?1 AND h.object_name = ?2 ORDER BY h.delivery LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![key.installation_id, key.object_name, step], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found = rows.collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
    let mut due = db.prepare_cached("UPDATE delivery SET at_us = ?2, reason = NULL WHERE id = ?1")?;
    let mut moved: Vec<Moved> = Vec::new();
    for (delivery, destination) in &found {
        due.execute(params![delivery, at_us])?;
        forget(db, *delivery)?;
        of(&mut moved, *destination).keys.push(Key { at_us, delivery: *delivery });
    }
    if found.len() < step as usize {
        let beyond = i64::from(pages) - found.len() as i64;
        remember(db, key, (asked(db, key)? + beyond).min(i64::from(PAGES_ASKED_MAX)))?;
    }
    Ok(moved)
}

fn of(moved: &mut Vec<Moved>, destination: i64) -> &mut Moved {
    let place = moved.iter().position(|one| one.destination == destination).unwrap_or_else(|| {
        moved.push(Moved { destination, keys: Vec::new(), bytes: 0 });
        moved.len() - 1
    });
    &mut moved[place]
}

/// A delivery is not held any more.
pub(super) fn forget(db: &Connection, delivery: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM held_delivery WHERE delivery = ?1")?.execute([delivery]).map(drop)
}

/// Gives up what has been held for longer: a dead letter that says so.
pub(super) async fn expire(journal: &SqliteJournal, age_max: Duration, now: Timestamp) -> Result<()> {
    let age_ns = i64::try_from(age_max.as_nanos()).unwrap_or(i64::MAX);
    let before_ns = us(now).saturating_mul(1_000).saturating_sub(age_ns);
    loop {
        let lanes = Arc::clone(&journal.lanes);
        let expired = journal.database.write(
            move |db| give_up(db, before_ns, now),
            move |moved: &Vec<Moved>| {
                for Moved { destination, keys, bytes } in moved {
                    lanes.changes.deliveries(keys.iter().map(|key| key.delivery));
                    if let Some(lane) = lanes.of_row(*destination) {
                        lane.add_pending_bytes(-bytes);
                        lane.change(|lane| keys.iter().for_each(|key| lane.settled(key.delivery)));
                    }
                }
            },
        );
        if expired.await?.is_empty() {
            return Ok(());
        }
    }
}

fn give_up(db: &Connection, before_ns: i64, now: Timestamp) -> std::result::Result<Vec<Moved>, Fault> {
    // Ids are given in the order of time: the oldest come first.
    let sql = "SELECT h.delivery, d.destination, d.bytes FROM held_delivery h JOIN delivery d ON d.id = h.delivery \
               WHERE d.occurred_at_ns < ?1 ORDER BY h.delivery LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![before_ns, STEP_MAX], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let found = rows.collect::<rusqlite::Result<Vec<(i64, i64, i64)>>>()?;
    let mut settle = db.prepare_cached("UPDATE delivery SET status = ?2, at_us = ?3, reason = ?4 WHERE id = ?1")?;
    let mut moved: Vec<Moved> = Vec::new();
    for (delivery, destination, bytes) in found {
        forget(db, delivery)?;
        settle.execute(params![delivery, DEAD, us(now), EXPIRED])?;
        let one = of(&mut moved, destination);
        one.bytes += bytes;
        one.keys.push(Key { at_us: NEVER_US, delivery });
    }
    for Moved { destination, keys, bytes } in &moved {
        let gone = keys.len() as i64;
        destinations::count(db, *destination, Counts { pending: -gone, dead: gone, pending_bytes: -bytes, ..Counts::default() })?;
    }
    Ok(moved)
}
