//! Each sink from a full queue, against the least that does the same with the same client library and as much in flight.

use std::sync::Arc;

use ampline::{
    downloads::{Downloads, EXPIRY_S_DEFAULT},
    journal::sqlite::{Options, Synchronous},
    network::AddressPolicy,
    secrets::{Secret, Secrets, SigningKey},
    sink::{
        FIRST_PARTY,
        wasm::{Compiler, HostOptions, HttpOptions, PostgresOptions, WasmSinks},
    },
    store::{Documents, HostedStore},
};
use ampline_core::message::Envelope;
use serde_json::json;

use super::{
    Failure, bare,
    deliveries::NoDocuments,
    drain::{Rate, drain, route},
    envelopes::{BODY_BYTES, envelope, page},
    kinesis_stub::Stub,
    nginx::Nginx,
    report::{Report, Target},
};
use crate::services::postgres::{Postgres, Tls};

/// Messages of [`BODY_BYTES`] for sinks that send each message.
const MESSAGES: u64 = 20_000;
/// Messages for Kinesis, whose stub takes them fast: fewer would measure the first call.
const STREAM_MESSAGES: u64 = 100_000;
/// Messages of many records, for sinks that keep each record.
const PAGES: u64 = 2_000;
const PAGE_RECORDS: u64 = 100;
const ITEMS: u64 = PAGES * PAGE_RECORDS;
/// Data of one record.
pub(super) const RECORD_BYTES: usize = 400;
/// Envelopes in flight, as by default.
pub(super) const CONCURRENCY: u32 = 64;
/// Envelopes in flight to Kinesis, which takes 500 at a time.
pub(super) const STREAM_CONCURRENCY: u32 = 1_024;

/// One pair of keys for every destination; the servers here look at none.
struct Pair;

impl Secrets for Pair {
    fn signing_keys(&self, _destination: &str) -> Vec<SigningKey> {
        Vec::new()
    }

    fn credential(&self, _destination: &str, name: &str) -> Option<Secret> {
        ["awsKeyId", "awsSecretKey"].contains(&name).then(|| Secret::new("AKIDBENCHMARK"))
    }
}

async fn sinks(
    cache: &tempfile::TempDir,
    documents: Arc<dyn Documents>,
    postgres: Option<PostgresOptions>,
) -> Result<Arc<WasmSinks>, Failure> {
    let options = HostOptions {
        cache_dir: cache.path().to_owned(),
        documents,
        secrets: Arc::new(Pair),
        downloads: Downloads::new("http://127.0.0.1", &[0; 32], EXPIRY_S_DEFAULT),
        postgres,
        limits: Default::default(),
        http: HttpOptions { addresses: AddressPolicy::Anywhere, ..HttpOptions::default() },
        compiler: Compiler::InProcess,
    };
    Ok(WasmSinks::load(options, FIRST_PARTY).await?)
}

fn messages(kind: &str, count: u64) -> Vec<Envelope> {
    (0..count).map(|number| envelope(kind, number, BODY_BYTES)).collect()
}

fn pages(kind: &str) -> Vec<Envelope> {
    (0..PAGES).map(|number| page(kind, number, PAGE_RECORDS, RECORD_BYTES)).collect()
}

/// Ours beside the bare loop of before and after, so that a machine that changes its speed flatters neither.
fn tell(report: &mut Report, bench: &'static str, unit: &'static str, ours: &Rate, bare: &Rate, least: Option<f64>) {
    report.scale(bench, "bare loop of the same client", bare.per_second, unit);
    match least {
        Some(least) => {
            report.judge(bench, "draining a full queue, power-loss durable", ours.per_second, unit, Target::AtLeast(least))
        }
        None => report.scale(bench, "draining a full queue, power-loss durable", ours.per_second, unit),
    }
    let share = ours.per_second / bare.per_second;
    report.judge(bench, "… as a share of the bare loop", share, "ratio", Target::AtLeast(0.5));
    report.scale(bench, "processor time of the bare loop", bare.cpu_us, "µs");
    report.scale(bench, "processor time of the drain", ours.cpu_us, "µs");
}

pub(super) async fn measure_s3(report: &mut Report) -> Result<(), Failure> {
    let (cache, nginx) = (tempfile::tempdir()?, Nginx::start()?);
    let all = sinks(&cache, Arc::new(NoDocuments), None).await?;
    let config = json!({"bucket": "bench", "region": "us-east-1", "endpointUrl": nginx.origin()});
    let before = bare::objects(&nginx.origin(), MESSAGES).await?;
    let ours = drain(all, route("s3", config, CONCURRENCY), messages("s3", MESSAGES), MESSAGES).await?;
    let after = bare::objects(&nginx.origin(), MESSAGES).await?;
    tell(report, "s3", "messages/s", &ours, &before.between(&after), None);
    Ok(())
}

pub(super) async fn measure_kinesis(report: &mut Report) -> Result<(), Failure> {
    let (cache, stub) = (tempfile::tempdir()?, Stub::start()?);
    let all = sinks(&cache, Arc::new(NoDocuments), None).await?;
    let config = json!({"streamName": "bench", "region": "us-east-1", "endpointUrl": stub.url()});
    let before = bare::records(&stub.url(), STREAM_MESSAGES).await?;
    let ours =
        drain(all, route("kinesis", config, STREAM_CONCURRENCY), messages("kinesis", STREAM_MESSAGES), STREAM_MESSAGES).await?;
    let after = bare::records(&stub.url(), STREAM_MESSAGES).await?;
    tell(report, "kinesis", "messages/s", &ours, &before.between(&after), None);
    Ok(())
}

pub(super) async fn measure_hosted_store(report: &mut Report) -> Result<(), Failure> {
    let (cache, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let store = HostedStore::open(&folder.path().join("hosted-store.db"), &options())?;
    let all = sinks(&cache, store.clone(), None).await?;
    let before = bare::items(ITEMS).await?;
    let ours = drain(all, route("api", json!({"endpoint": "contacts"}), CONCURRENCY), pages("api"), ITEMS).await?;
    let after = bare::items(ITEMS).await?;
    tell(report, "api", "items/s", &ours, &before.between(&after), Some(30_000.0));
    Ok(store.close().await?)
}

pub(super) async fn measure_postgres(report: &mut Report) -> Result<(), Failure> {
    let (cache, server) = (tempfile::tempdir()?, Postgres::start(&Tls::Off)?);
    let url = Secret::new(server.url("127.0.0.1", "sslmode=disable"));
    let database = PostgresOptions::new(&url, None, None).map_err(|faults| format!("{faults:?}"))?;
    let all = sinks(&cache, Arc::new(NoDocuments), Some(database)).await?;
    let before = bare::rows(&server, "before", ITEMS).await?;
    let ours = drain(all, route("postgres", json!({"tableName": "Bench"}), CONCURRENCY), pages("postgres"), ITEMS).await?;
    let after = bare::rows(&server, "after", ITEMS).await?;
    tell(report, "postgres", "records/s", &ours, &before.between(&after), Some(20_000.0));
    Ok(())
}

/// As the runtime opens its stores.
pub(super) fn options() -> Options {
    Options { synchronous: Synchronous::Full, ..Options::default() }
}
