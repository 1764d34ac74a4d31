//! The records that events are about, as they are now: asked for by id, a hundred at a time, each once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ampline_core::{
    plan::{ReadKey, ReadPlan},
    provider::{RECORDS_BY_ID_MAX, ReadError, ReadErrorClass},
    subscribe::{Needed, Records},
};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::Subscribed;
use crate::{
    connection::Connection,
    reader::{self, Throttles},
};

/// How long the names of an object's fields hold before they are asked for again.
const NAMES_HOLD: SignedDuration = SignedDuration::from_mins(10);
/// How long a request waits for its turn at the connection's pace.
const PACE_WAIT_MAX: Duration = Duration::from_secs(60);
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
        let missing = || ReadError::new(ReadErrorClass::BadCredentials, "the connection has no credentials yet");
        let connection = subscribed.connection.as_ref().ok_or_else(missing)?;
        for (read, ids) in by_read.into_values() {
            let plan = self.with_all_fields(subscribed, connection, read, now).await?;
            let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            for some in ids.chunks(RECORDS_BY_ID_MAX) {
                for record in self.chunk(subscribed, connection, &plan, some).await? {
                    records.insert((plan.key.object_name.clone(), record.id.clone()), record);
                }
            }
        }
        Ok(records)
    }

    async fn chunk(
        &self,
        subscribed: &Subscribed,
        connection: &Arc<Connection>,
        plan: &ReadPlan,
        ids: &[String],
    ) -> Result<Vec<ampline_core::provider::Record>, ReadError> {
        let provider = &subscribed.provider;
        let unable = || {
            let message = format!("{} cannot be asked for single records", provider.info().display_name);
            ReadError::new(ReadErrorClass::BadRequest, message)
        };
        let request = provider.records_request(plan, ids).ok_or_else(unable)?;
        self.ask(subscribed, connection, request, |response| provider.records(plan, response)).await
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
