//! Connections, with their credentials as an opaque, encrypted text.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Fault, damaged, origin, parties};
use crate::{
    project::{
        change::ConnectionDraft,
        error::ProjectError,
        model::{ConnectionRecord, ConnectionStatus, Origin, Party},
    },
    sqlite::time_of_us,
};

const SELECT: &str = "SELECT x.id, x.name, x.provider, x.group_ref, g.name AS group_name, x.consumer_ref, c.name AS consumer_name, \
     x.workspace, x.base_url, x.scheme, x.metadata, x.status, x.status_reason, x.origin, x.origin_file, x.disabled_reason, \
     x.created_at_us, x.updated_at_us \
     FROM connection x LEFT JOIN customer_group g ON g.ref = x.group_ref LEFT JOIN consumer c ON c.ref = x.consumer_ref";

pub(super) fn all(db: &Connection) -> Result<Vec<ConnectionRecord>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT} ORDER BY x.id"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(record(row)?);
    }
    Ok(found)
}

pub(super) fn find(db: &Connection, id_or_name: &str) -> Result<Option<ConnectionRecord>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT} WHERE x.id = ?1 OR x.name = ?1 ORDER BY x.id = ?1 DESC"))?;
    let mut rows = statement.query([id_or_name])?;
    rows.next()?.map(record).transpose()
}

pub(super) fn sealed(db: &Connection, id: &str) -> Result<Option<Vec<u8>>, Fault> {
    let sql = "SELECT sealed FROM connection WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?.flatten())
}

/// The encrypted credentials of all connections that have some, by id.
pub(super) fn all_sealed(db: &Connection) -> Result<HashMap<String, Vec<u8>>, Fault> {
    let mut statement = db.prepare_cached("SELECT id, sealed FROM connection WHERE sealed IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn record(row: &Row<'_>) -> Result<ConnectionRecord, Fault> {
    let id: String = row.get("id")?;
    let party = |reference: Option<String>, name: Option<String>| {
        let reference = reference?;
        Some(Party { name: name.unwrap_or_else(|| reference.clone()), reference })
    };
    let metadata: String = row.get("metadata")?;
    Ok(ConnectionRecord {
        name: row.get("name")?,
        provider: row.get("provider")?,
        group: party(row.get("group_ref")?, row.get("group_name")?),
        consumer: party(row.get("consumer_ref")?, row.get("consumer_name")?),
        workspace: row.get("workspace")?,
        base_url: row.get("base_url")?,
        scheme: row.get("scheme")?,
        metadata: serde_json::from_str(&metadata).map_err(|error| damaged("the connection", &id, error))?,
        status: match row.get::<_, String>("status")?.as_str() {
            "working" => ConnectionStatus::Working,
            "bad_credentials" => ConnectionStatus::BadCredentials,
            _ => ConnectionStatus::Created,
        },
        status_reason: row.get("status_reason")?,
        origin: origin(row, "origin", "origin_file")?,
        disabled_reason: row.get("disabled_reason")?,
        create_time: time_of_us(row.get("created_at_us")?),
        update_time: time_of_us(row.get("updated_at_us")?),
        id,
    })
}

/// Whether anything is other than before.
pub(super) fn put(db: &Connection, draft: &ConnectionDraft, now_us: i64) -> Result<bool, Fault> {
    if let Some(known) = find(db, &draft.id)?
        && let (Origin::File(file), Origin::Command | Origin::Api, None) = (&known.origin, &draft.origin, &known.disabled_reason)
    {
        return Err(owned(&known, file));
    }
    if let Some(name) = &draft.name
        && let Some(other) = find(db, name)?.filter(|other| other.id != draft.id)
    {
        let text = format!("another connection is called {name:?} ({}): give this one another name", other.id);
        return Err(Fault::Refused(ProjectError::Exists(text)));
    }
    let mut named = false;
    for (party, put) in [(&draft.group, parties::put_group as fn(&_, &_, _) -> _), (&draft.consumer, parties::put_consumer)] {
        named |= party.as_ref().map_or(Ok(false), |party| put(db, party, now_us))?;
    }
    let reference = |party: &Option<_>| party.as_ref().map(|party: &crate::project::model::NamedParty| party.reference.clone());
    let metadata = serde_json::Value::Object(draft.metadata.clone()).to_string();
    let sql = "INSERT INTO connection (id, name, provider, group_ref, consumer_ref, workspace, base_url, scheme, metadata, status, \
               origin, origin_file, created_at_us, updated_at_us, sealed) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'created', ?10, ?11, ?12, ?12, ?13) \
               ON CONFLICT (id) DO UPDATE SET name = ?2, provider = ?3, group_ref = ?4, consumer_ref = ?5, workspace = ?6, \
               base_url = ?7, scheme = ?8, metadata = ?9, origin = ?10, origin_file = ?11, disabled_reason = NULL, \
               updated_at_us = ?12, sealed = coalesce(?13, sealed) \
               WHERE (name, provider, group_ref, consumer_ref, workspace, base_url, scheme, metadata, origin, origin_file, \
               disabled_reason) IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, NULL) OR ?13 IS NOT NULL";
    let row = params![
        draft.id,
        draft.name,
        draft.provider,
        reference(&draft.group),
        reference(&draft.consumer),
        draft.workspace,
        draft.base_url,
        draft.scheme,
        metadata,
        draft.origin.name(),
        draft.origin.file(),
        now_us,
        draft.sealed,
    ];
    Ok(db.prepare_cached(sql)?.execute(row)? > 0 || named)
}

fn owned(known: &ConnectionRecord, file: &str) -> Fault {
    let name = known.name.clone().unwrap_or_else(|| known.id.clone());
    Fault::Refused(ProjectError::OwnedByFile { what: "connection", name, file: file.to_owned() })
}

pub(super) fn set_status(db: &Connection, id: &str, status: ConnectionStatus, reason: Option<&str>) -> Result<bool, Fault> {
    let sql = "UPDATE connection SET status = ?2, status_reason = ?3 WHERE id = ?1 AND (status, status_reason) IS NOT (?2, ?3)";
    Ok(db.prepare_cached(sql)?.execute(params![id, status.name(), reason])? > 0)
}

pub(super) fn disable(db: &Connection, id: &str, reason: &str) -> Result<bool, Fault> {
    let sql = "UPDATE connection SET disabled_reason = ?2 WHERE id = ?1 AND disabled_reason IS NOT ?2";
    Ok(db.prepare_cached(sql)?.execute([id, reason])? > 0)
}

pub(super) fn delete(db: &Connection, id: &str) -> Result<(), Fault> {
    let known = find(db, id)?;
    let known = known.ok_or_else(|| Fault::Refused(ProjectError::NotFound { what: "connection", name: id.to_owned() }))?;
    if let (Origin::File(file), None) = (&known.origin, &known.disabled_reason) {
        return Err(owned(&known, file));
    }
    if let Some(user) = user(db, &known.id)? {
        let text = format!("the connection {id:?} is used by the installation {user:?}: delete that or give it another first");
        return Err(Fault::Refused(ProjectError::InUse(text)));
    }
    db.prepare_cached("DELETE FROM connection WHERE id = ?1")?.execute([&known.id])?;
    Ok(())
}

/// An installation that uses the connection.
fn user(db: &Connection, id: &str) -> Result<Option<String>, Fault> {
    let sql = "SELECT id FROM installation WHERE connection = ?1 LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?)
}

/// Takes away a connection that was made for an installation that is gone.
pub(super) fn delete_unused(db: &Connection, id: &str) -> Result<(), Fault> {
    if user(db, id)?.is_none() {
        db.prepare_cached("DELETE FROM connection WHERE id = ?1 AND origin <> 'file'")?.execute([id])?;
    }
    Ok(())
}
