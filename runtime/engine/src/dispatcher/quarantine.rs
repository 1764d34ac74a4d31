//! A batch whose sink instance ended before it answered: which of its envelopes did it? They are handed over one at a time, so that
//! only the guilty one burns attempts.

use std::collections::HashSet;

use ampline_core::outcome::Outcome;

use crate::{journal::Claimed, sink::BatchReport};

/// Codes of an instance that ended, or answered so that no result belongs to an envelope.
const ENDED: [&str; 5] = ["sink.trap", "sink.memory", "sink.cpu", "sink.timeout", "sink.outcomes"];
/// Envelopes that are remembered as having ended an instance by themselves; they never share a batch again.
const GUILTY_MAX: usize = 10_000;

/// What must not share a batch.
#[derive(Debug, Default)]
pub(super) struct Quarantine {
    /// Of batches that ended their instance; each goes out alone once.
    suspects: HashSet<i64>,
    /// Ended an instance alone, and will be tried again.
    guilty: HashSet<i64>,
}

/// The code under which a batch's instance ended, where that says nothing of its single envelopes.
pub(super) fn ended(report: &BatchReport) -> Option<&str> {
    match &report.results.first()?.outcome {
        Outcome::Failed(failure) if !report.reusable && ENDED.contains(&failure.code.as_str()) => Some(&failure.code),
        _ => None,
    }
}

impl Quarantine {
    /// Whether envelopes go out one at a time for now.
    pub(super) fn is_on(&self) -> bool {
        !self.suspects.is_empty()
    }

    /// A batch ended its instance.
    pub(super) fn suspect(&mut self, batch: &[Claimed]) {
        self.suspects.extend(batch.iter().map(|one| one.delivery));
    }

    /// An envelope went out alone. `again` = it ended its instance and will be tried again.
    pub(super) fn went_alone(&mut self, delivery: i64, again: bool) {
        self.suspects.remove(&delivery);
        if !again {
            self.guilty.remove(&delivery);
        } else if self.guilty.len() < GUILTY_MAX {
            self.guilty.insert(delivery);
        }
    }

    /// Parts a claim: what may go together, and what goes back to be claimed alone. A guilty one that comes first goes by itself.
    pub(super) fn part(&mut self, mut claimed: Vec<Claimed>) -> (Vec<Claimed>, Vec<Claimed>) {
        let alone = claimed.iter().position(|one| self.guilty.contains(&one.delivery));
        let back = match alone {
            None => Vec::new(),
            Some(0) => claimed.split_off(1),
            Some(place) => claimed.split_off(place),
        };
        (claimed, back)
    }
}
