//! The journal in one SQLite file.

mod attempts;
mod bulk;
mod bury;
mod claim;
mod commit;
mod context;
mod deliveries;
mod destinations;
mod events;
mod held;
mod inbox;
mod lane;
mod lanes;
mod narrow;
mod operation_log;
mod operations;
mod order;
mod outbox;
mod ownership;
mod purge;
mod queues;
mod recent;
mod records;
mod rename;
mod replay;
mod retain;
mod settle;
mod switch;

use std::{path::Path, sync::Arc};

use ampline_core::{message::Envelope, plan::ReadKey};
use async_trait::async_trait;
use jiff::Timestamp;
use lanes::Lanes;
use queues::Queues;
use recent::Recent;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    Accepted, Begin, Bulk, Changes, Claim, ClaimEvents, ClaimRequest, Claimable, DeliveryDetail, DeliveryFilter, DeliverySummary,
    DestinationState, EventClaim, EventDetail, EventFilter, EventSettlement, EventSummary, Inbox, InboxState, Journal,
    JournalError, LogEntry, NewEvent, NewTrigger, Operation, OperationEnd, OperationFilter, OperationOf, Page, PageCommit, Pause,
    Purged, ReadLease, ReadState, Result, Retention, Settlement, Standing,
};
use crate::sqlite::{self, Database, Schema, StoreFailed, Unusable};
pub use crate::sqlite::{Options, Synchronous};

/// Version and tables of the file.
const SCHEMA: Schema = Schema {
    kind: "journal",
    application_id: 0x416D_704A,
    steps: &[
        include_str!("schema-1.sql"),
        include_str!("schema-2.sql"),
        include_str!("schema-3.sql"),
        include_str!("schema-4.sql"),
        include_str!("schema-5.sql"),
        include_str!("deleted_destinations.sql"),
        include_str!("on_request.sql"),
        include_str!("narrow.sql"),
        include_str!("order.sql"),
        include_str!("delivered.sql"),
    ],
};

/// What a request on the store can end with.
type Fault = sqlite::Fault<JournalError>;

/// The journal in one SQLite file, which only this process uses.
pub struct SqliteJournal {
    database: Database,
    lanes: Arc<Lanes>,
    recent: Arc<Recent>,
    queues: Arc<Queues>,
    /// Something was written down that is to be told.
    told: Arc<Notify>,
}

impl SqliteJournal {
    /// Opens the journal, making it if the file is not there. Leases and claims of an earlier process hold no more.
    ///
    /// Fails with [`JournalError::Unusable`] and leaves the file as it is where it is in use, damaged, of a newer version or of
    /// another application.
    pub fn open(path: &Path, options: &Options) -> Result<Arc<Self>> {
        let (lanes, queues) = (Arc::new(Lanes::default()), Arc::new(Queues::default()));
        let database = Database::open(path, &SCHEMA, options, |writer| {
            ownership::end_leases(writer)?;
            destinations::load(writer, &lanes)?;
            inbox::load(writer, &queues)
        })?;
        // What an earlier process left is told first.
        let told = Arc::new(Notify::new());
        told.notify_one();
        Ok(Arc::new(Self { database, lanes, recent: Arc::default(), queues, told }))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.database.path()
    }
}

impl std::fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteJournal").field("path", &self.path()).finish_non_exhaustive()
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn begin(&self, begin: Begin) -> Result<Option<ReadLease>> {
        // An operation that power loss takes has committed nothing: another begins.
        let begun = self.database.write_ahead(move |db| ownership::begin(db, &begin), |_| ()).await?;
        if let Some(lease) = &begun {
            self.lanes.changes.operation(&lease.key, lease.operation_id);
        }
        Ok(begun)
    }

    async fn commit(&self, lease: &ReadLease, commit: PageCommit) -> Result<()> {
        let page = commit::prepare(lease, commit)?;
        let (lanes, recent) = (Arc::clone(&self.lanes), Arc::clone(&self.recent));
        let told = page.tells().then(|| Arc::clone(&self.told));
        let announce = move |arrived: &Vec<commit::Arrived>| {
            commit::announce(&lanes, &recent, arrived);
            if let Some(told) = told {
                told.notify_one();
            }
        };
        self.database.write(move |db| commit::commit(db, &page), announce).await?;
        self.lanes.changes.operation(&lease.key, lease.operation_id);
        Ok(())
    }

    async fn finish(&self, lease: &ReadLease, end: OperationEnd) -> Result<()> {
        ownership::end(self, lease, end).await
    }

    async fn suspend(&self, lease: &ReadLease, log: Vec<LogEntry>) -> Result<()> {
        let lease = lease.clone();
        Ok(self.database.write(move |db| ownership::suspend(db, &lease, &log), |()| ()).await?)
    }

    async fn trigger(&self, trigger: NewTrigger) -> Result<()> {
        Ok(self.database.write(move |db| ownership::trigger(db, &trigger), |()| ()).await?)
    }

    async fn triggered(&self) -> Result<Vec<(ReadKey, Uuid)>> {
        Ok(self.database.read(ownership::triggered).await?)
    }

    async fn pause(&self, keys: &[ReadKey], pause: Option<Pause>) -> Result<()> {
        let paused = keys.to_vec();
        self.database.write(move |db| ownership::pause(db, &paused, pause.as_ref()), |()| ()).await?;
        self.lanes.changes.reads(keys);
        Ok(())
    }

    async fn ask_for(&self, key: &ReadKey, pages: u32, now: Timestamp) -> Result<u64> {
        held::ask(self, key, pages, now).await
    }

    async fn reads(&self) -> Result<Vec<ReadState>> {
        Ok(self.database.read(|db| operations::reads(db, None)).await?)
    }

    async fn reads_of(&self, installation_id: &str) -> Result<Vec<ReadState>> {
        let installation_id = installation_id.to_owned();
        Ok(self.database.read(move |db| operations::reads(db, Some(&installation_id))).await?)
    }

    async fn standings(&self, installation_ids: Vec<String>) -> Result<Vec<Standing>> {
        let each = move |db: &sqlite::Connection| installation_ids.iter().map(|id| operations::standing(db, id)).collect();
        Ok(self.database.read(each).await?)
    }

    async fn operations(&self, filter: &OperationFilter, limit: u32, page_token: Option<&str>) -> Result<Page<OperationOf>> {
        let (filter, before) = (filter.clone(), deliveries::page_start(page_token)?);
        Ok(self.database.read(move |db| operations::page(db, &filter, limit, before)).await?)
    }

    async fn operation(&self, id: Uuid) -> Result<Option<OperationOf>> {
        Ok(self.database.read(move |db| operations::one(db, id)).await?)
    }

    async fn operation_log(&self, id: Uuid) -> Result<Vec<LogEntry>> {
        Ok(self.database.read(move |db| operation_log::entries(db, id)).await?)
    }

    async fn backfill(&self, key: &ReadKey) -> Result<Option<Operation>> {
        let key = key.clone();
        Ok(self.database.read(move |db| operations::backfill(db, &key)).await?)
    }

    async fn claim(&self, request: ClaimRequest) -> Result<Claim> {
        let lane = self.lanes.named(&request.destination);
        if !claim::worth_a_look(&lane) {
            return Ok(Claim::default());
        }
        let recent = Arc::clone(&self.recent);
        Ok(self.database.read(move |db| claim::claim(db, &lane, &recent, &request)).await?)
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<()> {
        let (lanes, settled_lanes, told) = (Arc::clone(&self.lanes), Arc::clone(&self.lanes), Arc::clone(&self.told));
        // What power loss takes of it is delivered once more, as what it catches between an answer and its settlement.
        let settled = self.database.write_ahead(
            move |db| settle::settle(db, &lanes, &settlements),
            move |settled| {
                if settle::announce(&settled_lanes, settled) {
                    told.notify_one();
                }
            },
        );
        Ok(settled.await.map(drop)?)
    }

    async fn release(&self, deliveries: &[i64]) -> Result<()> {
        self.lanes.each(|lane| lane.change(|lane| deliveries.iter().for_each(|delivery| lane.give_back(*delivery))));
        Ok(())
    }

    async fn wait_for_work(&self, destination: &str) {
        self.lanes.named(destination).wait().await;
    }

    async fn deliveries(&self, filter: &DeliveryFilter, limit: u32, page_token: Option<&str>) -> Result<Page<DeliverySummary>> {
        let (filter, before) = (filter.clone(), deliveries::page_start(page_token)?);
        Ok(self.database.read(move |db| deliveries::page(db, &filter, limit, before)).await?)
    }

    async fn delivery(&self, id: i64) -> Result<Option<DeliveryDetail>> {
        Ok(self.database.read(move |db| deliveries::detail(db, id)).await?)
    }

    async fn deliveries_of(&self, ids: Vec<i64>) -> Result<Vec<DeliverySummary>> {
        Ok(self.database.read(move |db| deliveries::some(db, &ids)).await?)
    }

    async fn envelope(&self, event_id: Uuid) -> Result<Option<Arc<Envelope>>> {
        Ok(self.database.read(move |db| deliveries::envelope(db, event_id)).await?)
    }

    async fn replay(&self, filter: &DeliveryFilter, now: Timestamp) -> Result<u64> {
        replay::replay(&self.database, &self.lanes, filter, now).await
    }

    async fn purge(&self, filter: &DeliveryFilter) -> Result<Purged> {
        purge::purge(&self.database, filter).await
    }

    async fn count(&self, filter: &DeliveryFilter, what: Bulk) -> Result<u64> {
        bulk::count(&self.database, filter, what).await
    }

    fn changes(&self) -> Arc<Changes> {
        Arc::clone(&self.lanes.changes)
    }

    fn pending_bytes(&self, destination: &str) -> u64 {
        self.lanes.named(destination).pending_bytes()
    }

    fn trouble(&self) -> Option<String> {
        self.database.trouble()
    }

    async fn destinations(&self) -> Result<Vec<DestinationState>> {
        Ok(self.database.read(destinations::states).await?)
    }

    async fn set_destination(&self, name: &str, disabled_reason: Option<String>) -> Result<()> {
        switch::set(self, name, disabled_reason).await
    }

    async fn stop_destination(&self, name: &str, reason: String, now: Timestamp) -> Result<()> {
        switch::stop(self, name, reason, now).await
    }

    async fn close_destination(&self, name: &str, reason: String) -> Result<()> {
        switch::close(self, name, reason).await
    }

    async fn bury(&self, name: &str, now: Timestamp) -> Result<u64> {
        bury::bury(&self.database, &self.lanes, name, now).await
    }

    async fn keep_order(&self, name: &str, keeps_order: bool) -> Result<()> {
        order::keep(self, name, keeps_order).await
    }

    async fn rename_destination(&self, from: &str, to: &str) -> Result<()> {
        switch::rename(self, from, to).await
    }

    async fn enqueue(&self, envelopes: Vec<Envelope>, now: Timestamp) -> Result<Vec<i64>> {
        let envelopes = commit::encode(envelopes)?;
        let (lanes, recent) = (Arc::clone(&self.lanes), Arc::clone(&self.recent));
        let store = move |db: &sqlite::Connection| commit::store(db, &envelopes, now);
        let arrived = self.database.write(store, move |arrived: &Vec<_>| commit::announce(&lanes, &recent, arrived)).await?;
        Ok(arrived.iter().flat_map(|one| one.keys.iter().map(|key| key.delivery)).collect())
    }

    async fn retain(&self, retention: Retention, now: Timestamp) -> Result<Purged> {
        events::forget(&self.database, &self.queues, retention.age_max, now).await?;
        self.database.write(move |db| outbox::forget_schemas(db, now), |()| ()).await?;
        held::expire(self, retention.age_max, now).await?;
        retain::retain(&self.database, retention, now).await
    }

    async fn close(&self) -> Result<()> {
        Ok(self.database.close().await.map_err(Fault::from)?)
    }
}

#[async_trait]
impl Inbox for SqliteJournal {
    async fn accept_events(&self, events: Vec<NewEvent>, now: Timestamp) -> Result<Accepted> {
        let queues = Arc::clone(&self.queues);
        let accepted = self
            .database
            .write(move |db| inbox::accept(db, &events, now), move |brought: &inbox::Brought| inbox::announce(&queues, brought));
        Ok(accepted.await?.accepted)
    }

    async fn claim_events(&self, request: ClaimEvents) -> Result<Claimable> {
        let now_us = sqlite::us(request.now);
        let lease_us = i64::try_from(request.lease.as_micros()).unwrap_or(i64::MAX);
        let taken = match self.queues.change(|state| state.take(now_us, now_us.saturating_add(lease_us))) {
            Ok(taken) => taken,
            Err(next_us) => return Ok(Claimable { claim: None, next_due: next_us.map(sqlite::time_of_us) }),
        };
        let (queue, fence, failures) = (taken.queue, taken.fence, taken.failures);
        let read = self.database.read(move |db| inbox::claim(db, taken, &request)).await;
        if read.is_err() {
            self.queues.change(|state| state.give_back(queue, fence, 0, now_us, failures));
        }
        Ok(Claimable { claim: Some(read?), next_due: None })
    }

    async fn settle_events(&self, claim: &EventClaim, mut settlement: EventSettlement) -> Result<()> {
        let envelopes = commit::encode(std::mem::take(&mut settlement.envelopes))?;
        let (queues, lanes, recent) = (Arc::clone(&self.queues), Arc::clone(&self.lanes), Arc::clone(&self.recent));
        let (owners, claim, fence) = (Arc::clone(&self.queues), claim.clone(), claim.fence);
        let settled = self.database.write(
            move |db| inbox::settle(db, &owners, &claim, &settlement, &envelopes),
            move |settled: &inbox::Settled| {
                inbox::announce_settled(&queues, fence, settled);
                commit::announce(&lanes, &recent, &settled.arrived);
            },
        );
        Ok(settled.await.map(drop)?)
    }

    async fn wait_for_events(&self) {
        self.queues.wait().await;
    }

    fn inbox(&self) -> InboxState {
        self.queues.totals()
    }

    async fn events(&self, filter: &EventFilter, limit: u32, page_token: Option<&str>) -> Result<Page<EventSummary>> {
        let (filter, before) = (filter.clone(), deliveries::page_start(page_token)?);
        Ok(self.database.read(move |db| events::page(db, &filter, limit, before)).await?)
    }

    async fn event(&self, id: i64) -> Result<Option<EventDetail>> {
        Ok(self.database.read(move |db| events::detail(db, id)).await?)
    }

    async fn replay_events(&self, filter: &EventFilter, now: Timestamp) -> Result<u64> {
        events::act(&self.database, &self.queues, events::Act::Replay, filter, now).await
    }

    async fn purge_events(&self, filter: &EventFilter) -> Result<u64> {
        events::act(&self.database, &self.queues, events::Act::Purge, filter, Timestamp::MIN).await
    }
}

impl From<Fault> for JournalError {
    fn from(fault: Fault) -> Self {
        match fault {
            sqlite::Fault::Store(StoreFailed(reason)) => Self::Store(reason),
            sqlite::Fault::Full(StoreFailed(reason)) => Self::Full(reason),
            sqlite::Fault::Refused(refusal) => refusal,
        }
    }
}

impl From<Unusable> for JournalError {
    fn from(Unusable { path, reason }: Unusable) -> Self {
        Self::Unusable { path: path.display().to_string(), reason }
    }
}
