//! Killed with SIGKILL at any moment, a journal keeps every commit and settlement that it acknowledged.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use ampline::journal::{DeliveryFilter, DeliveryStatus, Journal, sqlite::SqliteJournal};
use ampline_core::retry::Verdict;

use crate::fixture::*;

const CHILD_FILE: &str = "AMPLINE_TEST_JOURNAL";
const CHILD_FROM: &str = "AMPLINE_TEST_FROM";
const KILLS: u64 = 8;
/// Numbers for one child's envelopes.
const CHILD_SPAN: u64 = 1_000_000;

/// The child: commits and settles for ever and says on standard output what was acknowledged. Without its environment it is no
/// test of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let (Ok(file), Ok(from)) = (std::env::var(CHILD_FILE), std::env::var(CHILD_FROM)) else { return };
    let journal: Arc<dyn Journal> = SqliteJournal::open(Path::new(&file), &options()).expect("the child opens the journal");
    let from: u64 = from.parse().expect("a number");
    for reader in 0..3 {
        tokio::spawn(commit_for_ever(Arc::clone(&journal), from + reader * CHILD_SPAN / 4, reader));
    }
    loop {
        let claimed = claim(&*journal, "a", 20, 0).await;
        settle(&*journal, &claimed, 1, Verdict::Delivered).await;
        claimed.deliveries.iter().for_each(|claimed| say(&format!("settled {}", claimed.delivery)));
        journal.wait_for_work("a").await;
    }
}

async fn commit_for_ever(journal: Arc<dyn Journal>, from: u64, reader: u64) {
    let lease = begin(&*journal, &format!("reader-{reader}"), 0).await.expect("the reader before is dead");
    for start in (from..).step_by(10) {
        let envelopes = (start..start + 10).map(|n| envelope(n, "a", 0)).collect();
        journal.commit(&lease, page(envelopes, &start.to_string(), 0)).await.expect("commit");
        say(&format!("committed {reader} {start}"));
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n>{line};").and_then(|()| out.flush()).expect("the parent listens");
}

/// Runs a child until it said so many lines, kills it, and gives all that it said.
fn run_and_kill(file: &Path, from: u64, lines: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this test has a path"))
        .args(["--exact", "crash::child", "--nocapture"])
        .envs([(CHILD_FILE, file.as_os_str().to_owned()), (CHILD_FROM, from.to_string().into())])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut said = Vec::new();
    for line in out.lines().map_while(Result::ok) {
        // A line that the kill cut in two does not count.
        said.extend(line.strip_prefix('>').and_then(|line| line.strip_suffix(';')).map(str::to_owned));
        if said.len() == lines {
            child.kill().expect("the child runs");
        }
    }
    child.wait().expect("the child ends");
    assert!(said.len() >= lines, "the child ended by itself");
    said
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_to_sigkill() {
    let store = SqliteStore::new();
    drop(store.open());
    let (mut committed, mut settled) = (HashSet::new(), HashSet::new());
    for kill in 0..KILLS {
        let mut cursors = [None, None, None];
        for line in run_and_kill(&store.file(), kill * CHILD_SPAN, 40 + 37 * kill as usize) {
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                ["settled", delivery] => drop(settled.insert(delivery.parse::<i64>().unwrap())),
                ["committed", reader, start] => {
                    let start: u64 = start.parse().unwrap();
                    committed.extend((start..start + 10).map(event));
                    cursors[reader.parse::<usize>().unwrap()] = Some(start);
                }
                other => panic!("the child said {other:?}"),
            }
        }
        let journal = store.open();
        check(&*journal, &committed, &settled).await;
        for (reader, acknowledged) in cursors.into_iter().enumerate() {
            check_cursor(&*journal, reader, acknowledged).await;
        }
    }
}

/// The cursor is where the last acknowledged commit put it or later, and never ahead of its envelopes.
async fn check_cursor(journal: &dyn Journal, reader: usize, acknowledged: Option<u64>) {
    let reads = journal.reads().await.unwrap();
    let read = reads.iter().find(|read| read.key == key(&format!("reader-{reader}")));
    let cursor: Option<u64> = read.and_then(|read| read.cursor.as_deref()).map(|cursor| cursor.parse().unwrap());
    assert!(acknowledged <= cursor, "acknowledged {acknowledged:?}, found {cursor:?}");
    for n in cursor.into_iter().flat_map(|start| start..start + 10) {
        assert!(journal.envelope(event(n)).await.unwrap().is_some(), "the cursor is ahead of envelope {n}");
    }
}

async fn check(journal: &dyn Journal, committed: &HashSet<uuid::Uuid>, settled: &HashSet<i64>) {
    let (mut events, mut delivered, mut waiting, mut token) = (HashSet::new(), HashSet::new(), 0, None::<String>);
    loop {
        let page = journal.deliveries(&DeliveryFilter::default(), 1_000, token.as_deref()).await.unwrap();
        for delivery in page.results {
            assert!(events.insert(delivery.event_id), "an envelope has two deliveries");
            if delivery.status == DeliveryStatus::Delivered {
                delivered.insert(delivery.id);
            } else {
                waiting += delivery.size;
            }
        }
        token = page.next_page_token;
        if token.is_none() {
            break;
        }
    }
    assert!(committed.is_subset(&events), "{} acknowledged commits are lost", committed.difference(&events).count());
    assert!(settled.is_subset(&delivered), "{} acknowledged settlements are lost", settled.difference(&delivered).count());
    assert_eq!((journal.pending_bytes("a"), destination(journal, "a").await.pending_bytes), (waiting, waiting));
    assert_eq!(counts(journal, "a").await, ((events.len() - delivered.len()) as u64, delivered.len() as u64, 0));
}
