//! What HubSpot's events become, whatever happens in between.

use std::time::Duration;

use ampline_tests::{
    faults::Rule,
    hubspot::{Properties, sign},
    npm,
    requirement::require,
    world::SIGNING_KEY,
};
use serde_json::{Value, json};

use crate::stage::{CLIENT_SECRET, EVERYTHING, PATH, PATIENCE, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_becomes_a_message_of_the_contracts_form() {
    let stage = Stage::new(EVERYTHING);
    let runtime = stage.start();
    stage.change(3, "email", "new@example.com").await;
    stage.arrived(|seen| seen.counts.events == 1).await;
    let request = stage.receiver.seen().requests[0].clone();
    let message: Value = serde_json::from_slice(&request.body).unwrap();
    for (key, value) in [
        ("action", "subscribe"),
        ("projectId", "demo"),
        ("provider", "hubspot"),
        ("workspace", "62515"),
        ("groupRef", "acme"),
        ("objectName", "person"),
        ("rawObjectName", "contacts"),
    ] {
        assert_eq!(message[key], value, "{key}");
    }
    assert!(message.get("operationId").is_none() && message.get("readType").is_none(), "{message}");
    assert_eq!(message["resultInfo"], json!({ "type": "inline", "numRecords": 1 }));
    let entry = &message["result"][0];
    assert_eq!((&entry["subscribeEventType"], &entry["providerEventType"]), (&json!("update"), &json!("contact.propertyChange")));
    assert_eq!(entry["fieldsUpdated"], json!(["email"]));
    assert_eq!((&entry["rawEvent"]["objectId"], &entry["rawEvent"]["propertyValue"]), (&json!(3), &json!("new@example.com")));
    assert_eq!(entry["fields"], json!({ "email": "new@example.com" }));
    assert_eq!(entry["mappedFields"], json!({ "givenName": entry["raw"]["properties"]["firstname"] }));
    if let Some(official) = require("subscribes", "node and the official verifiers", npm::packages()) {
        let verdict = official.verify(SIGNING_KEY, &request.headers, std::str::from_utf8(&request.body).unwrap()).unwrap();
        assert!(verdict.standardwebhooks.is_none() && verdict.svix.is_none(), "{verdict:?}");
    }
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_event_is_told_and_nothing_that_nobody_watches() {
    let stage = Stage::new(EVERYTHING);
    let _runtime = stage.start();
    stage.change(1, "city", "Kiel").await;
    {
        let mut state = stage.emulator.state();
        state.add("contacts", 1, &Properties::new()).unwrap();
        state.associate(("contacts", 1), ("companies", 2), None, false).unwrap();
        state.archive_these("contacts", &[4]).unwrap();
        state.restore_these("contacts", &[4]).unwrap();
        state.change_these("companies", &[1], &[("name".to_owned(), Some("unwatched".to_owned()))].into()).unwrap();
    }
    stage.tell().await;
    stage.change(1, "firstname", "Last").await;
    let entries = stage.entries_after(5).await;
    let kinds: Vec<_> = entries.iter().map(|entry| entry["subscribeEventType"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 5, "{entries:?}");
    let find = |kind: &str| entries.iter().find(|entry| entry["subscribeEventType"] == kind).unwrap();
    assert_eq!(find("create")["raw"]["id"], "11");
    let delete = find("delete");
    assert_eq!(delete["id"], "4");
    assert!(delete.get("raw").is_none() && delete.get("fields").is_none(), "{delete}");
    let tie = find("associationUpdate");
    assert_eq!((&tie["fromRecord"]["id"], &tie["toRecord"]["id"]), (&json!("1"), &json!("2")));
    assert_eq!((&tie["fromRecord"]["objectName"], &tie["toRecord"]["objectName"]), (&json!("person"), &json!("companies")));
    assert!(tie["toRecord"]["fields"]["name"].is_string(), "{tie}");
    assert_eq!((&find("other")["providerEventType"], &find("other")["raw"]["id"]), (&json!("contact.restore"), &json!("4")));
    assert_eq!(find("update")["mappedFields"]["givenName"], "Last");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosted_store_follows_creations_changes_and_deletions() {
    let subscribe = EVERYTHING.replace("destination: hook", "destination: mirror");
    let stage = Stage::new(&subscribe);
    let runtime = stage.start();
    let items = || async { runtime.client.hosted("people/groups/acme").await.unwrap()["results"].as_array().unwrap().len() };
    let becomes = |count: usize| async move {
        let waiting = async {
            while items().await != count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the store does not follow");
    };
    stage.emulator.state().add("contacts", 2, &Properties::new()).unwrap();
    stage.change(3, "email", "mirrored@example.com").await;
    becomes(3).await;
    let item = runtime.client.hosted("people/groups/acme/items/3").await.unwrap();
    assert!(item.to_string().contains("mirrored@example.com"), "{item}");
    stage.emulator.state().archive_these("contacts", &[3, 11]).unwrap();
    stage.tell().await;
    becomes(1).await;
    assert!(runtime.client.hosted("people/groups/acme/items/3").await.unwrap_err().contains("404"));
}

/// The same event, sent again and again and at the same time, as providers do that heard no answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_retries_makes_one_message() {
    let stage = Stage::new(EVERYTHING);
    let runtime = stage.start();
    let url = format!("http://{}{PATH}", runtime.client.address());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = |attempt: u32, event_id: u32| {
        let body =
            json!([{"eventId": event_id, "subscriptionId": 7, "portalId": 62515, "appId": 5, "occurredAt": 1_700_000_000_000_i64,
            "subscriptionType": "contact.propertyChange", "attemptNumber": attempt, "objectId": 2, "propertyName": "email"}])
            .to_string();
        let at = jiff::Timestamp::now().as_millisecond().to_string();
        let signature = sign(CLIENT_SECRET, "POST", &url, &body, &at);
        let request = http.post(&url).header("content-type", "application/json").header("x-hubspot-signature-v3", signature);
        let request = request.header("x-hubspot-request-timestamp", at).body(body);
        async move { serde_json::from_slice::<Value>(&request.send().await.unwrap().bytes().await.unwrap()).unwrap() }
    };
    let answers = futures_util::future::join_all((0..40).map(|attempt| send(attempt, 1))).await;
    let accepted: u64 = answers.iter().map(|answer| answer["accepted"].as_u64().unwrap()).sum();
    let repeated: u64 = answers.iter().map(|answer| answer["repeated"].as_u64().unwrap()).sum();
    assert_eq!((accepted, repeated), (1, 39));
    stage.entries_after(1).await;
    assert_eq!(send(41, 1).await, json!({ "accepted": 0, "repeated": 1, "ignored": 0 }), "after it was delivered, too");
    assert_eq!(send(0, 2).await["accepted"], 1, "another event is another");
    assert_eq!(stage.entries_after(2).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_sigkill_and_comes_once_in_its_order() {
    let stage = Stage::new(EVERYTHING);
    let runtime = stage.start();
    // The provider cannot be asked, so the events wait.
    stage.emulator.fault(Rule { times: None, ..Rule::status(1, 503).on("batch_read") });
    for n in 0..5 {
        stage.change(3, "email", &format!("v{n}@example.com")).await;
    }
    stage.emulator.state().archive_these("contacts", &[3]).unwrap();
    stage.tell().await;
    runtime.kill().unwrap();
    stage.emulator.state().faults.clear();
    let runtime = stage.start();
    let entries = stage.entries_after(6).await;
    let told: Vec<_> = entries.iter().map(|entry| entry["rawEvent"]["propertyValue"].as_str().unwrap_or("gone")).collect();
    assert_eq!(told, ["v0@example.com", "v1@example.com", "v2@example.com", "v3@example.com", "v4@example.com", "gone"]);
    stage.stands(&runtime, |events| events["waiting"] == 0).await;
    assert!(runtime.terminate().unwrap().success());
    assert_eq!(stage.entries().len(), 6, "none twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_processed_is_listed_with_its_reason_and_tried_again_when_told() {
    let stage = Stage::new(EVERYTHING);
    let runtime = stage.start();
    stage.emulator.fault(Rule { times: None, ..Rule::status(1, 400).on("batch_read") });
    stage.change(3, "email", "stuck@example.com").await;
    stage.stands(&runtime, |events| events["dead"] == 1).await;
    let ampline = |arguments: &[&str]| -> Value {
        let output = stage.workplace.command().args(arguments).args(["--format", "json"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let listed = ampline(&["events", "--status", "dead", "--object", "contacts"]);
    let event = &listed["results"][0];
    assert_eq!((&event["providerEventType"], &event["recordId"]), (&json!("contact.propertyChange"), &json!("3")));
    assert!(event["reason"].is_string(), "{event}");
    let id = event["id"].to_string();
    assert_eq!(ampline(&["events", "show", &id])["rawEvent"]["propertyValue"], "stuck@example.com");
    stage.emulator.state().faults.clear();
    assert_eq!(ampline(&["events", "replay", &id]), json!({ "replayed": 1 }));
    assert_eq!(stage.entries_after(1).await[0]["fields"]["email"], "stuck@example.com");
}
