//! The inbox: providers' events between the answer that took them in and the messages they become.
//!
//! Promises, tested like those of the journal:
//! - **J7** an event that was accepted is durable: it waits, or is dead with a reason, until its envelopes and its removal move in
//!   one transaction;
//! - **J8** an event accepted twice is stored once, as long as the first is remembered;
//! - **J9** the events of a queue are claimed in the order in which they were accepted, by one owner at a time, and a stale owner
//!   cannot settle.

use std::time::Duration;

use ampline_core::{message::Envelope, plan::ReadKey};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Page, Result};

/// How long a provider's event is remembered after it was accepted; providers stop to retry within a day.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(3 * 24 * 3_600);

/// Most events that are remembered; beyond it the oldest are forgotten first.
pub const REMEMBERED_MAX: u64 = 2_000_000;

/// An event to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The same for every delivery of the event for the same installation.
    pub key: [u8; 16],
    /// Whose event of which object: those of one queue are processed in order.
    pub queue: ReadKey,
    /// The record.
    pub record_id: Option<String>,
    /// The provider's own name for what happened.
    pub provider_type: String,
    /// When it happened at the provider.
    pub occurred_at: Timestamp,
    /// Its JSON text.
    pub body: Bytes,
}

/// What became of a call's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accepted {
    /// Stored.
    pub new: u64,
    /// Known already.
    pub repeated: u64,
}

/// What to claim.
#[derive(Debug, Clone, Copy)]
pub struct ClaimEvents {
    /// At most so many, of one queue.
    pub events_max: u32,
    /// At most so many bytes of bodies, but always at least one event.
    pub bytes_max: u64,
    /// Now; a queue that is due later is not claimed.
    pub now: Timestamp,
    /// How long the claim holds.
    pub lease: Duration,
}

/// The next events of one queue, owned until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventClaim {
    /// The queue.
    pub queue: ReadKey,
    /// Rises with every owner of any queue.
    pub fence: u64,
    /// How often in a row this queue was put off as failing.
    pub failures: u32,
    /// In the order in which they were accepted.
    pub events: Vec<QueuedEvent>,
}

/// An event that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedEvent {
    /// Names the event within the journal.
    pub id: i64,
    /// As it was accepted.
    pub key: [u8; 16],
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Its JSON text.
    pub body: Bytes,
}

/// What a claim brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claimable {
    /// Events, where a queue is due.
    pub claim: Option<EventClaim>,
    /// When the next queue falls due, if none is due now.
    pub next_due: Option<Timestamp>,
}

/// What became of claimed events; all of it in one transaction. Events that are neither done nor dead stay where they are.
#[derive(Debug, Clone)]
pub struct EventSettlement {
    /// What the done ones became.
    pub envelopes: Vec<Envelope>,
    /// Events that are done.
    pub done: Vec<i64>,
    /// Events that are given up, each with its reason.
    pub dead: Vec<(i64, String)>,
    /// Whether what stays must wait.
    pub put_off: Option<PutOff>,
    /// Now.
    pub now: Timestamp,
}

/// A queue that must wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutOff {
    /// Until then.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// Whether this counts as a failure in a row.
    pub failed: bool,
}

/// How an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventStatus {
    /// To be processed.
    Waiting,
    /// Given up, with a reason.
    Dead,
}

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EventFilter {
    /// One event.
    pub id: Option<i64>,
    /// The installation.
    pub installation_id: Option<String>,
    /// The provider's object name.
    pub object_name: Option<String>,
    /// How they stand.
    pub status: Option<EventStatus>,
}

/// A [`ReadKey`] as the API's document knows it: the core knows no documents.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "its schema alone is used")]
struct Queue {
    /// The installation.
    installation_id: String,
    /// The provider's object name.
    object_name: String,
}

/// One event, without its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventSummary {
    /// Names the event.
    pub id: i64,
    /// Whose event of which object.
    #[serde(flatten)]
    #[schema(inline, value_type = Queue)]
    pub queue: ReadKey,
    /// The record, where the event names one.
    pub record_id: Option<String>,
    /// The provider's own name for what happened.
    pub provider_event_type: String,
    /// When it happened at the provider.
    pub occurred_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// How it stands.
    pub status: EventStatus,
    /// Why it was given up, or why its queue waits.
    pub reason: Option<String>,
    /// Until when its queue waits, if it must.
    pub next_attempt_at: Option<Timestamp>,
}

/// One event with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDetail {
    /// The event.
    pub summary: EventSummary,
    /// Its JSON text.
    pub body: Bytes,
}

/// How the inbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InboxState {
    /// Events that wait.
    pub waiting: u64,
    /// Bytes of their bodies.
    pub waiting_bytes: u64,
    /// Events that were given up.
    pub dead: u64,
}

/// The store of providers' events.
#[async_trait]
pub trait Inbox: Send + Sync + 'static {
    /// Makes events durable (J7), those that are known already left out (J8). All of them or none.
    async fn accept_events(&self, events: Vec<NewEvent>, now: Timestamp) -> Result<Accepted>;
    /// Claims the next events of the queue that has been due for longest (J9).
    async fn claim_events(&self, request: ClaimEvents) -> Result<Claimable>;
    /// Settles claimed events: their envelopes and their removal move together (J7, J2). Refused to a stale owner (J9).
    async fn settle_events(&self, claim: &EventClaim, settlement: EventSettlement) -> Result<()>;
    /// Resolves when there may be something to claim that there was not before.
    async fn wait_for_events(&self);
    /// How the inbox stands; costs no look into the store.
    fn inbox(&self) -> InboxState;
    /// Events that match, newest first. `limit` is capped at 1,000.
    async fn events(&self, filter: &EventFilter, limit: u32, page_token: Option<&str>) -> Result<Page<EventSummary>>;
    /// One event, by its id.
    async fn event(&self, id: i64) -> Result<Option<EventDetail>>;
    /// Puts the matching dead events back into their queues, behind what waits there; returns how many.
    async fn replay_events(&self, filter: &EventFilter, now: Timestamp) -> Result<u64>;
    /// Deletes the matching dead events for good; returns how many.
    async fn purge_events(&self, filter: &EventFilter) -> Result<u64>;
}
