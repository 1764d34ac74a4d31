//! The journal alone: commit and settle of 2 kB envelopes, and claims from short and long queues.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ampline::journal::{
    ClaimRequest, Journal, Settlement,
    sqlite::{SqliteJournal, Synchronous},
};
use ampline_core::retry::Verdict;
use jiff::Timestamp;

use super::{
    Failure,
    envelopes::{BODY_BYTES, PAGE_ENVELOPES, Store, envelope},
    report::{Report, Target},
};

const ENVELOPES: u64 = 200_000;
/// Reads that commit at the same time, as a runtime with several installations has.
const READS: u64 = 4;
const BATCH_ENVELOPES: u32 = 256;
/// Settlements that wait for durability at the same time.
const SETTLEMENTS_IN_FLIGHT: usize = 4;
const CLAIMS: usize = 200;
const CLAIMED_ENVELOPES: u32 = 100;
const SHORT_QUEUE: u64 = 1_000;
const LONG_QUEUE: u64 = 1_000_000;
const QUEUED_BODY_BYTES: usize = 400;

fn request(envelopes_max: u32) -> ClaimRequest {
    let lease = Duration::from_secs(600);
    ClaimRequest { destination: "hook".into(), envelopes_max, bytes_max: 64 << 20, now: Timestamp::now(), lease }
}

/// Commits pages of one read: its share of `envelopes`.
async fn commit(store: Arc<Store>, read: u64, envelopes: std::ops::Range<u64>, body_bytes: usize) -> Result<(), Failure> {
    for first in envelopes.clone().step_by(PAGE_ENVELOPES as usize) {
        let page = first..(first + PAGE_ENVELOPES).min(envelopes.end);
        store.commit(read as usize, page.map(|number| envelope("hook", number, body_bytes)).collect()).await?;
    }
    Ok(())
}

async fn settle(journal: Arc<SqliteJournal>, count: usize) -> Result<(), Failure> {
    let (mut settled, mut flights) = (0, tokio::task::JoinSet::new());
    while settled < count {
        let claim = journal.claim(request(BATCH_ENVELOPES)).await?;
        if claim.deliveries.is_empty() {
            journal.wait_for_work("hook").await;
            continue;
        }
        settled += claim.deliveries.len();
        let settlements = claim.deliveries.iter().map(|claimed| Settlement {
            delivery: claimed.delivery,
            attempt: claimed.attempt,
            started_at: Timestamp::now(),
            duration: Duration::from_millis(1),
            code: "ok".to_owned(),
            message: None,
            verdict: Verdict::Delivered,
            disable_after: None,
        });
        let (settlements, journal) = (settlements.collect(), Arc::clone(&journal));
        flights.spawn(async move { journal.settle(settlements).await });
        if flights.len() >= SETTLEMENTS_IN_FLIGHT {
            flights.join_next().await.transpose()?.transpose()?;
        }
    }
    for done in flights.join_all().await {
        done?;
    }
    Ok(())
}

async fn both(synchronous: Synchronous) -> Result<f64, Failure> {
    let store = Arc::new(Store::open(synchronous, READS).await?);
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    let share = ENVELOPES / READS;
    for read in 0..READS {
        tasks.spawn(commit(store.clone(), read, read * share..(read + 1) * share, BODY_BYTES));
    }
    tasks.spawn(settle(store.journal.clone(), ENVELOPES as usize));
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let per_second = ENVELOPES as f64 / began.elapsed().as_secs_f64();
    store.journal.close().await?;
    Ok(per_second)
}

/// The median time of a claim from the queue as it stands, in microseconds.
async fn claim_us(store: &Store) -> Result<f64, Failure> {
    let mut times = Vec::new();
    for _ in 0..CLAIMS {
        let began = Instant::now();
        let claim = store.journal.claim(request(CLAIMED_ENVELOPES)).await?;
        times.push(began.elapsed().as_secs_f64() * 1e6);
        let held: Vec<i64> = claim.deliveries.iter().map(|claimed| claimed.delivery).collect();
        assert_eq!(held.len(), CLAIMED_ENVELOPES as usize, "the queue is long enough");
        store.journal.release(&held).await?;
    }
    times.sort_by(f64::total_cmp);
    Ok(times[CLAIMS / 2])
}

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let bench = "journal";
    let normal = both(Synchronous::Normal).await?;
    report.judge(bench, "commit and settle, durable across a crash", normal, "envelopes/s", Target::AtLeast(40_000.0));
    let full = both(Synchronous::Full).await?;
    report.scale(bench, "commit and settle, durable across power loss", full, "envelopes/s");
    let store = Arc::new(Store::open(Synchronous::Normal, 1).await?);
    commit(store.clone(), 0, 0..SHORT_QUEUE, QUEUED_BODY_BYTES).await?;
    let short = claim_us(&store).await?;
    commit(store.clone(), 0, SHORT_QUEUE..LONG_QUEUE, QUEUED_BODY_BYTES).await?;
    let long = claim_us(&store).await?;
    store.journal.close().await?;
    report.scale(bench, "claim of 100 from 1,000 queued", short, "µs");
    report.scale(bench, "claim of 100 from 1,000,000 queued", long, "µs");
    report.judge(bench, "… as a share of the short queue's", long / short, "ratio", Target::AtMost(1.2));
    Ok(())
}
