//! An installation with all that it refers to: its connection, its integration, and the revision that it stands on.

use std::{collections::HashMap, sync::Arc};

use super::{
    error::ProjectError,
    model::{ConnectionRecord, InstallationRecord, IntegrationRecord, IntegrationRevision, Issue},
    planning::{Subject, credentials_issue},
    service::{Project, not_found},
};
use crate::scheduler::Job;

/// An installation as it stands, with all that it refers to.
pub(crate) struct Installed {
    pub(crate) record: InstallationRecord,
    pub(crate) connection: Arc<ConnectionRecord>,
    pub(crate) integration: Arc<IntegrationRecord>,
    standing: Arc<IntegrationRevision>,
    /// Every reason why something of it is not read.
    pub(crate) issues: Vec<Issue>,
}

impl Installed {
    fn subject(&self) -> Subject<'_> {
        Subject {
            installation: &self.record,
            connection: &self.connection,
            integration: &self.integration,
            standing: &self.standing,
        }
    }
}

/// What installations refer to, each looked up once.
pub(super) struct Lookup<'a> {
    project: &'a Project,
    integrations: HashMap<String, Arc<IntegrationRecord>>,
    connections: HashMap<String, Arc<ConnectionRecord>>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(project: &'a Project) -> Self {
        Self { project, integrations: HashMap::new(), connections: HashMap::new() }
    }

    /// The integration's revision that an installation's configuration stands on.
    pub(super) async fn standing(&mut self, record: &InstallationRecord) -> Result<Arc<IntegrationRevision>, ProjectError> {
        let wanted = &record.config.integration_revision;
        self.project.store.revision(wanted).await?.ok_or_else(|| not_found("revision", wanted))
    }

    async fn referred(&mut self, record: InstallationRecord) -> Result<Installed, ProjectError> {
        let store = &self.project.store;
        let integration = match self.integrations.get(&record.integration_id) {
            Some(known) => known.clone(),
            None => {
                let found = Arc::new(self.project.integration(&record.integration_id).await?);
                self.integrations.insert(found.id.clone(), found.clone());
                found
            }
        };
        let connection = match self.connections.get(&record.connection_id) {
            Some(known) => known.clone(),
            None => {
                let found = store.connection(&record.connection_id).await?;
                let found = Arc::new(found.ok_or_else(|| not_found("connection", &record.connection_id))?);
                self.connections.insert(found.id.clone(), found.clone());
                found
            }
        };
        let wanted = &record.config.integration_revision;
        let standing = match *wanted == integration.latest.id {
            true => integration.latest.clone(),
            false => store.revision(wanted).await?.ok_or_else(|| not_found("revision", wanted))?,
        };
        Ok(Installed { record, connection, integration, standing, issues: Vec::new() })
    }

    /// An installation with its health.
    pub(super) async fn installed(&mut self, record: InstallationRecord) -> Result<Installed, ProjectError> {
        let mut installed = self.referred(record).await?;
        installed.issues = self.project.planner.plan(&installed.subject()).1;
        installed.issues.extend(credentials_issue(&installed.connection));
        Ok(installed)
    }

    /// The reads of an installation; why there are less than there could be is logged.
    pub(super) async fn jobs(&mut self, record: InstallationRecord) -> Result<Vec<Job>, ProjectError> {
        let installed = self.referred(record).await?;
        let (jobs, issues) = self.project.planner.jobs(&installed.subject());
        self.project.subscriptions().set(&installed.record.id, self.project.planner.subscribed(&installed.subject()));
        if installed.record.disabled_reason.is_none() {
            for Issue { path, message } in issues {
                tracing::warn!(event = "installation.unhealthy", installation = %installed.record.id, path, reason = message);
            }
        }
        Ok(jobs)
    }
}
