//! The outbox: what the runtime tells of itself, between the transaction that it tells of and the messages it becomes; and the fields
//! that customers' objects were last seen with, which move along with the messages about them.
//!
//! Promises, tested like those of the journal:
//! - **J10** a notification is durable exactly if what it tells of is, and waits until its messages and its removal move in one
//!   transaction;
//! - **J11** what was last seen of a schema moves together with the messages about its changes.

use ampline_core::{message::Envelope, plan::ReadKey};
use async_trait::async_trait;
use jiff::Timestamp;

use super::Result;
pub use crate::sqlite::Waiting;

/// What an object's fields were last seen to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSchema {
    /// As [`Outbox::saw_schema`] was given them.
    pub fields: String,
    /// When.
    pub at: Timestamp,
}

/// The store of notifications that wait.
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Those that have waited for longest.
    async fn notifications(&self, limit: u32) -> Result<Vec<Waiting>>;
    /// Makes messages durable, each once, and takes out the notifications of this store that they tell (J10).
    async fn settle_notifications(&self, rows: Vec<i64>, envelopes: Vec<Envelope>, now: Timestamp) -> Result<()>;
    /// Resolves when there may be a notification that there was not before; for one who waits.
    async fn wait_for_notifications(&self);
    /// The fields that an object was last seen with; nothing where it never was.
    async fn seen_schema(&self, key: &ReadKey) -> Result<Option<SeenSchema>>;
    /// Keeps what was seen, and makes the messages about its changes durable (J11).
    async fn saw_schema(&self, key: ReadKey, fields: String, envelopes: Vec<Envelope>, now: Timestamp) -> Result<()>;
}
