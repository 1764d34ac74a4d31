//! Watching schemas: the fields of every object that a watched installation reads are asked for by schedule and compared with those
//! last seen. What was seen and the message about it are one transaction; the first look tells nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use ampline_core::{
    manifest::WatchSchema,
    plan::{KnownDestination, MessageContext, ReadKey},
    provider::FieldMetadata,
    schedule::Schedule,
    schema_watch::{FieldChanges, message},
};
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, watch};

use crate::{clock::until, journal::JournalError, reader, scheduler::Job};

/// Objects that are looked at at the same time.
const AT_ONCE_MAX: usize = 4;
/// How long a look that failed waits for the next.
const RETRY: SignedDuration = SignedDuration::from_mins(10);
/// A quiet loop looks again after so long at the latest.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// The longest that a look waits for the pace of its connection.
const PACE_WAIT_MAX: Duration = Duration::from_secs(60);

/// One installation whose schemas are watched.
pub(crate) struct Watched {
    /// What is told.
    pub(crate) watch: WatchSchema,
    /// When it is looked at.
    pub(crate) schedule: Schedule,
    /// Where it is told.
    pub(crate) destination: KnownDestination,
    /// What it reads.
    pub(crate) jobs: Vec<Job>,
}

/// All installations whose schemas are watched: filled where the project is planned, asked by the loop.
#[derive(Default)]
pub(crate) struct Watches {
    by_installation: RwLock<HashMap<String, Arc<Watched>>>,
    changed: Notify,
}

impl Watches {
    /// Takes in what of an installation is watched now; nothing where nothing is any more.
    pub(crate) fn set(&self, installation_id: &str, watched: Option<Watched>) {
        let mut all = self.by_installation.write().unwrap_or_else(PoisonError::into_inner);
        let is_news = match watched {
            Some(watched) => {
                all.insert(installation_id.to_owned(), Arc::new(watched));
                true
            }
            None => all.remove(installation_id).is_some(),
        };
        drop(all);
        if is_news {
            self.changed.notify_one();
        }
    }

    fn all(&self) -> Vec<Arc<Watched>> {
        self.by_installation.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// One object of one installation, and when it is looked at next.
#[derive(Clone)]
struct Turn {
    watched: Arc<Watched>,
    job: Job,
    at: Timestamp,
}

/// Looks at what is due until `stop` turns true.
pub(crate) async fn run(shared: reader::Shared, watches: Arc<Watches>, mut stop: watch::Receiver<bool>) {
    let mut turns: HashMap<ReadKey, Turn> = HashMap::new();
    while !*stop.borrow() {
        if let Err(error) = take_in(&shared, &watches, &mut turns).await {
            tracing::error!(%error, "cannot read which schemas were seen; trying again");
        }
        let now = shared.clock.now();
        let due: Vec<Turn> = turns.values().filter(|turn| turn.at <= now).cloned().collect();
        let looks = stream::iter(due).map(|turn| look(&shared, turn)).buffer_unordered(AT_ONCE_MAX);
        let mut looks = Box::pin(looks);
        loop {
            let looked = tokio::select! {
                looked = looks.next() => looked,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            let Some((key, next)) = looked else { break };
            match (turns.get_mut(&key), next) {
                (Some(turn), Some(at)) => turn.at = at,
                // A schedule that never comes again.
                (Some(turn), None) => turn.at = Timestamp::MAX,
                (None, _) => {}
            }
        }
        let now = shared.clock.now();
        let next = turns.values().map(|turn| turn.at).min();
        let wait = next.map_or(IDLE_MAX, |at| until(at, now).min(IDLE_MAX));
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = watches.changed.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Takes in what is watched now: what was never seen is looked at at once, and so is what a tick was missed for.
async fn take_in(shared: &reader::Shared, watches: &Watches, turns: &mut HashMap<ReadKey, Turn>) -> Result<(), JournalError> {
    let mut known = HashSet::new();
    for watched in watches.all() {
        for job in &watched.jobs {
            let key = &job.plan.key;
            known.insert(key.clone());
            if turns.get(key).is_some_and(|turn| Arc::ptr_eq(&turn.watched, &watched)) {
                continue;
            }
            let seen = shared.journal.seen_schema(key).await?;
            let at = match seen {
                None => Some(shared.clock.now()),
                Some(seen) => watched.schedule.next_after(seen.at),
            };
            let turn = Turn { watched: watched.clone(), job: job.clone(), at: at.unwrap_or(Timestamp::MAX) };
            turns.insert(key.clone(), turn);
        }
    }
    turns.retain(|key, _| known.contains(key));
    Ok(())
}

/// Looks at one object; says when it is looked at next.
async fn look(shared: &reader::Shared, turn: Turn) -> (ReadKey, Option<Timestamp>) {
    let key = turn.job.plan.key.clone();
    let scheduled = |now: Timestamp| turn.watched.schedule.next_after(now);
    let next = match compared(shared, &turn).await {
        Ok(()) => scheduled(shared.clock.now()),
        Err(reason) => {
            tracing::warn!(event = "schema.unseen", installation = %key.installation_id, object = %key.object_name, reason,
                "the fields of an object could not be compared; trying again");
            let now = shared.clock.now();
            let again = now.checked_add(RETRY).unwrap_or(Timestamp::MAX);
            Some(scheduled(now).map_or(again, |at| at.min(again)))
        }
    };
    (key, next)
}

async fn compared(shared: &reader::Shared, turn: &Turn) -> Result<(), String> {
    let Turn { watched, job, .. } = turn;
    let key = &job.plan.key;
    let Some(request) = job.provider.fields_request(&key.object_name) else { return Ok(()) };
    let throttle = shared.throttles.of(&job.connection.id, job.rate_limit);
    let leave = throttle.leave(PACE_WAIT_MAX).await.map_err(|wait| format!("its connection is left alone for {wait:?}"))?;
    let fields = |response: &http::Response<bytes::Bytes>| job.provider.fields(response);
    let mut fields = reader::once(&shared.http, &job.connection, request, fields).await.map_err(|error| error.to_string())?;
    drop(leave);
    if fields.is_empty() {
        return Err("the provider names no field at all".to_owned());
    }
    fields.sort_by(|one, other| one.field_name.cmp(&other.field_name));
    let text = serde_json::to_string(&fields).map_err(|error| error.to_string())?;
    let before = shared.journal.seen_schema(key).await.map_err(|error| error.to_string())?;
    let before = before.map(|seen| serde_json::from_str::<Vec<FieldMetadata>>(&seen.fields));
    let now = shared.clock.now();
    let (mut envelopes, names) = (Vec::new(), (&key.installation_id, &key.object_name));
    match before {
        Some(Ok(before)) => {
            let changes = FieldChanges::between(&before, &fields, &watched.watch);
            if !changes.is_empty() {
                tracing::info!(event = "schema.changed", installation = %names.0, object = %names.1,
                    created = changes.created_fields.len(), deleted = changes.deleted_fields.len(), changed = changes.changed_fields.len());
                envelopes.push(message(key, &context(watched, job), &changes, now));
            }
        }
        // What an earlier release wrote and this one cannot read is as good as never seen.
        Some(Err(_)) | None => {
            tracing::info!(event = "schema.first_seen", installation = %names.0, object = %names.1, fields = fields.len());
        }
    }
    shared.journal.saw_schema(key.clone(), text, envelopes, now).await.map_err(|error| error.to_string())
}

/// What messages of the watch say of the installation and the object.
fn context(watched: &Watched, job: &Job) -> MessageContext {
    MessageContext {
        destination: watched.watch.destination.clone(),
        destination_id: watched.destination.id.clone(),
        ..job.plan.context.clone()
    }
}
