//! One change, inside the transaction of its list.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Fault, connections, destinations, installations, integrations, notices};
use crate::{
    project::change::{Applied, Change},
    sqlite::us,
};

/// Makes a change, and writes down what is to be told of it.
pub(super) fn change(db: &Connection, change: &Change, now: Timestamp) -> Result<Applied, Fault> {
    let before = notices::before(db, change)?;
    let applied = make(db, change, now)?;
    if let Some(before) = before.filter(|_| applied.changed) {
        notices::after(db, before, change, &applied, now)?;
    }
    Ok(applied)
}

fn make(db: &Connection, change: &Change, now: Timestamp) -> Result<Applied, Fault> {
    let now_us = us(now);
    let mut renamed = false;
    let (id, changed) = match change {
        Change::PutInstallation(draft) => {
            renamed = installations::name_parties(db, draft, now_us)?;
            (&draft.id, installations::put(db, draft, now_us)? || renamed)
        }
        Change::Deploy(deployment) => (&deployment.id, integrations::deploy(db, deployment, now_us)?),
        Change::DisableIntegration { id, reason } => (id, integrations::disable(db, id, reason)?),
        Change::DeleteIntegration { id } => (id, integrations::delete(db, id).map(|()| true)?),
        Change::PutConnection(draft) => (&draft.id, connections::put(db, draft, now_us)?),
        Change::ConnectionStatus { id, status, reason } => (id, connections::set_status(db, id, *status, reason.as_deref())?),
        Change::DisableConnection { id, reason } => (id, connections::disable(db, id, reason)?),
        Change::DeleteConnection { id } => (id, connections::delete(db, id).map(|()| true)?),
        Change::PutDestination(draft) => (&draft.id, destinations::put(db, draft, now_us)?),
        Change::DisableDestination { id, reason } => (id, destinations::disable(db, id, reason, now_us)?),
        Change::DeleteDestination { id, expected_revision, by } => {
            (id, destinations::delete(db, id, *expected_revision, by).map(|()| true)?)
        }
        Change::CreateInstallation(draft) => {
            renamed = installations::name_parties(db, draft, now_us)?;
            (&draft.id, installations::create(db, draft, now_us).map(|()| true)?)
        }
        Change::UpdateInstallation(update) => (&update.id, installations::update(db, update, now_us)?),
        Change::DisableInstallation { id, reason } => (id, installations::disable(db, id, reason)?),
        Change::DeleteInstallation { id, expected_revision } => {
            (id, installations::delete(db, id, expected_revision.as_deref()).map(|()| true)?)
        }
        Change::Tell { installation_id, .. } => (installation_id, true),
    };
    Ok(Applied { id: id.clone(), changed, renamed })
}
