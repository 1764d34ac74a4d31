//! The destinations of ampline.toml, and those that a manifest of the older form declares; the settings stand above.

use std::collections::BTreeMap;

use ampline_core::manifest::{DestinationDeclaration, Manifest};
use serde_json::{Map, Value};

use super::{
    DestinationSettings, LimitsSettings, Settings,
    credentials::credentials,
    grants, reach,
    resolve::{Fault, Problem},
};
use crate::{
    destination::{
        DeclaredDestination, DeliverySettings, ResolvedDestination,
        grants::{Checked, DestinationGrants},
        named,
    },
    network::AddressPolicy,
    project::stable_id,
    secrets::{SigningKey, read},
    sink::Destination,
};

/// The type of destination that needs the project's database.
const POSTGRES: &str = "postgres";
const NO_DATABASE: &str = "a destination of type \"postgres\" needs the project's database; add to ampline.toml: [postgres] with \
     url = { env = \"DATABASE_URL\" } or url = { file = \"…\" }";

/// Why a destination of this type cannot work where the project has no database.
pub(crate) fn database_fault(kind: &str, has_database: bool) -> Option<&'static str> {
    (kind == POSTGRES && !has_database).then_some(NO_DATABASE)
}

/// Every destination that the files declare, by name, or every fault. The limits, the address policy and whether there is a database
/// are those of the runtime.
pub(crate) fn declared(
    settings: &Settings,
    manifest: &Manifest,
    (limits, policy, has_database): (&LimitsSettings, &AddressPolicy, bool),
    env: &impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, DeclaredDestination>, Vec<Problem>> {
    let (mut found, mut problems) = (BTreeMap::new(), Vec::new());
    for (name, (settings, from_manifest)) in all(settings, manifest) {
        let mut report =
            |key: &str, message: String| problems.push(Problem { place: format!("destinations.{name}{key}"), message });
        if let Some(fault) = database_fault(&settings.kind, has_database) {
            report("", fault.to_owned());
        }
        let mut issues = Vec::new();
        let granted = grants::resolved(&settings.grants, policy, env, &mut issues);
        issues.into_iter().for_each(|issue| report(&format!(".{}", issue.path), issue.message));
        let pace = pace(&settings);
        pace.faults().into_iter().for_each(|(_, key, message)| report(&format!(".{key}"), message));
        match destination(&name, settings.clone(), (granted, pace), limits, policy, env) {
            Ok(resolved) => {
                let declared = DeclaredDestination { resolved, settings, file: String::new(), from_manifest };
                found.insert(name, declared);
            }
            Err((key, message)) => report(key, message),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// As they are written, by name; whether a manifest does.
pub(super) fn all(settings: &Settings, manifest: &Manifest) -> BTreeMap<String, (DestinationSettings, bool)> {
    let of_manifest = manifest.destinations.iter().map(|one| (one.name.clone(), (of_manifest(one), true)));
    let of_settings = settings.destinations.iter().map(|(name, one)| (name.clone(), (one.clone(), false)));
    of_manifest.chain(of_settings).collect()
}

fn of_manifest(declared: &DestinationDeclaration) -> DestinationSettings {
    let mut config = toml::Table::new();
    for (key, value) in manifest_metadata(declared) {
        if let Ok(value) = toml::Value::try_from(value) {
            config.insert(key, value);
        }
    }
    DestinationSettings {
        kind: declared.kind.clone(),
        signing_key: None,
        secret_headers: BTreeMap::new(),
        secrets: BTreeMap::new(),
        backlog_megabytes: None,
        concurrency: None,
        rate_per_second: None,
        retry_delays_s: None,
        disable_after_s: None,
        grants: Default::default(),
        config,
    }
}

/// What a manifest says of a destination, as its sink takes it in: the older form writes addresses without a scheme.
pub(crate) fn manifest_metadata(declared: &DestinationDeclaration) -> Map<String, Value> {
    let mut metadata: Map<String, Value> = declared.settings.clone().into_iter().collect();
    if let Some(Value::String(url)) = metadata.get_mut("url")
        && !url.contains("://")
    {
        *url = format!("https://{url}");
    }
    metadata
}

fn destination(
    name: &str,
    mut declared: DestinationSettings,
    (granted, delivery): (Checked, DeliverySettings),
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
    let secrets = credentials(&declared.kind, &declared.secrets, env)?;
    let headers = reach::request_headers(&mut declared.config, &declared.secret_headers, &secrets, env)?;
    let metadata = match serde_json::to_value(&declared.config) {
        Ok(Value::Object(metadata)) => metadata,
        _ => Map::new(),
    };
    let mut config = metadata.clone();
    reach::permit_plain_http(&declared.kind, &mut config, policy);
    let (id, config) = (stable_id("destination", name), Value::Object(config));
    let named = named(&granted.grants, &granted.values);
    let grants = DestinationGrants { is_of_file: true, ..granted.grants };
    Ok(ResolvedDestination {
        destination: Destination { id, name: name.into(), kind: declared.kind, config, grants },
        metadata,
        signing_keys,
        headers,
        secrets,
        named,
        backlog_bytes_max: delivery.backlog_bytes_max(limits.backlog_megabytes.saturating_mul(1_000_000)),
        delivery,
    })
}

/// The keys of the file that say how a destination is delivered to.
fn pace(declared: &DestinationSettings) -> DeliverySettings {
    DeliverySettings {
        concurrency: declared.concurrency,
        rate_per_second: declared.rate_per_second,
        retry_delays_seconds: declared.retry_delays_s.clone(),
        disable_after_seconds: declared.disable_after_s,
        backlog_megabytes: declared.backlog_megabytes,
    }
}
