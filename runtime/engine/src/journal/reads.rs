//! What the journal keeps of reads besides their cursors: pauses, triggered reads, operations and their logs.

use ampline_core::{cursor::ReadType, plan::ReadKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::OperationStatus;

/// Entries of one operation's log that are kept; the last ones push out those in the middle, never the first half.
pub const LOG_ENTRIES_MAX: usize = 1_000;
/// Longest text of an entry, in characters; what is longer is cut.
pub const LOG_TEXT_CHARS_MAX: usize = 2_000;

/// A triggered read, to be kept before it runs.
#[derive(Debug, Clone)]
pub struct NewTrigger {
    /// Which read.
    pub key: ReadKey,
    /// Its operation, which is in progress from now on.
    pub operation_id: Uuid,
    /// The opaque cursor to begin with.
    pub cursor: String,
    /// Now.
    pub now: Timestamp,
}

/// Why and since when a read by schedule does not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// Since when.
    pub at: Timestamp,
    /// The note of whoever paused it, or the failure that did.
    pub reason: String,
    /// It paused by itself, after failing again and again.
    pub automatic: bool,
}

/// One run of a read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReadOperation)]
pub struct Operation {
    /// Its id, as messages carry it.
    pub id: Uuid,
    /// When it began.
    pub create_time: Timestamp,
    /// When it last committed or ended.
    pub update_time: Timestamp,
    /// How it stands.
    pub status: OperationStatus,
    /// A sentence for an operator, once it ended.
    pub result: Option<String>,
    /// What started it; nothing before its first page.
    #[serde(default)]
    #[schema(value_type = Option<String>, examples("scheduled"))]
    pub read_type: Option<ReadType>,
    /// Records read so far.
    pub records_processed: u64,
    /// How many there are, as far as known.
    pub records_estimated_total: Option<u64>,
}

/// An operation and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationOf {
    /// Which read.
    pub key: ReadKey,
    /// The operation.
    pub operation: Operation,
    /// Pages that it has committed.
    pub pages: u32,
}

/// Which operations.
#[derive(Debug, Clone, Default)]
pub struct OperationFilter {
    /// Only of this installation.
    pub installation_id: Option<String>,
    /// Only of this object, by the provider's name.
    pub object_name: Option<String>,
}

/// How serious an entry of a log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Info,
    /// It may pass by itself.
    Warning,
    /// It needs a person, or has ended the operation.
    Error,
}

/// One thing that an operation has to say.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// When.
    pub at: Timestamp,
    /// How serious.
    pub severity: Severity,
    /// What happened.
    pub message: String,
    /// What went wrong, in the provider's words where there are any.
    pub error: Option<String>,
    /// Figures: pages, records, waits.
    pub details: Option<serde_json::Value>,
}

/// At most [`LOG_TEXT_CHARS_MAX`] characters.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(LOG_TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
