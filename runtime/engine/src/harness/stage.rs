//! The real host with a script at its seam: instances of the sink under test, and what they asked of other sides.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ampline_core::{
    message::Envelope,
    outcome::{Failure, Outcome},
};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{
    Unable,
    canary::Held,
    envelopes::{DESTINATION, NOW},
    script::Script,
};
use crate::{
    destination::grants::DestinationGrants,
    downloads::{Downloads, EXPIRY_S_DEFAULT},
    network::AddressPolicy,
    sink::{
        BatchItem, ConfigIssue, Descriptor, Destination, SinkInstance, Sinks,
        seam::{Answer, Call, Seam, Used},
        wasm::{Admitted, Compiler, HostOptions, HttpOptions, Limits, Problem, WasmSinks},
    },
    store::{Change, Documents, StoreError},
};

/// A call and what it came to.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) call: Call,
    pub(super) answer: Result<Answer, Failure>,
}

/// A line that the sink logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    pub(super) level: &'static str,
    pub(super) message: String,
}

struct State {
    script: Script,
    now: Timestamp,
    asked: usize,
    seen: Vec<Seen>,
    lines: Vec<Line>,
}

/// What stands at the seam.
struct Prompter(Mutex<State>);

impl Prompter {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seam for Prompter {
    fn now(&self) -> Timestamp {
        let state = self.state();
        if state.script.live { Timestamp::now() } else { state.now }
    }

    fn answer(&self, call: &Call) -> Option<Result<Answer, Failure>> {
        let mut state = self.state();
        let (at, now) = (state.asked, state.now);
        state.asked += 1;
        state.script.answer(call, at, now)
    }

    fn saw(&self, call: &Call, answer: &Result<Answer, Failure>) {
        self.state().seen.push(Seen { call: call.clone(), answer: answer.clone() });
    }

    fn logged(&self, level: &'static str, message: &str, fields: &[(String, String)]) {
        let fields: String = fields.iter().map(|(name, value)| format!(" {name}={value:?}")).collect();
        self.state().lines.push(Line { level, message: format!("{message}{fields}") });
    }
}

/// A hosted store that is never reached: the script answers before it.
struct NoStore;

#[async_trait]
impl Documents for NoStore {
    async fn apply(&self, _changes: Vec<Change>) -> Result<(), StoreError> {
        Err(StoreError("the hosted store of a runtime is not there: install the sink to try it".to_owned()))
    }
}

/// What a delivery came to.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) calls: Vec<Seen>,
    pub(super) lines: Vec<Line>,
    pub(super) reusable: bool,
    pub(super) used: Used,
    pub(super) took: Duration,
}

/// How the host is made.
pub(super) struct Setting {
    pub(super) cache_dir: PathBuf,
    pub(super) compiler: Compiler,
    pub(super) addresses: AddressPolicy,
    pub(super) secrets: Arc<Held>,
    pub(super) grants: DestinationGrants,
}

/// The host, and the component in it once it was admitted.
pub(super) struct Stage {
    sinks: Arc<WasmSinks>,
    prompter: Arc<Prompter>,
    grants: DestinationGrants,
    secrets: Arc<Held>,
    pub(super) limits: Limits,
}

impl Stage {
    pub(super) async fn set(setting: Setting) -> Result<Self, Unable> {
        let state = State { script: Script::default(), now: NOW, asked: 0, seen: Vec::new(), lines: Vec::new() };
        let prompter = Arc::new(Prompter(Mutex::new(state)));
        let limits = Limits::default();
        let options = HostOptions {
            cache_dir: setting.cache_dir,
            documents: Arc::new(NoStore),
            secrets: setting.secrets.clone(),
            downloads: Downloads::new("https://runtime.example", &[7; 32], EXPIRY_S_DEFAULT),
            limits: limits.clone(),
            http: HttpOptions { addresses: setting.addresses, ..HttpOptions::default() },
            postgres: None,
            compiler: setting.compiler,
        };
        let sinks = WasmSinks::load_watched(options, &[], Some(prompter.clone())).await;
        Ok(Self {
            sinks: sinks.map_err(|error| Unable(error.to_string()))?,
            prompter,
            grants: setting.grants,
            secrets: setting.secrets,
            limits,
        })
    }

    /// Compiles the component and asks it what it is.
    pub(super) async fn admit(&self, bytes: &[u8]) -> Result<Admitted, Vec<Problem>> {
        self.sinks.admit(bytes).await
    }

    /// What one instance says of itself, asked twice.
    pub(super) async fn described_twice(&self, admitted: &Admitted) -> Result<[Descriptor; 2], Vec<Problem>> {
        self.sinks.described_twice(admitted).await
    }

    /// Lets the component serve.
    pub(super) fn install(&self, admitted: Admitted) {
        self.sinks.install(admitted);
    }

    /// Every fault that the sink finds in a configuration.
    pub(super) async fn issues(&self, kind: &str, config: &Value) -> Result<Vec<ConfigIssue>, Failure> {
        self.sinks.validate(kind, config).await
    }

    /// The text without the secrets.
    pub(super) fn redacted(&self, text: String) -> String {
        self.secrets.redacted(text)
    }

    /// What the other sides say from now on.
    pub(super) fn play(&self, script: Script) {
        self.prompter.state().script = script;
    }

    /// Lets time pass.
    pub(super) fn pass(&self, by: Duration) {
        let mut state = self.prompter.state();
        state.now = state.now.checked_add(by).unwrap_or(state.now);
    }

    /// It is the time at which everything happens again.
    pub(super) fn rewind(&self) {
        self.prompter.state().now = NOW;
    }

    /// An instance for a destination with this configuration.
    pub(super) async fn open(&self, kind: &str, config: &Value) -> Result<Box<dyn SinkInstance>, Failure> {
        let (id, name, kind) = (DESTINATION.to_owned(), DESTINATION.to_owned(), kind.to_owned());
        self.secrets.lead_to(config);
        let grants = self.grants.clone();
        self.sinks.open(&Arc::new(Destination { id, name, kind, config: config.clone(), grants })).await
    }

    /// Delivers a batch to an instance, at this attempt.
    pub(super) async fn deliver(&self, instance: &mut Box<dyn SinkInstance>, batch: &[(Envelope, u32)]) -> Delivery {
        {
            let mut state = self.prompter.state();
            state.asked = 0;
            state.seen.clear();
            state.lines.clear();
        }
        let item = |(envelope, attempt): &(Envelope, u32)| BatchItem { envelope: Arc::new(envelope.clone()), attempt: *attempt };
        let started = Instant::now();
        let report = instance.deliver(batch.iter().map(item).collect()).await;
        let took = started.elapsed();
        let mut state = self.prompter.state();
        Delivery {
            outcomes: report.results.into_iter().map(|result| result.outcome).collect(),
            calls: std::mem::take(&mut state.seen),
            lines: std::mem::take(&mut state.lines),
            reusable: report.reusable,
            used: instance.used(),
            took,
        }
    }

    /// The same to an instance of its own; or why it does not open.
    pub(super) async fn deliver_once(&self, kind: &str, config: &Value, batch: &[(Envelope, u32)]) -> Result<Delivery, Failure> {
        let mut instance = self.open(kind, config).await?;
        Ok(self.deliver(&mut instance, batch).await)
    }
}

/// A batch at its first attempt.
pub(super) fn first(envelopes: impl IntoIterator<Item = Envelope>) -> Vec<(Envelope, u32)> {
    envelopes.into_iter().map(|envelope| (envelope, 1)).collect()
}
