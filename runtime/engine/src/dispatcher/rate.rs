//! A token bucket: how many envelopes a destination may be sent per second.

use std::time::Duration;

use jiff::Timestamp;

/// Fills at a steady rate and holds one second's worth.
#[derive(Debug)]
pub(super) struct Rate {
    per_second: f64,
    tokens: f64,
    filled_at: Timestamp,
}

impl Rate {
    /// A full bucket.
    pub(super) fn new(per_second: f64, now: Timestamp) -> Self {
        Self { per_second, tokens: per_second.max(1.0), filled_at: now }
    }

    /// How many envelopes may go now, or how long until one may.
    pub(super) fn allowance(&mut self, now: Timestamp) -> Result<u32, Duration> {
        let passed_s = now.duration_since(self.filled_at).as_secs_f64().max(0.0);
        self.filled_at = now;
        self.tokens = (self.tokens + passed_s * self.per_second).min(self.per_second.max(1.0));
        // A hair's breadth below one is one: sums of fractions seldom meet it exactly.
        if self.tokens >= 1.0 - 1e-9 {
            Ok((self.tokens + 1e-9) as u32)
        } else {
            Err(Duration::from_secs_f64(((1.0 - self.tokens) / self.per_second).min(3_600.0)))
        }
    }

    /// So many went.
    pub(super) fn spend(&mut self, envelopes: usize) {
        self.tokens -= envelopes as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_lets_more_through_than_its_rate() {
        let mut rate = Rate::new(10.0, Timestamp::UNIX_EPOCH);
        let (mut sent, mut now_ms) = (0, 0);
        while now_ms < 10_000 {
            let now = Timestamp::from_millisecond(now_ms).unwrap();
            match rate.allowance(now) {
                Ok(n) => {
                    rate.spend(n as usize);
                    sent += n;
                }
                Err(wait) => now_ms += wait.as_millis().max(1) as i64,
            }
        }
        assert!((105..=110).contains(&sent), "one bucket and ten seconds' worth, not {sent}");
    }
}
