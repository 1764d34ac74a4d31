//! A sink host with a database behind it, messages to deliver, and a session to look with.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use ampline::{
    downloads::{Downloads, EXPIRY_S_DEFAULT},
    network::AddressPolicy,
    secrets::{Secret, Secrets, SigningKey},
    sink::{
        BatchItem, Destination, FIRST_PARTY, SinkInstance, Sinks,
        wasm::{Compiler, HostOptions, HttpOptions, Limits, PostgresOptions, WasmSinks},
    },
    store::{Change, Documents, StoreError},
};
use ampline_core::{
    message::{BodyIndex, Envelope, Metadata, RecordSpan},
    outcome::{Failure, Outcome},
};
use ampline_tests::{requirement::require, services::postgres::Postgres};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

/// The server that tests share, or nothing where there is none and the test is skipped.
pub(crate) fn server(test: &str) -> Option<Arc<Postgres>> {
    require(test, "an installed Postgres", Postgres::shared())
}

struct Nothing;

#[async_trait]
impl Documents for Nothing {
    async fn apply(&self, _: Vec<Change>) -> Result<(), StoreError> {
        Err(StoreError("nobody asks".to_owned()))
    }
}

impl Secrets for Nothing {
    fn signing_keys(&self, _: &str) -> Vec<SigningKey> {
        Vec::new()
    }
}

/// How the host reaches the database.
pub(crate) struct Way {
    pub(crate) url: String,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) addresses: AddressPolicy,
    pub(crate) connections_max: u32,
}

impl Way {
    pub(crate) fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), ca_file: None, addresses: AddressPolicy::Anywhere, connections_max: 4 }
    }

    pub(crate) fn trusting(self, ca_file: &Path) -> Self {
        Self { ca_file: Some(ca_file.to_owned()), ..self }
    }

    pub(crate) async fn sinks(self) -> Arc<WasmSinks> {
        let postgres = PostgresOptions::new(&Secret::new(self.url), self.ca_file.as_deref(), Some(self.connections_max));
        let options = HostOptions {
            cache_dir: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sinks"),
            documents: Arc::new(Nothing),
            secrets: Arc::new(Nothing),
            downloads: Downloads::new("http://ampline.test", &[7; 32], EXPIRY_S_DEFAULT),
            limits: Limits { wall_per_call_max: Duration::from_secs(75), ..Limits::default() },
            http: HttpOptions { addresses: self.addresses, ..HttpOptions::default() },
            postgres: Some(postgres.unwrap_or_else(|faults| panic!("{faults:?}"))),
            compiler: Compiler::InProcess,
        };
        WasmSinks::load(options, FIRST_PARTY).await.unwrap()
    }
}

/// The shared server by its address: without TLS, as the superuser.
pub(crate) async fn sinks(server: &Postgres) -> Arc<WasmSinks> {
    Way::to(server.url("127.0.0.1", "")).sinks().await
}

pub(crate) async fn open(sinks: &WasmSinks, config: Value) -> Box<dyn SinkInstance> {
    let (kind, grants) = ("postgres".to_owned(), Default::default());
    let destination = Destination { id: "dest-1".to_owned(), name: "crm".to_owned(), kind, config, grants };
    sinks.open(&Arc::new(destination)).await.unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// An instance for one table of a server.
pub(crate) async fn table(server: &Postgres, name: &str) -> Box<dyn SinkInstance> {
    open(&*sinks(server).await, json!({ "tableName": name })).await
}

/// A record of a message: its id, when it was modified, and its fields as they stand in the body; no fields means deleted.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) modified_at_ms: Option<i64>,
    pub(crate) fields: Option<String>,
}

pub(crate) fn live(id: &str, modified_at_ms: i64, fields: &str) -> Entry {
    Entry { id: id.to_owned(), modified_at_ms: Some(modified_at_ms), fields: Some(fields.to_owned()) }
}

pub(crate) fn deleted(id: &str, modified_at_ms: i64) -> Entry {
    Entry { id: id.to_owned(), modified_at_ms: Some(modified_at_ms), fields: None }
}

/// A message of a group, read at this time.
pub(crate) fn message(group: &str, occurred_at_ms: i64, entries: &[Entry]) -> BatchItem {
    let id = Uuid::now_v7();
    let mut body = r#"{"objectName":"contact","#.to_owned();
    let result_info_at = u32::try_from(body.len()).unwrap();
    body += &format!(r#""resultInfo":{{"type":"inline","numRecords":{}}},"result":["#, entries.len());
    let mut records = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        if place > 0 {
            body.push(',');
        }
        let start = u32::try_from(body.len()).unwrap();
        body += &format!(r#"{{"fields":{},"raw":{{}}}}"#, entry.fields.as_deref().unwrap_or("{}"));
        let end = u32::try_from(body.len()).unwrap();
        let (id, deleted) = (entry.id.clone(), entry.fields.is_none());
        records.push(RecordSpan { id, start, end, modified_at_ms: entry.modified_at_ms, deleted });
    }
    body += "]}";
    let metadata = Metadata {
        project_id: "project-1".to_owned(),
        installation_id: "installation-1".to_owned(),
        connection_id: "connection-1".to_owned(),
        destination_id: "dest-1".to_owned(),
        operation_id: None,
        object_name: "contact".to_owned(),
        event_id: id.to_string(),
        timestamp: "1970-01-01T00:00:05Z".to_owned(),
        topic: "read".to_owned(),
    };
    let envelope = Envelope {
        id,
        destination: "crm".to_owned(),
        group_ref: group.to_owned(),
        ordering_key: "installation-1/contact".to_owned(),
        occurred_at: Timestamp::from_millisecond(occurred_at_ms).unwrap(),
        metadata,
        index: BodyIndex { result_info_at, records },
        body: Bytes::from(body),
    };
    BatchItem { envelope: Arc::new(envelope), attempt: 1 }
}

/// What became of each message.
pub(crate) async fn deliver(instance: &mut Box<dyn SinkInstance>, batch: Vec<BatchItem>) -> Vec<Outcome> {
    instance.deliver(batch).await.results.into_iter().map(|delivered| delivered.outcome).collect()
}

/// Delivers one message that must succeed.
pub(crate) async fn delivered(instance: &mut Box<dyn SinkInstance>, message: BatchItem) {
    let outcomes = deliver(instance, vec![message]).await;
    assert!(matches!(outcomes[..], [Outcome::Delivered(_)]), "{outcomes:?}");
}

/// Delivers one message that must fail.
pub(crate) async fn refused(instance: &mut Box<dyn SinkInstance>, message: BatchItem) -> Failure {
    match deliver(instance, vec![message]).await.remove(0) {
        Outcome::Failed(failure) => failure,
        Outcome::Delivered(note) => panic!("delivered: {note:?}"),
    }
}

/// The rows of a table as `group/id=data`, sorted.
pub(crate) async fn rows(session: &Client, table: &str) -> Vec<String> {
    let sql = format!(r#"SELECT "GroupId" || '/' || "UID" || '=' || "Data"::text FROM {table} ORDER BY 1"#);
    let rows = session.query(&sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.iter().map(|row| row.get(0)).collect()
}
