//! From settings and manifest to the parts of a runtime, with every problem said before anything runs.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use ampline_core::{manifest::Manifest, provider::Catalog};
use tokio::sync::watch;

use super::{
    Launch, StartError, files,
    outbound::{Ground, Outbound},
};
use crate::{
    access::{self, Failures, NewKey},
    api::{Api, Feed},
    clock::Clock,
    connection::Connections,
    data_dir::DataDir,
    downloads::Downloads,
    fields::FieldReader,
    http_client,
    inbound::{Intake, IntakeOptions, Keys, Processor},
    journal::{Journal, sqlite::SqliteJournal},
    network::AddressPolicy,
    notifications::Notifier,
    project::{Declared, Issue, KeyScope, Planner, Project, ProjectError, ProjectStore, Reread},
    providers, reader,
    scheduler::{self, Job},
    secrets::{API_KEY, Secret, Vault},
    settings::{Durability, Problem, Resolved, Settings, resolve},
    sqlite::{Options, Synchronous},
    store::HostedStore,
    uploads::Uploads,
};

pub(super) struct Parts {
    pub(super) data: DataDir,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) jobs: Vec<Job>,
    pub(super) store: Arc<HostedStore>,
    pub(super) project_store: Arc<ProjectStore>,
    pub(super) project: Arc<Project>,
    pub(super) connections: Arc<Connections>,
    pub(super) outbound: Outbound,
    downloads: Downloads,
    public_url: String,
    vault: Arc<Vault>,
    pub(super) keys: Arc<access::Keys>,
    /// The pace of each connection, for all who ask with it.
    throttles: Arc<reader::Throttles>,
    resolved: Resolved,
}

/// Opens the stores and decides what is read. The API will be at this address.
pub(super) async fn assemble(launch: Launch, scheduler: scheduler::Handle, address: SocketAddr) -> Result<Parts, StartError> {
    let Launch { settings, manifest, files, clock, compiler } = launch;
    let settings = Arc::new(settings);
    let (catalog, resolved, declared) = understood(settings.clone(), manifest, files.clone()).await?;
    let data = DataDir::create(&settings.runtime.data_dir)?;
    data.note_providers(settings.providers.dir.as_deref())?;
    let Stores { journal, store, project: project_store } = open_stores(&data, settings.runtime.durability)?;
    let opening = (data.clone(), settings.secrets.key.clone(), clock.now());
    let vault = tokio::task::spawn_blocking(move || Vault::open(&opening.0, opening.1.as_ref(), env, opening.2)).await;
    let vault = Arc::new(vault.map_err(std::io::Error::other)??);
    let keys = access::Keys::load(project_store.clone(), clock.clone()).await?;
    let connections = connections(&project_store, &vault, &clock, &catalog).await?;
    let scheme = if settings.api.tls.is_some() { "https" } else { "http" };
    let public_url = settings.runtime.public_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
    let download_key = vault.download_key(clock.now())?;
    let downloads = Downloads::new(public_url.clone(), &download_key, settings.runtime.download_expiry_s);
    let outbound = Outbound::open(Ground {
        settings: &settings,
        resolved: &resolved,
        data: &data,
        journal: journal.clone(),
        store: store.clone(),
        project_store: project_store.clone(),
        vault: vault.clone(),
        clock: clock.clone(),
        downloads: downloads.clone(),
        compiler,
    });
    let outbound = outbound.await?;
    let (project_id, known) = (settings.project.id.clone(), outbound.known.clone());
    let planner = Planner::new(project_id, catalog.clone(), known, Some(connections.clone()));
    let reread = reread(files, settings.clone(), resolved.addresses.clone(), catalog);
    let project = Project::new(project_store.clone(), planner, clock.clone(), Some(scheduler), Some(reread));
    let project = Arc::new(project.delivering_to(outbound.destinations.clone()));
    let jobs = started(&project, declared).await?;
    outbound.destinations.stop_strangers().await?;
    Ok(Parts {
        data,
        journal,
        clock,
        jobs,
        store,
        project_store,
        project,
        connections,
        outbound,
        downloads,
        public_url,
        vault,
        keys,
        throttles: Arc::default(),
        resolved,
    })
}

/// What the files say, with what they refer to, or every problem of them.
async fn understood(
    settings: Arc<Settings>,
    manifest: Manifest,
    files: files::Files,
) -> Result<(Catalog, Resolved, Declared), StartError> {
    // Files and the keyring are read, and a keyring may wait for a person.
    let reading = tokio::task::spawn_blocking(move || {
        let catalog = providers::catalog(settings.providers.dir.as_deref())?;
        match (resolve(&settings, &manifest, &catalog, env), files::installations(&files, &settings)) {
            (Ok(resolved), Ok(found)) => {
                let reaching = (resolved.destinations.clone(), resolved.notifications.clone());
                let declared = files::declared(&files, &manifest, &resolved.connections, reaching, found);
                Ok((catalog, resolved, declared))
            }
            (resolved, found) => {
                let faults = [resolved.err(), found.err().map(problems)];
                Err(faults.into_iter().flatten().flatten().collect())
            }
        }
    });
    reading.await.map_err(std::io::Error::other)?.map_err(StartError::Problems)
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

fn reread(files: files::Files, settings: Arc<Settings>, policy: AddressPolicy, catalog: Catalog) -> Reread {
    Box::new(move || files::reread(&files, &settings, &policy, &catalog, &env))
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
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
    pub(super) fn api(
        &self,
        settings: &Settings,
        handle: scheduler::Handle,
        stopped: &watch::Receiver<bool>,
    ) -> Result<Api, StartError> {
        let now = self.clock.now();
        let key = self.vault.download_key(now)?;
        let uploads = Uploads::new(self.data.uploads(), &self.public_url, &key);
        // What was left by an earlier run.
        uploads.sweep(now)?;
        Ok(Api {
            project: settings.project.id.clone(),
            journal: self.journal.clone(),
            store: self.store.clone(),
            projects: self.project.clone(),
            connections: Some(self.connections.clone()),
            public_url: self.public_url.clone(),
            downloads: self.downloads.clone(),
            clock: self.clock.clone(),
            keys: self.keys.clone(),
            failures: Failures::new(settings.api.wrong_keys_max),
            allowed_origins: settings.api.allowed_origins.clone(),
            sinks: Some(self.outbound.library.clone()),
            board: scheduler::Board::default(),
            scheduler: Some(handle),
            pressure: Some(self.outbound.pressure.clone()),
            intake: Some(self.intake(&self.public_url, settings)),
            fields: Some(FieldReader::new(self.connections.http().clone(), self.throttles.clone())),
            uploads: Some(Arc::new(uploads)),
            feed: Feed::new(stopped.clone()),
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
        Intake::new(self.journal.clone(), subscriptions, self.outbound.pressure.clone(), self.clock.clone(), options)
    }

    /// What makes messages of what is told of the project.
    pub(super) fn notifying(&self, settings: &Settings) -> Notifier {
        Notifier {
            project_id: settings.project.id.clone(),
            journal: self.journal.clone(),
            store: self.project_store.clone(),
            destinations: self.outbound.destinations.clone(),
            clock: self.clock.clone(),
        }
    }

    /// What makes messages of providers' events.
    pub(super) fn processing(&self, reading: &reader::Shared, reads: scheduler::Handle) -> Processor {
        let stores = (self.journal.clone(), self.project.subscriptions());
        let reader::Shared { clock, http, throttles, pressure, stop, .. } = reading.clone();
        Processor::new(stores, pressure, clock, (http, throttles), reads, stop)
    }

    /// What reads share.
    pub(super) fn reading(&self, stop: &watch::Receiver<bool>) -> Result<reader::Shared, StartError> {
        let http = self.connections.http().clone();
        let (journal, clock, pressure) = (self.journal.clone(), self.clock.clone(), self.outbound.pressure.clone());
        Ok(reader::Shared { journal, clock, http, throttles: self.throttles.clone(), pressure, stop: stop.clone() })
    }
}
