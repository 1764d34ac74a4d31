//! Changes of a customer's schema are told by schedule; the first look tells nothing, and what changed while nothing ran is told later.

use std::{fs, time::Duration};

use ampline_tests::{hubspot::Kind, runtime::RuntimeProcess};
use serde_json::{Value, json};

use crate::stage::Stage;

/// Every minute, which the checker warns of and a test cannot do without.
const WATCH: &str = r#"
    watchSchema:
      destination: ops
      schedule: "* * * * *"
      allObjects:
        fieldCreated: { enabled: always }
        fieldDeleted: { enabled: always }
        fieldChanged: { enabled: always }
"#;

/// A tick and a loaded machine.
const PATIENCE: Duration = Duration::from_secs(180);

struct Watch(Stage);

impl Watch {
    fn new() -> Self {
        let stage = Stage::new("");
        let file = stage.workplace.settings_file().with_file_name("amp.yaml");
        let manifest = fs::read_to_string(&file).unwrap();
        fs::write(file, format!("{}{WATCH}", manifest.trim_end())).unwrap();
        Self(stage)
    }

    fn define(&self, property: &str, kind: Option<Kind>) {
        self.0.emulator.state().define("contacts", property, kind).unwrap();
    }

    /// Starts a runtime, and waits until it has looked so often.
    async fn started(&self, looks: usize) -> RuntimeProcess {
        let runtime = self.0.workplace.start().unwrap();
        let seen = || fs::read_to_string(self.0.workplace.log_file()).unwrap().matches("schema.first_seen").count();
        let waiting = async {
            while seen() < looks {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("nobody looked");
        runtime
    }

    /// Waits for so many messages.
    async fn told(&self, count: usize) -> Vec<Value> {
        let waiting = async {
            while self.0.told().len() < count {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("only {:#?}", self.0.told());
        }
        self.0.told()
    }
}

fn names(fields: &Value) -> Vec<&str> {
    fields.as_array().into_iter().flatten().filter_map(|field| field["fieldName"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_that_come_go_and_change_are_told_after_a_first_look() {
    let watch = Watch::new();
    let runtime = watch.started(1).await;
    assert_eq!(watch.0.told(), Vec::<Value>::new(), "the first look is what others are compared with");
    watch.define("shoe_size", Some(Kind::Number));
    watch.define("city", None);
    watch.define("company", Some(Kind::Number));
    let told = watch.told(1).await;
    let message = &told[0];
    let expected = json!({ "action": "schema.watch", "projectId": "demo", "provider": "hubspot", "groupRef": "acme",
        "groupName": "ACME Corporation", "consumerRef": "user-1", "consumerName": "Una", "objectName": "people", "rawObjectName": "contacts" });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&message[key], value, "{key}");
    }
    let result = &message["result"];
    assert_eq!((names(&result["createdFields"]), names(&result["deletedFields"])), (vec!["shoe_size"], vec!["city"]));
    let [changed] = &result["changedFields"].as_array().unwrap()[..] else { panic!("{result:#}") };
    assert_eq!(
        (&changed["oldSchema"]["providerType"], &changed["newSchema"]["providerType"]),
        (&json!("string"), &json!("number"))
    );

    // What changes while nothing runs is found by the tick that was missed.
    runtime.kill().unwrap();
    watch.define("hat_size", Some(Kind::Number));
    let _runtime = watch.0.workplace.start().unwrap();
    let told = watch.told(2).await;
    assert_eq!(names(&told[1]["result"]["createdFields"]), ["hat_size"], "{told:#?}");
    assert_eq!(told[1]["result"].as_object().unwrap().len(), 1, "what did not happen is not told");
}
