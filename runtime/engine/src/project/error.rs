//! Why the project could not be changed or asked.

use std::convert::Infallible;

use super::model::Issue;
use crate::{
    journal::JournalError,
    sqlite::{self, StoreFailed, Unusable},
};

/// Most names that a message lists.
const LISTED_MAX: usize = 20;

/// Why something was not done. Nothing of the request took effect.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The store failed.
    #[error("the project store failed: {0}")]
    Store(String),
    /// There is no such thing.
    #[error("there is no {what} {name:?}")]
    NotFound {
        /// `installation`, `connection`, `integration`.
        what: &'static str,
        /// As it was asked for.
        name: String,
    },
    /// There is one already; the text says which, and what to do.
    #[error("{0}")]
    Exists(String),
    /// Another change came between.
    #[error(
        "the configuration has changed since: its revision is {found:?}, not {expected:?}; read it again, then repeat the change"
    )]
    Stale {
        /// What the change builds on.
        expected: String,
        /// What is there.
        found: String,
    },
    /// Only an edit of a file changes it.
    #[error("the {what} {name:?} comes from {file}: edit that file, then run `ampline reload`")]
    OwnedByFile {
        /// `installation`, `connection`, `integration`.
        what: &'static str,
        /// Its name or id.
        name: String,
        /// The file.
        file: String,
    },
    /// Others build on it; the text says which, and what to do.
    #[error("{0}")]
    InUse(String),
    /// It cannot work as asked.
    #[error("{}", issues(.0))]
    Invalid(Vec<Issue>),
    /// A deployment would take away objects that installations read.
    #[error("{}", removed(.0))]
    RemovesObjects(Vec<RemovedObject>),
    /// No runtime is there to do it.
    #[error("{0}")]
    NotRunning(&'static str),
}

/// An object that a deployment takes away, and who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedObject {
    /// Name of the integration.
    pub integration: String,
    /// The provider's name of the object.
    pub object: String,
    /// Groups of the installations that read it, by their references.
    pub groups: Vec<String>,
}

fn issues(issues: &[Issue]) -> String {
    let told: Vec<String> = issues.iter().take(LISTED_MAX).map(Issue::to_string).collect();
    let more = issues.len().saturating_sub(LISTED_MAX);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{more}", told.join("; "))
}

fn removed(objects: &[RemovedObject]) -> String {
    let told: Vec<String> = objects.iter().take(LISTED_MAX).map(RemovedObject::to_string).collect();
    format!("objects would no longer be read that installations read: {}", told.join("; "))
}

impl std::fmt::Display for RemovedObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let groups: Vec<&str> = self.groups.iter().take(LISTED_MAX).map(String::as_str).collect();
        let more = if self.groups.len() > LISTED_MAX { ", …" } else { "" };
        write!(f, "{} of {} (groups {}{more})", self.object, self.integration, groups.join(", "))
    }
}

impl From<sqlite::Fault<ProjectError>> for ProjectError {
    fn from(fault: sqlite::Fault<ProjectError>) -> Self {
        match fault {
            sqlite::Fault::Store(StoreFailed(reason)) | sqlite::Fault::Full(StoreFailed(reason)) => Self::Store(reason),
            sqlite::Fault::Refused(error) => error,
        }
    }
}

impl From<sqlite::Fault<Infallible>> for ProjectError {
    fn from(fault: sqlite::Fault<Infallible>) -> Self {
        match fault {
            sqlite::Fault::Store(StoreFailed(reason)) | sqlite::Fault::Full(StoreFailed(reason)) => Self::Store(reason),
            sqlite::Fault::Refused(never) => match never {},
        }
    }
}

impl From<JournalError> for ProjectError {
    fn from(error: JournalError) -> Self {
        Self::Store(error.to_string())
    }
}

impl From<Unusable> for ProjectError {
    fn from(Unusable { path, reason }: Unusable) -> Self {
        Self::Store(format!("{} cannot be used: {reason}", path.display()))
    }
}
