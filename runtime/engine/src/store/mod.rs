//! The hosted store: the latest state of each item, by endpoint, group and item id.

mod hosted;

use async_trait::async_trait;
use bytes::Bytes;
pub use hosted::{HostedStore, Item, ItemPage, PAGE_BYTES_MAX, PAGE_ITEMS_MAX};

/// One item's new state.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The endpoint that the manifest names.
    pub endpoint: String,
    /// The customer's group.
    pub group: String,
    /// The provider's primary key.
    pub item: String,
    /// When the provider last changed it (Unix milliseconds), or when it was read.
    pub modified_at_ms: u64,
    /// When the message was made (Unix milliseconds); decides between changes of one `modified_at_ms`.
    pub occurred_at_ms: u64,
    /// A JSON object; nothing where the item is gone.
    pub document: Option<Bytes>,
}

/// Why changes were not taken.
#[derive(Debug, thiserror::Error)]
#[error("the hosted store failed: {0}")]
pub struct StoreError(pub String);

/// What the sink host needs of the store.
#[async_trait]
pub trait Documents: Send + Sync + 'static {
    /// Applies all changes, or none. Of two changes to one item the one with the greater (modified, occurred) stays.
    async fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError>;
}
