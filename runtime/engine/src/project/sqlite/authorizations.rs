//! Provider apps and consents under way, with their secrets as opaque, encrypted texts.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::{Fault, damaged};
use crate::{
    project::model::{PendingAuthorization, ProviderAppRecord},
    sqlite::{time_of_us, us},
};

/// Consents that may be under way; the oldest go first.
const PENDING_MAX: u32 = 10_000;

pub(super) fn apps(db: &Connection) -> Result<Vec<ProviderAppRecord>, Fault> {
    let sql = "SELECT id, provider, client_id, details, created_at_us, updated_at_us, sealed FROM provider_app ORDER BY id";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let details: String = row.get(3)?;
        let mut details: Value = serde_json::from_str(&details).map_err(|error| damaged("the provider app", &id, error))?;
        found.push(ProviderAppRecord {
            provider: row.get(1)?,
            client_id: row.get(2)?,
            scopes: serde_json::from_value(details["scopes"].take()).unwrap_or_default(),
            auth_query_params: serde_json::from_value(details["authQueryParams"].take()).unwrap_or_default(),
            provider_params: serde_json::from_value(details["providerParams"].take()).unwrap_or_default(),
            external_ref: details["externalRef"].as_str().map(str::to_owned),
            create_time: time_of_us(row.get(4)?),
            update_time: time_of_us(row.get(5)?),
            sealed: row.get(6)?,
            id,
        });
    }
    Ok(found)
}

pub(super) fn put_app(db: &Connection, app: &ProviderAppRecord) -> Result<(), Fault> {
    let details = json!({
        "scopes": app.scopes,
        "externalRef": app.external_ref,
        "authQueryParams": app.auth_query_params,
        "providerParams": app.provider_params,
    });
    let sql = "INSERT OR REPLACE INTO provider_app (id, provider, client_id, details, created_at_us, updated_at_us, sealed) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (made, changed) = (us(app.create_time), us(app.update_time));
    let row = params![app.id, app.provider, app.client_id, details.to_string(), made, changed, app.sealed];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

pub(super) fn delete_app(db: &Connection, id: &str) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM provider_app WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Keeps a consent under way, and forgets those whose time is over.
pub(super) fn begin(db: &Connection, pending: &PendingAuthorization, now: Timestamp) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM pending_authorization WHERE expires_at_us <= ?1")?.execute([us(now)])?;
    let sql = "INSERT INTO pending_authorization (state_digest, sealed, expires_at_us) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![pending.state_digest, pending.sealed, us(pending.expires_at)])?;
    let sql = "DELETE FROM pending_authorization WHERE state_digest IN \
               (SELECT state_digest FROM pending_authorization ORDER BY expires_at_us DESC LIMIT -1 OFFSET ?1)";
    db.prepare_cached(sql)?.execute([PENDING_MAX])?;
    Ok(())
}

/// Takes a consent out, once; nothing where there is none.
pub(super) fn take(db: &Connection, state_digest: &[u8]) -> Result<Option<PendingAuthorization>, Fault> {
    let sql = "DELETE FROM pending_authorization WHERE state_digest = ?1 RETURNING state_digest, sealed, expires_at_us";
    let taken = db.prepare_cached(sql)?.query_row([state_digest], |row| {
        let expires_at = time_of_us(row.get(2)?);
        Ok(PendingAuthorization { state_digest: row.get(0)?, sealed: row.get(1)?, expires_at })
    });
    Ok(taken.optional()?)
}
