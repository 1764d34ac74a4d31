//! Reads and operations, asked: how each read stands, lists of operations, the latest backfill.

use ampline_core::{cursor::ReadType, plan::ReadKey};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params_from_iter};
use uuid::Uuid;

use super::{
    Fault,
    ownership::{FAILURE, SUCCESS},
};
use crate::{
    journal::{Operation, OperationFilter, OperationOf, OperationStatus, Page, Pause, ReadState, Standing},
    sqlite::{time_of_ns, time_of_us},
};

/// Operations on one page.
const PAGE_MAX: u32 = 1_000;

const OPERATION: &str = "o.operation_id, o.created_at_ns, o.updated_at_ns, o.status, o.result, o.records_processed, \
                         o.records_estimated_total, o.read_type";

fn status(stored: i64) -> OperationStatus {
    match stored {
        SUCCESS => OperationStatus::Success,
        FAILURE => OperationStatus::Failure,
        _ => OperationStatus::InProgress,
    }
}

/// Reads what started an operation.
pub(super) fn read_type(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<ReadType>> {
    let stored: Option<String> = row.get(at)?;
    let all = [ReadType::Backfill, ReadType::Scheduled, ReadType::Triggered];
    Ok(all.into_iter().find(|one| stored.as_deref() == Some(one.as_str())))
}

/// Reads the columns of [`OPERATION`] from `at` on.
fn operation(row: &Row<'_>, at: usize) -> rusqlite::Result<Operation> {
    Ok(Operation {
        id: Uuid::from_bytes(row.get(at)?),
        create_time: time_of_ns(row.get(at + 1)?),
        update_time: time_of_ns(row.get(at + 2)?),
        status: status(row.get(at + 3)?),
        result: row.get(at + 4)?,
        read_type: read_type(row, at + 7)?,
        records_processed: row.get::<_, i64>(at + 5)?.cast_unsigned(),
        records_estimated_total: row.get::<_, Option<i64>>(at + 6)?.map(i64::cast_unsigned),
    })
}

/// Every read by schedule, or those of one installation, each with its latest operation.
pub(super) fn reads(db: &Connection, installation_id: Option<&str>) -> Result<Vec<ReadState>, Fault> {
    let only = if installation_id.is_some() { "AND r.installation_id = ?1" } else { "" };
    let sql = format!(
        "SELECT r.installation_id, r.object_name, r.cursor, r.failures, r.paused_at_us, r.pause_reason, r.paused_by_itself, \
         {OPERATION} FROM read r LEFT JOIN operation o ON o.id = (SELECT max(id) FROM operation WHERE read = r.id) \
         WHERE r.trigger = x'' {only} ORDER BY 1, 2"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(installation_id), |row| {
        let key = ReadKey { installation_id: row.get(0)?, object_name: row.get(1)? };
        let paused = row.get::<_, Option<i64>>(4)?.map(|at_us| -> rusqlite::Result<Pause> {
            let reason = row.get::<_, Option<String>>(5)?.unwrap_or_default();
            Ok(Pause { at: time_of_us(at_us), reason, automatic: row.get(6)? })
        });
        let has_operation = row.get::<_, Option<[u8; 16]>>(7)?.is_some();
        let operation = has_operation.then(|| operation(row, 7)).transpose()?;
        Ok(ReadState { key, cursor: row.get(2)?, operation, failures: row.get(3)?, paused: paused.transpose()? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How an installation's reads stand: an installation has few, and of each the index gives the latest operation.
pub(super) fn standing(db: &Connection, installation_id: &str) -> Result<Standing, Fault> {
    let sql = "SELECT status FROM operation WHERE id = (SELECT max((SELECT max(id) FROM operation WHERE read = r.id)) \
               FROM read r WHERE r.installation_id = ?1)";
    let last_operation = db.prepare_cached(sql)?.query_row([installation_id], |row| Ok(status(row.get(0)?))).optional()?;
    let sql = "SELECT object_name, coalesce(pause_reason, '') FROM read WHERE installation_id = ?1 AND trigger = x'' \
               AND paused_at_us IS NOT NULL AND paused_by_itself ORDER BY object_name";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([installation_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Standing { last_operation, paused: rows.collect::<rusqlite::Result<_>>()? })
}

/// Reads the row of an operation with its read.
fn operation_of(row: &Row<'_>) -> rusqlite::Result<(i64, OperationOf)> {
    let key = ReadKey { installation_id: row.get(1)?, object_name: row.get(2)? };
    Ok((row.get(0)?, OperationOf { key, pages: row.get(3)?, operation: operation(row, 4)? }))
}

/// A page of operations, newest first; `before` is the last row of the page before.
pub(super) fn page(db: &Connection, filter: &OperationFilter, limit: u32, before: i64) -> Result<Page<OperationOf>, Fault> {
    let limit = limit.clamp(1, PAGE_MAX);
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(before), Box::new(i64::from(limit) + 1)];
    // An installation has few operations: its reads lead to them. Without one, the newest are found by walking down the ids.
    let from = match &filter.installation_id {
        Some(_) => "read r CROSS JOIN operation o ON o.read = r.id",
        None => "operation o CROSS JOIN read r ON r.id = o.read",
    };
    let mut sql = format!("SELECT o.id, r.installation_id, r.object_name, o.pages, {OPERATION} FROM {from} WHERE o.id < ?1");
    for (column, value) in [("r.installation_id", &filter.installation_id), ("r.object_name", &filter.object_name)] {
        if let Some(value) = value {
            values.push(Box::new(value.clone()));
            sql.push_str(&format!(" AND {column} = ?{}", values.len()));
        }
    }
    sql.push_str(" ORDER BY o.id DESC LIMIT ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(&values), operation_of)?;
    let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_page_token = rows.last().filter(|_| more).map(|(row, _)| row.to_string());
    Ok(Page { results: rows.into_iter().map(|(_, operation)| operation).collect(), next_page_token })
}

/// One operation.
pub(super) fn one(db: &Connection, id: Uuid) -> Result<Option<OperationOf>, Fault> {
    let sql = format!(
        "SELECT o.id, r.installation_id, r.object_name, o.pages, {OPERATION} FROM operation o JOIN read r ON r.id = o.read \
         WHERE o.operation_id = ?1"
    );
    Ok(db.prepare_cached(&sql)?.query_row([id.as_bytes()], operation_of).optional()?.map(|(_, operation)| operation))
}

/// The latest backfill of a read.
pub(super) fn backfill(db: &Connection, key: &ReadKey) -> Result<Option<Operation>, Fault> {
    let sql = format!(
        "SELECT {OPERATION} FROM read r JOIN operation o ON o.read = r.id WHERE r.installation_id = ?1 AND r.object_name = ?2 \
         AND r.trigger = x'' AND o.read_type = 'backfill' ORDER BY o.id DESC LIMIT 1"
    );
    let found = db.prepare_cached(&sql)?.query_row([&key.installation_id, &key.object_name], |row| operation(row, 0));
    Ok(found.optional()?)
}
