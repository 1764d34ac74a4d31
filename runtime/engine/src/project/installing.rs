//! Installations that clients make, change and take away: checked, sampled at the provider, made durable, told to the scheduler.

use ampline_core::message::NotificationType;
use serde_json::{Map, Value};

use super::{
    change::{Change, InstallationDraft, InstallationUpdate},
    content::Content,
    edit::Edited,
    error::ProjectError,
    lookup::Installed,
    model::{ConfigRevision, ConnectionRecord, InstallationRecord, IntegrationRecord, Issue, NamedParty, Origin, Party},
    planning::Subject,
    service::Project,
};

/// A wish for an installation.
#[derive(Clone)]
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

/// Whether the provider is asked for a sample of what is chosen before that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampling {
    /// Yes.
    Asked,
    /// No.
    Skipped,
}

/// A wish that can be.
struct Drafted {
    draft: InstallationDraft,
    integration: IntegrationRecord,
    connection: ConnectionRecord,
}

/// A change that can be.
struct Revised {
    before: Installed,
    /// As it will be, apart from the revision's own facts.
    record: InstallationRecord,
    content: Option<Content>,
    connection: ConnectionRecord,
    created_by: Option<String>,
}

impl Project {
    /// Makes an installation.
    pub(crate) async fn create(&self, new: NewInstallation, sampling: Sampling) -> Result<Installed, ProjectError> {
        if sampling == Sampling::Asked {
            // Before the turn: a provider that is slow holds nobody else up.
            let Drafted { draft, integration, connection } = self.drafted(new.clone()).await?;
            let record = candidate(&draft, &integration);
            self.sample(None, &subject(&record, &connection, &integration)).await?;
        }
        let _turn = self.turn().await;
        let Drafted { draft, integration, connection } = self.drafted(new).await?;
        let id = draft.id.clone();
        let record = candidate(&draft, &integration);
        let mut changes = vec![Change::CreateInstallation(Box::new(draft))];
        changes.extend(self.untaken(&subject(&record, &connection, &integration)));
        let applied = self.apply(changes).await?;
        self.tell_of(&applied).await?;
        tracing::info!(event = "installation.created", installation = %id, integration = %integration.name);
        self.installation(&id).await
    }

    async fn drafted(&self, new: NewInstallation) -> Result<Drafted, ProjectError> {
        let integration = self.integration(&new.integration).await?;
        let mut issues = Vec::new();
        let content = Content::parse(new.content).and_then(|content| content.filled(&integration.latest.content));
        let content = content.map_err(|found| issues.extend(found)).ok();
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
        if issues.is_empty() { Ok(Drafted { draft, integration, connection }) } else { Err(ProjectError::Invalid(issues)) }
    }

    /// Changes an installation as `edit` says of what it is. `expected_revision` is the one that the edit builds on.
    pub(crate) async fn update(
        &self,
        id: &str,
        expected_revision: Option<String>,
        edit: impl Fn(&InstallationRecord) -> Result<Edited, Vec<Issue>>,
        sampling: Sampling,
    ) -> Result<Installed, ProjectError> {
        if sampling == Sampling::Asked {
            // Before the turn, as above.
            let Revised { before, record, connection, .. } = self.revised(id, &edit).await?;
            let after = subject(&record, &connection, &before.integration);
            self.sample(Some(&before.subject()), &after).await?;
        }
        let _turn = self.turn().await;
        let Revised { before, record, content, connection, created_by } = self.revised(id, &edit).await?;
        let told = content.as_ref().map(|_| self.untaken(&subject(&record, &connection, &before.integration)));
        let update = InstallationUpdate {
            id: id.to_owned(),
            expected_revision,
            content,
            connection_id: (connection.id != before.connection.id).then_some(connection.id),
            created_by,
        };
        let mut changes = vec![Change::UpdateInstallation(Box::new(update))];
        changes.extend(told.unwrap_or_default());
        let applied = self.apply(changes).await?;
        self.tell_of(&applied).await?;
        tracing::info!(event = "installation.updated", installation = %id, changed = applied.iter().any(|one| one.changed));
        self.installation(id).await
    }

    async fn revised(
        &self,
        id: &str,
        edit: impl Fn(&InstallationRecord) -> Result<Edited, Vec<Issue>>,
    ) -> Result<Revised, ProjectError> {
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
        match connection {
            Some(connection) if issues.is_empty() => {
                Ok(Revised { before, record, content, connection, created_by: edited.created_by })
            }
            _ => Err(ProjectError::Invalid(issues)),
        }
    }

    /// What is told of subscriptions that no events can be taken in for.
    fn untaken(&self, subject: &Subject<'_>) -> Vec<Change> {
        let told = |(object, error): (String, String)| Change::Tell {
            kind: NotificationType::SubscribeCreateError,
            installation_id: subject.installation.id.clone(),
            facts: Map::from_iter([("objectName".to_owned(), object.into()), ("error".to_owned(), error.into())]),
        };
        self.planner.untaken(subject).into_iter().map(told).collect()
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
}

/// An installation that stands on the latest revision.
fn subject<'a>(
    installation: &'a InstallationRecord,
    connection: &'a ConnectionRecord,
    integration: &'a IntegrationRecord,
) -> Subject<'a> {
    Subject { installation, connection, integration, standing: &integration.latest }
}

/// Whoever installs: the one that `createdBy` names, else the one that gave the connection.
fn consumer(created_by: Option<&str>, connection: &ConnectionRecord) -> NamedParty {
    let said = created_by.and_then(|by| by.strip_prefix("consumer:")).map(str::to_owned);
    let reference = said.or_else(|| connection.consumer.as_ref().map(|party| party.reference.clone())).unwrap_or_default();
    NamedParty { reference, name: None }
}

/// The installation that a draft would make.
pub(super) fn candidate(draft: &InstallationDraft, integration: &IntegrationRecord) -> InstallationRecord {
    let party = |named: &NamedParty| Party {
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
