//! The reader: one operation from its first request to its last commit. It knows no provider and no destination.

mod ending;
pub(crate) mod fetch;
mod notes;
mod operation;
mod throttle;
mod told;
mod trace;
mod turn;
mod unstored;

use std::{sync::Arc, time::Duration};

use ampline_core::{
    cursor::{OVERLAP_DEFAULT, ReadCursor},
    plan::{ReadKey, ReadPlan},
    provider::{Provider, RateLimit, ReadError, ReadErrorClass},
};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use uuid::Uuid;

use ending::{already_complete, end_failed, fail};
pub(crate) use fetch::once;
use operation::{Operation, Pages, Stopped};
pub(crate) use throttle::Throttles;
pub(crate) use turn::Turn;

use crate::{
    clock::Clock,
    connection::Connection,
    journal::{Begin, Journal, JournalError},
    pressure::Pressure,
    telemetry::{self, Parent},
};

/// How long a read is owned without a commit; longer than the longest that a page can take with all its tries and requests.
const LEASE: Duration = Duration::from_secs(60 * 60);

/// A read and what it needs to run.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) plan: Arc<ReadPlan>,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) connection: Arc<Connection>,
    /// How much the connection may ask, all its reads together; nothing = no limit.
    pub(crate) rate_limit: Option<RateLimit>,
}

/// Everything that reads share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) http: reqwest::Client,
    pub(crate) throttles: Arc<Throttles>,
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
        /// Whether it has failed too often and is paused now.
        paused: bool,
    },
    /// The runtime is stopping; the operation is resumed at the next start.
    Interrupted,
    /// Must wait; the operation is resumed once it need not any more.
    Held {
        /// Why.
        reason: String,
    },
    /// The page is asked for again at this time, having been tried so often; the operation is resumed then.
    Waits {
        /// When.
        until: Timestamp,
        /// Tries of the page so far.
        tries: u32,
    },
    /// Its turn is over; the operation is resumed at its next turn.
    Yielded,
    /// Someone else owns the read.
    Owned,
    /// The runtime itself failed it; the operation is resumed later.
    BrokeOff,
}

/// Runs one read to its end, or until it must give up: by its schedule, or one triggered operation. `tries` of its page went before.
pub(crate) async fn run(
    shared: &Shared,
    job: &Job,
    trigger: Option<Uuid>,
    turn: &Turn,
    tries: u32,
) -> Result<ReadOutcome, JournalError> {
    let (plan, now) = (&*job.plan, shared.clock.now());
    let begin = Begin { key: plan.key.clone(), trigger, operation_id: Uuid::now_v7(), now, lease: LEASE };
    let Some(lease) = shared.journal.begin(begin).await? else { return Ok(ReadOutcome::Owned) };
    let stored = match ReadCursor::parse(lease.cursor.as_deref()) {
        Ok(cursor) => cursor,
        Err(error) => {
            let error = ReadError::new(ReadErrorClass::Malformed, error.to_string());
            return fail(shared, plan, &lease, error, None, Vec::new(), false).await;
        }
    };
    if lease.resumed && lease.pages > 0 && stored.run.is_none() {
        return already_complete(shared, plan, &lease).await;
    }
    tracing::info!(target: "ampline::read", event = "read.began", installation = %plan.key.installation_id,
        object = %plan.key.object_name, operation = %lease.operation_id, resumed = lease.resumed, triggered = trigger.is_some());
    let (id, began) = (lease.operation_id, lease.operation_time);
    let cursor = stored.start_run(plan.backfill, now, OVERLAP_DEFAULT);
    let operation = Operation::new(shared, job, lease, cursor);
    let outcome = telemetry::within(Parent::operation(id), read(operation, turn, tries)).await;
    if let Ok(outcome) = &outcome {
        trace::operation(plan, id, began, shared.clock.now(), outcome);
    }
    outcome
}

/// Reads, and settles what came of it.
async fn read(mut operation: Operation<'_>, turn: &Turn, tries: u32) -> Result<ReadOutcome, JournalError> {
    let shared = operation.shared;
    match operation.pages(turn, tries).await {
        Ok(Pages::All) => operation.complete().await,
        Ok(Pages::Stopping) => Ok(ReadOutcome::Interrupted),
        Ok(Pages::Held(reason)) => operation.suspend(ReadOutcome::Held { reason }).await,
        Ok(Pages::Later(wait, tries)) => {
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            let until = shared.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX);
            operation.suspend(ReadOutcome::Waits { until, tries }).await
        }
        Ok(Pages::TurnOver) => operation.suspend(ReadOutcome::Yielded).await,
        Err(Stopped::Read(error)) => operation.fail(error).await,
        Err(Stopped::Journal(error)) => {
            // Held on to, the lease would keep the next try waiting. A journal that fails again has nothing to add.
            let _ = shared.journal.suspend(&operation.lease, Vec::new()).await;
            Err(error)
        }
    }
}

/// Ends the interrupted operation of a read that is no longer configured; its cursor stays, should it come back.
pub(crate) async fn give_up(shared: &Shared, key: ReadKey, trigger: Option<Uuid>) -> Result<(), JournalError> {
    let begin = Begin { key, trigger, operation_id: Uuid::now_v7(), now: shared.clock.now(), lease: LEASE };
    let Some(lease) = shared.journal.begin(begin).await? else { return Ok(()) };
    end_failed(shared, &lease, "no longer configured".to_owned()).await
}
