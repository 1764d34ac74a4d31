//! The least that does what a sink does: no journal, no retries, no sandbox, no versions; the same client library.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ampline::store::{Change, Documents, HostedStore};
use aws_credential_types::Credentials;
use aws_sdk_kinesis::{primitives::Blob, types::PutRecordsRequestEntry};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use tokio::task::JoinSet;

use super::{
    Failure,
    drain::Rate,
    envelopes::{BODY_BYTES, envelope},
    sinks::{CONCURRENCY, RECORD_BYTES, STREAM_CONCURRENCY, options},
};
use crate::services::postgres::Postgres;

/// Batches of one destination that the dispatcher has in flight.
const BATCHES: u64 = 3;

fn credentials() -> Credentials {
    Credentials::new("AKIDBENCHMARK", "AKIDBENCHMARK", None, None, "bench")
}

/// Runs `one` for 0, 1, … `count`, with so many at once.
async fn at_once<F>(count: u64, lanes: u64, one: impl Fn(u64) -> F + Clone + Send + 'static) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>> + Send,
{
    let next = Arc::new(AtomicU64::new(0));
    let mut loops = JoinSet::new();
    for _ in 0..lanes {
        let (next, one) = (next.clone(), one.clone());
        loops.spawn(async move {
            loop {
                match next.fetch_add(1, Ordering::Relaxed) {
                    number if number < count => one(number).await?,
                    _ => return Ok::<(), Failure>(()),
                }
            }
        });
    }
    while let Some(ended) = loops.join_next().await {
        ended??;
    }
    Ok(())
}

/// PutObject for each message, wrapped as the sink wraps it.
pub(super) async fn objects(url: &str, count: u64) -> Result<Rate, Failure> {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::v2026_01_12())
        .credentials_provider(credentials())
        .region(aws_sdk_s3::config::Region::new("us-east-1"))
        .endpoint_url(url)
        .force_path_style(true)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let body = Bytes::from([b"{\"data\":", &envelope("s3", 0, BODY_BYTES).body[..], b"}"].concat());
    let put = move |number: u64| {
        let request = client.put_object().bucket("bench").key(format!("object-{number}")).content_type("application/json");
        let request = request.body(ByteStream::from(body.clone()));
        async move { request.send().await.map(drop).map_err(Failure::from) }
    };
    Rate::of(count, at_once(count, u64::from(CONCURRENCY), put)).await
}

/// PutRecords, as many records at once as the dispatcher's batches hold.
pub(super) async fn records(url: &str, count: u64) -> Result<Rate, Failure> {
    let config = aws_sdk_kinesis::Config::builder()
        .behavior_version(aws_sdk_kinesis::config::BehaviorVersion::v2026_01_12())
        .credentials_provider(credentials())
        .region(aws_sdk_kinesis::config::Region::new("us-east-1"))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = aws_sdk_kinesis::Client::from_conf(config);
    let body = [b"{\"data\":", &envelope("kinesis", 0, BODY_BYTES).body[..], b"}"].concat();
    let each = u64::from(STREAM_CONCURRENCY) / BATCHES;
    let put = move |call: u64| {
        let record = |number: u64| {
            let entry = PutRecordsRequestEntry::builder().partition_key(format!("key-{number}"));
            entry.data(Blob::new(body.clone())).build()
        };
        let records: Result<Vec<_>, _> = (call * each..count.min((call + 1) * each)).map(record).collect();
        let request = client.put_records().stream_name("bench");
        async move { request.set_records(Some(records?)).send().await.map(drop).map_err(Failure::from) }
    };
    Rate::of(count, at_once(count.div_ceil(each), BATCHES, put)).await
}

fn data(number: u64) -> String {
    format!(r#"{{"id":"{number}","notes":"{}"}}"#, "x".repeat(RECORD_BYTES - 40))
}

/// The hosted store itself, without journal or sink.
pub(super) async fn items(count: u64) -> Result<Rate, Failure> {
    const CHANGES: u64 = 1_000;
    let folder = tempfile::tempdir()?;
    let store = HostedStore::open(&folder.path().join("hosted-store.db"), &options())?;
    let change = |number: u64| Change {
        endpoint: "contacts".to_owned(),
        group: "acme".to_owned(),
        item: number.to_string(),
        modified_at_ms: 1,
        occurred_at_ms: 1,
        document: Some(data(number).into()),
    };
    let shared = store.clone();
    let apply = move |call: u64| {
        let (store, changes) = (shared.clone(), (call * CHANGES..(call + 1) * CHANGES).map(change).collect());
        async move { store.apply(changes).await.map_err(Failure::from) }
    };
    let rate = Rate::of(count, at_once(count / CHANGES, BATCHES, apply)).await?;
    store.close().await?;
    Ok(rate)
}

/// A hand-written upsert by `unnest` into a table with the same columns and key, which overwrites whatever is there.
pub(super) async fn rows(server: &Postgres, table: &str, count: u64) -> Result<Rate, Failure> {
    const ROWS: u64 = 2_000;
    let create = format!(r#"CREATE TABLE "{table}" ("UID" text, "GroupId" text, "Data" jsonb, PRIMARY KEY ("GroupId", "UID"))"#);
    server.session().await.batch_execute(&create).await?;
    let upsert = format!(
        r#"INSERT INTO "{table}" ("UID", "GroupId", "Data") SELECT * FROM unnest($1::text[], $2::text[], ($3::text[])::jsonb[])
           ON CONFLICT ("GroupId", "UID") DO UPDATE SET "Data" = excluded."Data""#
    );
    let mut sessions = Vec::new();
    for _ in 0..BATCHES {
        let session = server.session().await;
        let statement = session.prepare(&upsert).await?;
        sessions.push(Arc::new((session, statement)));
    }
    let sessions = Arc::new(sessions);
    let write = move |call: u64| {
        let one = sessions[(call % BATCHES) as usize].clone();
        async move {
            let numbers = call * ROWS..(call + 1) * ROWS;
            let ids: Vec<String> = numbers.clone().map(|number| number.to_string()).collect();
            let groups = vec!["acme"; ids.len()];
            let documents: Vec<String> = numbers.map(data).collect();
            one.0.execute(&one.1, &[&ids, &groups, &documents]).await.map(drop).map_err(Failure::from)
        }
    };
    Rate::of(count, at_once(count / ROWS, BATCHES, write)).await
}
