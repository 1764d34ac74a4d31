//! Another name for a destination: its row keeps its deliveries, so nothing that waits or is claimed is touched.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Fault, bury, destinations, lanes::Lanes, order};

/// What a renaming did.
pub(super) struct Renamed {
    /// Nothing where the former name is not known.
    destination: Option<i64>,
    /// The row of an earlier destination of the new name, whose deliveries joined.
    joined: Option<Joined>,
    /// The row that says of the former name where its destination is.
    former: Option<i64>,
}

struct Joined {
    row: i64,
    pending_bytes: i64,
}

/// Renames, in one transaction.
pub(super) fn rename(db: &Connection, from: &str, to: &str) -> Result<Renamed, Fault> {
    let sql = "SELECT id FROM destination WHERE name = ?1 AND gone IS NULL";
    let known: Option<i64> = db.prepare_cached(sql)?.query_row([from], |row| row.get(0)).optional()?;
    let Some(destination) = known else { return Ok(Renamed { destination: None, joined: None, former: None }) };
    let joined = join(db, to, destination)?;
    db.prepare_cached("UPDATE destination SET name = ?2 WHERE id = ?1")?.execute(params![destination, to])?;
    // A read that began before may still bring something under the former name.
    let reason =
        format!("the destination {from:?} is called {to:?} now: read it again, or replay it once one of that name is there");
    let former = bury::close(db, from, &reason)?;
    Ok(Renamed { destination: Some(destination), joined, former: Some(former) })
}

/// Takes over what is known of an earlier destination of the new name.
fn join(db: &Connection, name: &str, destination: i64) -> Result<Option<Joined>, Fault> {
    let Some(row) = destinations::known(db, name)? else { return Ok(None) };
    let sql = "SELECT pending_bytes, pending + delivered + dead FROM destination WHERE id = ?1";
    let (pending_bytes, deliveries): (i64, i64) =
        db.prepare_cached(sql)?.query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if deliveries > 0 {
        db.prepare_cached("UPDATE delivery SET destination = ?2 WHERE destination = ?1")?.execute([row, destination])?;
        let sql = "UPDATE destination SET (pending, delivered, dead, pending_bytes) = (SELECT destination.pending + o.pending, \
                   destination.delivered + o.delivered, destination.dead + o.dead, destination.pending_bytes + o.pending_bytes \
                   FROM destination o WHERE o.id = ?1) WHERE id = ?2";
        db.prepare_cached(sql)?.execute([row, destination])?;
        if destinations::terms(db, destination)?.keeps_order {
            order::assign(db, destination)?;
        }
    }
    db.prepare_cached("DELETE FROM destination WHERE id = ?1")?.execute([row])?;
    Ok(Some(Joined { row, pending_bytes }))
}

/// After the commit: lanes are found by their new names.
pub(super) fn announce(lanes: &Lanes, [from, to]: &[String; 2], renamed: &Renamed) {
    lanes.changes.destination();
    let Some(destination) = renamed.destination else { return };
    lanes.know(from, destination);
    lanes.rename(from, to);
    if let Some(Joined { row, pending_bytes }) = renamed.joined {
        lanes.forget_row(row);
        if let Some(lane) = lanes.of_row(destination) {
            lane.add_pending_bytes(pending_bytes);
            lane.change(|lane| lane.rewind());
        }
    }
    if let Some(former) = renamed.former {
        lanes.know(from, former).lock().disabled = true;
    }
}
