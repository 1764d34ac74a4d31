//! What amp.yaml, ampline.toml and the folder of installations say of the project, as `sync` takes it in.

use ampline_core::manifest::Manifest;

use super::{
    change::ConnectionDraft,
    content::Content,
    ids::stable_id,
    model::{Issue, NamedParty},
    routing::DeclaredRoutes,
};
use crate::{
    connection::{self, ProviderApp},
    destination::DeclaredDestination,
};

/// Reads the files again.
pub(crate) type Reread = Box<dyn Fn() -> Result<Declared, Vec<Issue>> + Send + Sync>;

/// All that the files say of the project.
#[derive(Clone)]
pub(crate) struct Declared {
    /// amp.yaml.
    pub(crate) manifest: Manifest,
    /// Where it is.
    pub(crate) manifest_file: String,
    /// ampline.toml.
    pub(crate) settings_file: String,
    /// With credentials.
    pub(crate) connections: Vec<DeclaredConnection>,
    /// The product's registrations at providers.
    pub(crate) provider_apps: Vec<ProviderApp>,
    /// Which destinations hear of what.
    pub(crate) routes: DeclaredRoutes,
    /// Of ampline.toml and the folder.
    pub(crate) installations: Vec<DeclaredInstallation>,
    /// Of amp.yaml and ampline.toml.
    pub(crate) destinations: Vec<DeclaredDestination>,
    /// What changed in the files but counts only from the next start on.
    pub(crate) notes: Vec<String>,
}

/// A connection that a file names.
#[derive(Clone)]
pub(crate) struct DeclaredConnection {
    pub(crate) draft: ConnectionDraft,
    pub(crate) declared: connection::Declared,
}

/// An installation that a file names.
#[derive(Debug, Clone)]
pub struct DeclaredInstallation {
    /// Where it stands, for people: `installations[0]`, or the file.
    pub place: String,
    /// The file.
    pub file: String,
    /// Stable id; made from the integration and the group where it is left out.
    pub id: Option<String>,
    /// Name of the integration.
    pub integration: String,
    /// The customer's team.
    pub group: NamedParty,
    /// The person who installed.
    pub consumer: NamedParty,
    /// Name or id of the connection.
    pub connection: String,
    /// What is chosen; without any `read.objects` everything is read with the manifest's defaults.
    pub content: Content,
    /// `consumer:<id>`, …
    pub created_by: Option<String>,
}

impl DeclaredInstallation {
    /// Where something stands, as whoever wrote the file finds it.
    pub(super) fn at(&self, path: &str) -> String {
        let path = path.trim_start_matches('.');
        if self.place.starts_with("installations[") {
            // The short form of ampline.toml.
            let path = path.trim_start_matches("config.content.").trim_start_matches("read.");
            return format!("{}.{}", self.place, path.replace("connectionId", "connection")).trim_end_matches('.').to_owned();
        }
        format!("{}: {path}", self.place).trim_end_matches([' ', ':']).to_owned()
    }

    pub(super) fn id(&self) -> String {
        let name = || format!("{}/{}", self.integration, self.group.reference);
        self.id.clone().unwrap_or_else(|| stable_id("installation", &name()))
    }
}
