//! Sinks: listed, described, installed while the runtime runs, kept over a restart, and removed.

use ampline_tests::guests::{MISBEHAVING, SOUND, broken};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Stage, ask, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_is_installed_serves_and_is_removed() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let all = runtime.client.get("sinks").await.unwrap();
    let names: Vec<&str> = all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["api", "kinesis", "postgres", "s3", "webhook"]);
    let webhook = runtime.client.get("sinks/webhook").await.unwrap();
    assert!(webhook["configSchema"]["properties"]["url"].is_object() && webhook["digest"].as_str().unwrap().len() == 64);
    let interfaces: Vec<&Value> = webhook["capabilities"].as_array().unwrap().iter().map(|one| &one["interface"]).collect();
    assert!(interfaces.contains(&&json!("http")), "{webhook:#}");

    let file = |name: &str, bytes: &[u8]| {
        let path = stage.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    assert!(stage.refused(&["sinks", "install", &file("none.wasm", b"no component")]).contains("it is not WebAssembly"));
    let core = stage.refused(&["sinks", "install", &file("core.wasm", b"\0asm\x01\0\0\0")]);
    assert!(core.contains("it is a core module and not a component; build it for wasm32-wasip2"), "{core}");
    let large = stage.refused(&["sinks", "install", &file("large.wasm", &vec![0; (64 << 20) + 1])]);
    assert!(large.contains("a component has at most 67108864") && large.contains("wasm-opt -Os"), "{large}");
    let destination = json!({ "name": "odd", "type": "misbehaving", "metadata": { "behaviour": "deliver" } });
    let unknown = ask(&runtime, Method::POST, "destinations", Some(&destination), None).await;
    assert_eq!(unknown.status, 422, "{:#}", unknown.body);
    let told = stage.says(&["sinks", "install", &file("misbehaving.wasm", MISBEHAVING)]);
    assert!(told.contains("misbehaving") && told.contains("http"), "{told}");
    let wrong = json!({ "name": "odd", "type": "misbehaving", "metadata": { "behaviour": "unheard-of" } });
    let wrong = ask(&runtime, Method::POST, "destinations", Some(&wrong), None).await;
    assert_eq!((wrong.status, &wrong.body["issues"][0]["name"]), (422, &json!("metadata.behaviour")), "{:#}", wrong.body);
    let made = ask(&runtime, Method::POST, "destinations", Some(&destination), None).await;
    assert_eq!(made.status, 201, "{:#}", made.body);
    assert!(stage.refused(&["sinks", "remove", "misbehaving"]).contains("odd"));
    assert!(stage.refused(&["sinks", "remove", "webhook"]).contains("built in"));
    assert!(runtime.terminate().unwrap().success());

    let runtime = stage.start();
    assert!(stage.says(&["sinks", "list"]).contains("misbehaving"));
    let sent = ask(&runtime, Method::POST, "destinations/odd:test", None, None).await;
    assert_eq!(sent.status, 202, "{:#}", sent.body);
    eventually(&runtime, &format!("deliveries/{}", sent.body["deliveryId"]), |one| one["status"] == "delivered").await;
    stage.says(&["destinations", "delete", "odd"]);
    stage.says(&["sinks", "remove", "misbehaving"]);
    assert_eq!(ask(&runtime, Method::GET, "sinks/misbehaving", None, None).await.status, 404);

    let named = json!({ "updateMask": ["appName"], "project": { "appName": "MailMonkey" } });
    let url = "../demo";
    assert_eq!(ask(&runtime, Method::PATCH, url, Some(&named), None).await.body["appName"], "MailMonkey");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installed_sink_is_tested_one_at_a_time_and_what_failed_is_told_with_its_remedy() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let file = |name: &str, bytes: &[u8]| {
        let path = stage.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    stage.says(&["sinks", "install", &file("sound.wasm", SOUND)]);
    let test = "sinks/broken:test";

    // Both are under way before either can be done: compiled or not, hundreds of deliveries are tried.
    let (first, second) =
        tokio::join!(ask(&runtime, Method::POST, test, None, None), ask(&runtime, Method::POST, test, None, None));
    let (done, refused) = if first.status == 200 { (first, second) } else { (second, first) };
    assert_eq!((done.status, refused.status), (200, 429), "{:#}{:#}", done.body, refused.body);
    assert!(refused.body["retryAfter"].is_string(), "{:#}", refused.body);
    assert_eq!((&done.body["sink"]["name"], &done.body["sink"]["file"]), (&json!("broken"), &json!("broken")), "{:#}", done.body);
    assert!(failed(&done.body).is_empty(), "{:#}", done.body);
    assert!(done.body["checks"].as_array().unwrap().len() > 40, "{:#}", done.body);
    assert!(stage.receiver.seen().requests.is_empty(), "tests reach nobody");

    // A word that the schema does not know is told of, and with it everything that stands on a configuration is left out.
    let wrong = json!({ "config": { "no such member": true } });
    let told = ask(&runtime, Method::POST, test, Some(&wrong), None).await;
    assert_eq!(told.status, 200, "{:#}", told.body);
    let refused = failed(&told.body);
    assert_eq!(refused.iter().map(|check| &check["name"]).collect::<Vec<_>>(), ["config.accepts"], "{:#}", told.body);
    assert!(refused[0]["happened"].is_string() && refused[0]["repair"].is_string(), "{:#}", told.body);

    stage.says(&["sinks", "install", &file("broken.wasm", &broken("attempt")), "--replace"]);
    let told = stage.ampline(&["sinks", "test", "broken"]);
    let report = String::from_utf8_lossy(&told.stdout);
    assert_eq!(told.status.code(), Some(1), "{report}");
    assert!(report.contains("FAIL redelivery.same-effect") && report.contains("repair: "), "{report}");

    assert_eq!(ask(&runtime, Method::POST, "sinks/webhook:test", None, None).await.status, 409);
    assert_eq!(ask(&runtime, Method::POST, "sinks/nobody:test", None, None).await.status, 404);
    let unknown = ask(&runtime, Method::POST, test, Some(&json!({ "configuration": {} })), None).await;
    assert_eq!(unknown.status, 422, "{:#}", unknown.body);
}

fn failed(report: &Value) -> Vec<Value> {
    report["checks"].as_array().unwrap().iter().filter(|check| check["status"] == "failed").cloned().collect()
}
