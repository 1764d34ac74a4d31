//! Browsers that are signed in, by the digest of what each of them holds.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Fault, damaged};
use crate::{
    project::keys::{ApiKeyRecord, SessionRecord},
    sqlite::{time_of_us, us},
};

pub(super) fn all(db: &Connection, now: Timestamp) -> Result<Vec<SessionRecord>, Fault> {
    let mut statement = db.prepare_cached("SELECT digest, key_id, ends_at_us FROM session WHERE ends_at_us > ?1")?;
    let mut rows = statement.query([us(now)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (digest, key_id): (Vec<u8>, String) = (row.get(0)?, row.get(1)?);
        let digest =
            digest.try_into().map_err(|_| damaged("a session of the API key", &key_id, "its digest is not of 32 bytes"))?;
        found.push(SessionRecord { digest, key_id, ends_at: time_of_us(row.get(2)?) });
    }
    Ok(found)
}

pub(super) fn open(db: &Connection, session: &SessionRecord, in_place_of: Option<[u8; 32]>, now: Timestamp) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM session WHERE ends_at_us <= ?1 OR digest = ?2")?.execute(params![us(now), in_place_of])?;
    let sql = "INSERT INTO session (digest, key_id, ends_at_us) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![session.digest, session.key_id, us(session.ends_at)])?;
    Ok(())
}

pub(super) fn end(db: &Connection, digest: [u8; 32]) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM session WHERE digest = ?1")?.execute([digest])?;
    Ok(())
}

/// Ends the sessions of a key that is about to be kept so: where it is revoked, or another than the one that opened them.
pub(super) fn end_those_of(db: &Connection, key: &ApiKeyRecord) -> Result<(), Fault> {
    let sql = "DELETE FROM session \
               WHERE key_id = ?1 AND (?2 OR NOT EXISTS (SELECT 1 FROM api_key WHERE id = ?1 AND digest = ?3))";
    db.prepare_cached(sql)?.execute(params![key.id, key.revoked_at.is_some(), key.digest])?;
    Ok(())
}
