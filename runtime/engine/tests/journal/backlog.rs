//! Destinations in trouble: how much waits for them, and when one that only fails is stopped.

use std::time::Duration;

use ampline::journal::{DeliveryFilter, Journal, Settlement};
use ampline_core::retry::Verdict;

use crate::fixture::*;

const DAY_S: i64 = 24 * 3_600;
const LIMIT: Duration = Duration::from_secs(5 * 24 * 3_600);

/// What is known of the backlog, twice: in memory, and stored.
async fn waiting(journal: &dyn Journal, name: &str) -> u64 {
    let stored = destination(journal, name).await.pending_bytes;
    assert_eq!(journal.pending_bytes(name), stored, "memory and store agree");
    stored
}

pub(crate) async fn bytes_that_wait_are_known(store: &impl Store) {
    let size = |numbers: &[u64]| -> u64 { numbers.iter().map(|n| envelope(*n, "a", 0).body.len() as u64).sum() };
    let journal = store.open();
    assert_eq!(journal.pending_bytes("a"), 0, "a destination that nobody heard of");
    put(&*journal, "a", [1, 20, 300], 0).await;
    put(&*journal, "a", [20], 0).await;
    put(&*journal, "b", [4], 0).await;
    assert_eq!((waiting(&*journal, "a").await, waiting(&*journal, "b").await), (size(&[1, 20, 300]), size(&[4])));
    let claimed = claim(&*journal, "a", 9, 0).await;
    assert_eq!(waiting(&*journal, "a").await, size(&[1, 20, 300]), "what is claimed waits still");
    let verdicts = [Verdict::Delivered, Verdict::RetryAt(at(9)), Verdict::DeadLetter("no".to_owned())];
    let settlements: Vec<_> = claimed.deliveries.iter().zip(verdicts).map(|(c, verdict)| settlement(c, 0, verdict)).collect();
    journal.settle(settlements.clone()).await.unwrap();
    journal.settle(settlements).await.unwrap();
    assert_eq!(waiting(&*journal, "a").await, size(&[20]), "once, however often it is settled");
    drop(journal);
    let journal = store.open();
    assert_eq!(waiting(&*journal, "a").await, size(&[20]), "after a crash");
    assert_eq!(journal.replay(&DeliveryFilter::default(), at(1)).await.unwrap(), 2);
    assert_eq!(waiting(&*journal, "a").await, size(&[1, 20, 300]), "a replay waits as well");
    settle(&*journal, &claim(&*journal, "a", 9, 9).await, 9, Verdict::DeadLetter("no".to_owned())).await;
    journal.purge(&DeliveryFilter::default()).await.unwrap();
    assert_eq!((waiting(&*journal, "a").await, waiting(&*journal, "b").await), (0, size(&[4])));
}

/// Claims one and settles it at `at(now)` under the limit.
async fn attempt(journal: &dyn Journal, now: i64, verdict: Verdict, disable_after: Option<Duration>) {
    let claimed = claim(journal, "a", 1, now).await;
    let one = claimed.deliveries.first().expect("something to deliver");
    journal.settle(vec![Settlement { disable_after, ..settlement(one, now, verdict) }]).await.unwrap();
}

async fn fail(journal: &dyn Journal, now: i64, disable_after: Option<Duration>) {
    attempt(journal, now, Verdict::RetryAt(at(now + 1)), disable_after).await;
}

async fn stopped(journal: &dyn Journal) -> Option<String> {
    destination(journal, "a").await.disabled_reason
}

pub(crate) async fn a_destination_that_only_fails_for_too_long_is_stopped(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 0..5, 0).await;
    fail(&*journal, 100, Some(LIMIT)).await;
    fail(&*journal, 100 + DAY_S, Some(LIMIT)).await;
    drop(journal);
    let journal = store.open();
    fail(&*journal, 99 + 5 * DAY_S, Some(LIMIT)).await;
    assert_eq!(stopped(&*journal).await, None, "a second too early");
    fail(&*journal, 100 + 5 * DAY_S, Some(LIMIT)).await;
    let reason = stopped(&*journal).await.expect("five days of failures and nothing else");
    for part in ["since 2026-08-01T12:01:41Z", "4 failures", "http.503: busy", "enable"] {
        assert!(reason.contains(part), "{part:?} is missing: {reason}");
    }
    assert!(claim(&*journal, "a", 9, 9_000_000).await.deliveries.is_empty());
    assert_eq!(counts(&*journal, "a").await, (5, 0, 0), "its backlog is kept and counted");
    drop(journal);
    let journal = store.open();
    assert_eq!(stopped(&*journal).await, Some(reason), "a restart is no repair");
    assert!(claim(&*journal, "a", 9, 9_000_000).await.deliveries.is_empty());

    journal.set_destination("a", None).await.unwrap();
    let state = destination(&*journal, "a").await;
    assert_eq!((state.failing_since, state.failures), (None, 0), "it begins anew");
    fail(&*journal, 101 + 5 * DAY_S, Some(LIMIT)).await;
    assert_eq!(stopped(&*journal).await, None);
    fail(&*journal, 101 + 10 * DAY_S, Some(LIMIT)).await;
    assert!(stopped(&*journal).await.is_some());
}

pub(crate) async fn a_success_in_between_and_other_limits_count(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 0..9, 0).await;
    fail(&*journal, 0, Some(LIMIT)).await;
    attempt(&*journal, DAY_S, Verdict::Delivered, Some(LIMIT)).await;
    assert_eq!(destination(&*journal, "a").await.failures, 0);
    fail(&*journal, 2 * DAY_S, Some(LIMIT)).await;
    fail(&*journal, 6 * DAY_S, Some(LIMIT)).await;
    assert_eq!(stopped(&*journal).await, None, "four days since the last success");
    fail(&*journal, 60 * DAY_S, None).await;
    assert_eq!(stopped(&*journal).await, None, "without a limit it may fail for ever");
    let claimed = claim(&*journal, "a", 2, 61 * DAY_S).await;
    let both = [Verdict::Delivered, Verdict::RetryAt(at(61 * DAY_S))];
    let settlements = claimed.deliveries.iter().zip(both);
    let settlements = settlements.map(|(c, v)| Settlement { disable_after: Some(LIMIT), ..settlement(c, 61 * DAY_S, v) });
    journal.settle(settlements.collect()).await.unwrap();
    let state = destination(&*journal, "a").await;
    assert_eq!((state.disabled_reason, state.failures), (None, 1), "a success in the same batch counts too");
    journal.set_destination("a", Some("stopped by an operator".to_owned())).await.unwrap();
    journal.set_destination("a", None).await.unwrap();
    let claimed = claim(&*journal, "a", 9, 62 * DAY_S).await;
    journal.set_destination("a", Some("stopped by an operator".to_owned())).await.unwrap();
    let late = claimed.deliveries.iter();
    let late =
        late.map(|c| Settlement { disable_after: Some(Duration::ZERO), ..settlement(c, 62 * DAY_S, Verdict::RetryAt(at(0))) });
    journal.settle(late.collect()).await.unwrap();
    assert_eq!(stopped(&*journal).await.as_deref(), Some("stopped by an operator"), "the first reason stays");
}
