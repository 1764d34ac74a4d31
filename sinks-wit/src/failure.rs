//! How a sink states that something failed: the four classes by name, and the facts that go with them.

use crate::{Failure, FailureClass, Outcome};

/// Longest wait that a sink passes on, in milliseconds: one day.
pub(crate) const RETRY_AFTER_MS_MAX: u64 = 24 * 60 * 60 * 1_000;

impl Failure {
    /// Try again by the destination's retry schedule.
    pub fn transient(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(FailureClass::Transient, code.into(), message.into())
    }

    /// The other side asked to be left alone; say for how long with [`Failure::retry_after`] where it said so.
    pub fn throttled(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(FailureClass::Throttled, code.into(), message.into())
    }

    /// This envelope will never be accepted; others may be.
    pub fn rejected(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(FailureClass::Rejected, code.into(), message.into())
    }

    /// Nothing will be accepted until a person acts.
    pub fn blocked(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(FailureClass::Blocked, code.into(), message.into())
    }

    fn new(class: FailureClass, code: String, message: String) -> Self {
        Self { class, code, message, retry_after: None, maybe_applied: false, extras: Vec::new() }
    }

    /// Wait at least this many milliseconds before the next attempt; one day at most.
    #[must_use]
    pub fn retry_after(self, ms: u64) -> Self {
        Self { retry_after: Some(ms.min(RETRY_AFTER_MS_MAX)), ..self }
    }

    /// The other side may have taken it all the same.
    #[must_use]
    pub fn maybe_applied(self) -> Self {
        Self { maybe_applied: true, ..self }
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
