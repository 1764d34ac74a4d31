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

use std::collections::BTreeMap;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use check::Checked;
pub use credentials::{CredentialBinding, CredentialKind};
pub(crate) use given::{GivenCredential, GivenGrants};
pub use hosts::{HostPattern, Origin};
pub use limits::DestinationLimits;

/// What is granted; by default nothing besides the runtime's own limits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DestinationGrants {
    /// Origins that an installed sink may reach: `https://api.example.com`, `https://*.example.com`, or `*` for every one that the
    /// runtime's address policy allows.
    #[schema(value_type = Vec<String>)]
    pub hosts: Vec<HostPattern>,
    /// Limits below the runtime's.
    pub limits: DestinationLimits,
    /// Credentials by the names that the sink asks for. Each may go to its own origins, which it grants as well.
    pub credentials: BTreeMap<String, CredentialBinding>,
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

/// Why a request of a destination's sink is not sent, and the command that lets it be.
pub fn denial(destination: &str, url: &Url) -> String {
    match Origin::of(url) {
        Some(origin) => format!(
            "nothing grants {origin} to the destination {destination:?}: run `ampline destinations grant {destination} --host {origin}` if \
             its sink is to send there"
        ),
        None => format!("nothing grants an address without a host to the destination {destination:?}"),
    }
}
