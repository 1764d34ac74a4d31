//! What a run of the harness found: one entry for each check and case.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bench::Bench;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SinkCheckStatus)]
pub enum Status {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// It could not be tried; the reason says why.
    Skipped,
    /// It failed, and the author wrote down why that is right.
    Excepted,
}

/// Where a check comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SinkCheckOrigin)]
pub enum Origin {
    /// Every sink must pass it.
    Conformance,
    /// The author's own.
    Case,
}

/// One check and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SinkCheck)]
pub struct Check {
    /// Dotted: `describe.stable`, `fault.http.429`; of a case its file's name.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// How it ended.
    pub status: Status,
    /// What must hold, as a sentence without its end.
    pub expected: String,
    /// What happened instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub happened: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub repair: Option<String>,
    /// Why it was skipped or excepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// What did not hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub(super) happened: String,
    pub(super) repair: String,
}

/// What a check comes to: nothing wrong, a fault, or why it cannot be tried.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    Holds,
    Broken(Fault),
    Untried(String),
}

impl Verdict {
    /// Something is wrong: what happened, and what to do.
    pub(super) fn broken(happened: impl Into<String>, repair: impl Into<String>) -> Self {
        Self::Broken(Fault { happened: happened.into(), repair: repair.into() })
    }

    /// Holds where there is no fault.
    pub(super) fn of(fault: Option<Fault>) -> Self {
        fault.map_or(Self::Holds, Self::Broken)
    }
}

impl Check {
    pub(super) fn of(origin: Origin, name: &str, expected: &str, verdict: Verdict, took: Duration) -> Self {
        let (status, fault, reason) = match verdict {
            Verdict::Holds => (Status::Passed, None, None),
            Verdict::Broken(fault) => (Status::Failed, Some(fault), None),
            Verdict::Untried(reason) => (Status::Skipped, None, Some(reason)),
        };
        let (happened, repair) = fault.map_or((None, None), |fault| (Some(fault.happened), Some(fault.repair)));
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Self { name: name.to_owned(), origin, status, expected: expected.to_owned(), happened, repair, reason, duration_ms }
    }
}

/// What the component is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TestedSink)]
pub struct Subject {
    /// The file, or what else it was called.
    pub file: String,
    /// Name that it gives itself; empty where it could not be asked.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 in hexadecimal digits.
    pub digest: String,
    /// Bytes of the component.
    pub bytes: u64,
    /// What it may ask of the runtime.
    pub imports: Vec<String>,
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SinkTestReport)]
pub struct Report {
    /// The component.
    pub sink: Subject,
    /// Every check and case, in the order in which they ran.
    pub checks: Vec<Check>,
    /// Files that were written: snapshots and cassettes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<String>,
    /// What was measured, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bench: Option<Bench>,
}

impl Report {
    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        self.failed().next().is_none()
    }

    /// What failed.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.status == Status::Failed)
    }

    /// How many ended so.
    pub fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }

    /// For tests in Rust.
    ///
    /// # Panics
    /// When something failed, with the report for people.
    pub fn assert_passed(&self) {
        assert!(self.passed(), "\n{}", super::printed::text(self, false));
    }
}
