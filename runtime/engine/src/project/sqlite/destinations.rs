//! Rows of destinations, and of what their changes have yet to do elsewhere.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Fault, damaged, origin};
use crate::{
    project::{
        change::DestinationDraft,
        error::ProjectError,
        model::{DestinationRecord, Errand, Origin},
    },
    sqlite::time_of_us,
};

const SELECT: &str = "SELECT id, name, type, metadata, origin, origin_file, from_manifest, disabled_reason, revision, \
                      created_at_us, updated_at_us, sealed, grants, delivery FROM destination";

pub(super) fn all(db: &Connection) -> Result<Vec<DestinationRecord>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(record(row)?);
    }
    Ok(found)
}

pub(super) fn find(db: &Connection, id_or_name: &str) -> Result<Option<DestinationRecord>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT} WHERE id = ?1 OR name = ?1"))?;
    let mut rows = statement.query([id_or_name])?;
    rows.next()?.map(record).transpose()
}

fn record(row: &Row<'_>) -> Result<DestinationRecord, Fault> {
    let (id, metadata): (String, String) = (row.get("id")?, row.get("metadata")?);
    let (grants, delivery): (String, String) = (row.get("grants")?, row.get("delivery")?);
    Ok(DestinationRecord {
        name: row.get("name")?,
        kind: row.get("type")?,
        metadata: serde_json::from_str(&metadata).map_err(|error| damaged("the destination", &id, error))?,
        origin: origin(row, "origin", "origin_file")?,
        from_manifest: row.get("from_manifest")?,
        disabled_reason: row.get("disabled_reason")?,
        revision: row.get("revision")?,
        create_time: time_of_us(row.get("created_at_us")?),
        update_time: time_of_us(row.get("updated_at_us")?),
        sealed: row.get("sealed")?,
        grants: serde_json::from_str(&grants).map_err(|error| damaged("the destination", &id, error))?,
        delivery: serde_json::from_str(&delivery).map_err(|error| damaged("the destination", &id, error))?,
        id,
    })
}

/// Whether anything is other than before.
pub(super) fn put(db: &Connection, draft: &DestinationDraft, now_us: i64) -> Result<bool, Fault> {
    let known = find(db, &draft.id)?;
    match (&known, draft.expected_revision) {
        (Some(known), expected) => {
            refuse_foreign(known, &draft.origin)?;
            refuse_stale(known, expected)?;
        }
        (None, Some(_)) => return Err(Fault::Refused(not_found(&draft.id))),
        (None, None) => {}
    }
    let other: Option<String> = db
        .prepare_cached("SELECT id FROM destination WHERE name = ?1 AND id <> ?2")?
        .query_row([&draft.name, &draft.id], |row| row.get(0))
        .optional()?;
    if other.is_some() {
        let text = format!("there is a destination {:?} already: choose another name, or change that one", draft.name);
        return Err(Fault::Refused(ProjectError::Exists(text)));
    }
    if let Some(known) = known.filter(|known| known.name != draft.name) {
        let sql = "INSERT INTO destination_errand (name, renamed_to) VALUES (?1, ?2)";
        db.prepare_cached(sql)?.execute([&known.name, &draft.name])?;
    }
    let metadata = serde_json::Value::Object(draft.metadata.clone()).to_string();
    let sql = "INSERT INTO destination (id, name, type, metadata, origin, origin_file, from_manifest, revision, created_at_us, \
               updated_at_us, sealed, grants, delivery) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?8, ?9, ?10, ?11) \
               ON CONFLICT (id) DO UPDATE SET name = ?2, type = ?3, metadata = ?4, origin = ?5, origin_file = ?6, \
               from_manifest = ?7, disabled_reason = NULL, revision = revision + 1, updated_at_us = ?8, sealed = ?9, \
               grants = ?10, delivery = ?11 \
               WHERE (name, type, metadata, origin, origin_file, from_manifest, disabled_reason, sealed, grants, delivery) \
               IS NOT (?2, ?3, ?4, ?5, ?6, ?7, NULL, ?9, ?10, ?11)";
    let row = params![
        draft.id,
        draft.name,
        draft.kind,
        metadata,
        draft.origin.name(),
        draft.origin.file(),
        draft.from_manifest,
        now_us,
        draft.sealed,
        text(&draft.grants)?,
        text(&draft.delivery)?,
    ];
    Ok(db.prepare_cached(sql)?.execute(row)? > 0)
}

fn text(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Refused(ProjectError::Store(format!("cannot write it as JSON: {error}"))))
}

/// Files stand above all else, as long as they name the thing.
fn refuse_foreign(known: &DestinationRecord, by: &Origin) -> Result<(), Fault> {
    match (&known.origin, by) {
        (Origin::File(file), Origin::Command | Origin::Api) if known.disabled_reason.is_none() => {
            let (what, name, file) = ("destination", known.name.clone(), file.clone());
            Err(Fault::Refused(ProjectError::OwnedByFile { what, name, file }))
        }
        _ => Ok(()),
    }
}

fn refuse_stale(known: &DestinationRecord, expected: Option<u32>) -> Result<(), Fault> {
    match expected {
        Some(expected) if expected != known.revision => {
            Err(Fault::Refused(ProjectError::Stale { expected: expected.to_string(), found: known.revision.to_string() }))
        }
        _ => Ok(()),
    }
}

pub(super) fn not_found(name: &str) -> ProjectError {
    ProjectError::NotFound { what: "destination", name: name.to_owned() }
}

pub(super) fn disable(db: &Connection, id: &str, reason: &str, now_us: i64) -> Result<bool, Fault> {
    let sql = "UPDATE destination SET disabled_reason = ?2, revision = revision + 1, updated_at_us = ?3 \
               WHERE id = ?1 AND disabled_reason IS NOT ?2";
    Ok(db.prepare_cached(sql)?.execute(params![id, reason, now_us])? > 0)
}

/// Takes a destination away; what is left to do elsewhere is kept in the same transaction.
pub(super) fn delete(db: &Connection, id: &str, expected: Option<u32>, by: &Origin) -> Result<(), Fault> {
    let known = find(db, id)?.ok_or_else(|| Fault::Refused(not_found(id)))?;
    refuse_foreign(&known, by)?;
    refuse_stale(&known, expected)?;
    db.prepare_cached("DELETE FROM topic_destination_route WHERE destination = ?1")?.execute([&known.id])?;
    db.prepare_cached("DELETE FROM destination WHERE id = ?1")?.execute([&known.id])?;
    db.prepare_cached("INSERT INTO destination_errand (name) VALUES (?1)")?.execute([&known.name])?;
    Ok(())
}

/// What changes have yet to do elsewhere, oldest first.
pub(super) fn errands(db: &Connection) -> Result<Vec<Errand>, Fault> {
    let mut statement = db.prepare_cached("SELECT id, name, renamed_to FROM destination_errand ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok(Errand { id: row.get(0)?, name: row.get(1)?, renamed_to: row.get(2)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn errand_done(db: &Connection, id: i64) -> Result<(), Fault> {
    Ok(db.prepare_cached("DELETE FROM destination_errand WHERE id = ?1")?.execute([id]).map(drop)?)
}
