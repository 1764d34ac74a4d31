//! A manifest of 2023, through the binary: its bodies arrive as they were then, signed as every message is.

use ampline_tests::{
    hubspot::{Options, Properties},
    receiver::Seen,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::stage::Stage;

/// `ACTION` is what the oldest pages call it, or the later ones.
const MANIFEST: &str = r#"
specVersion: 0.1.0
appName: Harbour
integrations:
  - name: crm
    api: hubspot
    actions:
      - type: ACTION
        standardObjects:
          - objectName: contact
            destination: hook
            event: create
          - objectName: contact
            destination: hook
            event: update
            watchFields:
              - fieldName: lifecycleStage
              - fieldName: jobTitle
            additionalFields:
              - fieldName: firstName
          - objectName: contact
            destination: hook
            event: delete
"#;

fn values(values: &[(&str, &str)]) -> Properties {
    values.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
}

/// The bodies that arrived, of this kind.
async fn bodies(stage: &Stage, kind: &str, count: usize) -> Vec<Value> {
    let all = |seen: &Seen| -> Vec<Value> {
        let bodies = seen.requests.iter().map(|request| serde_json::from_slice::<Value>(&request.body).unwrap());
        bodies.filter(|body| body["event"] == kind).collect()
    };
    stage.arrived(|seen| all(seen).len() >= count).await;
    all(&stage.receiver.seen())
}

/// The time of 2023: UTC, milliseconds, an offset without a colon.
fn is_time_of_then(time: &Value) -> bool {
    let text = time.as_str().unwrap_or_default();
    text.len() == "2023-04-10T21:14:59.000+0000".len() && text.ends_with("+0000") && text.parse::<Timestamp>().is_ok()
}

async fn check(action: &str) {
    let stage = Stage::of(Options::default().with("contacts", 5), &MANIFEST.replace("ACTION", action));
    let runtime = stage.start();
    stage.emulator.state().add("contacts", 1, &values(&[("firstname", "Una"), ("lifecyclestage", "lead")])).unwrap();
    stage.tell().await;
    let create = bodies(&stage, "create", 1).await.remove(0);
    assert_eq!((&create["primaryKey"], &create["fields"]["lifecyclestage"]), (&json!("6"), &json!("lead")), "{create}");
    assert_eq!(create["fields"]["firstname"], "Una");
    assert!(is_time_of_then(&create["createTime"]), "{create}");

    let both = values(&[("lifecyclestage", "customer"), ("jobtitle", "Captain"), ("city", "Kiel")]);
    stage.emulator.state().change_these("contacts", &[6], &both).unwrap();
    stage.tell().await;
    let updates = bodies(&stage, "update", 2).await;
    let mut changed: Vec<&str> = updates.iter().map(|body| body["changedField"]["fieldName"].as_str().unwrap()).collect();
    changed.sort_unstable();
    assert_eq!(changed, ["jobTitle", "lifecycleStage"], "a body for each field that is watched: {updates:?}");
    let stage_changed = updates.iter().find(|body| body["changedField"]["fieldName"] == "lifecycleStage").unwrap();
    assert_eq!(stage_changed["changedField"]["currentValue"], "customer");
    assert_eq!(stage_changed["otherFields"], json!({ "jobTitle": "Captain", "firstName": "Una" }), "{stage_changed}");
    assert!(is_time_of_then(&stage_changed["updateTime"]) && stage_changed["primaryKey"] == "6", "{stage_changed}");

    stage.emulator.state().archive_these("contacts", &[6]).unwrap();
    stage.tell().await;
    let delete = bodies(&stage, "delete", 1).await.remove(0);
    assert!(is_time_of_then(&delete["deleteTime"]), "{delete}");
    let members: Vec<&str> = delete.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((members, &delete["primaryKey"]), (vec!["deleteTime", "event", "primaryKey"], &json!("6")));
    stage.stands(&runtime, |events| events["waiting"] == 0).await;
    let seen = stage.receiver.seen();
    assert_eq!(seen.requests.len(), 4, "nothing else arrives");
    assert!(seen.requests.iter().all(|request| request.headers.contains_key("webhook-signature")), "each is signed");
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscribe_of_2023_gets_the_bodies_of_2023() {
    check("subscribe").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notify_is_the_same() {
    check("notify").await;
}
