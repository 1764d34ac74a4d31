//! How fast a full queue of one destination empties: journal, dispatcher and sink, against a server that is there already.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ampline::{
    clock::SystemClock,
    dispatcher::{Dispatcher, Route, Shared},
    journal::{Journal, sqlite::Synchronous},
    sink::{Destination, Sinks},
};
use ampline_core::{message::Envelope, retry::RetryPolicy};
use serde_json::Value;
use tokio::sync::watch;

use super::{
    Failure,
    envelopes::{PAGE_ENVELOPES, Store},
    machine::cpu_time,
};

/// Longer than a batch can take here.
const LEASE: Duration = Duration::from_secs(120);

/// What a run came to.
pub(super) struct Rate {
    /// Messages (or records) per second.
    pub(super) per_second: f64,
    /// Processor time of this process for each, in microseconds.
    pub(super) cpu_us: f64,
}

impl Rate {
    /// Measures what does `count` things.
    pub(super) async fn of<T>(count: u64, work: impl Future<Output = Result<T, Failure>>) -> Result<Self, Failure> {
        let (began, cpu) = (Instant::now(), cpu_time());
        work.await?;
        let (took, cpu) = (began.elapsed(), cpu_time() - cpu);
        Ok(Self { per_second: count as f64 / took.as_secs_f64(), cpu_us: cpu.as_secs_f64() * 1e6 / count as f64 })
    }

    /// The middle of two.
    pub(super) fn between(&self, other: &Self) -> Self {
        Self { per_second: f64::midpoint(self.per_second, other.per_second), cpu_us: f64::midpoint(self.cpu_us, other.cpu_us) }
    }
}

/// A destination named as its type, with so many envelopes in flight and all the rest as it is by default.
pub(super) fn route(kind: &str, config: Value, concurrency: u32) -> Route {
    let (id, name) = (kind.to_owned(), kind.to_owned());
    Route {
        destination: Arc::new(Destination { id, name, kind: kind.to_owned(), config, grants: Default::default() }),
        retry: RetryPolicy::default(),
        concurrency,
        rate_per_second: None,
        lease: LEASE,
        disable_after: None,
    }
}

/// Waits until so many were delivered; fails where one never will be.
pub(super) async fn all_delivered(store: &Store, messages: u64) -> Result<(), Failure> {
    loop {
        let state = store.journal.destinations().await?.into_iter().next();
        let Some(state) = state else { return Err("the journal knows no destination".into()) };
        if state.dead > 0 || state.disabled_reason.is_some() {
            return Err(format!("{} dead, {:?}", state.dead, state.disabled_reason).into());
        }
        if state.delivered >= messages {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Queues the envelopes, power-loss durable, then measures how they drain. `things` is what is counted: messages, or their records.
pub(super) async fn drain(sinks: Arc<dyn Sinks>, route: Route, envelopes: Vec<Envelope>, things: u64) -> Result<Rate, Failure> {
    let store = Store::open(Synchronous::Full, 1).await?;
    let messages = envelopes.len() as u64;
    let mut envelopes = envelopes.into_iter();
    loop {
        let page: Vec<Envelope> = envelopes.by_ref().take(PAGE_ENVELOPES as usize).collect();
        if page.is_empty() {
            break;
        }
        store.commit(0, page).await?;
    }
    let (stop, stopped) = watch::channel(false);
    let shared = Shared { journal: store.journal.clone(), sinks, clock: Arc::new(SystemClock) };
    let dispatcher = Dispatcher::start(&shared, vec![route], &stopped);
    let rate = Rate::of(things, all_delivered(&store, messages)).await?;
    stop.send(true)?;
    dispatcher.drained(Duration::from_secs(10)).await;
    store.journal.close().await?;
    Ok(rate)
}
