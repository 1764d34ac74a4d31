//! Who owns a read, how far it came, how its operation ended: by schedule, and triggered.

use std::sync::Arc;

use ampline_core::{cursor::ReadType, plan::ReadKey};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{Fault, SqliteJournal, commit::Progress, operation_log, operations};
use crate::{
    journal::{self, Begin, JournalError, LogEntry, NewTrigger, OperationEnd, OperationStatus, Pause, ReadLease},
    sqlite::{StoreFailed, ns, outbox, time_of_ns, us},
};

pub(super) const IN_PROGRESS: i64 = 0;
pub(super) const SUCCESS: i64 = 1;
pub(super) const FAILURE: i64 = 2;

/// Operations of one read that are kept, besides its backfills; and triggered reads of one object.
const OPERATIONS_KEPT_MAX: i64 = 100;

/// An earlier process's leases hold no more: the file lock says that it is gone.
pub(super) fn end_leases(db: &Connection) -> rusqlite::Result<()> {
    db.execute("UPDATE read SET lease_until_us = 0 WHERE lease_until_us <> 0", []).map(drop)
}

/// A read's row and what decides over its ownership.
struct Owner {
    read: i64,
    fence: i64,
    lease_until_us: i64,
    cursor: Option<String>,
    strikes: u32,
}

fn owner(db: &Connection, key: &ReadKey, trigger: Option<Uuid>) -> rusqlite::Result<Option<Owner>> {
    let sql = "SELECT id, fence, lease_until_us, cursor, strikes FROM read \
               WHERE installation_id = ?1 AND object_name = ?2 AND trigger = ?3";
    db.prepare_cached(sql)?
        .query_row(params![key.installation_id, key.object_name, bytes(trigger.as_ref())], |row| {
            Ok(Owner {
                read: row.get(0)?,
                fence: row.get(1)?,
                lease_until_us: row.get(2)?,
                cursor: row.get(3)?,
                strikes: row.get(4)?,
            })
        })
        .optional()
}

/// The row of the read by schedule, made where there is none.
fn row_of(db: &Connection, key: &ReadKey) -> rusqlite::Result<i64> {
    if let Some(owner) = owner(db, key, None)? {
        return Ok(owner.read);
    }
    db.prepare_cached("INSERT INTO read (installation_id, object_name) VALUES (?1, ?2)")?
        .execute([&key.installation_id, &key.object_name])?;
    Ok(db.last_insert_rowid())
}

/// A trigger as its column holds it.
fn bytes(trigger: Option<&Uuid>) -> &[u8] {
    trigger.map_or(&[], |id| id.as_bytes())
}

/// An operation that has not ended.
struct Running {
    row: i64,
    id: Uuid,
    created_at_ns: i64,
    pages: u32,
    read_type: Option<ReadType>,
}

/// The latest operation, if it is in progress.
fn in_progress(db: &Connection, read: i64) -> rusqlite::Result<Option<Running>> {
    let sql = "SELECT id, operation_id, created_at_ns, pages, read_type, status FROM operation WHERE read = ?1 ORDER BY id DESC LIMIT 1";
    let latest = db.prepare_cached(sql)?.query_row([read], |row| {
        let running = Running {
            row: row.get(0)?,
            id: Uuid::from_bytes(row.get(1)?),
            created_at_ns: row.get(2)?,
            pages: row.get(3)?,
            read_type: operations::read_type(row, 4)?,
        };
        Ok((running, row.get::<_, i64>(5)?))
    });
    Ok(latest.optional()?.filter(|(_, status)| *status == IN_PROGRESS).map(|(running, _)| running))
}

fn lease_end_us(now: jiff::Timestamp, lease: std::time::Duration) -> i64 {
    us(now).saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}

/// Takes ownership (J3).
pub(super) fn begin(db: &Connection, begin: &Begin) -> Result<Option<ReadLease>, Fault> {
    let known = owner(db, &begin.key, begin.trigger)?;
    if known.as_ref().is_some_and(|owner| owner.lease_until_us > us(begin.now)) {
        return Ok(None);
    }
    let (read, fence, cursor, strikes) = match known {
        Some(owner) => (owner.read, owner.fence + 1, owner.cursor, owner.strikes),
        None if begin.trigger.is_some() => return Ok(None),
        None => (row_of(db, &begin.key)?, 1, None, 0),
    };
    let interrupted = in_progress(db, read)?;
    if interrupted.is_none() && begin.trigger.is_some() {
        return Ok(None);
    }
    db.prepare_cached("UPDATE read SET fence = ?2, lease_until_us = ?3 WHERE id = ?1")?.execute([
        read,
        fence,
        lease_end_us(begin.now, begin.lease),
    ])?;
    let resumed = interrupted.is_some();
    let running = match interrupted {
        Some(running) => running,
        None => {
            propose(db, read, begin.operation_id, ns(begin.now), None)?;
            forget_old(db, read)?;
            let (id, created_at_ns) = (begin.operation_id, ns(begin.now));
            Running { row: db.last_insert_rowid(), id, created_at_ns, pages: 0, read_type: None }
        }
    };
    Ok(Some(ReadLease {
        key: begin.key.clone(),
        trigger: begin.trigger,
        fence,
        operation_id: running.id,
        operation_time: time_of_ns(running.created_at_ns),
        resumed,
        read_type: running.read_type,
        pages: running.pages,
        cursor,
        strikes,
    }))
}

fn propose(db: &Connection, read: i64, id: Uuid, now_ns: i64, read_type: Option<&str>) -> rusqlite::Result<()> {
    let sql = "INSERT INTO operation (read, operation_id, created_at_ns, updated_at_ns, status, read_type) \
               VALUES (?1, ?2, ?3, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute(params![read, id.as_bytes(), now_ns, IN_PROGRESS, read_type]).map(drop)
}

/// Deletes the oldest operations beyond those that are kept; backfills are kept, for people who ask how they went.
fn forget_old(db: &Connection, read: i64) -> rusqlite::Result<()> {
    let sql = "SELECT id FROM operation WHERE read = ?1 AND coalesce(read_type, '') <> 'backfill' AND id <= \
               (SELECT id FROM operation WHERE read = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    let mut statement = db.prepare_cached(sql)?;
    let old: Vec<i64> = statement.query_map([read, OPERATIONS_KEPT_MAX], |row| row.get(0))?.collect::<Result<_, _>>()?;
    old.into_iter().try_for_each(|operation| forget(db, operation))
}

fn forget(db: &Connection, operation: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM operation_log WHERE operation = ?1")?.execute([operation])?;
    db.prepare_cached("DELETE FROM operation WHERE id = ?1")?.execute([operation]).map(drop)
}

/// Keeps a triggered read, and one less of the oldest that have ended beyond those that are kept.
pub(super) fn trigger(db: &Connection, new: &NewTrigger) -> Result<(), Fault> {
    let sql = "INSERT INTO read (installation_id, object_name, trigger, cursor) VALUES (?1, ?2, ?3, ?4)";
    let key = &new.key;
    db.prepare_cached(sql)?.execute(params![key.installation_id, key.object_name, new.operation_id.as_bytes(), new.cursor])?;
    propose(db, db.last_insert_rowid(), new.operation_id, ns(new.now), Some("triggered"))?;
    let sql = "SELECT r.id, o.id FROM read r JOIN operation o ON o.read = r.id \
               WHERE r.installation_id = ?1 AND r.object_name = ?2 AND r.trigger <> x'' AND o.status <> 0 \
               ORDER BY r.id DESC LIMIT -1 OFFSET ?3";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![key.installation_id, key.object_name, OPERATIONS_KEPT_MAX], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    for (read, operation) in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        forget(db, operation)?;
        db.prepare_cached("DELETE FROM read WHERE id = ?1")?.execute([read])?;
    }
    Ok(())
}

/// Triggered reads that have not ended, oldest first.
pub(super) fn triggered(db: &Connection) -> Result<Vec<(ReadKey, Uuid)>, Fault> {
    let sql = "SELECT r.installation_id, r.object_name, o.operation_id FROM operation o INDEXED BY operation_running \
               JOIN read r ON r.id = o.read WHERE o.status = 0 AND r.trigger <> x'' ORDER BY o.id";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let key = ReadKey { installation_id: row.get(0)?, object_name: row.get(1)? };
        Ok((key, Uuid::from_bytes(row.get(2)?)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The read and the operation that a lease owns; refused where it owns them no more.
fn owned(db: &Connection, lease: &ReadLease) -> Result<(i64, i64), Fault> {
    let stale = || Fault::Refused(JournalError::StaleFence { held: lease.fence });
    let owner = owner(db, &lease.key, lease.trigger)?.filter(|owner| owner.fence == lease.fence).ok_or_else(stale)?;
    let running = in_progress(db, owner.read)?.ok_or_else(stale)?;
    Ok((owner.read, running.row))
}

/// Moves the cursor and the operation's figures; refused to a stale owner (J1, J3). The envelopes go into the same transaction.
pub(super) fn advance(db: &Connection, lease: &ReadLease, progress: &Progress) -> Result<(), Fault> {
    let (read, operation) = owned(db, lease)?;
    db.prepare_cached("UPDATE read SET cursor = ?2, lease_until_us = ?3 WHERE id = ?1")?.execute(params![
        read,
        progress.cursor,
        lease_end_us(progress.now, progress.lease)
    ])?;
    let sql = "UPDATE operation SET pages = pages + ?6, updated_at_ns = ?2, records_processed = ?3, \
               records_estimated_total = ?4, read_type = ?5 WHERE id = ?1";
    let estimate = progress.records_estimated_total.map(u64::cast_signed);
    db.prepare_cached(sql)?.execute(params![
        operation,
        ns(progress.now),
        progress.records_processed.cast_signed(),
        estimate,
        progress.read_type.as_str(),
        progress.pages
    ])?;
    operation_log::append(db, operation, &progress.log)?;
    progress.end.as_ref().map_or(Ok(()), |end| conclude(db, read, operation, end))
}

/// Gives up the lease; the operation stays in progress, for the next owner to resume.
pub(super) fn suspend(db: &Connection, lease: &ReadLease, log: &[LogEntry]) -> Result<(), Fault> {
    let (read, operation) = owned(db, lease)?;
    db.prepare_cached("UPDATE read SET lease_until_us = 0 WHERE id = ?1")?.execute([read])?;
    Ok(operation_log::append(db, operation, log)?)
}

/// Ends an operation, and lets those know who wait for what it tells.
pub(super) async fn end(journal: &SqliteJournal, lease: &ReadLease, end: OperationEnd) -> journal::Result<()> {
    let (owner, told) = (lease.clone(), (!end.notifications.is_empty()).then(|| Arc::clone(&journal.told)));
    let ended = journal.database.write(
        move |db| finish(db, &owner, &end),
        move |()| {
            if let Some(told) = told {
                told.notify_one();
            }
        },
    );
    ended.await?;
    journal.lanes.changes.operation(&lease.key, lease.operation_id);
    Ok(())
}

/// Ends an operation and gives up the lease.
pub(super) fn finish(db: &Connection, lease: &ReadLease, end: &OperationEnd) -> Result<(), Fault> {
    let (read, operation) = owned(db, lease)?;
    conclude(db, read, operation, end)
}

fn conclude(db: &Connection, read: i64, operation: i64, end: &OperationEnd) -> Result<(), Fault> {
    let (status, failed) = match end.status {
        OperationStatus::Success => (SUCCESS, false),
        OperationStatus::Failure => (FAILURE, true),
        OperationStatus::InProgress => {
            return Err(StoreFailed("an operation cannot end as in progress: end it as success or failure".to_owned()).into());
        }
    };
    let sql = "UPDATE read SET cursor = coalesce(?2, cursor), lease_until_us = 0, \
               failures = CASE WHEN ?3 THEN failures + 1 ELSE 0 END, strikes = CASE WHEN ?3 THEN ?4 ELSE 0 END WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![read, end.cursor, failed, end.strikes])?;
    if let Some(pause) = &end.pause {
        set_pause(db, read, Some(pause))?;
    }
    let sql = "UPDATE operation SET status = ?2, result = ?3, updated_at_ns = ?4 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![operation, status, end.result, ns(end.now)])?;
    for notification in &end.notifications {
        outbox::put(db, notification)?;
    }
    Ok(operation_log::append(db, operation, &end.log)?)
}

/// Pauses reads by schedule, or lets them go on.
pub(super) fn pause(db: &Connection, keys: &[ReadKey], pause: Option<&Pause>) -> Result<(), Fault> {
    for key in keys {
        let read = row_of(db, key)?;
        set_pause(db, read, pause)?;
        if pause.is_none() {
            db.prepare_cached("UPDATE read SET failures = 0, strikes = 0 WHERE id = ?1")?.execute([read])?;
        }
    }
    Ok(())
}

fn set_pause(db: &Connection, read: i64, pause: Option<&Pause>) -> rusqlite::Result<()> {
    let sql = "UPDATE read SET paused_at_us = ?2, pause_reason = ?3, paused_by_itself = ?4 WHERE id = ?1";
    let (at_us, reason) = (pause.map(|pause| us(pause.at)), pause.map(|pause| &pause.reason));
    db.prepare_cached(sql)?.execute(params![read, at_us, reason, pause.is_some_and(|pause| pause.automatic)]).map(drop)
}
