//! A host with doubles around it, and envelopes to deliver.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use ampline::{
    downloads::{Downloads, EXPIRY_S_DEFAULT},
    network::AddressPolicy,
    secrets::{NamedCredential, Redaction, Secrets, SigningKey},
    sink::{
        BatchItem, BatchReport, Destination, SinkInstance, Sinks,
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
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const NEW_KEY: &str = "whsec_bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE=";
pub(crate) const OLD_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A hosted store that remembers what was applied, or fails.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) applied: Mutex<Vec<Vec<Change>>>,
    pub(crate) broken: bool,
}

#[async_trait]
impl Documents for Store {
    async fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        if self.broken {
            return Err(StoreError("the disk is full".to_owned()));
        }
        self.applied.lock().unwrap().push(changes);
        Ok(())
    }
}

/// Two keys for every destination, as during a rotation.
struct Keys;

impl Secrets for Keys {
    fn signing_keys(&self, _destination: &str) -> Vec<SigningKey> {
        [NEW_KEY, OLD_KEY].map(|key| SigningKey::parse(key).unwrap()).to_vec()
    }
}

/// Limits that end a test quickly.
pub(crate) fn limits() -> Limits {
    Limits {
        memory_bytes_max: 24 << 20,
        instances_max: 8,
        cpu_per_call_max: Duration::from_millis(300),
        wall_per_call_max: Duration::from_secs(10),
        ..Limits::default()
    }
}

/// Options with a cache directory that all tests share: a component is compiled once.
pub(crate) fn options() -> HostOptions {
    HostOptions {
        cache_dir: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sinks"),
        documents: Arc::new(Store::default()),
        secrets: Arc::new(Keys),
        downloads: Downloads::new("http://ampline.test", &[7; 32], EXPIRY_S_DEFAULT),
        limits: limits(),
        http: HttpOptions { addresses: AddressPolicy::Anywhere, ..HttpOptions::default() },
        postgres: None,
        compiler: Compiler::InProcess,
    }
}

pub(crate) const MISBEHAVING: &[(&str, &[u8])] = &[("misbehaving", ampline_tests::guests::MISBEHAVING)];

pub(crate) fn destination(kind: &str, config: Value) -> Arc<Destination> {
    let (id, name, kind) = ("dest-1".to_owned(), "crm".to_owned(), kind.to_owned());
    Arc::new(Destination { id, name, kind, config, grants: Default::default() })
}

pub(crate) async fn open(sinks: &WasmSinks, kind: &str, config: Value) -> Result<Box<dyn SinkInstance>, Failure> {
    sinks.open(&destination(kind, config)).await
}

/// A message with records 0 to `records`; record 1 was deleted, record 2 has no time of its own.
pub(crate) fn envelope(number: u128, records: u32) -> Envelope {
    let id = Uuid::from_u128(number + 1);
    let mut body = String::from(r#"{"objectName":"contact","#);
    let result_info_at = u32::try_from(body.len()).unwrap();
    body += &format!(r#""resultInfo":{{"type":"inline","numRecords":{records}}},"result":["#);
    let mut spans = Vec::new();
    for n in 0..records {
        if n > 0 {
            body.push(',');
        }
        let start = u32::try_from(body.len()).unwrap();
        body += &format!(r#"{{"fields":{{"id":"{n}","big":1e400}},"mappedFields":{{"Größe":1.50}},"raw":{{"ID":{n}}}}}"#);
        let end = u32::try_from(body.len()).unwrap();
        spans.push(RecordSpan {
            id: format!("rec-{n}"),
            start,
            end,
            modified_at_ms: (n != 2).then_some(1_000 + i64::from(n)),
            deleted: n == 1,
        });
    }
    body += "]}";
    Envelope {
        id,
        destination: "crm".to_owned(),
        group_ref: "group-1".to_owned(),
        ordering_key: "installation-1/contact".to_owned(),
        occurred_at: Timestamp::from_millisecond(5_000).unwrap(),
        metadata: Metadata {
            project_id: "project-1".to_owned(),
            installation_id: "installation-1".to_owned(),
            connection_id: "connection-1".to_owned(),
            destination_id: "dest-1".to_owned(),
            operation_id: Some("operation-1".to_owned()),
            object_name: "contact".to_owned(),
            event_id: id.to_string(),
            timestamp: "1970-01-01T00:00:05Z".to_owned(),
            topic: "read".to_owned(),
        },
        index: BodyIndex { result_info_at, records: spans },
        body: Bytes::from(body),
    }
}

pub(crate) fn batch(len: u128) -> Vec<BatchItem> {
    (0..len).map(|n| BatchItem { envelope: Arc::new(envelope(n, 1)), attempt: 1 }).collect()
}

/// The first outcome as a short text: `delivered: note`, or `code: message`.
pub(crate) fn told(report: &BatchReport) -> String {
    match &report.results[0].outcome {
        Outcome::Delivered(note) => format!("delivered: {}", note.as_deref().unwrap_or("")),
        Outcome::Failed(failure) => format!("{}: {}", failure.code, failure.message),
    }
}

/// The first failure.
pub(crate) fn failure(report: &BatchReport) -> Failure {
    match &report.results[0].outcome {
        Outcome::Failed(failure) => failure.clone(),
        Outcome::Delivered(note) => panic!("delivered: {note:?}"),
    }
}

pub(crate) fn behave(behaviour: &str) -> Value {
    json!({"behaviour": behaviour})
}

/// One named credential, `api`.
pub(crate) struct One(pub(crate) Arc<NamedCredential>);

impl Secrets for One {
    fn signing_keys(&self, _destination: &str) -> Vec<SigningKey> {
        Vec::new()
    }

    fn named_credential(&self, _destination: &str, name: &str) -> Option<Arc<NamedCredential>> {
        (name == "api").then(|| self.0.clone())
    }

    fn redaction(&self, _destination: &str) -> Option<Arc<Redaction>> {
        Some(Arc::new(self.0.redaction().clone()))
    }
}
