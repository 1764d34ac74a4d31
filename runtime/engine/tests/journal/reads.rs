//! Reads: J1 to J3, resumption and failures.

use ampline::journal::{JournalError, OperationEnd, OperationFilter, OperationStatus, PageCommit};

use crate::fixture::*;

pub(crate) fn end(status: OperationStatus, cursor: Option<&str>, now: i64) -> OperationEnd {
    let (result, cursor) = ("a sentence".to_owned(), cursor.map(str::to_owned));
    OperationEnd { status, result, cursor, strikes: 0, pause: None, log: Vec::new(), now: at(now) }
}

fn is_stale<T: std::fmt::Debug>(result: Result<T, JournalError>, fence: i64) {
    assert!(matches!(result, Err(JournalError::StaleFence { held }) if held == fence), "{result:?}");
}

pub(crate) async fn j1_cursor_and_envelopes_are_durable_together(store: &impl Store) {
    let journal = store.open();
    let stale = begin(&*journal, "contacts", 0).await.unwrap();
    let owner = begin(&*journal, "contacts", 60).await.unwrap();
    journal.commit(&owner, page(vec![envelope(1, "a", 60)], "one", 60)).await.unwrap();
    is_stale(journal.commit(&stale, page(vec![envelope(2, "a", 61)], "two", 61)).await, stale.fence);
    drop(journal);

    let journal = store.open();
    let resumed = begin(&*journal, "contacts", 62).await.unwrap();
    assert_eq!(resumed.cursor.as_deref(), Some("one"));
    assert_eq!(ids(&claim(&*journal, "a", 9, 62).await), events([1]), "neither cursor nor envelope of the refused page");
    journal.commit(&resumed, page(vec![], "three", 63)).await.unwrap();
    assert_eq!(journal.reads().await.unwrap()[0].cursor.as_deref(), Some("three"), "an empty page moves the cursor");
}

pub(crate) async fn j1_the_last_page_and_the_end_are_durable_together(store: &impl Store) {
    let journal = store.open();
    let lease = begin(&*journal, "contacts", 0).await.unwrap();
    let ended = Some(end(OperationStatus::Success, None, 1));
    let last = PageCommit { end: ended, ..page(vec![envelope(1, "a", 1)], "behind", 1) };
    journal.commit(&lease, last.clone()).await.unwrap();
    is_stale(journal.commit(&lease, last).await, lease.fence);
    drop(journal);

    let journal = store.open();
    let state = journal.reads().await.unwrap().remove(0);
    assert_eq!((state.cursor.as_deref(), state.operation.unwrap().status), (Some("behind"), OperationStatus::Success));
    assert_eq!(ids(&claim(&*journal, "a", 9, 2).await), events([1]));
    let next = begin(&*journal, "contacts", 2).await.unwrap();
    assert!(!next.resumed && next.operation_id != lease.operation_id, "nobody waits for a lease to end");
}

pub(crate) async fn j2_an_envelope_committed_twice_is_delivered_once(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", [1, 2, 1], 0).await;
    put(&*journal, "a", [2, 3], 1).await;
    let claimed = claim(&*journal, "a", 9, 2).await;
    assert_eq!(ids(&claimed), events([1, 2, 3]));
    settle(&*journal, &claimed, 2, ampline_core::retry::Verdict::Delivered).await;
    put(&*journal, "a", [1, 2, 3], 3).await;
    drop(journal);

    let journal = store.open();
    put(&*journal, "a", [3, 4], 4).await;
    assert_eq!(ids(&claim(&*journal, "a", 9, 5).await), events([4]));
    assert_eq!(counts(&*journal, "a").await, (1, 3, 0));
}

pub(crate) async fn j3_a_read_has_one_owner_and_a_stale_one_cannot_commit(store: &impl Store) {
    let journal = store.open();
    let first = begin(&*journal, "contacts", 0).await.unwrap();
    assert!(begin(&*journal, "contacts", 59).await.is_none());
    assert!(begin(&*journal, "companies", 59).await.is_some(), "another read is free");
    journal.commit(&first, page(vec![], "one", 50)).await.unwrap();
    assert!(begin(&*journal, "contacts", 109).await.is_none(), "a commit renews the lease");

    let second = begin(&*journal, "contacts", 110).await.unwrap();
    assert!(second.fence > first.fence);
    assert_eq!((second.operation_id, second.resumed, second.pages), (first.operation_id, true, 1));
    is_stale(journal.commit(&first, page(vec![envelope(1, "a", 111)], "x", 111)).await, first.fence);
    is_stale(journal.finish(&first, end(OperationStatus::Success, Some("x"), 111)).await, first.fence);

    journal.finish(&second, end(OperationStatus::Success, None, 112)).await.unwrap();
    is_stale(journal.commit(&second, page(vec![envelope(1, "a", 113)], "x", 113)).await, second.fence);
    is_stale(journal.finish(&second, end(OperationStatus::Success, Some("x"), 113)).await, second.fence);
    let third = begin(&*journal, "contacts", 113).await.expect("finishing gives up the lease");
    assert_eq!((third.resumed, third.pages, third.cursor.as_deref()), (false, 0, Some("one")));
    assert_ne!(third.operation_id, first.operation_id);
}

pub(crate) async fn an_interrupted_operation_is_resumed_after_a_restart(store: &impl Store) {
    let journal = store.open();
    let first = begin(&*journal, "contacts", 0).await.unwrap();
    journal.commit(&first, page(vec![envelope(1, "a", 1)], "one", 1)).await.unwrap();
    journal.commit(&first, page(vec![], "two", 2)).await.unwrap();
    drop(journal);

    let journal = store.open();
    let resumed = begin(&*journal, "contacts", 3).await.expect("the lease ended with its process");
    assert_eq!((resumed.operation_id, resumed.operation_time), (first.operation_id, first.operation_time));
    assert_eq!((resumed.resumed, resumed.pages, resumed.cursor.as_deref()), (true, 2, Some("two")));
    assert!(resumed.fence > first.fence);
    is_stale(journal.commit(&first, page(vec![], "x", 4)).await, first.fence);
}

pub(crate) async fn failures_count_until_a_success_and_operations_are_listed(store: &impl Store) {
    let journal = store.open();
    let mut begun = Vec::new();
    for (round, status, failures) in [
        (0, OperationStatus::Failure, 1),
        (1, OperationStatus::Failure, 2),
        (2, OperationStatus::Success, 0),
        (3, OperationStatus::Failure, 1),
    ] {
        let lease = begin(&*journal, "contacts", round).await.unwrap();
        let cursor = (round == 2).then_some("kept");
        journal.finish(&lease, end(status, cursor, round)).await.unwrap();
        begun.push(lease.operation_id);
        let state = journal.reads().await.unwrap().remove(0);
        let operation = state.operation.unwrap();
        assert_eq!((state.failures, operation.status, operation.id), (failures, status, lease.operation_id));
        assert_eq!((operation.create_time, operation.result.as_deref()), (at(round), Some("a sentence")));
    }
    begun.reverse();
    let of = |name: &str| OperationFilter { object_name: Some(name.to_owned()), ..OperationFilter::default() };
    let listed = journal.operations(&of("contacts"), 3, None).await.unwrap().results;
    assert_eq!(listed.iter().map(|one| one.operation.id).collect::<Vec<_>>(), begun[..3]);
    assert_eq!(journal.operations(&of("never"), 3, None).await.unwrap().results, []);
    assert_eq!(begin(&*journal, "contacts", 9).await.unwrap().cursor.as_deref(), Some("kept"));
    let bad = begin(&*journal, "companies", 9).await.unwrap();
    assert!(journal.finish(&bad, end(OperationStatus::InProgress, None, 9)).await.is_err(), "that is no end");
}

pub(crate) async fn a_suspended_read_is_resumed_by_its_next_owner(store: &impl Store) {
    let journal = store.open();
    let first = begin(&*journal, "contacts", 0).await.unwrap();
    journal.commit(&first, page(vec![envelope(1, "a", 0)], "one", 0)).await.unwrap();
    assert_eq!(begin(&*journal, "contacts", 1).await, None);
    journal.suspend(&first, Vec::new()).await.unwrap();
    let second = begin(&*journal, "contacts", 1).await.expect("the lease was given up");
    assert_eq!((second.resumed, second.pages, second.cursor.as_deref()), (true, 1, Some("one")));
    assert_eq!(second.operation_id, first.operation_id);
    is_stale(journal.suspend(&first, Vec::new()).await, first.fence);
    assert_eq!(begin(&*journal, "contacts", 2).await, None, "a stale owner gives nothing up");
    journal.suspend(&second, Vec::new()).await.unwrap();
    drop(journal);
    let journal = store.open();
    assert!(begin(&*journal, "contacts", 3).await.unwrap().resumed, "a restart changes nothing");
}
