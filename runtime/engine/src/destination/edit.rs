//! A change of a destination: which parts of it have new values (`updateMask`), and the values.

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    DeliverySettings, Held, contract,
    given::{GivenDestination, issue, name_fault, own_metadata, own_secrets, sized},
    grants::{Checked, GivenGrants},
    user,
};
use crate::{
    network::AddressPolicy,
    project::{DestinationRecord, Issue},
    secrets::Secret,
    settings::{PASSWORD, USERNAME},
    sink::Descriptor,
};

/// A change of a destination.
#[derive(Debug, Default)]
pub(crate) struct DestinationEdit {
    /// Which values count.
    pub(crate) paths: Vec<String>,
    /// The new name.
    pub(crate) name: Option<String>,
    /// New values of the configuration.
    pub(crate) metadata: Map<String, Value>,
    /// New values of secrets.
    pub(crate) secrets: BTreeMap<String, Secret>,
    /// New grants.
    pub(crate) grants: GivenGrants,
    /// Another pace.
    pub(crate) delivery: DeliverySettings,
}

impl DestinationEdit {
    /// The destination as it would be, or every fault of the change.
    pub(super) fn applied(
        self,
        record: &DestinationRecord,
        held: Held,
        descriptor: Option<&Descriptor>,
        policy: &AddressPolicy,
    ) -> Result<GivenDestination, Vec<Issue>> {
        let mut given = GivenDestination {
            name: record.name.clone(),
            kind: record.kind.clone(),
            metadata: record.metadata.clone(),
            secrets: held.secrets,
            grants: Checked { grants: record.grants.clone(), values: held.values },
            delivery: record.delivery.clone(),
        };
        let (mut issues, mut granted) = (Vec::new(), GivenGrants::from(&record.grants));
        let Self { paths, name, mut metadata, mut secrets, mut grants, delivery } = self;
        for (index, path) in paths.iter().enumerate() {
            match path.split_once('.') {
                None if path == "name" => rename(&mut given, name.as_deref(), &mut issues),
                None if path == "metadata" => given.metadata = metadata.clone(),
                None if path == "secrets" => given.secrets = secrets.clone(),
                Some(("metadata", key)) if contract::is_metadata(key, descriptor) => {
                    if let Some(other) = contract::other_spelling(key) {
                        given.metadata.remove(other);
                    }
                    match metadata.remove(key).filter(|value| !value.is_null()) {
                        Some(value) => drop(given.metadata.insert(key.to_owned(), value)),
                        None => drop(given.metadata.remove(key)),
                    }
                }
                Some(("secrets", key)) if contract::SECRETS.contains(&key) => match secrets.remove(key) {
                    Some(secret) => drop(given.secrets.insert(key.to_owned(), secret)),
                    None => drop(given.secrets.remove(key)),
                },
                None if path == "grants" => granted = grants.clone(),
                Some(("grants", part)) if granted.take(part, &mut grants) => {}
                None if path == "delivery" => given.delivery = delivery.clone(),
                Some(("delivery", key)) if take_member(&mut given.delivery, &delivery, key) => {}
                _ => issues.push(unknown_path(index, path)),
            }
        }
        let is_new = user::take(&given.kind, &mut given.metadata, &mut given.secrets);
        if !is_new && !user::stays(&record.metadata, &given.metadata) {
            let is_told = |name: &str| paths.iter().any(|path| path == "secrets" || path.strip_prefix("secrets.") == Some(name));
            let message = "goes elsewhere only together with a new value: name it in updateMask as well";
            let kept = [USERNAME, PASSWORD].into_iter().filter(|name| given.secrets.contains_key(*name) && !is_told(name));
            issues.extend(kept.map(|name| issue(&format!("destination.secrets.{name}"), message)));
        }
        let fault = user::fault(&given.kind, &given.metadata, &given.secrets);
        issues.extend(fault.map(|fault| issue("destination.metadata.headers", fault)));
        given.metadata = sized(given.metadata, "destination.metadata", &mut issues);
        given.secrets = own_secrets(&given.kind, given.secrets, "destination.secrets", &mut issues);
        given.grants = granted.checked(&given.grants, policy, "destination.grants", &mut issues);
        issues.extend(delivery_issues(&given.delivery, "destination.delivery"));
        if let Some(descriptor) = descriptor {
            given.metadata = own_metadata(given.metadata, descriptor);
        }
        if issues.is_empty() { Ok(given) } else { Err(issues) }
    }
}

impl GivenGrants {
    /// Takes over the part that a path names; whether there is such a part.
    fn take(&mut self, path: &str, asked: &mut Self) -> bool {
        match path.split_once('.') {
            None if path == "hosts" => self.hosts = std::mem::take(&mut asked.hosts),
            None if path == "limits" => self.limits = asked.limits,
            None if path == "credentials" => self.credentials = std::mem::take(&mut asked.credentials),
            Some(("limits", key)) => return take_member(&mut self.limits, &asked.limits, key),
            Some(("credentials", name)) => match asked.credentials.remove(name) {
                Some(credential) => drop(self.credentials.insert(name.to_owned(), credential)),
                None => drop(self.credentials.remove(name)),
            },
            _ => return false,
        }
        true
    }
}

/// Takes over a member by its name in JSON, there or not; whether there is one of this name.
fn take_member<T: Serialize + DeserializeOwned>(into: &mut T, from: &T, key: &str) -> bool {
    let (Ok(Value::Object(mut members)), Ok(asked)) = (serde_json::to_value(&*into), serde_json::to_value(from)) else {
        return false;
    };
    // Null is taken in as absent, and only where the name is known.
    members.insert(key.to_owned(), asked.get(key).cloned().unwrap_or(Value::Null));
    match serde_json::from_value(Value::Object(members)) {
        Ok(read) => *into = read,
        Err(_) => return false,
    }
    true
}

/// Every fault of a pace.
pub(super) fn delivery_issues(delivery: &DeliverySettings, place: &str) -> Vec<Issue> {
    delivery.faults().into_iter().map(|(member, _, message)| issue(&format!("{place}.{member}"), &message)).collect()
}

fn rename(given: &mut GivenDestination, name: Option<&str>, issues: &mut Vec<Issue>) {
    let fault = match name {
        Some(name) => {
            name.clone_into(&mut given.name);
            name_fault(name)
        }
        None => Some("is missing, and updateMask names it"),
    };
    issues.extend(fault.map(|fault| issue("destination.name", fault)));
}

fn unknown_path(index: usize, path: &str) -> Issue {
    let shown: String = path.chars().take(100).collect();
    let message = match path {
        "type" => "a destination's type stays: make another one".to_owned(),
        _ => {
            format!(
                "{shown:?} is no path of a destination; there are name, metadata, metadata.<key>, secrets, secrets.<key>, grants, \
                 grants.hosts, grants.limits, grants.limits.<key>, grants.credentials, grants.credentials.<name>, delivery and \
                 delivery.<key>"
            )
        }
    };
    Issue { path: format!("updateMask[{index}]"), message }
}
