//! Notifications to messages, and the schemas that were seen, in the journal's file.

use std::sync::Arc;

use ampline_core::{message::Envelope, plan::ReadKey};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Fault, SqliteJournal,
    commit::{self, Arrived, Envelopes},
};
use crate::{
    journal::{Outbox, Result, SeenSchema, Waiting},
    sqlite::{outbox, time_of_us, us},
};

/// How long a schema is remembered that nobody looks at any more; no schedule comes less often than once a year.
const SCHEMA_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Stores the messages and takes out what they tell.
pub(super) fn settle(
    db: &Connection,
    rows: &[i64],
    envelopes: &Envelopes,
    now: Timestamp,
) -> std::result::Result<Vec<Arrived>, Fault> {
    outbox::remove(db, rows)?;
    commit::store(db, envelopes, now)
}

/// The fields that an object was last seen with.
pub(super) fn seen_schema(db: &Connection, key: &ReadKey) -> std::result::Result<Option<SeenSchema>, Fault> {
    let sql = "SELECT fields, seen_at_us FROM seen_schema WHERE installation_id = ?1 AND object_name = ?2";
    let names = [&key.installation_id, &key.object_name];
    let seen =
        db.prepare_cached(sql)?.query_row(names, |row| Ok(SeenSchema { fields: row.get(0)?, at: time_of_us(row.get(1)?) }));
    Ok(seen.optional()?)
}

/// Keeps what was seen along with the messages about it.
pub(super) fn saw_schema(
    db: &Connection,
    key: &ReadKey,
    fields: &str,
    envelopes: &Envelopes,
    now: Timestamp,
) -> std::result::Result<Vec<Arrived>, Fault> {
    let sql = "INSERT INTO seen_schema (installation_id, object_name, seen_at_us, fields) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (installation_id, object_name) DO UPDATE SET seen_at_us = ?3, fields = ?4";
    db.prepare_cached(sql)?.execute(params![key.installation_id, key.object_name, us(now), fields])?;
    commit::store(db, envelopes, now)
}

/// Forgets what nobody has looked at for long: its installation, its object or its watch is gone.
pub(super) fn forget_schemas(db: &Connection, now: Timestamp) -> std::result::Result<(), Fault> {
    let before = now.checked_sub(SCHEMA_KEPT).unwrap_or(Timestamp::MIN);
    db.prepare_cached("DELETE FROM seen_schema WHERE seen_at_us < ?1")?.execute([us(before)])?;
    Ok(())
}

#[async_trait]
impl Outbox for SqliteJournal {
    async fn notifications(&self, limit: u32) -> Result<Vec<Waiting>> {
        Ok(self.database.read(move |db| Ok::<_, Fault>(outbox::first(db, limit)?)).await?)
    }

    async fn settle_notifications(&self, rows: Vec<i64>, envelopes: Vec<Envelope>, now: Timestamp) -> Result<()> {
        let (envelopes, lanes, recent) = (commit::encode(envelopes)?, Arc::clone(&self.lanes), Arc::clone(&self.recent));
        let announce = move |arrived: &Vec<commit::Arrived>| commit::announce(&lanes, &recent, arrived);
        let settled = self.database.write(move |db| settle(db, &rows, &envelopes, now), announce);
        Ok(settled.await.map(drop)?)
    }

    async fn wait_for_notifications(&self) {
        self.told.notified().await;
    }

    async fn seen_schema(&self, key: &ReadKey) -> Result<Option<SeenSchema>> {
        let key = key.clone();
        Ok(self.database.read(move |db| seen_schema(db, &key)).await?)
    }

    async fn saw_schema(&self, key: ReadKey, fields: String, envelopes: Vec<Envelope>, now: Timestamp) -> Result<()> {
        let (envelopes, lanes, recent) = (commit::encode(envelopes)?, Arc::clone(&self.lanes), Arc::clone(&self.recent));
        let announce = move |arrived: &Vec<commit::Arrived>| commit::announce(&lanes, &recent, arrived);
        let seen = self.database.write(move |db| saw_schema(db, &key, &fields, &envelopes, now), announce);
        Ok(seen.await.map(drop)?)
    }
}
