//! The dispatcher: a lane for each destination, so that one that is slow or down never delays another. Lanes come, change and go
//! while it runs.

mod attempt;
mod breaker;
mod lane;
mod leases;
mod quarantine;
mod rate;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ampline_core::retry::RetryPolicy;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    clock::Clock,
    journal::Journal,
    sink::{Destination, Sinks},
};

/// Envelopes in flight to one destination, unless configured.
pub const CONCURRENCY_DEFAULT: u32 = 64;
/// Batches of one destination that are on their way at the same time. More than one, so that a slow answer does not leave the
/// others' places empty; few, so that batches stay large: what a batch costs the journal hardly depends on its size. (In one
/// run each at 64 in flight, 2 and 3 drained a queue at the greatest share of the bare loop, 1 and 4 at the least.)
pub(crate) const BATCHES_IN_FLIGHT: u32 = 3;
/// The most that can be configured.
pub const CONCURRENCY_MAX: u32 = 1_024;
/// How long a destination may do nothing but fail before it is stopped, unless configured (`delivery.md` section 2).
pub const DISABLE_AFTER_DEFAULT: Duration = Duration::from_secs(5 * 24 * 3_600);

/// A destination and how it is delivered to.
#[derive(Debug, Clone)]
pub struct Route {
    /// Where.
    pub destination: Arc<Destination>,
    /// When failures are tried again.
    pub retry: RetryPolicy,
    /// At most so many envelopes in flight.
    pub concurrency: u32,
    /// At most so many envelopes per second; nothing = no limit.
    pub rate_per_second: Option<f64>,
    /// How long a claim holds; longer than the longest a batch can take, so that a slow success is not sent twice.
    pub lease: Duration,
    /// A destination that has only failed for so long is stopped; nothing = never.
    pub disable_after: Option<Duration>,
}

/// Everything that lanes share.
#[derive(Clone)]
pub struct Shared {
    /// Where deliveries are claimed and settled.
    pub journal: Arc<dyn Journal>,
    /// Who delivers them.
    pub sinks: Arc<dyn Sinks>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// The running lanes.
pub struct Dispatcher {
    shared: Shared,
    stop: watch::Receiver<bool>,
    lanes: Mutex<Lanes>,
}

#[derive(Default)]
struct Lanes {
    /// By the destination's name: whoever turns this true calls the lane off.
    running: BTreeMap<String, watch::Sender<bool>>,
    tasks: JoinSet<()>,
}

/// A lane that was called off and may have something in flight.
pub struct Ending(Option<watch::Sender<bool>>);

impl Ending {
    /// Resolves once the lane has settled what it had in flight.
    pub async fn ended(self) {
        if let Some(lane) = self.0 {
            lane.closed().await;
        }
    }
}

impl Dispatcher {
    /// Starts a lane for each route. They stop claiming when `stop` turns true, and end once what is in flight is settled.
    pub fn start(shared: &Shared, routes: Vec<Route>, stop: &watch::Receiver<bool>) -> Self {
        let this = Self { shared: shared.clone(), stop: stop.clone(), lanes: Mutex::default() };
        routes.into_iter().for_each(|route| this.put(route));
        this
    }

    /// Starts a lane, in place of the one that the destination may have: what that one claimed, it delivers as it began, and whatever
    /// is claimed from now on goes by the new route.
    pub fn put(&self, route: Route) {
        let (superseding, superseded) = watch::channel(false);
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        while lanes.tasks.try_join_next().is_some() {}
        if let Some(before) = lanes.running.insert(route.destination.name.clone(), superseding) {
            before.send_replace(true);
        }
        lanes.tasks.spawn(lane::run(self.shared.clone(), route, self.stop.clone(), superseded));
    }

    /// Calls the lane of a destination off.
    pub fn remove(&self, destination: &str) -> Ending {
        let lane = self.lanes.lock().unwrap_or_else(PoisonError::into_inner).running.remove(destination);
        if let Some(lane) = &lane {
            lane.send_replace(true);
        }
        Ending(lane)
    }

    /// Waits until every lane has settled what it had in flight, at most so long. Returns whether all did.
    pub async fn drained(&self, limit: Duration) -> bool {
        let mut tasks = std::mem::take(&mut self.lanes.lock().unwrap_or_else(PoisonError::into_inner).tasks);
        let all = async { while tasks.join_next().await.is_some() {} };
        tokio::time::timeout(limit, all).await.is_ok()
    }
}
