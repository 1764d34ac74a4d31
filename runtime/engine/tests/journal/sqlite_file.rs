//! What only the file promises: it is ours, whole, of a known version and used by one; else it is refused and left as it is.

use std::{fs, path::Path, sync::Arc};

use ampline::journal::{
    JournalError,
    sqlite::{Options, SqliteJournal},
};
use ampline_core::retry::Verdict;

use crate::{
    fixture::*,
    inbox::{accept, numbers, take},
};

/// A closed store with some envelopes.
async fn closed_store() -> SqliteStore {
    let store = SqliteStore::new();
    let journal = store.open();
    for n in 0..40 {
        put(&*journal, "a", n * 10..n * 10 + 10, 0).await;
    }
    settle(&*journal, &claim(&*journal, "a", 50, 0).await, 0, Verdict::Delivered).await;
    journal.close().await.unwrap();
    store
}

fn reason_of(result: Result<Arc<SqliteJournal>, JournalError>) -> String {
    match result {
        Err(JournalError::Unusable { reason, .. }) => reason,
        other => panic!("expected to be refused, got {other:?}"),
    }
}

/// Refused for this reason, and every byte left as it was.
fn check_refused(file: &Path, expected: &str) {
    let before = fs::read(file).unwrap();
    let reason = reason_of(SqliteJournal::open(file, &Options::default()));
    assert!(reason.contains(expected), "{reason:?} does not say {expected:?}");
    assert!(fs::read(file).unwrap() == before, "the file was changed, though refused: {reason}");
}

fn execute(file: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Makes a good file a bad one.
type Spoil = fn(&Path);

#[tokio::test]
async fn what_is_no_journal_of_ours_is_refused() {
    let rows: [(&str, Spoil, &str); 7] = [
        ("newer", |file| execute(file, "PRAGMA user_version = 99"), "it has version 99, this release knows up to 10"),
        ("no version", |file| execute(file, "PRAGMA user_version = 0"), "version is 0"),
        ("foreign", |file| execute(file, "PRAGMA application_id = 12345"), "of another application"),
        (
            "text",
            |file| fs::write(file, "not a database, but long enough to be looked at".repeat(9)).unwrap(),
            "not a SQLite file",
        ),
        ("empty", |file| fs::write(file, "").unwrap(), "too short"),
        ("truncated", |file| cut(file, 2), "damaged"),
        ("cut to a page", |file| cut(file, 1_000_000), "damaged"),
    ];
    for (name, spoil, expected) in rows {
        let store = closed_store().await;
        spoil(&store.file());
        println!("{name}");
        check_refused(&store.file(), expected);
    }
}

/// Leaves this part of the file, and its first page at least.
fn cut(file: &Path, divisor: u64) {
    let length = fs::metadata(file).unwrap().len();
    fs::File::options().write(true).open(file).unwrap().set_len((length / divisor).max(8_192)).unwrap();
}

#[tokio::test]
async fn a_flipped_page_is_noticed() {
    let store = closed_store().await;
    let whole = fs::read(store.file()).unwrap();
    let pages = whole.len() / 8_192;
    assert!(pages > 10, "{pages}");
    let mut noticed = 0;
    for page in 2..pages {
        let mut bytes = whole.clone();
        bytes[page * 8_192..(page + 1) * 8_192].iter_mut().for_each(|byte| *byte = !*byte);
        fs::write(store.file(), bytes).unwrap();
        check_refused(&store.file(), "damaged");
        noticed += 1;
    }
    assert_eq!(noticed, pages - 2);
    fs::write(store.file(), whole).unwrap();
    assert_eq!(counts(&*store.open(), "a").await, (350, 50, 0), "the file itself is well");
}

#[tokio::test]
async fn a_log_without_its_file_is_refused() {
    let store = SqliteStore::new();
    let journal = store.open();
    put(&*journal, "a", [1], 0).await;
    drop(journal);
    fs::remove_file(store.file()).unwrap();
    let reason = reason_of(SqliteJournal::open(&store.file(), &Options::default()));
    assert!(reason.contains("the file is gone but its log"), "{reason}");
    assert!(!store.file().exists());
}

#[tokio::test]
async fn a_second_opener_is_refused_until_the_first_closed() {
    let store = SqliteStore::new();
    let first = store.open();
    let reason = reason_of(SqliteJournal::open(&store.file(), &Options::default()));
    assert!(reason.contains("another process holds the lock") && reason.contains("journal.lock"), "{reason}");
    put(&*first, "a", [1], 0).await;
    first.close().await.unwrap();
    assert!(!store.0.join("journal-wal").exists(), "an orderly close leaves one file");
    let closed = first.claim(request("a", 1, 0)).await;
    assert!(matches!(&closed, Err(JournalError::Store(reason)) if reason == "the store is closed"), "{closed:?}");
    assert_eq!(ids(&claim(&*store.open(), "a", 9, 0).await), events([1]));
}

#[tokio::test]
async fn a_half_made_store_is_made_anew() {
    let store = SqliteStore::new();
    fs::write(store.0.join("journal.new"), "half").unwrap();
    put(&*store.open(), "a", [1], 0).await;
    assert!(!store.0.join("journal.new").exists());
}

/// Every released version, as its own release wrote it. To release a new one, commit what `.dump` says of a store like this, and
/// the pragmas that a dump leaves out.
const RELEASED: [(u32, &str); 4] = [
    (1, include_str!("version-1.sql")),
    (2, include_str!("version-2.sql")),
    (3, include_str!("version-3.sql")),
    (4, include_str!("version-4.sql")),
];

#[tokio::test]
async fn every_released_version_is_migrated_with_its_data() {
    for (version, dump) in RELEASED {
        let store = SqliteStore::new();
        execute(&store.file(), dump);
        let journal = store.open();
        assert_eq!(counts(&*journal, "a").await, (2, 1, 1), "version {version}");
        let waiting = 2 * envelope(2, "a", 0).body.len() as u64;
        assert_eq!((journal.pending_bytes("a"), destination(&*journal, "a").await.pending_bytes), (waiting, waiting));
        let claimed = claim(&*journal, "a", 9, 0).await;
        assert_eq!(*claimed.deliveries[0].envelope, envelope(2, "a", 0), "version {version}");
        assert_eq!(claimed.next_due, None);
        let resumed = begin(&*journal, "contacts", 1).await.unwrap();
        assert_eq!((resumed.resumed, resumed.pages, resumed.cursor.as_deref()), (true, 1, Some("one")), "version {version}");
        let inbox = journal.inbox();
        assert_eq!((inbox.waiting, inbox.dead), if version < 4 { (0, 0) } else { (2, 1) }, "version {version}");
        let expected = if version < 4 { (3, 0) } else { (0, 3) };
        assert_eq!(accept(&*journal, "contacts", 0..3, 0).await, expected, "what was accepted before is known again");
        let claimed = take(&*journal, 9, 1).await.expect("a queue");
        assert_eq!(numbers(&claimed), if version < 4 { vec![0, 1, 2] } else { vec![1, 2] }, "version {version}");
    }
}

#[tokio::test]
async fn a_failing_request_does_not_sink_its_group() {
    let store = SqliteStore::new();
    let journal = store.open();
    let stale = begin(&*journal, "stale", 0).await.unwrap();
    begin(&*journal, "stale", 60).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..60 {
        let (journal, stale) = (Arc::clone(&journal), stale.clone());
        tasks.spawn(async move {
            if n % 3 == 0 {
                let refused = journal.commit(&stale, page(vec![envelope(n, "a", 60)], "x", 60)).await;
                assert!(matches!(refused, Err(JournalError::StaleFence { .. })), "{refused:?}");
            } else {
                put(&*journal, "a", [n], 60).await;
            }
        });
    }
    tasks.join_all().await;
    let mut found = ids(&claim(&*journal, "a", 99, 60).await);
    let mut expected = events((0..60).filter(|n| n % 3 != 0));
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_file_shrinks_when_retention_took_most_of_it() {
    let store = SqliteStore::new();
    let journal = store.open();
    let lease = begin(&*journal, "contacts", 0).await.unwrap();
    let big = (0..300).map(|n| ampline_core::message::Envelope { body: vec![b'x'; 20_000].into(), ..envelope(n, "a", 0) });
    journal.commit(&lease, page(big.collect(), "c", 0)).await.unwrap();
    settle(&*journal, &claim(&*journal, "a", 1_000, 0).await, 0, Verdict::Delivered).await;
    let none = ampline::journal::Retention { age_max: std::time::Duration::ZERO, bytes_max: 0 };
    assert_eq!(journal.retain(none, at(100)).await.unwrap().envelopes, 300);
    journal.close().await.unwrap();
    let length = fs::metadata(store.file()).unwrap().len();
    assert!(length < 1_000_000, "{length} bytes are left of six million");
}
