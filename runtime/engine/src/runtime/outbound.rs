//! What delivers: sinks, destinations, and how much may wait for them; ready before any lane runs.

use std::sync::Arc;

use tokio::sync::watch;

use super::StartError;
use crate::{
    clock::Clock,
    connection::DataKey,
    data_dir::DataDir,
    destination::{Defaults, Destinations, Needs},
    disk::Disk,
    dispatcher::{Dispatcher, Shared},
    downloads::Downloads,
    journal::Journal,
    pressure::Pressure,
    project::{KnownDestinations, ProjectStore},
    secrets::{DestinationSecrets, Vault},
    settings::{Resolved, Settings},
    sink::{
        FIRST_PARTY,
        library::SinkLibrary,
        wasm::{Compiler, HostOptions, HttpOptions, WasmSinks},
    },
    store::HostedStore,
};

/// What it is built on.
pub(super) struct Ground<'a> {
    pub(super) settings: &'a Settings,
    pub(super) resolved: &'a Resolved,
    pub(super) data: &'a DataDir,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) store: Arc<HostedStore>,
    pub(super) project_store: Arc<ProjectStore>,
    pub(super) vault: Arc<Vault>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) downloads: Downloads,
    pub(super) compiler: Compiler,
}

/// What delivers.
pub(super) struct Outbound {
    pub(super) pressure: Arc<Pressure>,
    pub(super) destinations: Arc<Destinations>,
    pub(super) library: Arc<SinkLibrary>,
    /// What plans may name.
    pub(super) known: KnownDestinations,
    lanes: Shared,
}

impl Outbound {
    /// Compiles the sinks and lets the destinations be known that clients made; what an earlier process left to do is done first.
    pub(super) async fn open(ground: Ground<'_>) -> Result<Self, StartError> {
        let Ground { settings, resolved, data, journal, store, project_store, vault, clock, downloads, compiler } = ground;
        let secrets = Arc::new(DestinationSecrets::new(vault.clone(), clock.clone()));
        let options = HostOptions {
            cache_dir: data.sink_cache(),
            documents: store,
            secrets: secrets.clone(),
            downloads,
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
        let library = {
            let kept = (data.sink_components(), resolved.sink_trust.clone());
            Arc::new(SinkLibrary::open(sinks.clone(), kept, project_store.clone(), clock.clone()).await?)
        };
        tokio::spawn(SinkLibrary::look_after_trials(Arc::downgrade(&library), sinks.clone()));
        let disk = Disk::new(data.path(), settings.limits.disk_reserve_megabytes.saturating_mul(1_000_000));
        let pressure = Arc::new(Pressure::new(journal.clone(), disk));
        let known = KnownDestinations::default();
        let lanes = Shared { journal: journal.clone(), sinks: sinks.clone(), clock: clock.clone() };
        let key = DataKey::new(vault.connections_key(clock.now())?);
        let destinations = Destinations::new(Needs {
            sinks,
            journal,
            store: project_store,
            vault,
            secrets,
            pressure: pressure.clone(),
            clock,
            known: known.clone(),
            key,
            defaults: Defaults {
                policy: resolved.addresses.clone(),
                backlog_bytes_max: settings.limits.backlog_megabytes.saturating_mul(1_000_000),
                has_database: settings.postgres.is_some(),
            },
        });
        library.serve(destinations.clone());
        destinations.finish_errands().await?;
        destinations.load().await?;
        Ok(Self { pressure, destinations, library, known, lanes })
    }

    /// Starts a lane for each destination.
    pub(super) fn deliver(&self, stop: &watch::Receiver<bool>) {
        self.destinations.launch(Dispatcher::start(&self.lanes, Vec::new(), stop));
    }
}
