//! A page of records to messages.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    BodyIndex, Envelope, MESSAGE_BYTES_MAX, Metadata, RecordSpan,
    entry::{Columns, push_member, push_string},
};
use crate::{
    cursor::ReadType,
    plan::{MessageContext, ReadPlan},
    provider::Record,
};

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

/// Messages of at most [`MESSAGE_BYTES_MAX`] bytes that carry all records in their order, and no more of them than the plan allows.
/// A record too large for that has a message to itself, with its whole body.
pub fn build(plan: &ReadPlan, operation: &OperationInfo, records: &[Record]) -> Vec<Envelope> {
    let (id, time) = (operation.id.to_string(), operation.time.to_string());
    let told = [("operationId", &*id), ("operationTime", &time), ("readType", operation.read_type.as_str())];
    let head = head(&plan.context, "read", &told);
    let entries = Entries::write(plan, records);
    let mut envelopes = Vec::new();
    let records_max = plan.on_request.map_or(usize::MAX, |most| most.max(1) as usize);
    let mut first = 0;
    while first < records.len() {
        let end = entries.fill(first, head.len()).min(first.saturating_add(records_max));
        let chunk = u32::try_from(envelopes.len()).unwrap_or(u32::MAX);
        let message = assemble(&head, &entries, first, records[first..end].iter().map(span));
        let origin =
            Origin { id: event_id(operation, chunk), time: operation.time, operation_id: Some(id.clone()), topic: "read" };
        envelopes.push(envelope(plan, origin, message));
        first = end;
    }
    envelopes
}

/// What a span says of its record; where it lies is known once the body is made.
fn span(record: &Record) -> RecordSpan {
    let modified_at_ms = record.modified_at.map(Timestamp::as_millisecond);
    RecordSpan { id: record.id.clone(), start: 0, end: 0, modified_at_ms, deleted: record.deleted }
}

/// The entries of `result`, one behind the other, and where each ends.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) bytes: Vec<u8>,
    pub(super) ends: Vec<usize>,
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
    pub(super) fn fill(&self, first: usize, head_bytes: usize) -> usize {
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

/// Everything before `resultInfo`, in the order of the contract's examples; `told` ends it.
pub(super) fn head(context: &MessageContext, action: &str, told: &[(&str, &str)]) -> Vec<u8> {
    let installation = &context.installation;
    let mut head = b"{".to_vec();
    let mut push = |name: &str, value: &str| {
        push_member(name, &mut head);
        push_string(value, &mut head);
        head.push(b',');
    };
    push("action", action);
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
    told.iter().for_each(|(name, value)| push(name, value));
    head
}

/// What stands before the own members of a message without an operation.
pub(crate) fn message_head(context: &MessageContext, action: &str) -> Vec<u8> {
    head(context, action, &[])
}

/// A whole body and where its records lie, for as many entries as there are spans.
pub(super) fn assemble(
    head: &[u8],
    entries: &Entries,
    first: usize,
    spans: impl ExactSizeIterator<Item = RecordSpan>,
) -> (Vec<u8>, BodyIndex) {
    let count = spans.len();
    let bytes = entries.start(first + count) - entries.start(first);
    let mut body = Vec::with_capacity(head.len() + INFO.len() + digits(count) + RESULT.len() + bytes + count + CLOSE.len());
    body.extend_from_slice(head);
    body.extend_from_slice(INFO);
    body.extend_from_slice(count.to_string().as_bytes());
    body.extend_from_slice(RESULT);
    let mut records = Vec::with_capacity(count);
    for (place, span) in (first..).zip(spans) {
        if place > first {
            body.push(b',');
        }
        let start = offset(body.len());
        body.extend_from_slice(&entries.bytes[entries.start(place)..entries.ends[place]]);
        records.push(RecordSpan { start, end: offset(body.len()), ..span });
    }
    body.extend_from_slice(CLOSE);
    (body, BodyIndex { result_info_at: offset(head.len()), records })
}

/// A body holds one record at most beyond the limit of a message, and no page that a provider is let send comes near 4 GiB.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a message is far smaller than 4 GiB")
}

/// What made a message.
pub(super) struct Origin {
    /// The event id.
    pub(super) id: Uuid,
    /// When it was made.
    pub(super) time: Timestamp,
    /// The read, where it was one.
    pub(super) operation_id: Option<String>,
    /// `read`, `subscribe`.
    pub(super) topic: &'static str,
}

pub(super) fn envelope(plan: &ReadPlan, origin: Origin, (body, index): (Vec<u8>, BodyIndex)) -> Envelope {
    let context = &plan.context;
    let installation = &context.installation;
    let metadata = Metadata {
        project_id: installation.project_id.clone(),
        installation_id: installation.id.clone(),
        connection_id: installation.connection_id.clone(),
        destination_id: context.destination_id.clone(),
        operation_id: origin.operation_id,
        object_name: context.object_name.clone(),
        event_id: origin.id.to_string(),
        timestamp: origin.time.to_string(),
        topic: origin.topic.to_owned(),
    };
    Envelope {
        id: origin.id,
        destination: context.destination.clone(),
        group_ref: installation.group_ref.clone(),
        ordering_key: format!("{}/{}", installation.id, plan.key.object_name),
        occurred_at: origin.time,
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
    sorted_id(operation.time, operation.page, &hash)
}

/// Sorts by the time, then by the place.
pub(crate) fn sorted_id(time: Timestamp, place: u32, hash: &[u8]) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&time.as_millisecond().to_be_bytes()[2..]);
    bytes[6..8].copy_from_slice(&((place & 0x0fff) as u16).to_be_bytes());
    bytes[8..].copy_from_slice(&hash[..8]);
    Uuid::new_v8(bytes)
}
