//! A page of records to messages.

use jiff::Timestamp;
use uuid::Uuid;

use super::Envelope;
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

/// Messages of at most [`MESSAGE_BYTES_MAX`](super::MESSAGE_BYTES_MAX) bytes that carry all records in their order.
/// A record too large for that has a message to itself, with its whole body.
pub fn build(_plan: &ReadPlan, _operation: &OperationInfo, _records: &[Record]) -> Vec<Envelope> {
    Vec::new()
}
