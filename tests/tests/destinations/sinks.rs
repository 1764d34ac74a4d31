//! Sinks: listed, described, installed while the runtime runs, kept over a restart, and removed.

use ampline_tests::guests::MISBEHAVING;
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
