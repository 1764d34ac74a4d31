//! Kinesis destinations against an emulator with real shards and record limits (kinesis-local), one that enforces IAM (moto), and a
//! proxy of ours that throttles single records, which no emulator does.
//!
//! Doubles: the messages and credentials of `ampline_tests::host`. Oracles: boto3 reads what was stored, and Python's MD5 says
//! which shard each partition key belongs to.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use ampline::{
    network::AddressPolicy,
    sink::{
        SinkInstance,
        wasm::{HttpOptions, Limits},
    },
};
use ampline_core::outcome::FailureClass;
use ampline_tests::{
    faults::{Answer, Rule},
    host::{Host, batch, message, to_loopback, told},
    requirement::require,
    services::{
        aws::{Keys, StoredRecord},
        kinesis::KinesisLocal,
        moto::Moto,
        proxy::{Proxy, Throttle},
    },
};
use serde_json::{Value, json};

const STREAM: &str = "loopback-stream";
const SHARDS: u32 = 4;
const MIB: usize = 1 << 20;

fn emulator(test: &str) -> Option<KinesisLocal> {
    require(test, "kinesis-local", KinesisLocal::start(&[(STREAM, SHARDS)]))
}

fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("sinks")
}

async fn host(keys: &Keys) -> Host {
    let mut given = vec![("awsKeyId", keys.id.as_str()), ("awsSecretKey", keys.secret.as_str())];
    given.extend(keys.token.as_deref().map(|token| ("awsSessionToken", token)));
    Host::load(&cache(), &given, to_loopback(), Limits::default()).await
}

async fn any_host() -> Host {
    host(&Keys::pair("any", "any")).await
}

fn config(url: &str, extra: Value) -> Value {
    let mut config = json!({"streamName": STREAM, "region": "us-east-1", "endpointUrl": url});
    config.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap_or_default());
    config
}

async fn open(host: &Host, url: &str, extra: Value) -> Box<dyn SinkInstance> {
    host.open("kinesis", config(url, extra)).await.unwrap()
}

fn by_event_id(records: &[StoredRecord]) -> BTreeMap<String, &StoredRecord> {
    let id = |record: &StoredRecord| {
        let data: Value = serde_json::from_str(&record.data).unwrap();
        data["metadata"]["event-id"].as_str().unwrap().to_owned()
    };
    records.iter().map(|record| (id(record), record)).collect()
}

#[tokio::test]
async fn every_message_becomes_one_record_in_the_shard_of_its_key() {
    let Some(kinesis) = emulator("every_message_becomes_one_record") else { return };
    let mut instance = open(&any_host().await, &kinesis.url(), json!({})).await;
    instance.probe().await.unwrap();
    let messages: Vec<_> = (0..500).map(|number| message(number, 50)).collect();
    let report = instance.deliver(batch(messages.clone())).await;
    let records = kinesis.looking().records(STREAM).unwrap();
    assert_eq!(records.len(), 500);
    let found = by_event_id(&records);
    for (envelope, said) in messages.iter().zip(told(&report)) {
        let record = found[&envelope.metadata.event_id];
        assert_eq!(record.key, envelope.metadata.event_id, "the event id, where there is no template");
        assert!(record.in_range, "{} lies in {}", record.key, record.shard);
        assert_eq!(said.unwrap(), format!("shard {}, sequence number {}", record.shard, record.sequence_number));
        let metadata = serde_json::to_string(&envelope.metadata).unwrap();
        let (head, tail) = record.data.split_once(std::str::from_utf8(&envelope.body).unwrap()).expect("the stored bytes");
        assert_eq!(head, r#"{"data":"#);
        let told: Value = serde_json::from_str(tail.strip_prefix(r#","metadata":"#).unwrap().strip_suffix('}').unwrap()).unwrap();
        assert_eq!(told, serde_json::from_str::<Value>(&metadata).unwrap());
    }
    let shards: BTreeSet<_> = records.iter().map(|record| &record.shard).collect();
    assert_eq!(shards.len(), SHARDS as usize, "500 keys fall into every shard");
}

#[tokio::test]
async fn partition_keys_come_from_a_template_and_fall_back_to_the_event_id() {
    let Some(kinesis) = emulator("partition_keys") else { return };
    let template = "data.result[0].fields.note";
    for spelling in ["partitionKeyTemplate", "kinesisPartitionKeyTemplate"] {
        let mut instance = open(&any_host().await, &kinesis.url(), json!({spelling: template})).await;
        let messages = [message(1, 256), message(2, 1), message(3, 0)];
        let report = instance.deliver(batch(messages.clone())).await;
        let said: Vec<_> = told(&report).into_iter().map(Result::unwrap).collect();
        let records = kinesis.looking().records(STREAM).unwrap();
        let found = by_event_id(&records);
        let key = |at: usize| found[&messages[at].metadata.event_id].key.clone();
        assert_eq!((key(0), key(1)), ("n".repeat(256), "n".to_owned()));
        assert_eq!(key(2), messages[2].metadata.event_id, "an empty text gives no key");
        assert!(said[2].contains("; ") && !said[0].contains("; "), "the log says that and why: {said:?}");
    }
}

#[tokio::test]
async fn a_message_too_large_for_the_stream_goes_out_in_the_url_form() {
    let Some(kinesis) = emulator("a_message_too_large") else { return };
    let host = any_host().await;
    let around = {
        let mut instance = open(&host, &kinesis.url(), json!({})).await;
        assert!(told(&instance.deliver(batch([message(9, 0)])).await)[0].is_ok());
        let records = kinesis.looking().records(STREAM).unwrap();
        records[0].data.len() + records[0].key.len()
    };
    // The last message that fits inline with its key and metadata, and the first that does not.
    let (fits, exceeds) = (message(1, MIB - around), message(2, MIB - around + 1));
    let mut instance = open(&host, &kinesis.url(), json!({})).await;
    let report = instance.deliver(batch([fits.clone(), exceeds.clone(), message(3, 3 * MIB)])).await;
    assert!(told(&report).iter().all(Result::is_ok), "{:?}", told(&report));
    let records = kinesis.looking().records(STREAM).unwrap();
    let found = by_event_id(&records);
    let inline = found[&fits.metadata.event_id];
    assert_eq!(inline.data.len() + inline.key.len(), MIB);
    let data: Value = serde_json::from_str(&found[&exceeds.metadata.event_id].data).unwrap();
    assert_eq!((&data["data"]["resultInfo"]["type"], &data["data"]["resultInfo"]["numRecords"]), (&json!("url"), &json!(1)));
    assert!(data["data"]["resultInfo"]["downloadUrl"].as_str().unwrap().starts_with("http://ampline.test/downloads/"));
    assert!(data["data"].get("result").is_none() && data["metadata"]["event-id"] == exceeds.metadata.event_id);

    kinesis.looking().resize(STREAM, 2_048).unwrap();
    let mut instance = open(&host, &kinesis.url(), json!({"maxRecordKiB": 2048})).await;
    let report = instance.deliver(batch([message(4, MIB + MIB / 2), message(5, 2 * MIB)])).await;
    assert!(told(&report).iter().all(Result::is_ok), "{:?}", told(&report));
    let records = kinesis.looking().records(STREAM).unwrap();
    let found = by_event_id(&records);
    let inline = |number| found[&message(number, 0).metadata.event_id].data.contains("\"inline\"");
    assert_eq!([inline(4), inline(5)], [true, false]);
}

#[tokio::test]
async fn a_record_that_the_stream_refuses_does_not_take_others_with_it() {
    let Some(kinesis) = emulator("a_record_that_the_stream_refuses") else { return };
    // The operator says 2 MiB, but the stream takes 1: the emulator refuses the whole call.
    let mut instance = open(&any_host().await, &kinesis.url(), json!({"maxRecordKiB": 2048})).await;
    let mut messages: Vec<_> = (0..9).map(|number| message(number, 10)).collect();
    messages.insert(4, message(100, MIB + MIB / 2));
    let report = instance.deliver(batch(messages)).await;
    for (place, told) in told(&report).into_iter().enumerate() {
        match told {
            Ok(_) => assert_ne!(place, 4),
            Err(failure) => {
                assert_eq!((place, failure.class), (4, FailureClass::Rejected), "{failure:?}");
                assert!(failure.code.starts_with("aws.") && failure.message.contains("maxRecordKiB"), "{failure:?}");
            }
        }
    }
    assert_eq!(kinesis.looking().records(STREAM).unwrap().len(), 9, "each once");
}

#[tokio::test]
async fn only_throttled_records_are_sent_again_and_the_last_word_is_the_schedules() {
    let Some(kinesis) = emulator("only_throttled_records") else { return };
    let proxy = Proxy::start(&kinesis.url()).unwrap();
    let mut instance = open(&any_host().await, &proxy.url(), json!({})).await;
    let messages: Vec<_> = (0..30).map(|number| message(number, 10)).collect();
    proxy.throttle(Throttle { every: 7, times: 4 });
    let report = instance.deliver(batch(messages.clone())).await;
    assert!(told(&report).iter().all(Result::is_ok), "{:?}", told(&report));
    let calls = proxy.take_calls();
    let id = |at: usize| messages[at].metadata.event_id.clone();
    assert_eq!(calls[0].len(), 30);
    assert_eq!(calls[1..], [vec![id(6), id(13), id(20), id(27)]], "those that were throttled and no others, in their order");
    assert_eq!(kinesis.looking().records(STREAM).unwrap().len(), 30, "each once");

    proxy.throttle(Throttle { every: 1, times: usize::MAX });
    let report = instance.deliver(batch(messages.into_iter().take(3))).await;
    for told in told(&report) {
        let failure = told.unwrap_err();
        assert_eq!(failure.class, FailureClass::Throttled);
        assert_eq!(failure.code, "aws.ProvisionedThroughputExceededException");
        assert!(failure.message.contains("Rate exceeded") && !failure.maybe_applied, "{failure:?}");
    }
    assert_eq!(proxy.take_calls().iter().map(Vec::len).collect::<Vec<_>>(), [3; 4], "four times, no more");
}

#[tokio::test]
async fn calls_keep_within_the_limits_of_put_records() {
    let Some(kinesis) = emulator("calls_keep_within_the_limits") else { return };
    let proxy = Proxy::start(&kinesis.url()).unwrap();
    let mut instance = open(&any_host().await, &proxy.url(), json!({})).await;
    let report = instance.deliver(batch((0..501).map(|number| message(number, 10)))).await;
    assert!(told(&report).iter().all(Result::is_ok));
    let mut lens: Vec<_> = proxy.take_calls().iter().map(Vec::len).collect();
    lens.sort_unstable();
    assert_eq!(lens, [1, 500]);
    let report = instance.deliver(batch((1_000..1_006).map(|number| message(number, MIB - 2_000)))).await;
    assert!(told(&report).iter().all(Result::is_ok));
    let mut lens: Vec<_> = proxy.take_calls().iter().map(Vec::len).collect();
    lens.sort_unstable();
    assert_eq!(lens, [1, 5], "5 MiB a call");
}

#[tokio::test]
async fn credentials_are_judged_and_explained() {
    let Some(mut moto) = require("credentials_are_judged", "moto", Moto::start()) else { return };
    moto.looking().create(&[], &[(STREAM, 1)]).unwrap();
    let users = moto.enforce("unused").await.unwrap();
    for user in ["writer", "session", "admin"] {
        let report = open(&host(&users[user]).await, &moto.url(), json!({})).await.deliver(batch([message(1, 10)])).await;
        assert!(told(&report)[0].is_ok(), "{user}: {:?}", told(&report));
    }
    let (writer, session) = (&users["writer"], &users["session"]);
    for (keys, words) in [
        (Keys::pair(&writer.id, "not-the-secret"), "SignatureDoesNotMatch"),
        (Keys::pair("AKIANOBODYATALL00000", "some-secret"), "InvalidClientTokenId"),
        (Keys { token: None, ..session.clone() }, "InvalidClientTokenId"),
        (Keys { token: Some("bogus-session-token".to_owned()), ..session.clone() }, "InvalidClientTokenId"),
        (users["stranger"].clone(), "not authorized to perform: kinesis:PutRecords"),
    ] {
        let mut instance = open(&host(&keys).await, &moto.url(), json!({})).await;
        let failure = told(&instance.deliver(batch([message(1, 10)])).await).remove(0).unwrap_err();
        assert_eq!(failure.class, FailureClass::Blocked, "{failure:?}");
        assert!(failure.message.contains(STREAM) && failure.message.contains(words), "{}", failure.message);
        assert!(!failure.message.contains(&keys.secret) && !failure.message.contains("bogus-session"), "{}", failure.message);
    }
}

#[tokio::test]
async fn what_only_the_other_side_knows_fails_in_its_words() {
    use FailureClass::{Blocked, Throttled, Transient};
    let Some(kinesis) = emulator("what_only_the_other_side_knows") else { return };
    let host = any_host().await;
    let mut instance = open(&host, &kinesis.url(), json!({"streamName": "no-such-stream"})).await;
    let failure = told(&instance.deliver(batch([message(1, 10)])).await).remove(0).unwrap_err();
    assert_eq!((failure.class, failure.code.as_str()), (Blocked, "aws.ResourceNotFoundException"), "{failure:?}");
    assert!(failure.message.contains("no-such-stream") && failure.message.contains("create the stream"), "{failure:?}");
    let probed = instance.probe().await.unwrap_err();
    assert_eq!((probed.class, probed.code.as_str()), (Blocked, "aws.ResourceNotFoundException"), "{probed:?}");

    let proxy = Proxy::start(&kinesis.url()).unwrap();
    let http = HttpOptions { timeout: Duration::from_millis(800), ..to_loopback() };
    let keys = [("awsKeyId", "any"), ("awsSecretKey", "any")];
    let host = Host::load(&cache(), &keys, http, Limits::default()).await;
    let mut instance = open(&host, &proxy.url(), json!({})).await;
    let says = |status, code: &str, words: &str| Answer::Status {
        status,
        retry_after: None,
        body: Some(json!({"__type": code, "message": words}).to_string()),
        content_type: Some("application/x-amz-json-1.1".to_owned()),
    };
    for (answer, class, code, words) in [
        (says(400, "ExpiredTokenException", "The security token has expired"), Blocked, "aws.ExpiredTokenException", "fresh"),
        (says(400, "AccessDeniedException", "not authorized"), Blocked, "aws.AccessDeniedException", "kinesis:PutRecords"),
        (says(400, "KMSDisabledException", "key is disabled"), Blocked, "aws.KMSDisabledException", "encryption key"),
        (says(400, "KMSThrottlingException", "slow down"), Throttled, "aws.KMSThrottlingException", "slow down"),
        (says(400, "LimitExceededException", "too many"), Throttled, "aws.LimitExceededException", "too many"),
        (says(500, "InternalFailure", "our fault"), Transient, "aws.InternalFailure", "our fault"),
        (says(200, "", ""), Transient, "aws.answer", "0 results"),
        (Answer::Reset, Transient, "http.reset", ""),
        (Answer::Stall, Transient, "http.timeout", "gave no answer within"),
    ] {
        proxy.rule(Rule::answer(1, answer.clone()));
        let failure = told(&instance.deliver(batch([message(1, 10)])).await).remove(0).unwrap_err();
        assert_eq!((failure.class, failure.code.as_str()), (class, code), "{answer:?}: {failure:?}");
        assert!(failure.message.contains(words), "{answer:?}: {}", failure.message);
    }
}

#[tokio::test]
async fn an_endpoint_that_is_refused_is_never_dialled() {
    let Some(kinesis) = emulator("an_endpoint_that_is_refused") else { return };
    let proxy = Proxy::start(&kinesis.url()).unwrap();
    let http = HttpOptions { addresses: AddressPolicy::Public(Vec::new()), ..to_loopback() };
    let host = Host::load(&cache(), &[], http, Limits::default()).await;
    let mut instance = open(&host, &proxy.url(), json!({})).await;
    let failure = told(&instance.deliver(batch([message(1, 10)])).await).remove(0).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.class), ("http.address", FailureClass::Blocked), "{failure:?}");
    assert_eq!(proxy.requests(), 0);
}

#[tokio::test]
async fn every_field_is_judged_with_its_place_and_remedy() {
    let host = any_host().await;
    for (extra, pointer, remedy) in [
        (json!({"streamName": "a stream"}), "/streamName", "letters"),
        (json!({"kinesisStreamName": "another"}), "/kinesisStreamName", "differs from streamName"),
        (json!({"region": "us-east"}), "/region", "us-east-1"),
        (json!({"kinesisRegion": "eu-west-1"}), "/kinesisRegion", "differs from region"),
        (json!({"kinesisEndpointUrl": "http://kinesis.example"}), "/kinesisEndpointUrl", "https"),
        (json!({"partitionKeyTemplate": "join("}), "/partitionKeyTemplate", ""),
        (json!({"kinesisPartitionKeyTemplate": "a ||"}), "/kinesisPartitionKeyTemplate", ""),
        (json!({"maxRecordKiB": 512}), "/maxRecordKiB", "1024 to 10240"),
        (json!({"bucket": "b"}), "/bucket", "not known"),
    ] {
        let mut config = json!({"streamName": STREAM, "region": "us-east-1"});
        config.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap());
        let faults = host.faults("kinesis", &config).await;
        let [(at, message)] = &faults[..] else { panic!("{extra}: {faults:?}") };
        assert!(at == pointer && message.contains(remedy), "{extra}: {at}: {message}");
    }
}
