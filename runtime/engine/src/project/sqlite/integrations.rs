//! Integrations and their revisions.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::{Fault, damaged, origin};
use crate::{
    project::{
        change::Deployment,
        error::ProjectError,
        model::{IntegrationRecord, IntegrationRevision, Origin},
    },
    sqlite::time_of_us,
};

const SELECT: &str = "SELECT i.id, i.name, i.origin, i.origin_file, i.disabled_reason, i.created_at_us, i.updated_at_us, \
     r.id AS revision, r.number, r.spec_version, r.content, r.created_at_us AS deployed_at_us \
     FROM integration i JOIN integration_revision r ON r.id = i.latest";

const SELECT_REVISION: &str =
    "SELECT id AS revision, number, spec_version, content, created_at_us AS deployed_at_us FROM integration_revision";

pub(super) fn all(db: &Connection) -> Result<Vec<IntegrationRecord>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT} ORDER BY i.name"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(record(row)?);
    }
    Ok(found)
}

pub(super) fn find(db: &Connection, id_or_name: &str) -> Result<Option<IntegrationRecord>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT} WHERE i.id = ?1 OR i.name = ?1"))?;
    let mut rows = statement.query([id_or_name])?;
    rows.next()?.map(record).transpose()
}

pub(super) fn history(db: &Connection, id: &str) -> Result<Vec<IntegrationRevision>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT_REVISION} WHERE integration = ?1 ORDER BY number DESC"))?;
    let mut rows = statement.query([id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(revision_of(row)?);
    }
    Ok(found)
}

pub(super) fn revision(db: &Connection, id: &str) -> Result<Option<IntegrationRevision>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT_REVISION} WHERE id = ?1"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(revision_of).transpose()
}

fn record(row: &Row<'_>) -> Result<IntegrationRecord, Fault> {
    Ok(IntegrationRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        origin: origin(row, "origin", "origin_file")?,
        disabled_reason: row.get("disabled_reason")?,
        create_time: time_of_us(row.get("created_at_us")?),
        update_time: time_of_us(row.get("updated_at_us")?),
        latest: Arc::new(revision_of(row)?),
    })
}

fn revision_of(row: &Row<'_>) -> Result<IntegrationRevision, Fault> {
    let (id, content): (String, String) = (row.get("revision")?, row.get("content")?);
    let content = serde_json::from_str(&content).map_err(|error| damaged("the integration's revision", &id, error))?;
    Ok(IntegrationRevision {
        id,
        number: row.get("number")?,
        spec_version: row.get("spec_version")?,
        content,
        create_time: time_of_us(row.get("deployed_at_us")?),
    })
}

/// Whether anything is other than before.
pub(super) fn deploy(db: &Connection, deployment: &Deployment, now_us: i64) -> Result<bool, Fault> {
    let Deployment { id, origin, spec_version, content } = deployment;
    let text = serde_json::to_string(content).map_err(|error| damaged("the integration", &content.name, error))?;
    let hash: [u8; 32] = Sha256::digest(format!("{spec_version}\n{text}")).into();
    let known = find(db, id)?;
    let latest = known.as_ref().map(|known| known.latest.id.clone());
    let same = latest.as_ref().map_or(Ok(false), |latest| has_hash(db, latest, &hash))?;
    if let Some(refusal) = known.as_ref().and_then(|known| known.refusal(origin)) {
        return if same { Ok(false) } else { Err(Fault::Refused(refusal)) };
    }
    let revision = match latest {
        Some(latest) if same => latest,
        _ => add_revision(db, deployment, &text, &hash, known.as_ref().map_or(1, |known| known.latest.number + 1), now_us)?,
    };
    let sql = "INSERT INTO integration (id, name, provider, latest, origin, origin_file, created_at_us, updated_at_us) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT (id) DO UPDATE SET provider = ?3, latest = ?4, origin = ?5, \
               origin_file = ?6, disabled_reason = NULL, updated_at_us = iif(latest = ?4, updated_at_us, ?7)";
    let row = params![id, content.name, content.provider, revision, origin.name(), origin.file(), now_us];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(!same || known.is_some_and(|known| known.disabled_reason.is_some() || known.origin != *origin))
}

fn has_hash(db: &Connection, revision: &str, hash: &[u8; 32]) -> Result<bool, Fault> {
    let sql = "SELECT content_hash = ?2 FROM integration_revision WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row(params![revision, hash], |row| row.get(0))?)
}

fn add_revision(
    db: &Connection,
    deployment: &Deployment,
    text: &str,
    hash: &[u8; 32],
    number: u32,
    now_us: i64,
) -> Result<String, Fault> {
    let revision = uuid::Uuid::now_v7().to_string();
    if number == 1 {
        // The revision refers to its integration, which refers to its latest revision: the integration comes first.
        let sql = "INSERT INTO integration (id, name, provider, latest, origin, origin_file, created_at_us, updated_at_us) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
        let (content, origin) = (&deployment.content, &deployment.origin);
        let row = params![deployment.id, content.name, content.provider, revision, origin.name(), origin.file(), now_us];
        db.prepare_cached(sql)?.execute(row)?;
    }
    let sql = "INSERT INTO integration_revision (id, integration, number, spec_version, content, content_hash, created_at_us) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let row = params![revision, deployment.id, number, deployment.spec_version, text, hash, now_us];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(revision)
}

pub(super) fn disable(db: &Connection, id: &str, reason: &str) -> Result<bool, Fault> {
    let sql = "UPDATE integration SET disabled_reason = ?2 WHERE id = ?1 AND disabled_reason IS NOT ?2";
    Ok(db.prepare_cached(sql)?.execute([id, reason])? > 0)
}

pub(super) fn delete(db: &Connection, id: &str) -> Result<(), Fault> {
    let known = find(db, id)?;
    let known = known.ok_or_else(|| Fault::Refused(ProjectError::NotFound { what: "integration", name: id.to_owned() }))?;
    known.refusal(&Origin::Api).map_or(Ok(()), |refusal| Err(Fault::Refused(refusal)))?;
    let sql = "SELECT group_ref FROM installation WHERE integration = ?1 ORDER BY group_ref LIMIT 1";
    let group: Option<String> = db.prepare_cached(sql)?.query_row([&known.id], |row| row.get(0)).optional()?;
    if let Some(group) = group {
        let text = format!(
            "the integration {:?} is installed, for example for the group {group:?}: delete its installations first",
            known.name
        );
        return Err(Fault::Refused(ProjectError::InUse(text)));
    }
    db.prepare_cached("DELETE FROM integration WHERE id = ?1")?.execute([&known.id])?;
    Ok(())
}
