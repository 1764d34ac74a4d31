//! HubSpot's events of custom objects, which say the type id, and manifests that call the object by a name.

use ampline_tests::hubspot::{Options, PORTAL_ID, Properties};
use serde_json::{Value, json};

use crate::stage::Stage;

/// A stage with two custom objects, of which one is subscribed under this name.
fn stage(name: &str) -> Stage {
    let manifest = format!(
        r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: {name}
          destination: hook
          schedule: ""
          requiredFields: [{{ fieldName: name }}]
    subscribe:
      objects:
        - objectName: {name}
          destination: hook
          inheritFieldsAndMapping: true
          createEvent: {{ enabled: always }}
          updateEvent: {{ enabled: always, watchFieldsAuto: all }}
          deleteEvent: {{ enabled: always }}
"#
    );
    Stage::of(Options::default().with("contacts", 1).with("cars", 3).with("boats", 3), &manifest)
}

/// How often HubSpot was asked for its schemas.
fn lookups(stage: &Stage) -> u64 {
    let state = stage.emulator.state();
    let counted = state.counters().iter().filter(|(endpoint, _)| endpoint.contains("schemas"));
    counted.flat_map(|(_, by_status)| by_status.values()).sum()
}

fn named(name: &str) -> Properties {
    [("name".to_owned(), Some(name.to_owned()))].into()
}

async fn check(name: &str) {
    let stage = stage(name);
    let runtime = stage.start();
    {
        let mut state = stage.emulator.state();
        state.change_these("boats", &[1], &named("Nobody asked")).unwrap();
        state.change_these("cars", &[2], &named("Beetle")).unwrap();
    }
    stage.tell().await;
    let update = stage.entries_after(1).await.remove(0);
    assert_eq!((&update["subscribeEventType"], &update["fields"]["name"]), (&json!("update"), &json!("Beetle")), "{update}");
    let type_id = stage.emulator.state().store("cars").unwrap().object.type_id.clone();
    assert_eq!(update["rawEvent"]["objectTypeId"], json!(type_id), "the event itself stays as it was");
    stage.emulator.state().add("cars", 1, &named("Goggomobil")).unwrap();
    stage.emulator.state().archive_these("cars", &[3]).unwrap();
    stage.tell().await;
    let entries = stage.entries_after(3).await;
    let kinds: Vec<&Value> = entries.iter().map(|entry| &entry["subscribeEventType"]).collect();
    assert_eq!(kinds, ["update", "create", "delete"]);
    stage.stands(&runtime, |events| events["waiting"] == 0).await;
    let message: Value = serde_json::from_slice(&stage.receiver.seen().requests[0].body).unwrap();
    assert_eq!(message["objectName"], json!(name));
    assert_eq!(stage.entries().len(), 3, "nothing of boats");
    assert_eq!(lookups(&stage), 1, "what objects are called is asked once");
    assert!(runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_is_known_by_its_name() {
    check("cars").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_is_known_by_its_full_name() {
    check(&format!("p{PORTAL_ID}_cars")).await;
}
