//! Where each read stands between two runs. An event costs the same however many reads there are: what it concerns is looked up by
//! key, installation, destination or connection, never searched for.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap, VecDeque},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use ampline_core::{plan::ReadKey, provider::ReadErrorClass};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Job,
    board::{Board, NextRun},
    lines::{Lines, Owner, Slot},
    timing::{Offset, PROBE_EVERY, next_run, retry},
};
use crate::{
    pressure::Pressure,
    reader::{ReadOutcome, Turn},
};

/// One thing that runs: a read by its schedule, or one triggered operation of it.
pub(super) struct Read {
    pub(super) job: Job,
    pub(super) offset: Offset,
    /// What the operation in progress began with.
    pub(super) pinned: Option<Job>,
    /// The triggered operation; nothing for the read by its schedule.
    pub(super) trigger: Option<Uuid>,
    pub(super) stage: Stage,
    due: Option<Timestamp>,
    /// An operation is in progress, in the journal.
    pub(super) interrupted: bool,
    /// Wished for while it was running.
    pub(super) again: bool,
    /// No longer configured; goes once it is not running any more.
    pub(super) gone: bool,
    pub(super) paused: bool,
    /// Stopped because its connection's credentials were not accepted.
    pub(super) stopped: bool,
    pub(super) failures: u32,
    /// Tries of the page that the operation waits to try again.
    tries: u32,
    /// Whose line it stands in, or whose place it has.
    seat: Option<Owner>,
    pub(super) turn: Option<Arc<Turn>>,
}

/// Where a read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not due, or never.
    Idle,
    /// In line for a place.
    Lined,
    Running,
    /// Must wait until its destination takes more.
    Held,
}

/// The reads of one object of one installation.
#[derive(Default)]
pub(super) struct Reads {
    pub(super) scheduled: Option<Slot>,
    /// The triggered operation that is in the queue; the others wait for it to end.
    pub(super) triggered: Option<Slot>,
    pub(super) triggers: VecDeque<Uuid>,
}

/// An operation that is in progress in the journal though nothing will go on with it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Abandoned {
    pub(super) key: ReadKey,
    pub(super) trigger: Option<Uuid>,
}

/// What is needed to run a read.
pub(super) struct Start {
    pub(super) slot: Slot,
    pub(super) job: Job,
    pub(super) trigger: Option<Uuid>,
    pub(super) turn: Arc<Turn>,
    pub(super) tries: u32,
}

/// Every read there is, and when it runs.
pub(super) struct Queue {
    /// Due times, soonest first. An entry that is not its read's present due time is out of date and passed over.
    heap: BinaryHeap<Reverse<(Timestamp, Slot)>>,
    slots: Vec<Option<Read>>,
    free: Vec<Slot>,
    lines: Lines,
    pub(super) reads: HashMap<ReadKey, Reads>,
    pub(super) installations: BTreeMap<String, Vec<ReadKey>>,
    /// Installation by integration and group.
    pub(super) groups: HashMap<(String, String), String>,
    /// By destination.
    held: HashMap<String, Vec<Slot>>,
    /// Triggered operations that run or wait.
    pub(super) triggers: usize,
    pub(super) spread: Duration,
    pub(super) board: Board,
    crowded: Arc<AtomicBool>,
}

impl Queue {
    pub(super) fn new(places: usize, spread: Duration, board: Board) -> Self {
        Self {
            heap: BinaryHeap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            lines: Lines::new(places),
            reads: HashMap::new(),
            installations: BTreeMap::new(),
            groups: HashMap::new(),
            held: HashMap::new(),
            triggers: 0,
            spread,
            board,
            crowded: Arc::default(),
        }
    }

    pub(super) fn read(&mut self, slot: Slot) -> Option<&mut Read> {
        self.slots.get_mut(slot)?.as_mut()
    }

    /// The job of a read by its schedule.
    pub(super) fn job_of(&self, key: &ReadKey) -> Option<&Job> {
        let slot = self.reads.get(key)?.scheduled?;
        let read = self.slots.get(slot)?.as_ref()?;
        (!read.gone).then_some(&read.job)
    }

    /// Takes a read in, without a due time.
    pub(super) fn insert(&mut self, job: Job, trigger: Option<Uuid>) -> Slot {
        let offset = Offset::of(&job.plan.key, job.plan.schedule.as_ref(), self.spread);
        let read = Read {
            job,
            offset,
            pinned: None,
            trigger,
            stage: Stage::Idle,
            due: None,
            interrupted: trigger.is_some(),
            again: false,
            gone: false,
            paused: false,
            stopped: false,
            failures: 0,
            tries: 0,
            seat: None,
            turn: None,
        };
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot] = Some(read);
                slot
            }
            None => {
                self.slots.push(Some(read));
                self.slots.len() - 1
            }
        }
    }

    /// Takes a read that does not run out of everything; its operation, should one be in progress.
    pub(super) fn remove(&mut self, slot: Slot) -> Option<Abandoned> {
        let read = self.slots.get_mut(slot)?.take()?;
        if let (Stage::Lined, Some(seat)) = (read.stage, &read.seat) {
            self.lines.withdraw(seat, slot);
        }
        self.free.push(slot);
        if read.trigger.is_none() {
            self.board.show(&read.job.plan.key, None);
        }
        read.interrupted.then(|| Abandoned { key: read.job.plan.key.clone(), trigger: read.trigger })
    }

    /// Sets when a read that neither runs nor waits in line is due.
    pub(super) fn set_due(&mut self, slot: Slot, due: Option<Timestamp>) {
        let board = self.board.clone();
        let Some(read) = self.read(slot) else { return };
        let due = due.filter(|_| !read.paused);
        (read.due, read.stage) = (due, Stage::Idle);
        if read.trigger.is_none() {
            board.show(&read.job.plan.key, due.map(NextRun::At));
        }
        if let Some(at) = due {
            self.heap.push(Reverse((at, slot)));
        }
    }

    /// When a read is due that is neither running nor in line.
    pub(super) fn due(&self, slot: Slot) -> Option<Timestamp> {
        self.slots.get(slot)?.as_ref()?.due
    }

    /// The soonest due time.
    pub(super) fn next(&mut self) -> Option<Timestamp> {
        while let Some(Reverse((at, slot))) = self.heap.peek().copied() {
            if self.due(slot) == Some(at) {
                return Some(at);
            }
            self.heap.pop();
        }
        None
    }

    /// Lines up what is due.
    pub(super) fn wake(&mut self, now: Timestamp) {
        while self.next().is_some_and(|at| at <= now) {
            if let Some(Reverse((_, slot))) = self.heap.pop() {
                self.line_up(slot);
            }
        }
    }

    fn line_up(&mut self, slot: Slot) {
        let Some(read) = self.slots.get_mut(slot).and_then(Option::as_mut) else { return };
        (read.due, read.stage) = (None, Stage::Lined);
        let seat = owner(read.pinned.as_ref().unwrap_or(&read.job));
        self.lines.push(&seat, slot);
        read.seat = Some(seat);
    }

    /// The next read in line for a place that is free, which it has from now on.
    pub(super) fn take(&mut self) -> Option<Slot> {
        let slot = self.lines.take();
        self.tell_whether_crowded();
        slot
    }

    fn tell_whether_crowded(&self) {
        self.crowded.store(self.lines.anyone_waits(), std::sync::atomic::Ordering::Relaxed);
    }

    /// What a read will run: the operation in progress goes on with what it began with.
    pub(super) fn job_at(&self, slot: Slot) -> Option<&Job> {
        let read = self.slots.get(slot)?.as_ref()?;
        Some(read.pinned.as_ref().unwrap_or(&read.job))
    }

    /// What to run in the place that the read was given; nothing, and the place given back, where it was paused meanwhile.
    pub(super) fn start(&mut self, slot: Slot) -> Option<Start> {
        let turn = Arc::new(Turn::new(self.crowded.clone()));
        let read = self.read(slot)?;
        if read.paused && read.trigger.is_none() {
            self.leave(slot);
            self.set_due(slot, None);
            return None;
        }
        let job = read.pinned.get_or_insert_with(|| read.job.clone()).clone();
        read.stage = Stage::Running;
        read.turn = Some(turn.clone());
        Some(Start { slot, job, trigger: read.trigger, turn, tries: read.tries })
    }

    /// Gives the place back that a read was given, without having run.
    pub(super) fn give_back(&mut self, slot: Slot, then: Timestamp) {
        self.leave(slot);
        self.set_due(slot, Some(then));
    }

    fn leave(&mut self, slot: Slot) {
        if let Some(seat) = self.read(slot).and_then(|read| read.seat.take()) {
            self.lines.ended(&seat);
        }
        self.tell_whether_crowded();
    }

    /// Gives the place back and lets the read wait until what holds it has passed.
    pub(super) fn hold(&mut self, slot: Slot, reason: String) {
        self.leave(slot);
        self.wait_held(slot, reason);
    }

    fn wait_held(&mut self, slot: Slot, reason: String) {
        let board = self.board.clone();
        let Some(read) = self.read(slot) else { return };
        (read.due, read.stage) = (None, Stage::Held);
        let (key, scheduled) = (read.job.plan.key.clone(), read.trigger.is_none());
        let destination = read.job.plan.context.destination.clone();
        tracing::warn!(target: "ampline::read", event = "read.waiting", installation = %key.installation_id,
            object = %key.object_name, reason);
        if scheduled {
            board.show(&key, Some(NextRun::Held(reason)));
        }
        self.held.entry(destination).or_default().push(slot);
    }

    pub(super) fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }

    /// Makes those due that need not wait any more.
    pub(super) fn let_go_on(&mut self, pressure: &Pressure, now: Timestamp) {
        let free: Vec<String> = self.held.keys().filter(|name| pressure.on(name).is_none()).cloned().collect();
        for slot in free.iter().filter_map(|name| self.held.remove(name)).flatten().collect::<Vec<_>>() {
            let Some(read) = self.read(slot).filter(|read| read.stage == Stage::Held) else { continue };
            let key = read.job.plan.key.clone();
            tracing::info!(target: "ampline::read", event = "read.resumed", installation = %key.installation_id,
                object = %key.object_name);
            self.set_due(slot, Some(now));
        }
    }

    /// Takes in how a run ended; what nothing goes on with.
    pub(super) fn ended(&mut self, slot: Slot, outcome: &ReadOutcome, now: Timestamp) -> Option<Abandoned> {
        self.leave(slot);
        let read = self.read(slot)?;
        (read.stage, read.turn) = (Stage::Idle, None);
        read.interrupted = match outcome {
            ReadOutcome::Completed { .. } | ReadOutcome::Failed { .. } => false,
            ReadOutcome::Held { .. }
            | ReadOutcome::Waits { .. }
            | ReadOutcome::Yielded
            | ReadOutcome::Interrupted
            | ReadOutcome::BrokeOff => true,
            ReadOutcome::Owned => read.interrupted,
        };
        read.stopped &= matches!(outcome, ReadOutcome::Failed { class: ReadErrorClass::BadCredentials, .. });
        read.tries = if let ReadOutcome::Waits { tries, .. } = outcome { *tries } else { 0 };
        // A failure behind committed pages is a slow success: only what stands still is left alone for longer.
        read.failures = match outcome {
            ReadOutcome::Failed { progressed: false, .. } | ReadOutcome::Owned | ReadOutcome::BrokeOff => read.failures + 1,
            ReadOutcome::Failed { progressed: true, .. } => 1,
            _ => 0,
        };
        if let ReadOutcome::Failed { paused: true, .. } = outcome {
            read.paused = read.trigger.is_none();
        }
        let again = std::mem::take(&mut read.again);
        if !read.interrupted {
            read.pinned = None;
        }
        if read.gone {
            return self.remove_from_its_key(slot);
        }
        let ended = matches!(outcome, ReadOutcome::Completed { .. } | ReadOutcome::Failed { .. });
        if ended && let (key, Some(_)) = (read.job.plan.key.clone(), read.trigger) {
            self.remove(slot);
            self.next_trigger(&key, now);
            return None;
        }
        self.when_next(slot, outcome, again, now);
        None
    }

    fn when_next(&mut self, slot: Slot, outcome: &ReadOutcome, again: bool, now: Timestamp) {
        match outcome {
            ReadOutcome::Held { reason } => return self.wait_held(slot, reason.clone()),
            ReadOutcome::Yielded => {
                if self.read(slot).is_some_and(|read| read.paused) {
                    return self.set_due(slot, None);
                }
                return self.line_up(slot);
            }
            ReadOutcome::Waits { until, .. } => return self.set_due(slot, Some(*until)),
            ReadOutcome::Failed { class: ReadErrorClass::BadCredentials, .. } if !again => return self.stop(slot, now),
            _ => {}
        }
        let Some(read) = self.read(slot) else { return };
        let due = if again {
            Some(now)
        } else if read.trigger.is_some() {
            Some(retry(read.failures, now))
        } else {
            next_run(&read.job.plan, read.offset, outcome, read.failures, now)
        };
        self.set_due(slot, due);
    }

    /// Leaves a read alone whose credentials were not accepted, until they are renewed; now and then it looks itself.
    fn stop(&mut self, slot: Slot, now: Timestamp) {
        self.set_due(slot, Some(now + PROBE_EVERY));
        let board = self.board.clone();
        let Some(read) = self.read(slot) else { return };
        read.stopped = true;
        let reason = format!("the provider does not accept the credentials of connection {}: renew them", read.job.connection.id);
        if !read.paused {
            board.show(&read.job.plan.key, Some(NextRun::Held(reason)));
        }
    }
}

/// Whose place a run of this job takes.
fn owner(job: &Job) -> Owner {
    let at_once_max = job.rate_limit.and_then(|limit| limit.concurrent).map(|most| most as usize);
    Owner { provider: job.plan.context.provider.as_str().into(), connection: job.connection.id.as_str().into(), at_once_max }
}
