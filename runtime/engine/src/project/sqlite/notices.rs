//! What is told of changes, written in their transaction: before the change, what it is about; behind it, what became of that.

use ampline_core::message::{Notification, NotificationType};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Fault, connections, installations, routes};
use crate::{
    project::{
        change::{Applied, Change, CredentialNews},
        model::{ConnectionRecord, ConnectionStatus, InstallationRecord},
    },
    sqlite::outbox,
};

/// What a change is about, as it was before. What a file no longer names counts as gone.
pub(super) struct Before {
    installation: Option<InstallationRecord>,
    connection: Option<ConnectionRecord>,
}

/// Looks at what a change is about; nothing where nobody hears of anything.
pub(super) fn before(db: &Connection, change: &Change) -> Result<Option<Before>, Fault> {
    if !routes::is_anything_heard(db)? {
        return Ok(None);
    }
    let installation = match change {
        Change::CreateInstallation(draft) | Change::PutInstallation(draft) => installations::find(db, &draft.id)?,
        Change::UpdateInstallation(update) => installations::find(db, &update.id)?,
        Change::DisableInstallation { id, .. } | Change::DeleteInstallation { id, .. } => installations::find(db, id)?,
        _ => None,
    };
    let installation = installation.filter(|record| record.disabled_reason.is_none());
    let connection = match change {
        Change::PutConnection(draft) => connections::find(db, &draft.id)?,
        Change::ConnectionStatus { id, .. } | Change::DisableConnection { id, .. } | Change::DeleteConnection { id } => {
            connections::find(db, id)?
        }
        Change::DeleteInstallation { .. } => match &installation {
            Some(record) => connections::find(db, &record.connection_id)?,
            None => None,
        },
        _ => None,
    };
    Ok(Some(Before { installation, connection: connection.filter(|record| record.disabled_reason.is_none()) }))
}

/// Writes down what is to be told of a change that was made.
pub(super) fn after(db: &Connection, before: Before, change: &Change, applied: &Applied, now: Timestamp) -> Result<(), Fault> {
    match change {
        Change::CreateInstallation(_) | Change::PutInstallation(_) | Change::UpdateInstallation(_) => {
            of_put_installation(db, before.installation.as_ref(), &applied.id, now)
        }
        Change::DisableInstallation { .. } => of_gone_installation(db, before.installation.as_ref(), now),
        Change::DeleteInstallation { .. } => {
            of_gone_installation(db, before.installation.as_ref(), now)?;
            match before.connection {
                Some(record) if connections::find(db, &record.id)?.is_none() => {
                    of_connection(db, NotificationType::ConnectionDeleted, &record, now)
                }
                _ => Ok(()),
            }
        }
        Change::PutConnection(draft) => of_put_connection(db, before.connection.as_ref(), &draft.id, draft.news, now),
        Change::DisableConnection { .. } | Change::DeleteConnection { .. } => match &before.connection {
            Some(record) => of_connection(db, NotificationType::ConnectionDeleted, record, now),
            None => Ok(()),
        },
        Change::ConnectionStatus { status: ConnectionStatus::BadCredentials, reason, .. } => match &before.connection {
            // The provider's words may differ each time; the news is that it was another status before.
            Some(record) if record.status != ConnectionStatus::BadCredentials => {
                let told = ConnectionRecord { status_reason: reason.clone(), ..record.clone() };
                of_connection(db, NotificationType::ConnectionError, &told, now)
            }
            _ => Ok(()),
        },
        Change::Tell { kind, installation_id, facts } => match installations::find(db, installation_id)? {
            Some(record) => {
                let mut data = whose(db, &record)?;
                data.extend(facts.clone());
                tell(db, *kind, data, now)
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn of_put_installation(db: &Connection, before: Option<&InstallationRecord>, id: &str, now: Timestamp) -> Result<(), Fault> {
    let Some(record) = installations::find(db, id)? else { return Ok(()) };
    let kind = match before {
        None => NotificationType::InstallationCreated,
        // Another name of the customer's is no choice of theirs.
        Some(before) if before.config.id == record.config.id => return Ok(()),
        Some(_) => NotificationType::InstallationUpdated,
    };
    let mut data = whose(db, &record)?;
    data.insert("config".to_owned(), record.config.content.to_value());
    if let Some(before) = before {
        data.insert("lastConfig".to_owned(), before.config.content.to_value());
    }
    tell(db, kind, data, now)
}

fn of_gone_installation(db: &Connection, before: Option<&InstallationRecord>, now: Timestamp) -> Result<(), Fault> {
    let Some(record) = before else { return Ok(()) };
    let mut data = whose(db, record)?;
    data.insert("config".to_owned(), record.config.content.to_value());
    tell(db, NotificationType::InstallationDeleted, data, now)
}

fn of_put_connection(
    db: &Connection,
    before: Option<&ConnectionRecord>,
    id: &str,
    news: CredentialNews,
    now: Timestamp,
) -> Result<(), Fault> {
    let Some(record) = connections::find(db, id)? else { return Ok(()) };
    let same_words = |before: &ConnectionRecord| ConnectionRecord { update_time: record.update_time, ..before.clone() } == record;
    let kind = match (before, news) {
        (None, _) => NotificationType::ConnectionCreated,
        (Some(_), CredentialNews::Replaced) => NotificationType::ConnectionUpdated,
        (Some(_), CredentialNews::Refreshed) => NotificationType::ConnectionRefreshed,
        (Some(before), CredentialNews::Same) if same_words(before) => return Ok(()),
        (Some(_), CredentialNews::Same) => NotificationType::ConnectionUpdated,
    };
    of_connection(db, kind, &record, now)
}

fn of_connection(db: &Connection, kind: NotificationType, record: &ConnectionRecord, now: Timestamp) -> Result<(), Fault> {
    let (group, consumer) = (record.group.as_ref(), record.consumer.as_ref());
    let text = |party: Option<&str>| party.unwrap_or_default().to_owned();
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| drop(fields.insert(key.to_owned(), value));
    put("connectionId", record.id.clone().into());
    put("provider", record.provider.clone().into());
    put("groupRef", text(group.map(|party| party.reference.as_str())).into());
    put("groupName", text(group.map(|party| party.name.as_str())).into());
    put("consumerRef", text(consumer.map(|party| party.reference.as_str())).into());
    put("consumerName", text(consumer.map(|party| party.name.as_str())).into());
    if kind == NotificationType::ConnectionError {
        put("error", json!([record.status_reason.as_deref().unwrap_or("the provider refused its credentials")]));
    }
    tell(db, kind, fields, now)
}

/// The fields that all notifications of an installation share, but for the project.
fn whose(db: &Connection, record: &InstallationRecord) -> Result<Map<String, Value>, Fault> {
    let sql = "SELECT provider FROM integration WHERE id = ?1";
    let provider: Option<String> = db.prepare_cached(sql)?.query_row([&record.integration_id], |row| row.get(0)).optional()?;
    let fields = [
        ("provider", provider.unwrap_or_default()),
        ("integrationId", record.integration_id.clone()),
        ("integrationName", record.integration.clone()),
        ("installationId", record.id.clone()),
        ("connectionId", record.connection_id.clone()),
        ("groupRef", record.group.reference.clone()),
        ("groupName", record.group.name.clone()),
        ("consumerRef", record.consumer.reference.clone()),
        ("consumerName", record.consumer.name.clone()),
    ];
    Ok(fields.into_iter().map(|(key, text)| (key.to_owned(), text.into())).collect())
}

/// Writes it down, where anybody hears of it.
fn tell(db: &Connection, kind: NotificationType, data: Map<String, Value>, now: Timestamp) -> Result<(), Fault> {
    if routes::is_heard(db, kind)? {
        outbox::put(db, &Notification { id: Uuid::now_v7(), kind, at: now, data })?;
    }
    Ok(())
}
