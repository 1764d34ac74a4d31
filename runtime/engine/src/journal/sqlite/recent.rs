//! Envelopes as they were committed, kept for a moment: most are claimed right away, and need not be read back from the store.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use ampline_core::message::Envelope;

use crate::sqlite::lock;

/// Most bytes that are kept; the oldest go first. A claim that comes later reads the store.
const BYTES_MAX: usize = 4 << 20;
/// What an envelope and each of its records take beside the body, more or less.
const ENVELOPE_BYTES: usize = 1_024;
/// See [`ENVELOPE_BYTES`].
const RECORD_BYTES: usize = 80;

/// The envelopes of the latest commits, by their rows, each until it is claimed.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    envelopes: HashMap<i64, Arc<Envelope>>,
    /// Rows, oldest first, those included that were taken.
    order: VecDeque<i64>,
    bytes: usize,
}

impl Recent {
    /// Keeps an envelope that is durable under this row.
    pub(super) fn keep(&self, row: i64, envelope: &Arc<Envelope>) {
        let mut kept = lock(&self.0);
        kept.bytes += size(envelope);
        kept.envelopes.insert(row, Arc::clone(envelope));
        kept.order.push_back(row);
        while kept.bytes > BYTES_MAX || kept.order.len() > 2 * kept.envelopes.len() + 16 {
            let Some(oldest) = kept.order.pop_front() else { break };
            kept.take(oldest);
        }
    }

    /// The envelope of this row, if it is still here; it is no more afterwards.
    pub(super) fn take(&self, row: i64) -> Option<Arc<Envelope>> {
        lock(&self.0).take(row)
    }
}

impl Kept {
    fn take(&mut self, row: i64) -> Option<Arc<Envelope>> {
        let envelope = self.envelopes.remove(&row)?;
        self.bytes -= size(&envelope);
        Some(envelope)
    }
}

fn size(envelope: &Envelope) -> usize {
    ENVELOPE_BYTES + envelope.body.len() + envelope.index.records.len() * RECORD_BYTES
}

#[cfg(test)]
mod tests {
    use ampline_core::message::{BodyIndex, Metadata};
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn envelope(body_bytes: usize) -> Arc<Envelope> {
        let text = String::new;
        let metadata = Metadata {
            project_id: text(),
            installation_id: text(),
            connection_id: text(),
            destination_id: text(),
            operation_id: None,
            object_name: text(),
            event_id: text(),
            timestamp: text(),
            topic: text(),
        };
        Arc::new(Envelope {
            id: Uuid::nil(),
            destination: text(),
            group_ref: text(),
            ordering_key: text(),
            occurred_at: Timestamp::UNIX_EPOCH,
            metadata,
            index: BodyIndex { result_info_at: 0, records: Vec::new() },
            body: vec![b' '; body_bytes].into(),
        })
    }

    #[test]
    fn the_oldest_go_where_there_is_no_room_and_what_was_taken_takes_none() {
        let (recent, megabyte) = (Recent::default(), envelope(1_000_000));
        (1..=20).for_each(|row| recent.keep(row, &megabyte));
        assert_eq!((1..=20).filter(|row| recent.take(*row).is_some()).collect::<Vec<_>>(), (17..=20).collect::<Vec<_>>());
        assert_eq!(recent.take(20), None, "each is given once");
        let small = envelope(1);
        for row in 100..100_000 {
            recent.keep(row, &small);
            assert!(recent.take(row).is_some());
        }
        let kept = lock(&recent.0);
        assert!(kept.order.len() < 20 && kept.bytes == 0 && kept.envelopes.is_empty(), "{} rows", kept.order.len());
    }
}
