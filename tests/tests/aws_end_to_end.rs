//! The real binary between an emulated HubSpot and servers of AWS' protocols: every record that was read is in the bucket or the
//! stream, whatever the credentials come from, and what was refused waits and is delivered once a person has acted.
//!
//! Doubles: HubSpot, and a service that hands out credentials as those of containers do. Oracles: boto3 reads what was stored, the
//! emulator's own list of records says what must be there, and moto verifies signatures, session tokens and policies.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use ampline_tests::{
    hubspot::Options,
    loopback::{Gate, Server, TlsFront},
    requirement::require,
    runtime::{RuntimeClient, RuntimeProcess},
    services::{aws::Keys, kinesis::KinesisLocal, moto::Moto},
    world::{World, contacts},
};
use axum::{Json, Router, routing::get};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(100);
const CONTACTS: u64 = 250;
const BUCKET: &str = "loopback-bucket";
const STREAM: &str = "loopback-stream";

const STATIC: &str = r#"secrets = { awsKeyId = { env = "AWS_TEST_ID" }, awsSecretKey = { env = "AWS_TEST_SECRET" } }"#;
const WITH_TOKEN: &str = r#"secrets = { awsKeyId = { env = "AWS_TEST_ID" }, awsSecretKey = { env = "AWS_TEST_SECRET" }, awsSessionToken = { env = "AWS_TEST_TOKEN" } }"#;

fn bucket(url: &str, secrets: &str) -> String {
    format!(
        r#"[destinations.aws]
type = "s3"
bucket = "{BUCKET}"
region = "us-east-1"
endpointUrl = "{url}"
keyTemplate = "join('/', [metadata.objectName, metadata.operationId, metadata.\"event-id\"])"
{secrets}
"#
    )
}

/// A world whose runtime finds no credentials of this machine by accident.
fn world(folder: &Path, destinations: &str) -> World {
    let manifest = contacts("aws", "*/10 * * * *");
    let mut world = World::new(folder, Options::default().with("contacts", CONTACTS), &manifest, destinations).unwrap();
    let nowhere = folder.join("nowhere").display().to_string();
    for (name, value) in [
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", &nowhere),
        ("AWS_SHARED_CREDENTIALS_FILE", &nowhere),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_SESSION_TOKEN", ""),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", ""),
        ("AWS_PROFILE", ""),
    ] {
        world.workplace.set(name, value);
    }
    world
}

/// Waits until nothing waits to be delivered and the read has ended.
async fn delivered(client: &RuntimeClient) {
    until(client, |status| {
        let read =
            status["reads"].as_array().is_some_and(|reads| reads.iter().all(|read| read["operation"]["status"] == "success"));
        read && status["destinations"][0]["pending"] == 0
    })
    .await;
}

async fn until(client: &RuntimeClient, holds: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = client.get("status").await.unwrap();
        if holds(&status) {
            return status;
        }
        assert!(Instant::now() < deadline, "not in time: {status:#}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The ids of the records in messages; each message is the value of `data`.
fn ids<'a>(bodies: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let result = |body: &str| serde_json::from_str::<Value>(body).unwrap()["data"]["result"].as_array().cloned().unwrap();
    let id = |record: Value| record["raw"]["id"].as_str().unwrap().to_owned();
    bodies.into_iter().flat_map(result).map(id).collect()
}

fn expected(world: &World) -> BTreeSet<String> {
    world.emulator.state().records("contacts").unwrap().iter().map(|record| record.id.clone()).collect()
}

/// Everything that the runtime wrote holds none of these.
fn nothing_was_told(world: &World, secrets: &[&str]) {
    let log = std::fs::read_to_string(world.workplace.log_file()).unwrap();
    for secret in secrets {
        assert!(!log.contains(secret), "a secret is in the log");
        for entry in std::fs::read_dir(world.workplace.data_dir()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                assert!(
                    !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                    "a secret is in {}",
                    path.display()
                );
            }
        }
    }
}

fn stop(runtime: RuntimeProcess) {
    assert!(runtime.terminate().unwrap().success());
}

async fn enforcing(test: &str) -> Option<(Moto, std::collections::HashMap<String, Keys>)> {
    let mut moto = require(test, "moto", Moto::start())?;
    moto.looking().create(&[BUCKET], &[]).unwrap();
    let users = moto.enforce(BUCKET).await.unwrap();
    Some((moto, users))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_token_from_ampline_toml_brings_every_record_into_the_bucket() {
    let Some((moto, users)) = enforcing("a_session_token_from_ampline_toml").await else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut world = world(folder.path(), &bucket(&moto.url(), WITH_TOKEN));
    let Keys { id, secret, token } = &users["session"];
    let token = token.as_deref().unwrap();
    for (name, value) in [("AWS_TEST_ID", id.as_str()), ("AWS_TEST_SECRET", secret), ("AWS_TEST_TOKEN", token)] {
        world.workplace.set(name, value);
    }
    let runtime = world.workplace.start().unwrap();
    delivered(&runtime.client).await;
    let objects = moto.looking().objects(BUCKET).unwrap();
    assert_eq!(ids(objects.iter().map(|object| object.body.as_str())), expected(&world));
    for object in &objects {
        let metadata = &object.metadata;
        let key = format!("contacts/{}/{}", metadata["operationid"], metadata["event-id"]);
        assert_eq!((&object.key, object.content_type.as_deref()), (&key, Some("application/json")));
    }
    stop(runtime);
    nothing_was_told(&world, &[secret, token]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tls_the_certificate_is_verified_and_signatures_hold() {
    let Some((moto, users)) = enforcing("over_tls_the_certificate_is_verified").await else { return };
    let front = TlsFront::start(moto.address()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem");
    std::fs::write(&authority, front.authority_pem()).unwrap();
    let endpoint = format!("https://localhost:{}", front.address().port());
    for trusted in [false, true] {
        let mut world = world(&folder.path().join(trusted.to_string()), &bucket(&endpoint, STATIC));
        world.workplace.set("AWS_TEST_ID", &users["writer"].id);
        world.workplace.set("AWS_TEST_SECRET", &users["writer"].secret);
        if trusted {
            world.workplace.set("SSL_CERT_FILE", &authority.display().to_string());
        }
        let runtime = world.workplace.start().unwrap();
        if trusted {
            delivered(&runtime.client).await;
            let objects = moto.looking().objects(BUCKET).unwrap();
            assert_eq!(ids(objects.iter().map(|object| object.body.as_str())), expected(&world));
        } else {
            until(&runtime.client, |status| !status["destinations"][0]["failingSince"].is_null()).await;
            assert!(moto.looking().objects(BUCKET).unwrap().is_empty());
        }
        stop(runtime);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_credentials_stop_the_destination_and_good_ones_deliver_its_backlog() {
    let Some((moto, users)) = enforcing("bad_credentials_stop_the_destination").await else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut world = world(folder.path(), &bucket(&moto.url(), STATIC));
    world.workplace.set("AWS_TEST_ID", &users["writer"].id);
    world.workplace.set("AWS_TEST_SECRET", "not-the-secret-of-the-writer");
    let runtime = world.workplace.start().unwrap();
    let status = until(&runtime.client, |status| !status["destinations"][0]["disabledReason"].is_null()).await;
    let reason = status["destinations"][0]["disabledReason"].as_str().unwrap();
    assert!(reason.contains("SignatureDoesNotMatch") && reason.contains("awsSecretKey"), "{reason}");
    stop(runtime);
    nothing_was_told(&world, &["not-the-secret-of-the-writer"]);

    world.workplace.set("AWS_TEST_SECRET", &users["writer"].secret);
    let runtime = world.workplace.start().unwrap();
    runtime.client.post("destinations/aws/enable", &json!({})).await.unwrap();
    delivered(&runtime.client).await;
    let objects = moto.looking().objects(BUCKET).unwrap();
    assert_eq!(ids(objects.iter().map(|object| object.body.as_str())), expected(&world), "nothing was lost");
    stop(runtime);
}

/// Where a runtime may find credentials that nobody gave its destination.
enum Ambient {
    Environment,
    Profile,
    Container(Server),
    Nowhere,
}

impl Ambient {
    fn arrange(&self, world: &mut World, folder: &Path, keys: &Keys) {
        let token = keys.token.as_deref().unwrap();
        let workplace = &mut world.workplace;
        match self {
            Self::Environment => {
                workplace.set("AWS_ACCESS_KEY_ID", &keys.id);
                workplace.set("AWS_SECRET_ACCESS_KEY", &keys.secret);
                workplace.set("AWS_SESSION_TOKEN", token);
            }
            Self::Profile => {
                let file = folder.join("credentials");
                let (id, secret) = (&keys.id, &keys.secret);
                let text =
                    format!("[sinks]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = {token}\n");
                std::fs::write(&file, text).unwrap();
                workplace.set("AWS_SHARED_CREDENTIALS_FILE", &file.display().to_string());
                workplace.set("AWS_PROFILE", "sinks");
            }
            Self::Container(server) => {
                workplace.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("http://{}/role", server.address()));
            }
            Self::Nowhere => {}
        }
    }
}

/// What containers ask for credentials, which expire in an hour.
fn container(keys: &Keys) -> Server {
    let expiration = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let answer = json!({
        "AccessKeyId": keys.id, "SecretAccessKey": keys.secret, "Token": keys.token,
        "Expiration": format!("{expiration:.0}"), "RoleArn": "arn:aws:iam::123456789012:role/sink",
    });
    let router = Router::new().route("/role", get(async move || Json(answer)));
    Server::start(Gate::bind(([127, 0, 0, 1], 0).into()).unwrap(), 1, router).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_without_keys_takes_the_runtimes_own() {
    let Some((moto, users)) = enforcing("a_destination_without_keys").await else { return };
    let keys = &users["session"];
    for ambient in [Ambient::Environment, Ambient::Profile, Ambient::Container(container(keys)), Ambient::Nowhere] {
        let folder = tempfile::tempdir().unwrap();
        let mut world = world(folder.path(), &bucket(&moto.url(), ""));
        ambient.arrange(&mut world, folder.path(), keys);
        let before = moto.looking().objects(BUCKET).unwrap().len();
        let runtime = world.workplace.start().unwrap();
        if matches!(ambient, Ambient::Nowhere) {
            let status = until(&runtime.client, |status| !status["destinations"][0]["disabledReason"].is_null()).await;
            let reason = status["destinations"][0]["disabledReason"].as_str().unwrap();
            assert!(reason.contains("has no keys") && reason.contains("store awsKeyId"), "{reason}");
        } else {
            delivered(&runtime.client).await;
            assert!(moto.looking().objects(BUCKET).unwrap().len() > before);
        }
        stop(runtime);
        nothing_was_told(&world, &[&keys.secret, keys.token.as_deref().unwrap()]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_record_comes_into_the_stream_by_the_older_names_of_its_fields() {
    let Some(kinesis) = require("every_record_comes_into_the_stream", "kinesis-local", KinesisLocal::start(&[(STREAM, 2)]))
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let destinations = format!(
        r#"[destinations.aws]
type = "kinesis"
kinesisStreamName = "{STREAM}"
kinesisRegion = "us-east-1"
kinesisEndpointUrl = "{}"
kinesisPartitionKeyTemplate = "data.groupRef"
{STATIC}
"#,
        kinesis.url()
    );
    let mut world = world(folder.path(), &destinations);
    world.workplace.set("AWS_TEST_ID", "any");
    world.workplace.set("AWS_TEST_SECRET", "any-secret-at-all");
    let runtime = world.workplace.start().unwrap();
    delivered(&runtime.client).await;
    let records = kinesis.looking().records(STREAM).unwrap();
    assert_eq!(ids(records.iter().map(|record| record.data.as_str())), expected(&world));
    assert!(records.iter().all(|record| record.key == "acme" && record.in_range), "{records:#?}");
    stop(runtime);
    nothing_was_told(&world, &["any-secret-at-all"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_cannot_work_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let destinations = r#"[destinations.aws]
type = "s3"
bucket = "Not_A_Bucket"
region = "nowhere"
storageClass = "COLD"
keyTemplate = "join("
"#;
    let world = world(folder.path(), destinations);
    let Err(refusal) = world.workplace.start() else { panic!("it started") };
    for place in ["bucket", "region", "storageClass", "keyTemplate"] {
        assert!(refusal.to_string().contains(&format!("destinations.aws.{place}: ")), "{place}: {refusal}");
    }
}
