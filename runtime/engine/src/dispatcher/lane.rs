//! One destination's lane: claim what is due, hand it to the sink in batches, settle what came of it.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ampline_core::{
    outcome::{Failure, Outcome},
    retry::Verdict,
};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

use super::{
    BATCHES_IN_FLIGHT, Route, Shared,
    attempt::{self, BatchHealth},
    breaker::{Admission, Breaker},
    leases::Leases,
    quarantine::{self, Quarantine},
    rate::Rate,
};
use crate::{
    clock::until,
    journal::{Claim, ClaimRequest, Claimed, Settlement},
    sink::{BUSY, BatchItem, BatchReport, Delivered, Descriptor},
};

/// Batches that wait for their settlement to become durable while the next are already on their way.
const SETTLEMENTS_IN_FLIGHT: usize = 8;
/// The longest that a destination as a whole is left alone on its own word; the envelope itself waits as long as it was told.
const PAUSE_MAX: SignedDuration = SignedDuration::from_secs(300);
/// How long to wait before asking a journal again that failed; for settlements it doubles.
const JOURNAL_RETRY: Duration = Duration::from_secs(1);
/// The longest such wait.
const JOURNAL_RETRY_MAX: Duration = Duration::from_secs(15);
/// How long claims are held back before they are given back where no sink instance is free.
const BUSY_WAIT: Duration = Duration::from_secs(1);
/// A quiet lane looks again after so long at the latest.
const IDLE_MAX: Duration = Duration::from_secs(60);

struct Lane {
    shared: Shared,
    route: Route,
    descriptor: Arc<Descriptor>,
    leases: Leases,
    state: Mutex<Flow>,
    /// Something ended that may let the lane go on: a batch, a trial, a retry that now has a time.
    changed: Notify,
    places: Arc<Semaphore>,
    settlements: Arc<Semaphore>,
    /// Turns true when another lane goes on for the destination, or none: what this one learns says nothing of what is now.
    superseded: watch::Receiver<bool>,
}

struct Flow {
    breaker: Breaker,
    rate: Option<Rate>,
    quarantine: Quarantine,
    /// Settlements that the journal could not take yet. Nothing is claimed meanwhile: what is delivered and not settled would be
    /// delivered again.
    unsettled: u32,
    /// What the last claim came to, where it brought nothing.
    lull: Option<Lull>,
}

/// Why a claim brought nothing.
enum Lull {
    /// There is nothing, and the next falls due then, as far as is known.
    Nothing { next_due: Option<Timestamp> },
    /// The journal failed.
    Failed,
}

/// What the lane does next.
enum Step {
    /// Claim at most so many, perhaps as a trial.
    Claim { envelopes_max: u32, trial: bool },
    /// Nothing before this much time has passed, or something changes.
    Wait(Duration),
}

/// Runs a lane until `stop` turns true, or it is superseded, and what is in flight is settled.
pub(super) async fn run(shared: Shared, route: Route, mut stop: watch::Receiver<bool>, mut superseded: watch::Receiver<bool>) {
    let Some(descriptor) = shared.sinks.descriptor(&route.destination.kind) else {
        tracing::error!(destination = %route.destination.name, kind = %route.destination.kind, "no such sink is installed; nothing is delivered");
        return;
    };
    let lane = Arc::new(Lane {
        leases: Leases::new(shared.sinks.clone(), route.destination.clone()),
        state: Mutex::new(Flow {
            breaker: Breaker::default(),
            rate: route.rate_per_second.map(|rate| Rate::new(rate, shared.clock.now())),
            quarantine: Quarantine::default(),
            unsettled: 0,
            lull: None,
        }),
        changed: Notify::new(),
        places: Arc::new(Semaphore::new(batches_in_flight(&route) as usize)),
        settlements: Arc::new(Semaphore::new(SETTLEMENTS_IN_FLIGHT)),
        superseded: superseded.clone(),
        shared,
        route,
        descriptor,
    });
    tokio::select! {
        () = lane.keep_order() => {}
        _ = stop.wait_for(|stop| *stop) => return,
        Ok(_) = superseded.wait_for(|over| *over) => return,
    }
    let mut batches = JoinSet::new();
    while !*stop.borrow() && !*superseded.borrow() {
        let next = tokio::select! {
            // Whoever calls lanes off may be gone, and then nobody does.
            _ = stop.wait_for(|stop| *stop) => break,
            Ok(_) = superseded.wait_for(|over| *over) => break,
            next = lane.next() => next,
        };
        // Not called off in the middle: what a claim took would stay claimed until its lease ended.
        if let Some((envelopes_max, trial, place)) = next {
            lane.send(&mut batches, envelopes_max, trial, place).await;
        }
        while batches.try_join_next().is_some() {}
    }
    lane.leases.drop_idle();
    while batches.join_next().await.is_some() {}
}

fn batches_in_flight(route: &Route) -> u32 {
    let instances = route.destination.grants.limits.instances.unwrap_or(BATCHES_IN_FLIGHT);
    route.concurrency.min(instances).clamp(1, BATCHES_IN_FLIGHT)
}

impl Lane {
    /// Nothing is claimed before the journal knows whether the sink wants it in order.
    async fn keep_order(&self) {
        let name = &self.route.destination.name;
        while let Err(error) = self.shared.journal.keep_order(name, self.descriptor.ordered).await {
            tracing::error!(destination = %name, %error, "cannot record whether it keeps order; trying again");
            tokio::time::sleep(JOURNAL_RETRY).await;
        }
    }

    /// Waits for a place and for something to claim: how many envelopes, whether as a trial, and the place. Nothing where there was
    /// nothing to do but wait. May be dropped at any time.
    async fn next(&self) -> Option<(u32, bool, OwnedSemaphorePermit)> {
        let lull = self.flow().lull.take();
        match lull {
            Some(Lull::Nothing { next_due }) => self.idle(next_due).await,
            Some(Lull::Failed) => tokio::time::sleep(JOURNAL_RETRY).await,
            None => {}
        }
        let place = self.places.clone().acquire_owned().await.ok()?;
        match self.step() {
            Step::Wait(time) => {
                self.rest(time).await;
                None
            }
            Step::Claim { envelopes_max, trial } => Some((envelopes_max, trial, place)),
        }
    }

    /// Claims, and sends what there is.
    async fn send(self: &Arc<Self>, batches: &mut JoinSet<()>, envelopes_max: u32, trial: bool, place: OwnedSemaphorePermit) {
        match self.claim(envelopes_max).await {
            Some(claim) if claim.deliveries.is_empty() => self.flow().lull = Some(Lull::Nothing { next_due: claim.next_due }),
            Some(claim) => {
                let batch = self.part(claim.deliveries).await;
                self.take_off(batch.len(), trial);
                batches.spawn(deliver(self.clone(), batch, trial, place));
            }
            None => self.flow().lull = Some(Lull::Failed),
        }
    }

    /// Whether what this lane finds out still says something of its destination.
    fn is_current(&self) -> bool {
        !*self.superseded.borrow()
    }

    fn flow(&self) -> MutexGuard<'_, Flow> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step(&self) -> Step {
        let now = self.shared.clock.now();
        let mut flow = self.flow();
        if flow.unsettled > 0 {
            return Step::Wait(JOURNAL_RETRY_MAX);
        }
        let trial = match flow.breaker.admission(now) {
            Admission::Open => false,
            Admission::Trial => true,
            Admission::Hold => return Step::Wait(IDLE_MAX),
            Admission::Wait(at) => return Step::Wait(until(at, now)),
        };
        let share = self.route.concurrency / batches_in_flight(&self.route);
        let wanted = if trial || flow.quarantine.is_on() { 1 } else { share.min(self.descriptor.max_batch_envelopes).max(1) };
        match flow.rate.as_mut().map(|rate| rate.allowance(now)) {
            Some(Err(wait)) => Step::Wait(wait),
            Some(Ok(allowed)) => Step::Claim { envelopes_max: wanted.min(allowed), trial },
            None => Step::Claim { envelopes_max: wanted, trial },
        }
    }

    async fn claim(&self, envelopes_max: u32) -> Option<Claim> {
        let request = ClaimRequest {
            destination: self.route.destination.name.clone(),
            envelopes_max,
            bytes_max: self.descriptor.max_batch_bytes,
            now: self.shared.clock.now(),
            lease: self.route.lease,
        };
        let claim = self.shared.journal.claim(request).await;
        claim
            .inspect_err(
                |error| tracing::error!(destination = %self.route.destination.name, %error, "cannot claim; trying again"),
            )
            .ok()
    }

    /// The part of a claim that may go together; the rest is given back.
    async fn part(&self, claimed: Vec<Claimed>) -> Vec<Claimed> {
        let (batch, back) = self.flow().quarantine.part(claimed);
        if !back.is_empty() {
            self.release(&back).await;
        }
        batch
    }

    async fn release(&self, claimed: &[Claimed]) {
        let deliveries: Vec<i64> = claimed.iter().map(|one| one.delivery).collect();
        if let Err(error) = self.shared.journal.release(&deliveries).await {
            tracing::error!(destination = %self.route.destination.name, %error, "cannot give claims back; their lease ends by itself");
        }
    }

    fn take_off(&self, envelopes: usize, trial: bool) {
        let mut flow = self.flow();
        if trial {
            flow.breaker.trial_begins();
        }
        if let Some(rate) = flow.rate.as_mut() {
            rate.spend(envelopes);
        }
    }

    /// Waits until there may be something to claim.
    async fn idle(&self, next_due: Option<Timestamp>) {
        let wait = next_due.map_or(IDLE_MAX, |at| until(at, self.shared.clock.now()).min(IDLE_MAX));
        tokio::select! {
            () = self.shared.journal.wait_for_work(&self.route.destination.name) => {}
            () = self.changed.notified() => {}
            () = tokio::time::sleep(wait) => self.leases.drop_idle(),
        }
    }

    /// Waits out a pause, or until something changes.
    async fn rest(&self, time: Duration) {
        self.leases.drop_idle();
        tokio::select! {
            () = self.changed.notified() => {}
            () = tokio::time::sleep(time) => {}
        }
    }

    /// What the results say about the destination, for the breaker.
    fn learn(&self, health: &BatchHealth, trial: bool, now: Timestamp) {
        let mut flow = self.flow();
        if trial {
            flow.breaker.trial_ends();
        }
        if health.answered > 0 {
            flow.breaker.succeeded();
        } else if health.failed > 0
            && let Some(at) = flow.breaker.failed(health.failed, trial, now)
        {
            tracing::warn!(destination = %self.route.destination.name, until = %at, "only failures; leaving it alone, then trying one envelope");
        }
        if let Some(asked) = health.retry_after {
            let pause = SignedDuration::try_from(asked).unwrap_or(PAUSE_MAX).min(PAUSE_MAX);
            flow.breaker.pause_until(now + pause);
        }
    }
}

/// Delivers one batch and settles it. The place is free again as soon as the sink has answered; the settlement becomes durable
/// behind it.
async fn deliver(lane: Arc<Lane>, claimed: Vec<Claimed>, trial: bool, place: OwnedSemaphorePermit) {
    let started_at = lane.shared.clock.now();
    let batch = claimed.iter().map(|one| BatchItem { envelope: one.envelope.clone(), attempt: one.attempt }).collect();
    // A defect in the host must not leave claims and a trial hanging: it counts as a failed attempt.
    let delivering = AssertUnwindSafe(lane.leases.deliver(batch)).catch_unwind().await;
    let defect = |_| Err(Failure::transient("host.panic", "a defect of the runtime; its log holds the panic's own words"));
    let report = match delivering.unwrap_or_else(defect) {
        Ok(report) => report,
        Err(failure) if failure.code == BUSY => return give_back(&lane, &claimed, trial).await,
        Err(failure) => {
            let failed = Delivered { outcome: Outcome::Failed(failure), duration: Duration::ZERO };
            BatchReport { results: claimed.iter().map(|_| failed.clone()).collect(), reusable: false }
        }
    };
    let ended = quarantine::ended(&report);
    if let Some(code) = ended
        && claimed.len() > 1
    {
        return isolate(&lane, &claimed, code).await;
    }
    let now = lane.shared.clock.now();
    lane.learn(&attempt::health(&report.results), trial, now);
    let settlement = lane.settlements.clone().acquire_owned().await;
    drop(place);
    let disable_after = lane.route.disable_after.filter(|_| lane.is_current());
    let settlements: Vec<Settlement> = (claimed.iter().zip(&report.results))
        .map(|(one, result)| attempt::settlement(one, result, &lane.route, started_at, now))
        .map(|settlement| Settlement { disable_after, ..settlement })
        .collect();
    if let [alone] = settlements.as_slice() {
        let again = ended.is_some() && matches!(alone.verdict, Verdict::RetryAt(_));
        lane.flow().quarantine.went_alone(alone.delivery, again);
    }
    for ((one, result), settled) in claimed.iter().zip(&report.results).zip(&settlements) {
        attempt::log(one, &lane.route.destination.name, result, settled);
        attempt::trace(one, &lane.route.destination.name, result, settled);
    }
    attempt::count(&claimed, &lane.route.destination.name, &report.results, &settlements, now);
    settle(&lane, settlements).await;
    drop(settlement);
    lane.changed.notify_one();
}

/// Nothing was attempted, for want of an instance: that is no attempt, and others need the time more.
async fn give_back(lane: &Lane, claimed: &[Claimed], trial: bool) {
    tracing::warn!(destination = %lane.route.destination.name, envelopes = claimed.len(), "no sink instance is free; waiting");
    tokio::time::sleep(BUSY_WAIT).await;
    if trial {
        lane.flow().breaker.trial_ends();
    }
    lane.release(claimed).await;
    lane.changed.notify_one();
}

/// The sink's instance ended with a batch of several: no attempt for any of them, but each again by itself.
async fn isolate(lane: &Lane, claimed: &[Claimed], code: &str) {
    tracing::warn!(target: "ampline::delivery", event = "delivery.isolated", destination = %lane.route.destination.name,
        envelopes = claimed.len(), code, "the sink ended with this batch; its messages go out one at a time");
    lane.flow().quarantine.suspect(claimed);
    lane.release(claimed).await;
    lane.changed.notify_one();
}

/// Makes settlements durable; a journal that fails is asked again, because a success that is not recorded would be sent twice.
async fn settle(lane: &Lane, settlements: Vec<Settlement>) {
    let name = &lane.route.destination.name;
    let blocked = settlements.iter().find_map(|settlement| match &settlement.verdict {
        Verdict::Block(reason) => Some(reason.clone()),
        _ => None,
    });
    if let Some(reason) = blocked.filter(|_| lane.is_current()) {
        tracing::error!(event = "destination.disabled", destination = %name, %reason);
        if let Err(error) = lane.shared.journal.stop_destination(name, reason, lane.shared.clock.now()).await {
            tracing::error!(destination = %name, %error, "cannot record that the destination is stopped");
        }
    }
    let mut wait = JOURNAL_RETRY;
    while let Err(error) = lane.shared.journal.settle(settlements.clone()).await {
        if wait == JOURNAL_RETRY {
            lane.flow().unsettled += 1;
        }
        tracing::error!(destination = %name, %error, attempts = settlements.len(), wait_s = wait.as_secs(), "cannot settle; trying again");
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(JOURNAL_RETRY_MAX);
    }
    if wait > JOURNAL_RETRY {
        lane.flow().unsettled -= 1;
    }
}
