//! A runtime between an emulated HubSpot and a receiver with two addresses: `/hook` for records, `/ops` for notifications.

use std::{collections::HashSet, time::Duration};

use ampline_tests::{hubspot::Options, loopback::Client, receiver::Seen, runtime::RuntimeProcess, world::World};
use serde_json::Value;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const MANIFEST: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          mapToName: people
          destination: hook
          schedule: "*/10 * * * *"
          backfill: { defaultPeriod: { fullHistory: true } }
          requiredFields: [{ fieldName: email }]
"#;

const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }

[destinations.ops]
type = "webhook"
url = "{receiver}/ops"
signing_key = { env = "SIGNING_KEY" }

[destinations.mirror]
type = "api"
endpoint = "people"
"#;

pub(crate) struct Stage {
    pub(crate) world: World,
    _folder: tempfile::TempDir,
}

impl std::ops::Deref for Stage {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Stage {
    /// Twenty contacts; `more` goes into ampline.toml besides.
    pub(crate) fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::default().with("contacts", 20).with("companies", 5);
        let world = World::new(folder.path(), options, MANIFEST, &format!("{DESTINATIONS}{more}")).unwrap();
        Self { world, _folder: folder }
    }

    pub(crate) async fn arrived(&self, what: impl Fn(&Seen) -> bool) {
        self.receiver.wait_until(PATIENCE, what).await.unwrap();
    }

    /// The bodies that came to `/ops` and were taken, each once, in their order.
    pub(crate) fn told(&self) -> Vec<Value> {
        let seen = self.receiver.seen();
        // What was taken right before a kill comes again, under the same id.
        let mut ids = HashSet::new();
        let taken = seen.requests.iter().filter(|request| request.path == "/ops" && request.status == 200);
        taken
            .filter(|request| ids.insert(&request.headers["webhook-id"]))
            .map(|request| serde_json::from_slice(&request.body).unwrap())
            .collect()
    }

    /// Waits for a notification of this type that is as it should be.
    pub(crate) async fn hears(&self, kind: &str, so: impl Fn(&Value) -> bool) -> Value {
        let fits = |told: Vec<Value>| told.into_iter().find(|one| one["notificationType"] == kind && so(&one["data"]));
        let waiting = async {
            loop {
                if let Some(found) = fits(self.told()) {
                    return found["data"].clone();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("no {kind} among {:#?}", self.told()),
        }
    }

    /// How many notifications of a type came.
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.told().iter().filter(|one| one["notificationType"] == kind).count()
    }
}

/// The API under `/v1/projects/demo`, and what it answered.
pub(crate) struct Api(Client);

impl Api {
    pub(crate) fn of(runtime: &RuntimeProcess) -> Self {
        let base = format!("http://{}/v1/projects/demo", runtime.client.address());
        Self(Client::new(&base).with("x-api-key", runtime.client.key()))
    }

    /// Status and body of a request below the project; beside it with a path that begins with `../`.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.0.call(method, path, body).await.unwrap();
        (answer.status, answer.json())
    }

    /// The answer to a request that must succeed.
    pub(crate) async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, &body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }
}
