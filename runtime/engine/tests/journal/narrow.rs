//! Few among many: whichever way leads to them, a filter gives what sieving the whole list gives.

use ampline::journal::{DeliveryFilter, DeliveryStatus, DeliverySummary, Journal};
use ampline_core::retry::Verdict;

use crate::fixture::*;

/// More than are gathered for one page, so that the walk goes between the first and the last.
const MANY: u64 = 5_500;
const FEW: u64 = 30;

async fn put_of(journal: &dyn Journal, group: &str, object: &str, numbers: std::ops::Range<u64>) {
    let lease = begin(journal, &format!("{group}-{object}-{}", numbers.start), 0).await.expect("a read of its own");
    let one = |n| {
        let mut one = envelope(n, "a", 0);
        (one.group_ref, one.metadata.object_name) = (group.to_owned(), object.to_owned());
        one
    };
    journal.commit(&lease, page(numbers.map(one).collect(), "cursor", 0)).await.unwrap();
}

/// Page after page, newest first.
async fn all(journal: &dyn Journal, filter: &DeliveryFilter) -> Vec<DeliverySummary> {
    let (mut found, mut token) = (Vec::new(), None::<String>);
    loop {
        let page = journal.deliveries(filter, 700, token.as_deref()).await.unwrap();
        found.extend(page.results);
        let Some(next) = page.next_page_token else { return found };
        token = Some(next);
    }
}

pub(crate) async fn few_are_found_among_many_as_by_sieving_all(store: &impl Store) {
    let journal = store.open();
    put_of(&*journal, "few", "contacts", 0..FEW).await;
    put_of(&*journal, "many", "contacts", 1_000..1_000 + MANY).await;
    put_of(&*journal, "few", "companies", 10_000..10_000 + FEW).await;
    for verdict in [Verdict::Delivered, Verdict::DeadLetter("rejected".to_owned())] {
        for _ in 0..4 {
            let claimed = claim(&*journal, "a", 1_000, 1).await;
            settle(&*journal, &claimed, 1, verdict.clone()).await;
        }
    }
    // Replays lie far from what they repeat. Those that were never delivered stay few.
    let dead = DeliveryFilter { status: Some(DeliveryStatus::Dead), ..DeliveryFilter::default() };
    let few = DeliveryFilter { group_ref: Some("few".to_owned()), ..DeliveryFilter::default() };
    journal.replay(&few, at(2)).await.unwrap();
    journal.replay(&DeliveryFilter { object_name: Some("companies".to_owned()), ..dead }, at(2)).await.unwrap();

    let everything = all(&*journal, &DeliveryFilter::default()).await;
    assert!(everything.len() as u64 > MANY + 2 * FEW, "some are replays");
    let statuses = [None, Some(DeliveryStatus::Pending), Some(DeliveryStatus::Delivered), Some(DeliveryStatus::Dead)];
    for group in [None, Some("few"), Some("many"), Some("nobody")] {
        for object in [None, Some("contacts"), Some("companies"), Some("deals")] {
            for status in statuses {
                let [group_ref, object_name] = [group, object].map(|name| name.map(str::to_owned));
                let filter = DeliveryFilter { group_ref, object_name, status, ..DeliveryFilter::default() };
                let fits = |one: &&DeliverySummary| {
                    group.is_none_or(|group| one.group_ref == group)
                        && object.is_none_or(|object| one.object_name == object)
                        && status.is_none_or(|status| one.status == status)
                };
                let expected: Vec<&DeliverySummary> = everything.iter().filter(fits).collect();
                assert_eq!(all(&*journal, &filter).await.iter().collect::<Vec<_>>(), expected, "{filter:?}");
            }
        }
    }
}
