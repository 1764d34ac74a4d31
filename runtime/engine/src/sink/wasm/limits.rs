//! What a sink may use, and how a call that goes beyond it ends.

use std::time::Duration;

use super::meter::{Exhausted, Meter};

/// What a sink may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of an instance, all its memories together.
    pub memory_bytes_max: usize,
    /// Instances alive at one time, over all destinations.
    pub instances_max: u32,
    /// How long `open` waits for its turn when that many are alive.
    pub instance_wait_max: Duration,
    /// Processor time of a call into the sink; what the host does for it does not count.
    pub cpu_per_call_max: Duration,
    /// Wall-clock time of a call into the sink; must be above the longest time-out of a request.
    pub wall_per_call_max: Duration,
    /// Calls from the sink to the host, for each batch.
    pub host_calls_per_batch_max: u32,
    /// HTTP requests, for each batch.
    pub requests_per_batch_max: u32,
    /// Lines logged, for each batch; the rest is left out.
    pub log_lines_per_batch_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes_max: 64 << 20,
            instances_max: 256,
            instance_wait_max: Duration::from_secs(5),
            cpu_per_call_max: Duration::from_secs(1),
            wall_per_call_max: Duration::from_secs(75),
            host_calls_per_batch_max: 10_000,
            requests_per_batch_max: 2_000,
            log_lines_per_batch_max: 100,
        }
    }
}

/// How a call into a sink ended that did not return.
#[derive(Debug)]
pub(super) enum Ended {
    /// It trapped, or called what it may not.
    Trap(wasmtime::Error),
    /// It took too long, all told.
    Timeout(Duration),
    /// It used too much processor time.
    Cpu(Duration),
}

impl Limits {
    /// The longest that one request may take, so that a batch can still say what became of it.
    pub(crate) fn request_time_max(&self) -> Duration {
        self.wall_per_call_max / 5 * 4
    }

    /// Runs a call into a sink within its limits. After an error the store must be dropped.
    pub(super) async fn hold<T>(&self, meter: &Meter, call: impl Future<Output = wasmtime::Result<T>>) -> Result<T, Ended> {
        let metered = meter.guest(self.cpu_per_call_max, call);
        match tokio::time::timeout(self.wall_per_call_max, metered).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(trap))) => Err(Ended::Trap(trap)),
            Ok(Err(Exhausted)) => Err(Ended::Cpu(self.cpu_per_call_max)),
            Err(_) => Err(Ended::Timeout(self.wall_per_call_max)),
        }
    }
}
