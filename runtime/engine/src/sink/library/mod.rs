//! The sinks that a person installed: components in files of their own, named by their digests, and a row for each in the project
//! store.

mod conformance;
mod files;
mod trials;
mod trust;

use std::{
    collections::BTreeSet,
    io,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

pub(crate) use self::conformance::{TEST_TIME_MAX, TestError};
use self::files::Files;
pub use self::trust::Trust;
pub(crate) use self::trust::signature;
use super::wasm::{self, Admitted, Problem, SinkInfo, WasmSinks};
use crate::{
    clock::Clock,
    destination::Destinations,
    project::{DestinationRecord, Issue, Origin, ProjectError, ProjectStore, SinkAction, SinkEvent, SinkRecord},
};

/// Most sinks besides those built in.
const SINKS_MAX: usize = 100;
/// Versions of one sink that are kept besides the one that serves.
const FORMER_VERSIONS_MAX: usize = 3;

/// The sinks that are built in and those that were installed.
pub(crate) struct SinkLibrary {
    sinks: Arc<WasmSinks>,
    built_in: Vec<String>,
    files: Files,
    trust: Trust,
    store: Arc<ProjectStore>,
    clock: Arc<dyn Clock>,
    /// Set once destinations run.
    destinations: RwLock<Option<Arc<Destinations>>>,
    changing: tokio::sync::Mutex<()>,
    /// Held while a sink is tested.
    testing: Arc<tokio::sync::Mutex<()>>,
}

/// How a component is to be installed.
pub(crate) struct Asked {
    /// In place of the one of its name.
    pub(crate) replace: bool,
    /// SHA-256 that its bytes must have, in hexadecimal digits, `sha256:` before them or not.
    pub(crate) digest: Option<String>,
    /// Over its bytes.
    pub(crate) signature: Option<Vec<u8>>,
    /// Whether a version that takes another's place must prove itself.
    pub(crate) trial: bool,
    /// Who asks.
    pub(crate) by: By,
}

/// Who asks for a change.
#[derive(Debug, Clone)]
pub(crate) struct By {
    /// By which way.
    pub(crate) origin: Origin,
    /// In words: the label of a key.
    pub(crate) actor: String,
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
    /// The bytes are not those that were meant, or nobody trusted vouches for them.
    #[error("{0}")]
    Untrusted(String),
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
        (dir, trust): (PathBuf, Trust),
        store: Arc<ProjectStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ProjectError> {
        let built_in = sinks.infos().into_iter().map(|info| info.descriptor.name.clone()).collect();
        let this = Self {
            sinks,
            built_in,
            files: Files::new(dir),
            trust,
            store,
            clock,
            destinations: RwLock::default(),
            changing: tokio::sync::Mutex::default(),
            testing: Arc::default(),
        };
        for record in this.store.sinks().await? {
            let left_out = |version: &str, reason: String| {
                tracing::error!(event = "sink.left_out", sink = %record.name, version, reason);
            };
            // A version on trial goes on being tried, with the former one beside it.
            if let Some(former) = &record.former {
                match this.admitted(former, None).await {
                    Ok(admitted) => this.sinks.install(admitted),
                    Err(reason) => left_out("the former one", reason),
                }
            }
            match this.admitted(&record.digest, Some(record.signature.as_deref())).await {
                Ok(admitted) => this.sinks.try_out(admitted),
                Err(reason) => left_out(&record.version, reason),
            }
        }
        Ok(this)
    }

    /// Tells of the destinations that sinks serve.
    pub(crate) fn serve(&self, destinations: Arc<Destinations>) {
        *self.destinations.write().unwrap_or_else(PoisonError::into_inner) = Some(destinations);
    }

    /// A component that is kept; with a signature, if that still counts.
    async fn admitted(&self, digest: &str, signed: Option<Option<&[u8]>>) -> Result<Admitted, String> {
        let bytes = self.files.read(digest).await?;
        if let Some(signature) = signed {
            self.trust.signer(&bytes, signature)?;
        }
        let admitted = self.sinks.admit(&bytes).await.map_err(|problems| LibraryError::Unfit(problems).to_string())?;
        if self.built_in.contains(&admitted.descriptor().name) {
            return Err("a sink of its name is built in by now: remove it".to_owned());
        }
        Ok(admitted)
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

    /// Installs a component, or with `replace` in place of the one of its name. Its destinations must go on working: those that there
    /// are find nothing wrong with their configurations, and the version that it replaces stands by until it has proved itself.
    pub(crate) async fn install(&self, bytes: Vec<u8>, asked: Asked) -> Result<(InstalledSink, bool), LibraryError> {
        let _turn = self.changing.lock().await;
        let (bytes, signed_by) = self.vouched(bytes, &asked).await?;
        let admitted = self.sinks.admit(&bytes).await.map_err(LibraryError::Unfit)?;
        let info = admitted.info();
        let name = info.descriptor.name.clone();
        let records = self.store.sinks().await?;
        let known = records.iter().find(|record| record.name == name);
        self.has_room(&info, known, records.len(), asked.replace)?;
        let issues = self.broken_by(&admitted).await?;
        if !issues.is_empty() {
            return Err(LibraryError::Breaks(issues));
        }
        self.files.write(&info.digest, bytes).await.map_err(LibraryError::File)?;
        let serving = self.info(&name).filter(|_| known.is_some());
        let is_other = serving.as_ref().is_none_or(|serving| serving.digest != info.digest);
        if is_other || known.is_none_or(|known| known.digest != info.digest) {
            let former = serving.filter(|_| asked.trial && is_other).map(|serving| serving.digest);
            let action = match known {
                None => SinkAction::Installed,
                Some(_) if asked.trial => SinkAction::Replaced,
                Some(_) => SinkAction::RolledBack,
            };
            let now = self.clock.now();
            let record = SinkRecord {
                name: name.clone(),
                version: info.descriptor.version.clone(),
                digest: info.digest.clone(),
                bytes: info.bytes,
                origin: asked.by.origin.clone(),
                former: former.clone(),
                signature: asked.signature,
                signed_by,
                create_time: now,
                update_time: now,
            };
            let event = SinkEvent { imports: info.imports.clone(), ..self.event(&record, action, &asked.by.actor, None) };
            self.store.put_sink(record, event).await?;
            match former {
                Some(_) => self.sinks.try_out(admitted),
                None => self.sinks.install(admitted),
            }
            tracing::info!(event = "sink.installed", sink = %name, digest = info.digest, actor = asked.by.actor);
            self.restart(&name).await?;
            self.prune(&name).await?;
        }
        let found = self.all().await?.into_iter().find(|sink| sink.info.descriptor.name == name);
        found.map(|sink| (sink, known.is_none())).ok_or(LibraryError::Unknown(name))
    }

    /// The bytes, if they are those that were meant and somebody trusted vouches for them where that is asked for; and who.
    async fn vouched(&self, bytes: Vec<u8>, asked: &Asked) -> Result<(Vec<u8>, Option<String>), LibraryError> {
        let (trust, signature, meant) = (self.trust.clone(), asked.signature.clone(), asked.digest.clone());
        let vouched = tokio::task::spawn_blocking(move || {
            let digest = wasm::digest(&bytes);
            if let Some(meant) = meant.filter(|meant| !meant.trim_start_matches("sha256:").eq_ignore_ascii_case(&digest)) {
                return Err(format!(
                    "its digest is sha256:{digest}, not {meant}: these are other bytes than those that were meant"
                ));
            }
            trust.signer(&bytes, signature.as_deref()).map(|signer| (bytes, signer))
        });
        let broke_off = |error: tokio::task::JoinError| LibraryError::File(io::Error::other(error));
        vouched.await.map_err(broke_off)?.map_err(LibraryError::Untrusted)
    }

    /// Whether a version may be installed beside those that there are.
    fn has_room(&self, info: &SinkInfo, known: Option<&SinkRecord>, installed: usize, replace: bool) -> Result<(), LibraryError> {
        let name = &info.descriptor.name;
        if self.built_in.contains(name) {
            let text = format!("the sink {name:?} is built in and cannot be replaced: give yours another name");
            return Err(LibraryError::Conflict(text));
        }
        if known.is_some_and(|known| known.digest != info.digest) && !replace {
            let text = format!(
                "another component serves {name:?} already: say replace=true (`--replace`) to install this one in its place"
            );
            return Err(LibraryError::Conflict(text));
        }
        if known.is_none() && installed >= SINKS_MAX {
            return Err(LibraryError::Conflict(format!("{SINKS_MAX} sinks are installed already: remove one first")));
        }
        Ok(())
    }

    /// What is known of the version that serves a type now.
    fn info(&self, name: &str) -> Option<SinkInfo> {
        self.sinks.infos().into_iter().find(|info| info.descriptor.name == name)
    }

    /// What became of a sink now.
    fn event(&self, record: &SinkRecord, action: SinkAction, actor: &str, reason: Option<String>) -> SinkEvent {
        let info = self.info(&record.name).filter(|info| info.digest == record.digest);
        SinkEvent {
            name: record.name.clone(),
            action,
            version: record.version.clone(),
            digest: record.digest.clone(),
            imports: info.map(|info| info.imports).unwrap_or_default(),
            actor: actor.to_owned(),
            signed_by: record.signed_by.clone(),
            signature: record.signature.clone(),
            reason,
            time: self.clock.now(),
        }
    }

    /// What became of a sink, latest first; nothing where no sink of this name was ever installed.
    pub(crate) async fn history(&self, name: &str) -> Result<Vec<SinkEvent>, ProjectError> {
        self.store.sink_events(name).await
    }

    /// Takes a sink out that no destination uses.
    pub(crate) async fn remove(&self, name: &str, by: &By) -> Result<(), LibraryError> {
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
        self.store.delete_sink(self.event(&record, SinkAction::Removed, &by.actor, None)).await?;
        self.sinks.remove(name);
        self.prune(name).await?;
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

    /// Removes the components of versions that served too long ago.
    async fn prune(&self, name: &str) -> Result<(), ProjectError> {
        let records = self.store.sinks().await?;
        let in_use = |record: &SinkRecord| [Some(record.digest.clone()), record.former.clone()];
        let mut stay: BTreeSet<String> = records.iter().flat_map(in_use).flatten().collect();
        let (mut known, mut formers) = (BTreeSet::new(), 0);
        let installed = records.iter().any(|record| record.name == name);
        for event in self.store.sink_events(name).await? {
            if known.insert(event.digest.clone()) && !stay.contains(&event.digest) && installed && formers < FORMER_VERSIONS_MAX {
                formers += 1;
                stay.insert(event.digest);
            }
        }
        self.files.forget(known, &stay).await;
        Ok(())
    }
}
