//! Every change of the project while it is used: checked against the manifest, made durable, then told to the scheduler.
//!
//! One change at a time: what is checked is what is there when the change is made, and the scheduler hears of changes in their order.

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::{Mutex, MutexGuard};

use super::{
    change::{Applied, Change},
    content::PATH,
    declared::Reread,
    error::ProjectError,
    lookup::{Installed, Lookup},
    model::{ConfigRevision, ConnectionRecord, InstallationRecord, IntegrationRecord, Issue},
    planning::{Planner, Subject},
    sqlite::{InstallationFilter, PAGE_MAX, ProjectStore},
};
use crate::{
    clock::Clock,
    destination::Destinations,
    inbound::Subscriptions,
    scheduler::{self, Job},
    schema_watch::Watches,
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
    /// The same.
    watches: Arc<Watches>,
    turn: Mutex<()>,
}

impl Project {
    pub(crate) fn new(
        store: Arc<ProjectStore>,
        planner: Planner,
        clock: Arc<dyn Clock>,
        scheduler: Option<scheduler::Handle>,
        reread: Option<Reread>,
    ) -> Self {
        Self {
            store,
            planner,
            clock,
            scheduler,
            reread,
            destinations: None,
            subscriptions: Arc::default(),
            watches: Arc::default(),
            turn: Mutex::default(),
        }
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

    /// Whose schemas are watched, now and after every change.
    pub(crate) fn watches(&self) -> Arc<Watches> {
        self.watches.clone()
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
    pub(super) async fn connection_for(
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
        let parties = record.group.faults("group").chain(record.consumer.faults("consumer"));
        parties.chain(self.planner.faults(&subject)).collect()
    }

    /// Tells the scheduler of what changed.
    pub(super) async fn tell_of(&self, applied: &[Applied]) -> Result<(), ProjectError> {
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
                    self.watches.set(&installation_id, None);
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

/// The part of the content that configures one object for reads.
pub(crate) fn object_path(object: &str) -> String {
    format!("{PATH}.read.objects.{object}")
}
