//! An envelope: one message, what is known about it, and where its records lie inside its body.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A body with more bytes than this travels in the url form to a webhook, and no message joins records beyond it
/// (contract: "300KB", taken as 300 × 1,000).
pub const MESSAGE_BYTES_MAX: usize = 300_000;

/// The facts about a message that templates may name; a closed set (`delivery.md` section 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The project.
    pub project_id: String,
    /// The installation that was read.
    pub installation_id: String,
    /// Whose credentials read it.
    pub connection_id: String,
    /// Where it goes.
    pub destination_id: String,
    /// The read that made it; nothing for events.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation_id: Option<String>,
    /// As messages carry it: mapped if mapped.
    pub object_name: String,
    /// The same as the envelope's id.
    #[serde(rename = "event-id")]
    pub event_id: String,
    /// RFC 3339, nanoseconds.
    pub timestamp: String,
    /// What kind of message it is: `read`, `subscribe`, …
    pub topic: String,
}

/// One record inside a message body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSpan {
    /// The provider's primary key.
    pub id: String,
    /// Offset of the record's entry (an object of `result`) in the body, in bytes.
    pub start: u32,
    /// Offset just behind it.
    pub end: u32,
    /// When the provider last changed it (Unix milliseconds); nothing where it does not say.
    pub modified_at_ms: Option<i64>,
    /// Whether it was deleted at the provider.
    pub deleted: bool,
}

/// Where things lie inside a body, so that it is never parsed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyIndex {
    /// Offset of the `"resultInfo"` key (its opening quote). `body[..at]` + a new resultInfo + `}` is the url form.
    pub result_info_at: u32,
    /// The records, in order.
    pub records: Vec<RecordSpan>,
}

/// One message on its way to one destination.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The event id: deterministic, the same over crashes, repeats and attempts.
    pub id: Uuid,
    /// Name of the destination.
    pub destination: String,
    /// The customer's group (`groupRef`).
    pub group_ref: String,
    /// Related envelopes (one installation and object) share it.
    pub ordering_key: String,
    /// When the message was made.
    pub occurred_at: Timestamp,
    /// What templates may name.
    pub metadata: Metadata,
    /// Where the records lie.
    pub index: BodyIndex,
    /// The message in its inline form, exactly as it will be sent.
    pub body: Bytes,
}
