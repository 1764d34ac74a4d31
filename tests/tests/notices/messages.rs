//! What happens is told, once, to whoever hears of it.

use ampline_tests::{
    faults::{Answer, Rule},
    world::TOKEN,
};
use serde_json::{Value, json};

use crate::stage::{Api, Stage};

const EVERYTHING: &str = r#"
[notifications]
"connection.created" = ["ops"]
"connection.deleted" = ["ops"]
"connection.error" = ["ops"]
"connection.updated" = ["ops"]
"destination.webhook.disabled" = ["ops"]
"installation.created" = ["ops"]
"installation.deleted" = ["ops"]
"installation.updated" = ["ops"]
"read.backfill.done" = ["ops"]
"read.schedule.paused" = ["ops"]
"read.triggered.done" = ["ops"]
"read.triggered.error" = ["ops"]
"#;

/// Fields that the published schema requires in every notification of an installation.
const OF_INSTALLATIONS: [&str; 10] = [
    "projectId",
    "provider",
    "integrationId",
    "integrationName",
    "installationId",
    "groupRef",
    "groupName",
    "connectionId",
    "consumerRef",
    "consumerName",
];
/// The same of connections.
const OF_CONNECTIONS: [&str; 6] = ["projectId", "connectionId", "provider", "groupRef", "consumerRef", "consumerName"];

fn check(data: &Value, required: &[&str], more: &[&str]) {
    for field in required.iter().chain(more) {
        assert!(!data[*field].is_null(), "{field} is missing: {data:#}");
    }
    assert_eq!(data["projectId"], "demo");
    let text = data.to_string();
    assert!(!text.contains(TOKEN), "no secret is told: {text}");
}

fn refusal() -> Answer {
    Answer::Status {
        status: 400,
        retry_after: None,
        body: Some(r#"{"status":"error","message":"Property \"shoe\" does not exist"}"#.to_owned()),
        content_type: Some("application/json".to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_life_of_reads_is_told() {
    let stage = Stage::new(EVERYTHING);
    let runtime = stage.workplace.start().unwrap();
    let api = Api::of(&runtime);
    let done = stage.hears("read.backfill.done", |_| true).await;
    check(&done, &OF_INSTALLATIONS, &["objectName", "operationId"]);
    assert_eq!((done["objectName"].as_str(), done["rawObjectName"].as_str()), (Some("people"), Some("contacts")));
    assert_eq!((done["groupName"].as_str(), done["consumerName"].as_str()), (Some("ACME Corporation"), Some("Una")));
    let signed = stage.receiver.counts();
    assert_eq!(signed.signature_failures, 0, "they are signed like every message");

    let path = format!("http://{}/read/v1/projects/demo/integrations/crm/objects/contacts", runtime.client.address());
    let since = "2026-01-01T00:00:00Z";
    let body = json!({ "groupRef": "acme", "mode": "async", "sinceTimestamp": since });
    let triggered = api.done("POST", &path, body.clone()).await["operationId"].clone();
    let done = stage.hears("read.triggered.done", |data| data["operationId"] == triggered).await;
    check(&done, &OF_INSTALLATIONS, &["objectName", "fromTimestamp"]);
    assert_eq!((done["fromTimestamp"].as_str(), done.get("untilTimestamp")), (Some(since), None));

    stage.emulator.fault(Rule { answer: refusal(), ..Rule::default() });
    let triggered = api.done("POST", &path, body).await["operationId"].clone();
    let error = stage.hears("read.triggered.error", |data| data["operationId"] == triggered).await;
    check(&error, &OF_INSTALLATIONS, &["objectName", "error"]);
    assert!(error["error"].as_str().unwrap().contains("shoe"), "{error}");
    for _ in 0..5 {
        let before = api.done("GET", "/status", Value::Null).await["reads"][0]["failures"].clone();
        api.done("POST", "/reads:run", json!({})).await;
        while api.done("GET", "/status", Value::Null).await["reads"][0]["failures"] == before {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    let paused = stage.hears("read.schedule.paused", |_| true).await;
    check(&paused, &OF_INSTALLATIONS, &["objectName", "config", "error"]);
    assert!(paused["error"].as_str().unwrap().contains("shoe"), "{paused}");
    assert!(paused["config"].is_object(), "{paused}");
    let installed = api.done("GET", "/installations", Value::Null).await[0].clone();
    assert_eq!((&installed["healthStatus"], &installed["lastOperationStatus"]), (&json!("unhealthy"), &json!("failure")));
    assert!(installed["issues"][0]["message"].as_str().unwrap().contains("shoe"), "{installed:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_life_of_installations_and_connections_is_told() {
    let stage = Stage::new(EVERYTHING);
    let runtime = stage.workplace.start().unwrap();
    let api = Api::of(&runtime);
    let created = stage.hears("installation.created", |data| data["groupRef"] == "acme").await;
    check(&created, &OF_INSTALLATIONS, &["config"]);
    check(&stage.hears("connection.created", |_| true).await, &OF_CONNECTIONS, &[]);

    let content = json!({ "provider": "hubspot", "read": { "objects": { "contacts": { "objectName": "contacts", "schedule": "0 * * * *" } } } });
    let body =
        json!({ "groupRef": "beta", "consumerRef": "bob", "connectionId": "acme-hubspot", "config": { "content": content } });
    let installation = api.done("POST", "/integrations/crm/installations", body).await["id"].clone();
    let id = installation.as_str().unwrap();
    let created = stage.hears("installation.created", |data| data["installationId"] == installation).await;
    check(&created, &OF_INSTALLATIONS, &["config"]);
    assert_eq!(created["config"]["read"]["objects"]["contacts"]["schedule"], "0 * * * *");
    let patch = json!({
        "updateMask": ["config.content.read.objects.contacts"],
        "installation": { "config": { "content": { "read": { "objects": { "contacts": { "objectName": "contacts", "schedule": "30 * * * *" } } } } } },
    });
    api.done("PATCH", &format!("/integrations/crm/installations/{id}"), patch.clone()).await;
    // The same again changes nothing, and nothing is told of it.
    api.done("PATCH", &format!("/integrations/crm/installations/{id}"), patch).await;
    let updated = stage.hears("installation.updated", |data| data["installationId"] == installation).await;
    check(&updated, &OF_INSTALLATIONS, &["config", "lastConfig"]);
    let schedule = |config: &str| updated[config]["read"]["objects"]["contacts"]["schedule"].clone();
    assert_eq!((schedule("lastConfig"), schedule("config")), ("0 * * * *".into(), "30 * * * *".into()));
    api.done("DELETE", &format!("/integrations/crm/installations/{id}"), Value::Null).await;
    let deleted = stage.hears("installation.deleted", |data| data["installationId"] == installation).await;
    check(&deleted, &OF_INSTALLATIONS, &["config"]);
    assert_eq!(stage.count("installation.updated"), 1);

    let body =
        json!({ "provider": "hubspot", "groupRef": "beta", "consumerRef": "bob", "accessToken": "a-secret-token-of-beta" });
    let connection = api.done("POST", "/connections:generate", body).await["id"].clone();
    let created = stage.hears("connection.created", |data| data["connectionId"] == connection).await;
    check(&created, &OF_CONNECTIONS, &[]);
    assert!(!created.to_string().contains("a-secret-token"), "{created}");
    api.done("DELETE", &format!("/connections/{}", connection.as_str().unwrap()), Value::Null).await;
    check(&stage.hears("connection.deleted", |data| data["connectionId"] == connection).await, &OF_CONNECTIONS, &[]);

    stage.emulator.state().token = Some("another".to_owned());
    api.done("POST", "/reads:run", json!({})).await;
    let error = stage.hears("connection.error", |_| true).await;
    check(&error, &OF_CONNECTIONS, &["error"]);
    assert!(error["error"][0].as_str().is_some_and(|words| !words.is_empty()), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_that_is_stopped_is_told_of_and_a_crash_tells_nothing_twice() {
    let stage = Stage::new(EVERYTHING);
    stage.receiver.fault(Rule::status(1, 410).on("/hook"));
    let runtime = stage.workplace.start().unwrap();
    let stopped = stage.hears("destination.webhook.disabled", |_| true).await;
    check(&stopped, &["projectId", "destinationId", "destinationName", "url"], &["error"]);
    assert_eq!(
        (stopped["destinationName"].as_str(), stopped["url"].as_str()),
        (Some("hook"), Some(stage.receiver.url("/hook").as_str()))
    );
    stage.hears("read.backfill.done", |_| true).await;
    runtime.kill().unwrap();

    // A file that says what it said before is no news, and a message that came is not sent again unless its answer was lost.
    let runtime = stage.workplace.start().unwrap();
    let listed = Api::of(&runtime).done("GET", "/deliveries?destination=ops", Value::Null).await;
    let mut ids: Vec<&str> = listed["results"].as_array().unwrap().iter().filter_map(|one| one["eventId"].as_str()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count), (4, 4), "created twice, done, stopped: {listed:#}");
    drop(runtime);

    // One that a file no longer names counts as gone.
    let file = stage.workplace.settings_file();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.split("[[installations]]").next().unwrap()).unwrap();
    let _runtime = stage.workplace.start().unwrap();
    check(&stage.hears("installation.deleted", |data| data["groupRef"] == "acme").await, &OF_INSTALLATIONS, &["config"]);
}
