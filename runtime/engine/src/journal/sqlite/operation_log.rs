//! What operations say while they run. Bounded for each: the beginning stays, and the latest entries push out those in between.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::Fault;
use crate::{
    journal::{LOG_ENTRIES_MAX, LogEntry, Severity, cut},
    sqlite::{StoreFailed, time_of_us, us},
};

/// Writes entries behind those that there are.
pub(super) fn append(db: &Connection, operation: i64, entries: &[LogEntry]) -> rusqlite::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let sql = "SELECT coalesce(max(entry) + 1, 0) FROM operation_log WHERE operation = ?1";
    let first: i64 = db.prepare_cached(sql)?.query_row([operation], |row| row.get(0))?;
    let sql = "INSERT INTO operation_log (operation, entry, at_us, severity, message, error, details) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut insert = db.prepare_cached(sql)?;
    let mut push_out = db.prepare_cached(
        "DELETE FROM operation_log WHERE operation = ?1 AND entry = \
         (SELECT min(entry) FROM operation_log WHERE operation = ?1 AND entry >= ?2)",
    )?;
    for (next, entry) in (first..).zip(entries) {
        if next >= LOG_ENTRIES_MAX as i64 {
            push_out.execute([operation, LOG_ENTRIES_MAX as i64 / 2])?;
        }
        insert.execute(params![
            operation,
            next,
            us(entry.at),
            severity(entry.severity),
            cut(&entry.message),
            entry.error.as_deref().map(cut),
            entry.details.as_ref().map(ToString::to_string),
        ])?;
    }
    Ok(())
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The entries of an operation, oldest first.
pub(super) fn entries(db: &Connection, id: Uuid) -> Result<Vec<LogEntry>, Fault> {
    let sql = "SELECT id FROM operation WHERE operation_id = ?1";
    let Some(operation) = db.prepare_cached(sql)?.query_row([id.as_bytes()], |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(Vec::new());
    };
    let sql = "SELECT at_us, severity, message, error, details FROM operation_log WHERE operation = ?1 ORDER BY entry LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([operation, LOG_ENTRIES_MAX as i64])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let severity = match row.get_ref(1)?.as_str().unwrap_or_default() {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            _ => Severity::Info,
        };
        let details: Option<String> = row.get(4)?;
        let details = details.map(|details| serde_json::from_str(&details)).transpose();
        let details = details.map_err(|e| StoreFailed(format!("the log of operation {id} is damaged: {e}")))?;
        entries.push(LogEntry { at: time_of_us(row.get(0)?), severity, message: row.get(2)?, error: row.get(3)?, details });
    }
    Ok(entries)
}
