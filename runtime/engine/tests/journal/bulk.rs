//! What is done to many deliveries at once: purges, replays by the thousand, and how many either would take.

use ampline::journal::{Bulk, DeliveryFilter, DeliveryStatus, Journal, Purged};
use ampline_core::retry::Verdict;

use crate::fixture::*;

fn dead() -> Verdict {
    Verdict::DeadLetter("rejected".to_owned())
}

async fn all_dead(journal: &dyn Journal, destination: &str, numbers: std::ops::Range<u64>, now: i64) {
    put(journal, destination, numbers, now).await;
    settle(journal, &claim(journal, destination, 10_000, now).await, now, dead()).await;
}

pub(crate) async fn a_purge_takes_dead_letters_and_nothing_else(store: &impl Store) {
    let journal = store.open();
    all_dead(&*journal, "a", 0..6, 0).await;
    all_dead(&*journal, "b", 6..8, 0).await;
    put(&*journal, "a", 10..12, 60).await;
    settle(&*journal, &claim(&*journal, "a", 1, 60).await, 60, Verdict::Delivered).await;
    assert_eq!(counts(&*journal, "a").await, (1, 1, 6));

    for status in [DeliveryStatus::Pending, DeliveryStatus::Delivered] {
        let filter = DeliveryFilter { status: Some(status), ..DeliveryFilter::default() };
        assert_eq!(journal.purge(&filter).await.unwrap(), Purged::default(), "{status:?}");
    }
    let a = || DeliveryFilter { destination: Some("a".to_owned()), ..DeliveryFilter::default() };
    let one = journal.deliveries(&DeliveryFilter { event_id: Some(event(3)), ..a() }, 9, None).await.unwrap().results.remove(0);
    let size = envelope(3, "a", 0).body.len() as u64;
    let filter = DeliveryFilter { id: Some(one.id), ..DeliveryFilter::default() };
    assert_eq!(journal.purge(&filter).await.unwrap(), Purged { deliveries: 1, envelopes: 1, bytes: size });
    assert_eq!((journal.delivery(one.id).await.unwrap(), journal.envelope(event(3)).await.unwrap()), (None, None));

    let rows: [(DeliveryFilter, u64); 5] = [
        (DeliveryFilter { object_name: Some("companies".to_owned()), ..a() }, 2),
        (DeliveryFilter { group_ref: Some("group-0".to_owned()), ..a() }, 1),
        (DeliveryFilter { until: Some(at(0)), ..a() }, 0),
        (DeliveryFilter { status: Some(DeliveryStatus::Dead), ..a() }, 2),
        (DeliveryFilter::default(), 2),
    ];
    for (filter, expected) in rows {
        assert_eq!(journal.count(&filter, Bulk::Purge).await.unwrap(), expected, "{filter:?}");
        assert_eq!(journal.purge(&filter).await.unwrap().deliveries, expected, "{filter:?}");
    }
    drop(journal);
    let journal = store.open();
    assert_eq!((counts(&*journal, "a").await, counts(&*journal, "b").await), ((1, 1, 0), (0, 0, 0)));
    assert_eq!(ids(&claim(&*journal, "a", 9, 61).await), events([11]), "what is pending stays");
    put(&*journal, "a", [3], 62).await;
    assert_eq!(ids(&claim(&*journal, "a", 9, 62).await), events([3]), "an id that a purge forgot is new");
}

pub(crate) async fn a_purge_spares_the_replays_of_what_it_takes(store: &impl Store) {
    let journal = store.open();
    all_dead(&*journal, "a", 0..2, 0).await;
    assert_eq!(journal.replay(&DeliveryFilter::default(), at(1)).await.unwrap(), 2);
    let purged = journal.purge(&DeliveryFilter::default()).await.unwrap();
    assert_eq!((purged.deliveries, purged.envelopes), (2, 0), "their envelopes are still to be delivered");
    let claimed = claim(&*journal, "a", 9, 1).await;
    assert_eq!(ids(&claimed), events(0..2));
    assert!(claimed.deliveries.iter().all(|claimed| claimed.replay_of.is_some()), "a replay is known as one");
    settle(&*journal, &claimed, 1, dead()).await;
    assert_eq!(journal.replay(&DeliveryFilter::default(), at(2)).await.unwrap(), 2, "a replay can be replayed");
    settle(&*journal, &claim(&*journal, "a", 9, 2).await, 2, Verdict::Delivered).await;
    let purged = journal.purge(&DeliveryFilter::default()).await.unwrap();
    assert_eq!((purged.deliveries, purged.envelopes), (2, 0));
    assert_eq!(counts(&*journal, "a").await, (0, 2, 0));
    let none = ampline::journal::Retention { age_max: std::time::Duration::ZERO, bytes_max: 0 };
    let size: u64 = (0..2).map(|n| envelope(n, "a", 0).body.len() as u64).sum();
    let retained = journal.retain(none, at(100)).await.unwrap();
    assert_eq!((retained.deliveries, retained.envelopes, retained.bytes), (2, 2, size), "retention takes the rest");
}

pub(crate) async fn thousands_are_replayed_and_purged_at_once(store: &impl Store) {
    const MANY: u64 = 6_000;
    let journal = store.open();
    all_dead(&*journal, "a", 0..MANY, 0).await;
    put(&*journal, "a", MANY..MANY + 3, 0).await;
    let filter = DeliveryFilter { status: Some(DeliveryStatus::Dead), ..DeliveryFilter::default() };
    assert_eq!(journal.count(&filter, Bulk::Replay).await.unwrap(), MANY);
    assert_eq!(journal.replay(&filter, at(1)).await.unwrap(), MANY);
    assert_eq!(journal.count(&filter, Bulk::Replay).await.unwrap(), 0, "what is pending is not doubled");
    assert_eq!(counts(&*journal, "a").await, (MANY + 3, 0, MANY));
    settle(&*journal, &claim(&*journal, "a", 10_000, 1).await, 1, dead()).await;
    assert_eq!(journal.count(&DeliveryFilter::default(), Bulk::Purge).await.unwrap(), 2 * MANY + 3);
    let purged = journal.purge(&filter).await.unwrap();
    assert_eq!((purged.deliveries, purged.envelopes), (2 * MANY + 3, MANY + 3));
    assert_eq!(counts(&*journal, "a").await, (0, 0, 0));
}
