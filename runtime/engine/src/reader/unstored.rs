//! Pages that came and are not durable yet. A provider that answers quickly has a few of them stored by one commit: what a commit
//! costs the disk and the destination hardly depends on its size.

use std::{pin::pin, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

use super::{Shared, ending::with_room, trace};
use crate::{
    journal::{JournalError, PageCommit, ReadLease},
    metrics,
};

/// How long the first of them waits for others. Next to what a provider takes for a page it is nothing.
const WAIT_MAX: Duration = Duration::from_millis(40);
/// From so many bytes of messages on they are stored at once.
const BYTES_MAX: usize = 768 << 10;
/// Records of pages that bring no messages have no bytes, and a crash should not cost many pages.
const PAGES_MAX: usize = 16;

/// The pages, as one commit.
pub(super) struct Unstored<'a> {
    shared: &'a Shared,
    lease: ReadLease,
    provider: String,
    held: Option<Held>,
}

struct Held {
    commit: PageCommit,
    pages: Vec<Page>,
    bytes: usize,
    due: Instant,
}

/// What is told of a page once it is durable.
pub(super) struct Page {
    pub(super) number: u32,
    pub(super) records: usize,
    pub(super) messages: usize,
    /// When it was asked for.
    pub(super) began: Timestamp,
}

impl<'a> Unstored<'a> {
    pub(super) fn new(shared: &'a Shared, lease: &ReadLease, provider: &str) -> Self {
        Self { shared, lease: lease.clone(), provider: provider.to_owned(), held: None }
    }

    /// Takes a page in, and stores all where they are many, or it is the last.
    pub(super) async fn add(&mut self, page: Page, mut commit: PageCommit) -> Result<(), JournalError> {
        let bytes: usize = commit.envelopes.iter().map(|envelope| envelope.body.len()).sum();
        let (mut pages, mut held_bytes, mut due) = (Vec::new(), 0, Instant::now() + WAIT_MAX);
        if let Some(before) = self.held.take() {
            commit.put_behind(before.commit);
            (pages, held_bytes, due) = (before.pages, before.bytes, before.due);
        }
        pages.push(page);
        let held = self.held.insert(Held { commit, pages, bytes: held_bytes + bytes, due });
        let is_last = held.commit.end.is_some();
        if is_last || held.bytes >= BYTES_MAX || held.pages.len() >= PAGES_MAX { self.store().await } else { Ok(()) }
    }

    /// Runs what brings the next page; those that have waited long enough are stored beside it.
    pub(super) async fn beside<T>(&mut self, reading: impl Future<Output = T>) -> Result<T, JournalError> {
        let mut reading = pin!(reading);
        let Some(due) = self.held.as_ref().map(|held| held.due) else { return Ok(reading.await) };
        tokio::select! {
            page = &mut reading => return Ok(page),
            () = tokio::time::sleep_until(due) => {}
        }
        let mut storing = pin!(self.store());
        tokio::select! {
            page = &mut reading => storing.await.map(|()| page),
            stored = &mut storing => {
                stored?;
                Ok(reading.await)
            }
        }
    }

    /// Makes durable what is held; what fails is held no more, and read again.
    pub(super) async fn store(&mut self) -> Result<(), JournalError> {
        let Some(Held { mut commit, pages, .. }) = self.held.take() else { return Ok(()) };
        commit.now = self.shared.clock.now();
        with_room(self.shared, || self.shared.journal.commit(&self.lease, commit.clone())).await?;
        let now = self.shared.clock.now();
        metrics::READ_PAGES.add(&[&self.provider], pages.len() as u64);
        metrics::READ_RECORDS.add(&[&self.provider], pages.iter().map(|page| page.records as u64).sum());
        pages.iter().for_each(|page| trace::page(page, now));
        Ok(())
    }
}
