//! HubSpot's rate limits: so many requests in any ten seconds, and so many searches in any second.

use std::collections::VecDeque;

use axum::http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use super::error::ApiError;

const TEN_SECONDS_MS: u64 = 10_000;
const SECOND_MS: u64 = 1_000;
const DAILY_MAX: u64 = 1_000_000;

/// What is allowed; nothing means unlimited. HubSpot: 100 to 190 per ten seconds, 4 or 5 searches per second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests in any ten seconds.
    pub per_ten_seconds: Option<u32>,
    /// Searches in any second.
    pub searches_per_second: Option<u32>,
    /// Requests in all: the day never ends.
    pub daily: Option<u32>,
}

/// Counts requests against the limits.
#[derive(Debug, Default)]
pub struct Limiter {
    /// What is allowed.
    pub limits: Limits,
    requests_ms: VecDeque<u64>,
    searches_ms: VecDeque<u64>,
    total: u64,
}

impl Limiter {
    /// A limiter that has counted nothing yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Lets a request pass at `now_ms` (of any steady clock), or says which limit it breaks.
    ///
    /// # Errors
    /// 429 with the policy. A refused request does not count.
    pub fn admit(&mut self, is_search: bool, now_ms: u64) -> Result<(), ApiError> {
        forget(&mut self.requests_ms, TEN_SECONDS_MS, now_ms);
        forget(&mut self.searches_ms, SECOND_MS, now_ms);
        if self.limits.daily.is_some_and(|daily| self.total >= u64::from(daily)) {
            return Err(ApiError::rate_limited("DAILY"));
        }
        if is_search && is_full(&self.searches_ms, self.limits.searches_per_second) {
            return Err(ApiError::rate_limited("SECONDLY"));
        }
        if is_full(&self.requests_ms, self.limits.per_ten_seconds) {
            return Err(ApiError::rate_limited("TEN_SECONDLY_ROLLING"));
        }
        self.total += 1;
        if self.limits.per_ten_seconds.is_some() {
            self.requests_ms.push_back(now_ms);
        }
        if is_search && self.limits.searches_per_second.is_some() {
            self.searches_ms.push_back(now_ms);
        }
        Ok(())
    }

    /// The headers that tell a client where it stands. HubSpot leaves them out of answers to searches.
    pub fn write_headers(&self, headers: &mut HeaderMap) {
        let Some(max) = self.limits.per_ten_seconds else { return };
        let daily = self.limits.daily.map_or(DAILY_MAX, u64::from);
        let remaining = u64::from(max).saturating_sub(self.requests_ms.len() as u64);
        let rows = [
            ("x-hubspot-ratelimit-max", u64::from(max)),
            ("x-hubspot-ratelimit-remaining", remaining),
            ("x-hubspot-ratelimit-interval-milliseconds", TEN_SECONDS_MS),
            ("x-hubspot-ratelimit-daily", daily),
            ("x-hubspot-ratelimit-daily-remaining", daily.saturating_sub(self.total)),
        ];
        for (name, value) in rows {
            headers.insert(name, HeaderValue::from(value));
        }
    }
}

fn forget(times_ms: &mut VecDeque<u64>, window_ms: u64, now_ms: u64) {
    while times_ms.pop_front_if(|at| *at + window_ms <= now_ms).is_some() {}
}

fn is_full(times_ms: &VecDeque<u64>, max: Option<u32>) -> bool {
    max.is_some_and(|max| times_ms.len() as u64 >= u64::from(max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_roll_and_refused_requests_do_not_count() {
        let limits = Limits { per_ten_seconds: Some(3), searches_per_second: Some(1), daily: Some(6) };
        let mut limiter = Limiter::new(limits);
        let mut check = |now_ms, is_search, expected: Option<&str>| {
            let policy = limiter.admit(is_search, now_ms).err().and_then(|error| error.policy);
            assert_eq!(policy, expected, "at {now_ms} ms, search: {is_search}");
        };
        check(0, true, None);
        check(999, true, Some("SECONDLY"));
        check(1_000, true, None);
        check(1_500, false, None);
        check(9_999, false, Some("TEN_SECONDLY_ROLLING"));
        check(9_999, true, Some("TEN_SECONDLY_ROLLING"));
        check(10_000, false, None);
        check(10_001, false, Some("TEN_SECONDLY_ROLLING"));
        check(11_000, false, None);
        check(99_000, false, None);
        check(99_000, true, Some("DAILY"));
    }
}
