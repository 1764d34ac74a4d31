//! Stores to test, and short words for what every test does.

use std::{path::PathBuf, sync::Arc, time::Duration};

use ampline::journal::{
    Begin, Claim, ClaimRequest, Claimed, DestinationState, Journal, PageCommit, ReadLease, Settlement,
    sqlite::{Options, SqliteJournal, Synchronous},
};
use ampline_core::{
    cursor::ReadType,
    message::{BodyIndex, Envelope, Metadata, RecordSpan},
    plan::ReadKey,
    retry::Verdict,
};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A place for a journal of some backend.
pub(crate) trait Store {
    /// A new place.
    fn new() -> Self;
    /// Opens the journal; again, after the one before was dropped, as after a crash.
    fn open(&self) -> Arc<dyn Journal>;
}

/// A directory that goes with the test.
pub(crate) struct SqliteStore(pub(crate) PathBuf);

impl SqliteStore {
    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("journal")
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Tests kill processes, not machines.
pub(crate) fn options() -> Options {
    Options { synchronous: Synchronous::Normal, ..Options::default() }
}

impl Store for SqliteStore {
    fn new() -> Self {
        let directory = std::env::temp_dir().join(format!("ampline-journal-{}", Uuid::now_v7()));
        std::fs::create_dir(&directory).expect("the directory for temporary files can be written");
        Self(directory)
    }

    fn open(&self) -> Arc<dyn Journal> {
        SqliteJournal::open(&self.file(), &options()).expect("the journal opens")
    }
}

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// So many seconds after an arbitrary beginning.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_785_585_600).unwrap() + SignedDuration::from_secs(seconds)
}

pub(crate) fn key(name: &str) -> ReadKey {
    ReadKey { installation_id: "installation".to_owned(), object_name: name.to_owned() }
}

/// An id that is spread like a hash, and the same for the same number.
pub(crate) fn event(n: u64) -> Uuid {
    let spread = (u128::from(n) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    uuid::Builder::from_custom_bytes((spread ^ spread.rotate_left(64)).to_be_bytes()).into_uuid()
}

/// Envelope number `n`, made at `at(made)`.
pub(crate) fn envelope(n: u64, destination: &str, made: i64) -> Envelope {
    let object_name = if n.is_multiple_of(2) { "contacts" } else { "companies" };
    let body = format!(r#"{{"n":{n},"result":[],"resultInfo":{{"type":"inline","numRecords":1}}}}"#);
    Envelope {
        id: event(n),
        destination: destination.to_owned(),
        group_ref: format!("group-{}", n % 3),
        ordering_key: format!("installation/{object_name}"),
        occurred_at: at(made),
        metadata: Metadata {
            project_id: "project".to_owned(),
            installation_id: "installation".to_owned(),
            connection_id: "connection".to_owned(),
            destination_id: format!("id-of-{destination}"),
            operation_id: n.is_multiple_of(5).then(|| "operation".to_owned()),
            object_name: object_name.to_owned(),
            event_id: event(n).to_string(),
            timestamp: at(made).to_string(),
            topic: "read".to_owned(),
        },
        index: BodyIndex {
            result_info_at: 20,
            records: vec![RecordSpan {
                id: n.to_string(),
                start: 1,
                end: 9,
                modified_at_ms: Some(-5),
                deleted: n.is_multiple_of(7),
            }],
        },
        body: Bytes::from(body),
    }
}

/// Owns the read `name` at `at(now)` for a minute.
pub(crate) async fn begin(journal: &dyn Journal, name: &str, now: i64) -> Option<ReadLease> {
    let begin = Begin { key: key(name), trigger: None, operation_id: Uuid::now_v7(), now: at(now), lease: MINUTE };
    journal.begin(begin).await.expect("begin")
}

pub(crate) fn page(envelopes: Vec<Envelope>, cursor: &str, now: i64) -> PageCommit {
    PageCommit {
        on_request: false,
        pages: 1,
        records_processed: envelopes.len() as u64,
        envelopes: envelopes.into_iter().map(Into::into).collect(),
        cursor: cursor.to_owned(),
        records_estimated_total: None,
        read_type: ReadType::Backfill,
        log: Vec::new(),
        now: at(now),
        lease: MINUTE,
        end: None,
    }
}

/// Commits the envelopes of these numbers at `at(now)`, through whatever read is free.
pub(crate) async fn put(journal: &dyn Journal, destination: &str, numbers: impl IntoIterator<Item = u64>, now: i64) {
    let lease = begin(journal, &format!("put-{}", Uuid::now_v7()), now).await.expect("a read of its own");
    let envelopes = numbers.into_iter().map(|n| envelope(n, destination, now)).collect();
    journal.commit(&lease, page(envelopes, "cursor", now)).await.expect("commit");
}

pub(crate) fn request(destination: &str, envelopes_max: u32, now: i64) -> ClaimRequest {
    ClaimRequest { destination: destination.to_owned(), envelopes_max, bytes_max: u64::MAX, now: at(now), lease: MINUTE }
}

pub(crate) async fn claim(journal: &dyn Journal, destination: &str, envelopes_max: u32, now: i64) -> Claim {
    journal.claim(request(destination, envelopes_max, now)).await.expect("claim")
}

/// The event ids of what was claimed.
pub(crate) fn ids(claim: &Claim) -> Vec<Uuid> {
    claim.deliveries.iter().map(|claimed| claimed.envelope.id).collect()
}

/// The ids of envelopes by number.
pub(crate) fn events(numbers: impl IntoIterator<Item = u64>) -> Vec<Uuid> {
    numbers.into_iter().map(event).collect()
}

/// An attempt that began at `at(now)` and took a second.
pub(crate) fn settlement(claimed: &Claimed, now: i64, verdict: Verdict) -> Settlement {
    Settlement {
        delivery: claimed.delivery,
        attempt: claimed.attempt,
        started_at: at(now),
        duration: Duration::from_secs(1),
        code: if verdict == Verdict::Delivered { "http.200" } else { "http.503" }.to_owned(),
        message: (verdict != Verdict::Delivered).then(|| "busy".to_owned()),
        verdict,
        disable_after: None,
    }
}

/// Settles all of a claim alike.
pub(crate) async fn settle(journal: &dyn Journal, claim: &Claim, now: i64, verdict: Verdict) {
    let settlements = claim.deliveries.iter().map(|claimed| settlement(claimed, now, verdict.clone()));
    journal.settle(settlements.collect()).await.expect("settle");
}

pub(crate) async fn destination(journal: &dyn Journal, name: &str) -> DestinationState {
    let states = journal.destinations().await.expect("destinations");
    states.into_iter().find(|state| state.name == name).expect("the destination is known")
}

/// Pending, delivered and dead.
pub(crate) async fn counts(journal: &dyn Journal, name: &str) -> (u64, u64, u64) {
    let state = destination(journal, name).await;
    (state.pending, state.delivered, state.dead)
}
