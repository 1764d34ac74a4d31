//! Lanes over a real journal and scripted sinks. Doubles: the sinks. Oracle: what the journal says afterwards.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use ampline_core::{
    message::{BodyIndex, Envelope, Metadata},
    outcome::{Failure, FailureClass, Outcome},
    plan::ReadKey,
    retry::RetryPolicy,
};
use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use super::{Dispatcher, Route, Shared};
use crate::{
    clock::SystemClock,
    journal::{Begin, DeliveryFilter, DestinationState, Journal, PageCommit, sqlite::SqliteJournal},
    sink::{BatchItem, BatchReport, ConfigIssue, Delivered, Descriptor, Destination, SinkInstance, Sinks},
    sqlite::Options,
};

/// Longest that a test waits for what it expects.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a scripted destination does with an envelope at an attempt (from 1).
type Script = fn(attempt: u32) -> Act;

enum Act {
    Take,
    Hang,
    Fail(FailureClass, Option<Duration>),
}

#[derive(Default)]
struct Scripted {
    scripts: HashMap<&'static str, Script>,
    batches: AtomicU32,
}

struct Instance {
    script: Script,
    /// The number of the envelope that ends an instance.
    poison: Option<u64>,
}

/// A destination, and the type of sink, that wants its envelopes in order.
const IN_ORDER: &str = "in-order";
/// A destination whose instances end with every batch that holds envelope [`POISON`].
const POISONED: &str = "poisoned";
const POISON: u64 = 13;

#[async_trait]
impl Sinks for Scripted {
    fn descriptor(&self, kind: &str) -> Option<Arc<Descriptor>> {
        Some(Arc::new(Descriptor {
            name: "scripted".into(),
            version: "0".into(),
            config_schema: "{}".into(),
            max_batch_envelopes: 100,
            max_batch_bytes: 1 << 20,
            max_message_bytes: 0,
            ordered: kind == IN_ORDER,
        }))
    }

    fn kinds(&self) -> Vec<String> {
        vec!["scripted".into()]
    }

    fn batch_time_max(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn validate(&self, _kind: &str, _config: &serde_json::Value) -> Result<Vec<ConfigIssue>, Failure> {
        Ok(Vec::new())
    }

    async fn open(&self, destination: &Arc<Destination>) -> Result<Box<dyn SinkInstance>, Failure> {
        self.batches.fetch_add(1, Ordering::Relaxed);
        let poison = (destination.name == POISONED).then_some(POISON);
        Ok(Box::new(Instance { script: self.scripts[destination.name.as_str()], poison }))
    }
}

#[async_trait]
impl SinkInstance for Instance {
    async fn deliver(&mut self, batch: Vec<BatchItem>) -> BatchReport {
        let mut results = Vec::new();
        if batch.iter().any(|item| Some(item.envelope.id.as_u64_pair().1) == self.poison) {
            let outcome = Outcome::Failed(Failure::transient("sink.trap", "as told"));
            let ended = Delivered { outcome, duration: Duration::from_millis(1) };
            return BatchReport { results: vec![ended; batch.len()], reusable: false };
        }
        for item in batch {
            let outcome = match (self.script)(item.attempt) {
                Act::Take => Outcome::Delivered(None),
                Act::Hang => std::future::pending().await,
                Act::Fail(class, retry_after) => {
                    Outcome::Failed(Failure { retry_after, ..Failure::transient("test.scripted", "as told").with_class(class) })
                }
            };
            results.push(Delivered { outcome, duration: Duration::from_millis(1) });
        }
        BatchReport { results, reusable: false }
    }
}

fn envelope(destination: &str, number: u64) -> Envelope {
    let id = Uuid::from_u64_pair(u64::from(destination.len() as u32) << 32 | u64::from(destination.as_bytes()[0]), number);
    let metadata = Metadata {
        project_id: "p".into(),
        installation_id: "i".into(),
        connection_id: "c".into(),
        destination_id: destination.into(),
        operation_id: None,
        object_name: "contacts".into(),
        event_id: id.to_string(),
        timestamp: "2026-01-01T00:00:00Z".into(),
        topic: "read".into(),
    };
    Envelope {
        id,
        destination: destination.into(),
        group_ref: "g".into(),
        ordering_key: "i/contacts".into(),
        occurred_at: Timestamp::UNIX_EPOCH,
        metadata,
        index: BodyIndex { result_info_at: 1, records: Vec::new() },
        body: "{}".into(),
    }
}

/// A journal with so many envelopes for each scripted destination, and lanes that deliver them.
struct Bench {
    journal: Arc<dyn Journal>,
    sinks: Arc<Scripted>,
    stop: watch::Sender<bool>,
    dispatcher: Dispatcher,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn start(envelopes: u64, scripts: &[(&'static str, Script)], retry_delays_ms: &[u64]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.db"), &Options::default()).unwrap();
        let key = ReadKey { installation_id: "i".into(), object_name: "contacts".into() };
        let (now, lease) = (Timestamp::now(), Duration::from_secs(60));
        let begin = Begin { key, trigger: None, operation_id: Uuid::now_v7(), now, lease };
        let owned = journal.begin(begin).await.unwrap().unwrap();
        let all = scripts.iter().flat_map(|(name, _)| (0..envelopes).map(|number| envelope(name, number).into())).collect();
        let commit = PageCommit {
            on_request: false,
            pages: 1,
            envelopes: all,
            cursor: "{}".into(),
            records_processed: 0,
            records_estimated_total: None,
            read_type: ampline_core::cursor::ReadType::Scheduled,
            log: Vec::new(),
            now,
            lease,
            end: None,
        };
        journal.commit(&owned, commit).await.unwrap();
        let sinks = Arc::new(Scripted { scripts: scripts.iter().copied().collect(), ..Scripted::default() });
        let policy = RetryPolicy { delays: retry_delays_ms.iter().copied().map(Duration::from_millis).collect(), jitter: 0.0 };
        let routes = scripts.iter().map(|(name, _)| route(name, policy.clone())).collect();
        let (stop, stopped) = watch::channel(false);
        let shared = Shared { journal: journal.clone(), sinks: sinks.clone(), clock: Arc::new(SystemClock) };
        let dispatcher = Dispatcher::start(&shared, routes, &stopped);
        Self { journal, sinks, stop, dispatcher, _folder: folder }
    }

    async fn state(&self, name: &str) -> DestinationState {
        self.journal.destinations().await.unwrap().into_iter().find(|state| state.name == name).expect("a known destination")
    }

    /// Waits until the destination stands as it should.
    async fn until(&self, name: &str, so: impl Fn(&DestinationState) -> bool) -> DestinationState {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let state = self.state(name).await;
                if so(&state) {
                    return state;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        match waited.await {
            Ok(state) => state,
            Err(_) => panic!("{name} did not come to stand as it should: {:?}", self.state(name).await),
        }
    }
}

fn route(name: &str, retry: RetryPolicy) -> Route {
    let (config, grants) = (serde_json::json!({}), Default::default());
    let kind = if name == IN_ORDER { IN_ORDER } else { "scripted" };
    let destination = Destination { id: name.into(), name: name.into(), kind: kind.into(), config, grants };
    Route {
        destination: Arc::new(destination),
        retry,
        concurrency: 64,
        rate_per_second: None,
        lease: Duration::from_secs(60),
        disable_after: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_that_hangs_does_not_slow_another() {
    let bench = Bench::start(1_000, &[("hung", |_| Act::Hang), ("healthy", |_| Act::Take)], &[]).await;
    let healthy = bench.until("healthy", |state| state.delivered == 1_000).await;
    assert_eq!(healthy.pending, 0);
    let hung = bench.state("hung").await;
    assert_eq!((hung.pending, hung.delivered), (1_000, 0), "its backlog is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transient_failures_are_tried_again_and_in_the_end_given_up() {
    let second_time: Script = |attempt| if attempt < 3 { Act::Fail(FailureClass::Transient, None) } else { Act::Take };
    let never: Script = |_| Act::Fail(FailureClass::Transient, None);
    let bench = Bench::start(3, &[("flaky", second_time), ("down", never)], &[1, 1, 1]).await;
    bench.until("flaky", |state| state.delivered == 3).await;
    bench.until("down", |state| state.dead == 3 && state.pending == 0).await;
    let filter = DeliveryFilter { destination: Some("down".into()), ..DeliveryFilter::default() };
    for delivery in bench.journal.deliveries(&filter, 10, None).await.unwrap().results {
        assert_eq!(delivery.attempts, 4, "the first attempt and three retries");
        assert!(delivery.reason.unwrap().contains("gave up after 4 attempts"));
        let attempts = bench.journal.delivery(delivery.id).await.unwrap().unwrap().attempts;
        assert_eq!(attempts.iter().map(|row| row.attempt).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sink_that_asks_for_order_gets_one_after_the_other_whatever_fails() {
    let every_third: Script = |attempt| if attempt < 3 { Act::Fail(FailureClass::Transient, None) } else { Act::Take };
    let bench = Bench::start(12, &[(IN_ORDER, every_third)], &[1, 1, 1]).await;
    bench.until(IN_ORDER, |state| state.delivered == 12).await;
    let mut before = Timestamp::MIN;
    for id in 1..=12 {
        let attempts = bench.journal.delivery(id).await.unwrap().unwrap().attempts;
        assert_eq!(attempts.len(), 3);
        for attempt in attempts {
            assert!(attempt.started_at >= before, "delivery {id} went before the one ahead of it was done");
            before = attempt.started_at;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejected_envelopes_are_dead_at_once_and_blocked_ones_stop_the_destination() {
    let rejecting: Script = |_| Act::Fail(FailureClass::Rejected, None);
    let blocking: Script = |_| Act::Fail(FailureClass::Blocked, None);
    let bench = Bench::start(5, &[("rejecting", rejecting), ("gone", blocking)], &[1]).await;
    let rejected = bench.until("rejecting", |state| state.dead == 5).await;
    assert_eq!(rejected.disabled_reason, None, "one bad envelope says nothing of its destination");
    let gone = bench.until("gone", |state| state.disabled_reason.is_some()).await;
    assert_eq!((gone.pending, gone.dead), (5, 0));
    assert!(gone.disabled_reason.unwrap().contains("as told"));
    let filter = DeliveryFilter { destination: Some("gone".into()), ..DeliveryFilter::default() };
    for delivery in bench.journal.deliveries(&filter, 10, None).await.unwrap().results {
        assert_eq!(delivery.attempts, 0, "a blocked attempt is not counted");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_destination_is_left_alone_as_long_as_it_asked() {
    let throttling: Script = |_| Act::Fail(FailureClass::Throttled, Some(Duration::from_secs(3_600)));
    let bench = Bench::start(500, &[("busy", throttling)], &[1; 8]).await;
    let filter = DeliveryFilter { destination: Some("busy".into()), ..DeliveryFilter::default() };
    bench.until("busy", |state| state.failing_since.is_some()).await;
    bench.stop.send(true).unwrap();
    assert!(bench.dispatcher.drained(PATIENCE).await);
    let deliveries = bench.journal.deliveries(&filter, 1_000, None).await.unwrap().results;
    let attempted: Vec<_> = deliveries.iter().filter(|one| one.attempts > 0).collect();
    assert!(!attempted.is_empty() && attempted.len() <= 64, "at most what was in flight: {}", attempted.len());
    let hour_ahead = Timestamp::now() + jiff::SignedDuration::from_secs(3_500);
    assert!(attempted.iter().all(|one| one.next_attempt_at.unwrap() > hour_ahead), "each waits as long as asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_breaker_spares_the_backlog_of_a_destination_that_is_down() {
    let bench = Bench::start(1_000, &[("down", |_| Act::Fail(FailureClass::Transient, None))], &[600_000]).await;
    // The breaker opens at 20 failures; what was in flight by then fails as well, then trials of one envelope a second or more apart.
    bench.until("down", |state| state.failing_since.is_some()).await;
    bench.stop.send(true).unwrap();
    assert!(bench.dispatcher.drained(PATIENCE).await);
    assert!(bench.sinks.batches.load(Ordering::Relaxed) <= 12, "batches went on although everything failed");
    assert_eq!(bench.journal.destinations().await.unwrap()[0].pending, 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_envelope_that_ends_its_instance_burns_no_attempt_of_its_neighbours() {
    let bench = Bench::start(400, &[(POISONED, |_| Act::Take)], &[1, 1, 1]).await;
    bench.until(POISONED, |state| state.delivered == 399 && state.dead == 1).await;
    let deliveries = bench.journal.deliveries(&DeliveryFilter::default(), 1_000, None).await.unwrap().results;
    for delivery in deliveries {
        let guilty = delivery.event_id.as_u64_pair().1 == POISON;
        assert_eq!(delivery.attempts, if guilty { 4 } else { 1 }, "{delivery:?}");
    }
    // One batch that ended, its envelopes one by one, the guilty one alone from then on, and the others in batches.
    let batches = bench.sinks.batches.load(Ordering::Relaxed);
    assert!(batches <= 21 * BATCHES_MAX + 40, "{batches} batches");
}

/// The most batches that can have been taken off when the guilty one first ended its own.
const BATCHES_MAX: u32 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_settles_what_is_in_flight() {
    let bench = Bench::start(2_000, &[("healthy", |_| Act::Take)], &[]).await;
    bench.until("healthy", |state| state.delivered > 0).await;
    bench.stop.send(true).unwrap();
    assert!(bench.dispatcher.drained(PATIENCE).await);
    let before = bench.journal.destinations().await.unwrap();
    assert_eq!(before[0].delivered + before[0].pending, 2_000);
    bench.journal.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_change_under_deliveries_and_each_is_attempted_once() {
    let bench = Bench::start(3_000, &[("healthy", |_| Act::Take)], &[]).await;
    while bench.state("healthy").await.pending > 0 {
        bench.dispatcher.put(route("healthy", RetryPolicy::default()));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(bench.state("healthy").await.delivered, 3_000);
    let mut page = None;
    for _ in 0..3 {
        let found = bench.journal.deliveries(&DeliveryFilter::default(), 1_000, page.as_deref()).await.unwrap();
        assert!(
            found.results.iter().all(|one| one.attempts == 1),
            "claims of a lane that was called off are not attempted again"
        );
        page = found.next_page_token;
    }
    bench.dispatcher.remove("healthy").ended().await;
    bench.stop.send(true).unwrap();
    assert!(bench.dispatcher.drained(PATIENCE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_that_is_called_off_ends_only_with_what_it_has_in_flight() {
    let bench = Bench::start(10, &[("hung", |_| Act::Hang)], &[]).await;
    let taken = async {
        while bench.sinks.batches.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, taken).await.unwrap();
    let ending = bench.dispatcher.remove("hung");
    assert!(tokio::time::timeout(Duration::from_millis(100), ending.ended()).await.is_err());
    bench.dispatcher.remove("nobody").ended().await;
}
