//! What a sink names in place of bytes, resolved to bytes: messages and records stay in the host until here.

use ampline_core::message::{record_data, url_form};
use bytes::{Bytes, BytesMut};
use jiff::Timestamp;

pub(super) use crate::sink::wasm::bindings::ampline::sink::types::Payload;

use super::{Host, failure};
use crate::sink::wasm::bindings::ampline::sink::types::{Failure, FailureClass, Part, RecordRef};

impl Host {
    /// The bytes of a payload, at most `bytes_max`. A message alone is shared with the journal's copy.
    pub(super) fn resolved(&self, payload: Payload, bytes_max: usize) -> Result<Bytes, Failure> {
        let bytes = match payload {
            Payload::Empty => Bytes::new(),
            Payload::Message(place) => self.message(place)?,
            Payload::Link(place) => self.link(place)?,
            Payload::Data(at) => self.data(at)?,
            Payload::Bytes(bytes) => bytes.into(),
            Payload::Parts(parts) => return self.joined(parts, bytes_max),
        };
        if bytes.len() > bytes_max { Err(too_large(bytes_max)) } else { Ok(bytes) }
    }

    fn joined(&self, parts: Vec<Part>, bytes_max: usize) -> Result<Bytes, Failure> {
        let mut whole = BytesMut::new();
        for part in parts {
            let piece = match part {
                Part::Message(place) => self.message(place)?,
                Part::Link(place) => self.link(place)?,
                Part::Data(at) => self.data(at)?,
                Part::Bytes(bytes) => bytes.into(),
            };
            if whole.len() + piece.len() > bytes_max {
                return Err(too_large(bytes_max));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// A message as it goes out: its body, or its url form where the destination takes no body of that size.
    fn message(&self, place: u32) -> Result<Bytes, Failure> {
        let envelope = self.envelope(place).ok_or_else(|| no_such(format!("message {place}")))?;
        let most = self.lease.as_ref().map_or(0, |lease| lease.message_bytes_max);
        if most == 0 || envelope.body.len() as u64 <= most { Ok(envelope.body.clone()) } else { self.link(place) }
    }

    /// A message in its url form.
    fn link(&self, place: u32) -> Result<Bytes, Failure> {
        let envelope = self.envelope(place).ok_or_else(|| no_such(format!("message {place}")))?;
        let Some(lease) = &self.lease else { return Ok(Bytes::new()) };
        let url = lease.granted.downloads.url(envelope.id, Timestamp::now());
        Ok(url_form(envelope, &url).into())
    }

    fn data(&self, at: RecordRef) -> Result<Bytes, Failure> {
        let missing = || no_such(format!("record {} of message {}", at.index, at.envelope));
        let envelope = self.envelope(at.envelope).ok_or_else(missing)?;
        let span = envelope.index.records.get(at.index as usize).ok_or_else(missing)?;
        record_data(&envelope.body, span).map(Bytes::from).ok_or_else(missing)
    }
}

fn no_such(what: String) -> Failure {
    failure(FailureClass::Transient, "sink.index", format!("the sink named {what}, which is not in the batch"))
}

fn too_large(bytes_max: usize) -> Failure {
    failure(
        FailureClass::Rejected,
        "sink.too-large",
        format!("the payload has more than the {bytes_max} bytes that the host sends"),
    )
}
