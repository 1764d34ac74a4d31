//! The project: its integrations with their revisions, its customers' connections and installations, and every change of them.
//!
//! Knows nothing of HTTP or of reads; whoever changes something here tells the scheduler which reads there are from then on.

mod change;
mod content;
mod error;
mod model;
mod sqlite;

pub use change::{Applied, Change, ConnectionDraft, Deployment, InstallationDraft, InstallationUpdate};
pub use content::Content;
pub use error::{ProjectError, RemovedObject};
pub use model::{
    ConfigRevision, ConnectionRecord, ConnectionStatus, InstallationRecord, IntegrationRecord, IntegrationRevision, Issue,
    NamedParty, Origin, Party, PendingAuthorization, ProviderAppRecord,
};
pub use sqlite::{InstallationFilter, PAGE_MAX, ProjectStore};
