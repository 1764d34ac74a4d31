//! The project: its integrations with their revisions, its customers' connections and installations, and every change of them.
//!
//! A straight line for each change: what is asked for (`edit`, `deploy`, `sync` for files) → what would be, checked by planning it
//! (`planning`) → durable (`sqlite`) → told to the scheduler (`service`). Knows nothing of HTTP.

mod change;
mod content;
mod declared;
mod deploy;
mod destinations;
mod edit;
mod error;
mod ids;
mod installing;
mod keys;
mod lookup;
mod model;
mod planning;
mod preview;
mod routing;
mod sampling;
mod service;
mod sinks;
mod sqlite;
mod sync;
mod sync_destinations;

pub use change::{
    Applied, Change, ConnectionDraft, CredentialNews, Deployment, DestinationDraft, InstallationDraft, InstallationUpdate,
};
pub use content::Content;
pub use declared::DeclaredInstallation;
pub(crate) use declared::{Declared, DeclaredConnection, Reread};
pub(crate) use edit::{Edited, Operation, masked, patched};
pub use error::{ProjectError, RemovedObject};
pub(crate) use ids::stable_id;
pub(crate) use installing::{NewInstallation, Sampling};
pub(crate) use keys::SessionRecord;
pub use keys::{ApiKeyRecord, JwtKeyRecord, KeyScope};
pub(crate) use lookup::Installed;
pub use model::{
    ConfigRevision, ConnectionRecord, ConnectionStatus, DestinationRecord, Errand, InstallationRecord, IntegrationRecord,
    IntegrationRevision, Issue, KeptAnswer, NamedParty, Origin, Party, PendingAuthorization, ProjectRecord, ProviderAppRecord,
};
pub(crate) use planning::{KnownDestinations, Planner};
pub(crate) use preview::{IntegrationPreview, IssueConsequence, Preview, ReadChange, ReadConsequence, Whose};
pub use routing::{DeclaredRoutes, ROUTES_MAX, Route, RouteFilter, RouteKind, TOPICS_MAX, Topic};
pub(crate) use service::{Project, object_path};
pub use sinks::{SinkAction, SinkEvent, SinkRecord};
pub use sqlite::{InstallationFilter, PAGE_MAX, ProjectStore};
pub(crate) use sync::Synchronised;

#[cfg(test)]
mod tests;
