//! What a batch of messages changes in the store, in transactions of a bounded size, and what became of each message.

use std::ops::Range;

use ampline_sink::{Envelope, Failure, Outcome, Payload, RecordRef, documents::Change, messages::Entry};

/// Most changes in one transaction: the store has one writer, which others wait for.
const CHANGES_MAX: usize = 1_000;

/// Applies the records of a batch; `entries` holds those of each envelope. A transaction that fails, fails the envelopes that
/// have a change in it and no others: changes can be applied twice, so that a message of which a part was applied is safe.
pub(crate) fn apply(
    endpoint: &str,
    batch: &[Envelope],
    entries: &[Vec<Entry>],
    mut commit: impl FnMut(&[Change<'_>]) -> Result<(), Failure>,
) -> Vec<Outcome> {
    let changes: Vec<_> = (0..)
        .zip(batch)
        .zip(entries)
        .flat_map(|((place, envelope), entries)| changes(endpoint, place, envelope, entries))
        .collect();
    let mut outcomes: Vec<_> = batch.iter().map(|_| Outcome::Delivered(None)).collect();
    let mut start = 0;
    for transaction in transactions(entries) {
        let end = start + transaction.changes;
        if let Err(failure) = commit(&changes[start..end]) {
            outcomes[transaction.envelopes].fill(Outcome::Failed(failure));
        }
        start = end;
    }
    outcomes
}

/// A run of whole envelopes whose changes go together, or a part of one envelope that is too big to go at once.
struct Transaction {
    envelopes: Range<usize>,
    changes: usize,
}

fn transactions(entries: &[Vec<Entry>]) -> Vec<Transaction> {
    let mut transactions: Vec<Transaction> = Vec::new();
    for (place, entries) in entries.iter().enumerate().filter(|(_, entries)| !entries.is_empty()) {
        match transactions.last_mut() {
            Some(last) if last.changes + entries.len() <= CHANGES_MAX => {
                last.changes += entries.len();
                last.envelopes.end = place + 1;
            }
            _ => transactions.extend(
                entries.chunks(CHANGES_MAX).map(|chunk| Transaction { envelopes: place..place + 1, changes: chunk.len() }),
            ),
        }
    }
    transactions
}

fn changes<'a>(endpoint: &'a str, place: u32, envelope: &'a Envelope, entries: &'a [Entry]) -> impl Iterator<Item = Change<'a>> {
    (0..).zip(entries).map(move |(index, entry)| Change {
        endpoint,
        group: &envelope.group,
        item: &entry.id,
        modified_at: entry.modified_at,
        occurred_at: envelope.occurred_at,
        document: (!entry.deleted).then_some(Payload::Data(RecordRef { envelope: place, index })),
    })
}
