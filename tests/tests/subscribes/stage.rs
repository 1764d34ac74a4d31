//! A runtime that takes HubSpot's events in, and the emulator that sends them.

use std::{fs, time::Duration};

use ampline_tests::{
    hubspot::{Options, PORTAL_ID, Properties, Webhooks},
    receiver::Seen,
    runtime::RuntimeProcess,
    world::World,
};
use serde_json::Value;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The app's secret, which signs events.
pub(crate) const CLIENT_SECRET: &str = "client-secret-of-the-app-0123456789";
/// Where events of the integration `crm` go.
pub(crate) const PATH: &str = "/subscribe/v1/projects/demo/integrations/crm";

const READ: &str = r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          mapToName: person
          destination: hook
          schedule: ""
          requiredFields:
            - fieldName: email
            - fieldName: firstname
              mapToName: givenName
        - objectName: companies
          destination: hook
          schedule: ""
          requiredFields:
            - fieldName: name
"#;

const DESTINATIONS: &str = r#"
[destinations.hook]
type = "webhook"
url = "{receiver}/hook"
signing_key = { env = "SIGNING_KEY" }

[destinations.mirror]
type = "api"
endpoint = "people"

[integrations.crm]
inbound_key = { env = "INBOUND_KEY" }
"#;

/// Every event of contacts, to the receiver.
pub(crate) const EVERYTHING: &str = r#"
    subscribe:
      objects:
        - objectName: contacts
          destination: hook
          inheritFieldsAndMapping: true
          createEvent: { enabled: always }
          updateEvent: { enabled: always, requiredWatchFields: [email, givenName] }
          deleteEvent: { enabled: always }
          associationChangeEvent: { enabled: always, includeFullRecords: true }
          otherEvents: [contact.restore]
"#;

/// The world, in a folder that goes with it.
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
    /// Ten contacts and five companies, with these subscriptions.
    pub(crate) fn new(subscribe: &str) -> Self {
        Self::of(Options::default().with("contacts", 10).with("companies", 5), &format!("{READ}{subscribe}"))
    }

    /// These records, with this manifest.
    pub(crate) fn of(options: Options, manifest: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::new(folder.path(), options, manifest, DESTINATIONS).unwrap();
        // Two secrets: the app's is being changed.
        world.workplace.set("INBOUND_KEY", &format!("older-secret {CLIENT_SECRET}"));
        let file = world.workplace.settings_file();
        let settings = fs::read_to_string(&file).unwrap();
        let connection = "provider = \"hubspot\"\n";
        assert!(settings.contains(connection));
        fs::write(&file, settings.replace(connection, &format!("{connection}workspace = \"{PORTAL_ID}\"\n"))).unwrap();
        Self { world, _folder: folder }
    }

    /// Starts the runtime and points HubSpot's webhooks at it.
    pub(crate) fn start(&self) -> RuntimeProcess {
        let runtime = self.workplace.start().unwrap();
        let url = format!("http://{}{PATH}", runtime.client.address());
        let webhooks = Webhooks { url, client_secret: CLIENT_SECRET.into(), retries: 0, ..Webhooks::default() };
        self.emulator.state().listen(Some(webhooks));
        runtime
    }

    /// Changes one contact and lets HubSpot tell of it.
    pub(crate) async fn change(&self, id: u64, name: &str, value: &str) {
        let written: Properties = [(name.to_owned(), Some(value.to_owned()))].into();
        self.emulator.state().change_these("contacts", &[id], &written).unwrap();
        self.tell().await;
    }

    /// Every event is taken, at the first attempt.
    pub(crate) async fn tell(&self) {
        let delivery = self.emulator.deliver_events().await;
        assert!(delivery.lost == 0 && delivery.requests <= 1, "{delivery:?}");
    }

    pub(crate) async fn arrived(&self, what: impl Fn(&Seen) -> bool) {
        self.receiver.wait_until(PATIENCE, what).await.unwrap();
    }

    /// The entries of all messages that arrived, in their order.
    pub(crate) fn entries(&self) -> Vec<Value> {
        let seen = self.receiver.seen();
        let messages = seen.requests.iter().map(|request| serde_json::from_slice::<Value>(&request.body).unwrap());
        messages.flat_map(|message| message["result"].as_array().cloned().unwrap_or_default()).collect()
    }

    /// Waits until so many entries arrived.
    pub(crate) async fn entries_after(&self, count: usize) -> Vec<Value> {
        let waiting = async {
            while self.entries().len() < count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("only {:?}", self.entries());
        }
        self.entries()
    }

    /// Waits until the events stand so.
    pub(crate) async fn stands(&self, runtime: &RuntimeProcess, so: impl Fn(&Value) -> bool) {
        let waiting = async {
            while !so(&runtime.client.get("status").await.unwrap()["events"]) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the inbox did not come to stand so");
    }
}
