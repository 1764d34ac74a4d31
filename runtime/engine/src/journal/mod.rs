//! The journal: one transactional store of reads, envelopes, deliveries and attempts. There is no other queue, lock or log layer.
//!
//! Promises, which every backend is tested for by one suite:
//! - **J1** a cursor never passes an envelope that is not durable: they move in one transaction;
//! - **J2** an envelope id committed twice is delivered once;
//! - **J3** a (read, tick) has one owner, and a stale owner cannot commit;
//! - **J4** a claim is exclusive until its lease ends;
//! - **J5** settling is idempotent: attempt row, new state and next time move in one transaction, once;
//! - **J6** a retry is not claimable before its time; a dead letter never is, but is listed;
//! - **J12** what is delivered on request is claimable once it was asked for, each request for one message;
//! - **J13** where a destination keeps order, a delivery is claimable only when none of the same ordering key is pending before it.
//!
//! J7 to J9, about events of providers, stand with [`Inbox`]; J10 and J11, about what the runtime tells of itself, with [`Outbox`].

mod changes;
mod deliveries;
mod inbox;
mod outbox;
mod reads;
pub mod sqlite;

use std::{sync::Arc, time::Duration};

use ampline_core::{
    cursor::ReadType,
    message::{Envelope, Notification},
    plan::ReadKey,
    retry::Verdict,
};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use changes::{Changed, Changes, Listening};
pub use deliveries::{
    AttemptRow, Bulk, DeliveryDetail, DeliveryFilter, DeliveryStatus, DeliverySummary, Page, Purged, Retention,
};
pub use inbox::{
    Accepted, ClaimEvents, Claimable, EventClaim, EventDetail, EventFilter, EventSettlement, EventStatus, EventSummary, Inbox,
    InboxState, NewEvent, PutOff, QueuedEvent, REMEMBERED_FOR, REMEMBERED_MAX,
};
pub use outbox::{Outbox, SeenSchema, Waiting};
pub(crate) use reads::cut;
pub use reads::{
    LOG_ENTRIES_MAX, LOG_TEXT_CHARS_MAX, LogEntry, NewTrigger, Operation, OperationFilter, OperationOf, Pause, Severity, Standing,
};

/// Why the journal could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The read has another owner by now; what was read is not committed and will be read again.
    #[error("the read is owned by a later run (fence {held} is stale)")]
    StaleFence {
        /// The fence that the caller holds.
        held: i64,
    },
    /// The events have another owner by now, or are gone; nothing of the settlement took effect.
    #[error("the events were claimed again meanwhile")]
    StaleClaim,
    /// The store cannot be used: corrupt, of a newer version, or in use by another process.
    #[error("the store {path} cannot be used: {reason}")]
    Unusable {
        /// The file.
        path: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A page token that no list gave.
    #[error("the page token {0:?} is not one that a list gave: leave it out to begin with the first page")]
    PageToken(String),
    /// There is no room on the disk; nothing of the call took effect, and the same call may succeed once there is.
    #[error("the store cannot grow: {0}")]
    Full(String),
    /// The store failed; nothing of the call took effect.
    #[error("the store failed: {0}")]
    Store(String),
}

/// Shorthand.
pub type Result<T> = std::result::Result<T, JournalError>;

/// What kind of read an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OperationStatus {
    /// Running, or interrupted by a crash and to be resumed.
    #[serde(rename = "in_progress")]
    InProgress,
    /// Came to its end.
    Success,
    /// Gave up; the reason is in `result`.
    Failure,
}

/// Ownership of one read until its lease ends.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadLease {
    /// Which read.
    pub key: ReadKey,
    /// The triggered operation; nothing for the read by schedule.
    pub trigger: Option<Uuid>,
    /// Rises with every owner; a commit under an older one is refused.
    pub fence: i64,
    /// The operation: the proposed one, or the interrupted one that is being resumed.
    pub operation_id: Uuid,
    /// When the operation began.
    pub operation_time: Timestamp,
    /// Whether an interrupted operation is being resumed.
    pub resumed: bool,
    /// What started it; nothing before its first page.
    pub read_type: Option<ReadType>,
    /// Pages that the operation has committed.
    pub pages: u32,
    /// The opaque cursor as last committed; nothing before the first commit.
    pub cursor: Option<String>,
    /// What counts towards a pause.
    pub strikes: u32,
}

/// A new operation, proposed to [`Journal::begin`].
#[derive(Debug, Clone)]
pub struct Begin {
    /// Which read.
    pub key: ReadKey,
    /// A triggered operation of it, which is resumed until it has ended; nothing for the read by schedule.
    pub trigger: Option<Uuid>,
    /// Id for the operation, if none is being resumed.
    pub operation_id: Uuid,
    /// Now.
    pub now: Timestamp,
    /// How long the caller owns the read without committing again.
    pub lease: Duration,
}

/// Envelopes and the cursor that covers them; durable together or not at all. Renews the lease, or ends the operation.
#[derive(Debug, Clone)]
pub struct PageCommit {
    /// The envelopes of the pages; none for empty pages.
    pub envelopes: Vec<Arc<Envelope>>,
    /// How many pages of the operation these are.
    pub pages: u32,
    /// Whether they are delivered on request only: see [`Journal::ask_for`].
    pub on_request: bool,
    /// The opaque cursor behind them.
    pub cursor: String,
    /// Records that the operation has read so far.
    pub records_processed: u64,
    /// How many there are, as far as known.
    pub records_estimated_total: Option<u64>,
    /// What started the operation.
    pub read_type: ReadType,
    /// What there is to say; durable with the page.
    pub log: Vec<LogEntry>,
    /// Now.
    pub now: Timestamp,
    /// How long the caller owns the read from now.
    pub lease: Duration,
    /// Ends the operation behind the page, as [`Journal::finish`] does, in the same transaction.
    pub end: Option<OperationEnd>,
}

/// How an operation ended.
#[derive(Debug, Clone)]
pub struct OperationEnd {
    /// `Success` or `Failure`.
    pub status: OperationStatus,
    /// A sentence for an operator: how much was read, or why it failed.
    pub result: String,
    /// The cursor to keep; nothing leaves the committed one.
    pub cursor: Option<String>,
    /// What counts towards a pause from now on; a success takes all away.
    pub strikes: u32,
    /// Pauses the read in the same transaction.
    pub pause: Option<Pause>,
    /// What there is to say.
    pub log: Vec<LogEntry>,
    /// What is told of it, durable with the end.
    pub notifications: Vec<Notification>,
    /// Now.
    pub now: Timestamp,
}

/// The state of one read, for the scheduler and for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadState {
    /// Which read.
    #[serde(flatten)]
    pub key: ReadKey,
    /// The opaque cursor.
    #[serde(skip)]
    pub cursor: Option<String>,
    /// The latest operation.
    pub operation: Option<Operation>,
    /// Failures in a row.
    pub failures: u32,
    /// Why it does not run, where it is paused.
    pub paused: Option<Pause>,
}

impl ReadState {
    /// Whether its latest operation has not ended.
    pub fn is_interrupted(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| operation.status == OperationStatus::InProgress)
    }
}

/// What to claim.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// Name of the destination.
    pub destination: String,
    /// At most so many.
    pub envelopes_max: u32,
    /// At most so many bytes of bodies, but always at least one envelope.
    pub bytes_max: u64,
    /// Now; what is due later is not claimed.
    pub now: Timestamp,
    /// How long the claim holds.
    pub lease: Duration,
}

/// One claimed delivery of an envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// Names the delivery within the journal (an envelope that is replayed has several).
    pub delivery: i64,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The delivery that this one replays.
    pub replay_of: Option<i64>,
    /// The message.
    pub envelope: Arc<Envelope>,
}

/// What a claim brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Claim {
    /// In due order, oldest first.
    pub deliveries: Vec<Claimed>,
    /// When the next delivery of this destination falls due, if none is due now.
    pub next_due: Option<Timestamp>,
}

/// One attempt and what follows from it; settled in one transaction.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// Which delivery.
    pub delivery: i64,
    /// Which attempt, as claimed.
    pub attempt: u32,
    /// When the attempt began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// Dotted code: `http.200`, `http.503`, `sink.trap`.
    pub code: String,
    /// What the other side said, capped by the caller at 16 KiB.
    pub message: Option<String>,
    /// What follows. [`Verdict::Block`] keeps the delivery pending without counting the attempt.
    pub verdict: Verdict,
    /// Where this is a failure, and every attempt at the destination failed for so long, it stops the destination; nothing = never.
    pub disable_after: Option<Duration>,
}

/// How a destination stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DestinationState {
    /// Its name.
    pub name: String,
    /// Why it is stopped until a person acts; nothing while it runs.
    pub disabled_reason: Option<String>,
    /// Whether it was deleted, or has another name by now: what the journal still holds of it are dead letters and history.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// Envelopes that wait.
    pub pending: u64,
    /// Bytes of their bodies.
    pub pending_bytes: u64,
    /// Envelopes that were given up.
    pub dead: u64,
    /// Envelopes that were taken, as far as retention keeps them.
    pub delivered: u64,
    /// The first failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// Failures since the last success.
    pub failures: u64,
}

/// Most messages of a read that may be asked for before they are there.
pub const PAGES_ASKED_MAX: u32 = 1_000_000;

/// The store of reads, envelopes, deliveries and attempts, and of events and notifications that are to become envelopes.
#[async_trait]
pub trait Journal: Inbox + Outbox {
    /// Takes ownership of a read, resuming an interrupted operation; nothing while another owner's lease holds (J3), and nothing
    /// for a triggered operation that has ended.
    async fn begin(&self, begin: Begin) -> Result<Option<ReadLease>>;
    /// Makes a page's envelopes and its cursor durable together (J1, J2).
    async fn commit(&self, lease: &ReadLease, commit: PageCommit) -> Result<()>;
    /// Ends an operation and gives up the lease.
    async fn finish(&self, lease: &ReadLease, end: OperationEnd) -> Result<()>;
    /// Gives up the lease of a read that must wait; the operation stays in progress, and the next [`Journal::begin`] resumes it.
    async fn suspend(&self, lease: &ReadLease, log: Vec<LogEntry>) -> Result<()>;
    /// Keeps a triggered read, with its own cursor and its operation in progress.
    async fn trigger(&self, trigger: NewTrigger) -> Result<()>;
    /// Triggered reads that have not ended, oldest first.
    async fn triggered(&self) -> Result<Vec<(ReadKey, Uuid)>>;
    /// Pauses reads by schedule or, with nothing, lets them go on with their failures forgotten; also reads that never began.
    async fn pause(&self, keys: &[ReadKey], pause: Option<Pause>) -> Result<()>;
    /// Lets the oldest so many messages of a read be delivered that are delivered on request, and remembers what is asked for
    /// beyond them, up to [`PAGES_ASKED_MAX`]; how many there were. Until then they wait (J12), as long as history is kept.
    async fn ask_for(&self, key: &ReadKey, pages: u32, now: Timestamp) -> Result<u64>;
    /// Every read by schedule that ever began or was paused.
    async fn reads(&self) -> Result<Vec<ReadState>>;
    /// Those of one installation.
    async fn reads_of(&self, installation_id: &str) -> Result<Vec<ReadState>>;
    /// How these installations stand, in their order.
    async fn standings(&self, installation_ids: Vec<String>) -> Result<Vec<Standing>>;
    /// Operations that match, newest first, as far as they are kept. `limit` is capped at 1,000.
    async fn operations(&self, filter: &OperationFilter, limit: u32, page_token: Option<&str>) -> Result<Page<OperationOf>>;
    /// One operation.
    async fn operation(&self, id: Uuid) -> Result<Option<OperationOf>>;
    /// What an operation has said, oldest first; at most [`LOG_ENTRIES_MAX`].
    async fn operation_log(&self, id: Uuid) -> Result<Vec<LogEntry>>;
    /// The latest backfill of a read.
    async fn backfill(&self, key: &ReadKey) -> Result<Option<Operation>>;

    /// Claims what is due for a destination (J4, J6); nothing while the destination is disabled.
    async fn claim(&self, request: ClaimRequest) -> Result<Claim>;
    /// Settles attempts; those that are already settled, or no longer claimed under that attempt number, are left alone (J5).
    /// Where a failure shows that its destination has only failed for too long, the same transaction stops the destination.
    async fn settle(&self, settlements: Vec<Settlement>) -> Result<()>;
    /// Gives claims back unattempted.
    async fn release(&self, deliveries: &[i64]) -> Result<()>;
    /// Resolves when the destination may have something to claim that it had not before.
    async fn wait_for_work(&self, destination: &str);

    /// Deliveries that match, newest first. `limit` is capped at 1,000.
    async fn deliveries(&self, filter: &DeliveryFilter, limit: u32, page_token: Option<&str>) -> Result<Page<DeliverySummary>>;
    /// One delivery, by its id.
    async fn delivery(&self, id: i64) -> Result<Option<DeliveryDetail>>;
    /// Those deliveries of these that are kept, in the order of the ids.
    async fn deliveries_of(&self, ids: Vec<i64>) -> Result<Vec<DeliverySummary>>;
    /// The envelope with this event id, as stored.
    async fn envelope(&self, event_id: Uuid) -> Result<Option<Arc<Envelope>>>;
    /// Makes a new delivery of each matching envelope, logged as a replay; returns how many. Pending ones are not doubled.
    async fn replay(&self, filter: &DeliveryFilter, now: Timestamp) -> Result<u64>;
    /// Deletes the matching dead letters for good, in bounded steps; never what is pending or delivered. An envelope whose last
    /// delivery goes is forgotten, its id included.
    async fn purge(&self, filter: &DeliveryFilter) -> Result<Purged>;
    /// How many deliveries a replay or a purge with this filter would take now.
    async fn count(&self, filter: &DeliveryFilter, what: Bulk) -> Result<u64>;

    /// What changes, for whoever follows it.
    fn changes(&self) -> Arc<Changes>;
    /// Bytes of bodies that wait for a destination; costs no look into the store.
    fn pending_bytes(&self, destination: &str) -> u64;
    /// Why the store lately had no room for a write, in words for an operator; nothing once nobody met that for a while.
    fn trouble(&self) -> Option<String> {
        None
    }

    /// How each known destination stands.
    async fn destinations(&self) -> Result<Vec<DestinationState>>;
    /// Stops a destination with a reason, or starts it again with none, its failures forgotten. A destination not seen before
    /// becomes known.
    async fn set_destination(&self, name: &str, disabled_reason: Option<String>) -> Result<()>;

    /// Stops a destination for a reason that its receiver gave, and writes a notification of that down with it, unless it was
    /// stopped before.
    async fn stop_destination(&self, name: &str, reason: String, now: Timestamp) -> Result<()>;
    /// A destination was deleted: nothing more is claimed for it, and what still comes for it is a dead letter with this reason,
    /// until [`Journal::set_destination`] starts one of its name again.
    async fn close_destination(&self, name: &str, reason: String) -> Result<()>;
    /// Makes dead letters of what waits for a closed destination, in bounded steps; returns how many. Nothing of it may be claimed.
    async fn bury(&self, name: &str, now: Timestamp) -> Result<u64>;
    /// Keeps order for a destination from now on, or no more (J13), for what waits already too. Writes only where that is news.
    async fn keep_order(&self, name: &str, keeps_order: bool) -> Result<()>;
    /// Gives a destination another name, with all that waits and all history; what the journal knows of an earlier destination of
    /// that name joins it. What comes under the former name from then on is a dead letter that says so. Nothing where no
    /// destination of the former name is known.
    async fn rename_destination(&self, from: &str, to: &str) -> Result<()>;
    /// Stores messages that no read and no event made, each once (J2); the ids of their deliveries.
    async fn enqueue(&self, envelopes: Vec<Envelope>, now: Timestamp) -> Result<Vec<i64>>;

    /// Deletes settled history by age and size, in bounded steps.
    async fn retain(&self, retention: Retention, now: Timestamp) -> Result<Purged>;
    /// Makes all that was acknowledged durable and closes the store.
    async fn close(&self) -> Result<()>;
}
