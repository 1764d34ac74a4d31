//! An installation with all that it refers to: its connection, its integration, and the revision that it stands on.

use std::{collections::HashMap, sync::Arc};

use ampline_core::provider::{Catalog, Provider, RateLimit};

use super::{
    error::ProjectError,
    model::{ConnectionRecord, ConnectionStatus, InstallationRecord, IntegrationRecord, IntegrationRevision, Issue},
    planning::{Subject, credentials_issue},
    service::{Project, not_found},
    sqlite::{InstallationFilter, PAGE_MAX},
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
    pub(super) fn subject(&self) -> Subject<'_> {
        self.subject_of(&self.integration)
    }

    /// The same, were the integration another.
    pub(super) fn subject_of<'a>(&'a self, integration: &'a IntegrationRecord) -> Subject<'a> {
        Subject { installation: &self.record, connection: &self.connection, integration, standing: &self.standing }
    }
}

impl Project {
    /// The providers that there are.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.planner.catalog
    }

    /// How much a connection may ask of its provider.
    pub(crate) fn rate_limit(&self, connection_id: &str, provider: &dyn Provider) -> Option<RateLimit> {
        self.planner.rate_limit(connection_id, provider)
    }

    /// The connection that a group uses for an installed integration (for this one, or for any of the provider), else one that it has
    /// for the provider: of several, one that works.
    pub(crate) async fn connection_of(
        &self,
        group_ref: &str,
        provider: &str,
        integration_id: Option<&str>,
    ) -> Result<ConnectionRecord, ProjectError> {
        let filter = InstallationFilter {
            integration_id: integration_id.map(str::to_owned),
            group_ref: Some(group_ref.to_owned()),
            ..InstallationFilter::default()
        };
        for installed in self.store.installations(filter, "", PAGE_MAX).await? {
            let connection = self.store.connection(&installed.connection_id).await?;
            if let Some(connection) = connection.filter(|connection| connection.provider == provider) {
                return Ok(connection);
            }
        }
        let is_theirs = |one: &ConnectionRecord| one.group.as_ref().is_some_and(|owner| owner.reference == group_ref);
        let all = self.store.connections().await?.into_iter().filter(|one| one.provider == provider && is_theirs(one));
        // What compares as less is better: working, then not yet known, then bad.
        let rank = |one: &ConnectionRecord| match one.status {
            ConnectionStatus::Working => 0,
            ConnectionStatus::Created => 1,
            ConnectionStatus::BadCredentials => 2,
        };
        let missing = || ProjectError::NotFound { what: "connection for this provider of the group", name: group_ref.to_owned() };
        all.min_by_key(rank).ok_or_else(missing)
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

    pub(super) async fn referred(&mut self, record: InstallationRecord) -> Result<Installed, ProjectError> {
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
        self.project.watches().set(&installed.record.id, self.project.planner.watched(&installed.subject(), &jobs));
        if installed.record.disabled_reason.is_none() {
            for Issue { path, message } in issues {
                tracing::warn!(event = "installation.unhealthy", installation = %installed.record.id, path, reason = message);
            }
        }
        Ok(jobs)
    }
}
