//! What the project store holds: integrations with their revisions, connections, installations with their configurations.

use std::{collections::BTreeMap, fmt, sync::Arc};

use ampline_core::manifest::Integration;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{content::Content, error::ProjectError};
use crate::destination::{DeliverySettings, grants::DestinationGrants};

/// Who made a thing, and so who may change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file, which is read again at every start and reload: only an edit of it changes what it made.
    File(String),
    /// The command line.
    Command,
    /// Another client of the API.
    Api,
}

impl Origin {
    /// `file`, `command` or `api`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Command => "command",
            Self::Api => "api",
        }
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&str> {
        if let Self::File(path) = self { Some(path) } else { None }
    }
}

/// A customer's team, or a person of it: the product's own id, and the name that was last given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The product's own id.
    pub reference: String,
    /// Shown to people.
    pub name: String,
}

/// Most characters of a party's id and of its name: every message carries them, and has a size of its own to keep.
pub(crate) const PARTY_LETTERS_MAX: usize = 255;

impl Party {
    /// What is wrong with the id and the name of a `kind` of party.
    pub(super) fn faults(&self, kind: &str) -> impl Iterator<Item = Issue> {
        let fault = |text: &str| {
            if text.chars().count() > PARTY_LETTERS_MAX {
                Some(format!("has more than {PARTY_LETTERS_MAX} characters, and every message carries it: use a shorter one"))
            } else {
                text.chars().any(char::is_control).then(|| "holds a control character: leave it out".to_owned())
            }
        };
        // A name that nobody gave is the id, of which that was said already.
        let found = [("Ref", fault(&self.reference)), ("Name", fault(&self.name).filter(|_| self.name != self.reference))];
        let path = kind.to_owned();
        found.into_iter().filter_map(move |(member, fault)| Some(Issue { path: format!("{path}{member}"), message: fault? }))
    }
}

/// A party as a change names it. A name that is not given leaves the known one (the id at first).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamedParty {
    /// The product's own id.
    pub reference: String,
    /// Shown to people.
    pub name: Option<String>,
}

/// An integration and its latest revision.
#[derive(Debug, Clone, PartialEq)]
pub struct IntegrationRecord {
    /// Stable id; follows from the name.
    pub id: String,
    /// Unique within the project.
    pub name: String,
    /// Who made it.
    pub origin: Origin,
    /// Why nothing of it is read, where that is so.
    pub disabled_reason: Option<String>,
    /// When it was first deployed.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
    /// What counts for whatever is configured from now on.
    pub latest: Arc<IntegrationRevision>,
}

impl IntegrationRecord {
    /// Why it may not be changed by whoever asks: files stand above all else, as long as they name the thing.
    pub(super) fn refusal(&self, by: &Origin) -> Option<ProjectError> {
        match (&self.origin, by) {
            (Origin::File(file), Origin::Command | Origin::Api) if self.disabled_reason.is_none() => {
                Some(ProjectError::OwnedByFile { what: "integration", name: self.name.clone(), file: file.clone() })
            }
            _ => None,
        }
    }
}

/// An integration as it was deployed once.
#[derive(Debug, Clone, PartialEq)]
pub struct IntegrationRevision {
    /// Unique.
    pub id: String,
    /// From 1, in the order of deployment.
    pub number: u32,
    /// Of the manifest.
    pub spec_version: String,
    /// What it says.
    pub content: Integration,
    /// When it was deployed.
    pub create_time: Timestamp,
}

/// Whether a connection's credentials are known to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// Not used yet.
    Created,
    /// The provider accepted them.
    Working,
    /// The provider refused them.
    BadCredentials,
}

impl ConnectionStatus {
    /// As the contract writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Working => "working",
            Self::BadCredentials => "bad_credentials",
        }
    }
}

/// A group's credentials at a provider, without the credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionRecord {
    /// Stable id.
    pub id: String,
    /// What files call it.
    pub name: Option<String>,
    /// Catalog name.
    pub provider: String,
    /// Whose it is; a connection of ampline.toml may be anyone's.
    pub group: Option<Party>,
    /// Who gave it.
    pub consumer: Option<Party>,
    /// The provider's workspace (a subdomain, a portal), where there is one.
    pub workspace: Option<String>,
    /// In place of the provider's own address.
    pub base_url: Option<String>,
    /// How requests are authorised: `apiKey`, `oauth2/authorizationCode`, …
    pub scheme: String,
    /// What the provider's addresses need besides.
    pub metadata: Map<String, Value>,
    /// Whether it works.
    pub status: ConnectionStatus,
    /// Why it does not.
    pub status_reason: Option<String>,
    /// Who made it.
    pub origin: Origin,
    /// Why it may not be used, where that is so.
    pub disabled_reason: Option<String>,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}

/// A destination, without its credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct DestinationRecord {
    /// Stable id, as messages' metadata carries it.
    pub id: String,
    /// What manifests call it; unique.
    pub name: String,
    /// The sink that serves it: `webhook`, `s3`, …
    pub kind: String,
    /// The sink's configuration, as it was given.
    pub metadata: Map<String, Value>,
    /// Who made it.
    pub origin: Origin,
    /// Whether a manifest of the older form declares it.
    pub from_manifest: bool,
    /// Why nothing goes there, where its file names it no longer.
    pub disabled_reason: Option<String>,
    /// Rises with every change, from 1.
    pub revision: u32,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
    /// Its credentials, encrypted; nothing where it has none, or where a file says where they are found.
    pub sealed: Option<Vec<u8>>,
    /// What its sink may do.
    pub grants: DestinationGrants,
    /// At which pace it is delivered to.
    pub delivery: DeliverySettings,
}

/// What a change of a destination has yet to do in the journal and in the kept secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    /// Names it.
    pub id: i64,
    /// Of a destination that is gone, or its former name.
    pub name: String,
    /// The name that it has now; nothing where it was deleted.
    pub renamed_to: Option<String>,
}

/// What is told of the project besides its id.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectRecord {
    /// What the product is called.
    pub app_name: Option<String>,
    /// When its store was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}

/// The product's registration at a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderAppRecord {
    /// Stable id.
    pub id: String,
    /// Catalog name.
    pub provider: String,
    /// The registration's id there.
    pub client_id: String,
    /// Asked for in place of the catalog's.
    pub scopes: Vec<String>,
    /// The product's own id for it.
    pub external_ref: Option<String>,
    /// Further parameters of the consent address.
    pub auth_query_params: BTreeMap<String, String>,
    /// What the provider's addresses need.
    pub provider_params: BTreeMap<String, String>,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
    /// Its secret, encrypted; nothing for a public client.
    pub sealed: Option<Vec<u8>>,
}

/// A consent that a person was asked for, until the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingAuthorization {
    /// SHA-256 of the state that the provider sends back; the state itself is nowhere.
    pub state_digest: Vec<u8>,
    /// What was asked for and the proof key, encrypted.
    pub sealed: Vec<u8>,
    /// Until when it may be answered.
    pub expires_at: Timestamp,
}

/// What a creating request was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// SHA-256 of the client and the key that it gave.
    pub id: Vec<u8>,
    /// SHA-256 of the request.
    pub request: Vec<u8>,
    /// The answer, encrypted.
    pub sealed: Vec<u8>,
}

/// Which group uses which integration, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct InstallationRecord {
    /// Stable id.
    pub id: String,
    /// The integration's id.
    pub integration_id: String,
    /// The integration's name.
    pub integration: String,
    /// The customer's team.
    pub group: Party,
    /// The person who installed.
    pub consumer: Party,
    /// The connection's id.
    pub connection_id: String,
    /// Who made it.
    pub origin: Origin,
    /// Why nothing of it is read, where that is so.
    pub disabled_reason: Option<String>,
    /// `consumer:<id>`, …
    pub created_by: String,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
    /// What was chosen last.
    pub config: ConfigRevision,
}

/// What a customer chose at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigRevision {
    /// Unique. Whoever changes what it says gives it as the revision that the change builds on.
    pub id: String,
    /// From 1, in the order of the changes.
    pub number: u32,
    /// The contract's `config.content`.
    pub content: Content,
    /// The integration's revision that it stands on.
    pub integration_revision: String,
    /// The connection's id then.
    pub connection_id: String,
    /// Who chose.
    pub created_by: String,
    /// When.
    pub create_time: Timestamp,
}

/// Something that may not be as asked: where, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// `config.content.read.objects.contacts.destination`.
    pub path: String,
    /// The reason and the remedy.
    pub message: String,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_message_carries_is_short_and_plain() {
        let check = |reference: &str, name: &str, expected: &[(&str, &str)]| {
            let party = Party { reference: reference.to_owned(), name: name.to_owned() };
            let found: Vec<Issue> = party.faults("group").collect();
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (issue, (path, message)) in found.iter().zip(expected) {
                assert!(issue.path == *path && issue.message.contains(message), "{issue}");
            }
        };
        check("acme", &"é".repeat(PARTY_LETTERS_MAX), &[]);
        check(&"g".repeat(300), &"g".repeat(300), &[("groupRef", "more than 255")]);
        check("a\u{0}b", "A\nB", &[("groupRef", "control"), ("groupName", "control")]);
    }
}
