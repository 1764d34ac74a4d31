//! Envelopes as a read of HubSpot makes them, of a chosen size, and a journal to put them in.

use std::{path::Path, sync::Arc, time::Duration};

use ampline::journal::{
    Begin, Journal, PageCommit, ReadLease,
    sqlite::{Options, SqliteJournal, Synchronous},
};
use ampline_core::{
    cursor::ReadType,
    message::{BodyIndex, Envelope, Metadata, RecordSpan},
    plan::ReadKey,
};
use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use super::Failure;

/// Body of a typical message, as the issue trackers of the field quote it.
pub(super) const BODY_BYTES: usize = 2_000;
/// Envelopes that one commit makes durable.
pub(super) const PAGE_ENVELOPES: u64 = 100;
const LEASE: Duration = Duration::from_secs(3_600);

const HEAD: &str = r#"{"action":"read","objectName":"contacts","#;

/// As real ids: one time, the page, and a hash within it.
fn event_id(number: u64) -> Uuid {
    let page = (u128::from(number / PAGE_ENVELOPES) & 0x0fff) << 64;
    let hash = u128::from(number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    Uuid::from_u128(0x0199_e0a8_149d_u128 << 80 | page | hash)
}

/// The `number`th envelope for a destination.
pub(super) fn envelope(destination: &str, number: u64, body_bytes: usize) -> Envelope {
    let id = event_id(number);
    let filler = body_bytes.saturating_sub(HEAD.len() + info(1).len() + 40);
    let record = format!(r#"{{"fields":{{"id":"{number}"}},"raw":"{}"}}"#, "x".repeat(filler));
    of_records(destination, id, vec![(number.to_string(), record)])
}

/// The `number`th envelope of `records` records, each with data of about `data_bytes`; no two envelopes share a record.
pub(super) fn page(destination: &str, number: u64, records: u64, data_bytes: usize) -> Envelope {
    let filler = "x".repeat(data_bytes.saturating_sub(40));
    let record = |place: u64| {
        let id = (number * records + place).to_string();
        let record = format!(r#"{{"fields":{{"id":"{id}","notes":"{filler}"}}}}"#);
        (id, record)
    };
    of_records(destination, event_id(number), (0..records).map(record).collect())
}

fn info(records: usize) -> String {
    format!(r#""resultInfo":{{"type":"inline","numRecords":{records}}},"result":["#)
}

fn of_records(destination: &str, id: Uuid, records: Vec<(String, String)>) -> Envelope {
    let mut body = format!("{HEAD}{}", info(records.len()));
    let mut spans = Vec::with_capacity(records.len());
    for (place, (id, record)) in records.into_iter().enumerate() {
        if place > 0 {
            body.push(',');
        }
        let start = body.len() as u32;
        body.push_str(&record);
        spans.push(RecordSpan { id, start, end: body.len() as u32, modified_at_ms: Some(1), deleted: false });
    }
    body.push_str("]}");
    Envelope {
        id,
        destination: destination.to_owned(),
        group_ref: "acme".to_owned(),
        ordering_key: "0c9230e1-8fbe-4b28-bf10-2beee8fbf4ce/contacts".to_owned(),
        occurred_at: Timestamp::now(),
        metadata: Metadata {
            project_id: "9482e676-4874-43a4-beea-fa8081d13a07".to_owned(),
            installation_id: "0c9230e1-8fbe-4b28-bf10-2beee8fbf4ce".to_owned(),
            connection_id: "a3c1b6ce-7a53-4b5c-9f2e-222222222222".to_owned(),
            destination_id: "a3c1b6ce-7a53-4b5c-9f2e-333333333333".to_owned(),
            operation_id: Some("0199e0a8-149d-7ee9-9f50-0514403517f9".to_owned()),
            object_name: "contacts".to_owned(),
            event_id: id.to_string(),
            timestamp: "2026-08-01T12:00:00.123456789Z".to_owned(),
            topic: "read".to_owned(),
        },
        index: BodyIndex { result_info_at: HEAD.len() as u32, records: spans },
        body: Bytes::from(body),
    }
}

/// A journal, and ownership of some reads of it.
pub(super) struct Store {
    pub(super) journal: Arc<SqliteJournal>,
    leases: Vec<ReadLease>,
    /// Goes when the store goes.
    _folder: Option<tempfile::TempDir>,
}

impl Store {
    /// In a folder of its own.
    pub(super) async fn open(synchronous: Synchronous, reads: u64) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let mut store = Self::at(&folder.path().join("journal.db"), synchronous, reads).await?;
        store._folder = Some(folder);
        Ok(store)
    }

    /// At a path.
    pub(super) async fn at(path: &Path, synchronous: Synchronous, reads: u64) -> Result<Self, Failure> {
        let options = Options { synchronous, ..Options::default() };
        let journal = SqliteJournal::open(path, &options)?;
        let mut leases = Vec::new();
        for read in 0..reads {
            let key = ReadKey { installation_id: format!("installation-{read}"), object_name: "contacts".to_owned() };
            let begin = Begin { key, trigger: None, operation_id: Uuid::now_v7(), now: Timestamp::now(), lease: LEASE };
            leases.push(journal.begin(begin).await?.ok_or("the read has another owner")?);
        }
        Ok(Self { journal, leases, _folder: None })
    }

    /// Makes envelopes of a read durable.
    pub(super) async fn commit(&self, read: usize, envelopes: Vec<Envelope>) -> Result<(), Failure> {
        let commit = PageCommit {
            on_request: false,
            pages: 1,
            envelopes: envelopes.into_iter().map(Arc::new).collect(),
            cursor: "{}".to_owned(),
            records_processed: 0,
            records_estimated_total: None,
            read_type: ReadType::Backfill,
            log: Vec::new(),
            now: Timestamp::now(),
            lease: LEASE,
            end: None,
        };
        Ok(self.journal.commit(&self.leases[read], commit).await?)
    }
}
