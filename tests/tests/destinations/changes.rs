//! Destinations that come, change and go under messages on their way.

use ampline_tests::{
    faults::Rule,
    npm,
    receiver::{Mode, Seen},
    requirement::require,
    verifiers,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{CONTACTS, PATIENCE, Stage, ask, at, eventually, records, standing};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn installations_wait_for_a_destination_and_flow_once_it_is_there() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let waiting = runtime.client.get("installations").await.unwrap();
    let issue = &waiting[0]["issues"][0];
    assert!(issue["message"].as_str().unwrap().contains("there is no destination `hook`"), "{waiting:#}");
    let made = stage.says(&["destinations", "create", "hook", "--type", "webhook", "--url", &stage.receiver.url("first")]);
    assert!(made.contains("webhook") && made.contains("command"), "{made}");
    stage.receiver.wait_until(PATIENCE, |seen| records(&at(seen, "/first")) == CONTACTS as usize).await.unwrap();
    assert_eq!(runtime.client.get("installations").await.unwrap()[0]["healthStatus"], "healthy");

    // A change counts from the next claim on, and only where nothing came between.
    let before = ask(&runtime, Method::GET, "destinations/hook", None, None).await;
    let tag = before.etag.unwrap();
    let to = |path: &str| json!({ "updateMask": ["metadata.url"], "destination": { "metadata": { "url": stage.receiver.url(path) } } });
    let changed = ask(&runtime, Method::PATCH, "destinations/hook", Some(&to("second")), Some(&tag)).await;
    assert_eq!(changed.status, 200, "{:#}", changed.body);
    let stale = ask(&runtime, Method::PATCH, "destinations/hook", Some(&to("third")), Some(&tag)).await;
    assert_eq!(stale.status, 412, "{:#}", stale.body);
    stage.changes(&runtime, "once").await;
    stage.receiver.wait_until(PATIENCE, |seen| records(&at(seen, "/second")) == 1).await.unwrap();

    let told = stage.says(&["destinations", "test", "hook"]);
    assert!(told.starts_with("delivered"), "{told}");
    let body: Value = serde_json::from_slice(&at(&stage.receiver.seen(), "/second").last().unwrap().body).unwrap();
    assert_eq!((&body["action"], &body["resultInfo"]["numRecords"]), (&json!("test"), &json!(1)), "{body:#}");
    let stopped = stage.says(&["destinations", "disable", "hook"]);
    assert_eq!(stopped, "");
    assert!(stage.refused(&["destinations", "test", "hook"]).contains("stopped by an operator"));
    stage.says(&["destinations", "update", "hook", "--url", &stage.receiver.url("third")]);
    let shown = runtime.client.get("destinations/hook").await.unwrap();
    assert_eq!(shown["disabledReason"], "stopped by an operator", "a change does not start what a person stopped");
    stage.changes(&runtime, "again").await;
    eventually(&runtime, "status", |status| standing(status, "hook")["pending"] == 1).await;

    // What waits for a deleted destination is a dead letter, and goes out once there is one of its name again.
    let named = stage.refused(&["destinations", "delete", "hook"]);
    assert!(named.contains("the manifest of crm"), "{named}");
    stage.says(&["destinations", "delete", "hook", "--force"]);
    eventually(&runtime, "status", |status| standing(status, "hook")["dead"] == 1).await;
    assert_eq!(ask(&runtime, Method::GET, "destinations/hook", None, None).await.status, 404);
    assert_eq!(runtime.client.get("installations").await.unwrap()[0]["healthStatus"], "unhealthy");
    stage.says(&["destinations", "create", "hook", "--type", "webhook", "--url", &stage.receiver.url("again")]);
    let dead = json!({ "filter": { "destination": "hook", "status": "dead" } });
    runtime.client.post("deliveries:replay", &dead).await.unwrap();
    stage.receiver.wait_until(PATIENCE, |seen| records(&at(seen, "/again")) >= 1).await.unwrap();
    assert!(runtime.terminate().unwrap().success());
}

/// delivery.md, 5: user information in a URL becomes Basic authentication. The oracle of its form is what `printf 'ada:p@ss w' | base64` says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_in_a_url_authenticates_and_is_told_nobody() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let url = stage.receiver.url("/private").replace("http://", "http://ada:p%40ss%20w@");
    let headers = json!({ "X-Api-Token": "plain-but-secret" });
    let given = json!({ "name": "private", "type": "webhook", "metadata": { "url": url, "headers": headers } });
    let made = ask(&runtime, Method::POST, "destinations", Some(&given), None).await;
    assert_eq!((made.status, &made.body["metadata"]["url"]), (201, &json!(stage.receiver.url("/private"))), "{:#}", made.body);
    let sent =
        |seen: &Seen, path: &str| at(seen, path).iter().map(|one| one.headers["authorization"].clone()).collect::<Vec<_>>();
    stage.says(&["destinations", "test", "private"]);
    assert_eq!(sent(&stage.receiver.seen(), "/private"), ["Basic YWRhOnBAc3Mgdw=="]);

    let change = |mask: &[&str], metadata: Value| json!({ "updateMask": mask, "destination": { "metadata": metadata } });
    let path = change(&["metadata.url"], json!({ "url": stage.receiver.url("/private/2") }));
    assert_eq!(ask(&runtime, Method::PATCH, "destinations/private", Some(&path), None).await.status, 200);
    stage.says(&["destinations", "test", "private"]);
    assert_eq!(sent(&stage.receiver.seen(), "/private/2"), ["Basic YWRhOnBAc3Mgdw=="]);
    let elsewhere = json!({ "url": "https://elsewhere.example/in" });
    let moved =
        ask(&runtime, Method::PATCH, "destinations/private", Some(&change(&["metadata.url"], elsewhere.clone())), None).await;
    assert_eq!(
        (moved.status, &moved.body["issues"][0]["name"]),
        (422, &json!("destination.secrets.username")),
        "{:#}",
        moved.body
    );
    // Who knows no password may not have it sent to an address of his own.
    let half = json!({
        "updateMask": ["metadata.url", "secrets.username"], "destination": { "metadata": elsewhere, "secrets": { "username": "eve" } }
    });
    let half = ask(&runtime, Method::PATCH, "destinations/private", Some(&half), None).await;
    assert_eq!((half.status, &half.body["issues"][0]["name"]), (422, &json!("destination.secrets.password")), "{:#}", half.body);
    let both = change(&["metadata.url", "secrets"], elsewhere);
    assert_eq!(ask(&runtime, Method::PATCH, "destinations/private", Some(&both), None).await.status, 200);
    let twice = json!({
        "name": "twice", "type": "webhook", "metadata": { "url": url, "headers": { "authorization": "Bearer x" } }
    });
    let refused = ask(&runtime, Method::POST, "destinations", Some(&twice), None).await;
    assert_eq!((refused.status, &refused.body["issues"][0]["name"]), (422, &json!("metadata.headers")), "{:#}", refused.body);
    assert!(!refused.body.to_string().contains("p%40ss"), "{:#}", refused.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_change_and_delivery_loses_nothing() {
    let stage = Stage::new("");
    let runtime = stage.start();
    // Pages come slowly, so that most of the messages are made once the destination is stopped.
    stage.world.emulator.fault(Rule { delay_ms: 700, ..Rule::default() }.on("/crm"));
    let made = ask(&runtime, Method::POST, "destinations", Some(&stage.webhook("hook", "first")), None).await;
    assert_eq!(made.status, 201, "{:#}", made.body);
    assert_eq!(ask(&runtime, Method::POST, "destinations/hook/disable", None, None).await.status, 204);
    let whole = |status: &Value| status["reads"][0]["operation"]["status"] == "success";
    eventually(&runtime, "status", |status| whole(status) && standing(status, "hook")["pending"].as_u64() > Some(0)).await;
    let before = runtime.client.get("destinations/hook?includeSecrets=true").await.unwrap();
    let body = json!({
        "updateMask": ["name", "metadata.url"],
        "destination": { "name": "renamed", "metadata": { "url": stage.receiver.url("second") } },
    });
    let refused = ask(&runtime, Method::PATCH, "destinations/hook", Some(&body), None).await;
    assert_eq!(refused.status, 409, "a manifest names it: {:#}", refused.body);
    let changed = ask(&runtime, Method::PATCH, "destinations/hook?force=true", Some(&body), None).await;
    assert_eq!(changed.status, 200, "{:#}", changed.body);
    runtime.kill().unwrap();
    let runtime = stage.start();
    let after = runtime.client.get("destinations/renamed?includeSecrets=true").await.unwrap();
    assert_eq!((&after["secrets"], &after["id"]), (&before["secrets"], &before["id"]), "the key goes along with the name");
    stage.says(&["destinations", "enable", "renamed"]);
    eventually(&runtime, "status", |status| standing(status, "renamed")["pending"] == 0).await;
    let second = {
        let seen = stage.receiver.seen();
        let (first, later) = (records(&at(&seen, "/first")), records(&at(&seen, "/second")));
        assert!(later > 0 && first + later == CONTACTS as usize, "{first} and {later}");
        at(&seen, "/second").len()
    };

    // The same key signs after the renaming; both sign during a rotation.
    let first_key = before["secrets"]["webhookSigningKey"].as_str().unwrap().to_owned();
    let rotated = runtime.client.get("destinations/renamed?includeSecrets=true&rotate=true").await.unwrap();
    let second_key = rotated["secrets"]["webhookSigningKey"].as_str().unwrap().to_owned();
    assert_ne!(first_key, second_key);
    stage.says(&["destinations", "test", "renamed"]);
    let seen = stage.receiver.seen();
    let requests = at(&seen, "/second");
    let (old, new) = requests.split_at(second);
    assert_eq!(new.len(), 1);
    let claims: Vec<verifiers::Claim<'_>> = old
        .iter()
        .map(|request| (first_key.as_str(), *request))
        .chain([(first_key.as_str(), new[0]), (second_key.as_str(), new[0])])
        .collect();
    let judge = |judges: &str, verdicts: Vec<verifiers::Verdict>| {
        assert_eq!(verdicts, vec![None; claims.len()], "{judges}");
    };
    if let Some(venv) = require("destinations", "PyPI's verifiers", verifiers::of_pypi()) {
        judge("PyPI", verifiers::judged_by_pypi(&venv, &claims).unwrap());
    }
    if let Some(packages) = require("destinations", "npm's verifiers", npm::packages()) {
        judge("npm", verifiers::judged_by_npm(&packages, &claims).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_flight_at_a_change_ends_as_it_began_and_is_not_doubled() {
    let stage = Stage::new("");
    let runtime = stage.start();
    // Answers come late, so that the change finds attempts on their way.
    stage.receiver.set_mode(Mode::Answer(Rule { on: Some("/first".to_owned()), delay_ms: 400, ..Rule::default() })).await;
    ask(&runtime, Method::POST, "destinations", Some(&stage.webhook("hook", "first")), None).await;
    stage.receiver.wait_until(PATIENCE, |seen| !at(seen, "/first").is_empty()).await.unwrap();
    for round in 0..6 {
        let path = if round % 2 == 0 { "second" } else { "first" };
        let body = json!({ "updateMask": ["metadata.url"], "destination": { "metadata": { "url": stage.receiver.url(path) } } });
        assert_eq!(ask(&runtime, Method::PATCH, "destinations/hook", Some(&body), None).await.status, 200);
    }
    let whole =
        |status: &Value| status["reads"][0]["operation"]["status"] == "success" && standing(status, "hook")["pending"] == 0;
    eventually(&runtime, "status", whole).await;
    let seen = stage.receiver.seen();
    let mut ids: Vec<&String> = seen.requests.iter().map(|request| &request.headers["webhook-id"]).collect();
    let arrived = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(arrived, ids.len(), "each message once");
    assert_eq!(records(&seen.requests.iter().collect::<Vec<_>>()), CONTACTS as usize);
}
