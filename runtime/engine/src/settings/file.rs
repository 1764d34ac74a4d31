//! The shape of `ampline.toml`.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use ampline_core::plan::ObjectConfig;
use serde::Deserialize;

use super::{ApiSettings, ConnectionSettings, GrantsSettings, ProviderAppSettings};
use crate::secrets::SecretSource;

/// The whole file. Every table may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Which project this runtime serves.
    pub project: ProjectSettings,
    /// Addresses, folders and limits.
    pub runtime: RuntimeSettings,
    /// How the API is served.
    pub api: ApiSettings,
    /// How much settled history is kept.
    pub retention: RetentionSettings,
    /// Which networks destinations may reach.
    pub network: NetworkSettings,
    /// How secrets are kept.
    pub secrets: SecretsSettings,
    /// The project's database, for destinations of type `postgres`.
    pub postgres: Option<PostgresSettings>,
    /// How much may wait, and when reads stop.
    pub limits: LimitsSettings,
    /// Providers besides those built in.
    pub providers: ProvidersSettings,
    /// Destinations by name.
    pub destinations: BTreeMap<String, DestinationSettings>,
    /// Destinations that are told of what happens, by the type of notification: `"connection.error" = ["ops"]`.
    pub notifications: BTreeMap<String, Vec<String>>,
    /// Customers' credentials at providers, by a name of your choice.
    pub connections: BTreeMap<String, ConnectionSettings>,
    /// The product's registrations at providers, for OAuth 2, by a name of your choice: the provider's, where there is one.
    pub provider_apps: BTreeMap<String, ProviderAppSettings>,
    /// What integrations need besides amp.yaml, by name.
    pub integrations: BTreeMap<String, IntegrationSettings>,
    /// Which customer uses which integration.
    pub installations: Vec<InstallationSettings>,
}

impl Settings {
    /// Whether anything besides destinations, connections and installations is other than in `running`, which has flags applied.
    pub(crate) fn runs_otherwise(&self, running: &Self) -> bool {
        (
            &self.project.id,
            self.api.lasting(),
            &self.retention,
            &self.network,
            &self.secrets,
            &self.postgres,
            &self.limits,
            &self.integrations,
        ) != (
            &running.project.id,
            running.api.lasting(),
            &running.retention,
            &running.network,
            &running.secrets,
            &running.postgres,
            &running.limits,
            &running.integrations,
        )
    }
}

/// Which project this runtime serves.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectSettings {
    /// The id that messages and paths carry.
    pub id: String,
    /// A folder with a file for each installation besides those of this file; beside this file where it is relative.
    pub installations_dir: Option<PathBuf>,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self { id: "local".into(), installations_dir: None }
    }
}

/// Addresses, folders and limits.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuntimeSettings {
    /// Where the store, the keys and the compiled sinks live.
    pub data_dir: PathBuf,
    /// Where the API and the hosted store listen; loopback unless configured.
    pub listen: SocketAddr,
    /// How receivers reach this runtime, for download URLs; `http://` and the listening address by default.
    pub public_url: Option<String>,
    /// Reads that run at the same time.
    pub reads_max: usize,
    /// Seconds over which the ticks of different reads are spread, each read always by the same offset, so that thousands with one
    /// schedule do not run at the same instant; 0 = every read runs at its tick.
    pub spread_s: u64,
    /// Hours after which tokens are renewed that nobody had to renew since: many providers let a refresh token end that is never
    /// used; 0 = never.
    pub keep_alive_hours: u32,
    /// Seconds that a stop waits for what is in flight.
    pub shutdown_grace_s: u64,
    /// Seconds that a download URL holds.
    pub download_expiry_s: i64,
    /// `full` survives power loss, `normal` a crash of the process only.
    pub durability: Durability,
}

impl Default for RuntimeSettings {
    fn default() -> Self {
        Self {
            data_dir: "ampline-data".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8480)),
            public_url: None,
            reads_max: 16,
            spread_s: 0,
            keep_alive_hours: 24,
            shutdown_grace_s: 20,
            download_expiry_s: crate::downloads::EXPIRY_S_DEFAULT,
            durability: Durability::Full,
        }
    }
}

/// What an acknowledged write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// Power loss.
    Full,
    /// A crash of the process.
    Normal,
}

/// How much settled history is kept.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// Days that settled deliveries are kept.
    pub days: u32,
    /// Megabytes of bodies beyond which the oldest settled ones go first.
    pub megabytes: u64,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self { days: 14, megabytes: 10_240 }
    }
}

/// Which networks destinations may reach besides the public internet.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkSettings {
    /// Networks (`10.0.0.0/8`, `fd00::/8`) and addresses that are not public and may be reached all the same.
    pub allow: Vec<String>,
    /// Certificates (PEM) of authorities that destinations' TLS may rest on besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// Providers besides those built in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProvidersSettings {
    /// The folder whose YAML files declare them; `providers` beside amp.yaml, if it is there, where it is left out.
    pub dir: Option<PathBuf>,
}

/// How secrets are kept.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretsSettings {
    /// What kept secrets are encrypted with; a file that the runtime makes in its data folder where it is left out.
    pub key: Option<SecretSource>,
}

/// The project's database.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostgresSettings {
    /// `postgres://user:password@host:5432/database?sslmode=verify-full`.
    pub url: SecretSource,
    /// Certificates (PEM) of the authorities to trust in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Connections at the same time.
    pub connections_max: Option<u32>,
}

/// How much may wait, and when reads stop.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSettings {
    /// Megabytes of bodies that may wait for one destination before the reads that feed it stop.
    pub backlog_megabytes: u64,
    /// Megabytes that are left free on the disk of the data folder; below it all reads stop.
    pub disk_reserve_megabytes: u64,
    /// Megabytes of providers' events that may wait; beyond it providers are asked to try again later.
    pub inbox_megabytes: u64,
}

impl Default for LimitsSettings {
    fn default() -> Self {
        Self { backlog_megabytes: 10_240, disk_reserve_megabytes: 512, inbox_megabytes: 1_024 }
    }
}

/// A destination. Besides these keys the table holds the sink's own configuration (`url`, `headers`, `endpoint`, …).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "toml::Table")]
pub struct DestinationSettings {
    /// The sink: `webhook`, `api`, …
    pub kind: String,
    /// What webhooks are signed with (several keys with white space between them, newest first, all sign); made and kept
    /// encrypted in the data folder where it is left out.
    pub signing_key: Option<SecretSource>,
    /// Headers whose values are secrets: the host adds them to requests to the destination's own origin, and no sink sees them.
    pub secret_headers: BTreeMap<String, SecretSource>,
    /// Credentials by name: `awsKeyId`, `awsSecretKey`, `awsSessionToken`, …
    pub secrets: BTreeMap<String, SecretSource>,
    /// Megabytes of bodies that may wait; the runtime's limit where it is left out.
    pub backlog_megabytes: Option<u64>,
    /// Envelopes in flight at the same time.
    pub concurrency: Option<u32>,
    /// Envelopes per second at most.
    pub rate_per_second: Option<f64>,
    /// Seconds to wait after the first, second, … failed attempt, in place of the standard schedule.
    pub retry_delays_s: Option<Vec<u64>>,
    /// Seconds after which a destination that has only failed is stopped, in place of 5 days; 0 = never.
    pub disable_after_s: Option<u64>,
    /// What its sink may do.
    pub grants: GrantsSettings,
    /// The sink's own configuration.
    pub config: toml::Table,
}

impl TryFrom<toml::Table> for DestinationSettings {
    type Error = String;

    fn try_from(mut config: toml::Table) -> Result<Self, String> {
        fn take<T: serde::de::DeserializeOwned>(table: &mut toml::Table, key: &str) -> Result<Option<T>, String> {
            let value = table.remove(key).map(toml::Value::try_into);
            value.transpose().map_err(|error: toml::de::Error| format!("`{key}`: {}", error.message()))
        }
        Ok(Self {
            kind: take(&mut config, "type")?.ok_or("a destination needs a `type`, for example \"webhook\" or \"api\"")?,
            signing_key: take(&mut config, "signing_key")?,
            secret_headers: take(&mut config, "secret_headers")?.unwrap_or_default(),
            secrets: take(&mut config, "secrets")?.unwrap_or_default(),
            backlog_megabytes: take(&mut config, "backlog_megabytes")?,
            concurrency: take(&mut config, "concurrency")?,
            rate_per_second: take(&mut config, "rate_per_second")?,
            retry_delays_s: take(&mut config, "retry_delays_s")?,
            disable_after_s: take(&mut config, "disable_after_s")?,
            grants: take(&mut config, "grants")?.unwrap_or_default(),
            config,
        })
    }
}

/// What an integration needs besides amp.yaml.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntegrationSettings {
    /// What the provider's events are believed for: HubSpot's client secret of the app, or the key that EventBridge shows for
    /// Salesforce. Several with white space between them during a change of keys.
    pub inbound_key: Option<SecretSource>,
}

/// Which customer uses which integration, and what that customer chose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallationSettings {
    /// Stable id; `integration/group_ref` where it is left out.
    pub id: Option<String>,
    /// Name of the integration in amp.yaml.
    pub integration: String,
    /// Name of the connection.
    pub connection: String,
    /// The customer's team: your product's own id for it.
    pub group_ref: String,
    /// Shown to people; the reference where it is left out.
    pub group_name: Option<String>,
    /// The person who installed.
    #[serde(default)]
    pub consumer_ref: String,
    /// Shown to people; the reference where it is left out.
    pub consumer_name: Option<String>,
    /// Choices by the provider's object name. Without any, every object is read with the manifest's defaults; else only these, and
    /// those with `enabled: always`.
    #[serde(default)]
    pub objects: BTreeMap<String, ObjectConfig>,
}
