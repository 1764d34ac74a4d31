//! From settings and manifest to the parts of a runtime, with every problem said before anything runs.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use ampline_core::{manifest::Manifest, message::Recipient, plan::KnownDestination, provider::Catalog};
use serde_json::Value;
use tokio::sync::watch;

use super::{Launch, StartError, files};
use crate::{
    access::{self, Failures, NewKey},
    api::{Api, Configured},
    clock::Clock,
    connection::Connections,
    data_dir::DataDir,
    disk::Disk,
    dispatcher::{self, Route},
    downloads::Downloads,
    fields::FieldReader,
    http_client,
    inbound::{Intake, IntakeOptions, Keys, Processor},
    journal::{Journal, JournalError, sqlite::SqliteJournal},
    notifications::Notifier,
    pressure::Pressure,
    project::{Declared, Issue, KeyScope, Planner, Project, ProjectError, ProjectStore, Reread},
    providers, reader,
    scheduler::{self, Job},
    secrets::{API_KEY, DestinationSecrets, Secret, Signing, Vault},
    settings::{Durability, Problem, Resolved, Settings, resolve},
    sink::{
        Destination, FIRST_PARTY, Sinks,
        wasm::{Compiler, HostOptions, HttpOptions, WasmSinks},
    },
    sqlite::{Options, Synchronous},
    store::HostedStore,
    uploads::Uploads,
};

/// Why a destination is stopped that is in neither file any more; it starts again when it comes back.
const UNCONFIGURED: &str = "neither ampline.toml nor amp.yaml names it any more";
/// How much longer a claim holds than the longest that a batch can take.
const LEASE_MARGIN: Duration = Duration::from_secs(30);

pub(super) struct Parts {
    pub(super) data: DataDir,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) jobs: Vec<Job>,
    pub(super) store: Arc<HostedStore>,
    pub(super) project_store: Arc<ProjectStore>,
    pub(super) project: Arc<Project>,
    pub(super) connections: Arc<Connections>,
    pub(super) pressure: Arc<Pressure>,
    vault: Arc<Vault>,
    pub(super) secrets: Arc<DestinationSecrets>,
    pub(super) keys: Arc<access::Keys>,
    /// The pace of each connection, for all who ask with it.
    throttles: Arc<reader::Throttles>,
    resolved: Resolved,
    compiler: Compiler,
}

/// Opens the stores and decides what is read.
pub(super) async fn assemble(launch: Launch, scheduler: scheduler::Handle) -> Result<Parts, StartError> {
    let Launch { settings, manifest, files, clock, compiler } = launch;
    let (settings, manifest) = (Arc::new(settings), Arc::new(manifest));
    let resolving = (settings.clone(), manifest.clone(), files.clone());
    // Files and the keyring are read, and a keyring may wait for a person.
    let resolved = tokio::task::spawn_blocking(move || {
        let (settings, manifest, files) = resolving;
        let catalog = providers::catalog(settings.providers.dir.as_deref())?;
        match (resolve(&settings, &manifest, &catalog, env), files::installations(&files, &settings)) {
            (Ok(resolved), Ok(found)) => {
                let routes = resolved.notifications.clone();
                let declared = files::declared(&files, &manifest, &resolved.connections, routes, found);
                Ok((catalog, resolved, declared))
            }
            (resolved, found) => {
                let faults = [resolved.err(), found.err().map(problems)];
                Err(faults.into_iter().flatten().flatten().collect())
            }
        }
    });
    let (catalog, resolved, declared) = resolved.await.map_err(std::io::Error::other)?.map_err(StartError::Problems)?;
    let data = DataDir::create(&settings.runtime.data_dir)?;
    data.note_providers(settings.providers.dir.as_deref())?;
    let Stores { journal, store, project: project_store } = open_stores(&data, settings.runtime.durability)?;
    let destinations = resolved.destinations.iter().map(|(name, one)| (name.clone(), known(&one.destination))).collect();
    let opening = (data.clone(), settings.secrets.key.clone(), clock.now());
    let vault = tokio::task::spawn_blocking(move || Vault::open(&opening.0, opening.1.as_ref(), env, opening.2)).await;
    let vault = Arc::new(vault.map_err(std::io::Error::other)??);
    let keys = access::Keys::load(project_store.clone(), clock.clone()).await?;
    let connections = connections(&project_store, &vault, &clock, &catalog).await?;
    let planner = Planner::new(settings.project.id.clone(), catalog.clone(), destinations, Some(connections.clone()));
    let reread = reread(files, settings.clone(), manifest, catalog);
    let project = Arc::new(Project::new(project_store.clone(), planner, clock.clone(), Some(scheduler), Some(reread)));
    let jobs = started(&project, declared).await?;
    settle_destinations(journal.as_ref(), &resolved).await?;
    let disk = Disk::new(data.path(), settings.limits.disk_reserve_megabytes.saturating_mul(1_000_000));
    let backlogs = resolved.destinations.iter().map(|(name, one)| (name.clone(), one.backlog_bytes_max)).collect();
    let pressure = Arc::new(Pressure::new(journal.clone(), disk, backlogs));
    let secrets = Arc::new(secrets(&vault, &clock, &resolved)?);
    Ok(Parts {
        data,
        journal,
        clock,
        jobs,
        store,
        project_store,
        project,
        connections,
        pressure,
        vault,
        secrets,
        keys,
        throttles: Arc::default(),
        resolved,
        compiler,
    })
}

/// The customers' credentials, as the store keeps them.
async fn connections(
    store: &Arc<ProjectStore>,
    vault: &Vault,
    clock: &Arc<dyn Clock>,
    catalog: &Catalog,
) -> Result<Arc<Connections>, StartError> {
    let key = vault.connections_key(clock.now())?;
    let http = http_client::provider_client()?;
    let connections = Connections::new(store.clone(), key, http, clock.clone(), catalog.clone());
    connections.load().await?;
    Ok(Arc::new(connections))
}

/// Every read there is once the files have been heard, or every fault of what they say.
async fn started(project: &Project, declared: Declared) -> Result<Vec<Job>, StartError> {
    project.start(declared).await.map_err(|error| match error {
        ProjectError::Invalid(issues) => StartError::Problems(problems(issues)),
        error => StartError::Project(error),
    })
}

fn problems(issues: Vec<Issue>) -> Vec<Problem> {
    issues.into_iter().map(|Issue { path, message }| Problem { place: path, message }).collect()
}

fn reread(files: files::Files, settings: Arc<Settings>, manifest: Arc<Manifest>, catalog: Catalog) -> Reread {
    Box::new(move || files::reread(&files, &settings, &manifest, &catalog, &env))
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What destinations sign and authenticate with; webhooks without a configured key get one of their own.
fn secrets(vault: &Arc<Vault>, clock: &Arc<dyn Clock>, resolved: &Resolved) -> Result<DestinationSecrets, StartError> {
    let mut secrets = DestinationSecrets::new(vault.clone(), clock.clone());
    for (name, one) in &resolved.destinations {
        let signing = match one.destination.kind.as_str() {
            _ if !one.signing_keys.is_empty() => Signing::Configured(one.signing_keys.clone()),
            "webhook" => Signing::Made,
            _ => Signing::Unsigned,
        };
        secrets.add(name, signing, one.secrets.clone(), one.headers.clone())?;
    }
    Ok(secrets)
}

/// Makes new destinations known, and stops those that are no longer configured: their backlog waits, and says why.
async fn settle_destinations(journal: &dyn Journal, resolved: &Resolved) -> Result<(), JournalError> {
    let known = journal.destinations().await?;
    for state in &known {
        let configured = resolved.destinations.contains_key(&state.name);
        match state.disabled_reason.as_deref() {
            None if !configured => journal.set_destination(&state.name, Some(UNCONFIGURED.into())).await?,
            Some(UNCONFIGURED) if configured => journal.set_destination(&state.name, None).await?,
            _ => {}
        }
    }
    for name in resolved.destinations.keys().filter(|name| !known.iter().any(|state| state.name == **name)) {
        journal.set_destination(name, None).await?;
    }
    Ok(())
}

/// The stores of a data folder.
pub(crate) struct Stores {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) store: Arc<HostedStore>,
    pub(crate) project: Arc<ProjectStore>,
}

/// Opens the stores of a data folder.
pub(crate) fn open_stores(data: &DataDir, durability: Durability) -> Result<Stores, StartError> {
    let synchronous = match durability {
        Durability::Full => Synchronous::Full,
        Durability::Normal => Synchronous::Normal,
    };
    let options = Options { synchronous, ..Options::default() };
    let journal: Arc<dyn Journal> = SqliteJournal::open(&data.journal(), &options)?;
    let store = HostedStore::open(&data.store(), &options)?;
    let project = ProjectStore::open(&data.project(), &options)?;
    Ok(Stores { journal, store, project })
}

fn known(destination: &Destination) -> KnownDestination {
    let mirrors_records = matches!(destination.kind.as_str(), "api" | "postgres");
    KnownDestination { id: destination.id.clone(), mirrors_records }
}

fn recipient(destination: &Destination) -> Recipient {
    Recipient {
        name: destination.name.clone(),
        id: destination.id.clone(),
        kind: destination.kind.clone(),
        url: destination.config.get("url").and_then(Value::as_str).map(str::to_owned),
    }
}

impl Parts {
    /// Lets the command line of this machine in, which finds its key in the data folder. Gives the first key for everybody else,
    /// where the folder is new; called when nothing can fail any more, so that the key is seen.
    pub(super) async fn admit(&self) -> Result<Option<Secret>, StartError> {
        let (keys, now) = (&self.keys, self.clock.now());
        let is_new = self.vault.get(API_KEY)?.is_none() && keys.all().is_empty();
        let local = match keys.local_is_active() {
            Some(false) => self.vault.renew_api_key(now)?,
            _ => self.vault.api_key(now)?,
        };
        keys.admit_local(&local).await?;
        if !is_new {
            return Ok(None);
        }
        let new = NewKey { label: "first key".to_owned(), scopes: vec![KeyScope::Full], expires_at: None };
        Ok(Some(keys.create(new).await?.1))
    }

    /// What the API needs.
    pub(super) fn api(&self, address: SocketAddr, settings: &Settings, handle: scheduler::Handle) -> Result<Api, StartError> {
        let now = self.clock.now();
        let public_url = settings.runtime.public_url.clone().unwrap_or_else(|| {
            let scheme = if settings.api.tls.is_some() { "https" } else { "http" };
            format!("{scheme}://{address}")
        });
        let intake = self.intake(&public_url, settings);
        let key = self.vault.download_key(now)?;
        let uploads = Uploads::new(self.data.uploads(), &public_url, &key);
        // What was left by an earlier run.
        uploads.sweep(now)?;
        Ok(Api {
            project: settings.project.id.clone(),
            journal: self.journal.clone(),
            store: self.store.clone(),
            projects: self.project.clone(),
            connections: Some(self.connections.clone()),
            public_url: public_url.clone(),
            downloads: Downloads::new(public_url, &key, settings.runtime.download_expiry_s),
            clock: self.clock.clone(),
            keys: self.keys.clone(),
            failures: Failures::new(settings.api.wrong_keys_max),
            allowed_origins: settings.api.allowed_origins.clone(),
            configured: Some(Configured {
                destinations: self
                    .resolved
                    .destinations
                    .iter()
                    .map(|(name, one)| (name.clone(), one.destination.clone()))
                    .collect(),
                secrets: self.secrets.clone(),
            }),
            board: scheduler::Board::default(),
            scheduler: Some(handle),
            pressure: Some(self.pressure.clone()),
            intake: Some(intake),
            fields: Some(FieldReader::new(self.connections.http().clone(), self.throttles.clone())),
            uploads: Some(Arc::new(uploads)),
            running_since: Some(now),
        })
    }

    /// What takes providers' events in.
    fn intake(&self, public_url: &str, settings: &Settings) -> Intake {
        // HubSpot signs with the secret of the product's registration.
        let mut by_provider: BTreeMap<String, Vec<Secret>> = BTreeMap::new();
        for app in &self.resolved.connections.provider_apps {
            by_provider.entry(app.provider.clone()).or_default().extend(app.client_secret.clone());
        }
        let options = IntakeOptions {
            public_url: public_url.trim_end_matches('/').to_owned(),
            keys: Keys { by_integration: self.resolved.inbound_keys.clone(), by_provider },
            waiting_bytes_max: settings.limits.inbox_megabytes.saturating_mul(1_000_000),
        };
        let subscriptions = self.project.subscriptions();
        Intake::new(self.journal.clone(), subscriptions, self.pressure.clone(), self.clock.clone(), options)
    }

    /// What makes messages of what is told of the project.
    pub(super) fn notifying(&self, settings: &Settings) -> Notifier {
        let recipients =
            self.resolved.destinations.values().map(|one| (one.destination.name.clone(), recipient(&one.destination)));
        Notifier {
            project_id: settings.project.id.clone(),
            journal: self.journal.clone(),
            store: self.project_store.clone(),
            recipients: recipients.collect(),
            clock: self.clock.clone(),
        }
    }

    /// What makes messages of providers' events.
    pub(super) fn processing(&self, reading: &reader::Shared, reads: scheduler::Handle) -> Processor {
        let stores = (self.journal.clone(), self.project.subscriptions());
        let reader::Shared { clock, http, throttles, pressure, stop, .. } = reading.clone();
        Processor::new(stores, pressure, clock, (http, throttles), reads, stop)
    }

    /// The installed sinks, compiled.
    pub(super) async fn sinks(&self, downloads: &Downloads) -> Result<Arc<dyn Sinks>, StartError> {
        let options = HostOptions {
            cache_dir: self.data.sink_cache(),
            documents: self.store.clone(),
            secrets: self.secrets.clone(),
            downloads: downloads.clone(),
            compiler: self.compiler.clone(),
            limits: Default::default(),
            http: HttpOptions {
                addresses: self.resolved.addresses.clone(),
                authorities_pem: self.resolved.authorities_pem.clone(),
                ..HttpOptions::default()
            },
            postgres: self.resolved.postgres.clone(),
        };
        Ok(WasmSinks::load(options, FIRST_PARTY).await?)
    }

    /// Where messages go, each configuration checked by its sink.
    pub(super) async fn routes(&self, sinks: &dyn Sinks) -> Result<Vec<Route>, StartError> {
        let (mut routes, mut problems) = (Vec::new(), Vec::new());
        for (name, one) in &self.resolved.destinations {
            let place = format!("destinations.{name}");
            if sinks.descriptor(&one.destination.kind).is_none() {
                let message = format!("no sink is called {:?}; there are: {}", one.destination.kind, sinks.kinds().join(", "));
                problems.push(Problem { place, message });
                continue;
            }
            match sinks.validate(&one.destination.kind, &one.destination.config).await {
                Err(failure) => problems.push(Problem { place, message: format!("{}: {}", failure.code, failure.message) }),
                Ok(issues) => problems.extend(issues.into_iter().filter(|issue| issue.fatal).map(|issue| Problem {
                    place: format!("{place}{}", issue.pointer.replace('/', ".")),
                    message: issue.message,
                })),
            }
            routes.push(Route {
                destination: Arc::new(one.destination.clone()),
                retry: one.retry.clone(),
                concurrency: one.concurrency,
                rate_per_second: one.rate_per_second,
                lease: sinks.batch_time_max() + LEASE_MARGIN,
                disable_after: one.disable_after,
            });
        }
        if problems.is_empty() { Ok(routes) } else { Err(StartError::Problems(problems)) }
    }

    /// What lanes share.
    pub(super) fn dispatching(&self, sinks: Arc<dyn Sinks>) -> dispatcher::Shared {
        dispatcher::Shared { journal: self.journal.clone(), sinks, clock: self.clock.clone() }
    }

    /// What reads share.
    pub(super) fn reading(&self, stop: &watch::Receiver<bool>) -> Result<reader::Shared, StartError> {
        let http = self.connections.http().clone();
        let (journal, clock, pressure) = (self.journal.clone(), self.clock.clone(), self.pressure.clone());
        Ok(reader::Shared { journal, clock, http, throttles: self.throttles.clone(), pressure, stop: stop.clone() })
    }
}
