//! The provider's clock: what changed since a time is asked of the provider, so that the time must be one of its own.

use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};

use super::ReadCursor;

/// A difference that is made of the answer's way and of whole seconds: clocks are taken for equal below it.
const SKEW_MIN: SignedDuration = SignedDuration::from_secs(2);
/// A clock that is further behind is not believed.
const SKEW_MAX: SignedDuration = SignedDuration::from_hours(24);

/// How far the provider's clock is behind ours by the `Date` of an answer that came at `now`; nothing where it is not, where there
/// is no such header, or where it cannot be true.
///
/// A clock ahead of ours needs nothing: a time of ours then lies further back, and what is read twice is left out.
pub fn behind(headers: &HeaderMap, now: Timestamp) -> SignedDuration {
    let date = headers.get(header::DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    let skew = date.map_or(SignedDuration::ZERO, |date| now.duration_since(date));
    if skew > SKEW_MIN && skew <= SKEW_MAX { skew } else { SignedDuration::ZERO }
}

impl ReadCursor {
    /// Takes in how far the provider's clock is behind, learned from the first answer of a run. Whether the first page must be
    /// asked for again: a run whose `since` was reckoned by our clock alone (the first after an installation without backfill)
    /// would begin too late.
    #[must_use]
    pub fn heard(mut self, skew: SignedDuration) -> (Self, bool) {
        let Some(run) = self.run.as_mut().filter(|run| run.position.is_none()) else { return (self, false) };
        run.started_at = run.started_at.checked_sub(skew).unwrap_or(Timestamp::MIN);
        let again = std::mem::take(&mut self.by_our_clock) && !skew.is_zero();
        if again {
            run.since = run.since.map(|since| since.checked_sub(skew).unwrap_or(Timestamp::MIN));
        }
        (self, again)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_a_credible_clock_that_is_behind_counts() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        for (date, behind_s) in [
            (Some("Sun, 01 Mar 2026 12:00:00 GMT"), 0),
            (Some("Sun, 01 Mar 2026 11:59:58 GMT"), 0),
            (Some("Sun, 01 Mar 2026 11:50:00 GMT"), 600),
            (Some("Sun, 01 Mar 2026 06:50:00 -0500"), 600),
            (Some("Sun, 01 Mar 2026 12:30:00 GMT"), 0),
            (Some("Thu, 01 Jan 1970 00:00:00 GMT"), 0),
            (Some("yesterday"), 0),
            (None, 0),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(date.map(|date| (header::DATE, HeaderValue::from_static(date))));
            assert_eq!(behind(&headers, now), SignedDuration::from_secs(behind_s), "{date:?}");
        }
    }
}
