//! The records that events are about, as they are now: asked for by id, a hundred at a time, each once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ampline_core::{
    plan::{ReadKey, ReadPlan},
    provider::{ReadError, ReadErrorClass, Record, records_requests},
    subscribe::{CustomObjects, Needed, ProviderEvent, Records},
};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::{Subscribed, known_objects::KnownObjects};
use crate::{
    connection::Connection,
    reader::{self, Throttles},
};

/// How long the names of an object's fields hold before they are asked for again.
const NAMES_HOLD: SignedDuration = SignedDuration::from_mins(10);
/// How long a request waits for its turn at the connection's pace.
const PACE_WAIT_MAX: Duration = Duration::from_secs(60);
/// Most requests that complete the records of one claim.
const COMPLETING_MAX: usize = 200;
/// Objects whose field names are remembered.
const NAMES_MAX: usize = 10_000;

/// Asks providers for records.
pub(super) struct Fetcher {
    http: reqwest::Client,
    /// Shared with the reads of the same connections.
    throttles: Arc<Throttles>,
    names: Mutex<HashMap<ReadKey, (Timestamp, Vec<String>)>>,
}

impl Fetcher {
    pub(super) fn new(http: reqwest::Client, throttles: Arc<Throttles>) -> Self {
        Self { http, throttles, names: Mutex::default() }
    }

    /// All that is needed, as far as it is still there. Without patience: whoever asks waits for the whole queue.
    pub(super) async fn records(
        &self,
        subscribed: &Subscribed,
        needed: &[Needed<'_>],
        now: Timestamp,
    ) -> Result<Records, ReadError> {
        let mut records = Records::new();
        let mut by_read: BTreeMap<&str, (&Arc<ReadPlan>, BTreeSet<&str>)> = BTreeMap::new();
        for Needed { read, id } in needed {
            by_read.entry(&read.key.object_name).or_insert_with(|| (read, BTreeSet::new())).1.insert(id);
        }
        if by_read.is_empty() {
            return Ok(records);
        }
        let connection = connected(subscribed)?;
        for (read, ids) in by_read.into_values() {
            let plan = self.with_all_fields(subscribed, connection, read, now).await?;
            let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            for record in self.of_object(subscribed, connection, &plan, &ids).await? {
                records.insert((plan.key.object_name.clone(), record.id.clone()), record);
            }
        }
        Ok(records)
    }

    /// What the customer's own objects are called, asked for where one of the events names an object that nobody knows.
    pub(super) async fn custom_objects(
        &self,
        subscribed: &Subscribed,
        known: &KnownObjects,
        events: impl Iterator<Item = &ProviderEvent>,
        now: Timestamp,
    ) -> Result<Arc<CustomObjects>, ReadError> {
        let Subscribed { source, provider, .. } = subscribed;
        let connection_id = subscribed.connection_id();
        let is_named = subscribed.object_names().into_iter().any(|name| source.may_name_custom(name));
        let ids = events.flat_map(|event| CustomObjects::type_ids(*source, event));
        let open: BTreeSet<String> =
            ids.filter(|id| is_named && known.is_open(connection_id, id, now)).map(str::to_owned).collect();
        if let Some(request) = provider.custom_objects_request().filter(|_| !open.is_empty()) {
            let connection = connected(subscribed)?;
            let objects = self.ask(subscribed, connection, request, |response| provider.custom_objects(response)).await?;
            known.learn(connection_id, objects, &Vec::from_iter(open), now);
        }
        Ok(known.of(connection_id))
    }

    /// These records of one object, complete, in as few requests as the provider takes.
    async fn of_object(
        &self,
        subscribed: &Subscribed,
        connection: &Arc<Connection>,
        plan: &ReadPlan,
        ids: &[String],
    ) -> Result<Vec<Record>, ReadError> {
        let provider = &subscribed.provider;
        let unable = || {
            let message = format!("{} cannot be asked for single records", provider.info().display_name);
            ReadError::new(ReadErrorClass::BadRequest, message)
        };
        let mut records = Vec::new();
        for request in records_requests(provider.as_ref(), plan, ids).ok_or_else(unable)? {
            records.extend(self.ask(subscribed, connection, request, |response| provider.records(plan, response)).await?);
        }
        let mut requests: VecDeque<_> = provider.completing_requests(plan, &records).into();
        let mut sent = 0;
        while let Some(request) = requests.pop_front().filter(|_| sent < COMPLETING_MAX) {
            sent += 1;
            let complete = |response: &http::Response<Bytes>| provider.completed(plan, &mut records, &request, response);
            let completed = self.ask(subscribed, connection, request.clone(), complete).await?;
            if let Some(cut) = completed.cut {
                tracing::warn!(target: "ampline::inbound", event = "associations.cut", object = %plan.key.object_name, cut);
            }
            requests.extend(completed.next);
        }
        if !requests.is_empty() {
            tracing::warn!(target: "ampline::inbound", event = "associations.cut", object = %plan.key.object_name,
                "{COMPLETING_MAX} further requests did not complete the records; the rest of their associations is left out");
        }
        Ok(records)
    }

    /// One request at the connection's pace, which its reads share.
    async fn ask<T>(
        &self,
        subscribed: &Subscribed,
        connection: &Arc<Connection>,
        request: http::Request<Bytes>,
        parse: impl FnMut(&http::Response<Bytes>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let throttle = self.throttles.of(&connection.id, subscribed.rate_limit);
        let _leave = throttle.leave(PACE_WAIT_MAX).await.map_err(|wait| ReadError {
            retry_after: Some(wait),
            ..ReadError::new(ReadErrorClass::RateLimited, "the connection is left alone for a while, or others ask before")
        })?;
        let result = reader::once(&self.http, connection, request, parse).await;
        if let Err(ReadError { class: ReadErrorClass::RateLimited, retry_after, .. }) = &result {
            throttle.close_for(retry_after.unwrap_or(WAIT_MIN).min(PATIENCE_MAX));
        }
        result
    }

    /// The plan with the names of all fields, where it wants all and the provider must be told them.
    async fn with_all_fields(
        &self,
        subscribed: &Subscribed,
        connection: &Arc<Connection>,
        read: &Arc<ReadPlan>,
        now: Timestamp,
    ) -> Result<Arc<ReadPlan>, ReadError> {
        let provider = &subscribed.provider;
        if !(read.fields.all && provider.must_name_fields()) {
            return Ok(read.clone());
        }
        let Some(request) = provider.fields_request(&read.key.object_name) else { return Ok(read.clone()) };
        let names = match self.remembered(&read.key, now) {
            Some(names) => names,
            None => {
                let fields = self.ask(subscribed, connection, request, |response| provider.fields(response)).await?;
                let names: Vec<String> = fields.into_iter().map(|field| field.field_name).collect();
                self.remember(read.key.clone(), now, names.clone());
                names
            }
        };
        let mut plan = ReadPlan::clone(read);
        plan.fields.requested = names;
        Ok(Arc::new(plan))
    }

    fn remembered(&self, key: &ReadKey, now: Timestamp) -> Option<Vec<String>> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(key).filter(|(at, _)| now.duration_since(*at) < NAMES_HOLD).map(|(_, names)| names.clone())
    }

    fn remember(&self, key: ReadKey, now: Timestamp, names: Vec<String>) {
        let mut all = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= NAMES_MAX {
            all.clear();
        }
        all.insert(key, (now, names));
    }
}

fn connected(subscribed: &Subscribed) -> Result<&Arc<Connection>, ReadError> {
    let missing = || ReadError::new(ReadErrorClass::BadCredentials, "the connection has no credentials yet");
    subscribed.connection.as_ref().ok_or_else(missing)
}

/// What follows from a failure to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failing {
    /// All events of the queue wait so long.
    Wait(Duration),
    /// One of the events may be at fault: each is tried alone, and given up if it fails again.
    Alone,
}

/// The first wait of a queue whose provider fails; it doubles.
const WAIT_MIN: Duration = Duration::from_secs(1);
/// The longest such wait.
const WAIT_MAX: Duration = Duration::from_secs(300);
/// The longest that a provider's own wish delays a queue.
const PATIENCE_MAX: Duration = Duration::from_secs(24 * 3_600);
/// Failures in a row after which a refusal is held against single events.
const REFUSALS_MAX: u32 = 4;

/// What follows from a failure, after so many of the same queue in a row. `chance` is between 0 and 1.
pub(super) fn failing(error: &ReadError, failures: u32, chance: f64) -> Failing {
    let may_pass =
        matches!(error.class, ReadErrorClass::RateLimited | ReadErrorClass::Transient | ReadErrorClass::BadCredentials);
    if !may_pass && failures >= REFUSALS_MAX {
        return Failing::Alone;
    }
    let wait = WAIT_MIN.saturating_mul(1 << failures.min(16)).min(WAIT_MAX).mul_f64(0.8 + 0.4 * chance);
    Failing::Wait(wait.max(error.retry_after.unwrap_or_default().min(PATIENCE_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_waited_for_and_refusals_are_held_against_single_events_in_the_end() {
        let error = |class, after_s: Option<u64>| ReadError {
            retry_after: after_s.map(Duration::from_secs),
            ..ReadError::new(class, "x")
        };
        let wait = |seconds| Failing::Wait(Duration::from_secs(seconds));
        let rows = [
            (ReadErrorClass::Transient, None, 0, wait(1)),
            (ReadErrorClass::Transient, None, 3, wait(8)),
            (ReadErrorClass::Transient, None, 1_000, wait(300)),
            (ReadErrorClass::RateLimited, Some(40), 1, wait(40)),
            (ReadErrorClass::RateLimited, Some(1_000_000), 1, wait(24 * 3_600)),
            (ReadErrorClass::BadCredentials, None, 50, wait(300)),
            (ReadErrorClass::BadRequest, None, 3, wait(8)),
            (ReadErrorClass::BadRequest, None, 4, Failing::Alone),
            (ReadErrorClass::NotFound, None, 4, Failing::Alone),
            (ReadErrorClass::Malformed, Some(5), 9, Failing::Alone),
        ];
        for (class, after_s, failures, expected) in rows {
            assert_eq!(failing(&error(class, after_s), failures, 0.5), expected, "{class:?} {after_s:?} {failures}");
        }
    }
}
