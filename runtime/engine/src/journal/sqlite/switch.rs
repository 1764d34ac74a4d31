//! Destinations start, stop, close and change their names: first in the file, then in the lanes that claims are made from.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{SqliteJournal, bury, destinations, rename};
use crate::journal::Result;

/// Starts a destination, or stops it for a reason.
pub(super) async fn set(journal: &SqliteJournal, name: &str, disabled_reason: Option<String>) -> Result<()> {
    let (row, disabled) = (name.to_owned(), disabled_reason.is_some());
    let (name, lanes) = (name.to_owned(), Arc::clone(&journal.lanes));
    let set = journal.database.write(
        move |db| destinations::set(db, &row, disabled_reason.as_deref()),
        move |destination| {
            lanes.changes.destination();
            lanes.know(&name, *destination).change(|lane| {
                lane.disabled = disabled;
                lane.tell();
            });
        },
    );
    Ok(set.await.map(drop)?)
}

/// Stops a destination for a reason that its receiver gave, which is told.
pub(super) async fn stop(journal: &SqliteJournal, name: &str, reason: String, now: Timestamp) -> Result<()> {
    let (row, name) = (name.to_owned(), name.to_owned());
    let (lanes, told) = (Arc::clone(&journal.lanes), Arc::clone(&journal.told));
    let stopped = journal.database.write(
        move |db| destinations::stop(db, &row, &reason, now),
        move |destination| {
            lanes.changes.destination();
            lanes.know(&name, *destination).lock().disabled = true;
            told.notify_one();
        },
    );
    Ok(stopped.await.map(drop)?)
}

/// Closes a destination that was deleted.
pub(super) async fn close(journal: &SqliteJournal, name: &str, reason: String) -> Result<()> {
    let (row, name, lanes) = (name.to_owned(), name.to_owned(), Arc::clone(&journal.lanes));
    let close = move |db: &Connection| bury::close(db, &row, &reason);
    let closing = journal.database.write(close, move |destination| lanes.know(&name, *destination).lock().disabled = true);
    Ok(closing.await.map(drop)?)
}

/// Gives a destination another name.
pub(super) async fn rename(journal: &SqliteJournal, from: &str, to: &str) -> Result<()> {
    let (lanes, names) = (Arc::clone(&journal.lanes), [from.to_owned(), to.to_owned()]);
    let [from, to] = names.clone();
    let renamed = journal.database.write(
        move |db| rename::rename(db, &from, &to),
        move |renamed: &rename::Renamed| rename::announce(&lanes, &names, renamed),
    );
    Ok(renamed.await.map(drop)?)
}
