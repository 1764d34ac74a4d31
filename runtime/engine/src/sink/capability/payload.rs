//! What a sink names in place of bytes, resolved to bytes: messages and records stay in the host until here.

use ampline_core::message::{record_data, url_form};
use bytes::Bytes;

pub(super) use crate::sink::wasm::bindings::ampline::sink::types::Payload;

use super::{Host, failure};
use crate::sink::wasm::bindings::ampline::sink::types::{Failure, FailureClass, Part, RecordRef};

/// A payload as the pieces that it is made of: messages are shared with the journal's copy until they are joined.
pub(super) struct Pieces(Vec<Bytes>);

impl Pieces {
    #[cfg(test)]
    pub(super) fn of(whole: Bytes) -> Self {
        Self(vec![whole])
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// In one piece; copied only where there is more than one.
    pub(super) fn joined(&self) -> Bytes {
        match &self.0[..] {
            [] => Bytes::new(),
            [one] => one.clone(),
            _ => self.copied().into(),
        }
    }

    /// In one piece of its own.
    pub(super) fn copied(&self) -> Vec<u8> {
        self.0.concat()
    }
}

/// The message that a payload carries, if any: the first that it names.
pub(super) fn carried(payload: &Payload) -> Option<u32> {
    match payload {
        Payload::Message(place) | Payload::Link(place) => Some(*place),
        Payload::Data(at) => Some(at.envelope),
        Payload::Parts(parts) => parts.iter().find_map(|part| match part {
            Part::Message(place) | Part::Link(place) => Some(*place),
            Part::Data(at) => Some(at.envelope),
            Part::Bytes(_) => None,
        }),
        Payload::Empty | Payload::Bytes(_) => None,
    }
}

/// Every message whose bytes a payload names, in its order.
pub(super) fn named(payload: &Payload) -> Vec<u32> {
    let named = |part: &Part| match part {
        Part::Message(place) | Part::Link(place) => Some(*place),
        Part::Data(at) => Some(at.envelope),
        Part::Bytes(_) => None,
    };
    match payload {
        Payload::Message(place) | Payload::Link(place) => vec![*place],
        Payload::Data(at) => vec![at.envelope],
        Payload::Parts(parts) => parts.iter().filter_map(named).collect(),
        Payload::Empty | Payload::Bytes(_) => Vec::new(),
    }
}

impl Host {
    /// The bytes of a payload, at most `bytes_max`. A message alone is shared with the journal's copy.
    pub(super) fn resolved(&self, payload: Payload, bytes_max: usize) -> Result<Bytes, Failure> {
        // Records come by the thousand: no list is made of each.
        if let Payload::Data(at) = payload {
            return Some(self.data(at)?).filter(|data| data.len() <= bytes_max).ok_or_else(|| too_large(bytes_max));
        }
        let pieces = self.pieces(payload)?;
        if pieces.len() > bytes_max { Err(too_large(bytes_max)) } else { Ok(pieces.joined()) }
    }

    /// The pieces of a payload, in order.
    pub(super) fn pieces(&self, payload: Payload) -> Result<Pieces, Failure> {
        let parts = match payload {
            Payload::Empty => Vec::new(),
            Payload::Message(place) => vec![Part::Message(place)],
            Payload::Link(place) => vec![Part::Link(place)],
            Payload::Data(at) => vec![Part::Data(at)],
            Payload::Bytes(bytes) => vec![Part::Bytes(bytes)],
            Payload::Parts(parts) => parts,
        };
        let piece = |part| match part {
            Part::Message(place) => self.message(place),
            Part::Link(place) => self.link(place),
            Part::Data(at) => self.data(at),
            Part::Bytes(bytes) => Ok(bytes.into()),
        };
        parts.into_iter().map(piece).collect::<Result<_, _>>().map(Pieces)
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
        let url = lease.granted.downloads.url(envelope.id, self.now());
        Ok(url_form(envelope, &url).into())
    }

    fn data(&self, at: RecordRef) -> Result<Bytes, Failure> {
        let missing = || no_such(format!("record {} of message {}", at.index, at.envelope));
        let envelope = self.envelope(at.envelope).ok_or_else(missing)?;
        let span = envelope.index.records.get(at.index as usize).ok_or_else(missing)?;
        record_data(&envelope.body, span).ok_or_else(missing)
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
