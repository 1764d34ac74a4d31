//! Claims and settlements: J4 to J6, order, bounds, blocked attempts, disabled destinations.

use std::collections::HashSet;

use ampline::journal::{DeliveryFilter, DeliveryStatus, Journal};
use ampline_core::retry::Verdict;

use crate::fixture::*;

pub(crate) async fn j4_a_claim_is_exclusive_until_its_lease_ends(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 0..4, 0).await;
    let first = claim(&*journal, "a", 2, 0).await;
    assert_eq!(ids(&first), events([0, 1]));
    assert_eq!(ids(&claim(&*journal, "a", 9, 10).await), events([2, 3]));
    let empty = claim(&*journal, "a", 9, 59).await;
    assert_eq!((ids(&empty), empty.next_due), (events([]), Some(at(60))), "the first lease ends then");
    let again = claim(&*journal, "a", 9, 60).await;
    assert_eq!((ids(&again), again.deliveries[0].attempt), (events([0, 1]), 1), "a lost claim is no attempt");

    journal.release(&[again.deliveries[1].delivery, 999]).await.unwrap();
    assert_eq!(ids(&claim(&*journal, "a", 9, 61).await), events([1]));
    drop(journal);
    let journal = store.open();
    assert_eq!(ids(&claim(&*journal, "a", 9, 61).await), events(0..4), "claims end with their process");
}

pub(crate) async fn j4_concurrent_claims_never_overlap(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 0..500, 0).await;
    let mut claimers = tokio::task::JoinSet::new();
    for claimer in 0..8 {
        let journal = std::sync::Arc::clone(&journal);
        claimers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = claim(&*journal, "a", 7, 1).await;
                if claimed.deliveries.is_empty() {
                    return mine;
                }
                // Some settle at once, so that claims and commits interleave.
                if claimer % 2 == 0 {
                    settle(&*journal, &claimed, 1, Verdict::Delivered).await;
                }
                mine.extend(ids(&claimed));
            }
        });
    }
    let all: Vec<_> = claimers.join_all().await.concat();
    assert_eq!((all.len(), all.iter().collect::<HashSet<_>>().len()), (500, 500));
}

pub(crate) async fn j5_settling_is_idempotent(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 0..3, 0).await;
    let claimed = claim(&*journal, "a", 9, 0).await;
    let [delivered, dead, retried] = claimed.deliveries.as_slice() else { panic!("three") };
    let settlements = vec![
        settlement(delivered, 1, Verdict::Delivered),
        settlement(delivered, 1, Verdict::DeadLetter("a contradiction".to_owned())),
        settlement(dead, 1, Verdict::DeadLetter("rejected".to_owned())),
        settlement(retried, 1, Verdict::RetryAt(at(100))),
    ];
    journal.settle(settlements.clone()).await.unwrap();
    let after = journal.deliveries(&DeliveryFilter::default(), 9, None).await.unwrap();
    journal.settle(settlements.clone()).await.unwrap();
    drop(journal);
    let journal = store.open();
    journal.settle(settlements).await.unwrap();
    assert_eq!(journal.deliveries(&DeliveryFilter::default(), 9, None).await.unwrap(), after);
    for claimed in &claimed.deliveries {
        assert_eq!(journal.delivery(claimed.delivery).await.unwrap().unwrap().attempts.len(), 1);
    }
    assert_eq!(counts(&*journal, "a").await, (1, 1, 1));
}

pub(crate) async fn j5_a_late_settlement_counts_once_or_not_at_all(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", [1], 0).await;
    let first = claim(&*journal, "a", 9, 0).await;
    let retry = settlement(&first.deliveries[0], 1, Verdict::RetryAt(at(2)));
    let (one, other) = (journal.settle(vec![retry.clone()]), journal.settle(vec![retry.clone()]));
    let (one, other) = tokio::join!(one, other);
    one.and(other).unwrap();
    let second = claim(&*journal, "a", 9, 2).await;
    assert_eq!(second.deliveries[0].attempt, 2);
    settle(&*journal, &first, 3, Verdict::Delivered).await;
    assert_eq!(counts(&*journal, "a").await, (1, 0, 0), "the first attempt is settled already");

    journal.release(&[second.deliveries[0].delivery]).await.unwrap();
    settle(&*journal, &second, 4, Verdict::Delivered).await;
    assert_eq!(counts(&*journal, "a").await, (1, 0, 0), "what was given back was not attempted");

    let third = claim(&*journal, "a", 9, 5).await;
    settle(&*journal, &third, 100, Verdict::Delivered).await;
    assert_eq!(counts(&*journal, "a").await, (0, 1, 0), "the lease ended but nobody else claimed it: the success counts");
    let detail = journal.delivery(third.deliveries[0].delivery).await.unwrap().unwrap();
    assert_eq!(detail.attempts.iter().map(|row| row.attempt).collect::<Vec<_>>(), [1, 2]);
}

pub(crate) async fn j6_a_retry_waits_and_a_dead_letter_never_returns(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 0..2, 0).await;
    let claimed = claim(&*journal, "a", 9, 0).await;
    let dead = Verdict::DeadLetter("gave up after 8 attempts".to_owned());
    let verdicts = vec![
        settlement(&claimed.deliveries[0], 0, Verdict::RetryAt(at(100) + jiff::SignedDuration::from_nanos(1))),
        settlement(&claimed.deliveries[1], 0, dead),
    ];
    journal.settle(verdicts).await.unwrap();
    waits_until_after_100(&*journal).await;
    drop(journal);
    let journal = store.open();
    waits_until_after_100(&*journal).await;
    assert_eq!(destination(&*journal, "a").await.failing_since, Some(at(1)));
    let retried = claim(&*journal, "a", 9, 101).await;
    assert_eq!((ids(&retried), retried.deliveries[0].attempt), (events([0]), 2));
    settle(&*journal, &retried, 101, Verdict::Delivered).await;
    assert_eq!(destination(&*journal, "a").await.failing_since, None, "since the last success");
    assert_eq!(ids(&claim(&*journal, "a", 9, 1_000_000).await), events([]));
    let filter = DeliveryFilter { status: Some(DeliveryStatus::Dead), ..DeliveryFilter::default() };
    let listed = journal.deliveries(&filter, 9, None).await.unwrap().results;
    assert_eq!((listed[0].event_id, listed[0].reason.as_deref()), (event(1), Some("gave up after 8 attempts")));
}

async fn waits_until_after_100(journal: &dyn Journal) {
    for early in [1, 99, 100] {
        let none = claim(journal, "a", 9, early).await;
        assert_eq!(ids(&none), events([]));
        assert!(none.next_due.is_some_and(|due| due > at(100) && due < at(101)), "{none:?}");
    }
}

pub(crate) async fn a_blocked_attempt_is_listed_and_not_counted(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", [1, 2], 0).await;
    let first = claim(&*journal, "a", 1, 0).await;
    settle(&*journal, &first, 1, Verdict::Block("410 gone".to_owned())).await;
    let again = claim(&*journal, "a", 9, 2).await;
    assert_eq!((ids(&again), again.deliveries[0].attempt), (events([1, 2]), 1), "it keeps its place and its number");
    settle(&*journal, &first, 3, Verdict::Delivered).await;
    let detail = journal.delivery(again.deliveries[0].delivery).await.unwrap().unwrap();
    assert_eq!(
        (detail.summary.attempts, detail.summary.status),
        (1, DeliveryStatus::Delivered),
        "the same attempt, claimed again"
    );
    assert_eq!(detail.attempts.iter().map(|row| (row.attempt, row.delivered)).collect::<Vec<_>>(), [(1, false), (1, true)]);
}

pub(crate) async fn a_claim_is_bounded_in_number_and_bytes(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 10..20, 0).await;
    let size = envelope(10, "a", 0).body.len() as u64;
    for (envelopes_max, bytes_max, expected) in [(3, u64::MAX, 3), (9, size * 2, 2), (9, size * 2 - 1, 1), (9, 0, 1), (0, 9, 0)] {
        let request = ampline::journal::ClaimRequest { bytes_max, ..request("a", envelopes_max, 0) };
        let claimed = journal.claim(request).await.unwrap();
        assert_eq!(claimed.deliveries.len(), expected, "{envelopes_max} envelopes, {bytes_max} bytes");
    }
    assert_eq!(ids(&claim(&*journal, "a", 9, 0).await), events(17..20), "nothing was left out or taken twice");
}

pub(crate) async fn claims_come_in_due_order(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", [1, 2, 3], 10).await;
    let claimed = claim(&*journal, "a", 9, 10).await;
    let retries =
        [(0, 30), (1, 20), (2, 15)].map(|(place, due)| settlement(&claimed.deliveries[place], 10, Verdict::RetryAt(at(due))));
    journal.settle(retries.to_vec()).await.unwrap();
    put(&*journal, "a", [4], 17).await;
    // A clock that lags: what comes late is due early, and is found though claims have read past its place.
    assert_eq!(ids(&claim(&*journal, "a", 2, 18).await), events([3, 4]));
    put(&*journal, "a", [5], 16).await;
    assert_eq!(ids(&claim(&*journal, "a", 9, 18).await), events([5]));
    let none = claim(&*journal, "a", 9, 19).await;
    assert_eq!((ids(&none), none.next_due), (events([]), Some(at(20))));
    assert_eq!(ids(&claim(&*journal, "a", 9, 30).await), events([2, 1]));
}

pub(crate) async fn a_disabled_destination_yields_nothing_and_keeps_its_backlog(store: &impl Store) {
    let journal = store.open();
    journal.set_destination("a", Some("410 gone".to_owned())).await.unwrap();
    assert_eq!(counts(&*journal, "a").await, (0, 0, 0), "known before its first envelope");
    put(&*journal, "a", [1, 2], 0).await;
    put(&*journal, "b", [3], 0).await;
    assert_eq!(claim(&*journal, "a", 9, 1).await, ampline::journal::Claim::default());
    assert_eq!(ids(&claim(&*journal, "b", 9, 1).await), events([3]), "another destination runs");
    drop(journal);

    let journal = store.open();
    assert!(claim(&*journal, "a", 9, 2).await.deliveries.is_empty());
    assert_eq!(destination(&*journal, "a").await.disabled_reason.as_deref(), Some("410 gone"));
    assert_eq!(counts(&*journal, "a").await, (2, 0, 0));
    journal.set_destination("a", None).await.unwrap();
    assert_eq!(ids(&claim(&*journal, "a", 9, 3).await), events([1, 2]));
}
