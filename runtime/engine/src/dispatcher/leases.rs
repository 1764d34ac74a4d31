//! Sink instances of one destination: each serves consecutive batches for a while and is then dropped, so that state cannot pile up
//! and one destination's state never reaches another.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use ampline_core::outcome::Failure;

use crate::sink::{BatchItem, BatchReport, Destination, SinkInstance, Sinks};

/// Batches that one instance serves at most.
const BATCHES_MAX: u32 = 64;
/// How long one instance serves at most.
const AGE_MAX: Duration = Duration::from_secs(10);

struct Lease {
    instance: Box<dyn SinkInstance>,
    batches: u32,
    opened: Instant,
}

/// The idle instances of one destination.
pub(super) struct Leases {
    sinks: Arc<dyn Sinks>,
    destination: Arc<Destination>,
    idle: Mutex<Vec<Lease>>,
}

impl Leases {
    /// None yet.
    pub(super) fn new(sinks: Arc<dyn Sinks>, destination: Arc<Destination>) -> Self {
        Self { sinks, destination, idle: Mutex::default() }
    }

    /// Delivers a batch with an idle instance, or with a fresh one.
    pub(super) async fn deliver(&self, batch: Vec<BatchItem>) -> Result<BatchReport, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut lease = match idle.filter(Lease::still_good) {
            Some(lease) => lease,
            None => Lease { instance: self.sinks.open(&self.destination).await?, batches: 0, opened: Instant::now() },
        };
        let report = lease.instance.deliver(batch).await;
        lease.batches += 1;
        if report.reusable && lease.still_good() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(lease);
        }
        Ok(report)
    }

    /// Drops idle instances; called when there is nothing to do, so that a quiet destination holds no memory.
    pub(super) fn drop_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Lease {
    fn still_good(&self) -> bool {
        self.batches < BATCHES_MAX && self.opened.elapsed() < AGE_MAX
    }
}
