//! The delivery log: envelopes as they were, filters, pages, replay, retention.

use ampline::journal::{DeliveryFilter, DeliveryStatus, Journal, Retention};
use ampline_core::{message::BodyIndex, retry::Verdict};
use bytes::Bytes;
use std::time::Duration;
use uuid::Uuid;

use crate::fixture::*;

pub(crate) async fn envelopes_come_back_as_they_were(store: &impl Store) {
    let mut odd = envelope(35, "ä destination", 7);
    odd.metadata.event_id = "another spelling".to_owned();
    odd.metadata.timestamp = "2026-08-01T00:00:00+02:00".to_owned();
    odd.occurred_at += jiff::SignedDuration::from_nanos(123_456_789);
    odd.index = BodyIndex { result_info_at: u32::MAX, records: vec![] };
    odd.body = Bytes::from(vec![0xff; 300_000]);
    let journal = store.open();
    let lease = begin(&*journal, "contacts", 7).await.unwrap();
    journal.commit(&lease, page(vec![odd.clone(), envelope(1, "b", 7)], "c", 7)).await.unwrap();
    drop(journal);

    let journal = store.open();
    let claimed = claim(&*journal, "ä destination", 9, 7).await;
    assert_eq!(*claimed.deliveries[0].envelope, odd);
    assert_eq!(*journal.envelope(event(1)).await.unwrap().unwrap(), envelope(1, "b", 7));
    let detail = journal.delivery(claimed.deliveries[0].delivery).await.unwrap().unwrap();
    assert_eq!(*detail.envelope.unwrap(), odd);
    assert_eq!((detail.summary.size, detail.summary.occurred_at), (300_000, odd.occurred_at));
    assert_eq!(journal.envelope(event(2)).await.unwrap(), None);
    assert_eq!(journal.delivery(999).await.unwrap(), None);
}

/// Ten envelopes a minute apart; of the first six of "a" two are delivered, two dead, two retried.
async fn a_history(journal: &dyn Journal) {
    for n in 0..10 {
        put(journal, if n < 8 { "a" } else { "b" }, [n], n as i64 * 60).await;
    }
    for verdict in [Verdict::Delivered, Verdict::DeadLetter("rejected".to_owned()), Verdict::RetryAt(at(9_999))] {
        let claimed = claim(journal, "a", 2, 3_600).await;
        settle(journal, &claimed, 3_600, verdict).await;
    }
}

async fn listed(journal: &dyn Journal, filter: &DeliveryFilter) -> Vec<Uuid> {
    let page = journal.deliveries(filter, 1_000, None).await.unwrap();
    assert_eq!(page.next_page_token, None);
    page.results.iter().map(|delivery| delivery.event_id).collect()
}

pub(crate) async fn lists_are_filtered(store: &impl Store) {
    let journal = store.open();
    a_history(&*journal).await;
    let all = DeliveryFilter::default;
    let of = |status| DeliveryFilter { status: Some(status), ..all() };
    let rows: Vec<(DeliveryFilter, Vec<u64>)> = vec![
        (all(), (0..10).collect()),
        (of(DeliveryStatus::Delivered), vec![0, 1]),
        (of(DeliveryStatus::Dead), vec![2, 3]),
        (of(DeliveryStatus::Pending), vec![4, 5, 6, 7, 8, 9]),
        (DeliveryFilter { destination: Some("b".to_owned()), ..all() }, vec![8, 9]),
        (DeliveryFilter { destination: Some("b".to_owned()), ..of(DeliveryStatus::Dead) }, vec![]),
        (DeliveryFilter { destination: Some("nobody".to_owned()), ..all() }, vec![]),
        (DeliveryFilter { object_name: Some("companies".to_owned()), ..all() }, vec![1, 3, 5, 7, 9]),
        (DeliveryFilter { object_name: Some("companies".to_owned()), ..of(DeliveryStatus::Dead) }, vec![3]),
        (DeliveryFilter { since: Some(at(180)), until: Some(at(300)), ..all() }, vec![3, 4]),
        (DeliveryFilter { since: Some(at(600)), ..all() }, vec![]),
        (DeliveryFilter { group_ref: Some("group-1".to_owned()), ..all() }, vec![1, 4, 7]),
        (DeliveryFilter { event_id: Some(event(4)), ..all() }, vec![4]),
        (DeliveryFilter { event_id: Some(event(4)), ..of(DeliveryStatus::Dead) }, vec![]),
        (DeliveryFilter { event_id: Some(event(99)), ..all() }, vec![]),
    ];
    for (filter, expected) in rows {
        assert_eq!(listed(&*journal, &filter).await, events(expected.into_iter().rev()), "{filter:?}");
    }
    let retried =
        journal.deliveries(&DeliveryFilter { event_id: Some(event(4)), ..all() }, 9, None).await.unwrap().results.remove(0);
    assert_eq!((retried.attempts, retried.next_attempt_at, retried.reason.as_deref()), (1, Some(at(9_999)), Some("busy")));
    assert_eq!(
        (retried.group_ref.as_str(), retried.object_name.as_str(), retried.destination.as_str()),
        ("group-1", "contacts", "a")
    );
}

pub(crate) async fn pages_are_stable_under_writes(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 0..25, 0).await;
    let (mut seen, mut token) = (Vec::new(), None::<String>);
    loop {
        let page = journal.deliveries(&DeliveryFilter::default(), 10, token.as_deref()).await.unwrap();
        seen.extend(page.results.iter().map(|delivery| delivery.event_id));
        let Some(next) = page.next_page_token else { break };
        token = Some(next);
        put(&*journal, "a", [100 + seen.len() as u64], 1).await;
        settle(&*journal, &claim(&*journal, "a", 3, 1).await, 1, Verdict::Delivered).await;
    }
    assert_eq!(seen, events((0..25).rev()));
    assert!(journal.deliveries(&DeliveryFilter::default(), 10, Some("nonsense")).await.is_err());
    put(&*journal, "a", 1_000..2_100, 2).await;
    let most = journal.deliveries(&DeliveryFilter::default(), u32::MAX, None).await.unwrap();
    assert_eq!(most.results.len(), 1_000, "the cap");
}

pub(crate) async fn replays_make_new_deliveries_and_double_nothing(store: &impl Store) {
    let journal = store.open();
    a_history(&*journal).await;
    let dead = DeliveryFilter { status: Some(DeliveryStatus::Dead), ..DeliveryFilter::default() };
    assert_eq!(journal.replay(&dead, at(4_000)).await.unwrap(), 2);
    assert_eq!(journal.replay(&dead, at(4_001)).await.unwrap(), 0, "what is pending is not doubled");
    let b = DeliveryFilter { destination: Some("b".to_owned()), ..DeliveryFilter::default() };
    assert_eq!(journal.replay(&b, at(4_001)).await.unwrap(), 0);
    assert_eq!(counts(&*journal, "a").await, (6, 2, 2));

    let claimed = claim(&*journal, "a", 99, 4_000).await;
    assert_eq!(ids(&claimed), events([6, 7, 2, 3]), "by due time");
    assert_eq!(claimed.deliveries[2].attempt, 1, "a replay counts its own attempts");
    settle(&*journal, &claimed, 4_000, Verdict::Delivered).await;
    let of_3 = DeliveryFilter { event_id: Some(event(3)), ..DeliveryFilter::default() };
    let listed = journal.deliveries(&of_3, 9, None).await.unwrap().results;
    assert_eq!(
        listed.iter().map(|delivery| delivery.status).collect::<Vec<_>>(),
        [DeliveryStatus::Delivered, DeliveryStatus::Dead]
    );
    assert_eq!(listed[0].replay_of, Some(listed[1].id));
    assert_eq!(journal.replay(&of_3, at(4_002)).await.unwrap(), 1, "two deliveries match, one envelope goes");
    assert_eq!(journal.replay(&DeliveryFilter::default(), at(4_003)).await.unwrap(), 5, "all but those that wait");
}

pub(crate) async fn retention_by_age_and_size_spares_what_is_pending(store: &impl Store) {
    let journal = store.open();
    a_history(&*journal).await;
    let size = envelope(0, "a", 0).body.len() as u64;
    let keep_all = Retention { age_max: Duration::from_secs(1_000), bytes_max: u64::MAX };
    assert_eq!(journal.retain(keep_all, at(4_000)).await.unwrap(), ampline::journal::Purged::default());

    let one_less = Retention { bytes_max: size * 10 - 1, ..keep_all };
    let purged = journal.retain(one_less, at(4_000)).await.unwrap();
    assert_eq!((purged.deliveries, purged.envelopes, purged.bytes), (1, 1, size));
    assert_eq!(journal.envelope(event(0)).await.unwrap(), None, "the oldest delivered one goes first");
    assert_eq!(counts(&*journal, "a").await, (4, 1, 2));

    let dead = DeliveryFilter { event_id: Some(event(2)), ..DeliveryFilter::default() };
    journal.replay(&dead, at(4_000)).await.unwrap();
    let purged = journal.retain(Retention { bytes_max: 0, ..keep_all }, at(4_000)).await.unwrap();
    assert_eq!(purged.envelopes, 2, "the delivered one, then the dead one that nobody replays");
    assert_eq!(counts(&*journal, "a").await, (5, 0, 1));

    settle(&*journal, &claim(&*journal, "a", 99, 9_999).await, 9_999, Verdict::Delivered).await;
    assert_eq!(journal.retain(Retention { bytes_max: u64::MAX, ..keep_all }, at(11_001)).await.unwrap().envelopes, 5);
    assert_eq!(counts(&*journal, "a").await, (0, 0, 0));
    assert_eq!(counts(&*journal, "b").await, (2, 0, 0), "pending ones stay however old");
    put(&*journal, "a", [2], 11_002).await;
    assert_eq!(ids(&claim(&*journal, "a", 9, 11_002).await), events([2]), "an id that retention forgot is new");
}
