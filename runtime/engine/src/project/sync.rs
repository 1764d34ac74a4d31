//! Files to the project: what amp.yaml, ampline.toml and the folder of installations say is what is there, and what they no longer
//! name is disabled. All of it is checked before any of it changes.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use ampline_core::manifest::{Integration, Manifest};

use super::{
    change::{Change, ConnectionDraft, InstallationDraft},
    declared::{Declared, DeclaredInstallation},
    deploy::{deployments, warn_of},
    error::ProjectError,
    ids::stable_id,
    installing::candidate,
    model::{ConnectionRecord, ConnectionStatus, IntegrationRecord, IntegrationRevision, Issue, NamedParty, Origin, Party},
    service::Project,
    sqlite::{InstallationFilter, PAGE_MAX},
};
use crate::scheduler::Job;

/// What a reading of the files changed.
#[derive(Debug, Default)]
pub(crate) struct Synchronised {
    /// Integrations that are other than before.
    pub(crate) integrations: usize,
    /// Connections that are other than before.
    pub(crate) connections: usize,
    /// Installations that are other than before.
    pub(crate) installations: usize,
    /// Destinations that are other than before.
    pub(crate) destinations: usize,
    /// What counts only from the next start on.
    pub(crate) notes: Vec<String>,
}

/// Changes that the files ask for, by what they concern.
#[derive(Default)]
struct Wanted {
    integrations: Vec<Change>,
    connections: Vec<Change>,
    installations: Vec<Change>,
    destinations: Vec<Change>,
}

impl Project {
    /// Brings the project to what the files say, and answers with every read there is then. What a manifest takes away is paused.
    pub(crate) async fn start(&self, declared: Declared) -> Result<Vec<Job>, ProjectError> {
        let _turn = self.turn().await;
        self.synchronise(declared, true).await?;
        // Nobody reads yet: the scheduler begins with all of them.
        self.all_jobs().await
    }

    /// Reads the files again and lets what they say count, or tells every problem and changes nothing.
    pub(crate) async fn reload(self: &Arc<Self>, destructive: bool) -> Result<Synchronised, ProjectError> {
        if self.reread.is_none() {
            return Err(ProjectError::NotRunning("no runtime is running: the files are read at its start"));
        }
        let this = self.clone();
        // Files and the keyring are read, and a keyring may wait for a person.
        let reading =
            tokio::task::spawn_blocking(move || this.reread.as_ref().map_or_else(|| Err(Vec::new()), |reread| reread()));
        let declared = reading.await.map_err(|error| ProjectError::Store(format!("reading the files broke off: {error}")))?;
        let declared = declared.map_err(ProjectError::Invalid)?;
        self.reload_with(declared, destructive).await
    }

    /// Lets what was read count, as [`Project::reload`] does.
    pub(super) async fn reload_with(&self, declared: Declared, destructive: bool) -> Result<Synchronised, ProjectError> {
        let _turn = self.turn().await;
        let (done, ids) = self.synchronise(declared, destructive).await?;
        self.tell(ids).await?;
        tracing::info!(
            event = "project.reloaded",
            integrations = done.integrations,
            connections = done.connections,
            installations = done.installations,
            destinations = done.destinations
        );
        Ok(done)
    }

    /// What changed, and the installations that are to be read otherwise.
    async fn synchronise(&self, declared: Declared, destructive: bool) -> Result<(Synchronised, BTreeSet<String>), ProjectError> {
        let integrations = self.integrations_as_declared(&declared.manifest).await?;
        let mut issues = self.destination_faults(&declared.destinations).await;
        let mut wanted = self.wanted(&declared, &integrations, &mut issues).await?;
        if !issues.is_empty() {
            return Err(ProjectError::Invalid(issues));
        }
        wanted.destinations = self.wanted_destinations(&declared.destinations).await?;
        // An installation of a file says anew what it reads; those of all objects lose one without a word of their own.
        let named = declared.installations.iter().filter(|one| one.content.configures_reads());
        let named: BTreeSet<String> = named.map(DeclaredInstallation::id).collect();
        let removed = self.removed(&declared.manifest, |record| !named.contains(&record.id)).await?;
        if !removed.is_empty() && !destructive {
            return Err(ProjectError::RemovesObjects(removed));
        }
        warn_of(&removed);
        self.carry_out(wanted, declared).await
    }

    async fn carry_out(&self, wanted: Wanted, declared: Declared) -> Result<(Synchronised, BTreeSet<String>), ProjectError> {
        let (integrations, connections) = (wanted.integrations.len(), wanted.connections.len());
        let of_destinations = wanted.destinations.len();
        // First, so that whoever is to hear of changes hears of these.
        let routes = self.with_ids(declared.routes).await?;
        self.store.declare_routes(declared.settings_file.clone(), routes, self.clock.now()).await?;
        let changes = wanted.integrations.into_iter().chain(wanted.connections).chain(wanted.installations);
        let mut applied = self.apply(changes.chain(wanted.destinations).collect()).await?;
        let applied_destinations = applied.split_off(applied.len().saturating_sub(of_destinations));
        let credentials = declared.connections.into_iter().map(|one| one.declared).collect();
        let renewed = self.planner.declare(&declared.settings_file, declared.provider_apps, credentials).await?;
        let mut done = Synchronised { notes: declared.notes, ..Synchronised::default() };
        let others = self.let_run(&declared.destinations, &applied_destinations).await?;
        done.destinations = others.len();
        let mut ids = self.concerned_by(&others).await?;
        for (index, one) in applied.iter().enumerate() {
            let concerns = |filter| self.ids(filter);
            let none = InstallationFilter::default();
            if index < integrations {
                done.integrations += usize::from(one.changed);
                if one.changed {
                    ids.extend(concerns(InstallationFilter { integration_id: Some(one.id.clone()), ..none }).await?);
                }
            } else if index < integrations + connections {
                let changed = one.changed || renewed.contains(&one.id);
                done.connections += usize::from(changed);
                if changed {
                    ids.extend(concerns(InstallationFilter { connection_id: Some(one.id.clone()), ..none }).await?);
                }
            } else if one.changed {
                done.installations += 1;
                ids.insert(one.id.clone());
                if one.renamed {
                    ids.extend(self.namesakes(&one.id).await?);
                }
            }
        }
        Ok((done, ids))
    }

    /// The integrations as they will be: those of the manifest, and those that others deployed.
    async fn integrations_as_declared(&self, manifest: &Manifest) -> Result<HashMap<String, IntegrationRecord>, ProjectError> {
        let stored = self.store.integrations().await?;
        let foreign = stored.into_iter().filter(|one| !matches!(one.origin, Origin::File(_)) && one.disabled_reason.is_none());
        let mut all: HashMap<_, _> = foreign.map(|one| (one.name.clone(), one)).collect();
        for integration in &manifest.integrations {
            all.insert(integration.name.clone(), as_declared(integration, &manifest.spec_version));
        }
        Ok(all)
    }

    async fn wanted(
        &self,
        declared: &Declared,
        integrations: &HashMap<String, IntegrationRecord>,
        issues: &mut Vec<Issue>,
    ) -> Result<Wanted, ProjectError> {
        let origin = Origin::File(declared.manifest_file.clone());
        let mut wanted = Wanted { integrations: deployments(&declared.manifest, &origin), ..Wanted::default() };
        for stored in self.store.integrations().await? {
            if let Some(file) = no_longer(&stored.origin, &stored.disabled_reason)
                && !declared.manifest.integrations.iter().any(|one| one.name == stored.name)
            {
                wanted.integrations.push(Change::DisableIntegration { id: stored.id, reason: no_longer_named(file) });
            }
        }
        let stored = self.store.connections().await?;
        for one in &stored {
            if let Some(file) = no_longer(&one.origin, &one.disabled_reason)
                && !declared.connections.iter().any(|declared| declared.draft.id == one.id)
            {
                wanted.connections.push(Change::DisableConnection { id: one.id.clone(), reason: no_longer_named(file) });
            }
        }
        let foreign = stored.into_iter().filter(|one| !matches!(one.origin, Origin::File(_)));
        let mut connections: HashMap<String, Arc<ConnectionRecord>> = HashMap::new();
        for record in foreign.chain(declared.connections.iter().map(|one| record_of(&one.draft))) {
            let record = Arc::new(record);
            connections.extend(record.name.clone().map(|name| (name, record.clone())));
            connections.insert(record.id.clone(), record);
        }
        let drafts = declared.connections.iter().map(|one| Change::PutConnection(Box::new(one.draft.clone())));
        wanted.connections.extend(drafts);
        let mut taken = HashMap::new();
        let mut ids = BTreeSet::new();
        for one in &declared.installations {
            let before = issues.len();
            let group = (one.integration.clone(), one.group.reference.clone());
            if let Some(other) = taken.insert(group, &one.place) {
                let message = format!(
                    "the group {:?} has this integration already, by {other}: a group installs an integration once",
                    one.group.reference
                );
                issues.push(Issue { path: one.place.clone(), message });
            }
            let draft = self.draft(one, integrations, &connections, issues);
            if let Some(draft) = draft.filter(|_| issues.len() == before) {
                if ids.insert(draft.id.clone()) {
                    wanted.installations.push(Change::PutInstallation(Box::new(draft)));
                } else {
                    let message = format!("another installation has the id {:?}; give this one an `id` of its own", draft.id);
                    issues.push(Issue { path: one.place.clone(), message });
                }
            }
        }
        wanted.installations.extend(self.no_longer_declared(&ids).await?);
        // A group that a file gives to another installation must have lost the former one first.
        wanted.installations.sort_by_key(|change| !matches!(change, Change::DisableInstallation { .. }));
        Ok(wanted)
    }

    /// What makes of a declaration, with every fault that it has.
    fn draft(
        &self,
        one: &DeclaredInstallation,
        integrations: &HashMap<String, IntegrationRecord>,
        connections: &HashMap<String, Arc<ConnectionRecord>>,
        issues: &mut Vec<Issue>,
    ) -> Option<InstallationDraft> {
        let mut fault = |path: &str, message: String| issues.push(Issue { path: one.at(path), message });
        let names =
            |all: Vec<&str>| if all.is_empty() { "there are none".to_owned() } else { format!("there are: {}", all.join(", ")) };
        let integration = integrations.get(&one.integration);
        if integration.is_none() {
            let known = names(integrations.keys().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect());
            fault("integration", format!("no integration is called {:?}; {known}", one.integration));
        }
        let connection = connections.get(&one.connection);
        if connection.is_none() {
            let known: BTreeSet<&str> = connections.values().filter_map(|one| one.name.as_deref()).collect();
            let known = names(known.into_iter().take(20).collect());
            fault("connection", format!("no connection is called {:?}; {known}", one.connection));
        }
        let (integration, connection) = (integration?, connection?);
        let draft = InstallationDraft {
            id: one.id(),
            integration_id: integration.id.clone(),
            group: one.group.clone(),
            consumer: one.consumer.clone(),
            connection_id: connection.id.clone(),
            content: one.content.clone(),
            origin: Origin::File(one.file.clone()),
            created_by: one.created_by.clone().unwrap_or_else(|| format!("consumer:{}", one.consumer.reference)),
        };
        for Issue { path, message } in self.faults(&candidate(&draft, integration), connection, integration) {
            fault(&path, message);
        }
        Some(draft)
    }

    /// Disables what a file made and none names any more.
    async fn no_longer_declared(&self, declared: &BTreeSet<String>) -> Result<Vec<Change>, ProjectError> {
        let (mut changes, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.store.installations(InstallationFilter::default(), &after, PAGE_MAX).await?;
            let Some(last) = page.last() else { return Ok(changes) };
            after.clone_from(&last.id);
            for record in page {
                if let Some(file) = no_longer(&record.origin, &record.disabled_reason).filter(|_| !declared.contains(&record.id))
                {
                    changes.push(Change::DisableInstallation { reason: no_longer_named(file), id: record.id });
                }
            }
        }
    }
}

/// The file that made a thing, where it is not disabled yet.
pub(super) fn no_longer<'a>(origin: &'a Origin, disabled: &Option<String>) -> Option<&'a str> {
    origin.file().filter(|_| disabled.is_none())
}

pub(super) fn no_longer_named(file: &str) -> String {
    format!("{file} no longer names it")
}

/// The integration as it will be once it is deployed.
fn as_declared(integration: &Integration, spec_version: &str) -> IntegrationRecord {
    let time = jiff::Timestamp::UNIX_EPOCH;
    let latest = IntegrationRevision {
        id: String::new(),
        number: 0,
        spec_version: spec_version.to_owned(),
        content: integration.clone(),
        create_time: time,
    };
    IntegrationRecord {
        id: stable_id("integration", &integration.name),
        name: integration.name.clone(),
        origin: Origin::File(String::new()),
        disabled_reason: None,
        create_time: time,
        update_time: time,
        latest: Arc::new(latest),
    }
}

/// The connection as it will be once it is put.
fn record_of(draft: &ConnectionDraft) -> ConnectionRecord {
    let party = |named: &NamedParty| Party {
        name: named.name.clone().unwrap_or_else(|| named.reference.clone()),
        reference: named.reference.clone(),
    };
    let time = jiff::Timestamp::UNIX_EPOCH;
    ConnectionRecord {
        id: draft.id.clone(),
        name: draft.name.clone(),
        provider: draft.provider.clone(),
        group: draft.group.as_ref().map(party),
        consumer: draft.consumer.as_ref().map(party),
        workspace: draft.workspace.clone(),
        base_url: draft.base_url.clone(),
        scheme: draft.scheme.clone(),
        metadata: draft.metadata.clone(),
        status: ConnectionStatus::Created,
        status_reason: None,
        origin: draft.origin.clone(),
        disabled_reason: None,
        create_time: time,
        update_time: time,
    }
}
