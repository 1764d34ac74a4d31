//! How far a read has come: what is known of the last finished run, and where the present one stands.

mod clock_skew;
mod guard;
#[cfg(test)]
mod simulation;
mod text;

use std::{collections::HashSet, time::Duration};

pub use clock_skew::behind;
pub use guard::PageGuard;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
pub use text::CursorError;

use crate::{
    manifest::Backfill,
    provider::{ProviderPage, Record},
};

/// How far back an incremental read looks behind the start of the last one, unless configured: search indexes lag behind writes.
pub const OVERLAP_DEFAULT: Duration = Duration::from_secs(120);

/// Most versions remembered to keep the overlap from delivering twice; beyond it duplicates are accepted (at least once).
pub const RECENT_MAX: usize = 4_096;

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

impl ReadType {
    /// As messages carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backfill => "backfill",
            Self::Scheduled => "scheduled",
            Self::Triggered => "triggered",
        }
    }
}

/// The state of one read between two pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadCursor {
    /// Start of the last finished run: what changed before is delivered. Nothing before the first run.
    pub watermark: Option<Timestamp>,
    /// Whether the watermark, and with it the `since` of a run, was reckoned by our clock alone, which the provider's may be
    /// behind; see [`ReadCursor::heard`].
    pub by_our_clock: bool,
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
    /// When it started, by the provider's clock where that is behind ours; the watermark once it is finished.
    pub started_at: Timestamp,
    /// Only what changed at or after this time; nothing reads everything.
    pub since: Option<Timestamp>,
    /// Only what changed at or before this time; nothing reads up to the present.
    pub until: Option<Timestamp>,
    /// The provider's own mark of what comes next; nothing before the first page.
    pub position: Option<String>,
    /// Records read so far.
    pub records: u64,
    /// How many there are, as far as known.
    pub total: Option<u64>,
    /// The versions seen inside the overlap window of the next run.
    pub recent: Vec<u64>,
}

impl ReadCursor {
    /// Opens the run of a tick at `now`, or goes on with an unfinished one as it is.
    /// Where no run comes of it there is nothing to read (a first tick without backfill): store the cursor and wait for the next tick.
    #[must_use]
    pub fn start_run(self, backfill: Backfill, now: Timestamp, overlap: Duration) -> Self {
        if self.run.is_some() {
            return self;
        }
        let (read_type, since) = match (self.watermark, backfill) {
            (Some(watermark), _) => (ReadType::Scheduled, Some(before(watermark, overlap))),
            (None, Backfill::None) => return Self { watermark: Some(now), by_our_clock: true, ..self },
            (None, Backfill::Days(days)) => {
                (ReadType::Backfill, Some(before(now, Duration::from_secs(u64::from(days) * 86_400))))
            }
            (None, Backfill::FullHistory) => (ReadType::Backfill, None),
        };
        let run = Run { since, ..Run::at(now, read_type) };
        Self { run: Some(run), ..self }
    }

    /// A run apart from any schedule, between two times; both count in.
    pub fn triggered(since: Option<Timestamp>, until: Option<Timestamp>, now: Timestamp) -> Self {
        Self { run: Some(Run { since, until, ..Run::at(now, ReadType::Triggered) }), ..Self::default() }
    }

    /// The records of a page that the last run did not deliver already, in the same version.
    /// A record without a time of change is always fresh.
    pub fn fresh(&self, records: Vec<Record>) -> Vec<Record> {
        if self.recent.is_empty() {
            return records;
        }
        let seen: HashSet<u64> = self.recent.iter().copied().collect();
        records.into_iter().filter(|record| version(record).is_none_or(|version| !seen.contains(&version))).collect()
    }

    /// Takes in a page, fresh records and others. Commit the last page (`page.next` is nothing) with the cursor of
    /// [`ReadCursor::complete`]: a crash between the two would begin the run anew.
    #[must_use]
    pub fn after_page(mut self, page: &ProviderPage, overlap: Duration) -> Self {
        if let Some(run) = &mut self.run {
            run.position = page.next.clone();
            run.records += page.records.len() as u64;
            run.total = page.total.or(run.total);
            let window = before(run.started_at, overlap);
            let in_window = page.records.iter().filter(|record| record.modified_at >= Some(window));
            run.recent.extend(in_window.filter_map(version).take(RECENT_MAX.saturating_sub(run.recent.len())));
        }
        self
    }

    /// The run from its first page on: for a provider that no longer knows the position. What was delivered is delivered again.
    #[must_use]
    pub fn restarted(mut self) -> Self {
        if let Some(run) = &mut self.run {
            (run.position, run.records) = (None, 0);
        }
        self
    }

    /// Ends the run: its start becomes the watermark.
    #[must_use]
    pub fn complete(self) -> Self {
        match self.run {
            Some(run) => Self { watermark: Some(run.started_at), by_our_clock: false, recent: run.recent, run: None },
            None => self,
        }
    }
}

impl Run {
    /// A run over everything that begins at `now`.
    fn at(now: Timestamp, read_type: ReadType) -> Self {
        Self { read_type, started_at: now, since: None, until: None, position: None, records: 0, total: None, recent: Vec::new() }
    }

    /// Whether a record is one that the run reads: providers without such a filter answer with what changed after `until` as well.
    pub fn wants(&self, record: &Record) -> bool {
        self.until.is_none_or(|until| record.modified_at.is_none_or(|at| at <= until))
    }
}

fn before(time: Timestamp, span: Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    time.checked_sub(span).unwrap_or(Timestamp::MIN)
}

/// Stands for one version of a record: the first half of a SHA-256, so that no two versions are ever mistaken for each other.
/// Its text counts too: a record that changes twice within the second that its provider counts in has two versions of one time.
fn version(record: &Record) -> Option<u64> {
    let modified_at = record.modified_at?;
    let parts = [&modified_at.as_nanosecond().to_be_bytes()[..], record.id.as_bytes(), &[0], &record.raw];
    let hash = parts.into_iter().fold(Sha256::new(), Sha256::chain_update).finalize();
    Some(hash[..8].iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
}

#[cfg(test)]
mod tests;
