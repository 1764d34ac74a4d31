//! A running Ampline: everything wired together, started, and stopped without losing anything.

mod assemble;
mod files;
mod outbound;

pub(crate) use assemble::{Stores, open_stores};
pub use files::Files;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use ampline_core::manifest::Manifest;
use axum::Router;
use tokio::{
    sync::{mpsc, watch},
    task::{JoinHandle, JoinSet},
};

use crate::{
    access::{KeyError, Keys},
    api,
    clock::Clock,
    connection::{Connections, keep_alive},
    data_dir::{DataDir, RunningRuntime},
    destination::Destinations,
    inbound,
    journal::{Journal, JournalError, Retention},
    listener::{Listener, Tls, TlsError},
    notifications,
    project::{Project, ProjectError, ProjectStore},
    reader,
    scheduler::{self, Board, Command, Job, Pace},
    schema_watch,
    secrets::{DestinationSecrets, Secret},
    settings::{Problem, Settings},
    sink::wasm::LoadError,
    store::{HostedStore, StoreError},
};

/// How often settled history is trimmed.
const RETAIN_EVERY: Duration = Duration::from_secs(60);

/// How often it is kept when keys were last used.
const KEEP_USED_EVERY: Duration = Duration::from_secs(300);

/// Why a runtime does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings, or what they say together with the manifest.
    #[error("the settings cannot work:{}", list(.0))]
    Problems(Vec<Problem>),
    /// A folder or file.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The store.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// The hosted store.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The project store, or what it holds.
    #[error("{0}")]
    Project(#[from] ProjectError),
    /// The kept secrets.
    #[error("{0}")]
    Secrets(#[from] crate::secrets::VaultError),
    /// The keys of the API.
    #[error("{0}")]
    Keys(String),
    /// The certificate of the API.
    #[error("cannot serve HTTPS: {0}; [api] tls in ampline.toml names both files")]
    Tls(String),
    /// The sinks.
    #[error("{0}")]
    Sinks(#[from] LoadError),
    /// The HTTP client.
    #[error("cannot make the HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    /// The listener.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

impl From<KeyError> for StartError {
    fn from(error: KeyError) -> Self {
        Self::Keys(error.to_string())
    }
}

impl From<TlsError> for StartError {
    fn from(error: TlsError) -> Self {
        Self::Tls(error.to_string())
    }
}

/// Why a runtime did not stop cleanly. What was acknowledged is durable all the same.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// The journal.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// The hosted store.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The project store.
    #[error("{0}")]
    Project(#[from] ProjectError),
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  - {problem}")).collect()
}

/// What to run.
pub struct Launch {
    /// `ampline.toml` with flags applied.
    pub settings: Settings,
    /// The checked amp.yaml.
    pub manifest: Manifest,
    /// Where both were read, and are read again when asked for.
    pub files: Files,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// How sinks are compiled.
    pub compiler: crate::sink::wasm::Compiler,
}

/// A running Ampline.
pub struct Runtime {
    journal: Arc<dyn Journal>,
    store: Arc<HostedStore>,
    project_store: Arc<ProjectStore>,
    project: Arc<Project>,
    connections: Arc<Connections>,
    keys: Arc<Keys>,
    first_key: Option<Secret>,
    tls: Option<Arc<Tls>>,
    place: Place,
    router: Router,
    stop: watch::Sender<bool>,
    destinations: Arc<Destinations>,
    scheduler: JoinHandle<()>,
    background: JoinSet<()>,
    grace: Duration,
}

impl Runtime {
    /// Starts everything, or says all that is wrong.
    pub async fn start(launch: Launch) -> Result<Self, StartError> {
        let settings = launch.settings.clone();
        let (handle, commands) = scheduler::channel();
        let tls = settings.api.tls.as_ref().map(|files| Tls::open(&files.certificate, &files.key)).transpose()?.map(Arc::new);
        let address = settings.runtime.listen;
        let listener = Listener::bind(address, tls.clone(), settings.api.connections_max).await;
        let listener = listener.map_err(|source| StartError::Listen { address, source })?;
        let address = listener.address()?;
        let parts = assemble::assemble(launch, handle.clone(), address).await?;
        let place = Place { data: parts.data.clone(), address, project: settings.project.id.clone() };
        let (stop, stopped) = watch::channel(false);
        let api = parts.api(&settings, handle.clone(), &stopped)?;
        let first_key = parts.admit().await?;
        let board = api.board.clone();
        let router = api::router(Arc::new(api));
        let mut background = JoinSet::new();
        parts.outbound.deliver(&stopped);
        background.spawn(listener.serve(router.clone(), stopped.clone()));
        background.spawn(keep_used(parts.keys.clone(), stopped.clone()));
        if let Some(tls) = &tls {
            let (place, shown) = (place.clone(), tls.clone());
            background.spawn(tls.clone().watch(stopped.clone(), move || place.announce_again(&shown)));
        }
        background.spawn(retain(
            parts.journal.clone(),
            parts.store.clone(),
            parts.clock.clone(),
            retention(&settings),
            stopped.clone(),
        ));
        background.spawn(parts.outbound.pressure.clone().watch_disk(stopped.clone()));
        background.spawn(forget_expired_keys(parts.outbound.destinations.secrets().clone(), stopped.clone()));
        if settings.runtime.keep_alive_hours > 0 {
            let hours = settings.runtime.keep_alive_hours;
            background.spawn(keep_alive::run(parts.connections.clone(), hours, stopped.clone()));
        }
        background.spawn(notifications::run(parts.notifying(&settings), stopped.clone()));
        let reading = parts.reading(&stopped)?;
        background.spawn(schema_watch::run(reading.clone(), parts.project.watches(), stopped.clone()));
        let spread = Duration::from_secs(settings.runtime.spread_s);
        let pace = Pace { reads_max: settings.runtime.reads_max.max(1), spread };
        background.spawn(inbound::run(Arc::new(parts.processing(&reading, handle))));
        let scheduler = tokio::spawn(scheduled(reading, parts.jobs, pace, board, commands));
        place.announce(tls.as_deref())?;
        tracing::info!(event = "runtime.started", %address, project = %settings.project.id, data_dir = %parts.data.path().display());
        Ok(Self {
            journal: parts.journal,
            store: parts.store,
            project_store: parts.project_store,
            project: parts.project,
            connections: parts.connections,
            keys: parts.keys,
            first_key,
            tls,
            place,
            router,
            stop,
            destinations: parts.outbound.destinations,
            scheduler,
            background,
            grace: Duration::from_secs(settings.runtime.shutdown_grace_s),
        })
    }

    /// Where the API listens.
    pub fn address(&self) -> SocketAddr {
        self.place.address
    }

    /// Where the API listens, as an address to ask at.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls.is_some() { "https" } else { "http" }, self.place.address)
    }

    /// The first key for clients of the API, where this is the first start with this data folder. It is given out once.
    pub fn take_first_key(&mut self) -> Option<Secret> {
        self.first_key.take()
    }

    /// The API itself, for callers in this process.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Reads amp.yaml, ampline.toml and the folder of installations again. What they say counts at once, or nothing of it does and
    /// the log says why. Objects that installations read are not taken away so. The files of the certificate are read again, too.
    pub async fn reload(&self) {
        if let Some(tls) = &self.tls {
            match tls.reload() {
                Ok(()) => self.place.announce_again(tls),
                Err(error) => tracing::error!(event = "tls.reload_refused", %error, "the certificate before it stays"),
            }
        }
        if let Err(error) = self.project.reload(false).await {
            tracing::error!(event = "project.reload_refused", %error, "nothing has changed");
        }
    }

    /// Stops reading and claiming, waits for what is in flight (at most the grace time of the settings) and closes the store.
    /// What was not settled by then is delivered again at the next start.
    pub async fn shutdown(mut self) -> Result<(), StopError> {
        tracing::info!(event = "runtime.stopping", grace_s = self.grace.as_secs());
        // There is nobody to tell where every task has ended by itself.
        let _ = self.stop.send(true);
        let scheduler = tokio::time::timeout(self.grace, &mut self.scheduler);
        let drained = async {
            match self.destinations.dispatcher() {
                Some(dispatcher) => dispatcher.drained(self.grace).await,
                None => true,
            }
        };
        let (drained, read) = tokio::join!(drained, scheduler);
        if !drained {
            tracing::warn!("some deliveries were still in flight; they are delivered again at the next start");
        }
        if read.is_err() {
            self.scheduler.abort();
        }
        let quiet = async { while self.background.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_secs(5), quiet).await.is_err() {
            self.background.abort_all();
        }
        if tokio::time::timeout(self.grace, self.connections.quiet()).await.is_err() {
            tracing::error!(
                "refreshed tokens could not be kept before the end; their connections may have to be connected again"
            );
        }
        if tokio::time::timeout(self.grace, self.destinations.quiet()).await.is_err() {
            tracing::warn!("what is left of a deleted destination is cleared up at the next start");
        }
        self.place.data.withdraw();
        if let Err(error) = self.keys.keep_used().await {
            tracing::warn!(%error, "it could not be kept when keys were last used");
        }
        self.project_store.close().await?;
        self.store.close().await?;
        self.journal.close().await?;
        tracing::info!(event = "runtime.stopped");
        Ok(())
    }
}

/// Runs the scheduler; should it end early, a person must know, because nothing is read any more.
async fn scheduled(reading: reader::Shared, jobs: Vec<Job>, pace: Pace, board: Board, commands: mpsc::Receiver<Command>) {
    if let Err(error) = scheduler::run(reading, jobs, pace, board, commands).await {
        tracing::error!(%error, "the scheduler ended; nothing is read until a restart");
    }
}

/// Where this runtime is found.
#[derive(Clone)]
struct Place {
    data: DataDir,
    address: SocketAddr,
    project: String,
}

impl Place {
    /// Tells the command line of this machine.
    fn announce(&self, tls: Option<&Tls>) -> std::io::Result<()> {
        self.data.announce(&RunningRuntime {
            pid: std::process::id(),
            address: self.address,
            project: self.project.clone(),
            certificate_sha256: tls.map(Tls::fingerprint),
        })
    }

    /// Tells it about another certificate.
    fn announce_again(&self, tls: &Tls) {
        if let Err(error) = self.announce(Some(tls)) {
            tracing::error!(%error, "the command line of this machine does not learn of the new certificate");
        }
    }
}

/// When keys were last used is kept every few minutes, and not at every request.
async fn keep_used(keys: Arc<Keys>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(KEEP_USED_EVERY) => {}
        }
        if let Err(error) = keys.keep_used().await {
            tracing::error!(%error, "it could not be kept when keys were last used; trying again");
        }
    }
}

fn retention(settings: &Settings) -> Retention {
    Retention {
        age_max: Duration::from_secs(u64::from(settings.retention.days) * 24 * 3_600),
        bytes_max: settings.retention.megabytes.saturating_mul(1_000_000),
    }
}

async fn retain(
    journal: Arc<dyn Journal>,
    store: Arc<HostedStore>,
    clock: Arc<dyn Clock>,
    retention: Retention,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        match journal.retain(retention, clock.now()).await {
            Ok(purged) if purged.envelopes > 0 => {
                tracing::info!(event = "retention.purged", envelopes = purged.envelopes, bytes = purged.bytes);
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "cannot trim the journal; trying again"),
        }
        if let Err(error) = store.forget_deleted(retention.age_max, clock.now()).await {
            tracing::error!(%error, "cannot trim the hosted store; trying again");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(RETAIN_EVERY) => {}
        }
    }
}

/// Signing keys whose overlap is over sign no more by themselves; this takes them out of the file as well.
async fn forget_expired_keys(secrets: Arc<DestinationSecrets>, mut stop: watch::Receiver<bool>) {
    loop {
        let forgetting = secrets.clone();
        match tokio::task::spawn_blocking(move || forgetting.forget_expired()).await {
            Ok(Ok(true)) => tracing::info!(event = "secrets.expired_keys_dropped"),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::error!(%error, "cannot drop expired signing keys; trying again"),
            Err(error) => tracing::error!(%error, "dropping expired signing keys broke off; trying again"),
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(RETAIN_EVERY) => {}
        }
    }
}
