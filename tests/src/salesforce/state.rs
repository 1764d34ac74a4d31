//! Everything the emulator knows, and what a test may do to it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Options,
    cursor::Cursors,
    datum,
    error::{ApiError, Code},
    event::{Change, ChangeType, Events, Target},
    id::Id,
    org::{Org, Seeds},
    session::Sessions,
    soql::Scope,
    store::{Place, Store},
    write,
};
use crate::{faults::Rules, seed};

const DAY_S: i64 = 86_400;

/// Requests by endpoint and status; status 0 stands for requests that got no answer.
pub type Counters = BTreeMap<String, BTreeMap<u16, u64>>;

/// Values to write, by field, as JSON has them.
pub type Written = Map<String, Value>;

/// A record as tests compare it with what arrived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its id, in 18 letters.
    pub id: String,
    /// As in answers.
    pub system_modstamp: String,
    /// Whether it is in the recycle bin.
    pub is_deleted: bool,
    /// How often it was written, from 1.
    pub revision: u32,
}

/// How the emulator misbehaves beyond what [`crate::faults`] can order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quirks {
    /// The last page names a next one, and that again, without end; the pages after the last are empty.
    pub endless_pages: bool,
    /// A page names itself as the next one.
    pub repeated_locators: bool,
    /// A locator dies with the access token that opened it, as where refresh tokens rotate: 401 to every other token.
    pub bound_locators: bool,
    /// Instants are written with this offset, in minutes east of UTC.
    pub zone_minutes: i16,
    /// What happens in the organisation after every page that was read.
    pub after_page: Option<Drift>,
}

/// Changes that go on while somebody reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Drift {
    /// The object.
    pub object: String,
    /// Records to add.
    pub add: u32,
    /// Records to change.
    pub change: u32,
    /// Records to delete.
    pub delete: u32,
    /// The clock moves on by so much, if a test holds it.
    pub advance_ms: i64,
}

/// The emulator's state.
#[derive(Debug)]
pub struct State {
    pub(super) options: Options,
    /// The records.
    pub org: Org,
    /// The faults on order.
    pub faults: Rules,
    /// What goes wrong besides.
    pub quirks: Quirks,
    /// How long a change stays invisible to queries, in milliseconds: its transaction is still open.
    pub commit_lag_ms: i64,
    /// The time, if a test holds the clock.
    pub clock_ms: Option<i64>,
    /// Requests of today.
    pub requests: u64,
    /// Events on their way and those that went.
    pub events: Events,
    /// How long new access tokens are good.
    pub access_token_lasts_ms: Option<i64>,
    pub(super) sessions: Sessions,
    pub(super) cursors: Cursors,
    pub(super) counters: Counters,
    draws: u64,
}

impl State {
    /// A fresh state; the same options give the same records.
    pub fn new(options: Options) -> Self {
        let now_ms = options.clock_ms.unwrap_or_else(system_ms);
        let org = Org::generate(&Seeds {
            seed: options.seed,
            objects: &options.objects,
            extra_fields: options.extra_fields,
            large: options.large,
            now_s: now_ms.div_euclid(1_000),
            history_s: i64::from(options.history_days) * DAY_S,
        });
        Self {
            org,
            faults: Rules::default(),
            quirks: options.quirks.clone(),
            commit_lag_ms: options.commit_lag_ms,
            clock_ms: options.clock_ms,
            requests: 0,
            events: Events::new(options.seed, options.event_target.clone()),
            access_token_lasts_ms: options.access_token_lasts_ms,
            sessions: Sessions::new(options.seed, &options.access_token, &options.refresh_token),
            cursors: Cursors::default(),
            counters: Counters::default(),
            draws: 0,
            options,
        }
    }

    /// Back to how it was at the start; events on their way are forgotten.
    pub fn reset(&mut self) {
        // The relay waits by this one.
        let wake = Arc::clone(&self.events.wake);
        *self = Self::new(self.options.clone());
        self.events.wake = wake;
    }

    /// The time records are stamped with, in Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.clock_ms.unwrap_or_else(system_ms)
    }

    /// Moves a clock that is held; one that runs is held from now on.
    pub fn advance(&mut self, by_ms: i64) {
        self.clock_ms = Some(self.now_ms().saturating_add(by_ms));
    }

    /// Ends all access tokens: the next request gets `INVALID_SESSION_ID` until somebody refreshes.
    pub fn expire_access_tokens(&mut self) {
        self.sessions.expire_access();
    }

    /// Ends all refresh tokens.
    pub fn revoke_refresh_tokens(&mut self) {
        self.sessions.revoke_refresh();
    }

    /// Closes all query locators.
    pub fn expire_locators(&mut self) {
        self.cursors.expire();
    }

    /// How often a kind of grant (`refresh_token`, `client_credentials`, …, `soap`) gave an access token.
    pub fn grants(&self, kind: &str) -> u64 {
        self.sessions.grants.get(kind).copied().unwrap_or_default()
    }

    /// Has events of changes made from now on sent to a target, or no longer made.
    pub fn send_events_to(&mut self, target: Option<Target>) {
        self.events.target = target;
        self.events.wake.notify_one();
    }

    pub(super) fn all_grants(&self) -> &BTreeMap<String, u64> {
        &self.sessions.grants
    }

    pub(super) fn scope(&self, with_bin: bool) -> Scope<'_> {
        Scope { org: &self.org, now_ms: self.now_ms(), with_bin }
    }

    /// The store of an object.
    ///
    /// # Errors
    /// 404 for an object that is not there.
    pub fn store(&self, object: &str) -> Result<&Store, ApiError> {
        self.place(object).map(|at| &self.org.stores[at])
    }

    pub(super) fn place(&self, object: &str) -> Result<usize, ApiError> {
        self.org.find(object).ok_or_else(|| Code::NotFound.into())
    }

    /// Adds `count` made-up records with these values on top; their ids.
    ///
    /// # Errors
    /// For an object that is not there and values that it does not take.
    pub fn add(&mut self, object: &str, count: u32, written: &Written) -> Result<Vec<String>, ApiError> {
        let at = self.place(object)?;
        let values = write::values(&self.org, at, written, write::By::Test)?;
        let numbers: Vec<u32> = (0..count).map(|_| self.create(at, values.clone(), true)).collect();
        Ok(self.announce(at, ChangeType::Create, &numbers, &[]))
    }

    pub(super) fn create(&mut self, at: usize, values: super::store::Values, is_generated: bool) -> u32 {
        let (now_ms, lag_ms) = (self.now_ms(), self.commit_lag_ms);
        self.org.stores[at].create(values, is_generated, now_ms, lag_ms)
    }

    /// Changes `count` records, drawn by the seed; their ids. Without values only revision and time change.
    ///
    /// # Errors
    /// For an object that is not there and values that it does not take.
    pub fn change(&mut self, object: &str, count: u32, written: &Written) -> Result<Vec<String>, ApiError> {
        let ids = self.draw(object, count, Place::Live)?;
        self.change_these(object, &ids, written)
    }

    /// Changes the records of these ids; those that were there.
    ///
    /// # Errors
    /// For an object that is not there and values that it does not take.
    pub fn change_these(&mut self, object: &str, ids: &[Id], written: &Written) -> Result<Vec<String>, ApiError> {
        let at = self.place(object)?;
        let values = write::values(&self.org, at, written, write::By::Test)?;
        let fields: Vec<usize> = values.keys().copied().collect();
        let numbers = self.update(at, ids, Place::Live, |row| row.written.get_or_insert_default().extend(values.clone()));
        Ok(self.announce(at, ChangeType::Update, &numbers, &fields))
    }

    /// Puts `count` records, drawn by the seed, into the recycle bin; their ids.
    ///
    /// # Errors
    /// For an object that is not there.
    pub fn delete(&mut self, object: &str, count: u32) -> Result<Vec<String>, ApiError> {
        let ids = self.draw(object, count, Place::Live)?;
        self.move_these(object, &ids, Place::Live, Place::Bin)
    }

    /// Puts the records of these ids into the recycle bin; those that were there.
    ///
    /// # Errors
    /// For an object that is not there.
    pub fn delete_these(&mut self, object: &str, ids: &[Id]) -> Result<Vec<String>, ApiError> {
        self.move_these(object, ids, Place::Live, Place::Bin)
    }

    /// Takes the records of these ids out of the recycle bin; those that were there.
    ///
    /// # Errors
    /// For an object that is not there.
    pub fn undelete_these(&mut self, object: &str, ids: &[Id]) -> Result<Vec<String>, ApiError> {
        self.move_these(object, ids, Place::Bin, Place::Live)
    }

    /// Removes the records of these ids from the recycle bin for good, as Salesforce does after 15 days; those that were there.
    ///
    /// # Errors
    /// For an object that is not there.
    pub fn purge_these(&mut self, object: &str, ids: &[Id]) -> Result<Vec<String>, ApiError> {
        self.move_these(object, ids, Place::Bin, Place::Gone)
    }

    fn move_these(&mut self, object: &str, ids: &[Id], from: Place, to: Place) -> Result<Vec<String>, ApiError> {
        let at = self.place(object)?;
        let numbers = self.update(at, ids, from, |row| row.place = to);
        let change = match to {
            Place::Live => ChangeType::Undelete,
            Place::Bin => ChangeType::Delete,
            Place::Gone => return Ok(numbers.iter().map(|number| self.org.stores[at].id(*number).to_string()).collect()),
        };
        Ok(self.announce(at, change, &numbers, &[]))
    }

    /// Tells of changes of which Salesforce cannot say what they were; the ids it named.
    ///
    /// # Errors
    /// For an object that is not there.
    pub fn gap(&mut self, object: &str, change: ChangeType, ids: &[Id]) -> Result<Vec<String>, ApiError> {
        let at = self.place(object)?;
        let numbers: Vec<u32> = ids.iter().map(|id| id.number).collect();
        Ok(self.announce(at, change, &numbers, &[]))
    }

    fn update(&mut self, at: usize, ids: &[Id], from: Place, apply: impl Fn(&mut super::store::Row)) -> Vec<u32> {
        let (now_ms, lag_ms) = (self.now_ms(), self.commit_lag_ms);
        let store = &mut self.org.stores[at];
        let own = ids.iter().filter(|id| id.prefix == store.entity.prefix).map(|id| id.number).collect::<Vec<_>>();
        own.into_iter().filter(|number| store.update(*number, from, now_ms, lag_ms, &apply)).collect()
    }

    /// Tells of changes of one transaction, and gives the ids of what was changed.
    pub(super) fn announce(&mut self, at: usize, change: ChangeType, numbers: &[u32], fields: &[usize]) -> Vec<String> {
        let now_ms = self.now_ms();
        let store = &self.org.stores[at];
        self.events.announce(store, &Change { change, numbers, fields, now_ms });
        numbers.iter().map(|number| store.id(*number).to_string()).collect()
    }

    /// What goes on in the organisation after a page was read.
    pub(super) fn drift(&mut self) {
        let Some(drift) = self.quirks.after_page.clone() else { return };
        let none = Written::new();
        self.advance_if_held(drift.advance_ms);
        // An object that is not there has no records to change.
        drop(self.add(&drift.object, drift.add, &none));
        drop(self.change(&drift.object, drift.change, &none));
        drop(self.delete(&drift.object, drift.delete));
    }

    fn advance_if_held(&mut self, by_ms: i64) {
        self.clock_ms = self.clock_ms.map(|clock_ms| clock_ms.saturating_add(by_ms));
    }

    /// All records but those gone for good, in order of their ids.
    ///
    /// # Errors
    /// For an object that is not there.
    pub fn records(&self, object: &str) -> Result<Vec<Listed>, ApiError> {
        let store = self.store(object)?;
        let views = (1..=store.len()).filter_map(|number| store.get(number)).filter(|view| view.row.place != Place::Gone);
        let listed = views.map(|view| Listed {
            id: view.id().to_string(),
            system_modstamp: datum::instant(view.row.modified_s, 0),
            is_deleted: view.row.place == Place::Bin,
            revision: view.row.revision,
        });
        Ok(listed.collect())
    }

    /// Requests so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(super) fn count(&mut self, endpoint: &str, status: u16) {
        *self.counters.entry(endpoint.to_owned()).or_default().entry(status).or_default() += 1;
    }

    /// Up to `count` different ids of records in a place, in ascending order.
    fn draw(&mut self, object: &str, count: u32, place: Place) -> Result<Vec<Id>, ApiError> {
        let at = self.place(object)?;
        self.draws += 1;
        let mut dice = seed::mix(self.options.seed ^ self.draws);
        let store = &self.org.stores[at];
        let is_there = |number: &u32| store.get(*number).is_some_and(|view| view.row.place == place);
        let ids = |numbers: VecDeque<u32>| numbers.into_iter().map(|number| store.id(number)).collect();
        let there = store.rows.iter().filter(|row| row.place == place).count();
        let wanted = usize::try_from(count).unwrap_or(usize::MAX);
        if wanted.saturating_mul(2) >= there {
            return Ok(ids((1..=store.len()).filter(is_there).take(wanted).collect()));
        }
        let mut drawn = BTreeSet::new();
        while drawn.len() < wanted {
            dice = seed::mix(dice);
            let number = u32::try_from(dice % u64::from(store.len())).unwrap_or_default() + 1;
            if is_there(&number) {
                drawn.insert(number);
            }
        }
        Ok(ids(drawn.into_iter().collect()))
    }
}

pub(super) fn system_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
