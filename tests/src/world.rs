//! A whole small world on loopback: an emulated HubSpot, a receiver, and the files of a runtime between them.

use std::{io, path::Path};

use crate::{
    hubspot::{Emulator, Options},
    receiver::{self, Receiver},
    runtime::Workplace,
};

/// What webhooks are signed with in every such world.
pub const SIGNING_KEY: &str = "whsec_bG9vcGJhY2stc2lnbmluZy1rZXktMDEyMzQ1Njc4OQ==";
/// The token that its HubSpot accepts.
pub const TOKEN: &str = "loopback-token";
/// The project that its runtime serves.
pub const PROJECT: &str = "demo";

/// A schedule whose next tick no test lives to see: what is read is read at the start, and when somebody asks for it.
pub const ONCE: &str = "0 0 1 1 *";

/// A manifest whose integration `crm` reads HubSpot's contacts from their beginning on into a destination, by this schedule.
pub fn contacts(destination: &str, schedule: &str) -> String {
    format!(
        r#"
specVersion: 1.0.0
integrations:
  - name: crm
    provider: hubspot
    read:
      objects:
        - objectName: contacts
          destination: {destination}
          schedule: "{schedule}"
          requiredFields: [{{ fieldName: email }}]
          backfill: {{ defaultPeriod: {{ fullHistory: true }} }}
"#
    )
}

/// The doubles, running, and the runtime, yet to be started.
pub struct World {
    /// HubSpot.
    pub emulator: Emulator,
    /// The product's webhook endpoint.
    pub receiver: Receiver,
    /// amp.yaml, ampline.toml and data.
    pub workplace: Workplace,
}

impl World {
    /// Starts the doubles and writes the files. `destinations` is their part of ampline.toml, in which `{receiver}` stands for
    /// the receiver's address; the manifest's integration is called `crm`, the customer's group `acme`.
    ///
    /// # Errors
    /// When a port or the folder cannot be had.
    pub fn new(folder: &Path, emulator: Options, manifest: &str, destinations: &str) -> io::Result<Self> {
        let emulator = Emulator::start(Options { token: Some(TOKEN.into()), ..emulator })?;
        let receiver = Receiver::start(receiver::Options { secrets: vec![SIGNING_KEY.into()], ..receiver::Options::default() })?;
        let settings = settings(&emulator, &receiver, destinations);
        let secrets = [("SIGNING_KEY", SIGNING_KEY), ("HUBSPOT_TOKEN", TOKEN)];
        let workplace = Workplace::new(folder, manifest, &settings, &secrets)?;
        Ok(Self { emulator, receiver, workplace })
    }
}

fn settings(emulator: &Emulator, receiver: &Receiver, destinations: &str) -> String {
    let destinations = destinations.replace("{receiver}", receiver.url("").trim_end_matches('/'));
    let base_url = emulator.base_url();
    format!(
        r#"[project]
id = "{PROJECT}"

[network]
allow = ["127.0.0.0/8"]

{destinations}

[connections.acme-hubspot]
provider = "hubspot"
base_url = "{base_url}"
access_token = {{ env = "HUBSPOT_TOKEN" }}

[[installations]]
integration = "crm"
connection = "acme-hubspot"
group_ref = "acme"
group_name = "ACME Corporation"
consumer_ref = "user-1"
consumer_name = "Una"
"#
    )
}
