//! Rows of installed sinks, and of the project itself.

use rusqlite::{Connection, Row, params};

use super::{Fault, ProjectError, ProjectStore, origin};
use crate::{
    project::{
        model::ProjectRecord,
        sinks::{SinkAction, SinkEvent, SinkRecord},
    },
    sqlite::{time_of_us, us},
};

/// Events that are kept of one sink.
const EVENTS_MAX: u32 = 100;

impl ProjectStore {
    /// Every sink besides those built in, by name.
    pub async fn sinks(&self) -> Result<Vec<SinkRecord>, ProjectError> {
        Ok(self.database.read(all).await?)
    }

    /// Makes or replaces a sink, and writes down what became of it.
    pub async fn put_sink(&self, sink: SinkRecord, event: SinkEvent) -> Result<(), ProjectError> {
        let work = move |db: &Connection| {
            put(db, &sink, us(event.time))?;
            note(db, &event)
        };
        Ok(self.database.write(work, |()| ()).await?)
    }

    /// Takes away a sink, and writes that down.
    pub async fn delete_sink(&self, event: SinkEvent) -> Result<(), ProjectError> {
        let work = move |db: &Connection| {
            delete(db, &event.name)?;
            note(db, &event)
        };
        Ok(self.database.write(work, |()| ()).await?)
    }

    /// What became of a sink, latest first.
    pub async fn sink_events(&self, name: &str) -> Result<Vec<SinkEvent>, ProjectError> {
        let name = name.to_owned();
        Ok(self.database.read(move |db| events(db, &name)).await?)
    }
}

fn all(db: &Connection) -> Result<Vec<SinkRecord>, Fault> {
    let sql = "SELECT name, version, digest, bytes, origin, NULL AS origin_file, former, signature, signed_by, created_at_us, updated_at_us \
         FROM sink ORDER BY name";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], record)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn record(row: &Row<'_>) -> rusqlite::Result<SinkRecord> {
    Ok(SinkRecord {
        name: row.get("name")?,
        version: row.get("version")?,
        digest: row.get("digest")?,
        bytes: row.get::<_, i64>("bytes")?.cast_unsigned(),
        origin: origin(row, "origin", "origin_file")?,
        former: row.get("former")?,
        signature: row.get("signature")?,
        signed_by: row.get("signed_by")?,
        create_time: time_of_us(row.get("created_at_us")?),
        update_time: time_of_us(row.get("updated_at_us")?),
    })
}

fn put(db: &Connection, sink: &SinkRecord, now_us: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO sink (name, version, digest, bytes, origin, created_at_us, updated_at_us, former, signature, signed_by) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9) \
               ON CONFLICT (name) DO UPDATE SET version = ?2, digest = ?3, bytes = ?4, origin = ?5, updated_at_us = ?6, former = ?7, \
               signature = ?8, signed_by = ?9";
    let SinkRecord { name, version, digest, former, signature, signed_by, .. } = sink;
    let bytes = sink.bytes.cast_signed();
    let row = params![name, version, digest, bytes, sink.origin.name(), now_us, former, signature, signed_by];
    Ok(db.prepare_cached(sql)?.execute(row).map(drop)?)
}

fn delete(db: &Connection, name: &str) -> Result<(), Fault> {
    Ok(db.prepare_cached("DELETE FROM sink WHERE name = ?1")?.execute([name]).map(drop)?)
}

/// Writes down what became of a sink, and forgets what is long past.
fn note(db: &Connection, event: &SinkEvent) -> Result<(), Fault> {
    let sql = "INSERT INTO sink_event (name, action, version, digest, imports, actor, signed_by, signature, reason, at_us) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let SinkEvent { name, version, digest, actor, signed_by, signature, reason, .. } = event;
    let (imports, at_us) = (serde_json::json!(event.imports).to_string(), us(event.time));
    let row = params![name, event.action.name(), version, digest, imports, actor, signed_by, signature, reason, at_us];
    db.prepare_cached(sql)?.execute(row)?;
    let sql = "DELETE FROM sink_event WHERE name = ?1 AND id <= \
               (SELECT id FROM sink_event WHERE name = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![name, EVENTS_MAX]).map(drop)?)
}

/// What became of a sink, latest first.
fn events(db: &Connection, name: &str) -> Result<Vec<SinkEvent>, Fault> {
    let sql = "SELECT name, action, version, digest, imports, actor, signed_by, signature, reason, at_us FROM sink_event \
               WHERE name = ?1 ORDER BY id DESC";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([name], event)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn event(row: &Row<'_>) -> rusqlite::Result<SinkEvent> {
    let action: String = row.get("action")?;
    let unknown = || rusqlite::Error::InvalidColumnType(1, "action".to_owned(), rusqlite::types::Type::Text);
    let imports: String = row.get("imports")?;
    Ok(SinkEvent {
        name: row.get("name")?,
        action: SinkAction::ALL.into_iter().find(|one| one.name() == action).ok_or_else(unknown)?,
        version: row.get("version")?,
        digest: row.get("digest")?,
        imports: serde_json::from_str(&imports).unwrap_or_default(),
        actor: row.get("actor")?,
        signed_by: row.get("signed_by")?,
        signature: row.get("signature")?,
        reason: row.get("reason")?,
        time: time_of_us(row.get("at_us")?),
    })
}

pub(super) fn project(db: &Connection) -> Result<ProjectRecord, Fault> {
    let sql = "SELECT app_name, created_at_us, updated_at_us FROM project";
    let record = db.prepare_cached(sql)?.query_row([], |row| {
        Ok(ProjectRecord { app_name: row.get(0)?, create_time: time_of_us(row.get(1)?), update_time: time_of_us(row.get(2)?) })
    });
    Ok(record?)
}

pub(super) fn name_project(db: &Connection, app_name: Option<&str>, now_us: i64) -> Result<(), Fault> {
    let sql = "UPDATE project SET app_name = ?1, updated_at_us = ?2 WHERE app_name IS NOT ?1";
    Ok(db.prepare_cached(sql)?.execute(params![app_name, now_us]).map(drop)?)
}
