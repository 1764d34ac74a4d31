//! Destinations of files: what amp.yaml and ampline.toml declare is what is there, and what they no longer name stops.

use std::collections::BTreeSet;

use super::{
    change::{Applied, Change, DestinationDraft},
    error::ProjectError,
    ids::stable_id,
    model::{Issue, Origin},
    routing::DeclaredRoutes,
    service::Project,
    sync::{no_longer, no_longer_named},
};
use crate::destination::{Coming, DeclaredDestination};

impl Project {
    /// Every fault that the sinks find.
    pub(super) async fn destination_faults(&self, declared: &[DeclaredDestination]) -> Vec<Issue> {
        let mut issues = Vec::new();
        let Some(destinations) = &self.destinations else { return issues };
        for one in declared {
            let place = format!("destinations.{}", one.resolved.destination.name);
            let found = destinations.faults(&one.resolved).await;
            let within = |Issue { path, message }| Issue {
                path: if path == "type" { place.clone() } else { format!("{place}{path}") },
                message,
            };
            issues.extend(found.into_iter().map(within));
        }
        issues
    }

    /// The id that a file's destination has or will have: whoever made it, messages name it by the one that it has.
    async fn id_of(&self, name: &str) -> Result<String, ProjectError> {
        let known = self.store.destination(name).await?;
        Ok(known.map_or_else(|| stable_id("destination", name), |known| known.id))
    }

    /// Routes as a file writes them, with the ids of destinations in place of their names.
    pub(super) async fn with_ids(&self, mut routes: DeclaredRoutes) -> Result<DeclaredRoutes, ProjectError> {
        for name in routes.iter_mut().flat_map(|(_, names)| names) {
            *name = self.id_of(name).await?;
        }
        Ok(routes)
    }

    /// A change for each that is declared, and for each that is so no longer.
    pub(super) async fn wanted_destinations(&self, declared: &[DeclaredDestination]) -> Result<Vec<Change>, ProjectError> {
        let mut changes = Vec::new();
        for one in declared {
            let destination = &one.resolved.destination;
            changes.push(Change::PutDestination(Box::new(DestinationDraft {
                id: self.id_of(&destination.name).await?,
                expected_revision: None,
                name: destination.name.clone(),
                kind: destination.kind.clone(),
                metadata: one.resolved.metadata.clone(),
                origin: Origin::File(one.file.clone()),
                from_manifest: one.from_manifest,
                sealed: None,
                grants: destination.grants.clone(),
                delivery: one.resolved.delivery.clone(),
            })));
        }
        for stored in self.store.destinations().await? {
            let declared = declared.iter().any(|one| one.resolved.destination.name == stored.name);
            if let Some(file) = no_longer(&stored.origin, &stored.disabled_reason).filter(|_| !declared) {
                changes.push(Change::DisableDestination { reason: no_longer_named(file), id: stored.id });
            }
        }
        Ok(changes)
    }

    /// Lets what is durable run; the names of those that are other than before.
    pub(super) async fn let_run(
        &self,
        declared: &[DeclaredDestination],
        applied: &[Applied],
    ) -> Result<BTreeSet<String>, ProjectError> {
        let mut others = BTreeSet::new();
        let Some(destinations) = &self.destinations else { return Ok(others) };
        // In the order of the changes: first those that are declared.
        for (one, applied) in declared.iter().zip(applied) {
            let record = self.destination(&applied.id).await?;
            if applied.changed || !destinations.runs_as(&record.id, &one.settings) {
                let differs = applied.changed || destinations.differs(&record.id, &one.settings);
                let resolved = one.resolved.clone().known_as(&record.id);
                let coming = if applied.changed && record.revision > 1 { Coming::Changed } else { Coming::Back };
                destinations.put(resolved, Some(one.settings.clone()), coming).await?;
                others.extend(differs.then_some(record.name));
            }
        }
        for gone in applied.iter().skip(declared.len()) {
            let record = self.destination(&gone.id).await?;
            destinations.withdraw(&record.id, &record.name).await?;
            others.insert(record.name);
        }
        Ok(others)
    }
}
