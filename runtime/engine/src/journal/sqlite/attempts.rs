//! Attempts: written once for each try, read back in order.

use std::time::Duration;

use ampline_core::retry::Verdict;
use rusqlite::{Connection, params};

use super::Fault;
use crate::{
    journal::{AttemptRow, Settlement},
    sqlite::{time_of_us, us},
};

/// Writes the attempt that a settlement reports.
pub(super) fn record(db: &Connection, settlement: &Settlement, number: u32) -> rusqlite::Result<()> {
    let sql = "INSERT INTO attempt (delivery, try, attempt, started_at_us, duration_us, delivered, code, message) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    db.prepare_cached(sql)?
        .execute(params![
            settlement.delivery,
            number,
            settlement.attempt,
            us(settlement.started_at),
            microseconds(settlement.duration),
            settlement.verdict == Verdict::Delivered,
            settlement.code,
            settlement.message,
        ])
        .map(drop)
}

fn microseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// When an attempt was over.
pub(super) fn end_us(settlement: &Settlement) -> i64 {
    us(settlement.started_at).saturating_add(microseconds(settlement.duration))
}

/// The attempts of a delivery, oldest first.
pub(super) fn of(db: &Connection, delivery: i64) -> Result<Vec<AttemptRow>, Fault> {
    let sql =
        "SELECT attempt, started_at_us, duration_us, delivered, code, message FROM attempt WHERE delivery = ?1 ORDER BY try";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([delivery], |row| {
        Ok(AttemptRow {
            attempt: row.get(0)?,
            started_at: time_of_us(row.get(1)?),
            duration_us: row.get::<_, i64>(2)?.cast_unsigned(),
            delivered: row.get(3)?,
            code: row.get(4)?,
            message: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
