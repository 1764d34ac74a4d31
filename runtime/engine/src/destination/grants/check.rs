//! Grants as they are written, to grants that can be used: every fault with its place, its reason and what to do.

use std::collections::BTreeMap;

use super::{CredentialBinding, CredentialKind, DestinationGrants, GivenCredential, GivenGrants, HostPattern, Origin, tokens};
use crate::{
    destination::given::{issue, secret_fault},
    network::AddressPolicy,
    project::Issue,
    secrets::{NamedCredential, Secret},
    sink::{Standing, wasm::Limits},
};

/// Most hosts of a destination.
const HOSTS_MAX: usize = 100;
/// Most credentials of a destination.
const CREDENTIALS_MAX: usize = 20;
/// Most origins of a credential.
const ORIGINS_MAX: usize = 20;
/// Longest text of a host.
const HOST_BYTES_MAX: usize = 300;
/// Longest name of a credential, user name, header, prefix, client's id or scope.
pub(super) const TEXT_BYTES_MAX: usize = 200;

/// Shortest value: what is shorter is found everywhere by accident, and could not be kept out of what others say.
const VALUE_BYTES_MIN: usize = 4;

/// Grants, and the values of their credentials by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Checked {
    pub(crate) grants: DestinationGrants,
    pub(crate) values: BTreeMap<String, Secret>,
}

impl GivenGrants {
    /// Reads grants. `held`: what the destination has already, whose values may be left out.
    pub(crate) fn checked(self, held: &Checked, policy: &AddressPolicy, place: &str, issues: &mut Vec<Issue>) -> Checked {
        let hosts = hosts(&self.hosts, &format!("{place}.hosts"), issues);
        let place = format!("{place}.credentials");
        if self.credentials.len() > CREDENTIALS_MAX {
            issues.push(issue(&place, &format!("there may be {CREDENTIALS_MAX} at most")));
        }
        let mut found = Checked::default();
        for (name, given) in self.credentials {
            let shown: String = name.chars().take(60).collect();
            let place = format!("{place}.{shown}");
            issues.extend(name_fault(&name).map(|fault| issue(&place, fault)));
            if let Some((binding, value)) = given.checked(held, &name, policy, &place, issues) {
                found.grants.credentials.insert(name.clone(), binding);
                found.values.insert(name, value);
            }
        }
        found.grants.hosts = hosts;
        found.grants.limits = self.limits;
        found
    }
}

impl GivenCredential {
    fn checked(
        self,
        held: &Checked,
        name: &str,
        policy: &AddressPolicy,
        place: &str,
        issues: &mut Vec<Issue>,
    ) -> Option<(CredentialBinding, Secret)> {
        let before = issues.len();
        let Self { kind, origins, username, header, prefix, oauth2, value } = self;
        let origins = own_origins(&origins, policy, &format!("{place}.origins"), issues);
        let binding = CredentialBinding { kind, origins, username, header, prefix, oauth2 };
        for (member, fault) in member_faults(&binding) {
            issues.push(issue(&format!("{place}.{member}"), fault));
        }
        if let Some(oauth2) = &binding.oauth2 {
            for (member, fault) in tokens::faults(oauth2, policy) {
                issues.push(issue(&format!("{place}.oauth2.{member}"), &fault));
            }
        }
        let unchanged = held.grants.credentials.get(name).filter(|known| **known == binding);
        let value_place = format!("{place}.value");
        let Some(value) = value.or_else(|| unchanged.and(held.values.get(name).cloned())) else {
            let message = "is missing: how and where a credential is sent changes only together with its value";
            issues.push(issue(&value_place, message));
            return None;
        };
        let short = (value.reveal().len() < VALUE_BYTES_MIN).then_some("has fewer than 4 bytes: too short to be kept secret");
        if let Some(fault) = secret_fault(&value).or(short) {
            issues.push(issue(&value_place, fault));
        }
        if issues.len() == before
            && let Err(fault) = NamedCredential::new(&binding, &value)
        {
            issues.push(issue(&format!("{place}.{}", fault.member), &fault.message));
        }
        (issues.len() == before).then_some((binding, value))
    }
}

fn hosts(given: &[String], place: &str, issues: &mut Vec<Issue>) -> Vec<HostPattern> {
    if given.len() > HOSTS_MAX {
        issues.push(issue(place, &format!("there may be {HOSTS_MAX} at most: grant a pattern like https://*.example.com")));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, text) in given.iter().enumerate() {
        match short(text).and_then(HostPattern::parse) {
            Ok(pattern) if !found.contains(&pattern) => found.push(pattern),
            Ok(_) => {}
            Err(fault) => issues.push(issue(&format!("{place}[{index}]"), &fault)),
        }
    }
    found
}

fn own_origins(given: &[String], policy: &AddressPolicy, place: &str, issues: &mut Vec<Issue>) -> Vec<Origin> {
    if given.is_empty() || given.len() > ORIGINS_MAX {
        issues.push(issue(place, &format!("name 1 to {ORIGINS_MAX} origins that the credential may go to")));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, text) in given.iter().enumerate() {
        match short(text).and_then(Origin::parse).and_then(|origin| kept_secret(origin, policy)) {
            Ok(origin) if !found.contains(&origin) => found.push(origin),
            Ok(_) => {}
            Err(fault) => issues.push(issue(&format!("{place}[{index}]"), &fault)),
        }
    }
    found
}

fn short(text: &str) -> Result<&str, String> {
    if text.len() > HOST_BYTES_MAX { Err(format!("has more than {HOST_BYTES_MAX} bytes")) } else { Ok(text) }
}

/// A credential goes over plain http only to an address that the operator allowed by its network.
pub(super) fn kept_secret(origin: Origin, policy: &AddressPolicy) -> Result<Origin, String> {
    let address = origin.host().trim_start_matches('[').trim_end_matches(']').parse();
    if !origin.is_plain() || address.is_ok_and(|address| policy.names(address)) {
        return Ok(origin);
    }
    Err("would carry the credential unencrypted: write https://, or the number of an address that [network] allow names"
        .to_owned())
}

fn name_fault(name: &str) -> Option<&'static str> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    (!plain || name.is_empty() || name.len() > TEXT_BYTES_MAX)
        .then_some("is no name of a credential: use letters, digits, dashes, underlines and dots")
}

/// Members that a credential of its kind needs and lacks, or has and cannot use.
fn member_faults(binding: &CredentialBinding) -> Vec<(&'static str, &'static str)> {
    let CredentialBinding { kind, username, header, prefix, oauth2, origins: _ } = binding;
    let has_header = matches!(kind, CredentialKind::Header | CredentialKind::Hmac);
    let mut faults = Vec::new();
    let mut member = |name, value: &Option<String>, may: bool, must: bool, lacking| match value {
        None if must => faults.push((name, lacking)),
        Some(_) if !may => faults.push((name, "means nothing to a credential of this kind: leave it out")),
        Some(text) if text.len() > TEXT_BYTES_MAX => faults.push((name, "has more than 200 bytes")),
        _ => {}
    };
    let has_client = *kind == CredentialKind::OAuth2;
    let is_basic = *kind == CredentialKind::Basic;
    member("username", username, is_basic, is_basic, "is missing: a credential of kind basic needs one");
    member("header", header, has_header, has_header, "is missing: name the header that carries the credential");
    member("prefix", prefix, has_header, false, "");
    match oauth2 {
        None if has_client => faults
            .push(("oauth2", "is missing: a credential of kind oauth2 needs the address of a token endpoint and a client's id")),
        Some(_) if !has_client => faults.push(("oauth2", "means nothing to a credential of this kind: leave it out")),
        _ => {}
    }
    faults
}

impl DestinationGrants {
    /// What of these grants a destination of this standing cannot have in a runtime with these limits: a path below the grants, and
    /// the reason.
    pub(crate) fn faults(&self, standing: Standing, most: &Limits) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        if standing == Standing::BuiltIn {
            let needless = "the sink is built in and needs no grant: it reaches what its own configuration names";
            faults.extend((!self.hosts.is_empty()).then(|| ("hosts".to_owned(), format!("{needless}; leave this out"))));
            let unused =
                "the sink is built in and asks for no named credential: use secret_headers of ampline.toml, or `secrets`";
            faults.extend((!self.credentials.is_empty()).then(|| ("credentials".to_owned(), unused.to_owned())));
        }
        for row in self.limits.rows(most) {
            let outside = row.value.filter(|value| !(row.least..=row.most).contains(value));
            faults.extend(outside.map(|value| {
                let message = format!("{value} is not between {} and {}, the runtime's own limit", row.least, row.most);
                (format!("limits.{}", row.name), message)
            }));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(given: Value, held: &Checked) -> (Checked, Vec<String>) {
        let (given, mut issues) = (serde_json::from_value::<GivenGrants>(given).unwrap(), Vec::new());
        let checked = given.checked(held, &AddressPolicy::Public(Vec::new()), "grants", &mut issues);
        (checked, issues.iter().map(ToString::to_string).collect())
    }

    fn check(given: Value, expected: &[&str]) {
        let (_, told) = read(given.clone(), &Checked::default());
        assert_eq!(told.len(), expected.len(), "{given}: {told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected) && !told.contains("hidden"), "{given}: {told}");
        }
    }

    /// A credential with a value and an origin, and more.
    fn other(more: Value) -> Value {
        let mut one = json!({"origins": ["https://a.example"], "value": "hidden-1"});
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"credentials": {"api": one}})
    }

    #[test]
    fn every_fault_is_told_at_its_place_and_without_a_value() {
        let bearer =
            |origin: &str, value: Value| json!({"credentials": {"api": {"kind": "bearer", "origins": [origin], "value": value}}});
        for (given, expected) in [
            (json!({}), &[][..]),
            (json!({"hosts": ["*", "https://a.example", "https://*.b.example:1"]}), &[]),
            (
                json!({"hosts": ["a.example", "https://a.example/x"]}),
                &["grants.hosts[0]: has no scheme", "grants.hosts[1]: goes on"],
            ),
            (bearer("https://a.example", json!("hidden-1")), &[]),
            (bearer("https://a.example", json!("hidden 1")), &["grants.credentials.api.value: has a character"]),
            (bearer("https://a.example", json!("")), &["grants.credentials.api.value: is empty"]),
            (bearer("https://a.example", json!("key")), &["grants.credentials.api.value: has fewer than 4 bytes"]),
            (bearer("https://a.example", Value::Null), &["grants.credentials.api.value: is missing"]),
            (bearer("https://*.a.example", json!("hidden-1")), &["grants.credentials.api.origins[0]: is a pattern"]),
            (
                bearer("http://a.example", json!("hidden-1")),
                &["grants.credentials.api.origins[0]: would carry the credential unencr"],
            ),
            (other(json!({"kind": "bearer", "header": "x"})), &["grants.credentials.api.header: means nothing"]),
            (other(json!({"kind": "basic"})), &["grants.credentials.api.username: is missing"]),
            (other(json!({"kind": "basic", "username": "a:b"})), &["grants.credentials.api.username: has a colon"]),
            (other(json!({"kind": "header"})), &["grants.credentials.api.header: is missing"]),
            (
                other(json!({"kind": "header", "header": "content-length"})),
                &["grants.credentials.api.header: content-length is written"],
            ),
            (other(json!({"kind": "header", "header": "x-key", "prefix": "Token "})), &[]),
            (other(json!({"kind": "hmac", "header": "x sig"})), &["grants.credentials.api.header: \"x sig\" is no header name"]),
            (
                other(json!({"kind": "hmac", "header": "x-sig", "prefix": "sha256=", "origins": []})),
                &["grants.credentials.api.origins: name 1"],
            ),
            (other(json!({"kind": "oauth2"})), &["grants.credentials.api.oauth2: is missing"]),
            (
                other(json!({"kind": "bearer", "oauth2": {"tokenUrl": "https://a.example/t", "clientId": "me"}})),
                &["grants.credentials.api.oauth2: means nothing"],
            ),
        ] {
            check(given, expected);
        }
    }

    #[test]
    fn every_fault_of_a_client_is_told_at_its_place() {
        let oauth2 = |more: Value| {
            let mut client = json!({"tokenUrl": "https://login.example/token", "clientId": "me"});
            client.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            other(json!({"kind": "oauth2", "oauth2": client}))
        };
        for (given, expected) in [
            (oauth2(json!({})), &[][..]),
            (oauth2(json!({"scopes": ["a", "b:c/d"], "audience": "https://api.example", "clientAuth": "post"})), &[]),
            (oauth2(json!({"tokenUrl": "login.example/token"})), &["grants.credentials.api.oauth2.tokenUrl: is no address"]),
            (oauth2(json!({"tokenUrl": "ftp://login.example"})), &["grants.credentials.api.oauth2.tokenUrl: begins with ftp://"]),
            (
                oauth2(json!({"tokenUrl": "http://login.example/token"})),
                &["grants.credentials.api.oauth2.tokenUrl: would carry the credential unencr"],
            ),
            (
                oauth2(json!({"tokenUrl": "https://me:hidden@login.example"})),
                &["grants.credentials.api.oauth2.tokenUrl: holds a user name"],
            ),
            (
                oauth2(json!({"tokenUrl": "https://login.example/#x"})),
                &["grants.credentials.api.oauth2.tokenUrl: has a fragment"],
            ),
            (
                oauth2(json!({"clientId": "", "audience": "", "scopes": ["a b", ""]})),
                &[
                    "grants.credentials.api.oauth2.clientId: is no client's id",
                    "grants.credentials.api.oauth2.audience: has 1 to 2000",
                    "grants.credentials.api.oauth2.scopes[0]: is no scope",
                    "grants.credentials.api.oauth2.scopes[1]: is no scope",
                ],
            ),
        ] {
            check(given, expected);
        }
    }

    #[test]
    fn a_value_stays_where_nothing_else_changes_and_goes_nowhere_else_without_being_given() {
        let api = |origin: &str| json!({"credentials": {"api": {"kind": "bearer", "origins": [origin]}}});
        let mut first = api("https://a.example");
        first["credentials"]["api"]["value"] = "token-1".into();
        let (held, told) = read(first, &Checked::default());
        assert_eq!((told.len(), held.values["api"].reveal()), (0, "token-1"));
        let (same, told) = read(api("https://a.example"), &held);
        assert_eq!((told.len(), same), (0, held.clone()));
        let (none, told) = read(api("https://evil.example"), &held);
        assert!(none.values.is_empty() && told[0].contains("changes only together with its value"), "{told:?}");
    }
}
