//! What follows from an outcome: the retry schedule of `delivery.md` section 2, as a pure decision.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::outcome::{Failure, FailureClass, Outcome};

/// Longest wait that a `Retry-After` can ask for (one day).
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// When a failed delivery is tried again.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// The wait after the first, second, … failed attempt; after the last the envelope is dead-lettered.
    pub delays: Vec<Duration>,
    /// Each wait is stretched or shrunk by up to this share (0.2 = ±20 %).
    pub jitter: f64,
}

impl Default for RetryPolicy {
    /// At once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, each ±20 %.
    fn default() -> Self {
        let delays = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000].map(Duration::from_secs).to_vec();
        Self { delays, jitter: 0.2 }
    }
}

/// What follows from an outcome.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Done.
    Delivered,
    /// Again, at this time.
    RetryAt(Timestamp),
    /// Never again by itself; the reason is for an operator.
    DeadLetter(String),
    /// The destination is stopped until a person acts; the envelope waits and the attempt is not counted.
    Block(String),
}

/// Decides what follows from `outcome` of attempt number `attempt` (from 1). `random` is uniform in `0.0..1.0`.
pub fn decide(outcome: &Outcome, attempt: u32, policy: &RetryPolicy, now: Timestamp, random: f64) -> Verdict {
    let failure = match outcome {
        Outcome::Delivered(_) => return Verdict::Delivered,
        Outcome::Failed(failure) => failure,
    };
    match failure.class {
        FailureClass::Rejected => Verdict::DeadLetter(format!("rejected: {}: {}", failure.code, failure.message)),
        FailureClass::Blocked => Verdict::Block(format!("{}: {}", failure.code, failure.message)),
        FailureClass::Transient | FailureClass::Throttled => retry(failure, attempt, policy, now, random),
    }
}

fn retry(failure: &Failure, attempt: u32, policy: &RetryPolicy, now: Timestamp, random: f64) -> Verdict {
    let Some(delay) = policy.delays.get(attempt.saturating_sub(1) as usize) else {
        return Verdict::DeadLetter(format!(
            "gave up after {attempt} attempts; the last said {}: {}",
            failure.code, failure.message
        ));
    };
    let jittered = delay.mul_f64(1.0 + policy.jitter * (random.clamp(0.0, 1.0) * 2.0 - 1.0));
    let asked = failure.retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
    let wait = SignedDuration::try_from(jittered.max(asked)).unwrap_or(SignedDuration::MAX);
    Verdict::RetryAt(now.checked_add(wait).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(class: FailureClass, retry_after_s: Option<u64>) -> Outcome {
        let retry_after = retry_after_s.map(Duration::from_secs);
        Outcome::Failed(Failure { retry_after, ..Failure::transient("http.503", "busy").with_class(class) })
    }

    /// Seconds from now until the retry, or nothing where there is none.
    fn wait_s(outcome: &Outcome, attempt: u32, random: f64) -> Option<f64> {
        let now = Timestamp::UNIX_EPOCH;
        match decide(outcome, attempt, &RetryPolicy::default(), now, random) {
            Verdict::RetryAt(at) => Some(at.duration_since(now).as_secs_f64()),
            _ => None,
        }
    }

    #[test]
    fn follows_the_schedule_with_jitter_of_a_fifth() {
        let transient = failed(FailureClass::Transient, None);
        let rows = [(1, 5.0), (2, 300.0), (3, 1_800.0), (4, 7_200.0), (5, 18_000.0), (6, 36_000.0), (7, 36_000.0)];
        for (attempt, middle) in rows {
            for (random, share) in [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)] {
                let wait = wait_s(&transient, attempt, random).unwrap();
                assert!((wait - middle * share).abs() < 1e-6, "attempt {attempt}, random {random}: {wait}");
            }
        }
        assert_eq!(wait_s(&transient, 8, 0.5), None, "the eighth attempt is the last");
    }

    #[test]
    fn waits_at_least_as_long_as_asked_but_a_day_at_most() {
        assert_eq!(wait_s(&failed(FailureClass::Throttled, Some(60)), 1, 0.5), Some(60.0));
        assert_eq!(wait_s(&failed(FailureClass::Throttled, Some(1)), 1, 0.5), Some(5.0));
        assert_eq!(wait_s(&failed(FailureClass::Transient, Some(9_999_999)), 1, 0.5), Some(86_400.0));
    }

    #[test]
    fn rejected_is_dead_and_blocked_waits_for_a_person() {
        let (policy, now) = (RetryPolicy::default(), Timestamp::UNIX_EPOCH);
        assert!(
            matches!(decide(&failed(FailureClass::Rejected, None), 1, &policy, now, 0.5), Verdict::DeadLetter(r) if r.contains("busy"))
        );
        assert!(matches!(decide(&failed(FailureClass::Blocked, None), 8, &policy, now, 0.5), Verdict::Block(_)));
        assert_eq!(decide(&Outcome::Delivered(None), 3, &policy, now, 0.5), Verdict::Delivered);
    }
}
