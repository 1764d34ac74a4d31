//! The scheduler: sleeps to the next due read and runs a bounded number at once. It knows no provider.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    panic::AssertUnwindSafe,
    sync::{Arc, PoisonError},
    time::Duration,
};

use ampline_core::{
    plan::{ReadKey, ReadPlan},
    provider::{Provider, ReadErrorClass},
};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use crate::{
    clock::until,
    connection::Connection,
    journal::{JournalError, OperationStatus, ReadState},
    pressure::Pressure,
    reader::{self, ReadOutcome},
};

/// The first wait before a failed read is tried again; it doubles, and the next tick may come sooner.
const RETRY_MIN: SignedDuration = SignedDuration::from_secs(30);
/// The longest such wait.
const RETRY_MAX: SignedDuration = SignedDuration::from_secs(3_600);
/// The longest that a provider's own wish delays a read.
const PATIENCE_MAX: SignedDuration = SignedDuration::from_secs(24 * 3_600);
/// A sleep is cut into pieces so that a clock that is set forward is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// Changes that may wait to be heard; whoever sends more waits.
const CHANGES_MAX: usize = 64;

/// A read and what it needs to run.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) plan: Arc<ReadPlan>,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) connection: Arc<Connection>,
}

/// How often it is looked whether reads that wait may go on.
const HELD_LOOK_EVERY: Duration = Duration::from_millis(500);

/// When each read runs next, for people.
pub(crate) type NextRuns = Arc<std::sync::Mutex<HashMap<ReadKey, NextRun>>>;

/// When a read runs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NextRun {
    /// At this time, or as soon as one of the places for running reads is free.
    At(Timestamp),
    /// Once what holds it has passed.
    Held(String),
}

/// A wish that reads run now rather than at their next tick.
pub(crate) struct RunNow {
    /// Only this installation.
    pub(crate) installation_id: Option<String>,
    /// Only this object, by the provider's name.
    pub(crate) object_name: Option<String>,
    /// Told how many reads that are.
    pub(crate) answer: oneshot::Sender<usize>,
}

/// All reads of one installation, in place of those it had; none removes it. A read that is under way ends with the plan that it
/// began with.
pub(crate) struct Change {
    /// Whose reads they are.
    pub(crate) installation_id: String,
    /// Its reads.
    pub(crate) jobs: Vec<Job>,
}

/// The way to tell the scheduler.
#[derive(Clone)]
pub(crate) struct Handle(mpsc::Sender<Change>);

/// The way to the scheduler, and the end at which it listens.
pub(crate) fn channel() -> (Handle, mpsc::Receiver<Change>) {
    let (sender, receiver) = mpsc::channel(CHANGES_MAX);
    (Handle(sender), receiver)
}

impl Handle {
    /// Replaces all reads of an installation; takes effect soon. Nothing where no scheduler runs any more.
    pub(crate) async fn change(&self, change: Change) -> Option<()> {
        self.0.send(change).await.ok()
    }
}

/// Runs until told to stop, then waits for the reads under way to reach a commit.
pub(crate) async fn run(
    shared: reader::Shared,
    jobs: Vec<Job>,
    reads_max: usize,
    next_runs: NextRuns,
    mut wishes: mpsc::Receiver<RunNow>,
    mut changes: mpsc::Receiver<Change>,
) -> Result<(), JournalError> {
    let states: HashMap<ReadKey, ReadState> =
        shared.journal.reads().await?.into_iter().map(|state| (state.key.clone(), state)).collect();
    let now = shared.clock.now();
    let mut queue = Queue::new(jobs, next_runs);
    for index in 0..queue.jobs.len() {
        let at = first_run(&queue.jobs[index].plan, states.get(&queue.jobs[index].plan.key), now);
        queue.set(index, at);
    }
    for (key, _) in states.into_iter().filter(|(key, state)| is_orphan(key, state, &queue.jobs)) {
        reader::give_up(&shared, key).await?;
    }
    let mut running = JoinSet::new();
    let mut stop = shared.stop.clone();
    loop {
        let now = shared.clock.now();
        queue.let_go_on(&shared.pressure, now);
        while running.len() < reads_max
            && let Some(index) = queue.pop_due(now)
        {
            match shared.pressure.on(&queue.jobs[index].plan.context.destination) {
                Some(reason) => queue.hold(index, reason),
                None => {
                    queue.places[index].running = true;
                    running.spawn(one(shared.clone(), queue.jobs[index].clone(), index));
                }
            }
        }
        let sleep_max = if queue.holds_any() { HELD_LOOK_EVERY } else { SLEEP_MAX };
        let sleep = queue.next().filter(|_| running.len() < reads_max).map_or(sleep_max, |at| until(at, now).min(sleep_max));
        let mut change = None;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = tokio::time::sleep(sleep) => {}
            Some(heard) = changes.recv() => change = Some(heard),
            Some(wish) = wishes.recv() => queue.pull_forward(wish, shared.clock.now()),
            Some(Ok((index, outcome))) = running.join_next() => queue.ended(index, &outcome, shared.clock.now()),
        }
        if let Some(change) = change {
            let states = shared.journal.reads().await?;
            for key in queue.replace(change, &states, shared.clock.now()) {
                reader::give_up(&shared, key).await?;
            }
        }
    }
    while running.join_next().await.is_some() {}
    Ok(())
}

/// An interrupted read of what is no longer configured: it would wait for ever.
fn is_orphan(key: &ReadKey, state: &ReadState, jobs: &[Job]) -> bool {
    let interrupted = state.operation.as_ref().is_some_and(|operation| operation.status == OperationStatus::InProgress);
    interrupted && !jobs.iter().any(|job| job.plan.key == *key)
}

async fn one(shared: reader::Shared, job: Job, index: usize) -> (usize, ReadOutcome) {
    let reading = AssertUnwindSafe(reader::run(&shared, &job.plan, job.provider.as_ref(), &job.connection)).catch_unwind();
    let outcome = match reading.await {
        Ok(Ok(outcome)) => return (index, outcome),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "a defect of the runtime; the panic's own words stand above".to_owned(),
    };
    tracing::error!(target: "ampline::read", object = %job.plan.key.object_name, installation = %job.plan.key.installation_id,
        error = outcome, "the read broke off");
    (index, ReadOutcome::Failed { class: ReadErrorClass::Transient, retry_after: None, progressed: false })
}

/// The due times, soonest first. An entry of the heap that is not its job's present due time is out of date and passed over.
struct Queue {
    heap: BinaryHeap<Reverse<(Timestamp, usize)>>,
    jobs: Vec<Job>,
    places: Vec<Place>,
    next_runs: NextRuns,
}

/// Where a job stands in the queue.
#[derive(Clone, Default)]
struct Place {
    due: Option<Timestamp>,
    running: bool,
    /// Must wait, without a place among the running ones.
    held: bool,
    /// Wished for while it was running.
    again: bool,
    /// No longer configured: runs to its end where it runs, and never again.
    gone: bool,
    failures: u32,
}

impl Queue {
    fn new(jobs: Vec<Job>, next_runs: NextRuns) -> Self {
        Self { heap: BinaryHeap::new(), places: vec![Place::default(); jobs.len()], jobs, next_runs }
    }

    fn set(&mut self, index: usize, due: Option<Timestamp>) {
        self.places[index].due = due;
        let key = &self.jobs[index].plan.key;
        let mut next_runs = self.next_runs.lock().unwrap_or_else(PoisonError::into_inner);
        match due {
            Some(at) => {
                self.heap.push(Reverse((at, index)));
                next_runs.insert(key.clone(), NextRun::At(at));
            }
            None => drop(next_runs.remove(key)),
        }
    }

    /// The soonest due time.
    fn next(&mut self) -> Option<Timestamp> {
        while let Some(Reverse((at, index))) = self.heap.peek().copied() {
            if self.places[index].due == Some(at) {
                return Some(at);
            }
            self.heap.pop();
        }
        None
    }

    fn pop_due(&mut self, now: Timestamp) -> Option<usize> {
        self.next().filter(|at| *at <= now)?;
        let Reverse((_, index)) = self.heap.pop()?;
        self.places[index].due = None;
        Some(index)
    }

    /// Lets a read wait until what holds it has passed.
    fn hold(&mut self, index: usize, reason: String) {
        self.places[index].held = true;
        let key = &self.jobs[index].plan.key;
        tracing::warn!(target: "ampline::read", event = "read.waiting", installation = %key.installation_id,
            object = %key.object_name, reason);
        self.next_runs.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), NextRun::Held(reason));
    }

    fn holds_any(&self) -> bool {
        self.places.iter().any(|place| place.held)
    }

    /// Makes those due that need not wait any more.
    fn let_go_on(&mut self, pressure: &Pressure, now: Timestamp) {
        for index in 0..self.places.len() {
            if self.places[index].held && pressure.on(&self.jobs[index].plan.context.destination).is_none() {
                self.places[index].held = false;
                let key = &self.jobs[index].plan.key;
                tracing::info!(target: "ampline::read", event = "read.resumed", installation = %key.installation_id,
                    object = %key.object_name);
                self.set(index, Some(now));
            }
        }
    }

    fn ended(&mut self, index: usize, outcome: &ReadOutcome, now: Timestamp) {
        let place = &mut self.places[index];
        // A failure behind committed pages is a slow success: only what stands still is left alone for longer.
        place.failures = match outcome {
            ReadOutcome::Failed { progressed: false, .. } => place.failures + 1,
            ReadOutcome::Failed { progressed: true, .. } => 1,
            _ => 0,
        };
        place.running = false;
        if place.gone {
            return;
        }
        if let ReadOutcome::Held { reason } = outcome {
            place.again = false;
            return self.hold(index, reason.clone());
        }
        let at = if std::mem::take(&mut place.again) {
            Some(now)
        } else {
            next_run(&self.jobs[index].plan, outcome, place.failures, now)
        };
        self.set(index, at);
    }

    /// Replaces the reads of an installation; those that are no longer configured and were interrupted.
    fn replace(&mut self, change: Change, states: &[ReadState], now: Timestamp) -> Vec<ReadKey> {
        let mut left = Vec::new();
        let mut new = change.jobs;
        for index in 0..self.jobs.len() {
            let key = self.jobs[index].plan.key.clone();
            if key.installation_id != change.installation_id || self.places[index].gone {
                continue;
            }
            let Some(at) = new.iter().position(|job| job.plan.key == key) else {
                self.places[index].gone = true;
                self.places[index].held = false;
                self.set(index, None);
                let state = states.iter().find(|state| state.key == key);
                left.extend(state.filter(|state| !self.places[index].running && is_orphan(&key, state, &[])).map(|_| key));
                continue;
            };
            let job = new.swap_remove(at);
            let rescheduled = job.plan.schedule != self.jobs[index].plan.schedule;
            self.jobs[index] = job;
            if rescheduled && !self.places[index].running && !self.places[index].held {
                let tick = self.jobs[index].plan.schedule.as_ref().and_then(|schedule| schedule.next_after(now));
                self.set(index, tick);
            }
        }
        for job in new {
            let state = states.iter().find(|state| state.key == job.plan.key);
            let due = first_run(&job.plan, state, now);
            self.jobs.push(job);
            self.places.push(Place::default());
            self.set(self.jobs.len() - 1, due);
        }
        left
    }

    fn pull_forward(&mut self, wish: RunNow, now: Timestamp) {
        let fits = |key: &ReadKey| {
            wish.installation_id.as_ref().is_none_or(|id| *id == key.installation_id)
                && wish.object_name.as_ref().is_none_or(|name| *name == key.object_name)
        };
        let wanted: Vec<usize> =
            (0..self.jobs.len()).filter(|index| !self.places[*index].gone && fits(&self.jobs[*index].plan.key)).collect();
        for &index in &wanted {
            if self.places[index].running {
                self.places[index].again = true;
            } else if !self.places[index].held {
                self.set(index, Some(now));
            }
        }
        // Whoever wished may have gone away.
        let _ = wish.answer.send(wanted.len());
    }
}

/// When a read runs for the first time after a start: at once where it never ran, was interrupted or missed a tick; ticks that
/// were missed collapse to one.
fn first_run(plan: &ReadPlan, state: Option<&ReadState>, now: Timestamp) -> Option<Timestamp> {
    let Some(operation) = state.and_then(|state| state.operation.as_ref()) else {
        let reads_once = plan.schedule.is_some() || plan.backfill != ampline_core::manifest::Backfill::None;
        return reads_once.then_some(now);
    };
    match operation.status {
        OperationStatus::InProgress | OperationStatus::Failure => Some(now),
        OperationStatus::Success => {
            let schedule = plan.schedule.as_ref()?;
            schedule.tick_due(operation.create_time, now).map(|_| now).or_else(|| schedule.next_after(now))
        }
    }
}

/// When a read runs next. A failure that may pass is tried again before the next tick.
fn next_run(plan: &ReadPlan, outcome: &ReadOutcome, failures: u32, now: Timestamp) -> Option<Timestamp> {
    let tick = plan.schedule.as_ref().and_then(|schedule| schedule.next_after(now));
    let may_pass = match outcome {
        ReadOutcome::Completed { .. } | ReadOutcome::Interrupted | ReadOutcome::Held { .. } => false,
        // Another owner's lease ends, one way or the other.
        ReadOutcome::Owned => true,
        ReadOutcome::Failed { class, .. } => matches!(
            class,
            ReadErrorClass::RateLimited | ReadErrorClass::Transient | ReadErrorClass::Malformed | ReadErrorClass::CursorGone
        ),
    };
    if !may_pass {
        return tick;
    }
    let wait = RETRY_MIN.checked_mul(1 << failures.saturating_sub(1).min(16)).unwrap_or(RETRY_MAX).min(RETRY_MAX);
    let retry = now + wait;
    let soonest = tick.map_or(retry, |tick| tick.min(retry));
    let ReadOutcome::Failed { retry_after: Some(asked), .. } = outcome else { return Some(soonest) };
    // A provider that asked for patience gets it, up to a day.
    Some(soonest.max(now + SignedDuration::try_from(*asked).unwrap_or(PATIENCE_MAX).min(PATIENCE_MAX)))
}
