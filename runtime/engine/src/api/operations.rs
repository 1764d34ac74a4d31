//! Operations: lists, one of them, what it said, and how far a backfill has come.

use std::collections::HashMap;

use ampline_core::plan::ReadKey;
use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::{
    Api, Shared,
    document::Routes,
    extract::{Path, Query},
    installations,
    paging::{self, Paged},
    problem::{Problem, not_found},
    status::check_project,
};
use crate::{
    journal::{self, LogEntry, OperationFilter, OperationOf, OperationStatus, Severity},
    project::ConfigRevision,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .add(routes!(list))
        .add(routes!(show))
        .add(routes!(logs))
        .add(routes!(of_installation))
        .add(routes!(backfill_progress))
}

/// Which operations, as query parameters.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
struct ListQuery {
    /// Only those of this installation.
    installation_id: Option<String>,
    /// Only those of this object, by the provider's name.
    object_name: Option<String>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1000, default = 200)]
    page_size: Option<u32>,
    /// Where the page begins: `pagination.nextPageToken` of the page before.
    page_token: Option<String>,
}

/// What a read did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Operation {
    id: Uuid,
    project_id: String,
    /// Not there once the installation is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    integration_id: Option<String>,
    installation_id: String,
    /// The configuration that it read with. Not there once the installation is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    config_id: Option<String>,
    action_type: ActionType,
    status: OperationStatus,
    /// How it ended, for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    result: Option<String>,
    metadata: OperationMetadata,
    /// When it began.
    create_time: Timestamp,
    /// When it last stored a page or ended.
    update_time: Timestamp,
}

/// What kind of operation it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ActionType {
    Read,
}

/// Of what and how far.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OperationMetadata {
    /// By the provider's names.
    objects: Vec<String>,
    progress: Progress,
    /// Pages that are stored.
    pages: u32,
    /// `backfill`, `scheduled` or `triggered`; not there before the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    read_type: Option<&'static str>,
}

/// How far a read has come.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Progress {
    installation_id: String,
    /// By the provider's name.
    object_name: String,
    operation_id: Uuid,
    records_processed: u64,
    /// How many there are, where the provider tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    records_estimated_total: Option<u64>,
}

/// How far a backfill has come.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BackfillProgress {
    #[serde(flatten)]
    progress: Progress,
    /// When it began.
    create_time: Timestamp,
    /// When it last stored a page or ended.
    update_time: Timestamp,
}

/// One thing that an operation has to say.
#[derive(Debug, Serialize, ToSchema)]
struct Log {
    timestamp: Timestamp,
    severity: Severity,
    message: LogMessage,
}

/// What is said.
#[derive(Debug, Serialize, ToSchema)]
struct LogMessage {
    msg: String,
    operation_id: Uuid,
    /// What went wrong, in the provider's words where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<String>,
    /// Figures: pages, records, waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    details: Option<Value>,
}

/// Lists the operations of every installation, newest first.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/operations", operation_id = "listOperationsForProject", tag = "operations",
    params(ListQuery), responses((status = 200, body = Paged<Operation>))
)]
async fn list(
    State(api): Shared,
    Path(project): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Paged<Operation>>, Problem> {
    check_project(&api, &project)?;
    page(&api, query).await
}

/// Lists the operations of an installation, newest first.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}/operations",
    operation_id = "listOperations", tag = "operations", params(ListQuery), responses((status = 200, body = Paged<Operation>))
)]
async fn of_installation(
    State(api): Shared,
    Path((project, integration, installation)): Path<(String, String, String)>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Paged<Operation>>, Problem> {
    let installation = installations::find(&api, &(project, integration, installation)).await?.record.id;
    page(&api, ListQuery { installation_id: Some(installation), ..query }).await
}

async fn page(api: &Api, query: ListQuery) -> Result<Json<Paged<Operation>>, Problem> {
    let limit = paging::size(query.page_size);
    let filter = OperationFilter { installation_id: query.installation_id, object_name: query.object_name };
    let page = api.journal.operations(&filter, limit, query.page_token.as_deref()).await?;
    let mut known = Installations::new(api);
    let mut results = Vec::with_capacity(page.results.len());
    for one in &page.results {
        results.push(known.shown(one).await?);
    }
    Ok(Json(paging::paged(results, page.next_page_token)))
}

/// Those operations of these that are kept.
pub(super) async fn some(api: &Api, ids: impl IntoIterator<Item = Uuid>) -> Result<Vec<impl Serialize>, Problem> {
    let (mut known, mut found) = (Installations::new(api), Vec::new());
    for id in ids {
        if let Some(one) = api.journal.operation(id).await? {
            found.push(known.shown(&one).await?);
        }
    }
    Ok(found)
}

/// What operations say of their installations, each asked for once.
struct Installations<'a> {
    api: &'a Api,
    known: HashMap<String, Option<(String, Vec<ConfigRevision>)>>,
}

impl<'a> Installations<'a> {
    fn new(api: &'a Api) -> Self {
        Self { api, known: HashMap::new() }
    }

    /// An operation as the contract shows it. One of an installation that is gone does not say which integration it was of.
    async fn shown(&mut self, OperationOf { key, operation, pages }: &OperationOf) -> Result<Operation, Problem> {
        let project_id = self.api.project.clone();
        let (integration_id, config_id) = match self.of(&key.installation_id).await? {
            None => (None, None),
            Some((integration_id, revisions)) => {
                // A read ends with the configuration that it began with: the latest of then.
                let config = revisions.iter().find(|revision| revision.create_time <= operation.create_time);
                (Some(integration_id.clone()), config.or(revisions.last()).map(|revision| revision.id.clone()))
            }
        };
        Ok(Operation {
            id: operation.id,
            project_id,
            integration_id,
            installation_id: key.installation_id.clone(),
            config_id,
            action_type: ActionType::Read,
            status: operation.status,
            result: operation.result.clone(),
            metadata: OperationMetadata {
                objects: vec![key.object_name.clone()],
                progress: progress(key, operation),
                pages: *pages,
                read_type: operation.read_type.map(|read_type| read_type.as_str()),
            },
            create_time: operation.create_time,
            update_time: operation.update_time,
        })
    }

    /// The integration's id and the revisions of the configuration, the latest first.
    async fn of(&mut self, id: &str) -> Result<Option<&(String, Vec<ConfigRevision>)>, Problem> {
        if !self.known.contains_key(id) {
            let found = match self.api.projects.store().installation(id).await? {
                Some(record) => Some((record.integration_id, self.api.projects.config_revisions(id).await?)),
                None => None,
            };
            self.known.insert(id.to_owned(), found);
        }
        Ok(self.known.get(id).and_then(Option::as_ref))
    }
}

fn progress(key: &ReadKey, operation: &journal::Operation) -> Progress {
    Progress {
        installation_id: key.installation_id.clone(),
        object_name: key.object_name.clone(),
        operation_id: operation.id,
        records_processed: operation.records_processed,
        records_estimated_total: operation.records_estimated_total,
    }
}

async fn find(api: &Api, id: &str) -> Result<OperationOf, Problem> {
    let missing = || not_found(format!("there is no operation {id:?}; the latest of each read are kept"));
    let id: Uuid = id.parse().map_err(|_| missing())?;
    api.journal.operation(id).await?.ok_or_else(missing)
}

/// Shows an operation.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/operations/{operationId}", operation_id = "getOperation", tag = "operations",
    responses((status = 200, body = Operation))
)]
async fn show(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Operation>, Problem> {
    check_project(&api, &project)?;
    let found = find(&api, &id).await?;
    Ok(Json(Installations::new(&api).shown(&found).await?))
}

/// Lists what an operation has said, from its beginning on.
#[utoipa::path(
    get, path = "/v1/projects/{projectIdOrName}/operations/{operationId}/logs", operation_id = "listOperationLogs",
    tag = "operations", responses((status = 200, body = [Log]))
)]
async fn logs(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Vec<Log>>, Problem> {
    check_project(&api, &project)?;
    let OperationOf { key, operation, .. } = find(&api, &id).await?;
    let mut entries = vec![began(&key, &operation)];
    entries.extend(api.journal.operation_log(operation.id).await?);
    entries.extend(ended(&operation));
    Ok(Json(entries.into_iter().map(|entry| told(operation.id, entry)).collect()))
}

/// The first entry is the operation's own row; written once more, it would cost every quiet tick a row.
fn began(key: &ReadKey, operation: &journal::Operation) -> LogEntry {
    let kind = operation.read_type.map_or("", |kind| kind.as_str());
    let message = format!("began to read {}", key.object_name);
    let details = Some(json!({ "objectName": key.object_name, "installationId": key.installation_id, "readType": kind }));
    LogEntry { at: operation.create_time, severity: Severity::Info, message, error: None, details }
}

/// And so is the last.
fn ended(operation: &journal::Operation) -> Option<LogEntry> {
    let (severity, message, error) = match operation.status {
        OperationStatus::InProgress => return None,
        OperationStatus::Success => (Severity::Info, operation.result.clone().unwrap_or_default(), None),
        OperationStatus::Failure => (Severity::Error, "the read failed".to_owned(), operation.result.clone()),
    };
    let details = Some(json!({ "recordsProcessed": operation.records_processed }));
    Some(LogEntry { at: operation.update_time, severity, message, error, details })
}

/// A log entry as the contract shows it.
fn told(operation_id: Uuid, entry: LogEntry) -> Log {
    let message = LogMessage { msg: entry.message, operation_id, error: entry.error, details: entry.details };
    Log { timestamp: entry.at, severity: entry.severity, message }
}

/// Shows how far the backfill of an object has come.
#[utoipa::path(
    get,
    path = "/v1/projects/{projectIdOrName}/integrations/{integrationIdOrName}/installations/{installationId}/objects/{objectName}\
            /backfill-progress",
    operation_id = "getBackfillProgress", tag = "operations", responses((status = 200, body = BackfillProgress))
)]
async fn backfill_progress(
    State(api): Shared,
    Path((project, integration, installation_id, object_name)): Path<(String, String, String, String)>,
) -> Result<Json<BackfillProgress>, Problem> {
    let installation_id = installations::find(&api, &(project, integration, installation_id)).await?.record.id;
    let key = ReadKey { installation_id, object_name };
    let Some(operation) = api.journal.backfill(&key).await? else {
        return Err(not_found(format!("no backfill of {} has stored a page yet", key.object_name)));
    };
    let (create_time, update_time) = (operation.create_time, operation.update_time);
    Ok(Json(BackfillProgress { progress: progress(&key, &operation), create_time, update_time }))
}
