//! The destinations that run: each record checked by its sink, its secrets at hand, its lane started, changed or called off.
//!
//! Everything here follows what is durable in the project store already; a start builds all of it again from there.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use ampline_core::message::Recipients;
use serde_json::Value;
use tokio::task::JoinSet;

use super::{
    Defaults, DestinationEdit, GivenDestination, Held, ResolvedDestination, contract, edit, given,
    grants::{Checked, DestinationGrants, GivenGrants},
    user,
};
use crate::{
    clock::Clock,
    connection::DataKey,
    dispatcher::{Dispatcher, Ending},
    journal::{DestinationState, Journal},
    pressure::Pressure,
    project::{DestinationRecord, Issue, KnownDestinations, ProjectError, ProjectStore},
    secrets::{DestinationSecrets, Vault},
    settings::{DestinationSettings, destinations::database_fault},
    sink::Sinks,
};

/// Why a destination is stopped that a person stopped: only a person starts it again.
pub(crate) const OPERATOR: &str = "stopped by an operator";
/// Why a destination is stopped that is in neither file any more; it starts again when it comes back.
const UNCONFIGURED: &str = "neither ampline.toml nor amp.yaml names it any more";
/// How the reason begins why a destination is stopped whose configuration no longer works; it starts again once that does.
const UNUSABLE: &str = "it cannot be used: ";

/// What destinations are made of.
pub(crate) struct Needs {
    pub(crate) sinks: Arc<dyn Sinks>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) store: Arc<ProjectStore>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) secrets: Arc<DestinationSecrets>,
    pub(crate) pressure: Arc<Pressure>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Told which there are.
    pub(crate) known: KnownDestinations,
    /// What their credentials are encrypted with.
    pub(crate) key: DataKey,
    pub(crate) defaults: Defaults,
}

/// The destinations that run.
pub(crate) struct Destinations {
    pub(super) needs: Needs,
    /// By id.
    live: Mutex<BTreeMap<String, Live>>,
    /// Nothing before all that runs is ready.
    dispatcher: OnceLock<Dispatcher>,
    /// Held by whoever carries out errands.
    pub(super) errands: tokio::sync::Mutex<()>,
    tasks: Mutex<JoinSet<()>>,
}

struct Live {
    resolved: ResolvedDestination,
    /// As its file writes it, where a file does.
    settings: Option<DestinationSettings>,
}

/// How a destination comes to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coming {
    /// It is as it was: the runtime starts, or its files were read again.
    Back,
    /// Nobody knew it before.
    New,
    /// A person changed it, and whatever stopped it may be repaired.
    Changed,
}

impl Destinations {
    /// None yet.
    pub(crate) fn new(needs: Needs) -> Arc<Self> {
        let (live, tasks) = (Mutex::default(), Mutex::default());
        Arc::new(Self { needs, live, dispatcher: OnceLock::new(), errands: tokio::sync::Mutex::default(), tasks })
    }

    /// Lets those of the store run that clients made; files say for themselves what they have.
    pub(crate) async fn load(&self) -> Result<(), ProjectError> {
        for record in self.needs.store.destinations().await? {
            if record.origin.file().is_none() && record.disabled_reason.is_none() {
                let secrets = match self.open(&record) {
                    Ok(secrets) => secrets,
                    Err(reason) => {
                        let resolved = ResolvedDestination::of(&record, Held::default(), &self.needs.defaults);
                        self.put_unusable(resolved, &format!("its secrets do not open: {reason}")).await?;
                        continue;
                    }
                };
                let resolved = ResolvedDestination::of(&record, secrets, &self.needs.defaults);
                match self.faults(&resolved).await.as_slice() {
                    [] => self.put(resolved, None, Coming::Back).await?,
                    [first, ..] => self.put_unusable(resolved, &first.to_string()).await?,
                }
            }
        }
        Ok(())
    }

    /// Starts the lanes, those that are there and those that will come. To be called once.
    pub(crate) fn launch(&self, dispatcher: Dispatcher) {
        let live = self.live();
        let lanes = live.values().map(|one| one.resolved.route(self.needs.sinks.batch_time_max()));
        lanes.for_each(|route| dispatcher.put(route));
        // A second dispatcher is dropped with its lanes.
        let _ = self.dispatcher.set(dispatcher);
    }

    /// The lanes, once they run.
    pub(crate) fn dispatcher(&self) -> Option<&Dispatcher> {
        self.dispatcher.get()
    }

    /// What destinations sign and authenticate with.
    pub(crate) fn secrets(&self) -> &Arc<DestinationSecrets> {
        &self.needs.secrets
    }

    fn live(&self) -> MutexGuard<'_, BTreeMap<String, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever may be told of something, by name.
    pub(crate) fn recipients(&self) -> Recipients {
        self.live().values().map(|one| (one.resolved.destination.name.clone(), one.resolved.recipient())).collect()
    }

    /// Whether the destination runs as a file writes it.
    pub(crate) fn runs_as(&self, id: &str, settings: &DestinationSettings) -> bool {
        // Where its secrets come from elsewhere, those may be others by now.
        let is_whole = settings.signing_key.is_none()
            && settings.secret_headers.is_empty()
            && settings.secrets.is_empty()
            && settings.grants.credentials.is_empty();
        is_whole && self.live().get(id).is_some_and(|live| live.settings.as_ref() == Some(settings))
    }

    /// Whether the destination runs, and not as a file writes it now.
    pub(crate) fn differs(&self, id: &str, settings: &DestinationSettings) -> bool {
        self.live().get(id).is_some_and(|live| live.settings.as_ref() != Some(settings))
    }

    /// A request for a new destination without what belongs to other types, or every fault of it; the sink judges the configuration.
    pub(crate) async fn checked(&self, given: GivenDestination, grants: GivenGrants) -> Result<GivenDestination, Vec<Issue>> {
        let GivenDestination { name, kind, mut metadata, mut secrets, delivery, .. } = given;
        let mut issues = edit::delivery_issues(&delivery, "delivery");
        let grants = grants.checked(&Checked::default(), &self.needs.defaults.policy, "grants", &mut issues);
        issues.extend(self.grant_faults(&kind, &grants.grants, "grants"));
        issues.extend(given::name_fault(&name).map(|fault| given::issue("name", fault)));
        user::take(&kind, &mut metadata, &mut secrets);
        issues.extend(user::fault(&kind, &metadata, &secrets).map(|fault| given::issue("metadata.headers", fault)));
        let mut metadata = given::sized(metadata, "metadata", &mut issues);
        let Some(descriptor) = self.needs.sinks.descriptor(&kind) else {
            issues.push(contract::unknown_kind("type", &kind, &self.needs.sinks.kinds()));
            return Err(issues);
        };
        let secrets = given::own_secrets(&kind, secrets, "secrets", &mut issues);
        metadata = given::own_metadata(metadata, &descriptor);
        issues.extend(self.config_faults(&kind, &Value::Object(metadata.clone()), "metadata").await);
        if issues.is_empty() { Ok(GivenDestination { name, kind, metadata, secrets, grants, delivery }) } else { Err(issues) }
    }

    /// A destination as an edit would leave it, or every fault of that.
    pub(crate) async fn edited(
        &self,
        record: &DestinationRecord,
        edit: DestinationEdit,
    ) -> Result<(GivenDestination, Option<Vec<u8>>), ProjectError> {
        // Secrets that do not open any more can be given anew, and are lost to every other change.
        let held = self.open(record).unwrap_or_default();
        let descriptor = self.needs.sinks.descriptor(&record.kind);
        let policy = &self.needs.defaults.policy;
        let given = edit.applied(record, held.clone(), descriptor.as_deref(), policy).map_err(ProjectError::Invalid)?;
        let mut faults = self.grant_faults(&given.kind, &given.grants.grants, "destination.grants");
        faults.extend(self.config_faults(&given.kind, &Value::Object(given.metadata.clone()), "destination.metadata").await);
        if !faults.is_empty() {
            return Err(ProjectError::Invalid(faults));
        }
        let sealed = if given.held() == held { record.sealed.clone() } else { self.seal(&record.id, &given.held())? };
        Ok((given, sealed))
    }

    /// Every fault that the sink finds in a configuration as it was given.
    pub(crate) async fn config_faults(&self, kind: &str, config: &Value, place: &str) -> Vec<Issue> {
        if let Some(fault) = database_fault(kind, self.needs.defaults.has_database) {
            return vec![given::issue("type", fault)];
        }
        let mut config = config.clone();
        if let Value::Object(config) = &mut config {
            crate::settings::permit_plain_http(kind, config, &self.needs.defaults.policy);
        }
        self.judged(kind, &config, place).await
    }

    async fn judged(&self, kind: &str, config: &Value, place: &str) -> Vec<Issue> {
        if self.needs.sinks.descriptor(kind).is_none() {
            return vec![contract::unknown_kind("type", kind, &self.needs.sinks.kinds())];
        }
        match self.needs.sinks.validate(kind, config).await {
            Err(failure) => vec![Issue { path: place.to_owned(), message: format!("{}: {}", failure.code, failure.message) }],
            Ok(found) => {
                let fatal = found.into_iter().filter(|issue| issue.fatal);
                fatal
                    .map(|one| Issue { path: format!("{place}{}", one.pointer.replace('/', ".")), message: one.message })
                    .collect()
            }
        }
    }

    /// Every fault of a destination that is ready but for that; paths begin at its own configuration (`.url`).
    pub(crate) async fn faults(&self, resolved: &ResolvedDestination) -> Vec<Issue> {
        let destination = &resolved.destination;
        let mut faults = self.grant_faults(&destination.kind, &destination.grants, ".grants");
        // Files write names with underlines.
        faults.iter_mut().for_each(|fault| fault.path = contract::snake_case(&fault.path));
        faults.extend(self.judged(&destination.kind, &destination.config, "").await);
        faults
    }

    /// Every grant that a destination of this type cannot have.
    fn grant_faults(&self, kind: &str, grants: &DestinationGrants, place: &str) -> Vec<Issue> {
        let Some(standing) = self.needs.sinks.standing(kind) else { return Vec::new() };
        let faults = grants.faults(standing, &self.needs.sinks.limits()).into_iter();
        faults.map(|(path, message)| Issue { path: format!("{place}.{path}"), message }).collect()
    }

    /// Lets a record run as it stands in the store.
    pub(crate) async fn put_record(&self, record: &DestinationRecord, coming: Coming) -> Result<(), ProjectError> {
        let secrets = self.open(record).map_err(ProjectError::Store)?;
        self.put(ResolvedDestination::of(record, secrets, &self.needs.defaults), None, coming).await
    }

    /// Lets a destination run, in place of what it may have been before.
    pub(crate) async fn put(
        &self,
        resolved: ResolvedDestination,
        settings: Option<DestinationSettings>,
        coming: Coming,
    ) -> Result<(), ProjectError> {
        let (secrets, of) = (self.needs.secrets.clone(), resolved.secrets_of());
        let keeping = tokio::task::spawn_blocking(move || secrets.put(of)).await;
        let failed = |error: &dyn std::fmt::Display| ProjectError::Store(format!("the signing key cannot be kept: {error}"));
        keeping.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        let name = &resolved.destination.name;
        let state = self.state(name).await?;
        let starts = match (&state, coming) {
            (None, _) | (_, Coming::New) => true,
            (Some(state), Coming::Back) => {
                state.gone
                    || state
                        .disabled_reason
                        .as_deref()
                        .is_some_and(|reason| reason == UNCONFIGURED || reason.starts_with(UNUSABLE))
            }
            (Some(state), Coming::Changed) => state.disabled_reason.as_deref().is_some_and(|reason| reason != OPERATOR),
        };
        let name = name.to_owned();
        self.know(resolved, settings, true);
        // Only now: the lane before knows nothing of what changed, and would stop it again for the reason that is no more.
        if starts {
            self.needs.journal.set_destination(&name, None).await?;
        }
        Ok(())
    }

    /// Keeps a destination known that cannot run: what comes for it waits, and says why.
    async fn put_unusable(&self, resolved: ResolvedDestination, reason: &str) -> Result<(), ProjectError> {
        let name = &resolved.destination.name;
        tracing::error!(event = "destination.unusable", destination = %name, reason);
        let stopped = self.state(name).await?.is_some_and(|state| state.disabled_reason.is_some());
        if !stopped {
            self.needs.journal.set_destination(name, Some(format!("{UNUSABLE}{reason}"))).await?;
        }
        self.know(resolved, None, false);
        Ok(())
    }

    fn know(&self, resolved: ResolvedDestination, settings: Option<DestinationSettings>, runs: bool) {
        if resolved.destination.grants.allows_every_host() {
            let destination = &resolved.destination.name;
            tracing::warn!(event = "destination.grants_every_host", %destination, "its sink may send to every host: grant those that it needs");
        }
        let (id, name) = (resolved.destination.id.clone(), resolved.destination.name.clone());
        self.needs.pressure.limit(&name, Some(resolved.backlog_bytes_max));
        self.needs.known.change(|known| drop(known.insert(name, resolved.known())));
        let route = resolved.route(self.needs.sinks.batch_time_max());
        self.live().insert(id, Live { resolved, settings });
        if let Some(dispatcher) = self.dispatcher.get().filter(|_| runs) {
            dispatcher.put(route);
        }
    }

    /// Lets go of a destination. What is in flight is settled; its secrets stay at hand until then.
    pub(super) fn let_go(&self, id: &str, name: &str) -> Option<Ending> {
        self.live().remove(id);
        self.needs.pressure.limit(name, None);
        self.needs.known.change(|known| drop(known.remove(name)));
        self.dispatcher.get().map(|dispatcher| dispatcher.remove(name))
    }

    /// A destination that no file names any more stops; its backlog waits, and says why.
    pub(crate) async fn withdraw(&self, id: &str, name: &str) -> Result<(), ProjectError> {
        self.let_go(id, name);
        self.stop_unconfigured(name).await
    }

    async fn stop_unconfigured(&self, name: &str) -> Result<(), ProjectError> {
        Ok(self.needs.journal.set_destination(name, Some(UNCONFIGURED.to_owned())).await?)
    }

    /// Stops what the journal knows and nothing configures: a backlog that nobody would ever send says so.
    pub(crate) async fn stop_strangers(&self) -> Result<(), ProjectError> {
        let known = self.needs.known.now();
        for state in self.needs.journal.destinations().await? {
            if state.disabled_reason.is_none() && !known.contains_key(&state.name) {
                self.stop_unconfigured(&state.name).await?;
            }
        }
        Ok(())
    }

    /// The sink of a type is another from now on: its destinations begin anew with that.
    pub(crate) async fn restart(&self, kind: &str) -> Result<(), ProjectError> {
        for record in self.needs.store.destinations().await? {
            if record.kind == kind && record.disabled_reason.is_none() && record.origin.file().is_none() {
                self.put_record(&record, Coming::Back).await?;
            }
        }
        let live = self.live();
        let of_files = live.values().filter(|one| one.settings.is_some() && one.resolved.destination.kind == kind);
        if let Some(dispatcher) = self.dispatcher.get() {
            of_files.for_each(|one| dispatcher.put(one.resolved.route(self.needs.sinks.batch_time_max())));
        }
        Ok(())
    }

    /// How a destination stands in the journal.
    pub(crate) async fn state(&self, name: &str) -> Result<Option<DestinationState>, ProjectError> {
        Ok(self.needs.journal.destinations().await?.into_iter().find(|state| state.name == name))
    }

    /// Carries out what must come to its end, though nobody waits for it.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Waits for what is under way.
    pub(crate) async fn quiet(&self) {
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }
}
