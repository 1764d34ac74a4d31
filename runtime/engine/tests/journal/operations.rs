//! Triggered reads, pauses, operations and their logs.

use ampline::journal::{
    Begin, Journal, LOG_ENTRIES_MAX, LOG_TEXT_CHARS_MAX, LogEntry, NewTrigger, OperationEnd, OperationFilter, OperationStatus,
    PageCommit, Pause, ReadLease, Severity,
};
use ampline_core::cursor::ReadType;
use uuid::Uuid;

use crate::{fixture::*, reads::end};

fn trigger(name: &str, now: i64) -> NewTrigger {
    NewTrigger { key: key(name), operation_id: Uuid::now_v7(), cursor: "begin here".to_owned(), now: at(now) }
}

async fn begin_trigger(journal: &dyn Journal, name: &str, id: Uuid, now: i64) -> Option<ReadLease> {
    let begin = Begin { key: key(name), trigger: Some(id), operation_id: Uuid::now_v7(), now: at(now), lease: MINUTE };
    journal.begin(begin).await.expect("begin")
}

fn entry(number: usize) -> LogEntry {
    LogEntry { at: at(0), severity: Severity::Warning, message: format!("entry {number}"), error: None, details: None }
}

pub(crate) async fn a_triggered_read_is_kept_apart_and_resumed_until_it_ends(store: &impl Store) {
    let journal = store.open();
    let scheduled = begin(&*journal, "contacts", 0).await.unwrap();
    journal.commit(&scheduled, page(vec![], "of the schedule", 0)).await.unwrap();
    let (first, second) = (trigger("contacts", 1), trigger("contacts", 2));
    for new in [&first, &second] {
        journal.trigger(new.clone()).await.unwrap();
    }
    drop(journal);

    let journal = store.open();
    let waiting = [&first, &second].map(|new| (key("contacts"), new.operation_id));
    assert_eq!(journal.triggered().await.unwrap(), waiting, "a crash loses none");
    let lease = begin_trigger(&*journal, "contacts", first.operation_id, 3).await.unwrap();
    assert_eq!((lease.operation_id, lease.resumed, lease.pages), (first.operation_id, true, 0));
    assert_eq!(lease.cursor.as_deref(), Some("begin here"));
    assert!(begin_trigger(&*journal, "contacts", first.operation_id, 4).await.is_none(), "it has an owner");
    assert!(begin(&*journal, "contacts", 4).await.is_some(), "the read by schedule is another one");
    journal
        .commit(&lease, PageCommit { read_type: ReadType::Triggered, ..page(vec![envelope(1, "a", 4)], "far", 4) })
        .await
        .unwrap();
    let state = journal.reads().await.unwrap().remove(0);
    assert_eq!(state.cursor.as_deref(), Some("of the schedule"));
    assert_eq!(state.operation.unwrap().id, scheduled.operation_id, "its latest operation is not the triggered one");

    journal.finish(&lease, end(OperationStatus::Success, Some("end"), 5)).await.unwrap();
    assert!(begin_trigger(&*journal, "contacts", first.operation_id, 6).await.is_none(), "it has ended");
    assert!(begin_trigger(&*journal, "contacts", Uuid::now_v7(), 6).await.is_none(), "it never was");
    assert_eq!(journal.triggered().await.unwrap(), waiting[1..]);
    let found = journal.operation(first.operation_id).await.unwrap().unwrap();
    assert_eq!((found.operation.read_type, found.operation.status), (Some(ReadType::Triggered), OperationStatus::Success));
}

pub(crate) async fn triggered_reads_are_forgotten_beyond_those_that_are_kept(store: &impl Store) {
    let journal = store.open();
    let waiting = trigger("contacts", 0);
    journal.trigger(waiting.clone()).await.unwrap();
    for round in 0..130 {
        let new = trigger("contacts", round);
        journal.trigger(new.clone()).await.unwrap();
        let lease = begin_trigger(&*journal, "contacts", new.operation_id, round).await.unwrap();
        journal.finish(&lease, end(OperationStatus::Success, None, round)).await.unwrap();
    }
    let kept = journal.operations(&OperationFilter::default(), 1_000, None).await.unwrap().results.len();
    assert!((100..=102).contains(&kept), "{kept}");
    assert_eq!(journal.triggered().await.unwrap(), [(key("contacts"), waiting.operation_id)], "what waits is never forgotten");
}

pub(crate) async fn a_pause_outlasts_a_restart_and_takes_failures_away(store: &impl Store) {
    let journal = store.open();
    let lease = begin(&*journal, "contacts", 0).await.unwrap();
    journal.finish(&lease, OperationEnd { strikes: 3, ..end(OperationStatus::Failure, None, 1) }).await.unwrap();
    assert_eq!(begin(&*journal, "contacts", 2).await.unwrap().strikes, 3);
    let pause = Pause { at: at(3), reason: "moving house".to_owned(), automatic: false };
    journal.pause(&[key("contacts"), key("never ran")], Some(pause.clone())).await.unwrap();
    drop(journal);

    let journal = store.open();
    for state in journal.reads_of("installation").await.unwrap() {
        assert_eq!(state.paused.as_ref(), Some(&pause), "{}", state.key.object_name);
    }
    assert_eq!(journal.reads_of("another").await.unwrap(), []);
    journal.pause(&[key("contacts")], None).await.unwrap();
    let states = journal.reads().await.unwrap();
    assert_eq!(states.iter().map(|state| (state.paused.is_some(), state.failures)).collect::<Vec<_>>(), [(false, 0), (true, 0)]);
    assert_eq!(begin(&*journal, "contacts", 70).await.unwrap().strikes, 0);
}

pub(crate) async fn a_failure_can_pause_in_its_own_transaction(store: &impl Store) {
    let journal = store.open();
    let pause = Pause { at: at(1), reason: "no such field".to_owned(), automatic: true };
    let lease = begin(&*journal, "contacts", 0).await.unwrap();
    let failed = OperationEnd { strikes: 10, pause: Some(pause.clone()), ..end(OperationStatus::Failure, None, 1) };
    journal.finish(&lease, failed).await.unwrap();
    assert_eq!(journal.reads().await.unwrap()[0].paused, Some(pause));
    let lease = begin(&*journal, "contacts", 2).await.unwrap();
    journal.finish(&lease, end(OperationStatus::Success, None, 3)).await.unwrap();
    let lease = begin(&*journal, "contacts", 4).await.unwrap();
    assert_eq!(lease.strikes, 0, "a success takes all strikes away");
}

pub(crate) async fn logs_are_bounded_and_keep_their_beginning(store: &impl Store) {
    let journal = store.open();
    let lease = begin(&*journal, "contacts", 0).await.unwrap();
    let full = LogEntry {
        at: at(1),
        severity: Severity::Error,
        message: "ü".repeat(LOG_TEXT_CHARS_MAX + 500),
        error: Some("words".to_owned()),
        details: Some(serde_json::json!({ "page": 7 })),
    };
    journal.commit(&lease, PageCommit { log: vec![full.clone()], ..page(vec![], "one", 1) }).await.unwrap();
    let found = journal.operation_log(lease.operation_id).await.unwrap().remove(0);
    assert_eq!(found.message.chars().count(), LOG_TEXT_CHARS_MAX + 1, "cut, and a sign that it was");
    assert_eq!(LogEntry { message: full.message.clone(), ..found }, full);

    let many = LOG_ENTRIES_MAX * 2;
    for from in (0..many).step_by(100) {
        let log = (from..from + 100).map(entry).collect();
        journal.commit(&lease, PageCommit { log, ..page(vec![], "two", 1) }).await.unwrap();
    }
    journal.suspend(&lease, vec![entry(many)]).await.unwrap();
    let entries = journal.operation_log(lease.operation_id).await.unwrap();
    let messages: Vec<&str> = entries.iter().map(|entry| entry.message.as_str()).collect();
    assert_eq!(messages.len(), LOG_ENTRIES_MAX);
    assert_eq!(messages[1], "entry 0");
    assert_eq!(messages[LOG_ENTRIES_MAX / 2 - 1], format!("entry {}", LOG_ENTRIES_MAX / 2 - 2));
    assert_eq!(messages[LOG_ENTRIES_MAX - 1], format!("entry {many}"));
    assert_eq!(journal.operation_log(Uuid::now_v7()).await.unwrap(), []);
}

pub(crate) async fn operations_are_listed_in_pages_that_are_stable(store: &impl Store) {
    let journal = store.open();
    let mut begun = Vec::new();
    for round in 0..9 {
        let name = if round % 3 == 0 { "companies" } else { "contacts" };
        let lease = begin(&*journal, name, round).await.unwrap();
        journal.finish(&lease, end(OperationStatus::Success, None, round)).await.unwrap();
        begun.push((name, lease.operation_id));
    }
    begun.reverse();
    let contacts = OperationFilter { object_name: Some("contacts".to_owned()), ..OperationFilter::default() };
    let mine = OperationFilter { installation_id: Some("installation".to_owned()), ..OperationFilter::default() };
    let nobody = OperationFilter { installation_id: Some("nobody".to_owned()), ..OperationFilter::default() };
    for (filter, expected) in [
        (OperationFilter::default(), begun.clone()),
        (mine, begun.clone()),
        (contacts, begun.iter().copied().filter(|(name, _)| *name == "contacts").collect()),
        (nobody, Vec::new()),
    ] {
        let (mut found, mut token) = (Vec::new(), None::<String>);
        loop {
            let page = journal.operations(&filter, 2, token.as_deref()).await.unwrap();
            found.extend(page.results.iter().map(|one| (one.key.object_name.clone(), one.operation.id)));
            begin(&*journal, &format!("meanwhile {}", Uuid::now_v7()), 20).await.unwrap();
            token = page.next_page_token;
            if token.is_none() {
                break;
            }
        }
        found.retain(|(name, _)| !name.starts_with("meanwhile"));
        let found: Vec<(&str, Uuid)> = found.iter().map(|(name, id)| (name.as_str(), *id)).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    assert!(journal.operations(&OperationFilter::default(), 2, Some("x")).await.is_err());
}

pub(crate) async fn backfills_are_kept(store: &impl Store) {
    let journal = store.open();
    let backfill = begin(&*journal, "contacts", 0).await.unwrap();
    journal.commit(&backfill, PageCommit { records_estimated_total: Some(9), ..page(vec![], "one", 1) }).await.unwrap();
    journal.finish(&backfill, end(OperationStatus::Success, None, 2)).await.unwrap();
    for round in 0..150 {
        let lease = begin(&*journal, "contacts", round).await.unwrap();
        let scheduled = PageCommit { read_type: ReadType::Scheduled, log: vec![entry(1)], ..page(vec![], "two", round) };
        journal.commit(&lease, scheduled).await.unwrap();
        journal.finish(&lease, end(OperationStatus::Success, None, round)).await.unwrap();
    }
    let found = journal.backfill(&key("contacts")).await.unwrap().unwrap();
    assert_eq!((found.id, found.records_estimated_total), (backfill.operation_id, Some(9)));
    assert_eq!(journal.backfill(&key("companies")).await.unwrap(), None);
    let kept = journal.operations(&OperationFilter::default(), 1_000, None).await.unwrap().results.len();
    assert!((100..=102).contains(&kept), "{kept}");
}
