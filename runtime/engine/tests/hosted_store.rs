//! The hosted store: the greater (modified, occurred) stays, a deletion too; lists page stably.
//!
//! Doubles: none. Oracle for the rule: the greatest change of each item, whatever the order in which they came.

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use ampline::{
    journal::sqlite::Options,
    store::{Change, Documents, HostedStore, ItemPage, PAGE_BYTES_MAX},
};
use bytes::Bytes;
use jiff::Timestamp;

/// A directory that goes with the test.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let directory = std::env::temp_dir().join(format!("ampline-hosted-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&directory).expect("the directory for temporary files can be written");
        Self(directory)
    }

    fn open(&self) -> Arc<HostedStore> {
        HostedStore::open(&self.0.join("hosted"), &Options::default()).expect("the store opens")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn change(item: &str, modified_at_ms: u64, occurred_at_ms: u64, document: Option<&str>) -> Change {
    Change {
        endpoint: "contacts".to_owned(),
        group: "acme".to_owned(),
        item: item.to_owned(),
        modified_at_ms,
        occurred_at_ms,
        document: document.map(|text| Bytes::copy_from_slice(text.as_bytes())),
    }
}

async fn data(store: &HostedStore, item: &str) -> Option<String> {
    let found = store.get("contacts", "acme", item).await.expect("get");
    found.map(|item| String::from_utf8(item.data.to_vec()).expect("text"))
}

fn ids(page: &ItemPage) -> Vec<&str> {
    page.items.iter().map(|item| item.id.as_str()).collect()
}

#[tokio::test]
async fn the_greatest_change_stays_in_whatever_order() {
    let documents: Vec<String> = (0..27).map(|n| format!(r#"{{"n":{n}}}"#)).collect();
    let changes: Vec<Change> = (0..27)
        .map(|n| {
            let document = (n % 5 != 0).then_some(documents[n].as_str());
            change(&format!("item-{}", n % 3), 10 + (n as u64 * 7) % 4, 1_000 + n as u64, document)
        })
        .collect();
    let mut greatest: HashMap<&str, &Change> = HashMap::new();
    for change in &changes {
        let stays = greatest.entry(&change.item).or_insert(change);
        if (change.modified_at_ms, change.occurred_at_ms) > (stays.modified_at_ms, stays.occurred_at_ms) {
            *stays = change;
        }
    }
    for step in [1, 2, 4, 5, 7, 8, 10, 11, 13] {
        let place = Place::new();
        let store = place.open();
        // A step without a common divisor with 27 goes through all of them in another order.
        for n in 0..27 {
            store.apply(vec![changes[n * step % 27].clone(), changes[(n + 13) * step % 27].clone()]).await.unwrap();
        }
        drop(store);
        let store = place.open();
        for (item, change) in &greatest {
            let expected = change.document.as_ref().map(|document| String::from_utf8(document.to_vec()).unwrap());
            assert_eq!(data(&store, item).await, expected, "{item} in steps of {step}");
        }
    }
}

#[tokio::test]
async fn what_was_deleted_does_not_return_until_it_is_forgotten() {
    let place = Place::new();
    let store = place.open();
    store.apply(vec![change("1", 10, 10, Some("{}")), change("1", 20, 20, None), change("1", 15, 30, Some("{}"))]).await.unwrap();
    assert_eq!(data(&store, "1").await, None);
    assert_eq!(store.list("contacts", "acme", 9, None).await.unwrap(), ItemPage::default());
    let later = |ms| Timestamp::from_millisecond(ms).unwrap();
    assert_eq!(store.forget_deleted(Duration::from_millis(100), later(120)).await.unwrap(), 0);
    assert_eq!(store.forget_deleted(Duration::from_millis(100), later(121)).await.unwrap(), 1);
    store.apply(vec![change("1", 15, 30, Some("{}"))]).await.unwrap();
    assert_eq!(data(&store, "1").await.as_deref(), Some("{}"));
    store.apply(vec![change("1", 25, 25, Some("[]"))]).await.unwrap();
    let (old, new) = ("f-1e", store.get("contacts", "acme", "1").await.unwrap().unwrap());
    assert_ne!(new.version, old, "another state, another version");
    assert_eq!(new.modified_at_ms, 25);
}

#[tokio::test]
async fn lists_page_by_item_id_and_know_their_group() {
    let place = Place::new();
    let store = place.open();
    let item = |n: u32| format!("{n:03}");
    let all: Vec<String> = (0..25).map(item).collect();
    store.apply(all.iter().map(|id| change(id, 1, 1, Some("{}"))).collect()).await.unwrap();
    let other = Change { group: "other".to_owned(), ..change("000", 1, 1, Some("[]")) };
    store.apply(vec![other, Change { endpoint: "companies".to_owned(), ..change("x", 1, 1, Some("{}")) }]).await.unwrap();

    let (mut seen, mut token) = (Vec::new(), None::<String>);
    loop {
        let page = store.list("contacts", "acme", 10, token.as_deref()).await.unwrap();
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(next) = page.next else { break };
        token = Some(next);
        // Changed, deleted and new items behind the page shift nothing.
        store
            .apply(vec![change("000", 2, 2, Some("[]")), change("001", 2, 2, None), change("000a", 2, 2, Some("{}"))])
            .await
            .unwrap();
    }
    assert_eq!(seen, all);
    assert_eq!(ids(&store.list("contacts", "other", 10, None).await.unwrap()), ["000"]);
    assert_eq!(store.list("nowhere", "acme", 10, None).await.unwrap(), ItemPage::default());
    assert_eq!(store.get("contacts", "nobody", "000").await.unwrap(), None);

    let big = "x".repeat(PAGE_BYTES_MAX / 2 + 1);
    store
        .apply(["a", "b", "c"].map(|id| Change { group: "big".to_owned(), ..change(id, 1, 1, Some(&big)) }).to_vec())
        .await
        .unwrap();
    let page = store.list("contacts", "big", 10, None).await.unwrap();
    assert_eq!((ids(&page), page.next.as_deref()), (vec!["a"], Some("a")), "a page is bounded in bytes");
}

#[test]
fn a_journal_is_no_hosted_store() {
    let place = Place::new();
    drop(ampline::journal::sqlite::SqliteJournal::open(&place.0.join("hosted"), &Options::default()).unwrap());
    let error = HostedStore::open(&place.0.join("hosted"), &Options::default()).unwrap_err().to_string();
    assert!(error.contains("another application, not a hosted store"), "{error}");
}
