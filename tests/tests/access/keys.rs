//! API keys: the first one, scopes, revocation, expiry, what is kept of them, and guessers.

use std::fs;

use serde_json::{Value, json};

use crate::stage::{Stage, ask};

const KEYS: &str = "/v1/projects/demo/api-keys";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_shown_once_and_revoked_at_once() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let (address, first) = (runtime.client.address(), stage.first_key());
    let as_key = async |key: &str, asked: &str, body: Value| ask(address, asked, &[("x-api-key", key)], body).await;

    let made = as_key(&first, &format!("POST {KEYS}"), json!({ "label": "ci", "scopes": ["read", "store", "read"] })).await;
    assert_eq!((made.status, &made.body["scopes"]), (201, &json!(["read", "store"])), "{:#}", made.body);
    let (id, key) = (made.body["id"].as_str().unwrap(), made.body["key"].as_str().unwrap());
    assert_eq!(as_key(key, "GET /v1/projects/demo/status", Value::Null).await.status, 200);
    let refused = as_key(key, &format!("POST {KEYS}"), json!({ "label": "mine" })).await;
    assert_eq!((refused.status, refused.detail()), (403, "this asks for a key of the scope full; the one shown has read, store"));
    let secrets = as_key(key, "GET /v1/projects/demo/destinations/hook?includeSecrets=true&rotate=true", Value::Null).await;
    assert_eq!(secrets.status, 403, "reading is not rotating");

    let listed = as_key(&first, &format!("GET {KEYS}"), Value::Null).await.body;
    let labels: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["command line of this machine", "first key", "ci"]);
    assert!(listed[2]["lastUsedTime"].is_string() && listed[2]["active"] == true, "{listed:#}");
    for secret in [key, &first, runtime.client.key()] {
        assert!(!listed.to_string().contains(secret), "no list tells a key");
        for file in ["project.db", "project.db-wal", "secrets.json"] {
            let bytes = fs::read(stage.workplace.data_dir().join(file)).unwrap_or_default();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{file} holds a key");
        }
    }

    let one = format!("{KEYS}/{id}");
    let revoke = json!({ "updateMask": ["active", "label"], "apiKey": { "active": false, "label": "old ci" } });
    let revoked = as_key(&first, &format!("PATCH {one}"), revoke).await;
    assert_eq!((revoked.status, &revoked.body["active"], &revoked.body["label"]), (200, &json!(false), &json!("old ci")));
    let shut = as_key(key, "GET /v1/projects/demo/status", Value::Null).await;
    assert_eq!((shut.status, shut.detail()), (401, "the key was revoked"));
    assert_eq!(as_key(&first, &format!("GET {KEYS}?active=true"), Value::Null).await.body.as_array().unwrap().len(), 2);
    for (body, issue) in [
        (json!({ "updateMask": ["label"], "apiKey": {} }), "apiKey.label"),
        (json!({ "updateMask": ["digest"], "apiKey": {} }), "updateMask[0]"),
        (json!({ "updateMask": [], "apiKey": {} }), "updateMask"),
    ] {
        let answer = as_key(&first, &format!("PATCH {one}"), body).await;
        assert_eq!((answer.status, answer.body["issues"][0]["name"].as_str().unwrap()), (422, issue), "{:#}", answer.body);
    }
    for (body, issue) in [
        (json!({ "label": "x", "scopes": ["everything"] }), "scopes[0]"),
        (json!({ "label": "x", "scopes": [] }), "scopes"),
        (json!({ "label": "" }), "label"),
        (json!({ "label": "x", "expireTime": "2001-01-01T00:00:00Z" }), "expireTime"),
        (json!({}), "label"),
    ] {
        let answer = as_key(&first, &format!("POST {KEYS}"), body).await;
        assert_eq!((answer.status, answer.body["issues"][0]["name"].as_str().unwrap()), (422, issue), "{:#}", answer.body);
    }
    assert_eq!(as_key(&first, &format!("DELETE {one}"), Value::Null).await.status, 204);
    assert_eq!(as_key(&first, &format!("GET {one}"), Value::Null).await.status, 404);

    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(5);
    let brief = as_key(&first, &format!("POST {KEYS}"), json!({ "label": "brief", "expireTime": soon })).await.body;
    let brief = brief["key"].as_str().unwrap();
    assert_eq!(as_key(brief, "GET /v1/projects/demo/status", Value::Null).await.status, 200);
    tokio::time::sleep(soon.duration_since(jiff::Timestamp::now()).try_into().unwrap_or_default()).await;
    let over = as_key(brief, "GET /v1/projects/demo/status", Value::Null).await;
    assert_eq!((over.status, over.detail()), (401, "the key has expired"));
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_of_the_data_folder_is_renewed_once_it_was_revoked() {
    let stage = Stage::new("");
    fs::create_dir(stage.workplace.data_dir()).unwrap();
    let made = stage.says(&["keys", "list"]);
    assert!(made.contains("no keys yet"), "a folder that no runtime used yet can be asked, too: {made}");
    let runtime = stage.start();
    let (first, local) = (stage.first_key(), runtime.client.key().to_owned());
    let shown = ask(runtime.client.address(), "GET /v1/projects/demo/status", &[("x-api-key", &first)], Value::Null).await;
    assert_eq!(shown.status, 200);
    stage.says(&["keys", "revoke", "local"]);
    let shut = stage.ampline(&["status"]);
    let said = String::from_utf8_lossy(&shut.stderr).into_owned();
    assert!(shut.status.code() == Some(1) && said.contains("was revoked"), "{said}");
    assert!(runtime.terminate().unwrap().success());

    let runtime = stage.start();
    assert_ne!(runtime.client.key(), local, "whoever has the folder is let in again, by another key");
    let old = ask(runtime.client.address(), "GET /v1/projects/demo/status", &[("x-api-key", &local)], Value::Null).await;
    assert_eq!(old.status, 401);
    let listed: Value = serde_json::from_str(&stage.says(&["keys", "list", "--format", "json"])).unwrap();
    let labels: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["command line of this machine", "first key"]);
    assert!(listed[1]["lastUsedTime"].is_string(), "a use outlives the process: {listed:#}");
    let out = fs::read_to_string(stage.workplace.out_file()).unwrap();
    assert_eq!(out.matches("the first key").count(), 1, "{out}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_guesses_waits_and_whoever_knows_does_not() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let (address, key) = (runtime.client.address(), runtime.client.key());
    const STATUS: &str = "GET /v1/projects/demo/status";
    let bearer = format!("Bearer {key}");
    for (headers, path, detail) in [
        (vec![], STATUS, "asks for a key in the header X-Api-Key"),
        (vec![("x-api-key", key)], "GET /v1/projects/demo/status?apiKey=amp_1", "a key in an address ends up in logs"),
        (vec![("x-api-key", key), ("authorization", "Bearer x.y.z")], STATUS, "show one of them"),
        (vec![("x-api-key", key), ("x-api-key", key)], STATUS, "not valid"),
        (vec![("authorization", "Basic YTpi")], STATUS, "in the form `Bearer TOKEN` alone"),
        (vec![("authorization", key)], STATUS, "in the form `Bearer TOKEN` alone"),
        (vec![("authorization", bearer.as_str())], STATUS, "the token is no JWT"),
    ] {
        let answer = ask(address, path, &headers, Value::Null).await;
        assert!(answer.status == 401 && answer.detail().contains(detail), "{headers:?} {path}: {answer:?}");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"ampline\"");
    }
    let mut waiting = None;
    for _ in 0..100 {
        let answer = ask(address, STATUS, &[("x-api-key", "amp_guess")], Value::Null).await;
        if answer.status == 429 {
            waiting = Some(answer);
            break;
        }
        assert_eq!(answer.status, 401);
    }
    let waiting = waiting.expect("a guesser is slowed");
    let seconds: u64 = waiting.header("retry-after").parse().unwrap();
    assert!((1..=6).contains(&seconds) && waiting.body["retryable"] == true, "{waiting:?}");
    assert_eq!(ask(address, STATUS, &[("x-api-key", key)], Value::Null).await.status, 200, "a sound key is let in meanwhile");
    assert_eq!(ask(address, "GET /health/live", &[("x-api-key", "amp_guess")], Value::Null).await.status, 204);
}
