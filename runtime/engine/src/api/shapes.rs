//! The contract's forms of integrations, installations and connections.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::manifest_shape;
use crate::project::{
    self, ConfigRevision, ConnectionRecord, ConnectionStatus, Installed, IntegrationRecord, IntegrationRevision, Party,
};

/// Who made a thing, and so who may change it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum Origin {
    /// A file: only an edit of it changes what it made.
    File,
    /// The command line.
    Command,
    /// Another client of the API.
    Api,
}

/// An integration as it is deployed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Integration {
    /// Stable; follows from the name.
    id: String,
    /// The project.
    project_id: String,
    /// As amp.yaml calls it.
    name: String,
    /// Of the provider catalog.
    provider: String,
    /// When it was first deployed.
    create_time: Timestamp,
    /// When it last changed.
    update_time: Timestamp,
    /// What counts for whatever is configured from now on.
    latest_revision: Revision,
    origin: Origin,
    /// The file that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    origin_file: Option<String>,
    /// Why nothing of it is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    disabled_reason: Option<String>,
}

/// An integration as it was deployed once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Revision {
    id: String,
    /// From 1, in the order of deployment.
    number: u32,
    /// Of the manifest.
    spec_version: String,
    /// When it was deployed.
    create_time: Timestamp,
    /// The integration as amp.yaml writes it.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    content: Map<String, Value>,
}

/// A customer's team.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Group {
    project_id: String,
    /// The product's own id for it.
    group_ref: String,
    /// Shown to people.
    group_name: String,
}

/// A person of a customer's team.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Consumer {
    project_id: String,
    /// The product's own id for the person.
    consumer_ref: String,
    /// Shown to people.
    consumer_name: String,
}

/// Whether an installation can work.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum HealthStatus {
    Healthy,
    /// `issues` says why.
    Unhealthy,
}

/// Something of an installation that does not work.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Issue {
    /// Where, like `config.content.read.objects.contacts.destination`.
    pub(super) path: String,
    /// Why, and what to do.
    pub(super) message: String,
}

/// Who uses which integration, and what they chose.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Installation {
    id: String,
    project_id: String,
    integration_id: String,
    integration_name: String,
    group: Group,
    consumer: Consumer,
    health_status: HealthStatus,
    connection: Connection,
    create_time: Timestamp,
    /// `consumer:<id>`, …
    created_by: String,
    update_time: Timestamp,
    config: Config,
    origin: Origin,
    /// The file that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    origin_file: Option<String>,
    /// Why nothing of it is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    disabled_reason: Option<String>,
    /// What does not work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    issues: Vec<Issue>,
}

/// What a customer chose at one time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Config {
    /// Also the entity tag of the installation.
    id: String,
    /// From 1, in the order of the changes.
    number: u32,
    /// The integration's revision that it stands on.
    revision_id: String,
    connection_id: String,
    create_time: Timestamp,
    /// Who chose.
    created_by: String,
    /// What was chosen, by action and object.
    content: Value,
}

/// Whether a connection's credentials are known to work.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionStatus)]
pub(super) enum Status {
    /// Not used yet.
    Created,
    /// The provider accepted them.
    Working,
    /// The provider refused them.
    BadCredentials,
}

/// A group's credentials at a provider. The credentials themselves are shown to who asks for them by name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Connection {
    id: String,
    project_id: String,
    /// Of the provider catalog.
    provider: String,
    create_time: Timestamp,
    update_time: Timestamp,
    /// `none`, `apiKey`, `basic`, `oauth2/authorizationCode`, `oauth2/clientCredentials`, `oauth2/password`, …
    auth_scheme: String,
    status: Status,
    /// What ampline.toml calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    group: Option<Group>,
    /// Who gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    consumer: Option<Consumer>,
    /// The provider's workspace (a subdomain, a portal).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    provider_workspace_ref: Option<String>,
    /// Why it does not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    status_reason: Option<String>,
    /// What the provider's addresses need besides.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(required = false, value_type = std::collections::BTreeMap<String, Value>)]
    provider_metadata: Map<String, Value>,
    origin: Origin,
    /// The file that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    origin_file: Option<String>,
    /// Why it may not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    disabled_reason: Option<String>,
    /// The registration that its tokens are renewed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) provider_app: Option<ProviderAppRef>,
    /// Until when its access token holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) expires_at: Option<Timestamp>,
    #[serde(flatten)]
    pub(super) credentials: super::credentials::Shown,
}

/// Names a provider app.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProviderAppRef {
    pub(super) id: String,
}

/// An Integration.
pub(super) fn integration(project: &str, one: &IntegrationRecord) -> Integration {
    Integration {
        id: one.id.clone(),
        project_id: project.to_owned(),
        name: one.name.clone(),
        provider: one.latest.content.provider.clone(),
        create_time: one.create_time,
        update_time: one.update_time,
        latest_revision: revision(&one.latest),
        origin: origin(&one.origin),
        origin_file: one.origin.file().map(str::to_owned),
        disabled_reason: one.disabled_reason.clone(),
    }
}

/// A Revision.
pub(super) fn revision(one: &IntegrationRevision) -> Revision {
    Revision {
        id: one.id.clone(),
        number: one.number,
        spec_version: one.spec_version.clone(),
        create_time: one.create_time,
        content: manifest_shape::content(&one.content),
    }
}

/// An Installation.
pub(super) fn installation(project: &str, one: &Installed) -> Installation {
    let record = &one.record;
    let issue = |project::Issue { path, message }: &project::Issue| Issue { path: path.clone(), message: message.clone() };
    Installation {
        id: record.id.clone(),
        project_id: project.to_owned(),
        integration_id: record.integration_id.clone(),
        integration_name: record.integration.clone(),
        group: group(project, &record.group),
        consumer: consumer(project, &record.consumer),
        health_status: if one.issues.is_empty() { HealthStatus::Healthy } else { HealthStatus::Unhealthy },
        connection: connection(project, &one.connection),
        create_time: record.create_time,
        created_by: record.created_by.clone(),
        update_time: record.update_time,
        config: config(&record.config),
        origin: origin(&record.origin),
        origin_file: record.origin.file().map(str::to_owned),
        disabled_reason: record.disabled_reason.clone(),
        issues: one.issues.iter().map(issue).collect(),
    }
}

/// The Config of an Installation.
pub(super) fn config(one: &ConfigRevision) -> Config {
    Config {
        id: one.id.clone(),
        number: one.number,
        revision_id: one.integration_revision.clone(),
        connection_id: one.connection_id.clone(),
        create_time: one.create_time,
        created_by: one.created_by.clone(),
        content: one.content.to_value(),
    }
}

/// A Connection, without credentials.
pub(super) fn connection(project: &str, one: &ConnectionRecord) -> Connection {
    Connection {
        id: one.id.clone(),
        project_id: project.to_owned(),
        provider: one.provider.clone(),
        create_time: one.create_time,
        update_time: one.update_time,
        auth_scheme: one.scheme.clone(),
        status: status(one.status),
        name: one.name.clone(),
        group: one.group.as_ref().map(|party| group(project, party)),
        consumer: one.consumer.as_ref().map(|party| consumer(project, party)),
        provider_workspace_ref: one.workspace.clone(),
        status_reason: one.status_reason.clone(),
        provider_metadata: one.metadata.clone(),
        origin: origin(&one.origin),
        origin_file: one.origin.file().map(str::to_owned),
        disabled_reason: one.disabled_reason.clone(),
        provider_app: None,
        expires_at: None,
        credentials: super::credentials::Shown::default(),
    }
}

/// As the contract writes it.
pub(super) fn status(status: ConnectionStatus) -> Status {
    match status {
        ConnectionStatus::Created => Status::Created,
        ConnectionStatus::Working => Status::Working,
        ConnectionStatus::BadCredentials => Status::BadCredentials,
    }
}

fn group(project: &str, party: &Party) -> Group {
    Group { project_id: project.to_owned(), group_ref: party.reference.clone(), group_name: party.name.clone() }
}

fn consumer(project: &str, party: &Party) -> Consumer {
    Consumer { project_id: project.to_owned(), consumer_ref: party.reference.clone(), consumer_name: party.name.clone() }
}

fn origin(origin: &project::Origin) -> Origin {
    match origin {
        project::Origin::File(_) => Origin::File,
        project::Origin::Command => Origin::Command,
        project::Origin::Api => Origin::Api,
    }
}
