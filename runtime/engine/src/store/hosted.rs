//! The hosted store in one SQLite file, beside the journal's and in its style.

use std::{convert::Infallible, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Change, Documents, StoreError};
use crate::sqlite::{self, Database, Options, Schema, StoreFailed, Unusable};

/// Version and tables of the file.
const SCHEMA: Schema = Schema { kind: "hosted store", application_id: 0x416D_7053, steps: &[include_str!("schema-1.sql")] };

/// Items on one page.
pub const PAGE_ITEMS_MAX: u32 = 1_000;
/// Bytes of documents on one page; one item is always given.
pub const PAGE_BYTES_MAX: usize = 8 << 20;
/// Marks of deleted items removed in one transaction.
const PRUNE_STEP_MAX: usize = 1_000;

/// Nothing is refused here: every change has its place or is outdated.
type Fault = sqlite::Fault<Infallible>;

/// One item as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The provider's primary key.
    pub id: String,
    /// The document, as it was given.
    pub data: Bytes,
    /// When the provider last changed it (Unix milliseconds), or when it was read.
    pub modified_at_ms: u64,
    /// Another text for every other state of the item; fit for an ETag.
    pub version: String,
}

/// Some items of a group, by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemPage {
    /// In the order of their ids (as bytes).
    pub items: Vec<Item>,
    /// Where the next page begins; nothing behind the last.
    pub next: Option<String>,
}

/// The latest state of each item, by endpoint and group.
pub struct HostedStore {
    database: Database,
}

impl HostedStore {
    /// Opens the store, making it if the file is not there. A file that cannot be used is left as it is.
    pub fn open(path: &Path, options: &Options) -> Result<Arc<Self>, StoreError> {
        Ok(Arc::new(Self { database: Database::open(path, &SCHEMA, options, |_| Ok(()))? }))
    }

    /// A group's items from behind `page_token` on (the `next` of the page before). Items that come or go meanwhile appear or not;
    /// no other is left out or given twice.
    pub async fn list(&self, endpoint: &str, group: &str, limit: u32, page_token: Option<&str>) -> Result<ItemPage, StoreError> {
        let (endpoint, group, after) = (endpoint.to_owned(), group.to_owned(), page_token.unwrap_or_default().to_owned());
        let limit = limit.clamp(1, PAGE_ITEMS_MAX) as usize;
        Ok(self.database.read(move |db| page(db, &endpoint, &group, limit, &after)).await?)
    }

    /// One item; nothing where it never was or is gone.
    pub async fn get(&self, endpoint: &str, group: &str, id: &str) -> Result<Option<Item>, StoreError> {
        let (endpoint, group, id) = (endpoint.to_owned(), group.to_owned(), id.to_owned());
        Ok(self.database.read(move |db| find(db, &endpoint, &group, &id)).await?)
    }

    /// Forgets items that were deleted longer than `age_max` ago. Until then an older state that arrives late is recognised.
    pub async fn forget_deleted(&self, age_max: Duration, now: Timestamp) -> Result<u64, StoreError> {
        let age_ms = i64::try_from(age_max.as_millis()).unwrap_or(i64::MAX);
        let before_ms = now.as_millisecond().saturating_sub(age_ms);
        let mut forgotten = 0;
        loop {
            let step = self.database.write(move |db| forget(db, before_ms), |_| ()).await?;
            forgotten += step as u64;
            if step < PRUNE_STEP_MAX {
                return Ok(forgotten);
            }
        }
    }

    /// Makes all that was acknowledged durable and closes the store.
    pub async fn close(&self) -> Result<(), StoreError> {
        Ok(self.database.close().await.map_err(Fault::from)?)
    }
}

impl std::fmt::Debug for HostedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostedStore").field("path", &self.database.path()).finish()
    }
}

#[async_trait]
impl Documents for HostedStore {
    async fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        Ok(self.database.write(move |db| apply(db, &changes), |()| ()).await?)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            sqlite::Fault::Store(StoreFailed(reason)) | sqlite::Fault::Full(StoreFailed(reason)) => Self(reason),
            sqlite::Fault::Refused(never) => match never {},
        }
    }
}

impl From<Unusable> for StoreError {
    fn from(Unusable { path, reason }: Unusable) -> Self {
        Self(format!("{} cannot be used: {reason}", path.display()))
    }
}

fn collection(db: &Connection, endpoint: &str, group: &str) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT id FROM collection WHERE endpoint = ?1 AND group_ref = ?2";
    db.prepare_cached(sql)?.query_row([endpoint, group], |row| row.get(0)).optional()
}

fn apply(db: &Connection, changes: &[Change]) -> Result<(), Fault> {
    let mut upsert = db.prepare_cached(
        "INSERT INTO item (collection, item, modified_at_ms, occurred_at_ms, document) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (collection, item) DO UPDATE \
         SET modified_at_ms = ?3, occurred_at_ms = ?4, document = ?5 WHERE (?3, ?4) > (modified_at_ms, occurred_at_ms)",
    )?;
    for run in changes.chunk_by(|a, b| a.endpoint == b.endpoint && a.group == b.group) {
        let Some(Change { endpoint, group, .. }) = run.first() else { continue };
        let collection = match collection(db, endpoint, group)? {
            Some(id) => id,
            None => {
                db.prepare_cached("INSERT INTO collection (endpoint, group_ref) VALUES (?1, ?2)")?.execute([endpoint, group])?;
                db.last_insert_rowid()
            }
        };
        for change in run {
            let (modified_at_ms, occurred_at_ms) = (stored_ms(change.modified_at_ms), stored_ms(change.occurred_at_ms));
            upsert.execute(params![collection, change.item, modified_at_ms, occurred_at_ms, change.document.as_deref()])?;
        }
    }
    Ok(())
}

fn stored_ms(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    let (modified_at_ms, occurred_at_ms): (i64, i64) = (row.get(1)?, row.get(2)?);
    Ok(Item {
        id: row.get(0)?,
        data: Bytes::from(row.get::<_, Vec<u8>>(3)?),
        modified_at_ms: modified_at_ms.cast_unsigned(),
        // A state is only ever replaced by one with a greater pair.
        version: format!("{modified_at_ms:x}-{occurred_at_ms:x}"),
    })
}

fn find(db: &Connection, endpoint: &str, group: &str, id: &str) -> Result<Option<Item>, Fault> {
    let Some(collection) = collection(db, endpoint, group)? else { return Ok(None) };
    let sql = "SELECT item, modified_at_ms, occurred_at_ms, document FROM item \
               WHERE collection = ?1 AND item = ?2 AND document IS NOT NULL";
    Ok(db.prepare_cached(sql)?.query_row(params![collection, id], item).optional()?)
}

fn page(db: &Connection, endpoint: &str, group: &str, limit: usize, after: &str) -> Result<ItemPage, Fault> {
    let Some(collection) = collection(db, endpoint, group)? else { return Ok(ItemPage::default()) };
    // No item has an empty id, so the empty text is before the first.
    let sql = "SELECT item, modified_at_ms, occurred_at_ms, document FROM item \
               WHERE collection = ?1 AND item > ?2 AND document IS NOT NULL ORDER BY item";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![collection, after])?;
    let (mut items, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let item = item(row)?;
        bytes += item.data.len();
        if items.len() == limit || (!items.is_empty() && bytes > PAGE_BYTES_MAX) {
            let next = items.last().map(|last: &Item| last.id.clone());
            return Ok(ItemPage { items, next });
        }
        items.push(item);
    }
    Ok(ItemPage { items, next: None })
}

fn forget(db: &Connection, before_ms: i64) -> Result<usize, Fault> {
    let sql = "DELETE FROM item WHERE id IN (SELECT id FROM item WHERE document IS NULL AND occurred_at_ms < ?1 LIMIT ?2)";
    Ok(db.prepare_cached(sql)?.execute([before_ms, PRUNE_STEP_MAX as i64])?)
}
