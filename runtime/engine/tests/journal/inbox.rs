//! J7 to J9: events of providers are accepted once, claimed in order by one owner, and leave with what they became.

use std::sync::Arc;

use ampline::journal::{
    ClaimEvents, EventClaim, EventFilter, EventSettlement, EventStatus, Journal, JournalError, NewEvent, PutOff, REMEMBERED_FOR,
    Retention,
};
use bytes::Bytes;

use crate::fixture::*;

/// Event number `n` of a queue.
pub(crate) fn new_event(n: u64, queue: &str) -> NewEvent {
    NewEvent {
        key: event(n).into_bytes(),
        queue: key(queue),
        record_id: (!n.is_multiple_of(4)).then(|| n.to_string()),
        provider_type: "contact.creation".to_owned(),
        occurred_at: at(-5),
        body: Bytes::from(format!(r#"{{"n":{n}}}"#)),
    }
}

pub(crate) async fn accept(journal: &dyn Journal, queue: &str, numbers: impl IntoIterator<Item = u64>, now: i64) -> (u64, u64) {
    let events = numbers.into_iter().map(|n| new_event(n, queue)).collect();
    let accepted = journal.accept_events(events, at(now)).await.expect("accept");
    (accepted.new, accepted.repeated)
}

pub(crate) async fn take(journal: &dyn Journal, events_max: u32, now: i64) -> Option<EventClaim> {
    let request = ClaimEvents { events_max, bytes_max: u64::MAX, now: at(now), lease: MINUTE };
    journal.claim_events(request).await.expect("claim").claim
}

/// The numbers of claimed events, by their bodies.
pub(crate) fn numbers(claim: &EventClaim) -> Vec<u64> {
    let number = |body: &Bytes| serde_json::from_slice::<serde_json::Value>(body).unwrap()["n"].as_u64().unwrap();
    claim.events.iter().map(|event| number(&event.body)).collect()
}

/// All of a claim done, an envelope of the same number for each.
pub(crate) fn done(claim: &EventClaim, now: i64) -> EventSettlement {
    EventSettlement {
        envelopes: numbers(claim).into_iter().map(|n| envelope(n, "a", now)).collect(),
        done: claim.events.iter().map(|event| event.id).collect(),
        dead: Vec::new(),
        put_off: None,
        now: at(now),
    }
}

fn nothing(now: i64) -> EventSettlement {
    EventSettlement { envelopes: Vec::new(), done: Vec::new(), dead: Vec::new(), put_off: None, now: at(now) }
}

fn waiting(journal: &dyn Journal) -> (u64, u64) {
    (journal.inbox().waiting, journal.inbox().dead)
}

pub(crate) async fn j7_events_survive_and_leave_with_their_envelopes(store: &impl Store) {
    let journal = store.open();
    assert_eq!(accept(&*journal, "contacts", 0..10, 0).await, (10, 0));
    drop(journal);
    let journal = store.open();
    assert_eq!(waiting(&*journal), (10, 0));
    let claim = take(&*journal, 6, 1).await.expect("a queue");
    assert_eq!(numbers(&claim), [0, 1, 2, 3, 4, 5]);
    assert_eq!((claim.queue.clone(), claim.events[0].accepted_at), (key("contacts"), at(0)));
    journal.settle_events(&claim, done(&claim, 2)).await.unwrap();
    drop(journal);
    let journal = store.open();
    assert_eq!((waiting(&*journal), counts(&*journal, "a").await), ((4, 0), (6, 0, 0)));
    assert_eq!(ids(&super::fixture::claim(&*journal, "a", 100, 3).await), events(0..6));
    let claim = take(&*journal, 100, 3).await.expect("what is left");
    assert_eq!(numbers(&claim), [6, 7, 8, 9]);
    drop(journal);
    let journal = store.open();
    let again = take(&*journal, 100, 4).await.expect("what was claimed and not settled");
    assert_eq!(numbers(&again), [6, 7, 8, 9]);
    assert_eq!(journal.inbox().waiting_bytes, 4 * 7);
}

pub(crate) async fn j8_an_event_accepted_twice_is_stored_once(store: &impl Store) {
    let journal = store.open();
    assert_eq!(accept(&*journal, "contacts", [1, 2, 1], 0).await, (2, 1));
    assert_eq!(accept(&*journal, "contacts", [2, 3], 1).await, (1, 1));
    let claim = take(&*journal, 100, 1).await.unwrap();
    journal.settle_events(&claim, done(&claim, 2)).await.unwrap();
    drop(journal);
    let journal = store.open();
    assert_eq!(accept(&*journal, "contacts", 1..=3, 3).await, (0, 3), "what is done is remembered");
    let retention = Retention { age_max: REMEMBERED_FOR, bytes_max: u64::MAX };
    let later = i64::try_from(REMEMBERED_FOR.as_secs()).unwrap() + 1;
    journal.retain(retention, at(later)).await.unwrap();
    assert_eq!(accept(&*journal, "contacts", 1..=3, later).await, (2, 1), "what was accepted at 1 is remembered still");
}

pub(crate) async fn j9_a_queue_has_one_owner_and_a_stale_one_cannot_settle(store: &impl Store) {
    let journal = store.open();
    accept(&*journal, "contacts", 0..3, 0).await;
    accept(&*journal, "companies", 10..12, 0).await;
    let first = take(&*journal, 2, 0).await.unwrap();
    let second = take(&*journal, 2, 0).await.unwrap();
    assert_ne!(first.queue, second.queue);
    assert_eq!(take(&*journal, 2, 0).await, None, "both queues have an owner");
    accept(&*journal, "contacts", [3], 1).await;
    assert_eq!(take(&*journal, 2, 1).await, None, "what comes meanwhile waits for the owner");
    // The leases end, and others take the queues.
    let third = take(&*journal, 10, 61).await.unwrap();
    let fourth = take(&*journal, 10, 61).await.unwrap();
    let (late, by) = if third.queue == first.queue { (third, &first) } else { (fourth, &first) };
    let refused = journal.settle_events(by, done(by, 62)).await;
    assert!(matches!(refused, Err(JournalError::StaleClaim)), "{refused:?}");
    assert_eq!(waiting(&*journal), (6, 0));
    journal.settle_events(&late, done(&late, 62)).await.unwrap();
    assert!(matches!(journal.settle_events(&late, done(&late, 63)).await, Err(JournalError::StaleClaim)));
    assert_eq!(counts(&*journal, "a").await.0, late.events.len() as u64, "each once");
}

pub(crate) async fn order_holds_over_settlements_and_queues_take_turns(store: &impl Store) {
    let journal = store.open();
    for (n, queue) in (0..40).zip(["contacts", "companies"].into_iter().cycle()) {
        accept(&*journal, queue, [n], 0).await;
    }
    let (mut seen, mut turns) = (Vec::new(), Vec::new());
    for now in 1.. {
        let Some(claim) = take(&*journal, 3, now).await else { break };
        turns.push(claim.queue.object_name.clone());
        seen.extend(numbers(&claim));
        journal.settle_events(&claim, done(&claim, now)).await.unwrap();
    }
    for odd in [0, 1] {
        let of_queue: Vec<u64> = seen.iter().copied().filter(|n| n % 2 == odd).collect();
        assert_eq!(of_queue, (0..40).filter(|n| n % 2 == odd).collect::<Vec<_>>());
    }
    assert!(turns.chunk_by(|a, b| a == b).all(|run| run.len() == 1), "{turns:?}");
}

pub(crate) async fn a_queue_that_is_put_off_waits_and_counts_its_failures(store: &impl Store) {
    let journal = store.open();
    accept(&*journal, "contacts", 0..2, 0).await;
    let put_off = |until, failed| Some(PutOff { until: at(until), reason: "the provider is down".to_owned(), failed });
    for failures in 0..2 {
        let now = i64::from(failures) * 10;
        let claim = take(&*journal, 10, now).await.unwrap();
        assert_eq!(claim.failures, failures);
        journal.settle_events(&claim, EventSettlement { put_off: put_off(now + 10, true), ..nothing(now) }).await.unwrap();
        let request = ClaimEvents { events_max: 10, bytes_max: u64::MAX, now: at(now + 9), lease: MINUTE };
        let early = journal.claim_events(request).await.unwrap();
        assert_eq!((early.claim, early.next_due), (None, Some(at(now + 10))));
    }
    let shown = journal.events(&EventFilter::default(), 10, None).await.unwrap().results;
    assert_eq!((shown[0].reason.as_deref(), shown[0].next_attempt_at), (Some("the provider is down"), Some(at(20))));
    drop(journal);
    let journal = store.open();
    assert_eq!(take(&*journal, 10, 19).await, None, "a restart does not hurry it");
    let claim = take(&*journal, 10, 20).await.unwrap();
    assert_eq!(claim.failures, 2);
    journal.settle_events(&claim, EventSettlement { put_off: put_off(30, false), ..nothing(20) }).await.unwrap();
    let claim = take(&*journal, 10, 30).await.unwrap();
    assert_eq!(claim.failures, 2, "a wait for room is no failure");
    journal.settle_events(&claim, done(&claim, 30)).await.unwrap();
    accept(&*journal, "contacts", [5], 31).await;
    assert_eq!(take(&*journal, 10, 31).await.unwrap().failures, 0);
}

pub(crate) async fn dead_events_are_listed_replayed_and_purged(store: &impl Store) {
    let journal = store.open();
    accept(&*journal, "contacts", 0..3, 0).await;
    accept(&*journal, "companies", 10..11, 0).await;
    for now in 1..=2 {
        let claim = take(&*journal, 10, now).await.unwrap();
        let dead = claim.events.iter().map(|event| (event.id, format!("no use: {}", event.id))).collect();
        journal.settle_events(&claim, EventSettlement { dead, ..nothing(now) }).await.unwrap();
    }
    assert_eq!((waiting(&*journal), take(&*journal, 10, 3).await), ((0, 4), None));
    let contacts = EventFilter { object_name: Some("contacts".to_owned()), ..EventFilter::default() };
    let page = journal.events(&contacts, 2, None).await.unwrap();
    assert_eq!((page.results.len(), page.results[0].status), (2, EventStatus::Dead));
    assert!(page.results.iter().all(|event| event.reason == Some(format!("no use: {}", event.id))));
    let rest = journal.events(&contacts, 2, page.next_page_token.as_deref()).await.unwrap();
    assert_eq!((rest.results.len(), rest.next_page_token), (1, None));
    let detail = journal.event(page.results[0].id).await.unwrap().unwrap();
    assert_eq!((detail.body, &detail.summary), (new_event(2, "contacts").body, &page.results[0]));
    let one = EventFilter { id: Some(page.results[0].id), ..EventFilter::default() };
    assert_eq!(journal.purge_events(&one).await.unwrap(), 1);
    assert_eq!(journal.event(page.results[0].id).await.unwrap(), None);
    assert_eq!(journal.replay_events(&contacts, at(4)).await.unwrap(), 2);
    assert_eq!(journal.replay_events(&contacts, at(4)).await.unwrap(), 0, "what waits is not doubled");
    assert_eq!(waiting(&*journal), (2, 1));
    let claim = take(&*journal, 10, 5).await.unwrap();
    assert_eq!(numbers(&claim), [0, 1]);
    journal.settle_events(&claim, done(&claim, 5)).await.unwrap();
    let retention = Retention { age_max: MINUTE, bytes_max: u64::MAX };
    journal.retain(retention, at(100)).await.unwrap();
    drop(journal);
    assert_eq!(waiting(&*store.open()), (0, 0), "retention takes dead events as it takes dead letters");
}

pub(crate) async fn news_of_events_are_never_missed(store: &impl Store) {
    let journal = store.open();
    let (accepting, seen) = (Arc::clone(&journal), 500);
    let giver = tokio::spawn(async move {
        for n in 0..seen {
            accept(&*accepting, if n % 2 == 0 { "contacts" } else { "companies" }, [n], 0).await;
        }
    });
    let mut taken = 0;
    while taken < seen {
        match take(&*journal, 7, 0).await {
            Some(claim) => {
                taken += claim.events.len() as u64;
                journal.settle_events(&claim, done(&claim, 0)).await.unwrap();
            }
            None => tokio::time::timeout(MINUTE, journal.wait_for_events()).await.expect("news"),
        }
    }
    giver.await.unwrap();
    assert_eq!((waiting(&*journal), counts(&*journal, "a").await.0), ((0, 0), seen));
}
