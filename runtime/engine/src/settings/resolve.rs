//! Settings × manifest → what runs: destinations with their sinks' configurations, connections with their secrets, installations.
//! Every problem is reported at once.

use std::collections::BTreeMap;

use ampline_core::{manifest::Manifest, provider::Catalog};

use super::{PostgresSettings, Settings, connections, destinations, notifications, reach};
use crate::{
    connection::{Declared, ProviderApp},
    destination::DeclaredDestination,
    network::AddressPolicy,
    project::DeclaredRoutes,
    secrets::{Secret, read},
    sink::wasm::PostgresOptions,
};

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
    pub(crate) destinations: BTreeMap<String, DeclaredDestination>,
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
    let policy = resolved.addresses.clone();
    match destinations::declared(settings, manifest, (&settings.limits, &policy, settings.postgres.is_some()), &env) {
        Ok(found) => resolved.destinations = found,
        Err(found) => found.into_iter().for_each(|problem| report(problem.place, problem.message)),
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

/// Why a backlog of nothing is refused.
const NO_BACKLOG: &str = "0 would let nothing be read; give at least 1, or leave it out";

/// The key of a table, with its dot, and what is wrong with it.
pub(super) type Fault = (&'static str, String);

fn postgres(declared: &PostgresSettings, env: &impl Fn(&str) -> Option<String>) -> Result<PostgresOptions, Vec<Fault>> {
    let url = read(&declared.url, env).map_err(|message| vec![("url", message)])?;
    let options = PostgresOptions::new(&url, declared.ca_file.as_deref(), declared.connections_max);
    options.map_err(|faults| faults.into_iter().map(|fault| (fault.key, fault.message)).collect())
}
