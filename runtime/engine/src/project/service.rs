//! Every change of the project while it is used: checked against the manifest, made durable, then told to the scheduler.
//!
//! One change at a time: what is checked is what is there when the change is made, and the scheduler hears of changes in their order.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

use super::{
    change::{Applied, Change, InstallationDraft, InstallationUpdate},
    content::{Content, PATH},
    edit::Edited,
    error::ProjectError,
    lookup::{Installed, Lookup},
    model::{ConfigRevision, ConnectionRecord, InstallationRecord, IntegrationRecord, Issue, NamedParty, Origin},
    planning::{Planner, Subject},
    sqlite::{InstallationFilter, PAGE_MAX, ProjectStore},
    sync::Reread,
};
use crate::{
    clock::Clock,
    destination::Destinations,
    inbound::Subscriptions,
    scheduler::{self, Job},
};

/// The project in use.
pub(crate) struct Project {
    pub(super) store: Arc<ProjectStore>,
    pub(super) planner: Planner,
    pub(super) clock: Arc<dyn Clock>,
    /// Told which reads there are; nothing where none run.
    pub(super) scheduler: Option<scheduler::Handle>,
    /// Reads the files again; nothing where none run.
    pub(super) reread: Option<Reread>,
    /// Where messages go; nothing where none run.
    pub(super) destinations: Option<Arc<Destinations>>,
    /// Kept up to date with every change.
    subscriptions: Arc<Subscriptions>,
    turn: Mutex<()>,
}

/// A wish for an installation.
pub(crate) struct NewInstallation {
    /// Id or name.
    pub(crate) integration: String,
    pub(crate) group: NamedParty,
    /// Where it is left out: the `consumer:<id>` of `created_by`, else the connection's.
    pub(crate) consumer: Option<NamedParty>,
    /// Id or name; where it is left out, the only one that the group has for the provider.
    pub(crate) connection: Option<String>,
    pub(crate) content: Value,
    pub(crate) created_by: Option<String>,
    pub(crate) origin: Origin,
}

impl Project {
    pub(crate) fn new(
        store: Arc<ProjectStore>,
        planner: Planner,
        clock: Arc<dyn Clock>,
        scheduler: Option<scheduler::Handle>,
        reread: Option<Reread>,
    ) -> Self {
        let (destinations, subscriptions, turn) = (None, Arc::default(), Mutex::default());
        Self { store, planner, clock, scheduler, reread, destinations, subscriptions, turn }
    }

    /// The same, with destinations that run.
    pub(crate) fn delivering_to(self, destinations: Arc<Destinations>) -> Self {
        Self { destinations: Some(destinations), ..self }
    }

    /// What is stored, for questions that need no more.
    pub(crate) fn store(&self) -> &Arc<ProjectStore> {
        &self.store
    }

    /// What installations subscribe, now and after every change.
    pub(crate) fn subscriptions(&self) -> Arc<Subscriptions> {
        self.subscriptions.clone()
    }

    /// Until this is dropped, nobody else changes anything.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    pub(super) async fn apply(&self, changes: Vec<Change>) -> Result<Vec<Applied>, ProjectError> {
        self.store.apply(changes, self.clock.now()).await
    }

    /// One installation.
    pub(crate) async fn installation(&self, id: &str) -> Result<Installed, ProjectError> {
        let record = self.store.installation(id).await?.ok_or_else(|| not_found("installation", id))?;
        Lookup::new(self).installed(record).await
    }

    /// Installations by id, from behind `after` on.
    pub(crate) async fn installations(
        &self,
        filter: InstallationFilter,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Installed>, ProjectError> {
        let mut lookup = Lookup::new(self);
        let mut found = Vec::new();
        for record in self.store.installations(filter, after, limit).await? {
            found.push(lookup.installed(record).await?);
        }
        Ok(found)
    }

    /// All revisions of an installation's configuration, the latest first.
    pub(crate) async fn config_revisions(&self, id: &str) -> Result<Vec<ConfigRevision>, ProjectError> {
        self.store.config_revisions(id).await
    }

    /// Makes an installation.
    pub(crate) async fn create(&self, new: NewInstallation) -> Result<Installed, ProjectError> {
        let _turn = self.turn().await;
        let integration = self.integration(&new.integration).await?;
        let mut issues = Vec::new();
        let content = match Content::parse(new.content).and_then(|content| content.filled(&integration.latest.content)) {
            Ok(content) => Some(content),
            Err(found) => {
                issues.extend(found);
                None
            }
        };
        if new.group.reference.is_empty() {
            issues.push(Issue { path: "groupRef".to_owned(), message: "must be your own id of the customer".to_owned() });
        }
        let connection = self.connection_for(new.connection.as_deref(), &new.group.reference, &integration, &mut issues).await?;
        let (Some(content), Some(connection)) = (content, connection) else { return Err(ProjectError::Invalid(issues)) };
        let consumer = new.consumer.unwrap_or_else(|| consumer(new.created_by.as_deref(), &connection));
        let draft = InstallationDraft {
            id: uuid::Uuid::now_v7().to_string(),
            integration_id: integration.id.clone(),
            group: new.group,
            created_by: new.created_by.unwrap_or_else(|| format!("consumer:{}", consumer.reference)),
            consumer,
            connection_id: connection.id.clone(),
            content,
            origin: new.origin,
        };
        issues.extend(self.faults(&candidate(&draft, &integration), &connection, &integration));
        if !issues.is_empty() {
            return Err(ProjectError::Invalid(issues));
        }
        let id = draft.id.clone();
        let applied = self.apply(vec![Change::CreateInstallation(Box::new(draft))]).await?;
        self.tell_of(&applied).await?;
        tracing::info!(event = "installation.created", installation = %id, integration = %integration.name);
        self.installation(&id).await
    }

    /// Changes an installation as `edit` says of what it is. `expected_revision` is the one that the edit builds on.
    pub(crate) async fn update(
        &self,
        id: &str,
        expected_revision: Option<String>,
        edit: impl FnOnce(&InstallationRecord) -> Result<Edited, Vec<Issue>>,
    ) -> Result<Installed, ProjectError> {
        let _turn = self.turn().await;
        let before = self.installation(id).await?;
        let edited = edit(&before.record).map_err(ProjectError::Invalid)?;
        let mut record = before.record.clone();
        record.disabled_reason = None;
        let mut content = None;
        if let Some(value) = edited.content {
            let latest = &before.integration.latest.content;
            let filled = Content::parse(value).and_then(|content| content.filled(latest)).map_err(ProjectError::Invalid)?;
            record.config.content = filled.clone();
            content = Some(filled);
        }
        let mut issues = Vec::new();
        let connection = match &edited.connection_id {
            Some(wanted) => {
                let group = &record.group.reference;
                self.connection_for(Some(wanted), group, &before.integration, &mut issues).await?
            }
            None => Some((*before.connection).clone()),
        };
        if let Some(connection) = &connection {
            let found = self.faults(&record, connection, &before.integration);
            // What the edit does not reach was so before, and is told of by the installation's health.
            let reached = |issue: &Issue| edited.touched.iter().any(|path| issue.path.starts_with(path.as_str()));
            let stands_in_the_way = |issue: &Issue| matches!(issue.path.as_str(), "connectionId" | "integrationId");
            issues.extend(found.into_iter().filter(|issue| reached(issue) || stands_in_the_way(issue)));
        }
        if !issues.is_empty() {
            return Err(ProjectError::Invalid(issues));
        }
        let update = InstallationUpdate {
            id: id.to_owned(),
            expected_revision,
            content,
            connection_id: connection.filter(|connection| connection.id != before.connection.id).map(|connection| connection.id),
            created_by: edited.created_by,
        };
        let applied = self.apply(vec![Change::UpdateInstallation(Box::new(update))]).await?;
        self.tell_of(&applied).await?;
        tracing::info!(event = "installation.updated", installation = %id, changed = applied.iter().any(|one| one.changed));
        self.installation(id).await
    }

    /// Takes an installation away, and its connection where no other uses it.
    pub(crate) async fn delete(&self, id: &str, expected_revision: Option<String>) -> Result<(), ProjectError> {
        let _turn = self.turn().await;
        let before = self.store.installation(id).await?;
        let applied = self.apply(vec![Change::DeleteInstallation { id: id.to_owned(), expected_revision }]).await?;
        if let Some(before) = before
            && self.store.connection(&before.connection_id).await?.is_none()
        {
            self.planner.forget(&before.connection_id);
        }
        tracing::info!(event = "installation.deleted", installation = %id);
        self.tell_of(&applied).await
    }

    /// Takes a connection away that no installation uses. `id_or_name` as it was asked for.
    pub(crate) async fn delete_connection(&self, id_or_name: &str) -> Result<(), ProjectError> {
        let _turn = self.turn().await;
        let found = self.store.connection(id_or_name).await?.ok_or_else(|| not_found("connection", id_or_name))?;
        self.apply(vec![Change::DeleteConnection { id: found.id.clone() }]).await?;
        self.planner.forget(&found.id);
        tracing::info!(event = "connection.deleted", connection = %found.id);
        Ok(())
    }

    /// The integration of this id or name.
    pub(crate) async fn integration(&self, id_or_name: &str) -> Result<IntegrationRecord, ProjectError> {
        self.store.integration(id_or_name).await?.ok_or_else(|| not_found("integration", id_or_name))
    }

    /// The connection that is meant; nothing where that is an issue.
    async fn connection_for(
        &self,
        wanted: Option<&str>,
        group: &str,
        integration: &IntegrationRecord,
        issues: &mut Vec<Issue>,
    ) -> Result<Option<ConnectionRecord>, ProjectError> {
        let mut fault = |message: String| issues.push(Issue { path: "connectionId".to_owned(), message });
        if let Some(wanted) = wanted {
            let found = self.store.connection(wanted).await?;
            match &found {
                None => fault(format!("there is no connection {wanted:?}; `ampline connections list` shows those there are")),
                Some(ConnectionRecord { group: Some(owner), .. }) if owner.reference != group => {
                    fault(format!("the connection {wanted:?} belongs to the group {:?}, not to {group:?}", owner.reference));
                }
                Some(_) => {}
            }
            return Ok(found);
        }
        let provider = &integration.latest.content.provider;
        let all = self.store.connections().await?;
        let fits = |one: &ConnectionRecord| {
            one.provider == *provider && one.group.as_ref().is_some_and(|owner| owner.reference == group)
        };
        let mut fitting = all.into_iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => return Ok(Some(only)),
            (None, _) => fault(format!("the group {group:?} has no connection for {provider}: name one")),
            (Some(_), Some(_)) => fault(format!("the group {group:?} has several connections for {provider}: name one")),
        }
        Ok(None)
    }

    /// Every fault of an installation as it would be, standing on the latest revision. That a destination is not there yet is none.
    pub(super) fn faults(
        &self,
        record: &InstallationRecord,
        connection: &ConnectionRecord,
        integration: &IntegrationRecord,
    ) -> Vec<Issue> {
        let subject = Subject { installation: record, connection, integration, standing: &integration.latest };
        self.planner.faults(&subject)
    }

    /// Tells the scheduler of what changed.
    async fn tell_of(&self, applied: &[Applied]) -> Result<(), ProjectError> {
        let mut ids: BTreeSet<String> = applied.iter().filter(|one| one.changed).map(|one| one.id.clone()).collect();
        for one in applied.iter().filter(|one| one.renamed) {
            ids.extend(self.namesakes(&one.id).await?);
        }
        self.tell(ids).await
    }

    /// Installations whose messages carry the same group or consumer.
    pub(super) async fn namesakes(&self, id: &str) -> Result<BTreeSet<String>, ProjectError> {
        let Some(record) = self.store.installation(id).await? else { return Ok(BTreeSet::new()) };
        let group = InstallationFilter { group_ref: Some(record.group.reference), ..InstallationFilter::default() };
        let consumer = InstallationFilter { consumer_ref: Some(record.consumer.reference), ..InstallationFilter::default() };
        let mut ids = self.ids(group).await?;
        ids.extend(self.ids(consumer).await?);
        Ok(ids)
    }

    /// The ids of all installations that fit.
    pub(super) async fn ids(&self, filter: InstallationFilter) -> Result<BTreeSet<String>, ProjectError> {
        let (mut ids, mut after) = (BTreeSet::new(), String::new());
        loop {
            let page = self.store.installations(filter.clone(), &after, PAGE_MAX).await?;
            let Some(last) = page.last() else { return Ok(ids) };
            after.clone_from(&last.id);
            ids.extend(page.into_iter().map(|record| record.id));
        }
    }

    /// A connection has other credentials than before: what reads with it may go on.
    pub(crate) async fn credentials_changed(&self, connection_id: &str) -> Result<(), ProjectError> {
        let _turn = self.turn().await;
        let filter = InstallationFilter { connection_id: Some(connection_id.to_owned()), ..InstallationFilter::default() };
        self.tell(self.ids(filter).await?).await
    }

    /// Tells the scheduler which reads these installations have now; those that are gone have none.
    pub(super) async fn tell(&self, ids: impl IntoIterator<Item = String>) -> Result<(), ProjectError> {
        let Some(scheduler) = &self.scheduler else { return Ok(()) };
        let mut lookup = Lookup::new(self);
        for installation_id in ids {
            let jobs = match self.store.installation(&installation_id).await? {
                Some(record) => lookup.jobs(record).await?,
                None => {
                    self.subscriptions.set(&installation_id, None);
                    Vec::new()
                }
            };
            let change = scheduler::Change { installation_id, jobs };
            // A scheduler that has ended reads nothing any more; the change counts from the next start on.
            let _ = scheduler.change(change).await;
        }
        Ok(())
    }

    /// Every read of every installation.
    pub(crate) async fn all_jobs(&self) -> Result<Vec<Job>, ProjectError> {
        let (mut jobs, mut after) = (Vec::new(), String::new());
        let mut lookup = Lookup::new(self);
        loop {
            let page = self.store.installations(InstallationFilter::default(), &after, PAGE_MAX).await?;
            let Some(last) = page.last() else { return Ok(jobs) };
            after.clone_from(&last.id);
            for record in page {
                jobs.extend(lookup.jobs(record).await?);
            }
        }
    }
}

pub(super) fn not_found(what: &'static str, name: &str) -> ProjectError {
    ProjectError::NotFound { what, name: name.to_owned() }
}

/// Whoever installs: the one that `createdBy` names, else the one that gave the connection.
fn consumer(created_by: Option<&str>, connection: &ConnectionRecord) -> NamedParty {
    let said = created_by.and_then(|by| by.strip_prefix("consumer:")).map(str::to_owned);
    let reference = said.or_else(|| connection.consumer.as_ref().map(|party| party.reference.clone())).unwrap_or_default();
    NamedParty { reference, name: None }
}

/// The installation that a draft would make.
pub(super) fn candidate(draft: &InstallationDraft, integration: &IntegrationRecord) -> InstallationRecord {
    let party = |named: &NamedParty| super::model::Party {
        name: named.name.clone().unwrap_or_else(|| named.reference.clone()),
        reference: named.reference.clone(),
    };
    let time = jiff::Timestamp::UNIX_EPOCH;
    InstallationRecord {
        id: draft.id.clone(),
        integration_id: integration.id.clone(),
        integration: integration.name.clone(),
        group: party(&draft.group),
        consumer: party(&draft.consumer),
        connection_id: draft.connection_id.clone(),
        origin: draft.origin.clone(),
        disabled_reason: None,
        created_by: draft.created_by.clone(),
        create_time: time,
        update_time: time,
        config: ConfigRevision {
            id: String::new(),
            number: 0,
            content: draft.content.clone(),
            integration_revision: integration.latest.id.clone(),
            connection_id: draft.connection_id.clone(),
            created_by: draft.created_by.clone(),
            create_time: time,
        },
    }
}

/// The part of the content that configures one object for reads.
pub(crate) fn object_path(object: &str) -> String {
    format!("{PATH}.read.objects.{object}")
}
