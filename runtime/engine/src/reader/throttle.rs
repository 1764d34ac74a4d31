//! How much one connection asks: a pace that all its reads share, a bound on requests at once, and silence after a provider said
//! that it had enough.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ampline_core::provider::RateLimit;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until, timeout_at},
};

/// A tenth of what a provider allows may go out at once; the rest follows evenly.
const BURST_SHARE: u32 = 10;
/// Requests at once to one connection whose provider states no bound.
const AT_ONCE_MAX: u32 = 64;
/// Connections beyond which those that rest are forgotten.
const SWEEP_FROM: usize = 1_024;

/// The throttle of each connection, by its id.
#[derive(Default)]
pub(crate) struct Throttles(Mutex<HashMap<String, Arc<Throttle>>>);

impl Throttles {
    /// The throttle of a connection; a limit other than the one before takes its place, and silence lasts on.
    pub(crate) fn of(&self, connection_id: &str, limit: Option<RateLimit>) -> Arc<Throttle> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(connection_id);
        if let Some(throttle) = known.filter(|throttle| throttle.limit == limit) {
            return throttle.clone();
        }
        let closed_until = known.and_then(|throttle| throttle.pace().closed_until);
        let throttle = Arc::new(Throttle::new(limit, closed_until));
        if all.len() >= SWEEP_FROM && all.len().is_power_of_two() {
            let now = Instant::now();
            all.retain(|_, throttle| Arc::strong_count(throttle) > 1 || !throttle.rests(now));
        }
        all.insert(connection_id.to_owned(), throttle.clone());
        throttle
    }

    /// How long a connection must be left alone.
    pub(crate) fn closed_for(&self, connection_id: &str) -> Option<Duration> {
        let throttle = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(connection_id).cloned()?;
        let until = throttle.pace().closed_until?;
        Some(until.saturating_duration_since(Instant::now())).filter(|wait| !wait.is_zero())
    }
}

/// The throttle of one connection.
pub(crate) struct Throttle {
    limit: Option<RateLimit>,
    at_once: Arc<Semaphore>,
    pace: Mutex<Pace>,
}

/// The generic cell rate algorithm: one time says all.
struct Pace {
    /// When the next request would go if all went evenly; requests may go ahead of it by the burst.
    even: Instant,
    closed_until: Option<Instant>,
}

/// Leave to send one request; held until its answer is there.
pub(crate) struct Leave(#[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>);

impl Throttle {
    fn new(limit: Option<RateLimit>, closed_until: Option<Instant>) -> Self {
        let at_once = limit.and_then(|limit| limit.concurrent).unwrap_or(AT_ONCE_MAX).max(1);
        Self {
            limit,
            at_once: Arc::new(Semaphore::new(at_once as usize)),
            pace: Mutex::new(Pace { even: Instant::now(), closed_until }),
        }
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rests(&self, now: Instant) -> bool {
        let pace = self.pace();
        pace.even <= now && pace.closed_until.is_none_or(|until| until <= now)
    }

    /// Lets nobody ask for so long.
    pub(crate) fn close_for(&self, wait: Duration) {
        let mut pace = self.pace();
        let until = Instant::now() + wait;
        pace.closed_until = Some(pace.closed_until.map_or(until, |closed| closed.max(until)));
    }

    /// Waits until a request may go, at most `patience`; how long it would take where that is longer.
    pub(crate) async fn leave(&self, patience: Duration) -> Result<Leave, Duration> {
        let deadline = Instant::now() + patience;
        loop {
            let at = self.pace().reserve(self.limit, Instant::now(), deadline)?;
            sleep_until(at).await;
            // Another request may have been told meanwhile that the provider has enough.
            if self.pace().closed_until.is_some_and(|until| until > Instant::now()) {
                continue;
            }
            return match timeout_at(deadline.max(Instant::now() + Duration::from_millis(1)), self.at_once.clone().acquire_owned())
                .await
            {
                Ok(leave) => Ok(Leave(leave.ok())),
                Err(_) => Err(Duration::from_secs(1)),
            };
        }
    }
}

impl Pace {
    /// When the next request may go, which nobody else gets; how long from now where that is after `deadline`.
    fn reserve(&mut self, limit: Option<RateLimit>, now: Instant, deadline: Instant) -> Result<Instant, Duration> {
        self.closed_until = self.closed_until.filter(|until| *until > now);
        let opens = self.closed_until.unwrap_or(now);
        let Some((interval, burst)) = limit.and_then(interval_and_burst) else {
            return if opens > deadline { Err(opens - now) } else { Ok(opens) };
        };
        let even = self.even.max(opens);
        let at = even.checked_sub(interval * (burst - 1)).unwrap_or(opens).max(opens);
        if at > deadline {
            return Err(at - now);
        }
        self.even = even + interval;
        Ok(at)
    }
}

/// The time between two requests that go evenly, and how many may go at once, so that no window of the limit's length ever holds
/// more than the limit allows.
fn interval_and_burst(limit: RateLimit) -> Option<(Duration, u32)> {
    let requests = limit.requests.max(1);
    let burst = (requests / BURST_SHARE).max(1);
    (!limit.per.is_zero()).then(|| (limit.per / (requests - burst + 1), burst))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(requests: u32, per_s: u64, concurrent: Option<u32>) -> Option<RateLimit> {
        Some(RateLimit { requests, per: Duration::from_secs(per_s), concurrent })
    }

    const EVER: Duration = Duration::from_secs(86_400);
    const NO_TIME: Duration = Duration::from_millis(30);

    #[test]
    fn no_window_ever_holds_more_than_the_limit_and_little_is_left_unused() {
        for (requests, per_s, rests_s) in [(100, 10, 0), (100, 10, 60), (1, 1, 0), (5, 1, 3), (190, 10, 7), (9, 60, 0)] {
            let mut now = Instant::now();
            let mut pace = Pace { even: now, closed_until: None };
            let mut times = Vec::new();
            for number in 0..requests * 5 {
                if number == requests * 2 {
                    now += Duration::from_secs(rests_s);
                }
                now = pace.reserve(limit(requests, per_s, None), now, now + EVER).unwrap();
                times.push(now);
            }
            let window = Duration::from_secs(per_s);
            for pair in times.windows(requests as usize + 1) {
                assert!(pair[requests as usize] - pair[0] + Duration::from_micros(1) >= window, "{requests} per {per_s} s");
            }
            let took = (times[times.len() - 1] - times[0]).as_secs_f64() - rests_s as f64;
            assert!(took < 5.0 * per_s as f64 * 1.15, "{requests} per {per_s} s: {took} s for five windows' requests");
        }
    }

    #[test]
    fn who_has_no_patience_is_told_how_long_and_takes_nobodys_turn() {
        let now = Instant::now();
        let mut pace = Pace { even: now, closed_until: None };
        let limit = limit(1, 60, None);
        assert_eq!(pace.reserve(limit, now, now), Ok(now));
        let soon = now + Duration::from_secs(5);
        assert_eq!(pace.reserve(limit, now, soon), Err(Duration::from_secs(60)));
        let minute = now + Duration::from_secs(60);
        assert_eq!(pace.reserve(limit, minute, minute), Ok(minute));
    }

    #[tokio::test]
    async fn a_provider_that_has_enough_silences_the_whole_connection() {
        let throttles = Throttles::default();
        let throttle = throttles.of("c", None);
        throttle.close_for(Duration::from_millis(400));
        let began = Instant::now();
        assert!(throttles.closed_for("c").is_some_and(|wait| wait <= Duration::from_millis(400)));
        assert_eq!(throttles.closed_for("other"), None);
        assert!(throttle.leave(NO_TIME).await.is_err_and(|wait| wait > NO_TIME));
        assert!(throttles.of("c", limit(5, 1, None)).leave(EVER).await.is_ok(), "silence outlasts another limit");
        assert!(began.elapsed() >= Duration::from_millis(390), "{:?}", began.elapsed());
        assert_eq!(throttles.closed_for("c"), None);
    }

    #[tokio::test]
    async fn only_so_many_requests_are_under_way() {
        let throttle = Throttle::new(limit(1_000_000, 1, Some(2)), None);
        let first = throttle.leave(EVER).await.ok();
        let _second = throttle.leave(EVER).await.ok();
        assert!(throttle.leave(NO_TIME).await.is_err());
        drop(first);
        assert!(throttle.leave(NO_TIME).await.is_ok());
    }
}
