//! From settings and manifest to the parts of a runtime, with every problem said before anything runs.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use ampline_core::provider::Catalog;
use tokio::sync::watch;

use super::{Launch, StartError, files};
use crate::{
    api::{Api, ApiKey},
    clock::Clock,
    connection::{Connections, DataKey},
    data_dir::DataDir,
    destination::{Defaults, Destinations, Needs},
    disk::Disk,
    dispatcher::{self, Dispatcher},
    downloads::Downloads,
    http_client,
    inbound::{Intake, IntakeOptions, Keys, Processor},
    journal::{Journal, sqlite::SqliteJournal},
    network::AddressPolicy,
    pressure::Pressure,
    project::{Declared, Issue, KnownDestinations, Planner, Project, ProjectError, ProjectStore, Reread},
    providers, reader,
    scheduler::{self, Job},
    secrets::{DestinationSecrets, Secret, Vault},
    settings::{Durability, Problem, Resolved, Settings, resolve},
    sink::{
        FIRST_PARTY,
        library::SinkLibrary,
        wasm::{HostOptions, HttpOptions, WasmSinks},
    },
    sqlite::{Options, Synchronous},
    store::HostedStore,
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
    pub(super) pressure: Arc<Pressure>,
    pub(super) destinations: Arc<Destinations>,
    pub(super) library: Arc<SinkLibrary>,
    pub(super) listener: tokio::net::TcpListener,
    pub(super) address: SocketAddr,
    downloads: Downloads,
    public_url: String,
    vault: Arc<Vault>,
    sinks: Arc<WasmSinks>,
    resolved: Resolved,
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
                let declared = files::declared(&files, &manifest, &resolved.connections, resolved.destinations.clone(), found);
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
    let opening = (data.clone(), settings.secrets.key.clone(), clock.now());
    let vault = tokio::task::spawn_blocking(move || Vault::open(&opening.0, opening.1.as_ref(), env, opening.2)).await;
    let vault = Arc::new(vault.map_err(std::io::Error::other)??);
    let connections = connections(&project_store, &vault, &clock, &catalog).await?;
    let address = settings.runtime.listen;
    let listener = tokio::net::TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
    let address = listener.local_addr()?;
    let public_url = settings.runtime.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let download_key = vault.download_key(clock.now())?;
    let downloads = Downloads::new(public_url.clone(), &*download_key, settings.runtime.download_expiry_s);
    let secrets = Arc::new(DestinationSecrets::new(vault.clone(), clock.clone()));
    let options = HostOptions {
        cache_dir: data.sink_cache(),
        documents: store.clone(),
        secrets: secrets.clone(),
        downloads: downloads.clone(),
        compiler,
        limits: Default::default(),
        http: HttpOptions {
            addresses: resolved.addresses.clone(),
            authorities_pem: resolved.authorities_pem.clone(),
            ..HttpOptions::default()
        },
        postgres: resolved.postgres.clone(),
    };
    let sinks = WasmSinks::load(options, FIRST_PARTY).await?;
    let library = SinkLibrary::open(sinks.clone(), data.sink_components(), project_store.clone(), clock.clone()).await?;
    let disk = Disk::new(data.path(), settings.limits.disk_reserve_megabytes.saturating_mul(1_000_000));
    let pressure = Arc::new(Pressure::new(journal.clone(), disk));
    let known = KnownDestinations::default();
    let destinations = Destinations::new(Needs {
        sinks: sinks.clone(),
        journal: journal.clone(),
        store: project_store.clone(),
        vault: vault.clone(),
        secrets,
        pressure: pressure.clone(),
        clock: clock.clone(),
        known: known.clone(),
        key: DataKey::new(vault.connections_key(clock.now())?),
        defaults: Defaults {
            policy: resolved.addresses.clone(),
            backlog_bytes_max: settings.limits.backlog_megabytes.saturating_mul(1_000_000),
            has_database: settings.postgres.is_some(),
        },
    });
    library.serve(destinations.clone());
    destinations.finish_errands().await?;
    destinations.load().await?;
    let planner = Planner::new(settings.project.id.clone(), catalog.clone(), known, Some(connections.clone()));
    let reread = reread(files, settings.clone(), resolved.addresses.clone(), catalog);
    let project = Project::new(project_store.clone(), planner, clock.clone(), Some(scheduler), Some(reread));
    let project = Arc::new(project.delivering_to(destinations.clone()));
    let jobs = started(&project, declared).await?;
    destinations.stop_strangers().await?;
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
        destinations,
        library: Arc::new(library),
        listener,
        address,
        downloads,
        public_url,
        vault,
        sinks,
        resolved,
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
    /// What the API needs.
    pub(super) fn api(&self, settings: &Settings, handle: scheduler::Handle) -> Result<Api, StartError> {
        let now = self.clock.now();
        Ok(Api {
            project: settings.project.id.clone(),
            journal: self.journal.clone(),
            store: self.store.clone(),
            projects: self.project.clone(),
            connections: Some(self.connections.clone()),
            public_url: self.public_url.clone(),
            downloads: self.downloads.clone(),
            clock: self.clock.clone(),
            key: ApiKey::new(&self.vault.api_key(now)?),
            sinks: Some(self.library.clone()),
            board: scheduler::Board::default(),
            scheduler: Some(handle),
            pressure: Some(self.pressure.clone()),
            intake: Some(self.intake(&self.public_url, settings)),
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

    /// What makes messages of providers' events.
    pub(super) fn processing(&self, reading: &reader::Shared, reads: scheduler::Handle) -> Processor {
        let stores = (self.journal.clone(), self.project.subscriptions());
        let reader::Shared { clock, http, throttles, pressure, stop, .. } = reading.clone();
        Processor::new(stores, pressure, clock, (http, throttles), reads, stop)
    }

    /// Starts a lane for each destination.
    pub(super) fn deliver(&self, stop: &watch::Receiver<bool>) {
        let shared = dispatcher::Shared { journal: self.journal.clone(), sinks: self.sinks.clone(), clock: self.clock.clone() };
        self.destinations.launch(Dispatcher::start(&shared, Vec::new(), stop));
    }

    /// What reads share.
    pub(super) fn reading(&self, stop: &watch::Receiver<bool>) -> Result<reader::Shared, StartError> {
        let http = self.connections.http().clone();
        let (journal, clock, pressure) = (self.journal.clone(), self.clock.clone(), self.pressure.clone());
        Ok(reader::Shared { journal, clock, http, throttles: Arc::default(), pressure, stop: stop.clone() })
    }
}
