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
            for place in transaction.envelopes.filter(|place| !entries[*place].is_empty()) {
                outcomes[place] = Outcome::Failed(failure.clone());
            }
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

#[cfg(test)]
mod tests {
    //! Double: `commit` is a closure that keeps the transactions it is given and fails those that hold a chosen item.

    use super::*;

    fn envelope(place: usize) -> Envelope {
        let (id, group) = (format!("e{place}"), format!("g{place}"));
        Envelope { id, group, ordering_key: None, occurred_at: 100 + place as u64, size: 0, records: 0, attempt: 1 }
    }

    fn entry(place: usize, index: usize) -> Entry {
        Entry { id: format!("{place}.{index}"), deleted: index % 2 == 1, modified_at: index as u64 }
    }

    /// Messages with so many records each; a transaction with the item `fails` fails. Expected are the sizes of the
    /// transactions and the places of the messages that failed.
    fn check(records: &[usize], fails: &str, sizes: &[usize], failed: &[usize]) {
        let batch: Vec<_> = (0..records.len()).map(envelope).collect();
        let entries: Vec<Vec<_>> =
            (0..).zip(records).map(|(place, len)| (0..*len).map(|index| entry(place, index)).collect()).collect();
        let (mut seen_sizes, mut items) = (Vec::new(), Vec::new());
        let outcomes = apply("orders", &batch, &entries, |changes| {
            seen_sizes.push(changes.len());
            items.extend(changes.iter().map(|change| change.item.to_owned()));
            let fails = changes.iter().any(|change| change.item == fails);
            if fails { Err(Failure::transient("store.busy", "later")) } else { Ok(()) }
        });
        assert_eq!(seen_sizes, sizes, "{records:?}");
        assert_eq!(items, entries.iter().flatten().map(|entry| entry.id.clone()).collect::<Vec<_>>(), "each once, in order");
        let is_failed = |place: &usize| matches!(&outcomes[*place], Outcome::Failed(failure) if failure.code == "store.busy");
        assert_eq!((0..outcomes.len()).filter(is_failed).collect::<Vec<_>>(), failed, "{records:?}");
        assert_eq!(outcomes.len(), records.len());
    }

    #[test]
    fn transactions_are_bounded_and_fail_their_own_messages() {
        check(&[], "", &[], &[]);
        check(&[0, 0], "", &[], &[]);
        check(&[1, 2, 3], "", &[6], &[]);
        check(&[1, 2, 3], "1.0", &[6], &[0, 1, 2]);
        check(&[600, 400, 1], "", &[1_000, 1], &[]);
        check(&[600, 400, 1], "2.0", &[1_000, 1], &[2]);
        check(&[600, 401, 1], "0.0", &[600, 402], &[0]);
        check(&[5, 2_500, 5], "", &[5, 1_000, 1_000, 505], &[]);
        check(&[5, 2_500, 5], "1.1500", &[5, 1_000, 1_000, 505], &[1]);
        check(&[5, 2_500, 5], "1.2400", &[5, 1_000, 1_000, 505], &[1, 2]);
    }

    #[test]
    fn a_message_without_records_is_delivered_whatever_its_neighbours_do() {
        check(&[0, 3, 0, 3, 0], "3.1", &[6], &[1, 3]);
    }

    #[test]
    fn a_change_says_where_its_document_is_or_that_the_item_is_gone() {
        let (envelope, entries) = (envelope(7), [entry(7, 0), entry(7, 1)]);
        let changes: Vec<_> = changes("orders", 3, &envelope, &entries).collect();
        assert!(changes.iter().all(|change| (change.endpoint, change.group, change.occurred_at) == ("orders", "g7", 107)));
        assert!(matches!(changes[0].document, Some(Payload::Data(RecordRef { envelope: 3, index: 0 }))));
        assert!(changes[1].document.is_none() && changes[1].modified_at == 1);
    }
}
