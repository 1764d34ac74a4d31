//! Changes of the project, each with all that it needs; several are applied together or not at all.

use ampline_core::{manifest::Integration, message::NotificationType};
use serde_json::{Map, Value};

use super::{
    content::Content,
    model::{ConnectionStatus, NamedParty, Origin},
};
use crate::destination::{DeliverySettings, grants::DestinationGrants};

/// One change.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new revision of an integration, unless it says what the latest does.
    Deploy(Box<Deployment>),
    /// Nothing of the integration is read any more; its revisions stay.
    DisableIntegration {
        /// Its id.
        id: String,
        /// Why.
        reason: String,
    },
    /// Takes away an integration that nobody has installed.
    DeleteIntegration {
        /// Its id.
        id: String,
    },
    /// Makes a connection, or changes the one of this id.
    PutConnection(Box<ConnectionDraft>),
    /// What is known of a connection's credentials.
    ConnectionStatus {
        /// Its id.
        id: String,
        /// Whether they work.
        status: ConnectionStatus,
        /// Why they do not.
        reason: Option<String>,
    },
    /// Nothing is read over the connection any more.
    DisableConnection {
        /// Its id.
        id: String,
        /// Why.
        reason: String,
    },
    /// Takes away a connection that no installation uses.
    DeleteConnection {
        /// Its id.
        id: String,
    },
    /// Makes a destination, or changes the one of this id.
    PutDestination(Box<DestinationDraft>),
    /// Nothing goes to the destination any more; what waits for it is kept.
    DisableDestination {
        /// Its id.
        id: String,
        /// Why.
        reason: String,
    },
    /// Takes away a destination.
    DeleteDestination {
        /// Its id.
        id: String,
        /// The revision that is to be the latest.
        expected_revision: Option<u32>,
        /// Who says so.
        by: Origin,
    },
    /// A new installation; refused where the group has one of the integration.
    CreateInstallation(Box<InstallationDraft>),
    /// Makes the installation of this id, or changes it; for files, which say at every reading what is to be.
    PutInstallation(Box<InstallationDraft>),
    /// A new revision of an installation's configuration, unless it says what the latest does.
    UpdateInstallation(Box<InstallationUpdate>),
    /// Nothing of the installation is read any more; its revisions stay.
    DisableInstallation {
        /// Its id.
        id: String,
        /// Why.
        reason: String,
    },
    /// Takes away an installation, and its connection where no other uses it and no file names it.
    DeleteInstallation {
        /// Its id.
        id: String,
        /// The revision that is to be the latest.
        expected_revision: Option<String>,
    },
    /// Changes nothing, but tells something of an installation along with the other changes.
    Tell {
        /// What.
        kind: NotificationType,
        /// Whose.
        installation_id: String,
        /// What is said besides whose it is.
        facts: Map<String, Value>,
    },
}

/// What a change of a connection means for its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CredentialNews {
    /// They are what they were.
    #[default]
    Same,
    /// Somebody gave others.
    Replaced,
    /// The provider renewed them.
    Refreshed,
}

/// An integration as it is to be.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Its id; follows from the name.
    pub id: String,
    /// Who deploys.
    pub origin: Origin,
    /// Of the manifest.
    pub spec_version: String,
    /// What it says.
    pub content: Integration,
}

/// A connection as it is to be.
#[derive(Debug, Clone)]
pub struct ConnectionDraft {
    /// Stable id.
    pub id: String,
    /// What files call it.
    pub name: Option<String>,
    /// Catalog name.
    pub provider: String,
    /// Whose it is.
    pub group: Option<NamedParty>,
    /// Who gave it.
    pub consumer: Option<NamedParty>,
    /// The provider's workspace.
    pub workspace: Option<String>,
    /// In place of the provider's own address.
    pub base_url: Option<String>,
    /// How requests are authorised.
    pub scheme: String,
    /// What the provider's addresses need besides.
    pub metadata: Map<String, Value>,
    /// Who says so.
    pub origin: Origin,
    /// Credentials, encrypted; nothing leaves those that are there.
    pub sealed: Option<Vec<u8>>,
    /// What this means for them.
    pub news: CredentialNews,
}

/// A destination as it is to be.
#[derive(Debug, Clone)]
pub struct DestinationDraft {
    /// Stable id.
    pub id: String,
    /// The revision that the change builds on; nothing = whatever is there.
    pub expected_revision: Option<u32>,
    /// Unique within the project.
    pub name: String,
    /// The sink that serves it.
    pub kind: String,
    /// The sink's configuration; holds no secret.
    pub metadata: Map<String, Value>,
    /// Who says so.
    pub origin: Origin,
    /// Whether a manifest declares it.
    pub from_manifest: bool,
    /// Credentials, encrypted.
    pub sealed: Option<Vec<u8>>,
    /// What its sink may do.
    pub grants: DestinationGrants,
    /// At which pace it is delivered to.
    pub delivery: DeliverySettings,
}

/// An installation as it is to be. Its configuration stands on the integration's latest revision.
#[derive(Debug, Clone)]
pub struct InstallationDraft {
    /// Stable id.
    pub id: String,
    /// The integration's id.
    pub integration_id: String,
    /// The customer's team.
    pub group: NamedParty,
    /// The person who installs.
    pub consumer: NamedParty,
    /// The connection's id.
    pub connection_id: String,
    /// What is chosen.
    pub content: Content,
    /// Who installs.
    pub origin: Origin,
    /// `consumer:<id>`, …
    pub created_by: String,
}

/// What changes of an installation; what is nothing stays.
#[derive(Debug, Clone)]
pub struct InstallationUpdate {
    /// Its id.
    pub id: String,
    /// The revision that the change builds on; nothing = whatever is there.
    pub expected_revision: Option<String>,
    /// What is chosen; it stands on the integration's latest revision from now on.
    pub content: Option<Content>,
    /// The connection's id.
    pub connection_id: Option<String>,
    /// Who changes it.
    pub created_by: Option<String>,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The integration, connection or installation.
    pub id: String,
    /// Whether anything is other than before.
    pub changed: bool,
    /// Whether its group or consumer has another name now, which all of theirs carry.
    pub renamed: bool,
}
