//! Deployments: new revisions of integrations, and what they would take away.

use std::collections::BTreeMap;

use ampline_core::manifest::{Integration, Manifest};

use super::{
    change::{Change, Deployment},
    error::{ProjectError, RemovedObject},
    ids::stable_id,
    model::{InstallationRecord, IntegrationRecord, Issue, Origin},
    service::Project,
    sqlite::{InstallationFilter, PAGE_MAX},
};

impl Project {
    /// Deploys every integration of a manifest; integrations that it does not name stay. Without `destructive`, a manifest that
    /// takes away what installations read is refused with the list. Answers with the integrations as they are then.
    pub(crate) async fn deploy(
        &self,
        manifest: &Manifest,
        origin: Origin,
        destructive: bool,
    ) -> Result<Vec<IntegrationRecord>, ProjectError> {
        let _turn = self.turn().await;
        self.deploy_in_turn(manifest, origin, destructive).await
    }

    /// The same for integrations that must not be there yet.
    pub(crate) async fn deploy_new(&self, manifest: &Manifest, origin: Origin) -> Result<Vec<IntegrationRecord>, ProjectError> {
        let _turn = self.turn().await;
        for one in &manifest.integrations {
            if self.store.integration(&one.name).await?.is_some() {
                let text = format!("there is an integration {:?} already: add a revision to it, or delete it first", one.name);
                return Err(ProjectError::Exists(text));
            }
        }
        self.deploy_in_turn(manifest, origin, false).await
    }

    async fn deploy_in_turn(
        &self,
        manifest: &Manifest,
        origin: Origin,
        destructive: bool,
    ) -> Result<Vec<IntegrationRecord>, ProjectError> {
        let mut issues = self.deploy_issues(manifest);
        let destinations = self.declared_by(manifest, &mut issues).await?;
        if !issues.is_empty() {
            return Err(ProjectError::Invalid(issues));
        }
        let removed = self.removed(manifest, |_| true).await?;
        if !removed.is_empty() && !destructive {
            return Err(ProjectError::RemovesObjects(removed));
        }
        warn_of(&removed);
        // Before the integrations that name them.
        self.upsert_all(destinations, &origin).await?;
        let applied = self.apply(deployments(manifest, &origin)).await?;
        let mut integrations = Vec::new();
        for one in &applied {
            if one.changed {
                let filter = InstallationFilter { integration_id: Some(one.id.clone()), ..InstallationFilter::default() };
                self.tell(self.ids(filter).await?).await?;
            }
            integrations.push(self.integration(&one.id).await?);
        }
        Ok(integrations)
    }

    pub(super) fn deploy_issues(&self, manifest: &Manifest) -> Vec<Issue> {
        let mut issues = Vec::new();
        for (index, integration) in manifest.integrations.iter().enumerate() {
            if self.planner.catalog.get(&integration.provider).is_none() {
                let path = format!("integrations[{index}].provider");
                issues.push(Issue { path, message: self.planner.catalog.unknown(&integration.provider) });
            }
        }
        issues
    }

    /// Takes away an integration that nobody has installed.
    pub(crate) async fn delete_integration(&self, id_or_name: &str) -> Result<(), ProjectError> {
        let _turn = self.turn().await;
        let found = self.integration(id_or_name).await?;
        self.apply(vec![Change::DeleteIntegration { id: found.id }]).await.map(drop)
    }

    /// Objects that a manifest no longer reads, and that installations read of which `counts` says so.
    pub(super) async fn removed(
        &self,
        manifest: &Manifest,
        counts: impl Fn(&InstallationRecord) -> bool,
    ) -> Result<Vec<RemovedObject>, ProjectError> {
        let mut removed = Vec::new();
        for new in &manifest.integrations {
            let Some(known) = self.store.integration(&new.name).await? else { continue };
            let gone = gone(&known.latest.content, new);
            if gone.is_empty() {
                continue;
            }
            let mut readers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            let filter = InstallationFilter { integration_id: Some(known.id.clone()), ..InstallationFilter::default() };
            let mut after = String::new();
            loop {
                let page = self.store.installations(filter.clone(), &after, PAGE_MAX).await?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.id);
                for record in page.iter().filter(|record| counts(record)) {
                    for object in gone.iter().filter(|object| reads(record, object, &known.latest.content)) {
                        readers.entry(object).or_default().push(record.group.reference.clone());
                    }
                }
            }
            let removed_object =
                |(object, groups): (&str, _)| RemovedObject { integration: new.name.clone(), object: object.to_owned(), groups };
            removed.extend(readers.into_iter().map(removed_object));
        }
        Ok(removed)
    }
}

/// One change for each integration.
pub(super) fn deployments(manifest: &Manifest, origin: &Origin) -> Vec<Change> {
    let deployment = |integration: &Integration| Deployment {
        id: stable_id("integration", &integration.name),
        origin: origin.clone(),
        spec_version: manifest.spec_version.clone(),
        content: integration.clone(),
    };
    manifest.integrations.iter().map(|integration| Change::Deploy(Box::new(deployment(integration)))).collect()
}

/// Objects that only the older one reads; names are compared without regard to case, as the official tool does.
fn gone<'a>(older: &'a Integration, newer: &Integration) -> Vec<&'a str> {
    let stays = |name: &str| newer.read.iter().any(|object| object.object_name.eq_ignore_ascii_case(name));
    older.read.iter().map(|object| object.object_name.as_str()).filter(|name| !stays(name)).collect()
}

/// Whether an installation reads an object of an integration.
fn reads(record: &InstallationRecord, object: &str, integration: &Integration) -> bool {
    let objects = record.config.content.objects();
    match objects.get(object) {
        Some(config) => !config.disabled && record.disabled_reason.is_none(),
        None => {
            let all = matches!(record.origin, Origin::File(_)) && objects.is_empty();
            let always = integration.read.iter().any(|known| known.object_name == object && known.always_enabled);
            (all || always) && record.disabled_reason.is_none()
        }
    }
}

pub(super) fn warn_of(removed: &[RemovedObject]) {
    for one in removed {
        tracing::warn!(event = "integration.object_removed", integration = %one.integration, object = %one.object,
            installations = one.groups.len(), "the manifest no longer reads it: its reads are paused");
    }
}
