//! S3 destinations against two servers of different strictness: moto enforces IAM policies and session tokens, s3s-fs verifies
//! every signature and checksum.
//!
//! Doubles: the messages and credentials of `ampline_tests::host`, and a proxy of ours that answers as an overloaded or broken S3
//! does. Oracles: boto3, Amazon's own client for Python, reads what was stored; the servers judge signatures by code of their own.

use std::{
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
use ampline_core::{
    message::Envelope,
    outcome::{Failure, FailureClass},
};
use ampline_tests::{
    faults::{Answer, Rule},
    host::{Host, batch, message, to_loopback, told},
    requirement::require,
    services::{
        aws::{Keys, StoredObject},
        moto::Moto,
        proxy::Proxy,
        s3s::S3s,
    },
};
use serde_json::{Value, json};

const BUCKET: &str = "loopback-bucket";
const KEY_BY_ID: &str = r#"join('', [metadata.objectName, '/', metadata."event-id", '.json'])"#;

fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("sinks")
}

async fn host(keys: &Keys) -> Host {
    host_with(keys, to_loopback()).await
}

async fn host_with(keys: &Keys, http: HttpOptions) -> Host {
    let mut given = vec![("awsKeyId", keys.id.as_str()), ("awsSecretKey", keys.secret.as_str())];
    given.extend(keys.token.as_deref().map(|token| ("awsSessionToken", token)));
    Host::load(&cache(), &given, http, Limits::default()).await
}

fn config(url: &str, extra: Value) -> Value {
    let mut config = json!({"bucket": BUCKET, "region": "us-east-1", "endpointUrl": url, "keyTemplate": KEY_BY_ID});
    config.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap_or_default());
    config
}

async fn open(host: &Host, url: &str, extra: Value) -> Box<dyn SinkInstance> {
    host.open("s3", config(url, extra)).await.unwrap()
}

/// Delivers one message and gives the failure.
async fn failure(instance: &mut Box<dyn SinkInstance>) -> Failure {
    let report = instance.deliver(batch([message(1, 10)])).await;
    told(&report).remove(0).unwrap_err()
}

fn stored<'a>(objects: &'a [StoredObject], envelope: &Envelope) -> &'a StoredObject {
    let key = format!("contacts/{}.json", envelope.metadata.event_id);
    objects.iter().find(|object| object.key == key).unwrap_or_else(|| panic!("no {key} among {objects:#?}"))
}

/// The CRC-32 of zlib, bit by bit, in Base64: what S3 calls `ChecksumCRC32`.
fn crc32(bytes: &[u8]) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    });
    BASE64_STANDARD.encode((!crc).to_be_bytes())
}

#[tokio::test]
async fn every_message_becomes_one_object_as_the_page_says() {
    let Some(moto) = require("every_message_becomes_one_object", "moto", Moto::start()) else { return };
    moto.looking().create(&[BUCKET], &[]).unwrap();
    let host = host(&Keys::pair("any", "any")).await;
    let messages: Vec<_> = (0..100).map(|number| message(number, 200)).collect();
    let report = open(&host, &moto.url(), json!({"storageClass": "standard_ia"})).await.deliver(batch(messages.clone())).await;
    let objects = moto.looking().objects(BUCKET).unwrap();
    assert_eq!(objects.len(), 100);
    for (envelope, said) in messages.iter().zip(told(&report)) {
        let object = stored(&objects, envelope);
        let body = [br#"{"data":"#, &envelope.body[..], b"}"].concat();
        assert_eq!(object.body.as_bytes(), body, "the stored bytes, not a copy of their meaning");
        assert_eq!(object.content_type.as_deref(), Some("application/json"));
        assert_eq!(object.storage_class, "STANDARD_IA");
        assert_eq!(object.crc32, Some(crc32(&body)));
        assert_eq!(said.unwrap(), format!("s3://{BUCKET}/{}, ETag {}", object.key, object.etag));
        let metadata = serde_json::to_value(&envelope.metadata).unwrap();
        let lower = metadata.as_object().unwrap().iter().map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap()));
        let lower: Vec<_> = lower.collect();
        assert_eq!(object.metadata.len(), lower.len(), "{:?}", object.metadata);
        for (name, value) in lower {
            assert_eq!(object.metadata.get(&name).map(String::as_str), Some(value), "{name}");
        }
    }
}

#[tokio::test]
async fn a_retry_overwrites_and_a_bare_body_is_the_message() {
    let Some(moto) = require("a_retry_overwrites", "moto", Moto::start()) else { return };
    moto.looking().create(&[BUCKET], &[]).unwrap();
    let host = host(&Keys::pair("any", "any")).await;
    let mut instance = open(&host, &moto.url(), json!({"envelope": "none"})).await;
    for _ in 0..3 {
        assert!(told(&instance.deliver(batch([message(7, 10)])).await)[0].is_ok());
    }
    let mut strange = message(8, 10);
    strange.metadata.object_name = "Größe/ü 1".to_owned();
    assert!(told(&instance.deliver(batch([strange.clone()])).await)[0].is_ok());
    let objects = moto.looking().objects(BUCKET).unwrap();
    assert_eq!(objects.len(), 2, "{objects:#?}");
    assert_eq!(stored(&objects, &message(7, 10)).body.as_bytes(), message(7, 10).body);
    let key = format!("Größe/ü 1/{}.json", strange.metadata.event_id);
    let other = objects.iter().find(|object| object.key == key).unwrap();
    // "Größe/ü 1", as RFC 2047 writes it.
    assert_eq!(other.metadata["objectname"], "=?UTF-8?B?R3LDtsOfZS/DvCAx?=");
}

#[tokio::test]
async fn signatures_and_checksums_satisfy_a_server_that_verifies_them() {
    let Some(s3s) = require("signatures_and_checksums", "s3s-fs", S3s::start(&[BUCKET])) else { return };
    let keys = S3s::keys();
    let right = host(&keys).await;
    let large = message(1, 12 << 20);
    let mut odd = message(2, 10);
    odd.metadata.object_name = "a b+c&d=é'(1)!*~".to_owned();
    let mut instance = open(&right, &s3s.url(), json!({})).await;
    instance.probe().await.unwrap();
    let report = instance.deliver(batch([large.clone(), odd.clone(), message(3, 10)])).await;
    assert!(told(&report).iter().all(Result::is_ok), "{:?}", told(&report));
    for envelope in [large, odd, message(3, 10)] {
        let key = format!("{}/{}.json", envelope.metadata.object_name, envelope.metadata.event_id);
        let body = std::fs::read(s3s.file(BUCKET, &key)).unwrap();
        assert!(body == [br#"{"data":"#, &envelope.body[..], b"}"].concat(), "{key}: {} bytes", body.len());
    }
    for (wrong, code) in [
        (Keys::pair(&keys.id, "not-the-secret"), "aws.SignatureDoesNotMatch"),
        (Keys::pair("AKIDNOBODY", &keys.secret), "aws.NotSignedUp"),
    ] {
        let failure = failure(&mut open(&host(&wrong).await, &s3s.url(), json!({})).await).await;
        assert_eq!((failure.code.as_str(), failure.class), (code, FailureClass::Blocked), "{failure:?}");
        assert!(failure.message.contains("check awsKeyId") && !failure.message.contains(&wrong.secret), "{failure:?}");
    }
}

#[tokio::test]
async fn credentials_are_judged_and_explained() {
    let Some(mut moto) = require("credentials_are_judged", "moto", Moto::start()) else { return };
    moto.looking().create(&[BUCKET, "another-bucket"], &[]).unwrap();
    let users = moto.enforce(BUCKET).await.unwrap();
    for user in ["writer", "session", "admin"] {
        let mut instance = open(&host(&users[user]).await, &moto.url(), json!({})).await;
        let report = instance.deliver(batch([message(1, 10)])).await;
        assert!(told(&report)[0].is_ok(), "{user}: {:?}", told(&report));
        // The writer may not look at the bucket, which says nothing against it.
        instance.probe().await.unwrap_or_else(|failure| panic!("{user}: {failure:?}"));
    }
    let (writer, session) = (&users["writer"], &users["session"]);
    let with_token = |token: Option<&str>| Keys { token: token.map(str::to_owned), ..session.clone() };
    for (keys, bucket, code, remedy) in [
        (Keys::pair(&writer.id, "not-the-secret"), BUCKET, "aws.SignatureDoesNotMatch", "awsSecretKey"),
        (Keys::pair("AKIANOBODYATALL00000", "x"), BUCKET, "aws.InvalidAccessKeyId", "awsKeyId"),
        (with_token(None), BUCKET, "aws.InvalidAccessKeyId", "awsSessionToken"),
        (with_token(Some("bogus-session-token")), BUCKET, "aws.InvalidToken", "awsSessionToken"),
        (users["stranger"].clone(), BUCKET, "aws.AccessDenied", "s3:PutObject"),
        (writer.clone(), "another-bucket", "aws.AccessDenied", "s3:PutObject"),
    ] {
        let host = host(&keys).await;
        let mut instance = open(&host, &moto.url(), json!({"bucket": bucket})).await;
        let failure = failure(&mut instance).await;
        assert_eq!((failure.code.as_str(), failure.class), (code, FailureClass::Blocked), "{failure:?}");
        assert!(failure.message.contains(bucket) && failure.message.contains(remedy), "{}", failure.message);
        for secret in [Some(&keys.secret), keys.token.as_ref()].into_iter().flatten().filter(|secret| secret.len() > 1) {
            assert!(!failure.message.contains(secret), "{}", failure.message);
        }
        let probed = instance.probe().await;
        // A probe tells bad credentials; that a policy allows no look at the bucket says nothing.
        assert_eq!(probed.is_err(), code != "aws.AccessDenied", "{code}: {probed:?}");
    }
}

#[tokio::test]
async fn credentials_that_are_replaced_are_used_at_once() {
    let Some(s3s) = require("credentials_that_are_replaced", "s3s-fs", S3s::start(&[BUCKET])) else { return };
    let keys = S3s::keys();
    let host = host(&Keys::pair(&keys.id, "the-secret-of-yesterday")).await;
    let mut instance = open(&host, &s3s.url(), json!({})).await;
    assert_eq!(failure(&mut instance).await.code, "aws.SignatureDoesNotMatch");
    host.rotate(&[("awsKeyId", &keys.id), ("awsSecretKey", &keys.secret)]);
    assert!(told(&instance.deliver(batch([message(1, 10)])).await)[0].is_ok());
}

#[tokio::test]
async fn what_only_the_other_side_knows_fails_in_its_words() {
    use FailureClass::{Blocked, Rejected};
    let Some(moto) = require("what_only_the_other_side_knows", "moto", Moto::start()) else { return };
    let Some(s3s) = require("what_only_the_other_side_knows", "s3s-fs", S3s::start(&[BUCKET])) else { return };
    let (any, s3s_keys) = (host(&Keys::pair("any", "any")).await, host(&S3s::keys()).await);
    let missing = "The specified bucket does not exist";
    for (host, url, extra, class, code, words) in [
        (&any, moto.url(), json!({}), Blocked, "aws.NoSuchBucket", missing),
        (&s3s_keys, s3s.url(), json!({"storageClass": "STANDARD_IA"}), Blocked, "aws.InvalidStorageClass", "storageClass"),
        (
            &any,
            moto.url(),
            json!({"keyTemplate": "data.result[0].nothing"}),
            Rejected,
            "template.failed",
            "keyTemplate gives no key",
        ),
        // Refused before it is sent, or by the server: rejected all the same.
        (&s3s_keys, s3s.url(), json!({"keyTemplate": "data.result[0].fields.note"}), Rejected, "", "nnn"),
    ] {
        let mut instance = open(host, &url, extra.clone()).await;
        let report = instance.deliver(batch([message(1, 2_000)])).await;
        let failure = told(&report).remove(0).unwrap_err();
        assert!(failure.class == class && (code.is_empty() || failure.code == code), "{extra}: {failure:?}");
        assert!(failure.message.contains(words), "{extra}: {}", failure.message);
    }
    let probed = open(&any, &moto.url(), json!({})).await.probe().await.unwrap_err();
    assert_eq!((probed.class, probed.message.contains("create the bucket")), (Blocked, true), "{probed:?}");
}

#[tokio::test]
async fn a_bucket_elsewhere_an_overload_and_a_broken_server_are_told_apart() {
    use FailureClass::{Blocked, Throttled, Transient};
    let Some(s3s) = require("a_bucket_elsewhere", "s3s-fs", S3s::start(&[BUCKET])) else { return };
    let proxy = Proxy::start(&s3s.url()).unwrap();
    let http = HttpOptions { timeout: Duration::from_millis(800), ..to_loopback() };
    let mut instance = open(&host_with(&S3s::keys(), http).await, &proxy.url(), json!({})).await;
    let xml = |status, code: &str, words: &str| Answer::Status {
        status,
        retry_after: None,
        body: Some(format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{words}</Message></Error>")),
        content_type: Some("application/xml".to_owned()),
    };
    for (answer, class, code, words, maybe_applied) in [
        (xml(503, "SlowDown", "Please reduce your request rate."), Throttled, "aws.SlowDown", "reduce your", false),
        (xml(500, "InternalError", "We encountered an error."), Transient, "aws.InternalError", "encountered", true),
        (xml(403, "RequestTimeTooSkewed", "The difference is too large."), Transient, "aws.RequestTimeTooSkewed", "clock", false),
        (xml(301, "PermanentRedirect", "Use another endpoint."), Blocked, "aws.PermanentRedirect", "region", false),
        (xml(400, "ExpiredToken", "The token has expired."), Blocked, "aws.ExpiredToken", "fresh credentials", false),
        (xml(400, "KeyTooLongError", "Too long."), FailureClass::Rejected, "aws.KeyTooLongError", "contacts/", false),
        (Answer::Reset, Transient, "http.reset", "", true),
        (Answer::Stall, Transient, "http.timeout", "gave no answer within", true),
        (
            Answer::Status { status: 502, retry_after: None, body: Some("bad gateway".into()), content_type: None },
            Transient,
            "http.502",
            "bad gateway",
            true,
        ),
    ] {
        let before = proxy.requests();
        proxy.rule(Rule::answer(1, answer.clone()));
        let failure = failure(&mut instance).await;
        assert_eq!((failure.class, failure.code.as_str()), (class, code), "{answer:?}: {failure:?}");
        assert!(failure.message.contains(words), "{answer:?}: {}", failure.message);
        assert_eq!(failure.maybe_applied, maybe_applied, "{answer:?}");
        assert_eq!(proxy.requests() - before, 1, "{answer:?}: the schedule repeats requests, not the SDK");
    }
    // What failed was retried by nobody here; the next message goes through, over the same client.
    assert!(told(&instance.deliver(batch([message(5, 10)])).await)[0].is_ok());
}

#[tokio::test]
async fn one_failure_in_a_batch_fails_one_message() {
    let Some(s3s) = require("one_failure_in_a_batch", "s3s-fs", S3s::start(&[BUCKET])) else { return };
    let proxy = Proxy::start(&s3s.url()).unwrap();
    let mut instance = open(&host(&S3s::keys()).await, &proxy.url(), json!({})).await;
    proxy.rule(Rule { every: Some(10), times: None, ..Rule::status(1, 503) });
    let messages: Vec<_> = (0..50).map(|number| message(number, 10)).collect();
    let report = instance.deliver(batch(messages.clone())).await;
    let failed = told(&report).iter().filter(|told| told.is_err()).count();
    assert_eq!(failed, 5);
    for (envelope, told) in messages.iter().zip(told(&report)) {
        let key = format!("contacts/{}.json", envelope.metadata.event_id);
        assert_eq!(s3s.file(BUCKET, &key).is_file(), told.is_ok(), "{key}: {told:?}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_refused_is_never_dialled() {
    let Some(s3s) = require("an_endpoint_that_is_refused", "s3s-fs", S3s::start(&[BUCKET])) else { return };
    let proxy = Proxy::start(&s3s.url()).unwrap();
    for keys in [vec![("awsKeyId", "a"), ("awsSecretKey", "b")], vec![]] {
        for url in [proxy.url(), proxy.url().replace("127.0.0.1", "localhost")] {
            let http = HttpOptions { addresses: AddressPolicy::Public(Vec::new()), ..to_loopback() };
            let host = Host::load(&cache(), &keys, http, Limits::default()).await;
            let failure = failure(&mut open(&host, &url, json!({})).await).await;
            assert_eq!((failure.code.as_str(), failure.class), ("http.address", FailureClass::Blocked), "{failure:?}");
            assert!(failure.message.contains("which is loopback"), "{failure:?}");
        }
    }
    assert_eq!(proxy.requests(), 0);
}

#[tokio::test]
async fn half_a_pair_of_keys_signs_nothing() {
    for (given, words) in [
        (vec![("awsKeyId", "AKID")], "no awsSecretKey"),
        (vec![("awsSecretKey", "s")], "no awsKeyId"),
        (vec![("awsSessionToken", "t")], "no keys"),
        (vec![("awsKeyId", ""), ("awsSecretKey", "s")], "awsKeyId is empty"),
    ] {
        let host = Host::load(&cache(), &given, to_loopback(), Limits::default()).await;
        let failure = failure(&mut open(&host, "http://127.0.0.1:9", json!({})).await).await;
        assert_eq!((failure.code.as_str(), failure.class), ("aws.credentials", FailureClass::Blocked), "{failure:?}");
        assert!(failure.message.contains(words), "{failure:?}");
    }
}

#[tokio::test]
async fn every_field_is_judged_with_its_place_and_remedy() {
    let host = host(&Keys::pair("any", "any")).await;
    for (extra, pointer, remedy) in [
        (json!({"bucket": "My_Bucket"}), "/bucket", "lower-case"),
        (json!({"bucket": null}), "/bucket", "must be a text"),
        (json!({"region": "us-east"}), "/region", "us-east-1"),
        (json!({"keyTemplate": "join('/', [metadata.objectName"}), "/keyTemplate", ""),
        (json!({"storageClass": "COLD"}), "/storageClass", "STANDARD_IA"),
        (json!({"endpointUrl": "http://minio.example:9000"}), "/endpointUrl", "https"),
        (json!({"envelope": "wrapped"}), "/envelope", "data"),
        (json!({"awsKeyId": "AKID"}), "/awsKeyId", "not known"),
    ] {
        let mut config = json!({"bucket": BUCKET, "region": "us-east-1"});
        config.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap());
        let faults = host.faults("s3", &config).await;
        let [(at, message)] = &faults[..] else { panic!("{extra}: {faults:?}") };
        assert!(at == pointer && message.contains(remedy), "{extra}: {at}: {message}");
    }
}
