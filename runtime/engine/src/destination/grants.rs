//! What an operator grants to one destination: the hosts that its sink may reach, narrower limits, and named credentials.
//!
//! A sink that is built in needs no grant: it reaches what its own configuration names, and that the operator wrote. Any other sink
//! decides by its own code where it sends, so it reaches nothing that is not granted here. The values of credentials are kept with the
//! destination's secrets, never here.

mod check;
mod credentials;
mod given;
mod hosts;
mod limits;
mod tokens;

use std::collections::BTreeMap;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use check::Checked;
pub use credentials::{ClientAuth, CredentialBinding, CredentialKind, TokenClient};
pub(crate) use given::{GivenCredential, GivenGrants};
pub use hosts::{HostPattern, Origin};
pub use limits::DestinationLimits;

/// What is granted; by default nothing besides the runtime's own limits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DestinationGrants {
    /// Origins that an installed sink may reach: `https://api.example.com`, `https://*.example.com`, or `*` for every one that the
    /// runtime's address policy allows.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required)]
    pub hosts: Vec<HostPattern>,
    /// Limits below the runtime's.
    #[serde(default)]
    #[schema(required)]
    pub limits: DestinationLimits,
    /// Credentials by the names that the sink asks for. Each may go to its own origins, which it grants as well.
    #[serde(default)]
    #[schema(required)]
    pub credentials: BTreeMap<String, CredentialBinding>,
    /// Whether a file says so: then it is changed there.
    #[serde(skip)]
    pub is_of_file: bool,
}

impl DestinationGrants {
    /// Whether a sink that needs grants may send a request there. The address policy of the runtime stands above this.
    pub fn allows(&self, url: &Url) -> bool {
        let bound = self.credentials.values().flat_map(|credential| &credential.origins);
        self.hosts.iter().any(|host| host.matches(url)) || bound.into_iter().any(|origin| origin.matches(url))
    }

    /// Whether a sink that needs grants may send anything at all.
    pub fn reaches_out(&self) -> bool {
        !self.hosts.is_empty() || !self.credentials.is_empty()
    }

    /// Whether every host is granted that the address policy allows.
    pub fn allows_every_host(&self) -> bool {
        self.hosts.contains(&HostPattern::Any)
    }
}

impl DestinationGrants {
    /// Why a request of the destination's sink is not sent, and what lets it be.
    pub(crate) fn denial(&self, destination: &str, url: &Url) -> String {
        let Some(origin) = Origin::of(url) else {
            return format!("nothing grants an address without a host to the destination {destination:?}");
        };
        let granting = if self.is_of_file {
            format!("add \"{origin}\" to `hosts` of [destinations.{destination}.grants] in ampline.toml")
        } else {
            format!("run `ampline destinations grant {destination} --host {origin}`")
        };
        format!("nothing grants {origin} to the destination {destination:?}: {granting}, if its sink is to send there")
    }

    /// What binds a credential to where a request goes.
    pub(crate) fn binding(&self, destination: &str, name: &str, url: &Url) -> String {
        let origin = url.origin().ascii_serialization();
        if self.is_of_file {
            return format!(
                "name \"{origin}\" in `origins` of [destinations.{destination}.grants.credentials.{name}] in ampline.toml"
            );
        }
        format!("run `ampline destinations credentials set {destination} {name} --origin {origin}`")
    }

    /// What binds a credential anew whose client was refused, in one piece; the secret comes on standard input.
    pub(crate) fn rebinding(&self, destination: &str, name: &str) -> String {
        if self.is_of_file {
            return format!("correct [destinations.{destination}.grants.credentials.{name}] in ampline.toml");
        }
        let bound = self.credentials.get(name).map(CredentialBinding::flags).unwrap_or_default();
        format!("bind another with `ampline destinations credentials set {destination} {name}{bound}`")
    }

    /// What raises a limit: its name is `memory-mebibytes`, …
    pub(crate) fn raising(&self, destination: &str, limit: &str) -> String {
        if self.is_of_file {
            return format!("raise `{}` of [destinations.{destination}.grants.limits] in ampline.toml", limit.replace('-', "_"));
        }
        format!("raise it with `ampline destinations grant {destination} --limit {limit}=…`")
    }
}
