//! What the demo plays on: the emulator and the receiver in this process, the real binary beside it.

use std::{path::PathBuf, time::Duration};

use super::{COMPANIES, CONTACTS, view::View};
use crate::{
    faults::{Answer, Rule},
    hubspot::Options,
    receiver::Mode,
    runtime::{RuntimeClient, RuntimeProcess},
    world::World,
};

/// HubSpot answers this slowly, so that there is something to see.
const ANSWER_DELAY: Duration = Duration::from_millis(60);

/// What to look at next.
pub(super) const NEXT: &str = "
what to look at next
  cargo xtask demo --keep        leaves it running, to be looked into with the commands it prints
  README.md                      amp.yaml and ampline.toml, and how to run your own
  ampline check amp.yaml         every problem of a manifest, with its place and its remedy
  runtime/ARCHITECTURE.md        where everything lives, and why";

const MANIFEST: &str = r#"specVersion: 1.0.0
integrations:
  - name: crm
    displayName: Demo CRM
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: contacts
          schedule: "*/10 * * * *"
          backfill:
            defaultPeriod:
              fullHistory: true
          requiredFields:
            - fieldName: email
            - fieldName: firstname
            - fieldName: lastname
              mapToName: familyName
        - objectName: companies
          destination: companies
          schedule: "*/10 * * * *"
          backfill:
            defaultPeriod:
              fullHistory: true
          requiredFields:
            - fieldName: name
            - fieldName: domain
"#;

const DESTINATIONS: &str = r#"
[destinations.contacts]
type = "webhook"
url = "{receiver}/contacts"
signing_key = { env = "SIGNING_KEY" }

[destinations.companies]
type = "api"
endpoint = "companies"
"#;

/// The world with a running runtime in it.
pub(super) struct Stage {
    world: World,
    folder: PathBuf,
    runtime: RuntimeProcess,
}

impl Stage {
    pub(super) fn start(view: &View) -> Result<Self, String> {
        let words = |what: &'static str| move |error: std::io::Error| format!("cannot start {what}: {error}");
        let folder = std::env::temp_dir().join(format!("ampline-demo-{}", std::process::id()));
        let options = Options::default().with("contacts", CONTACTS).with("companies", COMPANIES);
        let world = World::new(&folder, options, MANIFEST, DESTINATIONS).map_err(words("the doubles"))?;
        world.emulator.fault(Rule { delay_ms: ANSWER_DELAY.as_millis() as u64, answer: Answer::Normal, ..Rule::default() });
        let runtime = world.workplace.start().map_err(words("the runtime"))?;
        view.say(&format!(
            "an emulated HubSpot at {}, a webhook receiver at {}, and Ampline at http://{}\namp.yaml, ampline.toml and the log are in {}",
            world.emulator.base_url(),
            world.receiver.url("/"),
            runtime.client.address(),
            folder.display()
        ));
        Ok(Self { world, folder, runtime })
    }

    pub(super) fn client(&self) -> &RuntimeClient {
        &self.runtime.client
    }

    pub(super) fn change_contacts(&self, count: u64) -> Result<(), String> {
        let written = [("lastname".to_owned(), Some("Changed".to_owned()))].into_iter().collect();
        self.world.emulator.state().change("contacts", count, &written).map(drop).map_err(|error| format!("{error:?}"))
    }

    pub(super) async fn receiver_down(&self, is_down: bool) {
        self.world.receiver.set_mode(if is_down { Mode::down() } else { Mode::default() }).await;
    }

    /// Messages that the receiver took.
    pub(super) fn receiver_messages(&self) -> u64 {
        self.world.receiver.counts().events_accepted
    }

    /// Different records that it has seen.
    pub(super) fn receiver_records(&self) -> u64 {
        self.world.receiver.counts().records
    }

    pub(super) fn receiver_bad_signatures(&self) -> u64 {
        self.world.receiver.counts().signature_failures
    }

    /// Commands to look into it.
    pub(super) fn addresses(&self) -> String {
        let data = self.world.workplace.data_dir();
        let ampline = crate::runtime::binary();
        let (ampline, data) = (ampline.display(), data.display());
        format!(
            "  {ampline} status --data-dir {data}\n  {ampline} deliveries --data-dir {data}\n  {ampline} read --data-dir {data}\n  \
             curl -H \"X-Api-Key: $({ampline} secrets show api-key --data-dir {data})\" http://{}/projects/demo/companies/groups/acme",
            self.runtime.client.address()
        )
    }

    pub(super) fn stop(self) -> Result<(), String> {
        let status = self.runtime.terminate().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("the runtime ended with {status}; its log is in {}", self.folder.display()));
        }
        std::fs::remove_dir_all(&self.folder).map_err(|error| format!("cannot remove {}: {error}", self.folder.display()))
    }
}
