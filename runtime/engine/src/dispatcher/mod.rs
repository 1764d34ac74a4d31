//! The dispatcher: a lane for each destination, so that one that is slow or down never delays another.

mod attempt;
mod breaker;
mod lane;
mod leases;
mod quarantine;
mod rate;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use ampline_core::retry::RetryPolicy;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    clock::Clock,
    journal::Journal,
    sink::{Destination, Sinks},
};

/// Envelopes in flight to one destination, unless configured.
pub const CONCURRENCY_DEFAULT: u32 = 64;
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
    lanes: JoinSet<()>,
}

impl Dispatcher {
    /// Starts a lane for each route. They stop claiming when `stop` turns true, and end once what is in flight is settled.
    pub fn start(shared: &Shared, routes: Vec<Route>, stop: &watch::Receiver<bool>) -> Self {
        let mut lanes = JoinSet::new();
        for route in routes {
            lanes.spawn(lane::run(shared.clone(), route, stop.clone()));
        }
        Self { lanes }
    }

    /// Waits until every lane has settled what it had in flight, at most so long. Returns whether all did.
    pub async fn drained(mut self, limit: Duration) -> bool {
        let all = async { while self.lanes.join_next().await.is_some() {} };
        tokio::time::timeout(limit, all).await.is_ok()
    }
}
