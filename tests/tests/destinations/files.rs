//! Destinations of files and of deployed manifests: who owns them, and what a reload does.

use ampline_tests::receiver::{Options, Receiver};
use reqwest::Method;
use serde_json::json;

use crate::stage::{CONTACTS, PATIENCE, Stage, ask, at, eventually, records, standing};

const OF_FILE: &str = "[destinations.hook]\ntype = \"webhook\"\nurl = \"{receiver}/hook\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_own_what_they_name_and_a_reload_lets_it_count() {
    let stage = Stage::new(OF_FILE);
    let of_world = stage.world.receiver.url("hook");
    stage.edit("ampline.toml", &of_world, &stage.receiver.url("first"));
    let runtime = stage.start();
    stage.receiver.wait_until(PATIENCE, |seen| records(&at(seen, "/first")) == CONTACTS as usize).await.unwrap();
    let shown = runtime.client.get("destinations/hook").await.unwrap();
    assert_eq!(shown["origin"], "file");
    assert!(shown["originFile"].as_str().unwrap().ends_with("ampline.toml"), "{shown}");
    let body = json!({ "updateMask": ["metadata"], "destination": { "metadata": { "url": "https://example.com/" } } });
    for (method, path, body) in
        [(Method::PATCH, "destinations/hook", Some(&body)), (Method::DELETE, "destinations/hook?force=true", None)]
    {
        let answer = ask(&runtime, method, path, body, None).await;
        assert!(answer.status == 409 && answer.body["detail"].as_str().unwrap().contains("ampline.toml"), "{:#}", answer.body);
    }
    let same = ask(&runtime, Method::POST, "destinations", Some(&stage.webhook("hook", "x")), None).await;
    assert_eq!(same.status, 409);

    stage.edit("ampline.toml", &stage.receiver.url("first"), &stage.receiver.url("second"));
    stage.says(&["reload"]);
    stage.changes(&runtime, "once").await;
    stage.receiver.wait_until(PATIENCE, |seen| records(&at(seen, "/second")) == 1).await.unwrap();
    let url = stage.receiver.url("second");
    stage.edit("ampline.toml", &url, "ftp://nowhere/");
    assert!(stage.refused(&["reload"]).contains("destinations.hook.url"));
    stage.edit("ampline.toml", "ftp://nowhere/", &url);

    // Named no more: its backlog waits, and an API's destination of its name takes that over.
    stage.edit("ampline.toml", &OF_FILE.replace("{receiver}/hook", &url), "");
    stage.says(&["reload"]);
    let gone = |reason: &str| reason.contains("no longer names it") || reason.contains("names it any more");
    let shown = runtime.client.get("destinations/hook").await.unwrap();
    assert!(gone(shown["disabledReason"].as_str().unwrap()), "{shown}");
    let made = ask(&runtime, Method::POST, "destinations", Some(&stage.webhook("hook", "third")), None).await;
    assert_eq!((made.status, &made.body["id"]), (201, &shown["id"]), "{:#}", made.body);
    stage.changes(&runtime, "again").await;
    stage.receiver.wait_until(PATIENCE, |seen| records(&at(seen, "/third")) == 1).await.unwrap();
    eventually(&runtime, "status", |status| standing(status, "hook")["pending"] == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployed_manifest_of_2023_brings_its_destinations_along() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let manifest = |url: &str| {
        format!(
            "specVersion: 0.1.0\ndestinations:\n  - name: legacyHook\n    type: webhook\n    url: {url}\nintegrations:\n- name: old\n  api: hubspot\n  \
             actions:\n    - type: read\n      schedule: every 2 hours\n      objects:\n        - objectName: contacts\n          \
             destination: legacyHook\n          fields:\n            - fieldName: email\n"
        )
    };
    let deploy = |url: &str| json!({ "sourceYaml": manifest(url) });
    let answer = ask(&runtime, Method::PUT, "integrations:batch", Some(&deploy("webhooks.myapp.com/hubspot")), None).await;
    assert_eq!(answer.status, 200, "{:#}", answer.body);
    let shown = runtime.client.get("destinations/legacyHook").await.unwrap();
    assert_eq!((&shown["origin"], &shown["metadata"]["url"]), (&json!("manifest"), &json!("https://webhooks.myapp.com/hubspot")));
    let answer = ask(&runtime, Method::PUT, "integrations:batch", Some(&deploy("webhooks.myapp.com/second")), None).await;
    assert_eq!(answer.status, 200, "{:#}", answer.body);
    let again = runtime.client.get("destinations/legacyHook").await.unwrap();
    assert_eq!((&again["id"], &again["metadata"]["url"]), (&shown["id"], &json!("https://webhooks.myapp.com/second")));

    // A user that an operator gave stays with the address that it was given for.
    let (here, there) = (stage.receiver.url("/here"), Receiver::start(Options::default()).unwrap());
    let user = json!({
        "updateMask": ["metadata.url", "secrets"],
        "destination": { "metadata": { "url": here }, "secrets": { "username": "ada", "password": "p@ss w" } },
    });
    assert_eq!(ask(&runtime, Method::PATCH, "destinations/legacyHook", Some(&user), None).await.status, 200);
    stage.says(&["destinations", "test", "legacyHook"]);
    assert_eq!(at(&stage.receiver.seen(), "/here").last().unwrap().headers["authorization"], "Basic YWRhOnBAc3Mgdw==");
    assert_eq!(ask(&runtime, Method::PUT, "integrations:batch", Some(&deploy(&there.url("/there"))), None).await.status, 200);
    stage.says(&["destinations", "test", "legacyHook"]);
    assert!(!at(&there.seen(), "/there").last().unwrap().headers.contains_key("authorization"));
    let answer = ask(&runtime, Method::PUT, "integrations:batch", Some(&deploy("ftp://nowhere")), None).await;
    assert_eq!((answer.status, &answer.body["issues"][0]["name"]), (422, &json!("destinations[0].url")), "{:#}", answer.body);
}
