//! The reader: one operation from its first request to its last commit. It knows no provider and no destination.

pub(crate) mod fetch;

use std::{sync::Arc, time::Duration};

use ampline_core::{
    cursor::{OVERLAP_DEFAULT, ReadCursor},
    message::{Envelope, OperationInfo, build},
    plan::{ReadKey, ReadPlan},
    provider::{Provider, ReadError, ReadErrorClass},
};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    clock::Clock,
    connection::Connection,
    journal::{Begin, Journal, JournalError, OperationEnd, OperationStatus, PageCommit, ReadLease},
    pressure::Pressure,
};

/// How long a read is owned without a commit; longer than the longest that a page can take with all its retries.
const LEASE: Duration = Duration::from_secs(15 * 60);

/// How long to wait before asking a journal again whose disk is full.
const ROOM_RETRY: Duration = Duration::from_secs(2);

/// Everything that reads share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) http: reqwest::Client,
    pub(crate) pressure: Arc<Pressure>,
    pub(crate) stop: watch::Receiver<bool>,
}

/// How a read ended, for the scheduler.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReadOutcome {
    /// Came to its end, having read so many records.
    Completed { records: u64 },
    /// Gave up for now; the committed pages stay and the next run goes on behind them.
    Failed {
        /// What kind of failure it was.
        class: ReadErrorClass,
        /// How long the provider asked to be left alone.
        retry_after: Option<Duration>,
        /// Whether pages were committed before.
        progressed: bool,
    },
    /// The runtime is stopping; the operation is resumed at the next start.
    Interrupted,
    /// Must wait; the operation is resumed once it need not any more.
    Held {
        /// Why.
        reason: String,
    },
    /// Someone else owns the read.
    Owned,
}

/// One read in progress.
struct Operation<'a> {
    shared: &'a Shared,
    /// Its own copy: which fields there are is asked once for each operation.
    plan: ReadPlan,
    provider: &'a dyn Provider,
    connection: &'a Arc<Connection>,
    lease: ReadLease,
    cursor: ReadCursor,
    page: u32,
    records: u64,
    /// Records that this process passed on; the others were delivered before, in the same version.
    fresh: usize,
}

/// Runs one read to its end, or until it must give up.
pub(crate) async fn run(
    shared: &Shared,
    plan: &ReadPlan,
    provider: &dyn Provider,
    connection: &Arc<Connection>,
) -> Result<ReadOutcome, JournalError> {
    let now = shared.clock.now();
    let begin = Begin { key: plan.key.clone(), operation_id: Uuid::now_v7(), now, lease: LEASE };
    let Some(lease) = shared.journal.begin(begin).await? else { return Ok(ReadOutcome::Owned) };
    let cursor = match ReadCursor::parse(lease.cursor.as_deref()) {
        Ok(cursor) => cursor.start_run(plan.backfill, now, OVERLAP_DEFAULT),
        Err(error) => {
            return fail(shared, plan, &lease, ReadError::new(ReadErrorClass::Malformed, error.to_string()), None).await;
        }
    };
    if lease.resumed && lease.pages > 0 && cursor_is_complete(&lease) {
        return already_complete(shared, plan, &lease).await;
    }
    tracing::info!(target: "ampline::read", event = "read.began", installation = %plan.key.installation_id,
        object = %plan.key.object_name, operation = %lease.operation_id, resumed = lease.resumed);
    let (page, records) = (lease.pages, cursor.run.as_ref().map_or(0, |run| run.records));
    let mut operation = Operation { shared, plan: plan.clone(), provider, connection, lease, cursor, page, records, fresh: 0 };
    match operation.pages().await {
        Ok(Pages::All) => operation.complete().await,
        Ok(Pages::Stopping) => Ok(ReadOutcome::Interrupted),
        Ok(Pages::Held(reason)) => operation.suspend(reason).await,
        Err(Stopped::Read(error)) => {
            // A position that the provider no longer knows is given up, or every later run would fail on it.
            let restart = (error.class == ReadErrorClass::CursorGone).then(|| operation.cursor.clone().restarted().to_text());
            let progressed = operation.page > operation.lease.pages;
            Ok(fail(shared, plan, &operation.lease, error, restart).await?.having_progressed(progressed))
        }
        Err(Stopped::Journal(error)) => {
            // Held on to, the lease would keep the next try waiting. A journal that fails again has nothing to add.
            let _ = end_failed(shared, &operation.lease, error.to_string(), None).await;
            Err(error)
        }
    }
}

/// Whether the stored cursor says that every page was committed, so that only the operation's end is missing.
fn cursor_is_complete(lease: &ReadLease) -> bool {
    ReadCursor::parse(lease.cursor.as_deref()).is_ok_and(|cursor| cursor.run.is_none())
}

async fn already_complete(shared: &Shared, plan: &ReadPlan, lease: &ReadLease) -> Result<ReadOutcome, JournalError> {
    let result = format!("[{}] read to its end before a restart", plan.key.object_name);
    let end = OperationEnd { status: OperationStatus::Success, result, cursor: None, now: shared.clock.now() };
    shared.journal.finish(lease, end).await?;
    Ok(ReadOutcome::Completed { records: 0 })
}

/// Ends the interrupted operation of a read that is no longer configured; its cursor stays, should it come back.
pub(crate) async fn give_up(shared: &Shared, key: ReadKey) -> Result<(), JournalError> {
    let begin = Begin { key, operation_id: Uuid::now_v7(), now: shared.clock.now(), lease: LEASE };
    let Some(lease) = shared.journal.begin(begin).await? else { return Ok(()) };
    end_failed(shared, &lease, "no longer configured".to_owned(), None).await
}

async fn end_failed(shared: &Shared, lease: &ReadLease, result: String, cursor: Option<String>) -> Result<(), JournalError> {
    let end = OperationEnd { status: OperationStatus::Failure, result, cursor, now: shared.clock.now() };
    with_room(shared, || shared.journal.finish(lease, end.clone())).await
}

/// Asks the journal again while its disk is full, or until the runtime stops: what was read is kept in memory, and durable as
/// soon as there is room.
async fn with_room<T, F>(shared: &Shared, ask: impl Fn() -> F) -> Result<T, JournalError>
where
    F: Future<Output = Result<T, JournalError>>,
{
    let mut stop = shared.stop.clone();
    loop {
        match ask().await {
            Err(JournalError::Full(reason)) => tracing::error!(target: "ampline::read", event = "read.waiting", reason),
            answer => return answer,
        }
        let stopping = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => true,
            () = tokio::time::sleep(ROOM_RETRY) => false,
        };
        if stopping {
            return ask().await;
        }
    }
}

impl ReadOutcome {
    fn having_progressed(self, progressed: bool) -> Self {
        match self {
            Self::Failed { class, retry_after, .. } => Self::Failed { class, retry_after, progressed },
            other => other,
        }
    }
}

/// How far the pages came.
enum Pages {
    All,
    /// The runtime is stopping.
    Stopping,
    /// Reads must wait, for this reason.
    Held(String),
}

/// Why pages stopped coming.
enum Stopped {
    Read(ReadError),
    Journal(JournalError),
}

impl Operation<'_> {
    /// Reads page after page, each durable before the next is asked for.
    async fn pages(&mut self) -> Result<Pages, Stopped> {
        let mut stop = self.shared.stop.clone();
        tokio::select! {
            prepared = self.prepare() => prepared.map_err(Stopped::Read)?,
            _ = stop.wait_for(|stop| *stop) => return Ok(Pages::Stopping),
        }
        while let Some(run) = self.cursor.run.clone() {
            if let Some(reason) = self.shared.pressure.on(&self.plan.context.destination) {
                return Ok(Pages::Held(reason));
            }
            let request = || self.provider.request(&self.plan, &run);
            let parse = |response: &http::Response<bytes::Bytes>| self.provider.page(&self.plan, &run, response);
            let page = tokio::select! {
                page = fetch::page(&self.shared.http, self.connection, request, parse) => page.map_err(Stopped::Read)?,
                _ = stop.wait_for(|stop| *stop) => return Ok(Pages::Stopping),
            };
            let behind = self.cursor.clone().after_page(&page, OVERLAP_DEFAULT);
            let last = page.next.is_none();
            let info = OperationInfo {
                id: self.lease.operation_id,
                time: self.lease.operation_time,
                read_type: run.read_type,
                page: self.page,
            };
            let fresh = self.cursor.fresh(page.records);
            self.fresh += fresh.len();
            let envelopes = build(&self.plan, &info, &fresh);
            self.page += 1;
            self.records = behind.run.as_ref().map_or(self.records, |run| run.records);
            let total = behind.run.as_ref().and_then(|run| run.total);
            // The last page moves the watermark in its own transaction: a crash behind it must not begin the run anew.
            self.cursor = if last { behind.complete() } else { behind };
            self.commit(envelopes, total).await.map_err(Stopped::Journal)?;
        }
        Ok(Pages::All)
    }

    async fn suspend(self, reason: String) -> Result<ReadOutcome, JournalError> {
        with_room(self.shared, || self.shared.journal.suspend(&self.lease)).await?;
        Ok(ReadOutcome::Held { reason })
    }

    /// What must be known before the first page.
    async fn prepare(&mut self) -> Result<(), ReadError> {
        self.name_all_fields().await?;
        self.estimate_total().await;
        Ok(())
    }

    /// Where every field is wanted, asks the provider which there are.
    async fn name_all_fields(&mut self) -> Result<(), ReadError> {
        if !(self.plan.fields.all && self.provider.must_name_fields() && self.cursor.run.is_some()) {
            return Ok(());
        }
        let Some(request) = self.provider.fields_request(&self.plan.key.object_name) else { return Ok(()) };
        let fields = |response: &http::Response<bytes::Bytes>| self.provider.fields(response);
        let fields = fetch::page(&self.shared.http, self.connection, || request.clone(), fields).await?;
        self.plan.fields.requested = fields.into_iter().map(|field| field.field_name).collect();
        Ok(())
    }

    /// Asks how many records there are, for the progress bar; a provider that cannot say is no reason to fail.
    async fn estimate_total(&mut self) {
        let Some(run) = self.cursor.run.as_ref().filter(|run| run.total.is_none() && run.records == 0) else { return };
        let Some(request) = self.provider.count_request(&self.plan, run) else { return };
        let count = |response: &http::Response<bytes::Bytes>| self.provider.count(response);
        let total = fetch::once(&self.shared.http, self.connection, request, count).await;
        if let (Ok(Some(total)), Some(run)) = (total, self.cursor.run.as_mut()) {
            run.total = Some(total);
        }
    }

    async fn commit(&self, envelopes: Vec<Envelope>, total: Option<u64>) -> Result<(), JournalError> {
        let commit = PageCommit {
            envelopes,
            cursor: self.cursor.to_text(),
            records_processed: self.records,
            records_estimated_total: total,
            now: self.shared.clock.now(),
            lease: LEASE,
        };
        with_room(self.shared, || self.shared.journal.commit(&self.lease, commit.clone())).await
    }

    async fn complete(self) -> Result<ReadOutcome, JournalError> {
        let records = self.records;
        let object = &self.plan.key.object_name;
        let result =
            if records == 0 { format!("[{object}] No new data found") } else { format!("[{object}] {records} records read") };
        tracing::info!(target: "ampline::read", event = "read.completed", installation = %self.plan.key.installation_id,
            object = %object, operation = %self.lease.operation_id, records, pages = self.page);
        let end = OperationEnd {
            status: OperationStatus::Success,
            result,
            cursor: Some(self.cursor.to_text()),
            now: self.shared.clock.now(),
        };
        with_room(self.shared, || self.shared.journal.finish(&self.lease, end.clone())).await?;
        Ok(ReadOutcome::Completed { records })
    }
}

async fn fail(
    shared: &Shared,
    plan: &ReadPlan,
    lease: &ReadLease,
    error: ReadError,
    cursor: Option<String>,
) -> Result<ReadOutcome, JournalError> {
    let object = &plan.key.object_name;
    tracing::error!(target: "ampline::read", event = "read.failed", installation = %plan.key.installation_id,
        object = %object, operation = %lease.operation_id, class = ?error.class, error = %error.message);
    let result = format!("[{object}] {error}");
    end_failed(shared, lease, result, cursor).await?;
    Ok(ReadOutcome::Failed { class: error.class, retry_after: error.retry_after, progressed: false })
}
