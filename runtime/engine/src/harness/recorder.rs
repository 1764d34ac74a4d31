//! Runs checks and keeps what became of them: which are wanted, and which may fail because the author said why.

use std::time::Instant;

use super::{
    notes::Exception,
    report::{Check, Origin, Status, Verdict},
};

/// The checks so far.
pub(super) struct Recorder {
    only: Vec<String>,
    exceptions: Vec<Exception>,
    pub(super) checks: Vec<Check>,
}

impl Recorder {
    pub(super) fn new(only: Vec<String>, exceptions: Vec<Exception>) -> Self {
        Self { only, exceptions, checks: Vec::new() }
    }

    /// Whether a check of this name is to be run.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|text| name.contains(text))
    }

    /// Runs a check where it is wanted.
    pub(super) async fn check(&mut self, name: &str, expected: &str, trying: impl Future<Output = Verdict>) {
        if self.wants(name) {
            self.require(name, expected, trying).await;
        }
    }

    /// Runs a check that others stand on; says whether it holds.
    pub(super) async fn require(&mut self, name: &str, expected: &str, trying: impl Future<Output = Verdict>) -> bool {
        let started = Instant::now();
        let verdict = trying.await;
        let holds = verdict == Verdict::Holds;
        self.keep(Check::of(Origin::Conformance, name, expected, verdict, started.elapsed()));
        holds
    }

    /// Keeps what a check came to.
    pub(super) fn keep(&mut self, mut check: Check) {
        if !self.wants(&check.name) {
            return;
        }
        let exception = self.exceptions.iter().find(|one| one.check == check.name);
        if let Some(exception) = exception.filter(|_| check.status == Status::Failed && check.origin == Origin::Conformance) {
            check.status = Status::Excepted;
            check.reason = Some(exception.reason.clone());
        }
        self.checks.push(check);
    }
}
