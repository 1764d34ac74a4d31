//! A circuit breaker: a destination that only fails is left alone, then tried with one envelope.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Failures in a row that open the breaker.
const FAILURES_TO_OPEN: u32 = 20;
/// The first wait; it doubles with every failed trial.
const WAIT_MIN: Duration = Duration::from_secs(1);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// What the lane may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Deliver as usual.
    Open,
    /// Deliver one envelope, to see.
    Trial,
    /// Nothing before this time.
    Wait(Timestamp),
    /// Nothing until the trial under way has ended.
    Hold,
}

/// Counts failures of one destination. Time comes in as a parameter.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    trials: u32,
    wait_until: Option<Timestamp>,
    /// The destination's own wish; a success that was under way meanwhile does not end it.
    paused_until: Option<Timestamp>,
    trial_in_flight: bool,
}

impl Breaker {
    /// What may be done at `now`.
    pub(super) fn admission(&self, now: Timestamp) -> Admission {
        match self.wait_until.max(self.paused_until) {
            Some(at) if at > now => Admission::Wait(at),
            _ if self.failures < FAILURES_TO_OPEN => Admission::Open,
            _ if self.trial_in_flight => Admission::Hold,
            _ => Admission::Trial,
        }
    }

    /// A trial envelope is on its way.
    pub(super) fn trial_begins(&mut self) {
        self.trial_in_flight = true;
    }

    /// The trial is over, or was not sent after all.
    pub(super) fn trial_ends(&mut self) {
        self.trial_in_flight = false;
    }

    /// The destination answered as it should, at least once.
    pub(super) fn succeeded(&mut self) {
        *self = Self { paused_until: self.paused_until, ..Self::default() };
    }

    /// So many envelopes failed, and none succeeded. Returns when to go on, if the breaker has opened (or stays open) by it.
    ///
    /// Once it is open only a trial's failure prolongs the wait: what was sent before says nothing new.
    pub(super) fn failed(&mut self, envelopes: u32, is_trial: bool, now: Timestamp) -> Option<Timestamp> {
        if self.failures >= FAILURES_TO_OPEN && !is_trial {
            return None;
        }
        self.failures = self.failures.saturating_add(envelopes);
        if self.failures < FAILURES_TO_OPEN {
            return None;
        }
        let wait = WAIT_MIN.saturating_mul(1 << self.trials.min(16)).min(WAIT_MAX);
        self.trials += 1;
        let at = now + SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        self.wait_until = Some(at);
        Some(at)
    }

    /// The destination asked to be left alone until then.
    pub(super) fn pause_until(&mut self, at: Timestamp) {
        self.paused_until = self.paused_until.max(Some(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(s).unwrap()
    }

    #[test]
    fn opens_after_failures_in_a_row_tries_one_and_waits_longer_each_time() {
        let mut breaker = Breaker::default();
        assert_eq!(breaker.failed(FAILURES_TO_OPEN - 1, false, at(0)), None);
        assert_eq!(breaker.admission(at(0)), Admission::Open);
        assert_eq!(breaker.failed(1, false, at(0)), Some(at(1)));
        assert_eq!(breaker.admission(at(0)), Admission::Wait(at(1)));
        assert_eq!(breaker.admission(at(1)), Admission::Trial);
        breaker.trial_begins();
        assert_eq!(breaker.admission(at(1)), Admission::Hold, "one trial at a time");
        breaker.trial_ends();
        assert_eq!(breaker.admission(at(1)), Admission::Trial);
        breaker.trial_begins();
        assert_eq!(breaker.failed(64, false, at(1)), None, "sent before it opened: no trial, and no end of the one under way");
        assert_eq!(breaker.admission(at(1)), Admission::Hold);
        breaker.trial_ends();
        assert_eq!(breaker.failed(1, true, at(1)), Some(at(3)));
        for (now, next) in [(3, 7), (7, 15), (15, 31), (31, 63), (63, 123), (123, 183)] {
            assert_eq!(breaker.failed(1, true, at(now)), Some(at(next)));
        }
        breaker.succeeded();
        assert_eq!(breaker.admission(at(123)), Admission::Open);
    }

    #[test]
    fn a_success_between_failures_keeps_it_shut_and_a_pause_holds() {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            assert_eq!(breaker.failed(FAILURES_TO_OPEN - 1, false, at(0)), None);
            breaker.succeeded();
        }
        breaker.pause_until(at(9));
        breaker.pause_until(at(5));
        breaker.succeeded();
        assert_eq!(breaker.admission(at(8)), Admission::Wait(at(9)));
        assert_eq!(breaker.admission(at(9)), Admission::Open);
    }
}
