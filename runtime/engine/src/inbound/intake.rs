//! A provider's call: who sent it, whose events it carries, and their way into the journal before the answer.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ampline_core::{
    plan::ReadKey,
    subscribe::{Decision, Inbound, InboundError, ProviderEvent, Refused, judge},
};
use bytes::Bytes;
use http::{HeaderMap, Method};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Subscribed, Subscriptions};
use crate::{
    clock::Clock,
    journal::{Journal, JournalError, NewEvent},
    pressure::Pressure,
    secrets::Secret,
};

/// Calls that are taken in at the same time; each may hold a body in memory.
const CALLS_MAX: usize = 64;
/// How long a provider is asked to wait when there is no room.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// Accounts that nobody has, of which the log tells; more are told of in the answers only.
const STRANGERS_TOLD_MAX: usize = 1_000;

/// What calls are believed for: by the integration's name, and by the provider's where an integration has no keys of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    /// By the integration's name.
    pub(crate) by_integration: BTreeMap<String, Vec<Secret>>,
    /// By catalog name: the client secrets of the product's registration.
    pub(crate) by_provider: BTreeMap<String, Vec<Secret>>,
}

impl Keys {
    fn of(&self, integration: &str, provider: &str) -> &[Secret] {
        let own = self.by_integration.get(integration).filter(|keys| !keys.is_empty());
        own.or_else(|| self.by_provider.get(provider)).map_or(&[], Vec::as_slice)
    }
}

/// A call as it came in.
pub(crate) struct Call {
    /// Id or name of the integration.
    pub(crate) integration: String,
    /// The installation, where the address names one.
    pub(crate) installation: Option<String>,
    pub(crate) method: Method,
    /// Path and query as the sender wrote them.
    pub(crate) path_and_query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What became of a call's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Taken {
    /// Stored.
    pub(crate) accepted: u64,
    /// Stored before.
    pub(crate) repeated: u64,
    /// Wanted by no subscription, or of an account that nobody has.
    pub(crate) ignored: u64,
}

/// Why a call is not taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Rejected {
    /// Nothing is subscribed here.
    #[error("nothing is subscribed at this address")]
    Unknown,
    /// It is not believed.
    #[error("{0}")]
    Refused(Refused),
    /// It does not say whose events these are.
    #[error("the events name no account: use the address that ends in /installations/ID")]
    NoInstallation,
    /// It carries no events that can be taken in.
    #[error("{0}")]
    Body(#[from] InboundError),
    /// There is no room.
    #[error("{reason}")]
    Busy {
        /// Why, for the log.
        reason: String,
        /// When to try again.
        retry_after: Duration,
    },
}

/// What an intake is made with.
pub(crate) struct IntakeOptions {
    /// How senders reach this runtime, without a slash at its end: what signatures are over.
    pub(crate) public_url: String,
    /// What calls are believed for.
    pub(crate) keys: Keys,
    /// Bytes of events that may wait.
    pub(crate) waiting_bytes_max: u64,
}

/// Takes calls in.
pub(crate) struct Intake {
    journal: Arc<dyn Journal>,
    subscriptions: Arc<Subscriptions>,
    pressure: Arc<Pressure>,
    clock: Arc<dyn Clock>,
    options: IntakeOptions,
    places: Semaphore,
    /// Accounts that nobody has, told of once.
    strangers: Mutex<HashSet<String>>,
}

impl Intake {
    pub(crate) fn new(
        journal: Arc<dyn Journal>,
        subscriptions: Arc<Subscriptions>,
        pressure: Arc<Pressure>,
        clock: Arc<dyn Clock>,
        options: IntakeOptions,
    ) -> Self {
        for (integration, provider) in subscriptions.integrations() {
            if options.keys.of(&integration, &provider).is_empty() {
                tracing::warn!(target: "ampline::inbound", event = "subscriptions.unkeyed", integration,
                    "its events are refused: say in ampline.toml what they are believed for, [integrations.NAME] inbound_key");
            }
        }
        Self { journal, subscriptions, pressure, clock, options, places: Semaphore::new(CALLS_MAX), strangers: Mutex::default() }
    }

    /// A place for a call; nothing while all are taken.
    pub(crate) fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.try_acquire().ok()
    }

    /// Makes a call's events durable. An answer of success is a promise.
    pub(crate) async fn take(&self, call: Call) -> Result<Taken, Rejected> {
        let members = self.subscriptions.of_integration(&call.integration);
        let first = members.first().ok_or(Rejected::Unknown)?;
        self.believe(first, &call)?;
        self.room()?;
        let events = first.source.events(&call.body)?;
        let mut taken = Taken::default();
        let mut accepted = Vec::new();
        for event in &events {
            let found = self.addressed(&members, &call, event)?;
            let new: Vec<NewEvent> = found.iter().flat_map(|one| self.wanted(one, event)).collect();
            taken.ignored += u64::from(new.is_empty());
            accepted.extend(new);
        }
        if accepted.is_empty() {
            return Ok(taken);
        }
        let stored = self.journal.accept_events(accepted, self.clock.now()).await.map_err(busy)?;
        (taken.accepted, taken.repeated) = (stored.new, stored.repeated);
        tracing::info!(target: "ampline::inbound", event = "events.accepted", integration = %call.integration,
            accepted = taken.accepted, repeated = taken.repeated, ignored = taken.ignored);
        Ok(taken)
    }

    fn believe(&self, subscribed: &Subscribed, call: &Call) -> Result<(), Rejected> {
        let [_, name] = &subscribed.integration;
        let keys = self.options.keys.of(name, &subscribed.provider.info().name);
        let uri = format!("{}{}", self.options.public_url, call.path_and_query);
        let inbound = Inbound { method: &call.method, uri: &uri, headers: &call.headers, body: &call.body };
        let revealed: Vec<&str> = keys.iter().map(Secret::reveal).collect();
        subscribed.source.authenticate(&inbound, &revealed, self.clock.now()).map_err(|refused| {
            tracing::warn!(target: "ampline::inbound", event = "call.refused", integration = %name, reason = %refused,
                keys = keys.len(), seen_as = %uri, "if the sender is the provider: are the key and runtime.public_url right?");
            Rejected::Refused(refused)
        })
    }

    fn room(&self) -> Result<(), Rejected> {
        let waiting = self.journal.inbox().waiting_bytes;
        let full = || {
            let (waiting_mb, max_mb) = (waiting as f64 / 1e6, self.options.waiting_bytes_max / 1_000_000);
            format!("{waiting_mb:.1} MB of events wait, the limit is {max_mb} MB (limits.inbox_megabytes)")
        };
        let reason = self.pressure.on_all().or_else(|| (waiting >= self.options.waiting_bytes_max).then(full));
        reason.map_or(Ok(()), |reason| Err(Rejected::Busy { reason, retry_after: RETRY_AFTER }))
    }

    /// The installations that an event concerns.
    fn addressed<'a>(
        &self,
        members: &'a [Arc<Subscribed>],
        call: &Call,
        event: &ProviderEvent,
    ) -> Result<Vec<&'a Arc<Subscribed>>, Rejected> {
        // An account that the connection does not tell is not held against the address.
        let not_another =
            |one: &&Arc<Subscribed>| one.workspace.is_none() || event.workspace.is_none() || one.workspace == event.workspace;
        if let Some(id) = &call.installation {
            let named = members.iter().find(|one| one.installation_id == *id).ok_or(Rejected::Unknown)?;
            return Ok(Some(named).filter(not_another).into_iter().collect());
        }
        let Some(workspace) = &event.workspace else {
            return if let [only] = members { Ok(vec![only]) } else { Err(Rejected::NoInstallation) };
        };
        let found: Vec<_> = members.iter().filter(|one| one.workspace.as_ref() == Some(workspace)).collect();
        if found.is_empty() {
            self.tell_of_stranger(&call.integration, workspace);
        }
        Ok(found)
    }

    /// The event once for each object whose subscriptions want it: the manifests of 2023 have one subscription for each kind of
    /// event. An object of which nobody knows yet what it is called may be any that the manifest calls by a name: the processor,
    /// which has the time to ask, will see.
    fn wanted(&self, subscribed: &Subscribed, event: &ProviderEvent) -> Vec<NewEvent> {
        let (source, known) = (subscribed.source, &self.subscriptions.objects);
        let connection_id = subscribed.connection_id();
        let named = known.of(connection_id).named(source, event, &subscribed.object_names()).into_owned();
        let is_open = source.is_type_id(&named.object) && known.is_open(connection_id, &named.object, self.clock.now());
        let mut objects: Vec<&str> = Vec::new();
        for plan in &subscribed.plans {
            let object = plan.read.key.object_name.as_str();
            let may_be = is_open && source.may_name_custom(object);
            let decision = match may_be {
                true => judge(source, plan, &ProviderEvent { object: object.to_owned(), ..named.clone() }),
                false => judge(source, plan, &named),
            };
            if !matches!(decision, Decision::Ignore(_)) && !objects.contains(&object) {
                objects.push(object);
            }
        }
        objects.into_iter().map(|object| new_event(&subscribed.installation_id, object, event)).collect()
    }

    fn tell_of_stranger(&self, integration: &str, workspace: &str) {
        let mut told = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() < STRANGERS_TOLD_MAX && told.insert(format!("{integration}/{workspace}")) {
            tracing::warn!(target: "ampline::inbound", event = "events.unaddressed", integration, workspace,
                "no installation's connection has this workspace: its events are left out until one does");
        }
    }
}

/// The store's trouble is the sender's wait.
fn busy(error: JournalError) -> Rejected {
    tracing::error!(target: "ampline::inbound", %error, "events could not be stored; the sender is asked to try again");
    Rejected::Busy { reason: "the store could not take the events".to_owned(), retry_after: RETRY_AFTER }
}

fn new_event(installation_id: &str, object_name: &str, event: &ProviderEvent) -> NewEvent {
    let mut hash = Sha256::new();
    for part in [installation_id, object_name, &event.identity] {
        hash.update(part);
        hash.update([0]);
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    NewEvent {
        key,
        queue: ReadKey { installation_id: installation_id.to_owned(), object_name: object_name.to_owned() },
        record_id: event.record_id.clone(),
        provider_type: event.provider_type.clone(),
        occurred_at: event.occurred_at,
        body: event.raw.clone(),
    }
}
