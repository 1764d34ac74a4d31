//! The scheduler: runs each read when it is due, a bounded number at once, in fair turns. It knows no provider.
//!
//! One task owns the queue; everything else tells it by [`Handle`] and looks at its [`Board`].

mod board;
mod changes;
mod commands;
mod lines;
mod queue;
#[cfg(test)]
mod tests;
mod timing;

use std::{collections::HashMap, panic::AssertUnwindSafe, time::Duration};

use ampline_core::{cursor::ReadCursor, plan::ReadKey};
use futures_util::FutureExt;
use jiff::SignedDuration;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};
use uuid::Uuid;

pub(crate) use board::{Board, NextRun};
pub(crate) use commands::{Change, Command, Handle, Refused, Trigger, Which, channel};
use lines::Slot;
use queue::{Abandoned, Queue, Start};

pub(crate) use crate::reader::Job;
use crate::{
    clock::until,
    journal::{JournalError, NewTrigger, Pause, ReadState},
    reader::{self, ReadOutcome},
};

/// A sleep is cut into pieces so that a clock that is set forward is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// How often it is looked whether reads that wait may go on.
const HELD_LOOK_EVERY: Duration = Duration::from_millis(500);

/// How reads are run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Reads that run at the same time.
    pub(crate) reads_max: usize,
    /// Ticks of different reads are spread over so long; nothing = every read runs at its tick.
    pub(crate) spread: Duration,
}

/// Runs until told to stop, then waits for the reads under way to reach a commit. `jobs` are all reads there are at the start.
pub(crate) async fn run(
    shared: reader::Shared,
    jobs: Vec<Job>,
    pace: Pace,
    board: Board,
    mut commands: mpsc::Receiver<Command>,
) -> Result<(), JournalError> {
    let mut stop = shared.stop.clone();
    let mut scheduler = Scheduler::new(shared, jobs, pace, board).await?;
    loop {
        let sleep = scheduler.start_what_is_due();
        tokio::select! {
            () = async { drop(stop.wait_for(|stop| *stop).await) } => break,
            () = tokio::time::sleep(sleep) => {}
            Some(command) = commands.recv() => scheduler.obey(command).await?,
            Some(Ok((slot, outcome))) = scheduler.running.join_next() => scheduler.ended(slot, &outcome),
            Some(Ok(admission)) = scheduler.admissions.join_next() => scheduler.admitted(admission),
            Some(_) = scheduler.leaving.join_next() => {}
        }
    }
    while scheduler.running.join_next().await.is_some() {}
    while scheduler.leaving.join_next().await.is_some() {}
    Ok(())
}

struct Scheduler {
    shared: reader::Shared,
    queue: Queue,
    running: JoinSet<(Slot, ReadOutcome)>,
    /// Triggers on their way into the journal.
    admissions: JoinSet<Admission>,
    /// Operations of what is no longer configured, on their way to their end.
    leaving: JoinSet<()>,
}

/// A trigger that the journal has taken, or not.
struct Admission {
    key: ReadKey,
    operation_id: Uuid,
    kept: Result<(), JournalError>,
    answer: oneshot::Sender<Result<Uuid, Refused>>,
}

impl Scheduler {
    async fn new(shared: reader::Shared, jobs: Vec<Job>, pace: Pace, board: Board) -> Result<Self, JournalError> {
        let states: HashMap<ReadKey, ReadState> =
            shared.journal.reads().await?.into_iter().map(|state| (state.key.clone(), state)).collect();
        let now = shared.clock.now();
        let queue = Queue::new(pace.reads_max, pace.spread, board);
        let (running, admissions, leaving) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
        let mut this = Self { shared, queue, running, admissions, leaving };
        let mut changes: HashMap<String, Vec<Job>> = HashMap::new();
        for job in jobs {
            changes.entry(job.plan.key.installation_id.clone()).or_default().push(job);
        }
        for (installation_id, jobs) in changes {
            this.queue.apply(Change { installation_id, jobs }, &states, now);
        }
        let orphans = states.into_values().filter(|state| state.is_interrupted() && this.queue.job_of(&state.key).is_none());
        let orphans: Vec<Abandoned> = orphans.map(|state| Abandoned { key: state.key, trigger: None }).collect();
        this.end(orphans);
        for (key, operation_id) in this.shared.journal.triggered().await? {
            this.queue.triggers += 1;
            let abandoned = this.queue.enqueue(key, operation_id, now);
            this.end(abandoned);
        }
        Ok(this)
    }

    /// Starts what there is a place for; how long there is nothing to do then, unless something happens.
    fn start_what_is_due(&mut self) -> Duration {
        let now = self.shared.clock.now();
        self.queue.let_go_on(&self.shared.pressure, now);
        self.queue.wake(now);
        while let Some(slot) = self.queue.take() {
            let Some(job) = self.queue.job_at(slot) else { continue };
            if let Some(reason) = self.shared.pressure.on(&job.plan.context.destination) {
                self.queue.hold(slot, reason);
            } else if let Some(wait) = self.shared.throttles.closed_for(&job.connection.id) {
                let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::ZERO);
                self.queue.give_back(slot, now + wait);
            } else if let Some(start) = self.queue.start(slot) {
                self.running.spawn(one(self.shared.clone(), start));
            }
        }
        let sleep_max = if self.queue.holds_any() { HELD_LOOK_EVERY } else { SLEEP_MAX };
        self.queue.next().map_or(sleep_max, |at| until(at, now).min(sleep_max))
    }

    async fn obey(&mut self, command: Command) -> Result<(), JournalError> {
        let now = self.shared.clock.now();
        match command {
            Command::Change(change) => {
                let mut states = HashMap::new();
                if self.queue.is_new(&change) {
                    let known = self.shared.journal.reads_of(&change.installation_id).await?;
                    states.extend(known.into_iter().map(|state| (state.key.clone(), state)));
                }
                let abandoned = self.queue.apply(change, &states, now);
                self.end(abandoned);
            }
            // Whoever asks may have gone away.
            Command::RunNow(which, answer) => drop(answer.send(Ok(self.queue.run_now(&which, now)))),
            Command::Find([integration, group_ref, object_name], answer) => {
                drop(answer.send(self.queue.find(&integration, &group_ref, &object_name)));
            }
            Command::Trigger(trigger, answer) => self.trigger(trigger, answer),
            Command::Pause(which, pause, answer) => drop(answer.send(self.pause(&which, pause).await)),
        }
        Ok(())
    }

    fn trigger(&mut self, trigger: Trigger, answer: oneshot::Sender<Result<Uuid, Refused>>) {
        let key = match self.queue.admit(&trigger) {
            Ok(key) => key,
            // Whoever asks may have gone away.
            Err(refused) => return drop(answer.send(Err(refused))),
        };
        let (now, operation_id) = (self.shared.clock.now(), Uuid::now_v7());
        let cursor = ReadCursor::triggered(trigger.since, trigger.until, now).to_text();
        let new = NewTrigger { key: key.clone(), operation_id, cursor, now };
        let journal = self.shared.journal.clone();
        self.admissions.spawn(async move { Admission { kept: journal.trigger(new).await, key, operation_id, answer } });
    }

    fn admitted(&mut self, admission: Admission) {
        let Admission { key, operation_id, kept, answer } = admission;
        if let Err(error) = kept {
            self.queue.triggers -= 1;
            return drop(answer.send(Err(error.into())));
        }
        let abandoned = self.queue.enqueue(key, operation_id, self.shared.clock.now());
        self.end(abandoned);
        // Whoever asked may have gone away; the read is durable and runs all the same.
        let _ = answer.send(Ok(operation_id));
    }

    async fn pause(&mut self, which: &Which, pause: Option<Pause>) -> Result<Vec<ReadKey>, Refused> {
        let keys = self.queue.keys(which);
        if let Some(unknown) = which.objects.iter().find(|object| !keys.iter().any(|key| key.object_name == **object)) {
            return Err(Refused::NotFound(format!("object {unknown:?} is not read there")));
        }
        let paused = pause.is_some();
        self.shared.journal.pause(&keys, pause.clone()).await?;
        for key in &keys {
            let event = if paused { "read.schedule.paused" } else { "read.schedule.unpaused" };
            let reason = pause.as_ref().map_or("", |pause| &pause.reason);
            tracing::info!(target: "ampline::read", event, installation = %key.installation_id, object = %key.object_name, reason);
        }
        self.queue.set_paused(&keys, paused, self.shared.clock.now());
        Ok(keys)
    }

    fn ended(&mut self, slot: Slot, outcome: &ReadOutcome) {
        let abandoned = self.queue.ended(slot, outcome, self.shared.clock.now());
        self.end(abandoned);
    }

    /// Ends operations that nothing goes on with.
    fn end(&mut self, abandoned: impl IntoIterator<Item = Abandoned>) {
        for Abandoned { key, trigger } in abandoned {
            let shared = self.shared.clone();
            self.leaving.spawn(async move {
                if let Err(error) = reader::give_up(&shared, key, trigger).await {
                    tracing::error!(target: "ampline::read", %error, "cannot end the operation of a read that is no longer configured");
                }
            });
        }
    }
}

async fn one(shared: reader::Shared, start: Start) -> (Slot, ReadOutcome) {
    let Start { slot, job, trigger, turn, tries } = start;
    let reading = AssertUnwindSafe(reader::run(&shared, &job, trigger, &turn, tries)).catch_unwind();
    let outcome = match reading.await {
        Ok(Ok(outcome)) => return (slot, outcome),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "a defect of the runtime; the panic's own words stand above".to_owned(),
    };
    tracing::error!(target: "ampline::read", object = %job.plan.key.object_name, installation = %job.plan.key.installation_id,
        error = outcome, "the read broke off");
    (slot, ReadOutcome::BrokeOff)
}
