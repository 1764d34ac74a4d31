//! Destinations that are deleted or have another name: nothing that waits is lost, and nothing that is claimed is disturbed.

use ampline::journal::{DeliveryFilter, DeliveryStatus, Journal};
use ampline_core::retry::Verdict;

use crate::fixture::*;

async fn reasons(journal: &dyn Journal, name: &str) -> Vec<String> {
    let filter =
        DeliveryFilter { destination: Some(name.to_owned()), status: Some(DeliveryStatus::Dead), ..DeliveryFilter::default() };
    let page = journal.deliveries(&filter, 1_000, None).await.unwrap();
    page.results.into_iter().filter_map(|delivery| delivery.reason).collect()
}

pub(crate) async fn what_waits_for_a_deleted_destination_is_dead_and_comes_back_by_a_replay(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 0..700, 0).await;
    let flying = claim(&*journal, "a", 3, 1).await;
    journal.close_destination("a", "deleted".to_owned()).await.unwrap();
    assert!(claim(&*journal, "a", 9, 1).await.deliveries.is_empty(), "a closed destination gives nothing away");
    settle(&*journal, &flying, 2, Verdict::Delivered).await;
    assert_eq!(journal.bury("a", at(3)).await.unwrap(), 697);
    // A read that began before brings more; it survives a restart that this is a dead letter too.
    put(&*journal, "a", [900], 4).await;
    drop(journal);
    let journal = store.open();
    put(&*journal, "a", [901], 5).await;
    assert_eq!((counts(&*journal, "a").await, journal.pending_bytes("a")), ((0, 3, 699), 0));
    assert!(reasons(&*journal, "a").await.iter().all(|reason| reason == "deleted"));
    assert!(destination(&*journal, "a").await.gone);

    journal.set_destination("a", None).await.unwrap();
    assert!(!destination(&*journal, "a").await.gone);
    let dead = DeliveryFilter { status: Some(DeliveryStatus::Dead), ..DeliveryFilter::default() };
    assert_eq!(journal.replay(&dead, at(6)).await.unwrap(), 699);
    assert_eq!(claim(&*journal, "a", 1_000, 7).await.deliveries.len(), 699);
    assert_eq!(journal.bury("a", at(8)).await.unwrap(), 0, "one that is there is not buried");
}

pub(crate) async fn another_name_keeps_backlog_claims_and_history(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", 0..6, 0).await;
    put(&*journal, "b", 10..12, 0).await;
    let settled = claim(&*journal, "a", 1, 1).await;
    settle(&*journal, &settled, 1, Verdict::Delivered).await;
    let flying = claim(&*journal, "a", 2, 1).await;
    journal.close_destination("b", "deleted".to_owned()).await.unwrap();
    journal.bury("b", at(1)).await.unwrap();

    for _ in 0..2 {
        // The second time there is nothing left to do: that is how a crash in between is repaired.
        journal.rename_destination("a", "b").await.unwrap();
    }
    journal.set_destination("b", None).await.unwrap();
    assert_eq!(counts(&*journal, "b").await, (5, 1, 2), "with what is known of an earlier one of that name");
    assert_eq!(claim(&*journal, "b", 9, 2).await.deliveries.len(), 3, "what is claimed stays so");
    settle(&*journal, &flying, 2, Verdict::Delivered).await;
    assert_eq!(counts(&*journal, "b").await, (3, 3, 2));
    put(&*journal, "a", [20], 3).await;
    assert_eq!(counts(&*journal, "a").await, (0, 0, 1));
    assert!(reasons(&*journal, "a").await[0].contains("called \"b\" now"));
    drop(journal);
    let journal = store.open();
    assert_eq!(claim(&*journal, "b", 9, 3).await.deliveries.len(), 3);
    journal.rename_destination("nobody", "c").await.unwrap();
}

pub(crate) async fn messages_that_no_read_made_are_queued_once(store: &impl Store) {
    let journal = store.open();
    let first = journal.enqueue(vec![envelope(1, "a", 0), envelope(2, "b", 0)], at(0)).await.unwrap();
    assert_eq!(first.len(), 2);
    assert!(journal.enqueue(vec![envelope(1, "a", 0)], at(1)).await.unwrap().is_empty());
    assert_eq!(ids(&claim(&*journal, "a", 9, 1).await), [event(1)]);
}
