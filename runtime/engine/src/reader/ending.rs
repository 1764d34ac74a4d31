//! How operations end, in the journal and in the log.

use std::time::Duration;

use ampline_core::{
    cursor::ReadType,
    pause,
    plan::ReadPlan,
    provider::{ReadError, ReadErrorClass},
};

use super::{ReadOutcome, Shared, operation::Operation};
use crate::journal::{JournalError, LogEntry, OperationEnd, OperationStatus, Pause, ReadLease};

/// How long to wait before asking a journal again whose disk is full.
const ROOM_RETRY: Duration = Duration::from_secs(2);

impl Operation<'_> {
    /// Gives up the lease; the operation stays in progress.
    pub(super) async fn suspend(self, outcome: ReadOutcome) -> Result<ReadOutcome, JournalError> {
        let log = self.notes.take();
        with_room(self.shared, || self.shared.journal.suspend(&self.lease, log.clone())).await?;
        Ok(outcome)
    }

    /// The end of an operation that has read everything.
    pub(super) fn success(&self, cursor: Option<String>, log: Vec<LogEntry>) -> OperationEnd {
        let (records, object) = (self.records, &self.plan.key.object_name);
        let result =
            if records == 0 { format!("[{object}] No new data found") } else { format!("[{object}] {records} records read") };
        let (status, now) = (OperationStatus::Success, self.shared.clock.now());
        OperationEnd { status, result, cursor, strikes: 0, pause: None, log, now }
    }

    pub(super) async fn complete(self) -> Result<ReadOutcome, JournalError> {
        let (records, key) = (self.records, &self.plan.key);
        let object = &key.object_name;
        tracing::info!(target: "ampline::read", event = "read.completed", installation = %key.installation_id,
            object = %object, operation = %self.lease.operation_id, records, pages = self.page);
        if !self.has_ended {
            let end = self.success(Some(self.cursor.to_text()), self.notes.take());
            with_room(self.shared, || self.shared.journal.finish(&self.lease, end.clone())).await?;
        }
        let event = match self.read_type {
            Some(ReadType::Backfill) => "read.backfill.done",
            Some(ReadType::Triggered) => "read.triggered.done",
            Some(ReadType::Scheduled) | None => return Ok(ReadOutcome::Completed { records }),
        };
        tracing::info!(target: "ampline::read", event, installation = %key.installation_id, object = %object,
            operation = %self.lease.operation_id, records);
        Ok(ReadOutcome::Completed { records })
    }

    pub(super) async fn fail(self, error: ReadError) -> Result<ReadOutcome, JournalError> {
        // A position that the provider no longer knows is given up, or every later run would fail on it.
        let restart = (error.class == ReadErrorClass::CursorGone).then(|| self.cursor.clone().restarted().to_text());
        let progressed = self.page > self.lease.pages;
        fail(self.shared, &self.plan, &self.lease, error, restart, self.notes.take(), progressed).await
    }
}

pub(super) async fn already_complete(shared: &Shared, plan: &ReadPlan, lease: &ReadLease) -> Result<ReadOutcome, JournalError> {
    let end = OperationEnd {
        status: OperationStatus::Success,
        result: format!("[{}] read to its end before a restart", plan.key.object_name),
        cursor: None,
        strikes: 0,
        pause: None,
        log: Vec::new(),
        now: shared.clock.now(),
    };
    shared.journal.finish(lease, end).await?;
    Ok(ReadOutcome::Completed { records: 0 })
}

/// Ends an operation as failed, without blaming the read.
pub(super) async fn end_failed(
    shared: &Shared,
    lease: &ReadLease,
    result: String,
    pause: Option<Pause>,
    log: Vec<LogEntry>,
) -> Result<(), JournalError> {
    let strikes = lease.strikes;
    let end =
        OperationEnd { status: OperationStatus::Failure, result, cursor: None, strikes, pause, log, now: shared.clock.now() };
    with_room(shared, || shared.journal.finish(lease, end.clone())).await
}

pub(super) async fn fail(
    shared: &Shared,
    plan: &ReadPlan,
    lease: &ReadLease,
    error: ReadError,
    cursor: Option<String>,
    log: Vec<LogEntry>,
    progressed: bool,
) -> Result<ReadOutcome, JournalError> {
    let (object, installation) = (&plan.key.object_name, &plan.key.installation_id);
    let event = if lease.trigger.is_some() { "read.triggered.error" } else { "read.failed" };
    tracing::error!(target: "ampline::read", event, installation = %installation, object = %object,
        operation = %lease.operation_id, class = ?error.class, error = %error.message);
    let now = shared.clock.now();
    let strikes = pause::strikes(lease.strikes, error.class, progressed);
    // A triggered read is its caller's affair: it neither pauses nor runs again.
    let reason = pause::reason(strikes, &error.message).filter(|_| lease.trigger.is_none());
    if let Some(reason) = &reason {
        tracing::error!(target: "ampline::read", event = "read.schedule.paused", installation = %installation, object = %object,
            operation = %lease.operation_id, reason);
    }
    let paused = reason.is_some();
    let pause = reason.map(|reason| Pause { at: now, reason, automatic: true });
    let result = format!("[{object}] {error}");
    let end = OperationEnd { status: OperationStatus::Failure, result, cursor, strikes, pause, log, now };
    with_room(shared, || shared.journal.finish(lease, end.clone())).await?;
    Ok(ReadOutcome::Failed { class: error.class, retry_after: error.retry_after, progressed, paused })
}

/// Asks the journal again while its disk is full, or until the runtime stops: what was read is kept in memory, and durable as
/// soon as there is room.
pub(super) async fn with_room<T, F>(shared: &Shared, ask: impl Fn() -> F) -> Result<T, JournalError>
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
