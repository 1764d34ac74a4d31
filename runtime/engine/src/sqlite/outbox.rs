//! Notifications that are not yet messages: written in the transaction that they tell of, and kept until the journal has their messages.
//! A store that has the table `notice` uses these; what waits is told in the order in which it was written.

use ampline_core::message::{Notification, NotificationType};
use rusqlite::{Connection, params};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{ns, time_of_ns};

/// A notification that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Names it within its store.
    pub row: i64,
    /// What is to be told, or why the row cannot be read.
    pub notification: Result<Notification, String>,
}

/// Writes one down.
pub(crate) fn put(db: &Connection, notification: &Notification) -> rusqlite::Result<()> {
    let sql = "INSERT INTO notice (notification_id, type, at_ns, data) VALUES (?1, ?2, ?3, ?4)";
    let Notification { id, kind, at, data } = notification;
    let data = Value::Object(data.clone()).to_string();
    db.prepare_cached(sql)?.execute(params![id.as_bytes(), kind.as_str(), ns(*at), data]).map(drop)
}

/// Those that have waited for longest.
pub(crate) fn first(db: &Connection, limit: u32) -> rusqlite::Result<Vec<Waiting>> {
    let mut statement = db.prepare_cached("SELECT id, notification_id, type, at_ns, data FROM notice ORDER BY id LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| {
        let (kind, data): (String, String) = (row.get(2)?, row.get(4)?);
        let (id, at) = (Uuid::from_bytes(row.get(1)?), time_of_ns(row.get(3)?));
        let data = serde_json::from_str::<Map<String, Value>>(&data).map_err(|error| error.to_string());
        let notification = NotificationType::parse(&kind).and_then(|kind| Ok(Notification { id, kind, at, data: data? }));
        Ok(Waiting { row: row.get(0)?, notification })
    })?;
    rows.collect()
}

/// Takes out what was told.
pub(crate) fn remove(db: &Connection, rows: &[i64]) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached("DELETE FROM notice WHERE id = ?1")?;
    rows.iter().try_for_each(|row| statement.execute([row]).map(drop))
}
