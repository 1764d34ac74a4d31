//! The delivery log as it is asked: filters, what a list shows, and what is done to many deliveries at once.

use std::{sync::Arc, time::Duration};

use ampline_core::message::Envelope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// Waiting for its first or next attempt.
    Pending,
    /// Taken by the other side.
    Delivered,
    /// Given up, with a reason.
    Dead,
}

/// Which deliveries.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DeliveryFilter {
    /// One delivery.
    pub id: Option<i64>,
    /// Name of the destination.
    pub destination: Option<String>,
    /// The customer's group.
    pub group_ref: Option<String>,
    /// How they stand.
    pub status: Option<DeliveryStatus>,
    /// As messages carry it.
    pub object_name: Option<String>,
    /// Made at this time or later.
    pub since: Option<Timestamp>,
    /// Made before this time.
    pub until: Option<Timestamp>,
    /// One envelope.
    pub event_id: Option<Uuid>,
}

/// One delivery, without its body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliverySummary {
    /// Names the delivery.
    pub id: i64,
    /// The envelope's id.
    pub event_id: Uuid,
    /// Name of the destination.
    pub destination: String,
    /// As messages carry it.
    pub object_name: String,
    /// The customer's group.
    pub group_ref: String,
    /// When the message was made.
    pub occurred_at: Timestamp,
    /// Bytes of the body.
    pub size: u64,
    /// How it stands.
    pub status: DeliveryStatus,
    /// Attempts made.
    pub attempts: u32,
    /// When the next attempt falls due, while pending.
    pub next_attempt_at: Option<Timestamp>,
    /// Why it was given up, or what the last attempt said.
    pub reason: Option<String>,
    /// The delivery that this one replays.
    pub replay_of: Option<i64>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptRow {
    /// From 1. An attempt that was blocked is listed but not counted.
    pub attempt: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// Whether the other side took it.
    pub delivered: bool,
    /// Dotted code.
    pub code: String,
    /// What the other side said.
    pub message: Option<String>,
}

/// One delivery with its attempts and its message.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryDetail {
    /// The delivery.
    pub summary: DeliverySummary,
    /// Oldest first.
    pub attempts: Vec<AttemptRow>,
    /// The message; nothing once retention took it.
    pub envelope: Option<Arc<Envelope>>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// Newest first.
    pub results: Vec<T>,
    /// Where the next page begins; nothing behind the last.
    pub next_page_token: Option<String>,
}

/// How much settled history is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retention {
    /// Settled deliveries older than this go.
    pub age_max: Duration,
    /// Beyond so many bytes of bodies the oldest delivered ones go first, then dead letters; what is pending never goes.
    pub bytes_max: u64,
}

/// What retention or a purge took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Purged {
    /// Deliveries that went, with their attempts.
    pub deliveries: u64,
    /// Envelopes that went, because no delivery of theirs was left.
    pub envelopes: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
}

impl Purged {
    /// Takes more in.
    pub(super) fn add(&mut self, more: Self) {
        self.deliveries += more.deliveries;
        self.envelopes += more.envelopes;
        self.bytes += more.bytes;
    }
}

/// What can be done to all deliveries that match a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bulk {
    /// [`Journal::replay`].
    Replay,
    /// [`Journal::purge`].
    Purge,
}
