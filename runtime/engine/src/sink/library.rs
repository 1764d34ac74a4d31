//! The sinks that a person installed: components in files of their own, named by their digests, and a row for each in the project
//! store.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use super::wasm::{Admitted, Problem, SinkInfo, WasmSinks};
use crate::{
    clock::Clock,
    data_dir,
    destination::Destinations,
    project::{DestinationRecord, Issue, Origin, ProjectError, ProjectStore, SinkRecord},
};

/// Largest component.
pub(crate) const COMPONENT_BYTES_MAX: usize = 64 << 20;
/// Most sinks besides those built in.
const SINKS_MAX: usize = 100;

/// The sinks that are built in and those that were installed.
pub(crate) struct SinkLibrary {
    sinks: Arc<WasmSinks>,
    built_in: Vec<String>,
    dir: PathBuf,
    store: Arc<ProjectStore>,
    clock: Arc<dyn Clock>,
    /// Set once destinations run.
    destinations: RwLock<Option<Arc<Destinations>>>,
    changing: tokio::sync::Mutex<()>,
}

/// A sink as it is shown.
pub(crate) struct InstalledSink {
    /// What is known of its component.
    pub(crate) info: SinkInfo,
    /// Nothing for one that is built in.
    pub(crate) record: Option<SinkRecord>,
}

/// Why a sink was not installed or removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LibraryError {
    /// There is none.
    #[error("there is no sink {0:?}")]
    Unknown(String),
    /// It stays.
    #[error("{0}")]
    Conflict(String),
    /// The component cannot serve.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unfit(Vec<Problem>),
    /// Destinations that the component would serve cannot work with it.
    #[error("destinations of this type would no longer work")]
    Breaks(Vec<Issue>),
    /// A file.
    #[error("the component cannot be kept: {0}")]
    File(io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] ProjectError),
}

impl SinkLibrary {
    /// Loads what was installed beside what is built in. A component that cannot serve any more is left out, and the log says why.
    pub(crate) async fn open(
        sinks: Arc<WasmSinks>,
        dir: PathBuf,
        store: Arc<ProjectStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ProjectError> {
        let built_in = sinks.infos().into_iter().map(|info| info.descriptor.name.clone()).collect();
        let (destinations, changing) = (RwLock::default(), tokio::sync::Mutex::default());
        let this = Self { sinks, built_in, dir, store, clock, destinations, changing };
        for record in this.store.sinks().await? {
            match this.admitted(&record).await {
                Ok(admitted) => this.sinks.install(admitted),
                Err(reason) => tracing::error!(event = "sink.left_out", sink = %record.name, reason),
            }
        }
        Ok(this)
    }

    /// Tells of the destinations that sinks serve.
    pub(crate) fn serve(&self, destinations: Arc<Destinations>) {
        *self.destinations.write().unwrap_or_else(PoisonError::into_inner) = Some(destinations);
    }

    async fn admitted(&self, record: &SinkRecord) -> Result<Admitted, String> {
        let path = self.path(&record.digest);
        let bytes = std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let admitted = self.sinks.admit(&bytes).await.map_err(|problems| LibraryError::Unfit(problems).to_string())?;
        if admitted.digest() != record.digest {
            return Err(format!("{} is not what was installed: its bytes have another digest; install it again", path.display()));
        }
        if self.built_in.contains(&admitted.descriptor().name) {
            return Err("a sink of its name is built in by now: remove it".to_owned());
        }
        Ok(admitted)
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.dir.join(format!("{digest}.wasm"))
    }

    /// Every sink, by name.
    pub(crate) async fn all(&self) -> Result<Vec<InstalledSink>, ProjectError> {
        let records = self.store.sinks().await?;
        let shown = |info: SinkInfo| InstalledSink {
            record: records.iter().find(|record| record.name == info.descriptor.name).cloned(),
            info,
        };
        Ok(self.sinks.infos().into_iter().map(shown).collect())
    }

    /// Installs a component, or with `replace` in place of the one of its name. Its destinations must go on working.
    pub(crate) async fn install(
        &self,
        bytes: &[u8],
        replace: bool,
        origin: Origin,
    ) -> Result<(InstalledSink, bool), LibraryError> {
        let _turn = self.changing.lock().await;
        let admitted = self.sinks.admit(bytes).await.map_err(LibraryError::Unfit)?;
        let (name, digest) = (admitted.descriptor().name.clone(), admitted.digest().to_owned());
        if self.built_in.contains(&name) {
            let text = format!("the sink {name:?} is built in and cannot be replaced: give yours another name");
            return Err(LibraryError::Conflict(text));
        }
        let records = self.store.sinks().await?;
        let known = records.iter().find(|record| record.name == name);
        if known.is_some_and(|known| known.digest != digest) && !replace {
            let text = format!(
                "another component serves {name:?} already: say replace=true (`--replace`) to install this one in its place"
            );
            return Err(LibraryError::Conflict(text));
        }
        if known.is_none() && records.len() >= SINKS_MAX {
            return Err(LibraryError::Conflict(format!("{SINKS_MAX} sinks are installed already: remove one first")));
        }
        let issues = self.broken_by(&admitted).await?;
        if !issues.is_empty() {
            return Err(LibraryError::Breaks(issues));
        }
        std::fs::create_dir_all(&self.dir).map_err(LibraryError::File)?;
        data_dir::write_private(&self.path(&digest), bytes).map_err(LibraryError::File)?;
        let (now, version) = (self.clock.now(), admitted.descriptor().version.clone());
        let (create_time, update_time, size) = (now, now, bytes.len() as u64);
        let record =
            SinkRecord { name: name.clone(), version, digest: digest.clone(), bytes: size, origin, create_time, update_time };
        let former = known.filter(|known| known.digest != digest).map(|known| known.digest.clone());
        self.store.put_sink(record, now).await?;
        self.sinks.install(admitted);
        if let Some(former) = former {
            self.forget_file(&former);
        }
        tracing::info!(event = "sink.installed", sink = %name, digest);
        self.restart(&name).await?;
        let made = known.is_none();
        let found = self.all().await?.into_iter().find(|sink| sink.info.descriptor.name == name);
        found.map(|sink| (sink, made)).ok_or(LibraryError::Unknown(name))
    }

    /// Takes a sink out that no destination uses.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), LibraryError> {
        let _turn = self.changing.lock().await;
        if self.built_in.iter().any(|built_in| built_in == name) {
            return Err(LibraryError::Conflict(format!("the sink {name:?} is built in and stays")));
        }
        let record = self.store.sinks().await?.into_iter().find(|record| record.name == name);
        let record = record.ok_or_else(|| LibraryError::Unknown(name.to_owned()))?;
        let users: Vec<String> = self.users(name).await?.into_iter().take(5).map(|one| one.name).collect();
        if !users.is_empty() {
            let text = format!("the sink {name:?} serves the destinations {}: delete those first", users.join(", "));
            return Err(LibraryError::Conflict(text));
        }
        self.store.delete_sink(name).await?;
        self.sinks.remove(name);
        self.forget_file(&record.digest);
        tracing::info!(event = "sink.removed", sink = %name);
        Ok(())
    }

    async fn users(&self, name: &str) -> Result<Vec<DestinationRecord>, ProjectError> {
        let mut all = self.store.destinations().await?;
        all.retain(|one| one.kind == name && one.disabled_reason.is_none());
        Ok(all)
    }

    /// What would be wrong with destinations that another component served.
    async fn broken_by(&self, admitted: &Admitted) -> Result<Vec<Issue>, LibraryError> {
        let mut issues = Vec::new();
        for one in self.users(&admitted.descriptor().name).await? {
            let config = serde_json::Value::Object(one.metadata);
            let place = format!("destinations.{}", one.name);
            match self.sinks.validate_with(admitted, &config).await {
                Err(failure) => issues.push(Issue { path: place, message: failure.message }),
                Ok(found) => {
                    issues.extend(found.into_iter().filter(|issue| issue.fatal).map(|issue| Issue {
                        path: format!("{place}{}", issue.pointer.replace('/', ".")),
                        message: issue.message,
                    }))
                }
            }
        }
        Ok(issues)
    }

    /// Lets destinations of a type take the component that there is now.
    async fn restart(&self, name: &str) -> Result<(), ProjectError> {
        let destinations = self.destinations.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(destinations) = destinations else { return Ok(()) };
        destinations.restart(name).await
    }

    fn forget_file(&self, digest: &str) {
        let path = self.path(digest);
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), %error, "a component that is no longer needed stays behind");
        }
    }
}
