//! The conformance harness for sinks: a component runs in the real host, what it asks of other sides is answered by a script, and what it
//! does is judged. `sinks-wit/CASES.md` is the page for authors.

mod bench;
mod canary;
mod case;
mod conformance;
mod envelopes;
mod fault;
mod given;
mod junit;
mod notes;
mod once;
mod pattern;
mod printed;
mod recorder;
mod report;
mod schema;
mod script;
mod shown;
mod stage;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::Value;
use sha2::{Digest, Sha256};

pub use self::{
    bench::{Bench, Measure},
    junit::xml as junit,
    once::{Attempt, Once},
    printed::text,
    report::{Check, Origin, Report, Status},
};
use self::{
    canary::Held,
    given::{FileFault, Given},
    notes::Notes,
    recorder::Recorder,
    report::{Subject, Verdict},
    stage::{Setting, Stage},
};
use crate::{
    destination::grants::DestinationGrants,
    network::AddressPolicy,
    sink::wasm::{self, Admitted, Compiler, Problem, Unread},
};

/// Why nothing could be tried; reads after "cannot test".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unable(pub String);

/// The component in a file, if it is one and not too large.
fn component(file: &Path) -> Result<Vec<u8>, Unable> {
    let name = file.display();
    let unfit = |problem: Problem| Unable(format!("{name}: {problem}"));
    let component = wasm::read(file).map_err(|unread| match unread {
        Unread::File(error) => Unable(format!("cannot read {name}: {error}")),
        Unread::Unfit(problem) => unfit(problem),
    })?;
    wasm::is_component(&component).map_err(unfit)?;
    Ok(component)
}

/// How stages are made.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    cache_dir: PathBuf,
    compiler: Compiler,
    addresses: AddressPolicy,
    grants: DestinationGrants,
}

impl Setup {
    /// A stage whose secrets are canaries.
    async fn stage(&self, config: Option<&Value>) -> Result<Stage, Unable> {
        let url = config.and_then(|config| config["url"].as_str());
        self.with(Held::canaries(url, &self.grants).map_err(Unable)?).await
    }

    /// A stage for the real network, with these secrets and no others.
    async fn live_stage(&self, secrets: &BTreeMap<String, String>) -> Result<Stage, Unable> {
        self.with(Held::given(secrets, &self.grants).map_err(Unable)?).await
    }

    async fn with(&self, secrets: Held) -> Result<Stage, Unable> {
        let secrets = Arc::new(secrets);
        let (cache_dir, compiler, addresses) = (self.cache_dir.clone(), self.compiler.clone(), self.addresses.clone());
        Stage::set(Setting { cache_dir, compiler, addresses, secrets, grants: self.grants.clone() }).await
    }
}

/// Runs a harness to its end, where no async runtime is at hand.
///
/// # Errors
/// As [`Harness::run`], or where the machine gives no runtime.
pub fn run_to_end(harness: Harness) -> Result<Report, Unable> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Unable(format!("cannot start: {error}")))?.block_on(harness.run())
}

/// The same beside an async runtime that has other things to do, in this thread alone. Nothing where it takes longer than `time_max`.
///
/// # Errors
/// As [`run_to_end`].
pub(crate) fn run_within(harness: Harness, time_max: Duration) -> Result<Option<Report>, Unable> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Unable(format!("cannot start: {error}")))?;
    match runtime.block_on(async { tokio::time::timeout(time_max, harness.run()).await }) {
        Ok(found) => found.map(Some),
        Err(_) => Ok(None),
    }
}

/// What a run works on.
struct Work<'a> {
    setup: &'a Setup,
    stage: &'a Stage,
    component: &'a [u8],
    notes: &'a Notes,
    /// The configuration that somebody gave.
    given: Option<Value>,
}

/// Names and meanings of the conformance checks, in their order.
pub fn checks() -> &'static [(&'static str, &'static str)] {
    conformance::CHECKS
}

/// What is to be tried, and how.
#[derive(Debug, Clone)]
pub struct Harness {
    file: String,
    component: Result<Vec<u8>, Unable>,
    cases: Option<PathBuf>,
    config: Option<Value>,
    only: Vec<String>,
    update: bool,
    record: bool,
    bench: bool,
    cache_dir: Option<PathBuf>,
    compiler: Compiler,
    addresses: AddressPolicy,
}

impl Harness {
    /// Tries the component in a file.
    pub fn of(file: impl AsRef<Path>) -> Self {
        let file = file.as_ref();
        Self::new(file.display().to_string(), component(file))
    }

    /// Tries a component at hand, under a name for messages.
    pub fn of_bytes(name: &str, component: &[u8]) -> Self {
        Self::new(name.to_owned(), Ok(component.to_vec()))
    }

    fn new(file: String, component: Result<Vec<u8>, Unable>) -> Self {
        Self {
            file,
            component,
            cases: None,
            config: None,
            only: Vec::new(),
            update: false,
            record: false,
            bench: false,
            cache_dir: None,
            compiler: Compiler::InProcess,
            addresses: AddressPolicy::default(),
        }
    }

    /// Runs the cases of this folder too.
    #[must_use]
    pub fn cases(self, folder: impl Into<PathBuf>) -> Self {
        Self { cases: Some(folder.into()), ..self }
    }

    /// A configuration that the sink must accept.
    #[must_use]
    pub fn config(self, config: Value) -> Self {
        Self { config: Some(config), ..self }
    }

    /// Only checks and cases whose name contains one of these texts.
    #[must_use]
    pub fn only(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { only: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Writes snapshots anew.
    #[must_use]
    pub fn update(self, update: bool) -> Self {
        Self { update, ..self }
    }

    /// Runs cases with a cassette over the real network, and writes what was answered.
    #[must_use]
    pub fn record(self, record: bool) -> Self {
        Self { record, ..self }
    }

    /// Measures too.
    #[must_use]
    pub fn bench(self, bench: bool) -> Self {
        Self { bench, ..self }
    }

    /// Where compiled components are kept; by default `ampline/sinks` in the user's cache directory.
    #[must_use]
    pub fn cache_dir(self, folder: impl Into<PathBuf>) -> Self {
        Self { cache_dir: Some(folder.into()), ..self }
    }

    /// How components are compiled; by default in this process.
    #[must_use]
    pub fn compiler(self, compiler: Compiler) -> Self {
        Self { compiler, ..self }
    }

    /// Which addresses recording may dial; by default those of the public internet.
    #[must_use]
    pub fn addresses(self, addresses: AddressPolicy) -> Self {
        Self { addresses, ..self }
    }

    /// Tries everything.
    ///
    /// # Errors
    /// Where that cannot be done: a file that is no component, a case that cannot be read.
    pub async fn run(self) -> Result<Report, Unable> {
        let component = self.component.clone()?;
        wasm::is_component(&component).map_err(|problem| Unable(format!("{}: {problem}", self.file)))?;
        let (notes, cases) = self.read_cases()?;
        let setup = self.setup(notes.grants.clone());
        let given = self.config.clone().or_else(|| notes.config.clone());
        let stage = setup.stage(given.as_ref()).await?;
        let mut recorder = Recorder::new(self.only.clone(), notes.exceptions.clone());
        let mut report = Report { sink: subject(&self.file, &component), checks: Vec::new(), written: Vec::new(), bench: None };
        if let Some(admitted) = admit(&mut recorder, &stage, &component).await {
            let work = Work { setup: &setup, stage: &stage, component: &component, notes: &notes, given };
            self.tried(&work, &cases, admitted, &mut recorder, &mut report).await?;
        }
        report.checks = recorder.checks;
        if report.checks.is_empty() {
            return Err(Unable(format!("no check and no case has {} in its name", self.only.join(" or "))));
        }
        Ok(report)
    }

    /// Everything about a component that could be admitted.
    async fn tried(
        &self,
        work: &Work<'_>,
        cases: &[case::Case],
        admitted: Admitted,
        recorder: &mut Recorder,
        report: &mut Report,
    ) -> Result<(), Unable> {
        let Work { setup, stage, component, notes, given } = work;
        let descriptor = admitted.descriptor().clone();
        let kind = descriptor.name.as_str();
        (report.sink.name, report.sink.version) = (kind.to_owned(), descriptor.version.clone());
        report.sink.imports = admitted.imports().to_vec();
        imports(recorder, notes, admitted.imports()).await;
        let schema = conformance::describe(recorder, stage, component, &admitted).await;
        stage.install(admitted);
        let config = conformance::configure(recorder, stage, kind, schema.as_ref(), given.clone()).await;
        let (rules, readings) = (&notes.rules, &notes.readings);
        if let Some(config) = &config {
            let (descriptor, kind) = (&*descriptor, kind);
            conformance::deliver(recorder, &conformance::Trial { stage, kind, descriptor, config, rules, readings }).await;
        }
        let (update, record) = (self.update, self.record);
        let around =
            case::Surroundings { stage, setup, component, kind, config: config.as_ref(), rules, readings, update, record };
        for case in cases {
            if recorder.wants(&case.name) {
                let checks = case::run(case, &around, &mut report.written).await;
                checks.into_iter().for_each(|check| recorder.keep(check));
            }
        }
        if let Some(config) = config.filter(|_| self.bench) {
            let sizes = [1, 100.min(descriptor.max_batch_envelopes), descriptor.max_batch_envelopes];
            report.bench = Some(bench::run(stage, setup, component, (kind, &config), rules, sizes).await?);
        }
        Ok(())
    }

    fn setup(&self, grants: DestinationGrants) -> Setup {
        let cache_dir = self.cache_dir.clone().unwrap_or_else(default_cache_dir);
        Setup { cache_dir, compiler: self.compiler.clone(), addresses: self.addresses.clone(), grants }
    }

    /// Everything that the folder of cases holds, or all that is wrong with it.
    fn read_cases(&self) -> Result<(Notes, Vec<case::Case>), Unable> {
        let Some(folder) = &self.cases else { return Ok((Notes::none(), Vec::new())) };
        let (notes_file, files) = case::read_all(folder).map_err(Unable)?;
        let mut faults: Vec<FileFault> = Vec::new();
        let known = |name: &str| {
            let is_fault = name.strip_prefix("fault.").is_some_and(|name| fault::named(name).is_some());
            is_fault || name.starts_with("hostile.") || conformance::CHECKS.iter().any(|(known, _)| *known == name)
        };
        let read =
            notes_file.map(|file| Given::read(&file).map_err(|fault| vec![fault]).and_then(|given| Notes::read(&given, known)));
        let notes = read.unwrap_or_else(|| Ok(Notes::none())).unwrap_or_else(|found| {
            faults.extend(found);
            Notes::none()
        });
        let mut cases = Vec::new();
        for file in files {
            match case::read(&file) {
                Ok(case) => cases.push(case),
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() {
            Ok((notes, cases))
        } else {
            Err(Unable(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
        }
    }
}

fn subject(file: &str, component: &[u8]) -> Subject {
    let digest = Sha256::digest(component).iter().map(|byte| format!("{byte:02x}")).collect();
    Subject { file: file.to_owned(), digest, bytes: component.len() as u64, ..Subject::default() }
}

async fn admit(recorder: &mut Recorder, stage: &Stage, component: &[u8]) -> Option<Admitted> {
    let admitted = stage.admit(component).await;
    let verdict = match &admitted {
        Ok(_) => Verdict::Holds,
        Err(problems) => {
            let mut remedies: Vec<String> = problems.iter().map(Problem::remedy).collect();
            remedies.dedup();
            let reasons: Vec<String> = problems.iter().map(Problem::reason).collect();
            Verdict::broken(reasons.join("; "), remedies.join("; "))
        }
    };
    recorder.require("component.fits", conformance::CHECKS[0].1, async { verdict }).await;
    admitted.ok()
}

async fn imports(recorder: &mut Recorder, notes: &Notes, imports: &[String]) {
    let (name, meaning) = conformance::CHECKS[1];
    let verdict = match &notes.imports {
        None => Verdict::Holds,
        Some(declared) => {
            let undeclared: Vec<_> = imports.iter().filter(|one| !declared.contains(one)).cloned().collect();
            let repair = "leave out what the sink need not do, or add it to `imports` of cases/sink.yaml";
            if undeclared.is_empty() {
                Verdict::Holds
            } else {
                Verdict::broken(format!("it imports {} too", undeclared.join(", ")), repair)
            }
        }
    };
    recorder.check(name, meaning, async { verdict }).await;
}

/// `ampline/sinks` where this user's programs keep what they can make again.
fn default_cache_dir() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    base.unwrap_or_else(std::env::temp_dir).join("ampline").join("sinks")
}

/// A time in milliseconds, as reports tell it.
pub(crate) fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
