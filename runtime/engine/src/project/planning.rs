//! From what is stored of an installation to its reads, with every reason why something of it is not read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use ampline_core::{
    plan::{self, Choice, KnownDestination, Others, PlanProblem, ReadPlan},
    provider::{Catalog, Provider, RateLimit},
    schedule::Schedule,
    subscribe::{Source, plan_subscriptions},
};

use super::{
    content::PATH,
    error::ProjectError,
    model::{ConnectionRecord, ConnectionStatus, InstallationRecord, IntegrationRecord, IntegrationRevision, Issue, Origin},
};
use crate::{
    connection::{Connections, Declared, ProviderApp},
    inbound::Subscribed,
    scheduler::Job,
    schema_watch::Watched,
};

/// An installation with all that it refers to.
pub(crate) struct Subject<'a> {
    pub(crate) installation: &'a InstallationRecord,
    pub(crate) connection: &'a ConnectionRecord,
    pub(crate) integration: &'a IntegrationRecord,
    /// The integration's revision that the configuration stands on.
    pub(crate) standing: &'a IntegrationRevision,
}

/// The destinations that plans may name, shared with whoever makes and deletes them.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownDestinations(Arc<RwLock<Arc<BTreeMap<String, KnownDestination>>>>);

impl KnownDestinations {
    /// As they are now, by name.
    pub(crate) fn now(&self) -> Arc<BTreeMap<String, KnownDestination>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what is known.
    pub(crate) fn change(&self, change: impl FnOnce(&mut BTreeMap<String, KnownDestination>)) {
        change(Arc::make_mut(&mut self.0.write().unwrap_or_else(PoisonError::into_inner)));
    }
}

impl From<BTreeMap<String, KnownDestination>> for KnownDestinations {
    fn from(known: BTreeMap<String, KnownDestination>) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(known))))
    }
}

/// Knows what reads depend on besides the stored: the project, the catalog, its destinations, and credentials.
pub(crate) struct Planner {
    pub(crate) project_id: String,
    pub(crate) catalog: Catalog,
    /// Shared with whoever makes them.
    pub(crate) destinations: KnownDestinations,
    /// Nothing where nothing runs.
    connections: Option<Arc<Connections>>,
    /// By connection: what a file says in place of the catalog.
    rate_limits: Mutex<BTreeMap<String, RateLimit>>,
}

impl Planner {
    pub(crate) fn new(
        project_id: String,
        catalog: Catalog,
        destinations: impl Into<KnownDestinations>,
        connections: Option<Arc<Connections>>,
    ) -> Self {
        Self { project_id, catalog, destinations: destinations.into(), connections, rate_limits: Mutex::default() }
    }

    /// Takes in the credentials that a file names; those that are other than before, by id.
    pub(crate) async fn declare(
        &self,
        file: &str,
        apps: Vec<ProviderApp>,
        declared: Vec<Declared>,
    ) -> Result<BTreeSet<String>, ProjectError> {
        let limits: BTreeMap<String, RateLimit> =
            declared.iter().filter_map(|one| Some((one.id.clone(), one.rate_limit?))).collect();
        let before = std::mem::replace(&mut *self.rate_limits.lock().unwrap_or_else(PoisonError::into_inner), limits.clone());
        let Some(connections) = &self.connections else { return Ok(BTreeSet::new()) };
        let mut changed = connections.declare(file, apps, declared).await?;
        changed.extend(limits.iter().filter(|(id, limit)| before.get(*id) != Some(limit)).map(|(id, _)| id.clone()));
        changed.extend(before.into_keys().filter(|id| !limits.contains_key(id)));
        Ok(changed)
    }

    /// What providers are asked with; nothing where nothing runs.
    pub(crate) fn http(&self) -> Option<reqwest::Client> {
        self.connections.as_ref().map(|connections| connections.http().clone())
    }

    /// Lets go of the credentials of a connection that is gone.
    pub(crate) fn forget(&self, connection_id: &str) {
        if let Some(connections) = &self.connections {
            connections.forget(connection_id);
        }
    }

    /// What is to be read, and every reason why something is not. Paths are those of the contract's Installation.
    pub(crate) fn plan(&self, subject: &Subject<'_>) -> (Vec<ReadPlan>, Vec<Issue>) {
        let Planned { plans, faults, awaited } = self.planned(subject);
        (plans, [faults, awaited].concat())
    }

    /// Every reason why something is not read that does not go away by itself: for a destination that is not there yet, the
    /// installation waits.
    pub(crate) fn faults(&self, subject: &Subject<'_>) -> Vec<Issue> {
        self.planned(subject).faults
    }

    fn planned(&self, subject: &Subject<'_>) -> Planned {
        let mut faults = self.obstacles(subject);
        if !faults.is_empty() {
            return Planned { faults, ..Planned::default() };
        }
        let choice = choice(subject);
        let installation = self.lowered(subject);
        let content = &subject.installation.config.content;
        let destinations = self.destinations.now();
        let (mut plans, mut problems) = plan::plan(&choice, &installation, &destinations);
        faults.extend(content.provider_fault(choice.latest));
        problems.extend(plan_subscriptions(&choice, &installation, &content.events(), &destinations).1);
        let (awaited, wrong): (Vec<_>, Vec<_>) = problems.into_iter().partition(|problem| problem.awaits_destination.is_some());
        if let Some(provider) = self.catalog.get(&choice.latest.provider) {
            // What the provider lacks is a fault whether or not its destination is there yet.
            let assumed = with_awaited(&destinations, &awaited);
            let all = assumed.map(|assumed| plan::plan(&choice, &installation, &assumed).0);
            let unsupported = |plan: &ReadPlan| {
                let path = format!("{PATH}.read.objects.{}", plan.key.object_name);
                provider.unsupported(plan).map(|message| Issue { path, message })
            };
            faults.extend(all.as_ref().unwrap_or(&plans).iter().filter_map(unsupported));
            plans.retain(|plan| provider.unsupported(plan).is_none());
        }
        let issue = |problem: PlanProblem| Issue { path: format!("{PATH}.{}", problem.path), message: problem.message };
        faults.extend(wrong.into_iter().map(issue));
        Planned { plans, faults, awaited: awaited.into_iter().map(issue).collect() }
    }

    /// The same with what each read needs to run; none where credentials are not at hand.
    pub(crate) fn jobs(&self, subject: &Subject<'_>) -> (Vec<Job>, Vec<Issue>) {
        let (plans, mut issues) = self.plan(subject);
        let connection = self.connections.as_ref().and_then(|connections| connections.get(&subject.connection.id));
        let (Some(connection), Some(provider)) = (connection, self.catalog.get(&subject.connection.provider)) else {
            if issues.is_empty() {
                issues.push(connection_issue(format!("the connection {:?} has no credentials yet", subject.connection.id)));
            }
            return (Vec::new(), issues);
        };
        let rate_limit = self.rate_limit(&connection.id, provider.as_ref());
        let job = |plan| Job { plan: Arc::new(plan), provider: provider.clone(), connection: connection.clone(), rate_limit };
        (plans.into_iter().map(job).collect(), issues)
    }

    /// What the operator says of the connection, else what the provider says of itself.
    pub(super) fn rate_limit(&self, connection_id: &str, provider: &dyn Provider) -> Option<RateLimit> {
        let declared = self.rate_limits.lock().unwrap_or_else(PoisonError::into_inner).get(connection_id).copied();
        declared.or(provider.info().rate_limit)
    }

    /// What is subscribed; nothing where nothing is, or where the provider's events are not known.
    pub(crate) fn subscribed(&self, subject: &Subject<'_>) -> Option<Subscribed> {
        let Subject { installation, connection, integration, .. } = subject;
        if !self.obstacles(subject).is_empty() {
            return None;
        }
        let content = &installation.config.content;
        let destinations = self.destinations.now();
        let (plans, _) = plan_subscriptions(&choice(subject), &self.lowered(subject), &content.events(), &destinations);
        if plans.is_empty() {
            return None;
        }
        let Some(source) = Source::of(&connection.provider) else {
            tracing::warn!(event = "subscriptions.unsupported", installation = %installation.id, provider = %connection.provider, UNTAKEN);
            return None;
        };
        let provider = self.catalog.get(&connection.provider)?;
        let ready = self.connections.as_ref().and_then(|connections| connections.get(&connection.id));
        Some(Subscribed {
            installation_id: installation.id.clone(),
            integration: [integration.id.clone(), integration.name.clone()],
            workspace: connection.workspace.clone(),
            source,
            provider: provider.clone(),
            connection: ready,
            rate_limit: self.rate_limit(&connection.id, provider.as_ref()),
            plans,
        })
    }

    /// What of the installation's schemas is watched, of what it reads; nothing where nothing is.
    pub(crate) fn watched(&self, subject: &Subject<'_>, jobs: &[Job]) -> Option<Watched> {
        let watch = subject.integration.latest.content.watch_schema.clone()?;
        let jobs = jobs.iter().filter(|job| job.provider.fields_request(&job.plan.key.object_name).is_some());
        let jobs: Vec<Job> = jobs.cloned().collect();
        if jobs.is_empty() || !(watch.field_created || watch.field_deleted || watch.field_changed) {
            return None;
        }
        let unwatched = |reason: &str| {
            tracing::warn!(event = "schema.unwatched", integration = %subject.integration.name, destination = %watch.destination, reason);
        };
        let destination = match self.destinations.now().get(&watch.destination) {
            None => {
                unwatched("there is no such destination: schemas are not watched");
                return None;
            }
            Some(one) if one.mirrors_records => {
                unwatched("it holds records and no messages: schemas are not watched; name a webhook, a bucket or a stream");
                return None;
            }
            Some(one) => one.clone(),
        };
        let schedule = Schedule::parse(&watch.schedule).inspect_err(|error| unwatched(&error.to_string())).ok()?;
        Some(Watched { watch, schedule, destination, jobs })
    }

    /// Objects that are subscribed though no events of their provider can be taken in, each with the reason.
    pub(crate) fn untaken(&self, subject: &Subject<'_>) -> Vec<(String, String)> {
        if Source::of(&subject.connection.provider).is_some() || !self.obstacles(subject).is_empty() {
            return Vec::new();
        }
        let (events, destinations) = (subject.installation.config.content.events(), self.destinations.now());
        let (plans, _) = plan_subscriptions(&choice(subject), &self.lowered(subject), &events, &destinations);
        let reason = || format!("{}: {UNTAKEN}", subject.connection.provider);
        plans.into_iter().map(|plan| (plan.read.context.object_name.clone(), reason())).collect()
    }

    /// Why nothing at all of an installation is read.
    fn obstacles(&self, subject: &Subject<'_>) -> Vec<Issue> {
        let Subject { installation, connection, integration, .. } = subject;
        let provider = &integration.latest.content.provider;
        let mut issues = Vec::new();
        let mut add = |path: &str, message: String| issues.push(Issue { path: path.to_owned(), message });
        if let Some(reason) = &installation.disabled_reason {
            add("", format!("disabled: {reason}"));
        }
        if let Some(reason) = &integration.disabled_reason {
            add("integrationId", format!("the integration {:?} is disabled: {reason}", integration.name));
        }
        if self.catalog.get(provider).is_none() {
            add("integrationId", self.catalog.unknown(provider));
        }
        if connection.provider != *provider {
            let message = format!("the connection is for {}, but the integration reads {provider}", connection.provider);
            add("connectionId", message);
        }
        if let Some(reason) = &connection.disabled_reason {
            add("connectionId", format!("the connection is disabled: {reason}"));
        }
        issues
    }

    fn lowered(&self, subject: &Subject<'_>) -> plan::Installation {
        let Subject { installation, connection, .. } = subject;
        plan::Installation {
            id: installation.id.clone(),
            project_id: self.project_id.clone(),
            integration: installation.integration.clone(),
            group_ref: installation.group.reference.clone(),
            group_name: installation.group.name.clone(),
            consumer_ref: installation.consumer.reference.clone(),
            consumer_name: installation.consumer.name.clone(),
            connection_id: connection.id.clone(),
            workspace: connection.workspace.clone(),
            update_time: installation.update_time,
            objects: installation.config.content.objects(),
        }
    }
}

/// Why a subscription brings nothing.
const UNTAKEN: &str = "events of this provider cannot be taken in; only its reads run";

/// What planning an installation comes to.
#[derive(Default)]
struct Planned {
    plans: Vec<ReadPlan>,
    faults: Vec<Issue>,
    /// For want of destinations that may yet be made.
    awaited: Vec<Issue>,
}

/// The destinations as if those were there that are awaited; nothing where none are.
fn with_awaited(
    destinations: &BTreeMap<String, KnownDestination>,
    awaited: &[PlanProblem],
) -> Option<BTreeMap<String, KnownDestination>> {
    let names = awaited.iter().filter_map(|problem| problem.awaits_destination.clone());
    let unmade = |name| (name, KnownDestination { id: String::new(), mirrors_records: false });
    (!awaited.is_empty()).then(|| destinations.clone().into_iter().chain(names.map(unmade)).collect())
}

/// The integration as the installation sees it.
fn choice<'a>(subject: &Subject<'a>) -> Choice<'a> {
    let latest = &subject.integration.latest.content;
    let from_file = matches!(subject.installation.origin, Origin::File(_));
    // What a file leaves out is what the manifest says now; elsewhere it was filled in when it was chosen.
    let configured = if from_file { latest } else { &subject.standing.content };
    let nothing_chosen = !subject.installation.config.content.configures_reads();
    let others = if from_file && nothing_chosen { Others::All } else { Others::AlwaysEnabled };
    Choice { configured, latest, others }
}

/// What is known of a connection that does not work.
pub(crate) fn credentials_issue(connection: &ConnectionRecord) -> Option<Issue> {
    let bad = connection.status == ConnectionStatus::BadCredentials;
    let reason = || connection.status_reason.as_deref().unwrap_or("the provider refused them");
    bad.then(|| connection_issue(format!("the connection's credentials do not work: {}", reason())))
}

fn connection_issue(message: String) -> Issue {
    Issue { path: "connectionId".to_owned(), message }
}
