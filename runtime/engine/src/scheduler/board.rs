//! What the scheduler shows to people: when each read runs next, and whose installations there are.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use ampline_core::plan::{Installation, ReadKey};
use jiff::Timestamp;

/// When a read runs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NextRun {
    /// At this time, or as soon as one of the places for running reads is free.
    At(Timestamp),
    /// Once what holds it has passed.
    Held(String),
}

/// Whose an installation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whose {
    /// Name of the integration.
    pub(crate) integration: String,
    /// The customer's group.
    pub(crate) group_ref: String,
}

/// The board; empty where no scheduler runs.
#[derive(Clone, Default)]
pub(crate) struct Board(Arc<Mutex<Shown>>);

#[derive(Default)]
struct Shown {
    next_runs: HashMap<ReadKey, NextRun>,
    installations: HashMap<String, Whose>,
}

impl Board {
    fn shown(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When each read runs next.
    pub(crate) fn next_runs(&self) -> HashMap<ReadKey, NextRun> {
        self.shown().next_runs.clone()
    }

    /// When one read runs next; nothing where nobody knows.
    pub(crate) fn next_run(&self, key: &ReadKey) -> Option<NextRun> {
        self.shown().next_runs.get(key).cloned()
    }

    /// Whose an installation is; nothing where it has no reads.
    pub(crate) fn whose(&self, installation_id: &str) -> Option<Whose> {
        self.shown().installations.get(installation_id).cloned()
    }

    pub(super) fn show(&self, key: &ReadKey, next: Option<NextRun>) {
        let mut shown = self.shown();
        match next {
            Some(next) => drop(shown.next_runs.insert(key.clone(), next)),
            None => drop(shown.next_runs.remove(key)),
        }
    }

    pub(super) fn know(&self, installation: &Installation) {
        let whose = Whose { integration: installation.integration.clone(), group_ref: installation.group_ref.clone() };
        self.shown().installations.insert(installation.id.clone(), whose);
    }

    pub(super) fn forget(&self, installation_id: &str) {
        self.shown().installations.remove(installation_id);
    }
}
