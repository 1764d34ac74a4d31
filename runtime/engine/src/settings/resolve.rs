//! Settings × manifest → what runs: destinations with their sinks' configurations, connections with their secrets, installations.
//! Every problem is reported at once.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ampline_core::{manifest::Manifest, provider::Catalog, retry::RetryPolicy};
use serde_json::Value;

use super::{
    DestinationSettings, LimitsSettings, PostgresSettings, Settings, connections, credentials::credentials, notifications, reach,
};
use crate::{
    connection::{Declared, ProviderApp},
    dispatcher::{CONCURRENCY_DEFAULT, CONCURRENCY_MAX, DISABLE_AFTER_DEFAULT},
    network::AddressPolicy,
    project::{DeclaredRoutes, stable_id},
    secrets::{RequestHeaders, Secret, SigningKey, read},
    sink::{Destination, wasm::PostgresOptions},
};

/// The type of destination that needs the project's database.
const POSTGRES: &str = "postgres";
const NO_DATABASE: &str = "a destination of type \"postgres\" needs the project's database; add to ampline.toml: [postgres] with \
     url = { env = \"DATABASE_URL\" } or url = { file = \"…\" }";

/// Something in the settings that cannot work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `destinations.contacts.rate_per_second`.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// A destination with how it is delivered to.
#[derive(Debug, Clone)]
pub struct ResolvedDestination {
    /// As the host needs it.
    pub destination: Destination,
    /// The configured signing keys, newest first; empty where none is configured.
    pub signing_keys: Vec<SigningKey>,
    /// Headers that the host adds, from `secret_headers` and from user information in the URL.
    pub headers: Option<Arc<RequestHeaders>>,
    /// Credentials by name.
    pub secrets: BTreeMap<String, Secret>,
    /// Envelopes in flight.
    pub concurrency: u32,
    /// Envelopes per second.
    pub rate_per_second: Option<f64>,
    /// When failures are tried again.
    pub retry: RetryPolicy,
    /// Bytes of bodies that may wait before the reads that feed it do.
    pub backlog_bytes_max: u64,
    /// How long it may do nothing but fail; nothing = for ever.
    pub disable_after: Option<Duration>,
}

/// What runs.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    /// Which addresses destinations may reach.
    pub addresses: AddressPolicy,
    /// The project's database, where there is one.
    pub postgres: Option<PostgresOptions>,
    /// Certificates (PEM) of authorities that destinations' TLS may rest on besides the system's; empty for none.
    pub authorities_pem: Vec<u8>,
    /// By name.
    pub destinations: BTreeMap<String, ResolvedDestination>,
    /// The customers' credentials, and the product's registrations.
    pub(crate) connections: DeclaredConnections,
    /// Which destinations hear of what.
    pub notifications: DeclaredRoutes,
    /// What providers' events are believed for, by the integration's name.
    pub inbound_keys: BTreeMap<String, Vec<Secret>>,
}

/// Resolves settings against a manifest. `env` looks up environment variables.
pub fn resolve(
    settings: &Settings,
    manifest: &Manifest,
    catalog: &Catalog,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Resolved, Vec<Problem>> {
    let mut problems = settings.api.problems(settings.runtime.listen);
    let mut resolved = Resolved::default();
    let mut report = |place: String, message: String| problems.push(Problem { place, message });
    match reach::addresses(&settings.network.allow) {
        Ok(policy) => resolved.addresses = policy,
        Err((index, error)) => report(format!("network.allow[{index}]"), error.to_string()),
    }
    if settings.limits.backlog_megabytes == 0 {
        report("limits.backlog_megabytes".into(), NO_BACKLOG.into());
    }
    match reach::authorities(settings.network.ca_file.as_deref()) {
        Ok(pem) => resolved.authorities_pem = pem,
        Err(message) => report("network.ca_file".to_owned(), message),
    }
    match settings.postgres.as_ref().map(|declared| postgres(declared, &env)).transpose() {
        Ok(options) => resolved.postgres = options,
        Err(faults) => faults.into_iter().for_each(|(key, message)| report(format!("postgres.{key}"), message)),
    }
    for (name, declared) in declared_destinations(settings, manifest) {
        if declared.kind == POSTGRES && settings.postgres.is_none() {
            report(format!("destinations.{name}"), NO_DATABASE.to_owned());
        }
        match destination(&name, declared, &settings.limits, &resolved.addresses, &env) {
            Ok(one) => drop(resolved.destinations.insert(name, one)),
            Err((key, message)) => report(format!("destinations.{name}{key}"), message),
        }
    }
    match notifications::routes(settings, manifest) {
        Ok(routes) => resolved.notifications = routes,
        Err(found) => found.into_iter().for_each(|problem| report(problem.place, problem.message)),
    }
    match connections(settings, catalog, &env) {
        Ok(connections) => resolved.connections = connections,
        Err(found) => found.into_iter().for_each(|problem| report(problem.place, problem.message)),
    }
    for (name, declared) in &settings.integrations {
        let mut fault = |message: String| problems.push(Problem { place: format!("integrations.{name}"), message });
        if !manifest.integrations.iter().any(|integration| integration.name == *name) {
            let known: Vec<&str> = manifest.integrations.iter().map(|integration| integration.name.as_str()).collect();
            fault(format!("amp.yaml has no integration of this name; there are: {}", known.join(", ")));
        }
        match declared.inbound_key.as_ref().map(|source| read(source, &env)).transpose() {
            Ok(Some(keys)) => {
                let keys = keys.reveal().split_whitespace().map(Secret::new).collect();
                resolved.inbound_keys.insert(name.clone(), keys);
            }
            Ok(None) => {}
            Err(message) => fault(format!("inbound_key: {message}")),
        }
    }
    if problems.is_empty() { Ok(resolved) } else { Err(problems) }
}

/// What the settings say of credentials, with the secrets.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeclaredConnections {
    /// By name.
    pub(crate) connections: BTreeMap<String, Declared>,
    /// The product's registrations at providers.
    pub(crate) provider_apps: Vec<ProviderApp>,
}

/// The connections and provider apps of the settings with their secrets.
pub(crate) fn connections(
    settings: &Settings,
    catalog: &Catalog,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<DeclaredConnections, Vec<Problem>> {
    let (mut found, mut problems) = (DeclaredConnections::default(), Vec::new());
    for (name, declared) in &settings.connections {
        match connections::connection(name, declared, &settings.provider_apps, catalog, env) {
            Ok(one) => drop(found.connections.insert(name.clone(), one)),
            Err((key, message)) => problems.push(Problem { place: format!("connections.{name}{key}"), message }),
        }
    }
    for (name, declared) in &settings.provider_apps {
        match connections::provider_app(name, declared, catalog, env) {
            Ok(app) => found.provider_apps.push(app),
            Err((key, message)) => problems.push(Problem { place: format!("provider_apps.{name}{key}"), message }),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// The destinations of the settings, and those that amp.yaml declares itself; the settings stand above.
pub(super) fn declared_destinations(settings: &Settings, manifest: &Manifest) -> BTreeMap<String, DestinationSettings> {
    let mut all: BTreeMap<String, DestinationSettings> = BTreeMap::new();
    for declared in &manifest.destinations {
        let mut config = toml::Table::new();
        for (key, value) in &declared.settings {
            if let Ok(value) = toml::Value::try_from(value) {
                config.insert(key.clone(), value);
            }
        }
        // The older form writes addresses without a scheme.
        if let Some(toml::Value::String(url)) = config.get_mut("url")
            && !url.contains("://")
        {
            *url = format!("https://{url}");
        }
        let destination = DestinationSettings {
            kind: declared.kind.clone(),
            signing_key: None,
            secret_headers: BTreeMap::new(),
            secrets: BTreeMap::new(),
            backlog_megabytes: None,
            concurrency: None,
            rate_per_second: None,
            retry_delays_s: None,
            disable_after_s: None,
            config,
        };
        all.insert(declared.name.clone(), destination);
    }
    all.extend(settings.destinations.clone());
    all
}

/// Why a backlog of nothing is refused.
const NO_BACKLOG: &str = "0 would let nothing be read; give at least 1, or leave it out";

/// The key of a table, with its dot, and what is wrong with it.
pub(super) type Fault = (&'static str, String);

fn postgres(declared: &PostgresSettings, env: &impl Fn(&str) -> Option<String>) -> Result<PostgresOptions, Vec<Fault>> {
    let url = read(&declared.url, env).map_err(|message| vec![("url", message)])?;
    let options = PostgresOptions::new(&url, declared.ca_file.as_deref(), declared.connections_max);
    options.map_err(|faults| faults.into_iter().map(|fault| (fault.key, fault.message)).collect())
}

fn destination(
    name: &str,
    mut declared: DestinationSettings,
    limits: &LimitsSettings,
    policy: &AddressPolicy,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<ResolvedDestination, Fault> {
    let signing_keys = match &declared.signing_key {
        Some(source) => {
            let secret = read(source, env).map_err(|message| (".signing_key", message))?;
            let keys = secret.reveal().split_whitespace().map(SigningKey::parse).collect::<Result<Vec<_>, _>>();
            keys.map_err(|error| (".signing_key", error.to_string()))?
        }
        None => Vec::new(),
    };
    let headers = reach::request_headers(&mut declared.config, &declared.secret_headers, env)?;
    reach::permit_plain_http(&declared.kind, &mut declared.config, policy);
    let secrets = credentials(&declared.kind, &declared.secrets, env)?;
    let concurrency = declared.concurrency.unwrap_or(CONCURRENCY_DEFAULT);
    if !(1..=CONCURRENCY_MAX).contains(&concurrency) {
        return Err((".concurrency", format!("{concurrency} is not between 1 and {CONCURRENCY_MAX}")));
    }
    if declared.rate_per_second.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
        return Err((".rate_per_second", "a rate is greater than 0; leave it out for no limit".into()));
    }
    let mut retry = RetryPolicy::default();
    if let Some(delays) = declared.retry_delays_s {
        if delays.len() > 50 {
            return Err((".retry_delays_s", "at most 50 retries".into()));
        }
        retry.delays = delays.into_iter().map(Duration::from_secs).collect();
    }
    if declared.backlog_megabytes == Some(0) {
        return Err((".backlog_megabytes", NO_BACKLOG.into()));
    }
    let backlog_bytes_max = declared.backlog_megabytes.unwrap_or(limits.backlog_megabytes).saturating_mul(1_000_000);
    let disable_after = match declared.disable_after_s {
        None => Some(DISABLE_AFTER_DEFAULT),
        Some(0) => None,
        Some(seconds) => Some(Duration::from_secs(seconds)),
    };
    let config = serde_json::to_value(&declared.config).unwrap_or(Value::Null);
    let destination = Destination { id: stable_id("destination", name), name: name.into(), kind: declared.kind, config };
    let rate_per_second = declared.rate_per_second;
    Ok(ResolvedDestination {
        destination,
        signing_keys,
        headers,
        secrets,
        concurrency,
        rate_per_second,
        retry,
        backlog_bytes_max,
        disable_after,
    })
}
