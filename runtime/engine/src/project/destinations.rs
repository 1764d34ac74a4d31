//! Changes of destinations: who may, what stands in the way, and who is told. Checked, then durable, then live.

use std::{collections::BTreeSet, sync::Arc};

use ampline_core::manifest::{Integration, Manifest};
use serde_json::Value;
use uuid::Uuid;

use super::{
    change::{Change, DestinationDraft},
    error::ProjectError,
    lookup::Lookup,
    model::{DestinationRecord, InstallationRecord, Issue, Origin},
    service::{Project, not_found},
    sqlite::{InstallationFilter, PAGE_MAX},
};
use crate::{
    destination::{Coming, DestinationEdit, Destinations, GivenDestination, WEBHOOK, grants::GivenGrants, stays},
    settings::destinations::manifest_metadata,
};

/// Most names that a message lists.
const LISTED_MAX: usize = 5;

/// Who names a destination.
#[derive(Debug, Default)]
struct Users {
    /// Integrations whose latest manifest does, by name.
    integrations: Vec<String>,
    /// Installations whose customers chose it, by id.
    choosing: Vec<String>,
    /// Every installation that it matters to, by id.
    concerned: BTreeSet<String>,
}

impl Users {
    /// Why the destination is in use; nothing where it is not.
    fn told(&self, name: &str, act: &str) -> Option<String> {
        let list = |what: &str, all: &[String]| {
            let more = if all.len() > LISTED_MAX { ", …" } else { "" };
            let named: Vec<&str> = all.iter().take(LISTED_MAX).map(String::as_str).collect();
            (!all.is_empty()).then(|| format!("{what} {}{more}", named.join(", ")))
        };
        let users = [list("the manifest of", &self.integrations), list("the installations", &self.choosing)];
        let users: Vec<String> = users.into_iter().flatten().collect();
        (!users.is_empty()).then(|| {
            format!(
                "the destination {name:?} is named by {}: change those first, or {act} it all the same with force=true (`--force`)",
                users.join(" and ")
            )
        })
    }
}

impl Project {
    /// The destinations that run.
    pub(crate) fn destinations(&self) -> Result<&Arc<Destinations>, ProjectError> {
        const IDLE: &str =
            "no runtime uses this data folder, and only a running one changes destinations: start it with `ampline run`";
        self.destinations.as_ref().ok_or(ProjectError::NotRunning(IDLE))
    }

    /// The destination of this id or name.
    pub(crate) async fn destination(&self, id_or_name: &str) -> Result<DestinationRecord, ProjectError> {
        self.store.destination(id_or_name).await?.ok_or_else(|| not_found("destination", id_or_name))
    }

    /// Makes a destination.
    pub(crate) async fn create_destination(
        &self,
        given: GivenDestination,
        grants: GivenGrants,
        origin: Origin,
    ) -> Result<DestinationRecord, ProjectError> {
        let _turn = self.turn().await;
        let given = self.destinations()?.checked(given, grants).await.map_err(ProjectError::Invalid)?;
        let known = self.store.destination(&given.name).await?;
        if known.as_ref().is_some_and(|known| known.disabled_reason.is_none()) {
            let text = format!("there is a destination {:?} already: choose another name, or change that one", given.name);
            return Err(ProjectError::Exists(text));
        }
        let (record, _) = self.upsert(given, known.as_ref(), origin, false).await?;
        tracing::info!(event = "destination.created", destination = %record.name, kind = %record.kind);
        Ok(record)
    }

    /// Makes a destination, or gives the one of its name what is new. Those whom it matters to are told.
    async fn upsert(
        &self,
        given: GivenDestination,
        known: Option<&DestinationRecord>,
        origin: Origin,
        from_manifest: bool,
    ) -> Result<(DestinationRecord, bool), ProjectError> {
        let destinations = self.destinations()?;
        destinations.free(&[&given.name]).await?;
        let id = known.map_or_else(|| Uuid::now_v7().to_string(), |known| known.id.clone());
        let (sealed, grants, delivery) = match known.filter(|_| from_manifest) {
            // A manifest says nothing of secrets, grants and pace; but a webhook's user does not follow it to another address.
            Some(known) => {
                let keeps = given.kind != WEBHOOK || stays(&known.metadata, &given.metadata);
                (known.sealed.clone().filter(|_| keeps), known.grants.clone(), known.delivery.clone())
            }
            None => (destinations.seal(&id, &given.held())?, given.grants.grants, given.delivery),
        };
        let GivenDestination { name, kind, metadata, .. } = given;
        let expected_revision = None;
        let draft =
            DestinationDraft { id, expected_revision, name, kind, metadata, origin, from_manifest, sealed, grants, delivery };
        let (name, id) = (draft.name.clone(), draft.id.clone());
        let changed = self.apply(vec![Change::PutDestination(Box::new(draft))]).await?.iter().any(|one| one.changed);
        let record = self.destination(&id).await?;
        if changed {
            let coming = if known.is_none_or(|known| known.disabled_reason.is_some()) { Coming::New } else { Coming::Changed };
            destinations.put_record(&record, coming).await?;
            self.tell(self.users_of(&name).await?.concerned).await?;
        }
        Ok((record, changed))
    }

    /// Changes a destination. `expected` is the revision that the change builds on.
    pub(crate) async fn update_destination(
        &self,
        id_or_name: &str,
        expected: Option<u32>,
        edit: DestinationEdit,
        force: bool,
        origin: Origin,
    ) -> Result<DestinationRecord, ProjectError> {
        let _turn = self.turn().await;
        let destinations = self.destinations()?;
        let before = self.destination(id_or_name).await?;
        if let (Some(file), None) = (before.origin.file(), &before.disabled_reason) {
            let (name, file) = (before.name.clone(), file.to_owned());
            return Err(ProjectError::OwnedByFile { what: "destination", name, file });
        }
        let (given, sealed) = destinations.edited(&before, edit).await?;
        let renamed = given.name != before.name;
        let mut concerned = BTreeSet::new();
        if renamed {
            let users = self.users_of(&before.name).await?;
            if let Some(text) = users.told(&before.name, "rename").filter(|_| !force) {
                return Err(ProjectError::InUse(text));
            }
            concerned = users.concerned;
            destinations.free(&[&before.name, &given.name]).await?;
        }
        let GivenDestination { name, kind, metadata, grants, delivery, .. } = given;
        let draft = DestinationDraft {
            id: before.id.clone(),
            expected_revision: expected,
            name,
            kind,
            metadata,
            origin: if before.origin.file().is_some() { origin } else { before.origin.clone() },
            from_manifest: before.from_manifest,
            sealed,
            grants: grants.grants,
            delivery,
        };
        let changed = self.apply(vec![Change::PutDestination(Box::new(draft))]).await?.iter().any(|one| one.changed);
        let record = self.destination(&before.id).await?;
        if renamed {
            destinations.renamed(&record.id, &before.name, &record.name).await?;
        }
        if changed {
            destinations.put_record(&record, Coming::Changed).await?;
        }
        if renamed {
            concerned.extend(self.users_of(&record.name).await?.concerned);
            self.tell(concerned).await?;
        }
        if record.grants != before.grants {
            let (hosts, credentials) = (&record.grants.hosts, record.grants.credentials.keys());
            let (hosts, credentials): (Vec<_>, Vec<_>) = (hosts.iter().map(ToString::to_string).collect(), credentials.collect());
            tracing::info!(event = "destination.granted", destination = %record.name, ?hosts, ?credentials, limits = ?record.grants.limits);
        }
        tracing::info!(event = "destination.updated", destination = %record.name, changed);
        Ok(record)
    }

    /// Takes a destination away. Where a manifest or an installation names it, only with `force`; what waits for it becomes dead
    /// letters.
    pub(crate) async fn delete_destination(
        &self,
        id_or_name: &str,
        expected_revision: Option<u32>,
        force: bool,
        by: Origin,
    ) -> Result<(), ProjectError> {
        let _turn = self.turn().await;
        let destinations = self.destinations()?;
        let record = self.destination(id_or_name).await?;
        let users = self.users_of(&record.name).await?;
        if let Some(text) = users.told(&record.name, "delete").filter(|_| !force) {
            return Err(ProjectError::InUse(text));
        }
        self.apply(vec![Change::DeleteDestination { id: record.id.clone(), expected_revision, by }]).await?;
        let cleared = destinations.deleted(&record).await;
        tracing::info!(event = "destination.deleted", destination = %record.name);
        self.tell(users.concerned).await?;
        cleared
    }

    /// What a manifest of the older form declares, checked; every fault of it at once. Those of files stand above.
    pub(super) async fn declared_by(
        &self,
        manifest: &Manifest,
        issues: &mut Vec<Issue>,
    ) -> Result<Vec<GivenDestination>, ProjectError> {
        let mut declared = Vec::new();
        if manifest.destinations.is_empty() {
            return Ok(declared);
        }
        let destinations = self.destinations()?;
        for (index, one) in manifest.destinations.iter().enumerate() {
            let place = format!("destinations[{index}]");
            let known = self.store.destination(&one.name).await?;
            if let Some(known) = known.filter(|known| known.disabled_reason.is_none()) {
                if known.origin.file().is_some() {
                    continue;
                }
                if known.kind != one.kind {
                    let message = format!(
                        "the destination {:?} is of type {:?} already, and its type stays: choose another name, or delete that one",
                        one.name, known.kind
                    );
                    issues.push(Issue { path: format!("{place}.type"), message });
                    continue;
                }
            }
            let metadata = manifest_metadata(one);
            let faults = destinations.config_faults(&one.kind, &Value::Object(metadata.clone()), "").await;
            issues.extend(faults.into_iter().map(|Issue { path, message }| Issue {
                path: format!("{place}.{}", path.trim_start_matches('.')).trim_end_matches('.').to_owned(),
                message,
            }));
            let (name, kind, secrets) = (one.name.clone(), one.kind.clone(), Default::default());
            let (grants, delivery) = Default::default();
            declared.push(GivenDestination { name, kind, metadata, secrets, grants, delivery });
        }
        Ok(declared)
    }

    /// Lets the destinations of a deployed manifest count.
    pub(super) async fn upsert_all(&self, declared: Vec<GivenDestination>, origin: &Origin) -> Result<(), ProjectError> {
        for given in declared {
            let known = self.store.destination(&given.name).await?;
            let (record, changed) = self.upsert(given, known.as_ref(), origin.clone(), true).await?;
            tracing::info!(event = "destination.deployed", destination = %record.name, changed);
        }
        Ok(())
    }

    /// Tells the scheduler of destinations that came, went or are others now.
    pub(super) async fn concerned_by(&self, names: &BTreeSet<String>) -> Result<BTreeSet<String>, ProjectError> {
        let mut concerned = BTreeSet::new();
        for name in names {
            concerned.extend(self.users_of(name).await?.concerned);
        }
        Ok(concerned)
    }

    /// Who names a destination, in a manifest or by a customer's choice.
    async fn users_of(&self, name: &str) -> Result<Users, ProjectError> {
        let mut users = Users::default();
        let mut naming = BTreeSet::new();
        for integration in self.store.integrations().await? {
            if integration.disabled_reason.is_none() && names(&integration.latest.content, name) {
                naming.insert(integration.id);
                users.integrations.push(integration.name);
            }
        }
        let (mut after, mut lookup) = (String::new(), Lookup::new(self));
        loop {
            let page = self.store.installations(InstallationFilter::default(), &after, PAGE_MAX).await?;
            let Some(last) = page.last() else { return Ok(users) };
            after.clone_from(&last.id);
            for record in page {
                let chooses = record.disabled_reason.is_none() && chooses(&record, name);
                if chooses {
                    users.choosing.push(record.id.clone());
                }
                if chooses || naming.contains(&record.integration_id) || names(&lookup.standing(&record).await?.content, name) {
                    users.concerned.insert(record.id);
                }
            }
        }
    }
}

/// Whether an integration names a destination.
fn names(integration: &Integration, destination: &str) -> bool {
    let read = integration.read.iter().map(|object| &object.destination);
    let subscribed = integration.subscribe.iter().map(|object| &object.destination);
    let watched = integration.watch_schema.iter().map(|watch| &watch.destination);
    read.chain(subscribed).chain(watched).any(|named| named == destination)
}

/// Whether a customer chose a destination in place of the manifest's.
fn chooses(record: &InstallationRecord, destination: &str) -> bool {
    let content = &record.config.content;
    let is_named = |named: &Option<String>| named.as_deref() == Some(destination);
    content.objects().values().any(|object| is_named(&object.destination))
        || content.events().values().any(|events| is_named(&events.destination))
}
