//! Sinks as WebAssembly components: the installed ones, compiled and checked, and the instances that they make.

mod admission;
pub(crate) mod bindings;
mod cache;
pub(crate) mod ceiling;
pub mod compile;
mod engine;
mod inspect;
mod installed;
mod instance;
pub(crate) mod limits;
pub(crate) mod meter;
mod open;
mod problem;
mod shape;
mod trial;
mod verdict;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use ampline_core::outcome::{Failure, FailureClass};
use async_trait::async_trait;
use tokio::sync::Notify;
use wasmtime::{Engine, component::Component};

use self::{
    cache::Cache,
    cache::Unused,
    installed::{Installed, admit},
    instance::Guest,
    open::Opener,
    trial::Trial,
};
pub use self::{
    compile::Compiler,
    inspect::inspect,
    installed::{Admitted, SinkInfo},
    limits::Limits,
    problem::Problem,
    shape::Producers,
    trial::Verdict,
};
pub(crate) use self::{
    installed::digest,
    shape::{COMPONENT_BYTES_MAX, Unread, is_component, read},
};
pub use super::capability::{HttpOptions, PostgresFault, PostgresOptions};
use super::{
    ConfigIssue, Descriptor, Destination, SinkInstance, Sinks, Standing,
    capability::{Aws, Database, Granted, Host, HttpError, Network, cut},
    seam::MaybeSeam,
};
use crate::{downloads::Downloads, secrets::Secrets, store::Documents};

const ISSUES_MAX: usize = 100;
const ISSUE_BYTES_MAX: usize = 1 << 10;

/// What sinks run on.
pub struct HostOptions {
    /// Where compiled components are kept: a directory for this runtime alone.
    pub cache_dir: PathBuf,
    /// The hosted store.
    pub documents: Arc<dyn Documents>,
    /// Signing keys.
    pub secrets: Arc<dyn Secrets>,
    /// How messages too large for a destination are fetched.
    pub downloads: Downloads,
    /// What a sink may use.
    pub limits: Limits,
    /// How sinks reach out.
    pub http: HttpOptions,
    /// The project's database, for sinks of Postgres; dialled under the address policy of `http`.
    pub postgres: Option<PostgresOptions>,
    /// How components are compiled.
    pub compiler: Compiler,
}

/// Why sinks cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The engine does not start.
    #[error("cannot start the engine that runs sinks: {0}")]
    Engine(String),
    /// The directory of compiled components cannot be used.
    #[error("cannot use {path} for compiled sinks: {error}; make it a directory that this user may write to")]
    Cache {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        error: std::io::Error,
    },
    /// The HTTP client cannot be built.
    #[error("cannot set up HTTP for sinks: {0}")]
    Http(String),
    /// The way to the project's database cannot be set up; says why and what to do.
    #[error("{0}")]
    Postgres(String),
    /// Components that are not fit: the name of each, and all that is wrong with it.
    #[error("{}", told(.0))]
    Components(Vec<(String, Problem)>),
}

fn told(problems: &[(String, Problem)]) -> String {
    problems.iter().map(|(name, problem)| format!("sink {name}: {problem}")).collect::<Vec<_>>().join("\n")
}

/// The installed sinks.
pub struct WasmSinks {
    opener: Arc<Opener>,
    cache: Cache,
    compiler: Compiler,
    sinks: RwLock<BTreeMap<String, Serving>>,
    /// Told when a trial has ended.
    judged: Arc<Notify>,
    compiled: usize,
}

/// What serves a type of destination.
struct Serving {
    version: Arc<Installed>,
    /// Nothing for a version that is trusted.
    trial: Option<Arc<Trial>>,
}

impl Serving {
    /// What serves now: once a trial has failed, the former version.
    fn now(&self) -> &Arc<Installed> {
        self.trial.as_ref().filter(|trial| trial.failed()).map_or(&self.version, |trial| &trial.former)
    }
}

impl WasmSinks {
    /// Compiles (or finds compiled) and checks each component; the pairs are a name for messages and the component's bytes. They count
    /// as built in: what is installed later reaches only what is granted to its destinations.
    /// Every problem of every component is reported at once.
    pub async fn load(options: HostOptions, components: &[(&str, &[u8])]) -> Result<Arc<Self>, LoadError> {
        Self::load_watched(options, components, None).await
    }

    /// The same, with somebody at the seam where calls leave the host.
    pub(crate) async fn load_watched(
        options: HostOptions,
        components: &[(&str, &[u8])],
        seam: MaybeSeam,
    ) -> Result<Arc<Self>, LoadError> {
        let HostOptions { cache_dir, documents, secrets, downloads, limits, http, postgres, compiler } = options;
        let engine = engine::running(&limits).map_err(|e| LoadError::Engine(format!("{e:#}")))?;
        let cache = Cache::open(&cache_dir).map_err(|error| LoadError::Cache { path: cache_dir, error })?;
        let database = postgres.map(|postgres| Database::new(&postgres, http.addresses.clone()));
        let database = database.transpose().map_err(LoadError::Postgres)?;
        let network = Network::new(http).map_err(|HttpError(e)| LoadError::Http(e))?;
        let (mut sinks, mut problems, mut compiled) = (BTreeMap::new(), Vec::new(), 0);
        for (name, bytes) in components {
            let admitted = match compiled_component(&engine, &cache, &compiler, bytes, &mut compiled).await {
                Ok(component) => admit(&engine, &component, bytes, &limits).await,
                Err(problem) => Err(vec![problem]),
            };
            match admitted {
                Ok(sink) if sinks.contains_key(&sink.descriptor.name) => {
                    problems.push(((*name).to_owned(), Problem::Duplicate(sink.descriptor.name.clone())));
                }
                Ok(sink) => {
                    let built_in = Installed { standing: Standing::BuiltIn, ..sink };
                    let serving = Serving { version: Arc::new(built_in), trial: None };
                    sinks.insert(serving.version.descriptor.name.clone(), serving);
                }
                Err(found) => problems.extend(found.into_iter().map(|problem| ((*name).to_owned(), problem))),
            }
        }
        if !problems.is_empty() {
            return Err(LoadError::Components(problems));
        }
        let aws = Aws::new(&network);
        let granted = Granted { documents, secrets, downloads, network, aws, database, limits, seam };
        let opener = Opener::new(engine, granted);
        Ok(Arc::new(Self { opener, cache, compiler, sinks: RwLock::new(sinks), judged: Arc::default(), compiled }))
    }

    /// How components are compiled, and the directory in which what was made of them is kept.
    pub(crate) fn compiling(&self) -> (Compiler, &std::path::Path) {
        (self.compiler.clone(), self.cache.dir())
    }

    /// How many components were compiled at load; the others came from the cache.
    pub fn compiled(&self) -> usize {
        self.compiled
    }

    /// Compiles a component and asks it what it is; or every reason why it cannot serve. Installs nothing.
    pub async fn admit(&self, bytes: &[u8]) -> Result<Admitted, Vec<Problem>> {
        let component = compiled_component(&self.opener.engine, &self.cache, &self.compiler, bytes, &mut 0).await;
        let component = component.map_err(|problem| vec![problem])?;
        admit(&self.opener.engine, &component, bytes, self.opener.limits()).await.map(Admitted)
    }

    /// What one instance of an admitted component says of itself, asked twice.
    pub(crate) async fn described_twice(&self, Admitted(sink): &Admitted) -> Result<[Descriptor; 2], Vec<Problem>> {
        let limits = self.opener.limits();
        let guest = Guest::new(&self.opener.engine, &sink.pre, Host::new(None, limits.clone()), limits).await;
        let mut guest = guest.map_err(|failure| vec![Problem::Describe(failure)])?;
        Ok([admission::described(&mut guest).await?, admission::described(&mut guest).await?])
    }

    /// Installs a sink, in place of the one of its name: instances that are open stay what they are, the next ones are of this one.
    pub fn install(&self, Admitted(sink): Admitted) {
        self.put(sink, None);
    }

    /// As `install`, on trial: what serves now stands by until the new version has proved itself. [`Self::verdicts`] tells how it ended.
    pub fn try_out(&self, Admitted(sink): Admitted) {
        let former = self.find(&sink.descriptor.name);
        self.put(sink, former.map(|former| Arc::new(Trial::new(former, self.judged.clone()))));
    }

    fn put(&self, sink: Installed, trial: Option<Arc<Trial>>) {
        let serving = Serving { version: Arc::new(sink), trial };
        let mut sinks = self.sinks.write().unwrap_or_else(PoisonError::into_inner);
        sinks.insert(serving.version.descriptor.name.clone(), serving);
    }

    /// Waits until a trial has ended, or may have.
    pub async fn judged(&self) {
        self.judged.notified().await;
    }

    /// The trials that have ended and are not settled: the type of destination, the digest of the version that was tried, and how.
    pub fn verdicts(&self) -> Vec<(String, String, Verdict)> {
        let sinks = self.sinks.read().unwrap_or_else(PoisonError::into_inner);
        let ended =
            |(name, one): (&String, &Serving)| Some((name.clone(), one.version.digest.clone(), one.trial.as_ref()?.verdict()?));
        sinks.iter().filter_map(ended).collect()
    }

    /// Ends the trial of a version for good: what serves now goes on.
    pub fn settle(&self, kind: &str, digest: &str) {
        let mut sinks = self.sinks.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = sinks.get_mut(kind).filter(|one| one.version.digest == digest) {
            *one = Serving { version: one.now().clone(), trial: None };
        }
    }

    /// Takes an installed sink out. Instances that are open stay.
    pub fn remove(&self, kind: &str) {
        self.sinks.write().unwrap_or_else(PoisonError::into_inner).remove(kind);
    }

    /// What is known of each sink, by name.
    pub fn infos(&self) -> Vec<SinkInfo> {
        let sinks = self.sinks.read().unwrap_or_else(PoisonError::into_inner);
        let info = |one: &Serving| SinkInfo {
            on_trial: one.trial.as_ref().is_some_and(|trial| trial.verdict().is_none()),
            ..one.now().info()
        };
        sinks.values().map(info).collect()
    }

    fn find(&self, kind: &str) -> Option<Arc<Installed>> {
        self.sinks.read().unwrap_or_else(PoisonError::into_inner).get(kind).map(|one| one.now().clone())
    }

    fn installed(&self, kind: &str) -> Result<Arc<Installed>, Failure> {
        self.find(kind).ok_or_else(|| {
            let kinds = self.kinds().join(", ");
            let message = format!("no sink for destinations of type {kind:?} is installed; there are: {kinds}");
            Failure::transient("sink.unknown", message).with_class(FailureClass::Blocked)
        })
    }

    /// Every fault that an admitted sink finds in a configuration.
    pub async fn validate_with(
        &self,
        Admitted(sink): &Admitted,
        config: &serde_json::Value,
    ) -> Result<Vec<ConfigIssue>, Failure> {
        self.faults(sink, config).await
    }

    async fn faults(&self, sink: &Installed, config: &serde_json::Value) -> Result<Vec<ConfigIssue>, Failure> {
        let limits = self.opener.limits();
        let _permit = self.opener.permit().await?;
        let mut guest = Guest::new(&self.opener.engine, &sink.pre, Host::new(None, limits.clone()), limits).await?;
        let issues = guest.validate(&config.to_string()).await?;
        let issue = |issue: bindings::ampline::sink::types::ConfigIssue| ConfigIssue {
            pointer: cut(issue.pointer, ISSUE_BYTES_MAX),
            message: cut(issue.message, ISSUE_BYTES_MAX),
            fatal: issue.fatal,
        };
        Ok(issues.into_iter().take(ISSUES_MAX).map(issue).collect())
    }
}

/// The component from the cache, or compiled and put there.
async fn compiled_component(
    engine: &Engine,
    cache: &Cache,
    compiler: &Compiler,
    bytes: &[u8],
    compiled: &mut usize,
) -> Result<Component, Problem> {
    is_component(bytes)?;
    let entry = cache.entry(engine, bytes);
    match cache.load(engine, &entry) {
        Ok(component) => return Ok(component),
        Err(Unused::Absent) => {}
        Err(unused) => tracing::warn!(entry = %entry.display(), "compiling a sink anew; its compiled file is not used: {unused}"),
    }
    let scratch = cache.scratch().map_err(|e| Problem::Machine(e.to_string()))?;
    let code = compiler.compile(bytes, &scratch).await?;
    *compiled += 1;
    cache.store(&entry, &code).map_err(|e| Problem::Machine(format!("cannot keep the compiled code: {e}")))?;
    cache.load(engine, &entry).map_err(|e| Problem::Machine(format!("the compiled code cannot be loaded: {e}")))
}

#[async_trait]
impl Sinks for WasmSinks {
    fn descriptor(&self, kind: &str) -> Option<Arc<Descriptor>> {
        self.find(kind).map(|sink| sink.descriptor.clone())
    }

    fn kinds(&self) -> Vec<String> {
        self.sinks.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn standing(&self, kind: &str) -> Option<Standing> {
        self.find(kind).map(|sink| sink.standing)
    }

    fn limits(&self) -> Limits {
        self.opener.limits().clone()
    }

    fn batch_time_max(&self) -> std::time::Duration {
        self.opener.limits().wall_per_call_max
    }

    async fn validate(&self, kind: &str, config: &serde_json::Value) -> Result<Vec<ConfigIssue>, Failure> {
        self.faults(&*self.installed(kind)?, config).await
    }

    async fn open(&self, destination: &Arc<Destination>) -> Result<Box<dyn SinkInstance>, Failure> {
        let installed = self.installed(&destination.kind)?;
        let trial = {
            let sinks = self.sinks.read().unwrap_or_else(PoisonError::into_inner);
            let serving = sinks.get(&destination.kind).filter(|one| Arc::ptr_eq(&one.version, &installed));
            serving.and_then(|one| one.trial.clone()).filter(|trial| trial.verdict().is_none())
        };
        match trial {
            None => Ok(Box::new(self.opener.open(&installed, destination).await?)),
            Some(trial) => trial::open(&self.opener, (&installed, trial), destination).await,
        }
    }
}
