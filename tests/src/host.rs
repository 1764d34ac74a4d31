//! The real sink host with doubles around it: credentials that it is given, a hosted store that refuses, and messages to deliver.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ampline::{
    downloads::{Downloads, EXPIRY_S_DEFAULT},
    network::AddressPolicy,
    secrets::{Secret, Secrets, SigningKey},
    sink::{
        BatchItem, BatchReport, Destination, FIRST_PARTY, SinkInstance, Sinks,
        wasm::{Compiler, HostOptions, HttpOptions, Limits, WasmSinks},
    },
    store::{Change, Documents, StoreError},
};
use ampline_core::{
    message::{BodyIndex, Envelope, Metadata, RecordSpan},
    outcome::{Failure, Outcome},
};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// The name of every destination.
pub const DESTINATION: &str = "crm";

/// The same credentials for every destination.
struct Given(Mutex<BTreeMap<String, Secret>>);

impl Secrets for Given {
    fn signing_keys(&self, _destination: &str) -> Vec<SigningKey> {
        Vec::new()
    }

    fn credential(&self, _destination: &str, name: &str) -> Option<Secret> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

/// A hosted store for sinks that have no use for one.
struct NoStore;

#[async_trait]
impl Documents for NoStore {
    async fn apply(&self, _changes: Vec<Change>) -> Result<(), StoreError> {
        Err(StoreError("there is no store".to_owned()))
    }
}

/// Emulators in interpreted languages take their time on busy machines.
const TIMEOUT: Duration = Duration::from_secs(60);

/// HTTP that reaches the loopback, where the servers of tests are.
pub fn to_loopback() -> HttpOptions {
    HttpOptions { addresses: AddressPolicy::Anywhere, timeout: TIMEOUT, ..HttpOptions::default() }
}

/// A host of the first-party sinks.
pub struct Host {
    sinks: Arc<WasmSinks>,
    credentials: Arc<Given>,
}

fn secrets(credentials: &[(&str, &str)]) -> BTreeMap<String, Secret> {
    credentials.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect()
}

impl Host {
    /// Loads the sinks, compiled into `cache_dir` once for all tests; `credentials` are every destination's.
    ///
    /// # Panics
    /// When they cannot be loaded.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its host")]
    pub async fn load(cache_dir: &Path, credentials: &[(&str, &str)], http: HttpOptions, limits: Limits) -> Self {
        let credentials = Arc::new(Given(Mutex::new(secrets(credentials))));
        let options = HostOptions {
            cache_dir: cache_dir.to_owned(),
            documents: Arc::new(NoStore),
            secrets: credentials.clone(),
            downloads: Downloads::new("http://ampline.test", &[7; 32], EXPIRY_S_DEFAULT),
            limits,
            http,
            postgres: None,
            compiler: Compiler::InProcess,
        };
        Self { sinks: WasmSinks::load(options, FIRST_PARTY).await.expect("the first-party sinks load"), credentials }
    }

    /// Puts other credentials in place of those that every destination has.
    pub fn rotate(&self, credentials: &[(&str, &str)]) {
        *self.credentials.0.lock().unwrap_or_else(PoisonError::into_inner) = secrets(credentials);
    }

    /// The pointers and messages of the faults of a configuration.
    ///
    /// # Panics
    /// When the sink does not answer.
    #[expect(clippy::expect_used, reason = "a sink that cannot judge fails its test")]
    pub async fn faults(&self, kind: &str, config: &Value) -> Vec<(String, String)> {
        let issues = self.sinks.validate(kind, config).await.expect("the sink judges");
        issues.into_iter().filter(|issue| issue.fatal).map(|issue| (issue.pointer, issue.message)).collect()
    }

    /// An instance for a destination with this configuration.
    ///
    /// # Errors
    /// The sink's own.
    pub async fn open(&self, kind: &str, config: Value) -> Result<Box<dyn SinkInstance>, Failure> {
        let (id, name, kind) = ("dest-1".to_owned(), DESTINATION.to_owned(), kind.to_owned());
        self.sinks.open(&Arc::new(Destination { id, name, kind, config, grants: Default::default() })).await
    }
}

/// A message of one record, whose `note` has so many characters; the same number gives the same message.
pub fn message(number: u128, note_chars: usize) -> Envelope {
    let id = Uuid::from_u128(number + 1);
    let mut body = String::from(r#"{"action":"read","objectName":"contacts","#);
    let result_info_at = body.len();
    body += r#""resultInfo":{"type":"inline","numRecords":1},"result":["#;
    let start = body.len();
    body += &format!(r#"{{"fields":{{"id":"{number}","price":1.50,"note":"{}"}}}}"#, "n".repeat(note_chars));
    let end = body.len();
    body += "]}";
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let span =
        RecordSpan { id: number.to_string(), start: place(start), end: place(end), modified_at_ms: Some(1_000), deleted: false };
    Envelope {
        id,
        destination: DESTINATION.to_owned(),
        group_ref: "group-1".to_owned(),
        ordering_key: "installation-1/contacts".to_owned(),
        occurred_at: Timestamp::constant(1_760_410_739, 323_405_308),
        metadata: metadata(id),
        index: BodyIndex { result_info_at: place(result_info_at), records: vec![span] },
        body: Bytes::from(body),
    }
}

/// Nine names, as the specification lists them.
fn metadata(id: Uuid) -> Metadata {
    Metadata {
        project_id: "project-1".to_owned(),
        installation_id: "installation-1".to_owned(),
        connection_id: "connection-1".to_owned(),
        destination_id: "dest-1".to_owned(),
        operation_id: Some("operation-1".to_owned()),
        object_name: "contacts".to_owned(),
        event_id: id.to_string(),
        timestamp: "2025-10-14T02:58:59.323405308Z".to_owned(),
        topic: "read".to_owned(),
    }
}

/// A batch of these messages, each at its first attempt.
pub fn batch(messages: impl IntoIterator<Item = Envelope>) -> Vec<BatchItem> {
    messages.into_iter().map(|envelope| BatchItem { envelope: Arc::new(envelope), attempt: 1 }).collect()
}

/// What was said of each delivery, or how each failed.
pub fn told(report: &BatchReport) -> Vec<Result<String, Failure>> {
    let told = |outcome: &Outcome| match outcome {
        Outcome::Delivered(note) => Ok(note.clone().unwrap_or_default()),
        Outcome::Failed(failure) => Err(failure.clone()),
    };
    report.results.iter().map(|result| told(&result.outcome)).collect()
}
