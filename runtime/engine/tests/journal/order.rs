//! J13: destinations that keep order. Envelopes with even numbers are of one ordering key, those with odd numbers of another.

use ampline::journal::{DeliveryFilter, DeliveryStatus};
use ampline_core::retry::Verdict;

use crate::fixture::*;

pub(crate) async fn j13_of_one_key_the_first_goes_and_then_the_next(store: &impl Store) {
    let journal = store.open();
    journal.keep_order("a", true).await.unwrap();
    put(&*journal, "a", [0, 2, 4], 0).await;
    put(&*journal, "a", [1, 6, 3], 0).await;
    put(&*journal, "b", [10, 12], 0).await;
    assert_eq!(ids(&claim(&*journal, "b", 9, 0).await), events([10, 12]), "others keep none");

    let first = claim(&*journal, "a", 9, 0).await;
    assert_eq!(ids(&first), events([1, 0]), "one of each key");
    let nothing = claim(&*journal, "a", 9, 1).await;
    assert_eq!((ids(&nothing), nothing.next_due), (vec![], Some(at(60))), "the rest waits for them, or for their leases");

    let [odd, even] = &first.deliveries[..] else { panic!("{first:?}") };
    journal.settle(vec![settlement(even, 2, Verdict::RetryAt(at(30))), settlement(odd, 2, Verdict::Delivered)]).await.unwrap();
    let next = claim(&*journal, "a", 9, 3).await;
    assert_eq!(ids(&next), events([3]), "a retry holds up its own key alone");
    settle(&*journal, &next, 3, Verdict::Delivered).await;
    let nothing = claim(&*journal, "a", 9, 4).await;
    assert_eq!((ids(&nothing), nothing.next_due), (vec![], Some(at(30))));
    drop(journal);

    let journal = store.open();
    let again = claim(&*journal, "a", 9, 30).await;
    assert_eq!(ids(&again), events([0]), "a restart forgets no order");
    settle(&*journal, &again, 31, Verdict::DeadLetter("no use".to_owned())).await;
    for number in [2, 4, 6] {
        let next = claim(&*journal, "a", 9, 32).await;
        assert_eq!(ids(&next), events([number]), "what was given up lets the next go");
        settle(&*journal, &next, 32, Verdict::Delivered).await;
    }
    assert_eq!(counts(&*journal, "a").await, (0, 5, 1));
}

pub(crate) async fn j13_holds_for_what_waited_before_and_for_replays(store: &impl Store) {
    let journal = store.open();
    put(&*journal, "a", [0, 2], 0).await;
    put(&*journal, "former", [4, 6], 0).await;
    settle(&*journal, &claim(&*journal, "a", 1, 0).await, 0, Verdict::DeadLetter("no use".to_owned())).await;
    journal.keep_order("a", true).await.unwrap();
    let dead = DeliveryFilter { status: Some(DeliveryStatus::Dead), ..DeliveryFilter::default() };
    assert_eq!(journal.replay(&dead, at(1)).await.unwrap(), 1);
    // What waits for an earlier destination of the name joins.
    journal.rename_destination("a", "former").await.unwrap();
    let mut order = Vec::new();
    for _ in 0..4 {
        let next = claim(&*journal, "former", 9, 2).await;
        order.extend(ids(&next));
        settle(&*journal, &next, 2, Verdict::Delivered).await;
    }
    assert_eq!(order, events([2, 4, 6, 0]), "a replay goes behind what waits");
}

pub(crate) async fn keys_take_turns(store: &impl Store) {
    let journal = store.open();
    journal.keep_order("a", true).await.unwrap();
    put(&*journal, "a", 0..6, 0).await;
    let mut order = Vec::new();
    for _ in 0..6 {
        let next = claim(&*journal, "a", 1, 0).await;
        order.extend(ids(&next));
        settle(&*journal, &next, 0, Verdict::Delivered).await;
    }
    assert_eq!(order, events([1, 0, 3, 2, 5, 4]), "a claim begins behind the key of the last one");
}

pub(crate) async fn order_that_is_kept_no_more_holds_nothing_up(store: &impl Store) {
    let journal = store.open();
    journal.keep_order("a", true).await.unwrap();
    put(&*journal, "a", [0, 2, 4], 0).await;
    assert_eq!(ids(&claim(&*journal, "a", 9, 0).await), events([0]));
    journal.keep_order("a", false).await.unwrap();
    assert_eq!(ids(&claim(&*journal, "a", 9, 1).await), events([2, 4]));
    put(&*journal, "a", [6], 2).await;
    drop(journal);
    let journal = store.open();
    journal.keep_order("a", true).await.unwrap();
    assert_eq!(ids(&claim(&*journal, "a", 9, 3).await), events([0]), "what came in between has its place");
}
