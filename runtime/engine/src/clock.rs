//! Time and chance, so that everything else takes them as parameters.

use jiff::Timestamp;

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A number that is uniform in `0.0..1.0`; the middle where the machine has no chance to give.
pub fn chance() -> f64 {
    getrandom::u64().map_or(0.5, |bits| (bits >> 11) as f64 / (1u64 << 53) as f64)
}

/// The time until `at`, nothing where it has passed.
pub fn until(at: Timestamp, now: Timestamp) -> std::time::Duration {
    at.duration_since(now).try_into().unwrap_or_default()
}
