//! What changes the queue from outside: other jobs for an installation, wishes, triggers, pauses.

use std::{collections::HashMap, sync::Arc};

use ampline_core::plan::{ReadKey, ReadPlan};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Job,
    commands::{Change, Refused, Trigger, Which},
    lines::Slot,
    queue::{Abandoned, Queue, Stage},
    timing::{Offset, first_run},
};
use crate::journal::{OperationStatus, ReadState};

/// Triggered reads of one object that may wait or run.
const TRIGGERS_PER_READ_MAX: usize = 16;
/// Triggered reads that may wait or run in all.
const TRIGGERS_MAX: usize = 10_000;

impl Queue {
    /// Whether the change brings reads whose state in the journal the queue does not know.
    pub(super) fn is_new(&self, change: &Change) -> bool {
        change.jobs.iter().any(|job| self.reads.get(&job.plan.key).is_none_or(|reads| reads.scheduled.is_none()))
    }

    /// Replaces the reads of an installation; what nothing goes on with. `states` are those of the reads that are new here.
    pub(super) fn apply(&mut self, change: Change, states: &HashMap<ReadKey, ReadState>, now: Timestamp) -> Vec<Abandoned> {
        let Change { installation_id, jobs } = change;
        let known = self.installations.remove(&installation_id).unwrap_or_default();
        if let Some(whose) = self.board.whose(&installation_id) {
            self.groups.remove(&(whose.integration, whose.group_ref));
            self.board.forget(&installation_id);
        }
        let mut abandoned = Vec::new();
        for key in known.iter().filter(|key| !jobs.iter().any(|job| job.plan.key == **key)) {
            self.drop_key(key, &mut abandoned);
        }
        let mut keys = Vec::with_capacity(jobs.len());
        for job in jobs {
            let installation = &job.plan.context.installation;
            self.groups.insert((installation.integration.clone(), installation.group_ref.clone()), installation_id.clone());
            self.board.know(installation);
            keys.push(job.plan.key.clone());
            self.put(job, states, now);
        }
        if !keys.is_empty() {
            self.installations.insert(installation_id, keys);
        }
        abandoned
    }

    fn put(&mut self, job: Job, states: &HashMap<ReadKey, ReadState>, now: Timestamp) {
        let key = job.plan.key.clone();
        let reads = self.reads.entry(key.clone()).or_default();
        let (scheduled, triggered) = (reads.scheduled, reads.triggered);
        if let Some(read) = triggered.and_then(|slot| self.read(slot)) {
            read.job = job.clone();
        }
        if let Some(slot) = scheduled {
            return self.renew(slot, job, now);
        }
        let state = states.get(&key);
        let slot = self.insert(job, None);
        let Some(read) = self.read(slot) else { return };
        read.paused = state.is_some_and(|state| state.paused.is_some());
        read.failures = state.map_or(0, |state| state.failures);
        let latest = state.and_then(|state| state.operation.as_ref());
        read.interrupted = latest.is_some_and(|operation| operation.status == OperationStatus::InProgress);
        let due = first_run(&read.job.plan, read.offset, state, now);
        self.set_due(slot, due);
        self.reads.entry(key).or_default().scheduled = Some(slot);
    }

    /// Gives a read another job. What it waits for that the job may have changed is tried at once.
    fn renew(&mut self, slot: Slot, job: Job, now: Timestamp) {
        let (waits_until, spread) = (self.due(slot), self.spread);
        let Some(read) = self.read(slot) else { return };
        let rescheduled = read.job.plan.schedule != job.plan.schedule;
        read.offset = Offset::of(&job.plan.key, job.plan.schedule.as_ref(), spread);
        read.job = job;
        read.gone = false;
        let may_help = std::mem::take(&mut read.stopped) || read.failures > 0 || read.stage == Stage::Held;
        match read.stage {
            Stage::Running => return read.again |= may_help,
            Stage::Lined => return,
            Stage::Idle | Stage::Held => {}
        }
        let tick = read.offset.tick(&read.job.plan, now);
        if may_help {
            self.set_due(slot, Some(now));
        } else if rescheduled && !read.interrupted && waits_until.is_none_or(|at| at > now) {
            self.set_due(slot, tick);
        }
    }

    fn drop_key(&mut self, key: &ReadKey, abandoned: &mut Vec<Abandoned>) {
        let Some(reads) = self.reads.get_mut(key) else { return };
        let waiting = std::mem::take(&mut reads.triggers);
        let slots = [reads.scheduled, reads.triggered];
        self.triggers -= waiting.len();
        abandoned.extend(waiting.into_iter().map(|id| Abandoned { key: key.clone(), trigger: Some(id) }));
        for slot in slots.into_iter().flatten() {
            match self.read(slot) {
                Some(read) if read.stage == Stage::Running => {
                    read.gone = true;
                    if let Some(turn) = &read.turn {
                        turn.call_off();
                    }
                }
                _ => abandoned.extend(self.remove_from_its_key(slot)),
            }
        }
    }

    /// Takes a read that does not run out of the queue; its operation, should one be in progress.
    pub(super) fn remove_from_its_key(&mut self, slot: Slot) -> Option<Abandoned> {
        let key = self.read(slot)?.job.plan.key.clone();
        if let Some(reads) = self.reads.get_mut(&key) {
            if reads.scheduled == Some(slot) {
                reads.scheduled = None;
            }
            if reads.triggered == Some(slot) {
                reads.triggered = None;
                self.triggers -= 1;
            }
            if reads.scheduled.is_none() && reads.triggered.is_none() {
                self.reads.remove(&key);
            }
        }
        self.remove(slot)
    }

    /// The reads that are meant.
    pub(super) fn keys(&self, which: &Which) -> Vec<ReadKey> {
        let fits = |key: &&ReadKey| which.objects.is_empty() || which.objects.contains(&key.object_name);
        match &which.installation_id {
            Some(id) => self.installations.get(id).into_iter().flatten().filter(fits).cloned().collect(),
            None => self.installations.values().flatten().filter(fits).cloned().collect(),
        }
    }

    /// Makes reads due now; those that are paused stay so. How many there are.
    pub(super) fn run_now(&mut self, which: &Which, now: Timestamp) -> usize {
        let mut count = 0;
        for key in self.keys(which) {
            let Some(slot) = self.reads.get(&key).and_then(|reads| reads.scheduled) else { continue };
            let Some(read) = self.read(slot).filter(|read| !read.paused) else { continue };
            count += 1;
            match read.stage {
                Stage::Running => read.again = true,
                Stage::Idle => self.set_due(slot, Some(now)),
                Stage::Lined | Stage::Held => {}
            }
        }
        count
    }

    /// Stops reads by their schedule, or lets them go on; the journal knows already.
    pub(super) fn set_paused(&mut self, keys: &[ReadKey], paused: bool, now: Timestamp) {
        for key in keys {
            let Some(slot) = self.reads.get(key).and_then(|reads| reads.scheduled) else { continue };
            let Some(read) = self.read(slot).filter(|read| read.paused != paused) else { continue };
            (read.paused, read.failures) = (paused, 0);
            match (&read.turn, read.stage) {
                (Some(turn), Stage::Running) if paused => turn.call_off(),
                (_, Stage::Running) => read.again |= !paused,
                // A read in line that is paused comes to nothing once its place is given.
                (_, Stage::Lined) => {}
                _ => self.set_due(slot, (!paused).then_some(now)),
            }
        }
    }

    /// Which read a trigger means, and a place for it among those that wait.
    pub(super) fn admit(&mut self, trigger: &Trigger) -> Result<ReadKey, Refused> {
        let Trigger { integration, group_ref, object_name, .. } = trigger;
        let key = self.key_of(integration, group_ref, object_name)?;
        let reads = self.reads.entry(key.clone()).or_default();
        if reads.triggers.len() + usize::from(reads.triggered.is_some()) >= TRIGGERS_PER_READ_MAX {
            return Err(Refused::Full(format!(
                "{TRIGGERS_PER_READ_MAX} triggered reads of {object_name} wait for group {group_ref:?} already; try again once one \
                 has ended"
            )));
        }
        if self.triggers >= TRIGGERS_MAX {
            return Err(Refused::Full(format!("{TRIGGERS_MAX} triggered reads wait already; try again later")));
        }
        self.triggers += 1;
        Ok(key)
    }

    /// The read of an object, by the provider's name or as messages carry it.
    pub(super) fn key_of(&self, integration: &str, group_ref: &str, object_name: &str) -> Result<ReadKey, Refused> {
        let group = (integration.to_owned(), group_ref.to_owned());
        let installation = self.groups.get(&group).ok_or_else(|| {
            Refused::NotFound(format!("integration {integration:?} has no installation of group {group_ref:?} with reads"))
        })?;
        let keys = self.installations.get(installation).map(Vec::as_slice).unwrap_or_default();
        let by_name = keys.iter().find(|key| key.object_name == object_name);
        let key =
            by_name.or_else(|| keys.iter().find(|key| self.delivered_name(key).is_some_and(|name| name == object_name))).cloned();
        let Some(key) = key else {
            let names: Vec<&str> = keys.iter().map(|key| key.object_name.as_str()).collect();
            return Err(Refused::NotFound(format!(
                "object {object_name:?} is not read for group {group_ref:?}, or disabled; those that are read: {}",
                names.join(", ")
            )));
        };
        Ok(key)
    }

    /// What the read of an object is planned to be.
    pub(super) fn find(&self, integration: &str, group_ref: &str, object_name: &str) -> Result<Arc<ReadPlan>, Refused> {
        let key = self.key_of(integration, group_ref, object_name)?;
        let gone = || Refused::NotFound(format!("object {object_name:?} is no longer read for group {group_ref:?}"));
        self.job_of(&key).map(|job| job.plan.clone()).ok_or_else(gone)
    }

    fn delivered_name(&self, key: &ReadKey) -> Option<&String> {
        self.job_of(key).map(|job| &job.plan.context.object_name)
    }

    /// Takes an admitted trigger in, now that it is durable; itself where its read is no longer there.
    pub(super) fn enqueue(&mut self, key: ReadKey, operation_id: Uuid, now: Timestamp) -> Option<Abandoned> {
        if self.job_of(&key).is_none() {
            self.triggers -= 1;
            return Some(Abandoned { key, trigger: Some(operation_id) });
        }
        let reads = self.reads.entry(key.clone()).or_default();
        reads.triggers.push_back(operation_id);
        if reads.triggered.is_none() {
            self.start_trigger(&key, now);
        }
        None
    }

    /// One triggered operation of the read has ended and left the queue: the next may run.
    pub(super) fn next_trigger(&mut self, key: &ReadKey, now: Timestamp) {
        self.triggers -= 1;
        if let Some(reads) = self.reads.get_mut(key) {
            reads.triggered = None;
        }
        self.start_trigger(key, now);
    }

    fn start_trigger(&mut self, key: &ReadKey, now: Timestamp) {
        let Some(job) = self.job_of(key).cloned() else { return };
        let Some(operation_id) = self.reads.get_mut(key).and_then(|reads| reads.triggers.pop_front()) else { return };
        let slot = self.insert(job, Some(operation_id));
        self.set_due(slot, Some(now));
        self.reads.entry(key.clone()).or_default().triggered = Some(slot);
    }
}
