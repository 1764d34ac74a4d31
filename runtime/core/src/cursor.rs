//! How far a read has come: what is known of the last finished run, and where the present one stands.
//!
//! The text form is what the journal keeps beside the envelopes it covers; nobody else looks inside.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    manifest::Backfill,
    provider::{ProviderPage, Record},
};

/// How far back an incremental read looks behind the start of the last one, unless configured: search indexes lag behind writes.
pub const OVERLAP_DEFAULT: Duration = Duration::from_secs(120);

/// What started a run; messages carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReadType {
    /// The first read of an installation's object.
    Backfill,
    /// A tick of the schedule.
    Scheduled,
    /// A call of the API.
    Triggered,
}

/// The state of one read between two pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadCursor {
    /// Start of the last finished run: what changed before is delivered. Nothing before the first run.
    pub watermark: Option<Timestamp>,
    /// The versions that the last finished run saw inside the overlap window of the next.
    pub recent: Vec<u64>,
    /// The run in progress.
    pub run: Option<Run>,
}

/// A run in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What started it.
    pub read_type: ReadType,
    /// When it started; the watermark once it is finished.
    pub started_at: Timestamp,
    /// Only what changed at or after this time; nothing reads everything.
    pub since: Option<Timestamp>,
    /// The provider's own mark of what comes next; nothing before the first page.
    pub position: Option<String>,
    /// Records read so far.
    pub records: u64,
    /// How many there are, as far as known.
    pub total: Option<u64>,
    /// The versions seen inside the overlap window of the next run.
    pub recent: Vec<u64>,
}

/// Why a stored cursor cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored read cursor {0}")]
pub struct CursorError(String);

impl ReadCursor {
    /// Reads the text form; nothing stored is the cursor of a read that never ran.
    pub fn parse(_text: Option<&str>) -> Result<Self, CursorError> {
        Ok(Self::default())
    }

    /// The text form: versioned JSON.
    pub fn to_text(&self) -> String {
        String::new()
    }

    /// Opens the run of a scheduled tick at `now`, or goes on with an unfinished one as it is.
    /// Without a run afterwards there is nothing to read (a first run without backfill): keep the cursor and wait for the next tick.
    #[must_use]
    pub fn start_run(self, _backfill: Backfill, _now: Timestamp, _overlap: Duration) -> Self {
        self
    }

    /// The records of a page that the last run did not already deliver in the same version.
    pub fn fresh(&self, records: Vec<Record>) -> Vec<Record> {
        records
    }

    /// Takes in a page (all its records, delivered or not). The last page (`page.next` is nothing) must be committed with
    /// the cursor of [`ReadCursor::complete`], or a crash in between would begin the run anew.
    #[must_use]
    pub fn after_page(self, _page: &ProviderPage, _overlap: Duration) -> Self {
        self
    }

    /// Ends the run: its start becomes the watermark.
    #[must_use]
    pub fn complete(self) -> Self {
        self
    }
}
