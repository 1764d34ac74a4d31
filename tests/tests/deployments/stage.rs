//! A runtime that reads contacts for `acme`, and manifests to deploy beside its own.

use std::{process::Output, time::Duration};

use ampline_tests::{hubspot::Options, runtime::RuntimeProcess, world::World};
use serde_json::Value;

/// How long a change may take to reach the scheduler; machines are busy.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The runtime's own amp.yaml, in the form of 2023 with a hosted store, as the page on destinations shows it.
const OWN: &str = r#"
specVersion: 0.1.0
appName: demo
destinations:
  - name: hubspotContactsApi
    type: api
    endpoint: hubspot-contacts
integrations:
  - name: crm
    api: hubspot
    actions:
      - type: read
        schedule: every 2 hours
        objects:
          - objectName: contacts
            destination: hubspotContactsApi
            requiredFields:
              - fieldName: email
"#;
const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }
"#;
/// Another integration; `{objects}` stands for what it reads.
const SALES: &str = r#"specVersion: 1.0.0
integrations:
  - name: sales
    displayName: Sales
    provider: hubspot
    read:
      objects:
"#;
/// An object of it.
pub(crate) const CONTACTS: &str = r#"        - objectName: contacts
          destination: hook
          schedule: "*/30 * * * *"
          requiredFields:
            - fieldName: email
          optionalFields:
            - fieldName: phone
"#;
/// Another.
pub(crate) const COMPANIES: &str = r#"        - objectName: companies
          destination: hook
          schedule: "0 * * * *"
          requiredFields:
            - fieldName: name
"#;

/// The manifest of `sales` with these objects.
pub(crate) fn sales(objects: &[&str]) -> String {
    format!("{SALES}{}", objects.concat())
}

pub(crate) struct Stage {
    pub world: World,
    pub runtime: RuntimeProcess,
    pub folder: tempfile::TempDir,
}

impl Stage {
    /// Running, with so many contacts at HubSpot.
    pub(crate) fn new(contacts: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(folder.path(), Options::default().with("contacts", contacts), OWN, DESTINATIONS).unwrap();
        let runtime = world.workplace.start().unwrap();
        Self { world, runtime, folder }
    }

    /// Writes the manifest of `sales` into a folder of its own, and gives that.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join("sales").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        "sales".to_owned()
    }

    pub(crate) fn ampline(&self, arguments: &[&str]) -> Output {
        self.world.workplace.command().args(arguments).output().unwrap()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.ampline(&[arguments, &["--format", "json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Lets `acme` read all of `sales`.
    pub(crate) fn install(&self, objects: &[&str]) -> Value {
        let mut arguments =
            vec!["installations", "create", "--integration", "sales", "--group", "acme", "--connection", "acme-hubspot"];
        arguments.extend(objects.iter().flat_map(|object| ["--object", object]));
        self.json(&arguments)
    }

    /// Waits until these objects of `sales` are due, and no others: the scheduler hears of a change behind its answer.
    pub(crate) async fn becomes_due(&self, objects: &[&str]) {
        let wait = async {
            while self.due().await != objects {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        assert!(waited.is_ok(), "{objects:?} did not become what is due");
    }

    /// Objects of `sales` that are due.
    async fn due(&self) -> Vec<String> {
        let status = self.runtime.client.get("status").await.unwrap();
        let installations = self.runtime.client.get("integrations/sales/installations").await.unwrap();
        let of_sales = |read: &&Value| installations.as_array().unwrap().iter().any(|one| one["id"] == read["installationId"]);
        let due = status["reads"].as_array().unwrap().iter().filter(of_sales).filter(|read| !read["nextRunAt"].is_null());
        due.map(|read| read["objectName"].as_str().unwrap().to_owned()).collect()
    }
}
