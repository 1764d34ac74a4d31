//! J12: messages that are delivered on request.

use std::time::Duration;

use ampline::journal::{DeliveryFilter, DeliveryStatus, Journal, PAGES_ASKED_MAX, PageCommit, Retention};

use crate::fixture::*;

/// Commits these as messages that are delivered on request.
async fn read(journal: &dyn Journal, name: &str, numbers: std::ops::Range<u64>, now: i64) {
    let lease = begin(journal, name, now).await.expect("the read");
    let envelopes = numbers.map(|n| envelope(n, "a", now)).collect();
    let commit = PageCommit { on_request: true, ..page(envelopes, "cursor", now) };
    journal.commit(&lease, commit).await.unwrap();
    journal.suspend(&lease, Vec::new()).await.unwrap();
}

pub(crate) async fn j12_what_waits_for_a_request_is_claimed_after_it_and_in_order(store: &impl Store) {
    let journal = store.open();
    read(&*journal, "contacts", 0..5, 0).await;
    read(&*journal, "companies", 100..102, 0).await;
    let claimed = claim(&*journal, "a", 9, 1_000_000).await;
    assert_eq!((ids(&claimed), claimed.next_due), (vec![], None), "nothing falls due by itself");
    assert_eq!(counts(&*journal, "a").await, (7, 0, 0));
    let waiting = journal.deliveries(&DeliveryFilter::default(), 9, None).await.unwrap().results;
    assert!(waiting.iter().all(|one| one.next_attempt_at.is_none() && one.reason.as_deref().unwrap().contains("deliverResults")));

    assert_eq!(journal.ask_for(&key("contacts"), 2, at(1)).await.unwrap(), 2);
    let claimed = claim(&*journal, "a", 9, 1).await;
    assert_eq!(ids(&claimed), events([0, 1]));
    settle(&*journal, &claimed, 1, ampline_core::retry::Verdict::Delivered).await;
    drop(journal);

    let journal = store.open();
    assert_eq!(journal.ask_for(&key("contacts"), 5, at(2)).await.unwrap(), 3, "two are not there yet");
    drop(journal);
    let journal = store.open();
    read(&*journal, "contacts", 5..9, 3).await;
    assert_eq!(ids(&claim(&*journal, "a", 9, 3).await), events([2, 3, 4, 5, 6]), "what was asked for too early flows");
    assert_eq!(journal.ask_for(&key("contacts"), 0, at(4)).await.unwrap(), 0);
    assert_eq!(journal.ask_for(&key("companies"), 1, at(4)).await.unwrap(), 1);
    assert_eq!(ids(&claim(&*journal, "a", 9, 4).await), events([100]), "each read for itself");
}

pub(crate) async fn j12_more_may_be_asked_for_than_one_transaction_takes(store: &impl Store) {
    let journal = store.open();
    read(&*journal, "contacts", 0..1_200, 0).await;
    assert_eq!(journal.ask_for(&key("contacts"), PAGES_ASKED_MAX, at(1)).await.unwrap(), 1_200);
    assert_eq!(claim(&*journal, "a", 2_000, 1).await.deliveries.len(), 1_200);
    read(&*journal, "contacts", 1_200..1_300, 2).await;
    assert_eq!(claim(&*journal, "a", 2_000, 2).await.deliveries.len(), 100, "the rest is remembered");
}

pub(crate) async fn what_went_with_its_destination_is_not_asked_for_any_more(store: &impl Store) {
    let journal = store.open();
    read(&*journal, "contacts", 0..3, 0).await;
    journal.close_destination("a", "deleted".to_owned()).await.unwrap();
    assert_eq!(journal.bury("a", at(1)).await.unwrap(), 3);
    assert_eq!(journal.ask_for(&key("contacts"), 3, at(2)).await.unwrap(), 0);
    let dead = journal.deliveries(&DeliveryFilter::default(), 9, None).await.unwrap().results;
    let stands: Vec<_> = dead.iter().map(|one| (one.status, one.reason.as_deref())).collect();
    assert_eq!(stands, [(DeliveryStatus::Dead, Some("deleted")); 3]);
    assert_eq!((counts(&*journal, "a").await, journal.pending_bytes("a")), ((0, 0, 3), 0));
}

pub(crate) async fn what_nobody_asked_for_is_a_dead_letter_at_last(store: &impl Store) {
    let journal = store.open();
    read(&*journal, "contacts", 0..3, 0).await;
    read(&*journal, "contacts", 3..4, 500).await;
    let retention = Retention { age_max: Duration::from_secs(100), bytes_max: u64::MAX };
    journal.retain(retention, at(550)).await.unwrap();
    assert_eq!(counts(&*journal, "a").await, (1, 0, 3));
    assert_eq!(journal.pending_bytes("a"), envelope(3, "a", 500).body.len() as u64);
    let dead = DeliveryFilter { status: Some(DeliveryStatus::Dead), ..DeliveryFilter::default() };
    assert_eq!(journal.replay(&dead, at(551)).await.unwrap(), 3);
    assert_eq!(ids(&claim(&*journal, "a", 9, 551).await), events([0, 1, 2]), "a replay asks for them");
}
