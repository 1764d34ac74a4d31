//! Objects that are delivered on request (`delivery: { mode: onRequest }`), a page at a time.

use ampline_tests::{hubspot::Options, loopback::Client, world::World};
use serde_json::json;

use crate::stage::{holds, stored, until};

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: store
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          delivery: { mode: onRequest, pageSize: 60 }
          requiredFields: [{ fieldName: email }]
        - objectName: companies
          destination: other
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: name }]
"#;
const STORES: &str = "[destinations.store]\ntype = \"api\"\nendpoint = \"contacts\"\n[destinations.other]\ntype = \"api\"\nendpoint = \"companies\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_come_when_they_are_asked_for_and_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default().with("contacts", 200).with("companies", 1);
    let world = World::new(folder.path(), options, MANIFEST, STORES).unwrap();
    let runtime = world.workplace.start().unwrap();
    // Two pages of 100 records make four messages.
    let mirror = |status: &serde_json::Value| status["destinations"].as_array().unwrap().iter().any(|one| one["pending"] == 4);
    until(&runtime.client, "status", |status| mirror(status)).await;
    assert!(stored(&runtime.client, "acme").await.is_empty());
    runtime.kill().unwrap();

    let runtime = world.workplace.start().unwrap();
    let base = format!("http://{}/read/v1/projects/demo/integrations/crm/objects", runtime.client.address());
    let read = Client::new(&base).with("x-api-key", runtime.client.key());
    let ask = async |object: &str, body: serde_json::Value| read.post(&format!("/{object}:deliverResults"), &body).await.unwrap();
    assert_eq!(ask("contacts", json!({ "groupRef": "acme", "pages": 1 })).await.status, 204);
    holds(&runtime.client, "acme", 60).await;
    assert_eq!(ask("contacts", json!({ "groupRef": "acme", "pages": 2 })).await.status, 204);
    holds(&runtime.client, "acme", 160).await;
    assert_eq!(ask("contacts", json!({ "groupRef": "acme", "pages": 9 })).await.status, 204);
    holds(&runtime.client, "acme", 200).await;

    let rows = [
        ("companies", json!({ "groupRef": "acme", "pages": 1 }), 409, "onRequest"),
        ("shoes", json!({ "groupRef": "acme", "pages": 1 }), 404, "contacts"),
        ("contacts", json!({ "groupRef": "nobody", "pages": 1 }), 404, "nobody"),
        ("contacts", json!({ "groupRef": "acme", "pages": -1 }), 422, "pages"),
        ("contacts", json!({ "groupRef": "acme" }), 422, "pages"),
    ];
    for (object, body, status, said) in rows {
        let answer = ask(object, body).await;
        assert!(answer.status == status && answer.json().to_string().contains(said), "{object}: {}", answer.json());
    }
}
