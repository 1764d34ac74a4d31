//! Deliveries per second and their latency: journal, webhook sink and receiver, against a bare loop of the same HTTP client.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ampline::{
    clock::SystemClock,
    dispatcher::{Dispatcher, Route, Shared},
    downloads::{Downloads, EXPIRY_S_DEFAULT},
    journal::{Journal, sqlite::Synchronous},
    network::AddressPolicy,
    secrets::{Secrets, SigningKey},
    sink::{
        BatchItem, BatchReport, ConfigIssue, Descriptor, Destination, FIRST_PARTY, SinkInstance, Sinks,
        wasm::{Compiler, HostOptions, HttpOptions, WasmSinks},
    },
    store::{Change, Documents, StoreError},
};
use ampline_core::outcome::{Failure as SinkFailure, Outcome};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    Failure,
    drain::{Rate, all_delivered, drain, route},
    envelopes::{BODY_BYTES, PAGE_ENVELOPES, Store, envelope},
    nginx::Nginx,
    report::{Report, Target},
};

/// Requests in flight, in the bare loop and through Ampline.
const CONCURRENCY: u32 = 64;
const BARE_REQUESTS: u64 = 60_000;
const MESSAGES: u64 = 60_000;
/// Envelopes that may wait while more are committed.
const BACKLOG_MAX: u64 = 5_000;
/// Svix's open-source server with Postgres, measured on two such cores: messages/s end to end, CPU-seconds per 1,000 messages.
const SVIX_PER_SECOND: f64 = 1_203.0;
const SVIX_CPU_S_PER_1000: f64 = 1.9;
const STEADY_PER_SECOND: u32 = 200;
const STEADY_MESSAGES: u64 = 3_000;

/// The hosted store is not asked here.
pub(super) struct NoDocuments;

#[async_trait::async_trait]
impl Documents for NoDocuments {
    async fn apply(&self, _changes: Vec<Change>) -> Result<(), StoreError> {
        Ok(())
    }
}

struct Keys(Vec<SigningKey>);

impl Secrets for Keys {
    fn signing_keys(&self, _destination: &str) -> Vec<SigningKey> {
        self.0.clone()
    }
}

/// The first-party sinks over the real host.
async fn sinks(cache: &tempfile::TempDir) -> Result<Arc<WasmSinks>, Failure> {
    let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    // The receiver is on the loopback.
    let http = HttpOptions { addresses: AddressPolicy::Anywhere, ..HttpOptions::default() };
    load(cache, http, vec![key]).await
}

/// The first-party sinks over a host that sends nothing; without keys, because a signature costs the same in or out of a sandbox.
pub(super) async fn dry_sinks(cache: &tempfile::TempDir) -> Result<Arc<WasmSinks>, Failure> {
    load(cache, HttpOptions { dry_run: true, ..HttpOptions::default() }, Vec::new()).await
}

async fn load(cache: &tempfile::TempDir, http: HttpOptions, keys: Vec<SigningKey>) -> Result<Arc<WasmSinks>, Failure> {
    let options = HostOptions {
        cache_dir: cache.path().to_owned(),
        documents: Arc::new(NoDocuments),
        secrets: Arc::new(Keys(keys)),
        downloads: Downloads::new("http://127.0.0.1", &[0; 32], EXPIRY_S_DEFAULT),
        postgres: None,
        limits: Default::default(),
        http,
        compiler: Compiler::InProcess,
    };
    Ok(WasmSinks::load(options, FIRST_PARTY).await?)
}

/// The same client, the same concurrency, the same bodies; no journal, no sink, no signature.
async fn bare(url: &str) -> Result<f64, Failure> {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let body = envelope("webhook", 0, BODY_BYTES).body;
    let left = Arc::new(AtomicU64::new(BARE_REQUESTS));
    let began = Instant::now();
    let mut loops = tokio::task::JoinSet::new();
    for _ in 0..CONCURRENCY {
        let (client, body, left, url) = (client.clone(), body.clone(), left.clone(), url.to_owned());
        loops.spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                let response = client.post(&url).header("content-type", "application/json").body(body.clone()).send().await?;
                response.error_for_status()?.bytes().await?;
            }
            Ok::<(), reqwest::Error>(())
        });
    }
    while let Some(done) = loops.join_next().await {
        done??;
    }
    Ok(BARE_REQUESTS as f64 / began.elapsed().as_secs_f64())
}

async fn pending(store: &Store) -> Result<u64, Failure> {
    let states = store.journal.destinations().await?;
    Ok(states.first().map_or(0, |state| state.pending))
}

/// Where messages go, as many of them in flight as in the bare loop.
fn hook(url: &str) -> Route {
    route("webhook", serde_json::json!({ "url": url, "allowHttp": true }), CONCURRENCY)
}

async fn commit_all(store: &Store) -> Result<(), Failure> {
    for page in 0..MESSAGES / PAGE_ENVELOPES {
        let numbers = page * PAGE_ENVELOPES..(page + 1) * PAGE_ENVELOPES;
        store.commit(0, numbers.map(|number| envelope("webhook", number, BODY_BYTES)).collect()).await?;
        while page % 10 == 9 && pending(store).await? > BACKLOG_MAX {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    Ok(())
}

/// Through journal and sink, while more is committed.
async fn through(url: &str, synchronous: Synchronous) -> Result<Rate, Failure> {
    let cache = tempfile::tempdir()?;
    let sinks = sinks(&cache).await?;
    let store = Store::open(synchronous, 1).await?;
    let (stop, stopped) = watch::channel(false);
    let shared = Shared { journal: store.journal.clone(), sinks, clock: Arc::new(SystemClock) };
    let dispatcher = Dispatcher::start(&shared, vec![hook(url)], &stopped);
    let rate = Rate::of(MESSAGES, async {
        commit_all(&store).await?;
        all_delivered(&store, MESSAGES).await
    });
    let rate = rate.await?;
    stop.send(true)?;
    dispatcher.drained(Duration::from_secs(10)).await;
    store.journal.close().await?;
    Ok(rate)
}

async fn drained(url: &str) -> Result<Rate, Failure> {
    let cache = tempfile::tempdir()?;
    let messages = (0..MESSAGES).map(|number| envelope("webhook", number, BODY_BYTES)).collect();
    drain(sinks(&cache).await?, hook(url), messages, MESSAGES).await
}

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let nginx = Nginx::start()?;
    // The baseline before and after, so that a machine that changes its speed meanwhile does not flatter either side.
    let before = bare(&nginx.url()).await?;
    let full = through(&nginx.url(), Synchronous::Full).await?;
    let drain = drained(&nginx.url()).await?;
    let normal = through(&nginx.url(), Synchronous::Normal).await?;
    let baseline = f64::midpoint(before, bare(&nginx.url()).await?);
    let bench = "deliveries";
    report.scale(bench, "bare loop of the same client, 64 in flight", baseline, "requests/s");
    report.judge(bench, "end to end, power-loss durable", full.per_second, "messages/s", Target::AtLeast(15.0 * SVIX_PER_SECOND));
    report.judge(bench, "… as a share of the bare loop", full.per_second / baseline, "ratio", Target::AtLeast(0.5));
    let cpu_most = SVIX_CPU_S_PER_1000 / 20.0;
    report.judge(bench, "… processor time", full.cpu_us / 1e3, "s/1000", Target::AtMost(cpu_most));
    report.scale(bench, "draining a full queue, power-loss durable", drain.per_second, "messages/s");
    report.judge(bench, "… as a share of the bare loop", drain.per_second / baseline, "ratio", Target::AtLeast(0.5));
    report.scale(bench, "end to end, durable across a crash of the process", normal.per_second, "messages/s");
    report.scale(bench, "… as a share of the bare loop", normal.per_second / baseline, "ratio");
    Ok(())
}

/// Notes when each envelope was answered for.
struct Timed {
    inner: Arc<WasmSinks>,
    answered: Arc<Mutex<HashMap<Uuid, Instant>>>,
}

struct TimedInstance {
    inner: Box<dyn SinkInstance>,
    answered: Arc<Mutex<HashMap<Uuid, Instant>>>,
}

#[async_trait::async_trait]
impl Sinks for Timed {
    fn descriptor(&self, kind: &str) -> Option<Arc<Descriptor>> {
        self.inner.descriptor(kind)
    }

    fn kinds(&self) -> Vec<String> {
        self.inner.kinds()
    }

    fn batch_time_max(&self) -> Duration {
        self.inner.batch_time_max()
    }

    async fn validate(&self, kind: &str, config: &serde_json::Value) -> Result<Vec<ConfigIssue>, SinkFailure> {
        self.inner.validate(kind, config).await
    }

    async fn open(&self, destination: &Arc<Destination>) -> Result<Box<dyn SinkInstance>, SinkFailure> {
        let inner = self.inner.open(destination).await?;
        Ok(Box::new(TimedInstance { inner, answered: self.answered.clone() }))
    }
}

#[async_trait::async_trait]
impl SinkInstance for TimedInstance {
    async fn deliver(&mut self, batch: Vec<BatchItem>) -> BatchReport {
        let ids: Vec<Uuid> = batch.iter().map(|item| item.envelope.id).collect();
        let report = self.inner.deliver(batch).await;
        let now = Instant::now();
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, result) in ids.into_iter().zip(&report.results) {
            if matches!(result.outcome, Outcome::Delivered(_)) {
                answered.insert(id, now);
            }
        }
        report
    }
}

/// From durable commit to 2xx, at a steady rate.
pub(super) async fn measure_latency(report: &mut Report) -> Result<(), Failure> {
    let nginx = Nginx::start()?;
    let cache = tempfile::tempdir()?;
    let answered = Arc::new(Mutex::new(HashMap::new()));
    let timed = Timed { inner: sinks(&cache).await?, answered: answered.clone() };
    let store = Store::open(Synchronous::Full, 1).await?;
    let (stop, stopped) = watch::channel(false);
    let shared = Shared { journal: store.journal.clone(), sinks: Arc::new(timed), clock: Arc::new(SystemClock) };
    let dispatcher = Dispatcher::start(&shared, vec![hook(&nginx.url())], &stopped);
    let mut committed = Vec::new();
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / STEADY_PER_SECOND);
    for number in 0..STEADY_MESSAGES {
        ticks.tick().await;
        let envelope = envelope("webhook", number, BODY_BYTES);
        let id = envelope.id;
        store.commit(0, vec![envelope]).await?;
        committed.push((id, Instant::now()));
    }
    all_delivered(&store, STEADY_MESSAGES).await?;
    stop.send(true)?;
    dispatcher.drained(Duration::from_secs(10)).await;
    let answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
    let mut latencies_ms: Vec<f64> = committed
        .iter()
        .filter_map(|(id, at)| answered.get(id).map(|then| then.saturating_duration_since(*at).as_secs_f64() * 1e3))
        .collect();
    latencies_ms.sort_by(f64::total_cmp);
    let at = |share: f64| latencies_ms.get(((latencies_ms.len() - 1) as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    let bench = "latency";
    report.judge(bench, "durable commit to 2xx at 200/s, p50", at(0.5), "ms", Target::AtMost(1.0));
    report.judge(bench, "durable commit to 2xx at 200/s, p99", at(0.99), "ms", Target::AtMost(3.0));
    report.scale(bench, "durable commit to 2xx at 200/s, max", at(1.0), "ms");
    Ok(())
}
