//! What a customer's account makes of what was deployed: fields as the provider describes them, and records in the hosted store.

use std::time::Duration;

use ampline_tests::faults::{Answer, Rule};
use serde_json::{Value, json};

use super::stage::{CONTACTS, Stage, sales};

const PATIENCE: Duration = Duration::from_secs(60);
const UNKNOWN: &str =
    "        - objectName: spaceships\n          destination: hook\n          requiredFields:\n            - fieldName: name\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revisions_are_completed_by_the_customers_account() {
    let stage = Stage::new(1);
    let folder = stage.write("amp.yaml", &sales(&[CONTACTS, UNKNOWN]));
    assert!(stage.ampline(&["deploy", &folder, "--yes"]).status.success());
    let client = &stage.runtime.client;
    let sales = client.get("integrations/sales").await.unwrap();
    let revision = sales["latestRevision"]["id"].as_str().unwrap();
    let connection = client.get("connections").await.unwrap()[0]["id"].as_str().unwrap().to_owned();
    let path = format!("integrations/sales/revisions/{revision}:hydrate?connectionId={connection}");
    let hydrated = client.get(&path).await.unwrap();
    assert_eq!((&hydrated["id"], &hydrated["content"]["displayName"]), (&json!(revision), &json!("Sales")));
    let objects = hydrated["content"]["read"]["objects"].as_array().unwrap();
    let contacts = &objects[0];
    assert_eq!(
        (&contacts["objectName"], &contacts["displayName"], contacts.get("error")),
        (&json!("contacts"), &json!("contacts"), None)
    );
    let email = &contacts["allFieldsMetadata"]["email"];
    assert_eq!((&email["fieldName"], &email["valueType"]), (&json!("email"), &json!("string")), "{email}");
    assert_eq!(contacts["requiredFields"][0]["displayName"], email["displayName"], "the account's label");
    assert_eq!(contacts["allFields"].as_array().unwrap().len(), contacts["allFieldsMetadata"].as_object().unwrap().len());
    let unknown = &objects[1];
    assert!(unknown["error"].is_string() && unknown.get("allFields").is_none(), "one object's failure is its own: {unknown:#}");

    for place in ["integrations/crm", "providers/hubspot"] {
        let metadata = client.get(&format!("{place}/objects/contacts/metadata?groupRef=acme")).await.unwrap();
        assert_eq!((&metadata["name"], &metadata["fields"]["email"]), (&json!("contacts"), email), "{place}");
        let writable =
            client.get(&format!("{place}/objects/contacts/metadata?groupRef=acme&excludeReadOnly=true")).await.unwrap();
        let count = |value: &Value| value["fields"].as_object().unwrap().len();
        assert!(
            count(&writable) <= count(&metadata)
                && writable["fields"].as_object().unwrap().values().all(|field| field["readOnly"] != true)
        );
        let nobody = client.get(&format!("{place}/objects/contacts/metadata?groupRef=nobody")).await.unwrap_err();
        assert!(nobody.starts_with("404"), "{nobody}");
    }
    stage.world.emulator.fault(
        Rule { answer: Answer::Status { status: 500, retry_after: None, body: None, content_type: None }, ..Rule::default() }
            .on("/crm/v3/properties"),
    );
    let failed = client.get(&path).await.unwrap();
    assert!(
        failed["content"]["read"]["objects"].as_array().unwrap().iter().all(|object| object["error"].is_string()),
        "{failed:#}"
    );
    let failed = client.get("integrations/crm/objects/contacts/metadata?groupRef=acme").await.unwrap_err();
    assert!(failed.starts_with("502"), "{failed}");
    assert!(stage.runtime.terminate().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosted_store_answers_at_the_addresses_of_its_page() {
    let stage = Stage::new(3);
    let client = &stage.runtime.client;
    let all = async {
        loop {
            let listed = client.hosted("hubspot-contacts/groups/acme").await.unwrap();
            if listed["results"].as_array().unwrap().len() == 3 {
                return listed;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let listed = tokio::time::timeout(PATIENCE, all).await.unwrap();
    let first = &listed["results"][0];
    let item = format!("hubspot-contacts/groups/acme/items/{}", first["id"].as_str().unwrap());
    assert_eq!(client.hosted(&item).await.unwrap(), *first, "one item by the provider's primary key");
    assert!(first["data"]["email"].is_string(), "{first}");
    for missing in ["hubspot-contacts/groups/acme/items/none", "hubspot-contacts/groups/nobody/items/1"] {
        assert!(client.hosted(missing).await.unwrap_err().starts_with("404"), "{missing}");
    }
    let open = reqwest::get(format!("http://{}/projects/demo/{item}", client.address())).await.unwrap();
    assert_eq!(open.status().as_u16(), 401, "only who has a key");
    assert!(stage.runtime.terminate().unwrap().success());
}
