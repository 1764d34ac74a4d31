//! Rows of installed sinks, and of the project itself.

use rusqlite::{Connection, Row, params};

use super::{Fault, origin};
use crate::{
    project::model::{ProjectRecord, SinkRecord},
    sqlite::time_of_us,
};

pub(super) fn all(db: &Connection) -> Result<Vec<SinkRecord>, Fault> {
    let sql =
        "SELECT name, version, digest, bytes, origin, NULL AS origin_file, created_at_us, updated_at_us FROM sink ORDER BY name";
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
        create_time: time_of_us(row.get("created_at_us")?),
        update_time: time_of_us(row.get("updated_at_us")?),
    })
}

pub(super) fn put(db: &Connection, sink: &SinkRecord, now_us: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO sink (name, version, digest, bytes, origin, created_at_us, updated_at_us) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) \
               ON CONFLICT (name) DO UPDATE SET version = ?2, digest = ?3, bytes = ?4, origin = ?5, updated_at_us = ?6";
    let row = params![sink.name, sink.version, sink.digest, sink.bytes.cast_signed(), sink.origin.name(), now_us];
    Ok(db.prepare_cached(sql)?.execute(row).map(drop)?)
}

pub(super) fn delete(db: &Connection, name: &str) -> Result<(), Fault> {
    Ok(db.prepare_cached("DELETE FROM sink WHERE name = ?1")?.execute([name]).map(drop)?)
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
