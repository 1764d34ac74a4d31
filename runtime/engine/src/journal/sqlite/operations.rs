//! Reads and their operations: who owns one, how far it came, how it ended.

use ampline_core::plan::ReadKey;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Fault, commit::Progress};
use crate::{
    journal::{Begin, JournalError, Operation, OperationEnd, OperationStatus, ReadLease, ReadState},
    sqlite::{StoreFailed, ns, time_of_ns, us},
};

const IN_PROGRESS: i64 = 0;
const SUCCESS: i64 = 1;
const FAILURE: i64 = 2;

/// Operations of one read that are kept.
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
}

fn owner(db: &Connection, key: &ReadKey) -> rusqlite::Result<Option<Owner>> {
    let sql = "SELECT id, fence, lease_until_us, cursor FROM read WHERE installation_id = ?1 AND object_name = ?2";
    db.prepare_cached(sql)?
        .query_row([&key.installation_id, &key.object_name], |row| {
            Ok(Owner { read: row.get(0)?, fence: row.get(1)?, lease_until_us: row.get(2)?, cursor: row.get(3)? })
        })
        .optional()
}

/// The row of the latest operation, its id, time and pages, if it is in progress.
fn in_progress(db: &Connection, read: i64) -> rusqlite::Result<Option<(i64, Uuid, i64, u32)>> {
    let sql = "SELECT id, operation_id, created_at_ns, pages, status FROM operation WHERE read = ?1 ORDER BY id DESC LIMIT 1";
    let latest = db
        .prepare_cached(sql)?
        .query_row([read], |row| {
            Ok(((row.get(0)?, Uuid::from_bytes(row.get(1)?), row.get(2)?, row.get(3)?), row.get::<_, i64>(4)?))
        })
        .optional()?;
    Ok(latest.filter(|(_, status)| *status == IN_PROGRESS).map(|(operation, _)| operation))
}

fn lease_end_us(now: jiff::Timestamp, lease: std::time::Duration) -> i64 {
    us(now).saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}

/// Takes ownership (J3).
pub(super) fn begin(db: &Connection, begin: &Begin) -> Result<Option<ReadLease>, Fault> {
    let known = owner(db, &begin.key)?;
    if known.as_ref().is_some_and(|owner| owner.lease_until_us > us(begin.now)) {
        return Ok(None);
    }
    let (read, fence, cursor) = match known {
        Some(owner) => (owner.read, owner.fence + 1, owner.cursor),
        None => {
            db.prepare_cached("INSERT INTO read (installation_id, object_name) VALUES (?1, ?2)")?
                .execute([&begin.key.installation_id, &begin.key.object_name])?;
            (db.last_insert_rowid(), 1, None)
        }
    };
    db.prepare_cached("UPDATE read SET fence = ?2, lease_until_us = ?3 WHERE id = ?1")?.execute([
        read,
        fence,
        lease_end_us(begin.now, begin.lease),
    ])?;
    let interrupted = in_progress(db, read)?;
    let resumed = interrupted.is_some();
    let (operation_id, created_at_ns, pages) = match interrupted {
        Some((_, id, created_at_ns, pages)) => (id, created_at_ns, pages),
        None => (begin.operation_id, propose(db, read, begin)?, 0),
    };
    let operation_time = time_of_ns(created_at_ns);
    Ok(Some(ReadLease { key: begin.key.clone(), fence, operation_id, operation_time, resumed, pages, cursor }))
}

/// A new operation, and one less of the oldest beyond those that are kept.
fn propose(db: &Connection, read: i64, begin: &Begin) -> rusqlite::Result<i64> {
    let now_ns = ns(begin.now);
    let sql = "INSERT INTO operation (read, operation_id, created_at_ns, updated_at_ns, status) VALUES (?1, ?2, ?3, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![read, begin.operation_id.as_bytes(), now_ns, IN_PROGRESS])?;
    let sql = "DELETE FROM operation WHERE read = ?1 AND id <= \
               (SELECT id FROM operation WHERE read = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    db.prepare_cached(sql)?.execute([read, OPERATIONS_KEPT_MAX])?;
    Ok(now_ns)
}

/// The read and the operation that a lease owns; refused where it owns them no more.
fn owned(db: &Connection, lease: &ReadLease) -> Result<(i64, i64), Fault> {
    let stale = || Fault::Refused(JournalError::StaleFence { held: lease.fence });
    let owner = owner(db, &lease.key)?.filter(|owner| owner.fence == lease.fence).ok_or_else(stale)?;
    let (operation, ..) = in_progress(db, owner.read)?.ok_or_else(stale)?;
    Ok((owner.read, operation))
}

/// Moves the cursor and the operation's figures; refused to a stale owner (J1, J3). The envelopes go into the same transaction.
pub(super) fn advance(db: &Connection, lease: &ReadLease, progress: &Progress) -> Result<(), Fault> {
    let (read, operation) = owned(db, lease)?;
    db.prepare_cached("UPDATE read SET cursor = ?2, lease_until_us = ?3 WHERE id = ?1")?.execute(params![
        read,
        progress.cursor,
        lease_end_us(progress.now, progress.lease)
    ])?;
    let sql = "UPDATE operation SET pages = pages + 1, updated_at_ns = ?2, records_processed = ?3, \
               records_estimated_total = ?4 WHERE id = ?1";
    let estimate = progress.records_estimated_total.map(u64::cast_signed);
    db.prepare_cached(sql)?.execute(params![operation, ns(progress.now), progress.records_processed.cast_signed(), estimate])?;
    Ok(())
}

/// Gives up the lease; the operation stays in progress, for the next owner to resume.
pub(super) fn suspend(db: &Connection, lease: &ReadLease) -> Result<(), Fault> {
    let (read, _) = owned(db, lease)?;
    db.prepare_cached("UPDATE read SET lease_until_us = 0 WHERE id = ?1")?.execute([read])?;
    Ok(())
}

/// Ends an operation and gives up the lease.
pub(super) fn finish(db: &Connection, lease: &ReadLease, end: &OperationEnd) -> Result<(), Fault> {
    let (status, failed) = match end.status {
        OperationStatus::Success => (SUCCESS, false),
        OperationStatus::Failure => (FAILURE, true),
        OperationStatus::InProgress => {
            return Err(StoreFailed("an operation cannot end as in progress: end it as success or failure".to_owned()).into());
        }
    };
    let (read, operation) = owned(db, lease)?;
    let sql = "UPDATE read SET cursor = coalesce(?2, cursor), lease_until_us = 0, \
               failures = CASE WHEN ?3 THEN failures + 1 ELSE 0 END WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![read, end.cursor, failed])?;
    let sql = "UPDATE operation SET status = ?2, result = ?3, updated_at_ns = ?4 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![operation, status, end.result, ns(end.now)])?;
    Ok(())
}

const OPERATION: &str = "o.operation_id, o.created_at_ns, o.updated_at_ns, o.status, o.result, o.records_processed, \
                         o.records_estimated_total";

/// Reads the columns of [`OPERATION`] from `at` on.
fn operation(row: &Row<'_>, at: usize) -> rusqlite::Result<Operation> {
    let status = match row.get(at + 3)? {
        SUCCESS => OperationStatus::Success,
        FAILURE => OperationStatus::Failure,
        _ => OperationStatus::InProgress,
    };
    Ok(Operation {
        id: Uuid::from_bytes(row.get(at)?),
        create_time: time_of_ns(row.get(at + 1)?),
        update_time: time_of_ns(row.get(at + 2)?),
        status,
        result: row.get(at + 4)?,
        records_processed: row.get::<_, i64>(at + 5)?.cast_unsigned(),
        records_estimated_total: row.get::<_, Option<i64>>(at + 6)?.map(i64::cast_unsigned),
    })
}

/// Every read with its latest operation.
pub(super) fn reads(db: &Connection) -> Result<Vec<ReadState>, Fault> {
    let sql = format!(
        "SELECT r.installation_id, r.object_name, r.cursor, r.failures, {OPERATION} FROM read r \
         LEFT JOIN operation o ON o.id = (SELECT max(id) FROM operation WHERE read = r.id) ORDER BY 1, 2"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| {
        let key = ReadKey { installation_id: row.get(0)?, object_name: row.get(1)? };
        let has_operation = row.get::<_, Option<[u8; 16]>>(4)?.is_some();
        let operation = has_operation.then(|| operation(row, 4)).transpose()?;
        Ok(ReadState { key, cursor: row.get(2)?, operation, failures: row.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The operations of one read, newest first.
pub(super) fn operations(db: &Connection, key: &ReadKey, limit: u32) -> Result<Vec<Operation>, Fault> {
    let Some(owner) = owner(db, key)? else { return Ok(Vec::new()) };
    let sql = format!("SELECT {OPERATION} FROM operation o WHERE o.read = ?1 ORDER BY o.id DESC LIMIT ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([owner.read, i64::from(limit)], |row| operation(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
