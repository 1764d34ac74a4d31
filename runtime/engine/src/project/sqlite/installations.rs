//! Installations and the revisions of their configurations.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Fault, connections, damaged, origin, parties};
use crate::{
    project::{
        change::{InstallationDraft, InstallationUpdate},
        content::Content,
        error::ProjectError,
        model::{ConfigRevision, InstallationRecord, Origin, Party},
    },
    sqlite::time_of_us,
};

/// Most installations of one answer.
pub const PAGE_MAX: usize = 1_000;

const SELECT: &str = "SELECT i.id, i.integration, n.name AS integration_name, i.group_ref, g.name AS group_name, i.consumer_ref, \
     c.name AS consumer_name, i.connection, i.origin, i.origin_file, i.disabled_reason, i.created_by, i.created_at_us, \
     i.updated_at_us, r.id AS revision, r.number, r.content, r.integration_revision, r.connection AS revision_connection, \
     r.created_by AS changed_by, r.created_at_us AS changed_at_us \
     FROM installation i JOIN config_revision r ON r.id = i.latest JOIN integration n ON n.id = i.integration \
     JOIN customer_group g ON g.ref = i.group_ref JOIN consumer c ON c.ref = i.consumer_ref";

/// Which installations are meant; what is nothing does not matter.
#[derive(Debug, Clone, Default)]
pub struct InstallationFilter {
    /// Of this integration, by id.
    pub integration_id: Option<String>,
    /// Of this group.
    pub group_ref: Option<String>,
    /// Over this connection, by id.
    pub connection_id: Option<String>,
    /// Of this consumer.
    pub consumer_ref: Option<String>,
}

pub(super) fn page(
    db: &Connection,
    filter: &InstallationFilter,
    after: &str,
    limit: usize,
) -> Result<Vec<InstallationRecord>, Fault> {
    let conditions = [
        ("i.integration", &filter.integration_id),
        ("i.group_ref", &filter.group_ref),
        ("i.connection", &filter.connection_id),
        ("i.consumer_ref", &filter.consumer_ref),
    ];
    let mut sql = format!("{SELECT} WHERE i.id > ?");
    let mut values = vec![after.to_owned()];
    for (column, value) in conditions {
        if let Some(value) = value {
            sql.push_str(&format!(" AND {column} = ?"));
            values.push(value.clone());
        }
    }
    sql.push_str(&format!(" ORDER BY i.id LIMIT {limit}"));
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(record(row)?);
    }
    Ok(found)
}

pub(super) fn find(db: &Connection, id: &str) -> Result<Option<InstallationRecord>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SELECT} WHERE i.id = ?1"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(record).transpose()
}

pub(super) fn history(db: &Connection, id: &str) -> Result<Vec<ConfigRevision>, Fault> {
    let sql = "SELECT id AS revision, number, content, integration_revision, connection AS revision_connection, \
               created_by AS changed_by, created_at_us AS changed_at_us \
               FROM config_revision WHERE installation = ?1 ORDER BY number DESC";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(config(row)?);
    }
    Ok(found)
}

fn record(row: &Row<'_>) -> Result<InstallationRecord, Fault> {
    Ok(InstallationRecord {
        id: row.get("id")?,
        integration_id: row.get("integration")?,
        integration: row.get("integration_name")?,
        group: Party { reference: row.get("group_ref")?, name: row.get("group_name")? },
        consumer: Party { reference: row.get("consumer_ref")?, name: row.get("consumer_name")? },
        connection_id: row.get("connection")?,
        origin: origin(row, "origin", "origin_file")?,
        disabled_reason: row.get("disabled_reason")?,
        created_by: row.get("created_by")?,
        create_time: time_of_us(row.get("created_at_us")?),
        update_time: time_of_us(row.get("updated_at_us")?),
        config: config(row)?,
    })
}

fn config(row: &Row<'_>) -> Result<ConfigRevision, Fault> {
    let (id, content): (String, String) = (row.get("revision")?, row.get("content")?);
    let unreadable = |reason: String| damaged("the configuration's revision", &id, reason);
    let content = serde_json::from_str(&content).map_err(|error| unreadable(error.to_string()))?;
    let content = Content::parse(content).map_err(|issues| unreadable(ProjectError::Invalid(issues).to_string()))?;
    Ok(ConfigRevision {
        number: row.get("number")?,
        content,
        integration_revision: row.get("integration_revision")?,
        connection_id: row.get("revision_connection")?,
        created_by: row.get("changed_by")?,
        create_time: time_of_us(row.get("changed_at_us")?),
        id,
    })
}

/// Makes the group and the consumer known; whether one of them has another name now.
pub(super) fn name_parties(db: &Connection, draft: &InstallationDraft, now_us: i64) -> Result<bool, Fault> {
    let group = parties::put_group(db, &draft.group, now_us)?;
    Ok(parties::put_consumer(db, &draft.consumer, now_us)? || group)
}

/// A new installation of parties that are known.
pub(super) fn create(db: &Connection, draft: &InstallationDraft, now_us: i64) -> Result<(), Fault> {
    let sql = "SELECT id, origin_file, disabled_reason FROM installation WHERE id = ?1 OR (integration = ?2 AND group_ref = ?3)";
    let row = params![draft.id, draft.integration_id, draft.group.reference];
    let found =
        db.prepare_cached(sql)?.query_row(row, |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))).optional()?;
    if let Some((id, file, disabled)) = found {
        return Err(Fault::Refused(ProjectError::Exists(exists(&id, &draft.group.reference, file, disabled))));
    }
    let revision = uuid::Uuid::now_v7().to_string();
    let sql = "INSERT INTO installation (id, integration, group_ref, consumer_ref, connection, latest, origin, origin_file, \
               created_by, created_at_us, updated_at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)";
    db.prepare_cached(sql)?.execute(params![
        draft.id,
        draft.integration_id,
        draft.group.reference,
        draft.consumer.reference,
        draft.connection_id,
        revision,
        draft.origin.name(),
        draft.origin.file(),
        draft.created_by,
        now_us,
    ])?;
    let new = NewRevision {
        id: &revision,
        number: 1,
        content: &draft.content,
        integration_revision: &latest_of(db, &draft.integration_id)?,
        connection_id: &draft.connection_id,
        created_by: &draft.created_by,
    };
    add_revision(db, &draft.id, &new, now_us)
}

/// The latest revision of an integration.
fn latest_of(db: &Connection, integration_id: &str) -> Result<String, Fault> {
    let sql = "SELECT latest FROM integration WHERE id = ?1";
    let found = db.prepare_cached(sql)?.query_row([integration_id], |row| row.get(0)).optional()?;
    found.ok_or_else(|| Fault::Refused(ProjectError::NotFound { what: "integration", name: integration_id.to_owned() }))
}

fn exists(id: &str, group: &str, file: Option<String>, disabled: Option<String>) -> String {
    match (file, disabled) {
        (_, Some(reason)) => {
            format!("the group {group:?} has the installation {id:?}, which is disabled ({reason}): delete that first")
        }
        (Some(file), None) => format!(
            "the group {group:?} has the installation {id:?} of this integration, which comes from {file}: edit that file"
        ),
        (None, None) => format!("the group {group:?} has the installation {id:?} of this integration: update or delete that"),
    }
}

/// What a file says of an installation; whether anything is other than before.
pub(super) fn put(db: &Connection, draft: &InstallationDraft, now_us: i64) -> Result<bool, Fault> {
    let Some(known) = find(db, &draft.id)? else {
        // One that a file made under another id, and that none names any more, gives way.
        let sql = "DELETE FROM installation WHERE integration = ?1 AND group_ref = ?2 AND origin = 'file' AND disabled_reason IS NOT NULL";
        db.prepare_cached(sql)?.execute([&draft.integration_id, &draft.group.reference])?;
        create(db, draft, now_us)?;
        return Ok(true);
    };
    if known.integration_id != draft.integration_id || known.group.reference != draft.group.reference {
        let text = format!(
            "the installation {:?} is that of {} for the group {:?}: give another id to one of another integration or group",
            known.id, known.integration, known.group.reference
        );
        return Err(Fault::Refused(ProjectError::Exists(text)));
    }
    let sql = "UPDATE installation SET consumer_ref = ?2, origin = ?3, origin_file = ?4, disabled_reason = NULL \
               WHERE id = ?1 AND (consumer_ref, origin, origin_file, disabled_reason) IS NOT (?2, ?3, ?4, NULL)";
    let row = params![draft.id, draft.consumer.reference, draft.origin.name(), draft.origin.file()];
    let changed = db.prepare_cached(sql)?.execute(row)? > 0;
    // What a file leaves out follows the latest revision of the integration, so that alone makes no revision here.
    if known.config.content == draft.content && known.connection_id == draft.connection_id {
        return Ok(changed);
    }
    let standing = latest_of(db, &draft.integration_id)?;
    succeed(db, &known, &draft.content, &draft.connection_id, &standing, &draft.created_by, now_us)?;
    Ok(true)
}

/// Whether there is a new revision.
pub(super) fn update(db: &Connection, update: &InstallationUpdate, now_us: i64) -> Result<bool, Fault> {
    let known = may_change(db, &update.id, update.expected_revision.as_deref())?;
    let config = &known.config;
    let content = update.content.as_ref().unwrap_or(&config.content);
    let connection = update.connection_id.as_ref().unwrap_or(&known.connection_id);
    let created_by = update.created_by.as_ref().unwrap_or(&config.created_by);
    let standing = match update.content {
        Some(_) => latest_of(db, &known.integration_id)?,
        None => config.integration_revision.clone(),
    };
    let same = *content == config.content
        && *connection == known.connection_id
        && *created_by == config.created_by
        && standing == config.integration_revision;
    if same {
        return Ok(false);
    }
    succeed(db, &known, content, connection, &standing, created_by, now_us)?;
    Ok(true)
}

/// The installation, where it is not a file's and no other change came between.
fn may_change(db: &Connection, id: &str, expected: Option<&str>) -> Result<InstallationRecord, Fault> {
    let known = find(db, id)?;
    let known = known.ok_or_else(|| Fault::Refused(ProjectError::NotFound { what: "installation", name: id.to_owned() }))?;
    if let (Origin::File(file), None) = (&known.origin, &known.disabled_reason) {
        let (name, file) = (known.id.clone(), file.clone());
        return Err(Fault::Refused(ProjectError::OwnedByFile { what: "installation", name, file }));
    }
    match expected {
        Some(expected) if expected != known.config.id => {
            let (expected, found) = (expected.to_owned(), known.config.id.clone());
            Err(Fault::Refused(ProjectError::Stale { expected, found }))
        }
        _ => Ok(known),
    }
}

fn succeed(
    db: &Connection,
    known: &InstallationRecord,
    content: &Content,
    connection_id: &str,
    integration_revision: &str,
    created_by: &str,
    now_us: i64,
) -> Result<(), Fault> {
    let id = uuid::Uuid::now_v7().to_string();
    let number = known.config.number + 1;
    let new = NewRevision { id: &id, number, content, integration_revision, connection_id, created_by };
    add_revision(db, &known.id, &new, now_us)?;
    let sql = "UPDATE installation SET latest = ?2, connection = ?3, updated_at_us = ?4 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![known.id, id, connection_id, now_us])?;
    Ok(())
}

struct NewRevision<'a> {
    id: &'a str,
    number: u32,
    content: &'a Content,
    integration_revision: &'a str,
    connection_id: &'a str,
    created_by: &'a str,
}

fn add_revision(db: &Connection, installation: &str, new: &NewRevision<'_>, now_us: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO config_revision (id, installation, number, content, integration_revision, connection, created_by, \
               created_at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let NewRevision { id, number, content, integration_revision, connection_id, created_by } = new;
    let row = params![id, installation, number, content.text(), integration_revision, connection_id, created_by, now_us];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

pub(super) fn disable(db: &Connection, id: &str, reason: &str) -> Result<bool, Fault> {
    let sql = "UPDATE installation SET disabled_reason = ?2 WHERE id = ?1 AND disabled_reason IS NOT ?2";
    Ok(db.prepare_cached(sql)?.execute([id, reason])? > 0)
}

pub(super) fn delete(db: &Connection, id: &str, expected: Option<&str>) -> Result<(), Fault> {
    let known = may_change(db, id, expected)?;
    db.prepare_cached("DELETE FROM installation WHERE id = ?1")?.execute([id])?;
    connections::delete_unused(db, &known.connection_id)
}
