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
    drain::{Rate, drain, route},
    envelopes::{BODY_BYTES, envelope, page},
    kinesis_stub::Stub,
    nginx::Nginx,
    report::{Report, Target},
};
use crate::services::postgres::{Postgres, Tls};

const BENCH: &str = "sinks";
/// Messages of [`BODY_BYTES`] for sinks that send each message.
const MESSAGES: u64 = 20_000;
/// Messages of many records, for sinks that keep each record.
const PAGES: u64 = 2_000;
const PAGE_RECORDS: u64 = 100;
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

fn messages(kind: &str) -> Vec<Envelope> {
    (0..MESSAGES).map(|number| envelope(kind, number, BODY_BYTES)).collect()
}

fn pages(kind: &str) -> Vec<Envelope> {
    (0..PAGES).map(|number| page(kind, number, PAGE_RECORDS, RECORD_BYTES)).collect()
}

/// Ours beside the bare loop of before and after, so that a machine that changes its speed flatters neither.
fn tell(report: &mut Report, name: &str, unit: &'static str, ours: &Rate, bare: &Rate, least: Option<f64>) {
    report.scale(BENCH, format!("{name}: bare loop"), bare.per_second, unit);
    match least {
        Some(least) => report.judge(BENCH, format!("{name}: from a full queue"), ours.per_second, unit, Target::AtLeast(least)),
        None => report.scale(BENCH, format!("{name}: from a full queue"), ours.per_second, unit),
    }
    let share = ours.per_second / bare.per_second;
    report.judge(BENCH, format!("{name}: … as a share of the bare loop"), share, "ratio", Target::AtLeast(0.5));
    report.scale(BENCH, format!("{name}: processor time, bare loop"), bare.cpu_us, "µs");
    report.scale(BENCH, format!("{name}: processor time, from a full queue"), ours.cpu_us, "µs");
}

pub(super) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let cache = tempfile::tempdir()?;
    let folder = tempfile::tempdir()?;
    let store = HostedStore::open(&folder.path().join("hosted-store.db"), &options())?;

    let nginx = Nginx::start()?;
    let all = sinks(&cache, store.clone(), None).await?;
    let config = json!({"bucket": "bench", "region": "us-east-1", "endpointUrl": nginx.origin()});
    let before = bare::objects(&nginx.origin(), MESSAGES).await?;
    let ours = drain(all.clone(), route("s3", config, CONCURRENCY), messages("s3"), MESSAGES).await?;
    let after = bare::objects(&nginx.origin(), MESSAGES).await?;
    tell(report, "s3", "messages/s", &ours, &before.between(&after), None);

    let stub = Stub::start()?;
    let config = json!({"streamName": "bench", "region": "us-east-1", "endpointUrl": stub.url()});
    let before = bare::records(&stub.url(), MESSAGES).await?;
    let ours = drain(all.clone(), route("kinesis", config, STREAM_CONCURRENCY), messages("kinesis"), MESSAGES).await?;
    let after = bare::records(&stub.url(), MESSAGES).await?;
    tell(report, "kinesis", "messages/s", &ours, &before.between(&after), None);

    let items = PAGES * PAGE_RECORDS;
    let before = bare::items(items).await?;
    let config = json!({"endpoint": "contacts"});
    let ours = drain(all, route("api", config, CONCURRENCY), pages("api"), items).await?;
    let after = bare::items(items).await?;
    tell(report, "hosted store", "items/s", &ours, &before.between(&after), Some(30_000.0));

    let server = Postgres::start(&Tls::Off)?;
    let url = Secret::new(server.url("127.0.0.1", "sslmode=disable"));
    let database = PostgresOptions::new(&url, None, None).map_err(|faults| format!("{faults:?}"))?;
    let all = sinks(&cache, store, Some(database)).await?;
    let before = bare::rows(&server, "before", items).await?;
    let config = json!({"tableName": "Bench"});
    let ours = drain(all, route("postgres", config, CONCURRENCY), pages("postgres"), items).await?;
    let after = bare::rows(&server, "after", items).await?;
    tell(report, "postgres", "records/s", &ours, &before.between(&after), Some(20_000.0));
    Ok(())
}

/// As the runtime opens its stores.
pub(super) fn options() -> Options {
    Options { synchronous: Synchronous::Full, ..Options::default() }
}
