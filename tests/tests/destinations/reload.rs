//! Versions of a sink take each other's place while messages flow: each message arrives exactly once, whether the new version works,
//! fails its trial, or is taken back by hand; and nothing is installed that is not what was meant, or that nobody trusted signed.
//!
//! Double: a sink of many versions (`tests/guests/relay`). Oracles: a receiver that counts, and OpenSSL, which signs.

use std::{path::Path, process::Command};

use ampline_tests::{guests::relay, requirement::require, runtime::RuntimeProcess};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Stage, ask, eventually};

/// Messages that are on their way while a version changes.
const MESSAGES: usize = 150;

pub(crate) fn kept(stage: &Stage, version: &str, fault: &str) -> String {
    let path = stage.folder.path().join(format!("relay-{version}-{fault}.wasm"));
    std::fs::write(&path, relay(version, fault)).unwrap();
    path.display().to_string()
}

/// Makes a destination of the sink, to the receiver.
async fn destination(stage: &Stage, runtime: &RuntimeProcess) {
    let url = stage.receiver.url("/relay");
    let host = url.strip_suffix("/relay").unwrap();
    let made = json!({ "name": "out", "type": "relay", "metadata": { "url": url }, "grants": { "hosts": [host] } });
    let made = ask(runtime, Method::POST, "destinations", Some(&made), None).await;
    assert_eq!(made.status, 201, "{:#}", made.body);
}

/// Sends messages while `change` changes the version, and waits until each has arrived.
async fn flow(stage: &Stage, runtime: &RuntimeProcess, change: impl FnOnce()) {
    stage.receiver.forget();
    let mut ids = Vec::new();
    let mut change = Some(change);
    for n in 0..MESSAGES {
        let sent = ask(runtime, Method::POST, "destinations/out:test", None, None).await;
        assert_eq!(sent.status, 202, "{:#}", sent.body);
        ids.push(sent.body["deliveryId"].to_string());
        if n == MESSAGES / 3 {
            tokio::task::block_in_place(change.take().unwrap());
        }
    }
    for id in ids {
        eventually(runtime, &format!("deliveries/{id}"), |one| one["status"] == "delivered").await;
    }
    let seen = stage.receiver.seen();
    assert_eq!(seen.events.len(), MESSAGES);
    assert!(seen.events.values().all(|event| event.times == 1), "{:?}", seen.events);
}

/// The versions by which messages arrived, each once, in the order of their first message.
fn versions(stage: &Stage) -> Vec<String> {
    let mut versions: Vec<String> = Vec::new();
    for request in &stage.receiver.seen().requests {
        let version = &request.headers["x-version"];
        if !versions.contains(version) {
            versions.push(version.clone());
        }
    }
    versions
}

fn actions(history: &Value) -> Vec<String> {
    let action = |one: &Value| format!("{} {}", one["action"].as_str().unwrap(), one["version"].as_str().unwrap());
    history.as_array().unwrap().iter().map(action).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_change_while_messages_flow_and_bad_ones_go_back_by_themselves() {
    let stage = Stage::new("");
    let runtime = stage.start();
    stage.says(&["sink", "install", &kept(&stage, "1.0.0", "fine")]);
    destination(&stage, &runtime).await;
    let (good, bad) = (kept(&stage, "2.0.0", "fine"), kept(&stage, "3.0.0", "trap"));

    flow(&stage, &runtime, || drop(stage.says(&["sink", "install", "--replace", &good]))).await;
    assert_eq!(versions(&stage), ["1.0.0", "2.0.0"]);

    // The bad version delivers nothing, and costs no message an attempt.
    flow(&stage, &runtime, || drop(stage.says(&["sink", "install", "--replace", &bad]))).await;
    assert_eq!(versions(&stage), ["2.0.0"]);
    let now = eventually(&runtime, "sinks/relay", |one| one["version"] == "2.0.0" && one["onTrial"] == false).await;
    assert_eq!(now["contract"], "1.0.0");
    let history = eventually(&runtime, "sinks/relay/history", |all| all[0]["action"] == "rolledBack").await;
    assert!(history[0]["reason"].as_str().unwrap().contains("this version traps"), "{history:#}");
    let kept_actions = ["rolledBack 2.0.0", "replaced 3.0.0", "replaced 2.0.0", "installed 1.0.0"];
    let without_trust: Vec<String> = actions(&history).into_iter().filter(|one| !one.starts_with("trusted")).collect();
    assert_eq!(without_trust, kept_actions);
    assert_eq!(history[0]["actor"], "the runtime");
    assert!(history.as_array().unwrap().last().unwrap()["importsAdded"].as_array().unwrap().contains(&json!("http")));

    // By hand, to a version of choice; what is not kept is said.
    flow(&stage, &runtime, || drop(stage.says(&["sink", "rollback", "relay", "--to", "1.0.0"]))).await;
    assert_eq!(versions(&stage), ["2.0.0", "1.0.0"]);
    assert!(stage.refused(&["sink", "rollback", "relay", "--to", "9.9.9"]).contains("no earlier version \"9.9.9\""));
    assert!(stage.says(&["sink", "history", "relay"]).contains("rolledBack"));
    assert!(runtime.terminate().unwrap().success());

    // What serves outlives the process.
    let runtime = stage.start();
    let served = runtime.client.get("sinks/relay").await.unwrap();
    assert_eq!((&served["version"], &served["onTrial"]), (&json!("1.0.0"), &json!(false)), "{served:#}");
    flow(&stage, &runtime, || ()).await;
}

/// A trial goes on behind a restart: the former version still stands by.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_outlives_the_process() {
    let stage = Stage::new("");
    let runtime = stage.start();
    stage.says(&["sink", "install", &kept(&stage, "1.0.0", "fine")]);
    destination(&stage, &runtime).await;
    stage.says(&["sink", "install", "--replace", &kept(&stage, "2.0.0", "open")]);
    assert_eq!(runtime.client.get("sinks/relay").await.unwrap()["onTrial"], true);
    assert!(runtime.terminate().unwrap().success());
    let runtime = stage.start();
    flow(&stage, &runtime, || ()).await;
    assert_eq!(versions(&stage), ["1.0.0"]);
    eventually(&runtime, "sinks/relay", |one| one["version"] == "1.0.0" && one["onTrial"] == false).await;
}

fn openssl(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("openssl").args(arguments).output().map_err(|error| format!("run openssl: {error}"))?;
    if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// A key in this folder, and its public half as PEM files hold it.
fn key(folder: &Path, name: &str) -> Result<(String, String), String> {
    let path = folder.join(name).display().to_string();
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", &path])?;
    let public = String::from_utf8(openssl(&["pkey", "-in", &path, "-pubout"])?).map_err(|error| error.to_string())?;
    Ok((path, public.lines().filter(|line| !line.starts_with('-')).collect()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_meant_and_signed_is_installed() {
    let folder = tempfile::tempdir().unwrap();
    let made = key(folder.path(), "acme.pem").and_then(|ours| Ok((ours, key(folder.path(), "other.pem")?)));
    let Some(((private, public), (stranger, _))) = require("only_what_was_meant_and_signed_is_installed", "OpenSSL 3", made)
    else {
        return;
    };
    let stage = Stage::new(&format!("[sinks]\nrequire_signature = true\n[sinks.trusted_keys]\nacme = \"{public}\"\n"));
    let runtime = stage.start();
    let file = kept(&stage, "1.0.0", "fine");
    let signed = |key: &str, out: &str| {
        openssl(&["pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", &file, "-out", out]).unwrap();
    };
    assert!(stage.refused(&["sink", "install", &file]).contains("it is not signed"));
    let foreign = folder.path().join("foreign.sig").display().to_string();
    signed(&stranger, &foreign);
    let refused = stage.refused(&["sink", "install", &file, "--signature", &foreign]);
    assert!(refused.contains("fits no key that is trusted (acme)"), "{refused}");
    signed(&private, &format!("{file}.sig"));
    let wrong = format!("sha256:{}", "0".repeat(64));
    assert!(stage.refused(&["sink", "install", &file, "--digest", &wrong]).contains("these are other bytes"));
    let inspected: Value = serde_json::from_str(&stage.says(&["sink", "inspect", &file, "--format", "json"])).unwrap();
    let digest = inspected["digest"].as_str().unwrap();
    stage.says(&["sink", "install", &file, "--digest", digest]);
    let served = runtime.client.get("sinks/relay").await.unwrap();
    assert_eq!(
        (&served["signedBy"], format!("sha256:{}", served["digest"].as_str().unwrap())),
        (&json!("acme"), digest.to_owned())
    );
    assert_eq!(runtime.client.get("sinks/relay/history").await.unwrap()[0]["signedBy"], "acme");
    assert!(runtime.terminate().unwrap().success());

    // A key that is trusted no longer takes its sinks with it.
    let (_, other) = key(folder.path(), "third.pem").unwrap();
    stage.edit("ampline.toml", &public, &other);
    let runtime = stage.start();
    let gone = ask(&runtime, Method::GET, "sinks/relay", None, None).await;
    assert_eq!(gone.status, 404, "{:#}", gone.body);
}
