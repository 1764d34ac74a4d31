//! Manifest × installation → what exactly is read, how, and where it goes; or every reason why not.

mod model;

pub use model::*;

use crate::manifest::Manifest;

/// Why (a part of) an installation cannot be read as asked. The other reads are planned all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct PlanProblem {
    /// Where in the installation or manifest: `installation i1, object contacts`.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Plans every read of an installation. `destination_id` knows the destinations by name.
pub fn plan(
    _manifest: &Manifest,
    _installation: &Installation,
    _destination_id: impl Fn(&str) -> Option<String>,
) -> (Vec<ReadPlan>, Vec<PlanProblem>) {
    (Vec::new(), Vec::new())
}
