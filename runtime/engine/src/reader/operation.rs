//! One read in progress: page after page, each durable soon behind its coming and before the read ends, rests or gives up.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use ampline_core::{
    cursor::{OVERLAP_DEFAULT, PageGuard, ReadCursor, ReadType, behind},
    message::{OperationInfo, build},
    plan::ReadPlan,
    provider::{Provider, ReadError, Record},
};
use jiff::Timestamp;
use serde_json::json;

use super::{
    Job, LEASE, Shared, Turn,
    fetch::{NoPage, Way},
    notes::Notes,
    throttle::Throttle,
    unstored::{Page, Unstored},
};
use crate::{
    connection::Connection,
    journal::{JournalError, PageCommit, ReadLease},
};

/// Most requests that complete one page.
const COMPLETING_MAX: usize = 1_000;

/// One read in progress.
pub(super) struct Operation<'a> {
    pub(super) shared: &'a Shared,
    /// Its own copy: which fields there are is asked once for each operation.
    pub(super) plan: ReadPlan,
    provider: &'a dyn Provider,
    connection: &'a Arc<Connection>,
    throttle: Arc<Throttle>,
    pub(super) lease: ReadLease,
    pub(super) cursor: ReadCursor,
    pub(super) read_type: Option<ReadType>,
    /// What a triggered read was asked for.
    pub(super) between: (Option<Timestamp>, Option<Timestamp>),
    pub(super) page: u32,
    pub(super) records: u64,
    pub(super) notes: Notes,
    guard: PageGuard,
    /// Whether an answer of this operation has told of the provider's clock.
    heard: bool,
    /// Answers have come that no commit covers yet: after a wait elsewhere they would be asked for again.
    holds_answers: bool,
    /// The last page has ended the operation in the journal.
    pub(super) has_ended: bool,
}

/// A page that is not stored yet.
struct FetchedPage {
    /// How many records of the run it holds.
    records: usize,
    /// Those that are to be delivered, complete.
    fresh: Vec<Record>,
    /// Where the read stands behind it.
    cursor: ReadCursor,
    is_last: bool,
    /// When it was asked for.
    began: Timestamp,
}

/// How far the pages came.
pub(super) enum Pages {
    All,
    /// The runtime is stopping.
    Stopping,
    /// Reads must wait, for this reason.
    Held(String),
    /// The next page may be asked for after so long; so many tries went before.
    Later(Duration, u32),
    /// Others wait for the place, or the read was called off.
    TurnOver,
}

/// Why pages stopped coming.
pub(super) enum Stopped {
    Read(ReadError),
    Journal(JournalError),
}

impl<'a> Operation<'a> {
    pub(super) fn new(shared: &'a Shared, job: &'a Job, lease: ReadLease, cursor: ReadCursor) -> Self {
        let run = cursor.run.as_ref();
        Self {
            shared,
            plan: ReadPlan::clone(&job.plan),
            provider: job.provider.as_ref(),
            connection: &job.connection,
            throttle: shared.throttles.of(&job.connection.id, job.rate_limit),
            page: lease.pages,
            records: run.map_or(0, |run| run.records),
            read_type: run.map(|run| run.read_type),
            between: run.filter(|run| run.read_type == ReadType::Triggered).map_or((None, None), |run| (run.since, run.until)),
            lease,
            cursor,
            notes: Notes::default(),
            guard: PageGuard::default(),
            heard: false,
            holds_answers: false,
            has_ended: false,
        }
    }

    fn way(&self) -> Way<'_> {
        Way {
            client: &self.shared.http,
            connection: self.connection,
            throttle: &self.throttle,
            notes: &self.notes,
            clock: self.shared.clock.as_ref(),
            holds_answers: self.holds_answers,
        }
    }

    /// Reads until the end, or until something stops it; what came until then is durable. `tries` of the first page went before.
    pub(super) async fn pages(&mut self, turn: &Turn, tries: u32) -> Result<Pages, Stopped> {
        let mut unstored = Unstored::new(self.shared, &self.lease, &self.plan.context.provider);
        let came_to = self.read_on(&mut unstored, turn, tries).await;
        unstored.store().await.map_err(Stopped::Journal)?;
        came_to
    }

    async fn read_on(&mut self, unstored: &mut Unstored<'_>, turn: &Turn, mut tries: u32) -> Result<Pages, Stopped> {
        let mut stop = self.shared.stop.clone();
        let prepared = tokio::select! {
            prepared = self.prepare() => prepared,
            _ = stop.wait_for(|stop| *stop) => return Ok(Pages::Stopping),
        };
        if let Err(no_page) = prepared {
            return without_page(no_page);
        }
        while self.cursor.run.is_some() {
            if let Some(reason) = self.shared.pressure.on(&self.plan.context.destination) {
                return Ok(Pages::Held(reason));
            }
            if turn.is_over() {
                return Ok(Pages::TurnOver);
            }
            let fetching = async {
                tokio::select! {
                    page = self.fetch(std::mem::take(&mut tries)) => Some(page),
                    _ = stop.wait_for(|stop| *stop) => None,
                }
            };
            match unstored.beside(fetching).await.map_err(Stopped::Journal)? {
                None => return Ok(Pages::Stopping),
                Some(Ok(Some(page))) => self.take_in(page, unstored).await.map_err(Stopped::Journal)?,
                // The first page is asked for again, by the provider's clock.
                Some(Ok(None)) => {}
                Some(Err(no_page)) => return without_page(no_page),
            }
        }
        Ok(Pages::All)
    }

    /// The next page; nothing where it must be asked for again.
    async fn fetch(&mut self, tries: u32) -> Result<Option<FetchedPage>, NoPage> {
        let Some(run) = self.cursor.run.clone() else { return Ok(None) };
        let now = || self.shared.clock.now();
        let began = now();
        let request = || self.provider.request(&self.plan, &run);
        let parse = |response: &http::Response<bytes::Bytes>| {
            let page = self.provider.page(&self.plan, &run, response)?;
            Ok((page, behind(response.headers(), now())))
        };
        let (mut page, skew) = self.way().page(tries, request, parse).await?;
        self.holds_answers = true;
        if !std::mem::replace(&mut self.heard, true) {
            let (cursor, again) = self.cursor.clone().heard(skew);
            self.cursor = cursor;
            if again {
                return Ok(None);
            }
        }
        self.guard.check(run.position.as_deref(), &page).map_err(NoPage::Failed)?;
        // What the provider cannot leave out is left out here.
        let filters = self.provider.filters();
        page.records.retain(|record| run.wants(record) && (filters || self.plan.admits(record, run.read_type)));
        let (records, is_last) = (page.records.len(), page.next.is_none());
        let cursor = self.cursor.clone().after_page(&page, OVERLAP_DEFAULT);
        let mut fresh = self.cursor.fresh(page.records);
        self.complete_records(&mut fresh).await?;
        Ok(Some(FetchedPage { records, fresh, cursor, is_last, began }))
    }

    /// Asks for what the page itself does not carry. What is left out because a bound was met is told of in the operation's log.
    async fn complete_records(&self, records: &mut [Record]) -> Result<(), NoPage> {
        let mut requests: VecDeque<_> = self.provider.completing_requests(&self.plan, records).into();
        let mut sent = 0;
        while let Some(request) = requests.pop_front() {
            if sent == COMPLETING_MAX {
                let message = format!("a page needs more than {COMPLETING_MAX} further requests");
                let left_out = format!("{message}: what they would have brought of its associations is left out");
                self.notes.warn(self.shared.clock.now(), &left_out, &message, json!({ "unasked": requests.len() + 1 }));
                return Ok(());
            }
            sent += 1;
            let completed =
                |response: &http::Response<bytes::Bytes>| self.provider.completed(&self.plan, records, &request, response);
            let completed = self.way().page(0, || request.clone(), completed).await?;
            if let Some(cut) = completed.cut {
                self.notes.warn(self.shared.clock.now(), "associations are left out", &cut, json!({}));
            }
            requests.extend(completed.next);
        }
        Ok(())
    }

    /// Makes messages of a page, which become durable with it; with the last one the operation has ended.
    async fn take_in(&mut self, page: FetchedPage, unstored: &mut Unstored<'_>) -> Result<(), JournalError> {
        let FetchedPage { records, fresh, cursor, is_last, began } = page;
        let Some(run) = cursor.run.as_ref() else { return Ok(()) };
        let info = OperationInfo {
            id: self.lease.operation_id,
            time: self.lease.operation_time,
            read_type: run.read_type,
            page: self.page,
        };
        let envelopes: Vec<_> = build(&self.plan, &info, &fresh).into_iter().map(Arc::new).collect();
        let (read_type, total) = (run.read_type, run.total);
        (self.page, self.records) = (self.page + 1, run.records);
        if records > 0 {
            self.notes.page(self.shared.clock.now(), self.page, records, fresh.len());
        }
        drop(fresh);
        // The last page moves the watermark in its own transaction: a crash behind it must not begin the run anew.
        self.cursor = if is_last { cursor.complete() } else { cursor };
        let page = Page { number: self.page, records, messages: envelopes.len(), began };
        let commit = PageCommit {
            envelopes,
            pages: 1,
            on_request: self.plan.on_request.is_some(),
            cursor: self.cursor.to_text(),
            records_processed: self.records,
            records_estimated_total: total,
            read_type,
            log: self.notes.take(),
            now: self.shared.clock.now(),
            lease: LEASE,
            end: is_last.then(|| self.success(None, Vec::new())),
        };
        unstored.add(page, commit).await?;
        (self.holds_answers, self.has_ended) = (false, is_last);
        Ok(())
    }

    /// What must be known before the first page.
    async fn prepare(&mut self) -> Result<(), NoPage> {
        self.name_all_fields().await?;
        self.estimate_total().await;
        Ok(())
    }

    /// Where every field is wanted, asks the provider which there are.
    async fn name_all_fields(&mut self) -> Result<(), NoPage> {
        if !(self.plan.fields.all && self.provider.must_name_fields() && self.cursor.run.is_some()) {
            return Ok(());
        }
        let Some(request) = self.provider.fields_request(&self.plan.key.object_name) else { return Ok(()) };
        let fields = |response: &http::Response<bytes::Bytes>| self.provider.fields(response);
        let fields = self.way().page(0, || request.clone(), fields).await?;
        self.plan.fields.requested = fields.into_iter().map(|field| field.field_name).collect();
        self.holds_answers = true;
        Ok(())
    }

    /// Asks how many records there are, for the progress bar; a provider that cannot say is no reason to fail.
    async fn estimate_total(&mut self) {
        let Some(run) = self.cursor.run.as_ref().filter(|run| run.total.is_none() && run.records == 0) else { return };
        let Some(request) = self.provider.count_request(&self.plan, run) else { return };
        let count = |response: &http::Response<bytes::Bytes>| self.provider.count(response);
        let total = self.way().once(request, count).await;
        self.holds_answers = true;
        if let (Ok(Some(total)), Some(run)) = (total, self.cursor.run.as_mut()) {
            run.total = Some(total);
        }
    }
}

fn without_page(no_page: NoPage) -> Result<Pages, Stopped> {
    match no_page {
        NoPage::Failed(error) => Err(Stopped::Read(error)),
        NoPage::Later(wait, tries) => Ok(Pages::Later(wait, tries)),
    }
}
