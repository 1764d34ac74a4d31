//! From the inbox to messages: claims a queue's events, asks for their records, and settles both in one transaction.

use std::{sync::Arc, time::Duration};

use ampline_core::{
    message::{AcceptedEvent, Envelope, build_events},
    plan::ReadKey,
    provider::ReadError,
    subscribe::{Decision, Needed, ProviderEvent, SubscribePlan, judge, records_needed},
};
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::watch, task::JoinSet};

use super::{
    Subscribed, Subscriptions,
    fetch::{Failing, Fetcher, failing},
};
use crate::{
    clock::{self, Clock, until},
    journal::{ClaimEvents, EventClaim, EventSettlement, Journal, JournalError, PutOff, QueuedEvent},
    pressure::Pressure,
    reader::Throttles,
    scheduler::{self, Which},
};

/// Queues that are worked on at the same time.
const QUEUES_MAX: usize = 8;
/// Events of one claim: two requests' worth of records.
const EVENTS_MAX: u32 = 200;
/// Bytes of their bodies.
const BYTES_MAX: u64 = 8 << 20;
/// How long a claim holds; longer than all the requests that one can need.
const LEASE: Duration = Duration::from_secs(15 * 60);
/// How long events are tried before they are given up; a provider that is down for longer is a matter for people.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(72);
/// How long a queue waits whose destination or disk is full.
const HELD: SignedDuration = SignedDuration::from_secs(5);
/// A sleep is cut into pieces so that a clock that is set forward is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// How long to wait before asking a journal again that cannot take what was made.
const JOURNAL_RETRY: Duration = Duration::from_secs(2);

/// Everything that processing shares.
pub(crate) struct Processor {
    journal: Arc<dyn Journal>,
    subscriptions: Arc<Subscriptions>,
    pressure: Arc<Pressure>,
    clock: Arc<dyn Clock>,
    fetcher: Fetcher,
    /// Where reads are asked for when a provider lost count.
    reads: scheduler::Handle,
    stop: watch::Receiver<bool>,
}

impl Processor {
    pub(crate) fn new(
        (journal, subscriptions): (Arc<dyn Journal>, Arc<Subscriptions>),
        pressure: Arc<Pressure>,
        clock: Arc<dyn Clock>,
        (http, throttles): (reqwest::Client, Arc<Throttles>),
        reads: scheduler::Handle,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self { journal, subscriptions, pressure, clock, fetcher: Fetcher::new(http, throttles), reads, stop }
    }
}

/// Runs until told to stop, then waits for what is under way.
pub(crate) async fn run(processor: Arc<Processor>) {
    let mut running = JoinSet::new();
    let mut stop = processor.stop.clone();
    while !*stop.borrow() {
        let now = processor.clock.now();
        let request = ClaimEvents { events_max: EVENTS_MAX, bytes_max: BYTES_MAX, now, lease: LEASE };
        let claimable = match running.len() < QUEUES_MAX {
            true => processor.journal.claim_events(request).await,
            false => Ok(Default::default()),
        };
        let (found, sleep) = match claimable {
            Ok(found) => {
                let sleep = found.next_due.map_or(SLEEP_MAX, |at| until(at, now).min(SLEEP_MAX));
                (found.claim, sleep)
            }
            Err(error) => {
                tracing::error!(target: "ampline::inbound", %error, "cannot look for events; trying again");
                (None, JOURNAL_RETRY)
            }
        };
        if let Some(claim) = found {
            let processor = processor.clone();
            running.spawn(async move { processor.process(claim).await });
            continue;
        }
        let is_full = running.len() >= QUEUES_MAX;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = processor.journal.wait_for_events(), if !is_full => {}
            () = tokio::time::sleep(sleep) => {}
            Some(ended) = running.join_next() => told(ended),
        }
    }
    while let Some(ended) = running.join_next().await {
        told(ended);
    }
}

/// A panic is a defect; its claim is given up by the end of its lease.
fn told(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(target: "ampline::inbound", %error, "processing broke off; the events are tried again when their lease ends");
    }
}

/// A claimed event, read.
struct Read<'a> {
    queued: &'a QueuedEvent,
    event: ProviderEvent,
}

impl Read<'_> {
    fn accepted(&self) -> AcceptedEvent<'_> {
        AcceptedEvent { key: self.queued.key, accepted_at: self.queued.accepted_at, event: &self.event }
    }
}

impl Processor {
    async fn process(&self, claim: EventClaim) {
        let settlement = self.outcome(&claim).await;
        let (done, dead) = (settlement.done.len(), settlement.dead.len());
        let messages = settlement.envelopes.len();
        let ReadKey { installation_id, object_name } = &claim.queue;
        for (id, reason) in &settlement.dead {
            tracing::error!(target: "ampline::inbound", event = "event.dead", id, installation = %installation_id, object = %object_name, reason);
        }
        match &settlement.put_off {
            Some(PutOff { until, reason, .. }) => tracing::warn!(target: "ampline::inbound", event = "events.waiting",
                installation = %installation_id, object = %object_name, %until, reason, failures = claim.failures + 1),
            None => tracing::info!(target: "ampline::inbound", event = "events.processed", installation = %installation_id,
                object = %object_name, events = done, messages, dead),
        }
        self.settle(&claim, settlement).await;
    }

    /// Makes the outcome durable, however long the disk is full; a claim that has another owner by now is theirs.
    async fn settle(&self, claim: &EventClaim, settlement: EventSettlement) {
        let mut stop = self.stop.clone();
        loop {
            match self.journal.settle_events(claim, settlement.clone()).await {
                Ok(()) => return,
                Err(JournalError::StaleClaim) => {
                    return tracing::warn!(target: "ampline::inbound", "the events were claimed again meanwhile; they are not delivered twice");
                }
                Err(error) => {
                    tracing::error!(target: "ampline::inbound", %error, "cannot store what events became; trying again")
                }
            }
            tokio::select! {
                // What is not settled is processed again at the next start.
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(JOURNAL_RETRY) => {}
            }
        }
    }

    async fn outcome(&self, claim: &EventClaim) -> EventSettlement {
        let now = self.clock.now();
        let mut settlement = EventSettlement { envelopes: Vec::new(), done: Vec::new(), dead: Vec::new(), put_off: None, now };
        let Some(subscribed) = self.subscriptions.of(&claim.queue.installation_id) else {
            settlement.done = claim.events.iter().map(|event| event.id).collect();
            return settlement;
        };
        let is_ours = |plan: &&SubscribePlan| plan.read.key.object_name == claim.queue.object_name;
        let plans: Vec<&SubscribePlan> = subscribed.plans.iter().filter(is_ours).collect();
        if let Some(reason) = plans.iter().find_map(|plan| self.pressure.on(&plan.read.context.destination)) {
            settlement.put_off = Some(PutOff { until: now + HELD, reason, failed: false });
            return settlement;
        }
        let mut events = Vec::with_capacity(claim.events.len());
        for queued in &claim.events {
            match subscribed.source.event(&queued.body) {
                Ok(event) => events.push(Read { queued, event }),
                Err(error) => settlement.dead.push((queued.id, format!("the event cannot be read: {error}"))),
            }
        }
        match self.messages(&subscribed, &plans, &events, now).await {
            Ok(envelopes) => {
                settlement.envelopes = envelopes;
                settlement.done = events.iter().map(|read| read.queued.id).collect();
            }
            Err(error) => self.failed(claim, &subscribed, &plans, (&events, error), &mut settlement).await,
        }
        settlement
    }

    /// What the events become, all of them or none.
    async fn messages<'a>(
        &self,
        subscribed: &Subscribed,
        plans: &[&SubscribePlan],
        events: &[Read<'a>],
        now: Timestamp,
    ) -> Result<Vec<Envelope>, ReadError> {
        let source = subscribed.source;
        let told = events.iter().map(|read| &read.event);
        let objects = self.fetcher.custom_objects(subscribed, &self.subscriptions.objects, told, now).await?;
        let names = subscribed.object_names();
        let named =
            |read: &Read<'a>| Read { queued: read.queued, event: objects.named(source, &read.event, &names).into_owned() };
        let events: Vec<Read<'a>> = events.iter().map(named).collect();
        let decided = |plan: &SubscribePlan, decision: &Decision| -> Vec<&Read<'_>> {
            events.iter().filter(|read| judge(source, plan, &read.event) == *decision).collect()
        };
        let wanted: Vec<(&SubscribePlan, Vec<&Read<'_>>)> =
            plans.iter().map(|plan| (*plan, decided(plan, &Decision::Message))).collect();
        let needed: Vec<Needed<'_>> = wanted
            .iter()
            .flat_map(|(plan, reads)| reads.iter().flat_map(|read| records_needed(source, plan, &read.event)))
            .collect();
        let records = self.fetcher.records(subscribed, &needed, now).await?;
        if let Some(plan) = plans.iter().find(|plan| !decided(plan, &Decision::ReadObject).is_empty()) {
            self.read_object(&plan.read.key).await;
        }
        let build = |plan: &SubscribePlan, reads: &[&Read<'_>]| {
            let accepted: Vec<_> = reads.iter().map(|read| read.accepted()).collect();
            build_events(source, plan, &accepted, &records, now)
        };
        if let [(plan, reads)] = &wanted[..] {
            return Ok(build(plan, reads));
        }
        // Several subscriptions to one object: event by event, so that what happened first is told first.
        let build = &build;
        let each = events.iter().flat_map(|read| {
            let concerned = wanted.iter().filter(move |(_, reads)| reads.iter().any(|one| one.queued.id == read.queued.id));
            concerned.flat_map(move |(plan, _)| build(plan, &[read]))
        });
        Ok(each.collect())
    }

    /// Lets the queue wait, or finds out which events are at fault.
    async fn failed(
        &self,
        claim: &EventClaim,
        subscribed: &Subscribed,
        plans: &[&SubscribePlan],
        (events, error): (&[Read<'_>], ReadError),
        settlement: &mut EventSettlement,
    ) {
        let mut waiting = None;
        match failing(&error, claim.failures, clock::chance()) {
            Failing::Wait(wait) => waiting = Some((wait, error.message)),
            Failing::Alone => {
                for read in events {
                    let one = std::slice::from_ref(read);
                    match self.messages(subscribed, plans, one, settlement.now).await {
                        Ok(envelopes) => {
                            settlement.envelopes.extend(envelopes);
                            settlement.done.push(read.queued.id);
                        }
                        Err(error) => match failing(&error, claim.failures, clock::chance()) {
                            Failing::Alone => settlement.dead.push((read.queued.id, error.message)),
                            // The provider itself fails by now: what is left is tried later.
                            Failing::Wait(wait) => {
                                waiting = Some((wait, error.message));
                                break;
                            }
                        },
                    }
                }
            }
        }
        let Some((wait, reason)) = waiting else { return };
        let is_settled = |id: i64| settlement.done.contains(&id) || settlement.dead.iter().any(|(dead, _)| *dead == id);
        let is_old = |queued: &QueuedEvent| settlement.now.duration_since(queued.accepted_at) > AGE_MAX;
        let given_up = events.iter().map(|read| read.queued).filter(|queued| is_old(queued) && !is_settled(queued.id));
        let given_up: Vec<_> =
            given_up.map(|queued| (queued.id, format!("given up after {} h: {reason}", AGE_MAX.as_hours()))).collect();
        settlement.dead.extend(given_up);
        let until = settlement.now + SignedDuration::try_from(wait).unwrap_or(HELD);
        settlement.put_off = Some(PutOff { until, reason, failed: true });
    }

    /// The provider lost count of an object's changes: a read finds them, at the object's own destination.
    async fn read_object(&self, key: &ReadKey) {
        let which = Which { installation_id: Some(key.installation_id.clone()), objects: vec![key.object_name.clone()] };
        if self.reads.run_now(which).await.unwrap_or(0) == 0 {
            tracing::error!(target: "ampline::inbound", event = "events.overflowed", installation = %key.installation_id,
                object = %key.object_name, "the provider left events out, and the object is not read: changes are missing");
        }
    }
}
