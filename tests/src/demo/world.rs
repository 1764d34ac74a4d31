//! What the demo plays with: the emulator and the receiver in this process, the real binary beside it.

use std::{path::PathBuf, time::Duration};

use super::{COMPANIES, CONTACTS, view::View};
use crate::{
    faults::{Answer, Rule},
    hubspot::{Emulator, Options},
    receiver::{self, Mode, Receiver},
    runtime::{RuntimeClient, RuntimeProcess, Workplace},
};

/// Signs the demo's webhooks.
const SIGNING_KEY: &str = "whsec_ZGVtby1rZXktb25seS1mb3ItbG9vcGJhY2stMTIzNA==";
const TOKEN: &str = "demo-token";
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

pub(super) struct World {
    emulator: Emulator,
    receiver: Receiver,
    workplace: Workplace,
    folder: PathBuf,
    runtime: RuntimeProcess,
}

impl World {
    pub(super) fn start(view: &View) -> Result<Self, String> {
        let words = |what: &'static str| move |error: std::io::Error| format!("cannot start {what}: {error}");
        let options = Options { token: Some(TOKEN.into()), ..Options::default() };
        let emulator =
            Emulator::start(options.with("contacts", CONTACTS).with("companies", COMPANIES)).map_err(words("the emulator"))?;
        emulator.fault(Rule { delay_ms: ANSWER_DELAY.as_millis() as u64, answer: Answer::Normal, ..Rule::default() });
        let receiver = Receiver::start(receiver::Options {
            secrets: vec![SIGNING_KEY.into()],
            read_records: true,
            ..receiver::Options::default()
        });
        let receiver = receiver.map_err(words("the receiver"))?;
        let folder = std::env::temp_dir().join(format!("ampline-demo-{}", std::process::id()));
        let settings = settings(&emulator, &receiver);
        let secrets = [("DEMO_TOKEN", TOKEN), ("DEMO_SIGNING_KEY", SIGNING_KEY)];
        let workplace = Workplace::new(&folder, MANIFEST, &settings, &secrets).map_err(words("in the temporary folder"))?;
        let runtime = workplace.start().map_err(words("the runtime"))?;
        view.say(&format!(
            "an emulated HubSpot at {}, a webhook receiver at {}, and Ampline at http://{}\namp.yaml, ampline.toml and the log are in {}",
            emulator.base_url(),
            receiver.url("/"),
            runtime.client.address(),
            folder.display()
        ));
        Ok(Self { emulator, receiver, workplace, folder, runtime })
    }

    pub(super) fn client(&self) -> &RuntimeClient {
        &self.runtime.client
    }

    pub(super) fn change_contacts(&self, count: u64) -> Result<(), String> {
        let written = [("lastname".to_owned(), Some("Changed".to_owned()))].into_iter().collect();
        self.emulator.state().change("contacts", count, &written).map(drop).map_err(|error| format!("{error:?}"))
    }

    pub(super) async fn receiver_down(&self, is_down: bool) {
        self.receiver.set_mode(if is_down { Mode::down() } else { Mode::default() }).await;
    }

    /// Messages that the receiver took.
    pub(super) fn receiver_messages(&self) -> u64 {
        self.receiver.counts().events_accepted
    }

    /// Different records that it has seen.
    pub(super) fn receiver_records(&self) -> u64 {
        self.receiver.counts().records
    }

    pub(super) fn receiver_bad_signatures(&self) -> u64 {
        self.receiver.counts().signature_failures
    }

    /// Commands to look into it.
    pub(super) fn addresses(&self) -> String {
        let data = self.workplace.data_dir();
        let ampline = crate::runtime::binary();
        let (ampline, data) = (ampline.display(), data.display());
        format!(
            "  {ampline} status --data-dir {data}\n  {ampline} deliveries --data-dir {data}\n  {ampline} read --data-dir {data}\n  \
             curl -H \"X-Api-Key: $(cat {data}/api-key)\" http://{}/projects/demo/companies/groups/acme",
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

fn settings(emulator: &Emulator, receiver: &Receiver) -> String {
    format!(
        r#"[project]
id = "demo"

[destinations.contacts]
type = "webhook"
url = "{}"
signing_key = {{ env = "DEMO_SIGNING_KEY" }}

[destinations.companies]
type = "api"
endpoint = "companies"

[connections.acme-hubspot]
provider = "hubspot"
base_url = "{}"
access_token = {{ env = "DEMO_TOKEN" }}

[[installations]]
integration = "crm"
connection = "acme-hubspot"
group_ref = "acme"
group_name = "ACME Corporation"
consumer_ref = "user-1"
"#,
        receiver.url("/contacts"),
        emulator.base_url()
    )
}
