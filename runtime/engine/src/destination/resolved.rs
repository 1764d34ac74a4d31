//! What a lane runs on: a destination with its secrets and how it is delivered to, whoever said so.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ampline_core::{message::Recipient, plan::KnownDestination};
use serde_json::{Map, Value};

use super::{
    DeliverySettings, Held,
    grants::{CredentialBinding, DestinationGrants},
    user,
};
use crate::{
    dispatcher::{CONCURRENCY_DEFAULT, Route},
    network::AddressPolicy,
    project::DestinationRecord,
    secrets::{NamedCredential, RequestHeaders, Secret, SecretsOf, Signing, SigningKey, likely_secrets},
    settings::{self, DestinationSettings},
    sink::Destination,
};

/// The type whose requests are signed.
pub(crate) const WEBHOOK: &str = "webhook";
/// How much longer a claim holds than the longest that a batch can take.
const LEASE_MARGIN: Duration = Duration::from_secs(30);

/// A destination with how it is delivered to.
#[derive(Debug, Clone)]
pub struct ResolvedDestination {
    /// As the host needs it.
    pub destination: Destination,
    /// The sink's configuration as it was given; the host's own has what the operator allows besides.
    pub metadata: Map<String, Value>,
    /// The configured signing keys, newest first; empty where none is configured.
    pub signing_keys: Vec<SigningKey>,
    /// Headers that the host adds, from `secret_headers` and from user information in the URL.
    pub headers: Option<Arc<RequestHeaders>>,
    /// Credentials by name.
    pub secrets: BTreeMap<String, Secret>,
    /// Credentials that its sink may name.
    pub named: BTreeMap<String, Arc<NamedCredential>>,
    /// At which pace it is delivered to.
    pub delivery: DeliverySettings,
    /// Bytes of bodies that may wait before the reads that feed it do.
    pub backlog_bytes_max: u64,
}

/// A destination that a file declares.
#[derive(Debug, Clone)]
pub(crate) struct DeclaredDestination {
    /// Ready to run.
    pub(crate) resolved: ResolvedDestination,
    /// As it is written; two readings of a file are compared by it.
    pub(crate) settings: DestinationSettings,
    /// The file.
    pub(crate) file: String,
    /// Whether that is the manifest.
    pub(crate) from_manifest: bool,
}

/// What holds for destinations that no file configures.
#[derive(Debug, Clone)]
pub(crate) struct Defaults {
    /// Which addresses may be reached.
    pub(crate) policy: AddressPolicy,
    /// Bytes of bodies that may wait for one.
    pub(crate) backlog_bytes_max: u64,
    /// Whether the project has a database.
    pub(crate) has_database: bool,
}

impl ResolvedDestination {
    /// Of a record, with its secrets.
    pub(super) fn of(record: &DestinationRecord, held: Held, defaults: &Defaults) -> Self {
        let mut config = record.metadata.clone();
        settings::permit_plain_http(&record.kind, &mut config, &defaults.policy);
        let destination = Destination {
            id: record.id.clone(),
            name: record.name.clone(),
            kind: record.kind.clone(),
            config: Value::Object(config),
            grants: record.grants.clone(),
        };
        Self {
            destination,
            metadata: record.metadata.clone(),
            signing_keys: Vec::new(),
            headers: user::header(&record.kind, &record.metadata, &held.secrets),
            secrets: held.secrets,
            named: named(&record.grants, &held.values),
            backlog_bytes_max: record.delivery.backlog_bytes_max(defaults.backlog_bytes_max),
            delivery: record.delivery.clone(),
        }
    }

    /// The same under the id that it is known by already.
    pub(crate) fn known_as(mut self, id: &str) -> Self {
        id.clone_into(&mut self.destination.id);
        self
    }

    /// What plans need to know of it.
    pub(crate) fn known(&self) -> KnownDestination {
        let mirrors_records = matches!(self.destination.kind.as_str(), "api" | "postgres");
        KnownDestination { id: self.destination.id.clone(), mirrors_records }
    }

    /// What is said of it in what it is told.
    pub(super) fn recipient(&self) -> Recipient {
        let Destination { id, name, kind, config, .. } = &self.destination;
        let url = config.get("url").and_then(Value::as_str).map(str::to_owned);
        Recipient { name: name.clone(), id: id.clone(), kind: kind.clone(), url }
    }

    /// What it signs and authenticates with.
    pub(super) fn secrets_of(&self) -> SecretsOf {
        let signing = match self.destination.kind.as_str() {
            _ if !self.signing_keys.is_empty() => Signing::Configured(self.signing_keys.clone()),
            WEBHOOK => Signing::Made,
            _ => Signing::Unsigned,
        };
        SecretsOf {
            id: self.destination.id.clone(),
            name: self.destination.name.clone(),
            signing,
            credentials: self.secrets.clone(),
            headers: self.headers.clone(),
            named: self.named.clone(),
            told: self.metadata.get("headers").map(likely_secrets).unwrap_or_default(),
        }
    }

    /// How it is delivered to, where a batch takes so long at most.
    pub(super) fn route(&self, batch_time_max: Duration) -> Route {
        Route {
            destination: Arc::new(self.destination.clone()),
            retry: self.delivery.retry(),
            concurrency: self.delivery.concurrency.unwrap_or(CONCURRENCY_DEFAULT),
            rate_per_second: self.delivery.rate_per_second,
            lease: batch_time_max + LEASE_MARGIN,
            disable_after: self.delivery.disable_after(),
        }
    }
}

/// Credentials that are ready to be sent. They were tried when they were given.
pub(crate) fn named(grants: &DestinationGrants, values: &BTreeMap<String, Secret>) -> BTreeMap<String, Arc<NamedCredential>> {
    let ready = |(name, binding): (&String, &CredentialBinding)| {
        let credential = NamedCredential::new(binding, values.get(name)?).ok()?;
        Some((name.clone(), Arc::new(credential)))
    };
    grants.credentials.iter().filter_map(ready).collect()
}
