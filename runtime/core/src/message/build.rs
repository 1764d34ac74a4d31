//! A page of records to messages.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    BodyIndex, Envelope, MESSAGE_BYTES_MAX, Metadata, RecordSpan,
    entry::{Columns, push_member, push_string},
};
use crate::{cursor::ReadType, plan::ReadPlan, provider::Record};

/// The run that a page belongs to. The same values make the same envelopes, ids included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationInfo {
    /// Id of the operation.
    pub id: Uuid,
    /// When the operation began.
    pub time: Timestamp,
    /// What started it.
    pub read_type: ReadType,
    /// Which page of the operation, counted over all its resumptions.
    pub page: u32,
}

/// Messages of at most [`MESSAGE_BYTES_MAX`] bytes that carry all records in their order.
/// A record too large for that has a message to itself, with its whole body.
pub fn build(plan: &ReadPlan, operation: &OperationInfo, records: &[Record]) -> Vec<Envelope> {
    let head = head(plan, operation);
    let entries = Entries::write(plan, records);
    let mut envelopes = Vec::new();
    let mut first = 0;
    while first < records.len() {
        let end = entries.fill(first, head.len());
        let chunk = u32::try_from(envelopes.len()).unwrap_or(u32::MAX);
        envelopes.push(envelope(plan, operation, chunk, assemble(&head, &entries, first, &records[first..end])));
        first = end;
    }
    envelopes
}

/// The entries of `result`, one behind the other, and where each ends.
struct Entries {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Entries {
    fn write(plan: &ReadPlan, records: &[Record]) -> Self {
        let mut columns = Columns::new(&plan.fields);
        // `raw`, and about as much again at most for the fields.
        let size = records.iter().map(|record| record.raw.len() * 2 + 64).sum();
        let (mut bytes, mut ends) = (Vec::with_capacity(size), Vec::with_capacity(records.len()));
        for record in records {
            columns.push_entry(record, &mut bytes);
            ends.push(bytes.len());
        }
        Self { bytes, ends }
    }

    fn start(&self, place: usize) -> usize {
        if place == 0 { 0 } else { self.ends[place - 1] }
    }

    /// Behind the last entry that still fits into a message that begins with the entry `first`, which is in it in any case.
    fn fill(&self, first: usize, head_bytes: usize) -> usize {
        let fits = |end: usize| {
            let (count, bytes) = (end - first, self.start(end) - self.start(first));
            head_bytes + INFO.len() + digits(count) + RESULT.len() + bytes + (count - 1) + CLOSE.len() <= MESSAGE_BYTES_MAX
        };
        (first + 2..=self.ends.len()).take_while(|&end| fits(end)).last().unwrap_or(first + 1)
    }
}

const INFO: &[u8] = br#""resultInfo":{"type":"inline","numRecords":"#;
const RESULT: &[u8] = br#"},"result":["#;
const CLOSE: &[u8] = b"]}";

fn digits(number: usize) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

/// Everything before `resultInfo`, in the order of the contract's examples.
fn head(plan: &ReadPlan, operation: &OperationInfo) -> Vec<u8> {
    let context = &plan.context;
    let installation = &context.installation;
    let mut head = b"{".to_vec();
    let mut push = |name: &str, value: &str| {
        push_member(name, &mut head);
        push_string(value, &mut head);
        head.push(b',');
    };
    push("action", "read");
    push("projectId", &installation.project_id);
    push("provider", &context.provider);
    if let Some(workspace) = &installation.workspace {
        push("workspace", workspace);
    }
    push("groupRef", &installation.group_ref);
    push("groupName", &installation.group_name);
    push("consumerRef", &installation.consumer_ref);
    push("consumerName", &installation.consumer_name);
    push("installationId", &installation.id);
    push("installationUpdateTime", &installation.update_time.to_string());
    push("objectName", &context.object_name);
    if let Some(raw_object_name) = &context.raw_object_name {
        push("rawObjectName", raw_object_name);
    }
    push("operationId", &operation.id.to_string());
    push("operationTime", &operation.time.to_string());
    push("readType", operation.read_type.as_str());
    head
}

/// A whole body and where its records lie.
fn assemble(head: &[u8], entries: &Entries, first: usize, records: &[Record]) -> (Vec<u8>, BodyIndex) {
    let count = records.len();
    let bytes = entries.start(first + count) - entries.start(first);
    let mut body = Vec::with_capacity(head.len() + INFO.len() + digits(count) + RESULT.len() + bytes + count + CLOSE.len());
    body.extend_from_slice(head);
    body.extend_from_slice(INFO);
    body.extend_from_slice(count.to_string().as_bytes());
    body.extend_from_slice(RESULT);
    let mut spans = Vec::with_capacity(count);
    for (place, record) in (first..).zip(records) {
        if place > first {
            body.push(b',');
        }
        let start = offset(body.len());
        body.extend_from_slice(&entries.bytes[entries.start(place)..entries.ends[place]]);
        let modified_at_ms = record.modified_at.map(Timestamp::as_millisecond);
        spans.push(RecordSpan { id: record.id.clone(), start, end: offset(body.len()), modified_at_ms, deleted: record.deleted });
    }
    body.extend_from_slice(CLOSE);
    (body, BodyIndex { result_info_at: offset(head.len()), records: spans })
}

/// A body holds one record at most beyond the limit of a message, and no page that a provider is let send comes near 4 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a message is far smaller than 4 GiB")
}

fn envelope(plan: &ReadPlan, operation: &OperationInfo, chunk: u32, (body, index): (Vec<u8>, BodyIndex)) -> Envelope {
    let context = &plan.context;
    let installation = &context.installation;
    let id = event_id(operation, chunk);
    let metadata = Metadata {
        project_id: installation.project_id.clone(),
        installation_id: installation.id.clone(),
        connection_id: installation.connection_id.clone(),
        destination_id: context.destination_id.clone(),
        operation_id: Some(operation.id.to_string()),
        object_name: context.object_name.clone(),
        event_id: id.to_string(),
        timestamp: operation.time.to_string(),
        topic: "read".to_owned(),
    };
    Envelope {
        id,
        destination: context.destination.clone(),
        group_ref: installation.group_ref.clone(),
        ordering_key: format!("{}/{}", installation.id, plan.key.object_name),
        occurred_at: operation.time,
        metadata,
        index,
        body: body.into(),
    }
}

/// A UUIDv8: 48 bits of the operation's time in milliseconds (ids sort by it, as version 7 does), 12 bits of the page (neighbours
/// in time are neighbours in an index), 62 bits of a hash of what makes the message. The same message has the same id, however
/// often it is made.
fn event_id(operation: &OperationInfo, chunk: u32) -> Uuid {
    let hash = Sha256::new()
        .chain_update(operation.id.as_bytes())
        .chain_update(operation.page.to_be_bytes())
        .chain_update(chunk.to_be_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&operation.time.as_millisecond().to_be_bytes()[2..]);
    bytes[6..8].copy_from_slice(&((operation.page & 0x0fff) as u16).to_be_bytes());
    bytes[8..].copy_from_slice(&hash[..8]);
    Uuid::new_v8(bytes)
}
