//! An emulator of HubSpot's CRM v3 objects API: stateful, the same for the same seed, with faults on order.
//!
//! It speaks for HubSpot in tests and benchmarks, so where HubSpot is strict it is strict: the 10,000-result cap of search, opaque
//! list cursors, no archived records in search, an index that may run behind, 414 for long URLs. HubSpot's own client for Node
//! judges it (`tests/hubspot_emulator.rs`).

mod change;
mod control;
mod error;
mod generate;
mod index;
mod limits;
mod links;
mod record;
mod routes;
mod schema;
mod search;
mod state;
mod store;
mod webhook;

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

pub use self::{
    error::ApiError,
    limits::Limits,
    record::Properties,
    schema::Kind,
    state::{Counters, Listed, State},
    webhook::{Delivery, PORTAL_ID, SIGNATURE_HEADER, TIMESTAMP_HEADER, Webhooks, sign},
};
pub use crate::seed::Large;
use crate::{
    faults::Rule,
    loopback::{Gate, Server},
};

/// How an emulator starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen, on the loopback; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Records depend on it and on nothing else (but for their times, see `clock_ms`).
    pub seed: u64,
    /// How many records of each type there are at the start. Types that are not named do not exist.
    pub objects: BTreeMap<String, u64>,
    /// Text properties `extra_001`, … of each type.
    pub extra_properties: u32,
    /// Large records.
    pub large: Option<Large>,
    /// The records were created over so many days before the start.
    pub history_days: u32,
    /// The bearer token that is accepted; any when absent, but one must be there.
    pub token: Option<String>,
    /// Rate limits.
    pub limits: Limits,
    /// How far paging through a search may go.
    pub search_results_max: u64,
    /// How far search runs behind, in milliseconds.
    pub index_lag_ms: i64,
    /// Holds the clock at this time (Unix milliseconds); the system's clock when absent.
    pub clock_ms: Option<i64>,
    /// Threads.
    pub workers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            objects: [("contacts", 250), ("companies", 120), ("deals", 0), ("tickets", 0)]
                .map(|(name, count)| (name.to_owned(), count))
                .into(),
            extra_properties: 0,
            large: None,
            history_days: 365,
            token: None,
            limits: Limits::default(),
            search_results_max: 10_000,
            index_lag_ms: 0,
            clock_ms: None,
            workers: 1,
        }
    }
}

impl Options {
    /// The same with `count` records of a type at the start.
    #[must_use]
    pub fn with(mut self, object: &str, count: u64) -> Self {
        self.objects.insert(object.to_owned(), count);
        self
    }
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    is_paused: watch::Sender<bool>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn deliver_events(&self) -> Delivery {
        let (webhooks, events) = {
            let mut state = self.state();
            (state.webhooks.clone(), state.take_events())
        };
        match webhooks {
            Some(webhooks) => webhook::deliver(&webhooks, events).await,
            None => Delivery::default(),
        }
    }
}

/// A running emulator; it stops on drop.
pub struct Emulator {
    server: Server,
    shared: Arc<Shared>,
}

impl Emulator {
    /// Starts one; it answers when this returns.
    ///
    /// # Errors
    /// When its port cannot be had.
    pub fn start(options: Options) -> io::Result<Self> {
        let gate = Gate::bind(options.listen)?;
        let workers = options.workers;
        let shared = Arc::new(Shared { state: Mutex::new(State::new(options)), is_paused: watch::Sender::new(false) });
        let server = Server::start(gate, workers, routes::router(Arc::clone(&shared)))?;
        Ok(Self { server, shared })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// In place of `https://api.hubapi.com`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Its state, to look at or to change. Requests wait while this is held.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// Adds a fault.
    pub fn fault(&self, rule: Rule) {
        self.state().faults.push(rule);
    }

    /// Holds all requests back until told otherwise.
    pub fn pause(&self, is_paused: bool) {
        self.shared.is_paused.send_replace(is_paused);
    }

    /// The port, to close and reopen.
    pub fn gate(&self) -> &Arc<Gate> {
        self.server.gate()
    }

    /// Posts the events of everything that changed since the last time to whoever listens ([`State::listen`]), in arrays of at most
    /// 100; returns when each is taken or given up.
    pub async fn deliver_events(&self) -> Delivery {
        self.shared.deliver_events().await
    }

    /// How many requests an endpoint answered with a status (`0`: none at all).
    pub fn count(&self, endpoint: &str, status: u16) -> u64 {
        self.state().counters().get(endpoint).and_then(|by_status| by_status.get(&status)).copied().unwrap_or_default()
    }
}
