//! Waiting for work: whatever may bring something to claim ends a wait, before it or during it.

use std::{future::poll_fn, pin::Pin, sync::Arc, task::Poll, time::Duration};

use ampline::journal::{DeliveryFilter, Journal};
use ampline_core::retry::Verdict;

use crate::fixture::*;

/// Longer than any wait that ends.
const PATIENCE: Duration = Duration::from_secs(20);

/// Polls a wait once.
async fn is_pending(mut wait: Pin<&mut impl Future>) -> bool {
    poll_fn(|context| Poll::Ready(wait.as_mut().poll(context).is_pending())).await
}

/// Everything that is news.
const NEWS: [&str; 7] = ["commit", "late commit", "retry", "block", "release", "enable", "replay"];

/// Leaves nothing to claim from "a", with deliveries 0 and 1 claimed and 2 delivered.
async fn nothing_left(journal: &dyn Journal) -> ampline::journal::Claim {
    put(journal, "a", [2], 10).await;
    settle(journal, &claim(journal, "a", 9, 10).await, 10, Verdict::Delivered).await;
    put(journal, "a", [0, 1], 10).await;
    let claimed = claim(journal, "a", 9, 10).await;
    assert!(claim(journal, "a", 9, 10).await.deliveries.is_empty());
    claimed
}

async fn happen(journal: &dyn Journal, what: &str, claimed: &ampline::journal::Claim) {
    match what {
        "commit" => put(journal, "a", [7], 10).await,
        "late commit" => put(journal, "a", [7], 5).await,
        "retry" => settle(journal, claimed, 10, Verdict::RetryAt(at(11))).await,
        "block" => settle(journal, claimed, 10, Verdict::Block("gone".to_owned())).await,
        "release" => journal.release(&[claimed.deliveries[0].delivery]).await.unwrap(),
        "enable" => journal.set_destination("a", None).await.unwrap(),
        _ => assert_eq!(journal.replay(&DeliveryFilter::default(), at(10)).await.unwrap(), 1),
    }
}

pub(crate) async fn news_are_never_missed<S: Store>(store: &S) {
    let journal = store.open();
    let unknown = Arc::clone(&journal);
    let waiting = tokio::spawn(async move { unknown.wait_for_work("not yet").await });
    put(&*journal, "not yet", [1_000], 10).await;
    tokio::time::timeout(PATIENCE, waiting).await.expect("a destination's first envelope is news").unwrap();
    drop(journal);
    for what in NEWS {
        for waits_first in [false, true] {
            let place = format!("{what}, waiting first: {waits_first}");
            let store = S::new();
            let journal = store.open();
            let claimed = nothing_left(&*journal).await;
            let mut wait = std::pin::pin!(journal.wait_for_work("a"));
            if waits_first {
                assert!(is_pending(wait.as_mut()).await, "{place}");
            }
            happen(&*journal, what, &claimed).await;
            tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("missed: {place}"));
        }
    }
}

pub(crate) async fn a_wait_without_news_goes_on(store: &impl Store) {
    let journal = store.open();
    let claimed = nothing_left(&*journal).await;
    let mut wait = std::pin::pin!(journal.wait_for_work("a"));
    assert!(is_pending(wait.as_mut()).await);
    put(&*journal, "b", [9], 10).await;
    settle(&*journal, &claimed, 10, Verdict::Delivered).await;
    assert!(is_pending(wait.as_mut()).await, "another destination's news, and settled work, are none");

    journal.set_destination("a", Some("stopped".to_owned())).await.unwrap();
    put(&*journal, "a", [8], 10).await;
    assert!(claim(&*journal, "a", 9, 10).await.deliveries.is_empty());
    let mut wait = std::pin::pin!(journal.wait_for_work("a"));
    assert!(is_pending(wait.as_mut()).await, "a stopped destination is not asked again and again");
}
