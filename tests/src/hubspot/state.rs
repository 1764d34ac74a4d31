//! Everything the emulator knows, and what a test may do to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

use super::{
    Options,
    change::ChangeKind,
    error::ApiError,
    limits::Limiter,
    links::{End, Links},
    record::{Properties, instant},
    schema::ObjectType,
    store::Store,
    webhook::Webhooks,
};
use crate::{faults::Rules, seed};

const DAY_MS: i64 = 86_400_000;

/// Requests by endpoint and status; status 0 stands for requests that got no answer.
pub type Counters = BTreeMap<String, BTreeMap<u16, u64>>;

/// A record as tests compare it with what arrived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// RFC 3339 with milliseconds, as in answers.
    pub updated_at: String,
    /// Whether it was archived.
    pub archived: bool,
}

/// The emulator's state.
#[derive(Debug)]
pub struct State {
    pub(super) options: Options,
    pub(super) objects: BTreeMap<String, Store>,
    pub(super) links: Links,
    pub(super) webhooks: Option<Webhooks>,
    /// Events told so far.
    pub(super) events: u64,
    /// The bearer token that is accepted; any when absent.
    pub token: Option<String>,
    /// The faults on order.
    pub faults: Rules,
    /// The rate limits.
    pub limiter: Limiter,
    /// How far search runs behind, in milliseconds.
    pub index_lag_ms: i64,
    /// The time, if a test holds the clock.
    pub clock_ms: Option<i64>,
    pub(super) counters: Counters,
    started: Instant,
    draws: u64,
}

impl State {
    /// A fresh state; the same options give the same records.
    pub fn new(options: Options) -> Self {
        let now_ms = options.clock_ms.unwrap_or_else(system_ms);
        let history_ms = i64::from(options.history_days) * DAY_MS;
        let store = |(name, count): (&String, &u64)| {
            let object = ObjectType::new(name, options.extra_properties);
            let seed = seed::named(options.seed, name);
            (name.clone(), Store::generate(object, seed, options.large, *count, now_ms, history_ms))
        };
        Self {
            objects: options.objects.iter().map(store).collect(),
            links: Links::default(),
            webhooks: None,
            events: 0,
            token: options.token.clone(),
            faults: Rules::default(),
            limiter: Limiter::new(options.limits),
            index_lag_ms: options.index_lag_ms,
            clock_ms: options.clock_ms,
            counters: Counters::default(),
            started: Instant::now(),
            draws: 0,
            options,
        }
    }

    /// Back to how it was at the start.
    pub fn reset(&mut self) {
        *self = Self::new(self.options.clone());
    }

    /// The time records are stamped with, in Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.clock_ms.unwrap_or_else(system_ms)
    }

    /// Steady milliseconds, for rate limits.
    pub(super) fn uptime_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The store of a type, by its plural, singular or type id.
    ///
    /// # Errors
    /// 400 for a type that is not there.
    pub fn store(&mut self, name: &str) -> Result<&mut Store, ApiError> {
        let is_it = |store: &&mut Store| store.object.name == name || store.object.aliases.iter().any(|alias| alias == name);
        self.objects.values_mut().find(is_it).ok_or_else(|| ApiError::unknown_type(name))
    }

    /// The store of a type and all associations.
    pub(super) fn with_links(&mut self, name: &str) -> Result<(&mut Store, &Links), ApiError> {
        let name = self.store(name)?.object.name.clone();
        let store = self.objects.get_mut(&name).ok_or_else(|| ApiError::unknown_type(&name))?;
        Ok((store, &self.links))
    }

    /// The record of this id under the plural name of its type, archived or not.
    ///
    /// # Errors
    /// For a type or a record that is not there.
    pub(super) fn end(&mut self, object: &str, id: u64) -> Result<End, ApiError> {
        let store = self.store(object)?;
        store.get(id).ok_or_else(|| ApiError::unknown_id(&id.to_string()))?;
        Ok((store.object.name.clone(), id))
    }

    /// Associates two records (with a label, if given), or ends their association. False where that changes nothing.
    ///
    /// # Errors
    /// For a type or a record that is not there.
    pub fn associate(
        &mut self,
        (object, id): (&str, u64),
        (to_object, to): (&str, u64),
        label: Option<&str>,
        is_removed: bool,
    ) -> Result<bool, ApiError> {
        let (one, other) = (self.end(object, id)?, self.end(to_object, to)?);
        let is_done = if is_removed { self.links.remove(&one, &other) } else { self.links.add(&one, &other, label) };
        let now_ms = self.now_ms();
        // HubSpot tells both sides.
        for (from, to) in [(&one, &other), (&other, &one)].into_iter().filter(|_| is_done) {
            let kind = ChangeKind::Association { to_object: to.0.clone(), to: to.1, is_removed };
            self.store(&from.0)?.changes.push(now_ms, from.1, kind);
        }
        Ok(is_done)
    }

    /// Merges the second record into the first: values that the first lacks are taken over, the second is never seen again.
    ///
    /// # Errors
    /// For a type or a record that is not there, or archived.
    pub fn merge(&mut self, object: &str, primary: u64, merged: u64) -> Result<(), ApiError> {
        let (now_ms, lag_ms) = (self.now_ms(), self.index_lag_ms);
        let store = self.store(object)?;
        let live = |id: u64| {
            store.get(id).filter(|view| !view.record.is_archived()).ok_or_else(|| ApiError::unknown_id(&id.to_string()))
        };
        let (into, from) = (live(primary)?, live(merged)?);
        let lacks = |name: &&String| !store.object.is_read_only(name) && into.value(name).is_none();
        let names = store.object.properties.keys().filter(lacks);
        let moved: Properties = names.filter_map(|name| Some((name.clone(), Some(from.value(name)?.into_owned())))).collect();
        let properties_moved = moved.len();
        store.change(primary, moved, now_ms, lag_ms);
        store.absorb(primary, merged, now_ms, lag_ms);
        store.changes.push(now_ms, primary, ChangeKind::Merge { merged, properties_moved });
        Ok(())
    }

    /// Takes the records of these ids out of the archive; those that were in it.
    ///
    /// # Errors
    /// For a type that is not there.
    pub fn restore_these(&mut self, object: &str, ids: &[u64]) -> Result<Vec<String>, ApiError> {
        let (now_ms, lag_ms) = (self.now_ms(), self.index_lag_ms);
        let store = self.store(object)?;
        Ok(ids.iter().filter(|id| store.restore(**id, now_ms, lag_ms)).map(u64::to_string).collect())
    }

    /// Erases the records of these ids on a person's demand; those that were there. They look archived from then on.
    ///
    /// # Errors
    /// For a type that is not there.
    pub fn erase_these(&mut self, object: &str, ids: &[u64]) -> Result<Vec<String>, ApiError> {
        let erased = self.archive_these(object, ids)?;
        let now_ms = self.now_ms();
        for id in erased.iter().filter_map(|id| id.parse().ok()) {
            let end = self.end(object, id)?;
            self.links.forget(&end);
            self.store(object)?.changes.push(now_ms, id, ChangeKind::PrivacyDeletion);
        }
        Ok(erased)
    }

    /// Adds `count` made-up records with these values on top; their ids.
    ///
    /// # Errors
    /// For a type that is not there.
    pub fn add(&mut self, object: &str, count: u64, written: &Properties) -> Result<Vec<String>, ApiError> {
        let (now_ms, lag_ms) = (self.now_ms(), self.index_lag_ms);
        let store = self.store(object)?;
        Ok((0..count).map(|_| store.create(written.clone(), true, now_ms, lag_ms).to_string()).collect())
    }

    /// Changes `count` records that are not archived, drawn by the seed; their ids. Without values only revision and time change.
    ///
    /// # Errors
    /// For a type that is not there.
    pub fn change(&mut self, object: &str, count: u64, written: &Properties) -> Result<Vec<String>, ApiError> {
        let ids = self.draw(object, count)?;
        self.change_these(object, &ids, written)
    }

    /// Changes the records of these ids; those that were there.
    ///
    /// # Errors
    /// For a type that is not there.
    pub fn change_these(&mut self, object: &str, ids: &[u64], written: &Properties) -> Result<Vec<String>, ApiError> {
        let (now_ms, lag_ms) = (self.now_ms(), self.index_lag_ms);
        let store = self.store(object)?;
        let changed = ids.iter().filter(|id| store.change(**id, written.clone(), now_ms, lag_ms));
        Ok(changed.map(u64::to_string).collect())
    }

    /// Archives `count` records, drawn by the seed; their ids.
    ///
    /// # Errors
    /// For a type that is not there.
    pub fn archive(&mut self, object: &str, count: u64) -> Result<Vec<String>, ApiError> {
        let ids = self.draw(object, count)?;
        self.archive_these(object, &ids)
    }

    /// Archives the records of these ids; those that were there.
    ///
    /// # Errors
    /// For a type that is not there.
    pub fn archive_these(&mut self, object: &str, ids: &[u64]) -> Result<Vec<String>, ApiError> {
        let (now_ms, lag_ms) = (self.now_ms(), self.index_lag_ms);
        let store = self.store(object)?;
        Ok(ids.iter().filter(|id| store.archive(**id, now_ms, lag_ms)).map(u64::to_string).collect())
    }

    /// All records, archived ones included, in order of their ids.
    ///
    /// # Errors
    /// For a type that is not there.
    pub fn records(&mut self, object: &str) -> Result<Vec<Listed>, ApiError> {
        let store = self.store(object)?;
        let listed = (1..=store.len()).filter_map(|id| store.get(id)).map(|view| Listed {
            id: view.id.to_string(),
            updated_at: instant(view.record.modified_ms),
            archived: view.record.is_archived(),
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

    /// Up to `count` different ids of records that are not archived, in ascending order.
    fn draw(&mut self, object: &str, count: u64) -> Result<Vec<u64>, ApiError> {
        self.draws += 1;
        let mut dice = seed::mix(self.options.seed ^ self.draws);
        let store = self.store(object)?;
        let live = store.len() - store.archived.len() as u64;
        if count.saturating_mul(2) >= live {
            let ids = (1..=store.len()).filter(|id| !store.archived.contains(id));
            return Ok(ids.take(usize::try_from(count).unwrap_or(usize::MAX)).collect());
        }
        let mut drawn = BTreeSet::new();
        while (drawn.len() as u64) < count {
            dice = seed::mix(dice);
            let id = dice % store.len() + 1;
            if !store.archived.contains(&id) {
                drawn.insert(id);
            }
        }
        Ok(drawn.into_iter().collect())
    }
}

/// The machine's clock, in Unix milliseconds.
pub(super) fn system_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
