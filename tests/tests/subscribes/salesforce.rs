//! Salesforce's change events through EventBridge's form, into messages.

use std::time::Duration;

use ampline_tests::{
    receiver::{self, Receiver},
    runtime::Workplace,
    salesforce::{ChangeType, Emulator, Id, Options, Target},
};
use serde_json::{Value, json};

use crate::stage::PATIENCE;

const KEY: &str = "key-that-eventbridge-shows";

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: sales
    provider: salesforce
    read:
      objects:
        - objectName: Contact
          destination: hook
          schedule: ""
          requiredFields: [{ fieldName: LastName }]
    subscribe:
      objects:
        - objectName: Contact
          destination: hook
          inheritFieldsAndMapping: true
          createEvent: { enabled: always }
          updateEvent: { enabled: always, watchFieldsAuto: selected }
          deleteEvent: { enabled: always }
          otherEvents: [UNDELETE]
"#;

/// ampline.toml: the receiver as destination, the emulator as the customer's Salesforce.
fn settings(base_url: &str, hook: &str) -> String {
    format!(
        r#"[project]
id = "demo"
[network]
allow = ["127.0.0.0/8"]
[destinations.hook]
type = "webhook"
url = "{hook}"
[integrations.sales]
inbound_key = {{ env = "INBOUND_KEY" }}
[connections.acme]
provider = "salesforce"
base_url = "{base_url}"
access_token = {{ env = "SALESFORCE_TOKEN" }}
[[installations]]
integration = "sales"
connection = "acme"
group_ref = "acme"
"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn change_events_become_messages_and_an_overflow_a_read() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default().with("Contact", 5);
    let token = options.access_token.clone();
    let emulator = Emulator::start(options).unwrap();
    let receiver = Receiver::start(receiver::Options::default()).unwrap();
    let (base_url, hook) = (emulator.base_url(), receiver.url("hook"));
    let settings = settings(&base_url, &hook);
    let secrets = [("SALESFORCE_TOKEN", token.as_str()), ("INBOUND_KEY", KEY)];
    let workplace = Workplace::new(folder.path(), MANIFEST, &settings, &secrets).unwrap();
    let runtime = workplace.start().unwrap();
    let url = format!("http://{}/subscribe/v1/projects/demo/integrations/sales", runtime.client.address());
    let target = Target { headers: vec![("authorization".to_owned(), KEY.to_owned())], ..Target::new(url) };
    let entries = || -> Vec<Value> {
        let seen = receiver.seen();
        let messages = seen.requests.iter().map(|request| serde_json::from_slice::<Value>(&request.body).unwrap());
        messages.flat_map(|message| message["result"].as_array().cloned().unwrap_or_default()).collect()
    };
    let after = |count: usize| async move {
        let waiting = async {
            while entries().len() < count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "only {:?}", entries());
        entries()
    };
    let written = |name: &str, value: &str| json!({ name: value }).as_object().cloned().unwrap();
    let changed = {
        let mut state = emulator.state();
        state.send_events_to(Some(target));
        state.change("Contact", 1, &written("MailingCity", "Oslo")).unwrap();
        state.change("Contact", 1, &written("LastName", "Svensson")).unwrap().remove(0)
    };
    let update = after(1).await.remove(0);
    assert_eq!((&update["subscribeEventType"], &update["providerEventType"]), (&json!("update"), &json!("UPDATE")));
    assert_eq!((&update["fields"]["lastname"], &update["raw"]["Id"]), (&json!("Svensson"), &json!(changed)));
    assert_eq!(update["rawEvent"]["ChangeEventHeader"]["recordId"], json!(changed));
    assert!(update["fieldsUpdated"].as_array().unwrap().contains(&json!("LastName")), "{update}");
    let id = Id::parse(&changed).unwrap();
    emulator.state().gap("Contact", ChangeType::GapUpdate, &[id]).unwrap();
    let gap = after(2).await.remove(1);
    assert_eq!((&gap["subscribeEventType"], &gap["providerEventType"]), (&json!("update"), &json!("GAP_UPDATE")));
    assert!(gap.get("fieldsUpdated").is_none(), "{gap}");
    emulator.state().delete_these("Contact", &[id]).unwrap();
    let delete = after(3).await.remove(2);
    assert_eq!((&delete["subscribeEventType"], &delete["id"]), (&json!("delete"), &json!(changed)));
    emulator.state().undelete_these("Contact", &[id]).unwrap();
    assert_eq!(after(4).await.remove(3)["providerEventType"], "UNDELETE");
    emulator.state().gap("Contact", ChangeType::GapOverflow, &[]).unwrap();
    let waiting = async {
        while runtime.client.get("status").await.unwrap()["reads"][0]["operation"].is_null() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("an overflow begins a read");
    assert!(runtime.terminate().unwrap().success());
}
