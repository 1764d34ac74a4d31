//! How one destination is delivered to, where that is other than usual.

use std::time::Duration;

use ampline_core::retry::RetryPolicy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dispatcher::{CONCURRENCY_MAX, DISABLE_AFTER_DEFAULT};

/// Slowest rate: a message in a thousand seconds.
const RATE_MIN: f64 = 0.001;
/// Most retries of one message.
const RETRIES_MAX: usize = 50;
/// Longest wait before a retry: 30 days.
const RETRY_DELAY_S_MAX: u64 = 30 * 24 * 3_600;
/// Longest time of nothing but failures: a year.
const DISABLE_AFTER_S_MAX: u64 = 366 * 24 * 3_600;

/// What is set of a destination's delivery; the rest is as usual.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DestinationDelivery)]
pub struct DeliverySettings {
    /// Messages in flight at the same time; 64 where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 1024)]
    pub concurrency: Option<u32>,
    /// Messages per second at most; no limit where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0.001)]
    pub rate_per_second: Option<f64>,
    /// Seconds to wait after the first, second, … failed attempt, in place of the standard schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 50)]
    pub retry_delays_seconds: Option<Vec<u64>>,
    /// Seconds after which a destination that has only failed is stopped, in place of 5 days; 0 = never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disable_after_seconds: Option<u64>,
    /// Megabytes of messages that may wait before the reads that feed it do; the runtime's limit where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub backlog_megabytes: Option<u64>,
}

impl DeliverySettings {
    /// Every fault: the member in JSON, the key in ampline.toml, and the reason.
    pub(crate) fn faults(&self) -> Vec<(&'static str, &'static str, String)> {
        let mut faults = Vec::new();
        if let Some(concurrency) = self.concurrency.filter(|given| !(1..=CONCURRENCY_MAX).contains(given)) {
            let message = format!("{concurrency} is not between 1 and {CONCURRENCY_MAX}");
            faults.push(("concurrency", "concurrency", message));
        }
        if self.rate_per_second.is_some_and(|rate| !rate.is_finite() || rate < RATE_MIN) {
            let message = format!("a rate is at least {RATE_MIN} (one in {:.0} s); leave it out for no limit", 1.0 / RATE_MIN);
            faults.push(("ratePerSecond", "rate_per_second", message));
        }
        let (json, toml) = ("retryDelaysSeconds", "retry_delays_s");
        if let Some(delays) = &self.retry_delays_seconds {
            if delays.len() > RETRIES_MAX {
                faults.push((json, toml, format!("at most {RETRIES_MAX} retries")));
            }
            if delays.iter().any(|delay| *delay > RETRY_DELAY_S_MAX) {
                faults.push((json, toml, format!("a retry waits {RETRY_DELAY_S_MAX} seconds (30 days) at most")));
            }
        }
        if self.disable_after_seconds.is_some_and(|seconds| seconds > DISABLE_AFTER_S_MAX) {
            let message = format!("at most {DISABLE_AFTER_S_MAX} seconds (a year); 0 for never");
            faults.push(("disableAfterSeconds", "disable_after_s", message));
        }
        if self.backlog_megabytes == Some(0) {
            let message = "0 would let nothing be read; give at least 1, or leave it out".to_owned();
            faults.push(("backlogMegabytes", "backlog_megabytes", message));
        }
        faults
    }

    /// When failures are tried again.
    pub(crate) fn retry(&self) -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        if let Some(delays) = &self.retry_delays_seconds {
            policy.delays = delays.iter().copied().map(Duration::from_secs).collect();
        }
        policy
    }

    /// How long the destination may do nothing but fail; nothing = for ever.
    pub(crate) fn disable_after(&self) -> Option<Duration> {
        match self.disable_after_seconds {
            None => Some(DISABLE_AFTER_DEFAULT),
            Some(0) => None,
            Some(seconds) => Some(Duration::from_secs(seconds)),
        }
    }

    /// Bytes of bodies that may wait.
    pub(crate) fn backlog_bytes_max(&self, usual: u64) -> u64 {
        self.backlog_megabytes.map_or(usual, |megabytes| megabytes.saturating_mul(1_000_000))
    }
}
