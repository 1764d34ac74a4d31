//! How fast the journal is on this machine: commit and settle of 2 kB envelopes, claims from short and long queues, memory.
//!
//! `cargo run --release -p ampline --example journal_rate [DIRECTORY]`

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use ampline::{
    journal::{
        Begin, ClaimRequest, Journal, PageCommit, Settlement,
        sqlite::{Options, SqliteJournal, Synchronous},
    },
    store::{Change, Documents, HostedStore},
};
use ampline_core::{
    message::{BodyIndex, Envelope, Metadata, RecordSpan},
    plan::ReadKey,
    retry::Verdict,
};
use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const BODY_BYTES: usize = 2_000;
const PAGE_ENVELOPES: u64 = 100;
const BATCH_ENVELOPES: u32 = 256;
const READS: u64 = 4;
const LEASE: Duration = Duration::from_secs(600);

fn envelope(read: u64, n: u64, destination: &str) -> Envelope {
    // Spread like a hash, as deterministic ids are.
    let spread = (u128::from(read) << 64 | u128::from(n)).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    let id = Uuid::from_u128(spread.rotate_left(64) ^ spread);
    Envelope {
        id,
        destination: destination.to_owned(),
        group_ref: "acme".to_owned(),
        ordering_key: format!("installation-{read}/contacts"),
        occurred_at: Timestamp::now(),
        metadata: Metadata {
            project_id: "a3c1b6ce-7a53-4b5c-9f2e-111111111111".to_owned(),
            installation_id: format!("a3c1b6ce-7a53-4b5c-9f2e-{read:012}"),
            connection_id: "a3c1b6ce-7a53-4b5c-9f2e-222222222222".to_owned(),
            destination_id: "a3c1b6ce-7a53-4b5c-9f2e-333333333333".to_owned(),
            operation_id: Some(format!("a3c1b6ce-7a53-4b5c-9f2e-{read:012}")),
            object_name: "contacts".to_owned(),
            event_id: id.to_string(),
            timestamp: "2026-08-01T12:00:00.123456789Z".to_owned(),
            topic: "read".to_owned(),
        },
        index: BodyIndex {
            result_info_at: 300,
            records: vec![RecordSpan {
                id: n.to_string(),
                start: 400,
                end: 1_999,
                modified_at_ms: Some(1_785_585_600_000),
                deleted: false,
            }],
        },
        body: Bytes::from(vec![b'x'; BODY_BYTES]),
    }
}

/// Commits `count` envelopes of one read, page by page.
async fn commit(journal: Arc<SqliteJournal>, read: u64, count: u64, destination: &'static str) -> Outcome<()> {
    let key = ReadKey { installation_id: format!("{destination}-{read}"), object_name: "contacts".to_owned() };
    let begin = Begin { key, operation_id: Uuid::now_v7(), now: Timestamp::now(), lease: LEASE };
    let lease = journal.begin(begin).await?.ok_or("the read has another owner")?;
    for page in 0..count / PAGE_ENVELOPES {
        let numbers = page * PAGE_ENVELOPES..(page + 1) * PAGE_ENVELOPES;
        let page = PageCommit {
            envelopes: numbers.map(|n| envelope(read, n, destination)).collect(),
            cursor: format!("page {page}"),
            records_processed: (page + 1) * PAGE_ENVELOPES,
            records_estimated_total: Some(count),
            now: Timestamp::now(),
            lease: LEASE,
        };
        journal.commit(&lease, page).await?;
    }
    Ok(())
}

fn request(destination: &str, envelopes_max: u32) -> ClaimRequest {
    ClaimRequest { destination: destination.to_owned(), envelopes_max, bytes_max: 64 << 20, now: Timestamp::now(), lease: LEASE }
}

/// Claims and settles `count` deliveries, a few batches at once.
async fn settle(journal: Arc<SqliteJournal>, count: usize, destination: &'static str) -> Outcome<()> {
    let mut settled = 0;
    let mut flights = tokio::task::JoinSet::new();
    while settled < count {
        let claim = journal.claim(request(destination, BATCH_ENVELOPES)).await?;
        if claim.deliveries.is_empty() {
            journal.wait_for_work(destination).await;
            continue;
        }
        settled += claim.deliveries.len();
        let settlements = claim.deliveries.iter().map(|claimed| Settlement {
            delivery: claimed.delivery,
            attempt: claimed.attempt,
            started_at: Timestamp::now(),
            duration: Duration::from_millis(1),
            code: "http.200".to_owned(),
            message: None,
            verdict: Verdict::Delivered,
        });
        let (settlements, journal) = (settlements.collect(), Arc::clone(&journal));
        flights.spawn(async move { journal.settle(settlements).await });
        if flights.len() >= 4 {
            flights.join_next().await.transpose()?.transpose()?;
        }
    }
    for settled in flights.join_all().await {
        settled?;
    }
    Ok(())
}

/// Processor seconds of this process so far, at the 100 ticks a second of Linux.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |place: usize| stat.split(' ').nth(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) / 100.0
}

/// Resident memory in MB, its own and all with mapped files.
fn resident_mb() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| -> Option<u64> {
        status.lines().find_map(|line| line.strip_prefix(name))?.trim().split(' ').next()?.parse().ok()
    };
    format!("{} MB resident ({} MB its own)", of("VmRSS:").unwrap_or(0) / 1_024, of("RssAnon:").unwrap_or(0) / 1_024)
}

/// Items of 2 kB into the hosted store, then each of them again, newer.
async fn items(directory: &Path) -> Outcome<()> {
    let store = HostedStore::open(&directory.join("items"), &Options { synchronous: Synchronous::Normal, ..Options::default() })?;
    for round in 1..=2 {
        let begin = Instant::now();
        for batch in 0..200_u64 {
            let change = |n: u64| Change {
                endpoint: "contacts".to_owned(),
                group: "acme".to_owned(),
                item: (batch * 500 + n).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string(),
                modified_at_ms: round,
                occurred_at_ms: round,
                document: Some(Bytes::from(vec![b'x'; BODY_BYTES])),
            };
            store.apply((0..500).map(change).collect()).await?;
        }
        let took = begin.elapsed();
        println!("hosted store, round {round}: 100000 items in {took:.2?}: {:.0}/s", 100_000.0 / took.as_secs_f64());
    }
    Ok(store.close().await?)
}

async fn both_steps(directory: &Path, synchronous: Synchronous, count: u64) -> Outcome<()> {
    let path = directory.join(format!("rate-{}", Uuid::now_v7()));
    let journal = SqliteJournal::open(&path, &Options { synchronous, ..Options::default() })?;
    let (begin, cpu_before_s) = (Instant::now(), cpu_s());
    let settling = tokio::spawn(settle(Arc::clone(&journal), count as usize, "both"));
    let committing: Vec<_> =
        (0..READS).map(|read| tokio::spawn(commit(Arc::clone(&journal), read, count / READS, "both"))).collect();
    for task in committing {
        task.await??;
    }
    let committed = begin.elapsed();
    settling.await??;
    let total = begin.elapsed();
    println!(
        "{synchronous:?}: {count} envelopes committed in {committed:.2?}, committed and settled in {total:.2?}: {:.0}/s, \
         {:.1} µs of processor each; {}",
        count as f64 / total.as_secs_f64(),
        (cpu_s() - cpu_before_s) * 1e6 / count as f64,
        resident_mb()
    );
    let (closing, files) = (Instant::now(), std::fs::metadata(&path)?.len());
    journal.close().await?;
    println!("  closed in {:.2?}, file {} MB", closing.elapsed(), files >> 20);
    Ok(())
}

/// Ten claims that read on, then two hundred of what is given back in between.
async fn claims(journal: &Arc<SqliteJournal>, queued: u64) -> Outcome<()> {
    let mut held = Vec::new();
    for (what, count, keep) in [("that read on", 10, true), ("of what was given back", 200, false)] {
        let mut times = Vec::new();
        for _ in 0..count {
            let begin = Instant::now();
            let claim = journal.claim(request("queue", 100)).await?;
            times.push(begin.elapsed());
            assert_eq!(claim.deliveries.len(), 100, "the queue is long enough");
            held.extend(claim.deliveries.iter().map(|claimed| claimed.delivery));
            if !keep {
                journal.release(&held).await?;
                held.clear();
            }
        }
        times.sort_unstable();
        let (median, p90) = (times[times.len() / 2], times[times.len() * 9 / 10]);
        println!("{queued} queued, claims of 100 {what}: median {median:.0?}, p90 {p90:.0?}; {}", resident_mb());
        journal.release(&held).await?;
        held.clear();
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let root = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = root.join(format!("journal-rate-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    println!("idle: {}", resident_mb());
    both_steps(&directory, Synchronous::Normal, 200_000).await?;
    both_steps(&directory, Synchronous::Full, 200_000).await?;

    items(&directory).await?;
    let path = directory.join("queue");
    let options = Options { synchronous: Synchronous::Normal, ..Options::default() };
    let journal = SqliteJournal::open(&path, &options)?;
    commit(Arc::clone(&journal), 0, 1_000, "queue").await?;
    claims(&journal, 1_000).await?;
    let begin = Instant::now();
    for read in 1..=10 {
        commit(Arc::clone(&journal), read, 99_900, "queue").await?;
    }
    println!("999,000 more committed in {:.2?}", begin.elapsed());
    claims(&journal, 1_000_000).await?;
    drop(journal);
    let begin = Instant::now();
    let journal = SqliteJournal::open(&path, &options)?;
    println!("opened again in {:.2?}", begin.elapsed());
    claims(&journal, 1_000_000).await?;
    journal.close().await?;
    std::fs::remove_dir_all(directory)?;
    Ok(())
}
