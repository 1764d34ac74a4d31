//! Keys that clients of the API show, as digests and public keys.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Fault, damaged, sessions};
use crate::{
    project::keys::{ApiKeyRecord, JwtKeyRecord},
    sqlite::{time_of_us, us},
};

pub(super) fn api_keys(db: &Connection) -> Result<Vec<ApiKeyRecord>, Fault> {
    let sql = "SELECT id, label, scopes, digest, hint, created_at_us, updated_at_us, last_used_at_us, expires_at_us, revoked_at_us \
               FROM api_key ORDER BY created_at_us, id";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let scopes: String = row.get(2)?;
        let digest: Vec<u8> = row.get(3)?;
        let time = |at: usize| Ok::<_, Fault>(row.get::<_, Option<i64>>(at)?.map(time_of_us));
        found.push(ApiKeyRecord {
            label: row.get(1)?,
            scopes: serde_json::from_str(&scopes).map_err(|error| damaged("the API key", &id, error))?,
            digest: digest.try_into().map_err(|_| damaged("the API key", &id, "its digest is not of 32 bytes"))?,
            hint: row.get(4)?,
            create_time: time_of_us(row.get(5)?),
            update_time: time_of_us(row.get(6)?),
            last_used_at: time(7)?,
            expires_at: time(8)?,
            revoked_at: time(9)?,
            id,
        });
    }
    Ok(found)
}

pub(super) fn put_api_key(db: &Connection, key: &ApiKeyRecord) -> Result<(), Fault> {
    sessions::end_those_of(db, key)?;
    let sql = "INSERT OR REPLACE INTO api_key \
               (id, label, scopes, digest, hint, created_at_us, updated_at_us, last_used_at_us, expires_at_us, revoked_at_us) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
    let scopes = serde_json::Value::from(scopes).to_string();
    let row = params![
        key.id,
        key.label,
        scopes,
        key.digest,
        key.hint,
        us(key.create_time),
        us(key.update_time),
        key.last_used_at.map(us),
        key.expires_at.map(us),
        key.revoked_at.map(us),
    ];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// When keys were last used; those that are gone meanwhile stay gone.
pub(super) fn api_keys_used(db: &Connection, used: &[(String, Timestamp)]) -> Result<(), Fault> {
    let mut statement = db.prepare_cached("UPDATE api_key SET last_used_at_us = ?2 WHERE id = ?1")?;
    for (id, at) in used {
        statement.execute(params![id, us(*at)])?;
    }
    Ok(())
}

pub(super) fn delete_api_key(db: &Connection, id: &str) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM session WHERE key_id = ?1")?.execute([id])?;
    db.prepare_cached("DELETE FROM api_key WHERE id = ?1")?.execute([id])?;
    Ok(())
}

pub(super) fn jwt_keys(db: &Connection) -> Result<Vec<JwtKeyRecord>, Fault> {
    let sql = "SELECT id, label, public_key_pem, active, created_at_us, updated_at_us FROM jwt_key ORDER BY created_at_us, id";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(JwtKeyRecord {
            id: row.get(0)?,
            label: row.get(1)?,
            public_key_pem: row.get(2)?,
            active: row.get(3)?,
            create_time: time_of_us(row.get(4)?),
            update_time: time_of_us(row.get(5)?),
        });
    }
    Ok(found)
}

pub(super) fn put_jwt_key(db: &Connection, key: &JwtKeyRecord) -> Result<(), Fault> {
    let sql = "INSERT OR REPLACE INTO jwt_key (id, label, public_key_pem, active, created_at_us, updated_at_us) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (made, changed) = (us(key.create_time), us(key.update_time));
    db.prepare_cached(sql)?.execute(params![key.id, key.label, key.public_key_pem, key.active, made, changed])?;
    Ok(())
}

pub(super) fn delete_jwt_key(db: &Connection, id: &str) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM jwt_key WHERE id = ?1")?.execute([id])?;
    Ok(())
}
