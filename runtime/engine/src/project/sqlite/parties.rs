//! Groups and consumers: known by the first that names them, named by the last that gives a name.

use rusqlite::{Connection, params};

use super::Fault;
use crate::project::model::NamedParty;

/// Whether a known one has another name now.
fn put(db: &Connection, table: &str, party: &NamedParty, now_us: i64) -> Result<bool, Fault> {
    let sql = format!(
        "INSERT INTO {table} (ref, name, created_at_us, updated_at_us) VALUES (?1, coalesce(?2, ?1), ?3, ?3) ON CONFLICT (ref) DO NOTHING"
    );
    if db.prepare_cached(&sql)?.execute(params![party.reference, party.name, now_us])? > 0 {
        return Ok(false);
    }
    let sql = format!("UPDATE {table} SET name = ?2, updated_at_us = ?3 WHERE ref = ?1 AND name <> ?2");
    Ok(db.prepare_cached(&sql)?.execute(params![party.reference, party.name, now_us])? > 0)
}

pub(super) fn put_group(db: &Connection, party: &NamedParty, now_us: i64) -> Result<bool, Fault> {
    put(db, "customer_group", party, now_us)
}

pub(super) fn put_consumer(db: &Connection, party: &NamedParty, now_us: i64) -> Result<bool, Fault> {
    put(db, "consumer", party, now_us)
}
