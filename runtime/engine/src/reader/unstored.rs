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
    pub(super) async fn add(&mut self, page: Page, commit: PageCommit) -> Result<(), JournalError> {
        let bytes: usize = commit.envelopes.iter().map(|envelope| envelope.body.len()).sum();
        let held = match self.held.take() {
            None => Held { commit, pages: vec![page], bytes, due: Instant::now() + WAIT_MAX },
            Some(Held { commit: before, mut pages, bytes: held_bytes, due }) => {
                pages.push(page);
                Held { commit: joined(before, commit), pages, bytes: held_bytes + bytes, due }
            }
        };
        let held = self.held.insert(held);
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

/// Two commits as one: what the later says holds.
fn joined(mut before: PageCommit, mut later: PageCommit) -> PageCommit {
    before.envelopes.append(&mut later.envelopes);
    before.log.append(&mut later.log);
    PageCommit { envelopes: before.envelopes, log: before.log, pages: before.pages + later.pages, ..later }
}

#[cfg(test)]
mod tests {
    use std::{future, sync::Arc};

    use ampline_core::{cursor::ReadType, plan::ReadKey};
    use tokio::sync::watch;
    use uuid::Uuid;

    use super::*;
    use crate::{
        clock::SystemClock,
        disk::Disk,
        journal::{
            Begin, Journal, OperationEnd, OperationOf, OperationStatus,
            sqlite::{Options, SqliteJournal},
        },
        pressure::Pressure,
        reader::Throttles,
    };

    struct Fixture {
        shared: Shared,
        lease: ReadLease,
        _stop: watch::Sender<bool>,
        _folder: tempfile::TempDir,
    }

    impl Fixture {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.db"), &Options::default()).unwrap();
            let key = ReadKey { installation_id: "i".into(), object_name: "contacts".into() };
            let (now, lease) = (Timestamp::now(), Duration::from_secs(60));
            let begin = Begin { key, trigger: None, operation_id: Uuid::now_v7(), now, lease };
            let lease = journal.begin(begin).await.unwrap().unwrap();
            let (stop, stopped) = watch::channel(false);
            let shared = Shared {
                pressure: Arc::new(Pressure::new(journal.clone(), Disk::new(folder.path(), 0))),
                journal,
                clock: Arc::new(SystemClock),
                http: reqwest::Client::new(),
                throttles: Arc::new(Throttles::default()),
                stop: stopped,
            };
            Self { shared, lease, _stop: stop, _folder: folder }
        }

        fn unstored(&self) -> Unstored<'_> {
            Unstored::new(&self.shared, &self.lease, "hubspot")
        }

        async fn stored(&self) -> OperationOf {
            self.shared.journal.operation(self.lease.operation_id).await.unwrap().unwrap()
        }

        async fn pages(&self) -> u32 {
            self.stored().await.pages
        }
    }

    fn page(number: u32) -> (Page, PageCommit) {
        let now = Timestamp::now();
        let commit = PageCommit {
            envelopes: Vec::new(),
            pages: 1,
            on_request: false,
            cursor: format!("behind {number}"),
            records_processed: u64::from(number) * 10,
            records_estimated_total: None,
            read_type: ReadType::Backfill,
            log: Vec::new(),
            now,
            lease: Duration::from_secs(60),
            end: None,
        };
        (Page { number, records: 10, messages: 0, began: now }, commit)
    }

    fn end(status: OperationStatus) -> OperationEnd {
        let (result, now) = ("ended".to_owned(), Timestamp::now());
        let (log, notifications) = (Vec::new(), Vec::new());
        OperationEnd { status, result, cursor: None, strikes: 0, pause: None, log, notifications, now }
    }

    /// Nothing is stored before the last page comes, and then all.
    #[tokio::test]
    async fn quick_pages_share_a_commit() {
        let fixture = Fixture::new().await;
        let mut unstored = fixture.unstored();
        for number in 1..=3 {
            let (page, mut commit) = page(number);
            if number == 3 {
                commit.end = Some(end(OperationStatus::Success));
            }
            assert_eq!(fixture.pages().await, 0, "before page {number}");
            unstored.add(page, commit).await.unwrap();
        }
        let OperationOf { pages, operation, .. } = fixture.stored().await;
        assert_eq!((pages, operation.records_processed, operation.status), (3, 30, OperationStatus::Success));
    }

    /// The provider takes its time: what came is stored while the next page is on its way.
    #[tokio::test]
    async fn a_slow_page_keeps_nobody_waiting() {
        let fixture = Fixture::new().await;
        let mut unstored = fixture.unstored();
        let (first, commit) = page(1);
        unstored.add(first, commit).await.unwrap();
        let stored = async {
            while fixture.pages().await == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), unstored.beside(stored)).await.expect("stored beside it").unwrap();
        assert_eq!(fixture.stored().await.operation.records_processed, 10);
    }

    /// A long run of quick pages is stored now and then, and what is left over when it is asked for.
    #[tokio::test]
    async fn what_is_held_is_bounded() {
        let fixture = Fixture::new().await;
        let mut unstored = fixture.unstored();
        for number in 1..=20 {
            let (page, commit) = page(number);
            unstored.add(page, commit).await.unwrap();
        }
        assert_eq!(fixture.pages().await, 16);
        unstored.store().await.unwrap();
        assert_eq!(fixture.pages().await, 20);
        unstored.store().await.unwrap();
        assert_eq!(fixture.pages().await, 20, "once");
    }

    /// A read that another owns by now stores nothing, and says so at once.
    #[tokio::test]
    async fn a_stale_owner_does_not_wait_for_its_page() {
        let fixture = Fixture::new().await;
        let mut unstored = fixture.unstored();
        let (first, commit) = page(1);
        unstored.add(first, commit).await.unwrap();
        fixture.shared.journal.finish(&fixture.lease, end(OperationStatus::Failure)).await.unwrap();
        let stored = unstored.beside(future::pending::<()>()).await;
        assert!(matches!(stored, Err(JournalError::StaleFence { .. })), "{stored:?}");
        assert_eq!(fixture.pages().await, 0);
    }
}
