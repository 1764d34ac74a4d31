//! What became of one envelope at one attempt, as the sink states it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What kind of failure it was; the host decides by it what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureClass {
    /// Try again by the retry schedule.
    Transient,
    /// Try again no sooner than told.
    Throttled,
    /// Never acceptable: dead-letter this envelope only.
    Rejected,
    /// The destination needs a person: stop it and keep its backlog.
    Blocked,
}

/// Why an envelope was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure it was.
    pub class: FailureClass,
    /// Open set, dotted: `http.503`, `sink.trap`.
    pub code: String,
    /// For an operator to read.
    pub message: String,
    /// How long the other side asked to be left alone.
    pub retry_after: Option<Duration>,
    /// Whether the other side may have taken it all the same.
    pub maybe_applied: bool,
}

impl Failure {
    /// A failure that the retry schedule handles.
    pub fn transient(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class: FailureClass::Transient,
            code: code.into(),
            message: message.into(),
            retry_after: None,
            maybe_applied: false,
        }
    }

    /// The same failure, of another class.
    #[must_use]
    pub fn with_class(self, class: FailureClass) -> Self {
        Self { class, ..self }
    }
}

/// What became of one envelope at one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Taken by the other side, with what it said of it.
    Delivered(Option<String>),
    /// Not taken.
    Failed(Failure),
}
