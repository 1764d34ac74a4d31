//! Operations: lists, one of them, what it said, and how far a backfill has come.

use std::collections::HashMap;

use ampline_core::plan::ReadKey;
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Api, Shared, installations, paging,
    problem::{Problem, bad_request, not_found},
    status::check_project,
};
use crate::{
    journal::{LogEntry, Operation, OperationFilter, OperationOf, OperationStatus, Severity},
    project::ConfigRevision,
};

/// Which operations, as query parameters.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListQuery {
    installation_id: Option<String>,
    object_name: Option<String>,
    page_size: Option<u32>,
    page_token: Option<String>,
}

type Asked = Result<Query<ListQuery>, QueryRejection>;

/// `GET /v1/projects/{project}/operations`: those of every installation, newest first.
pub(super) async fn list(State(api): Shared, Path(project): Path<String>, query: Asked) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Query(query) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    page(&api, query).await
}

/// `GET /v1/projects/{project}/integrations/{integration}/installations/{installation}/operations`
pub(super) async fn of_installation(
    State(api): Shared,
    Path((project, integration, installation)): Path<(String, String, String)>,
    query: Asked,
) -> Result<Json<Value>, Problem> {
    let Query(query) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let installation = installations::find(&api, &(project, integration, installation)).await?.record.id;
    page(&api, ListQuery { installation_id: Some(installation), ..query }).await
}

async fn page(api: &Api, query: ListQuery) -> Result<Json<Value>, Problem> {
    let limit = paging::size(query.page_size)?;
    let filter = OperationFilter { installation_id: query.installation_id, object_name: query.object_name };
    let page = api.journal.operations(&filter, limit, query.page_token.as_deref()).await?;
    let mut known = Installations::new(api);
    let mut results = Vec::with_capacity(page.results.len());
    for one in &page.results {
        results.push(known.shown(one).await?);
    }
    Ok(Json(paging::paged(results, page.next_page_token)))
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
    async fn shown(&mut self, OperationOf { key, operation, pages }: &OperationOf) -> Result<Value, Problem> {
        let mut shown = json!({
            "id": operation.id,
            "projectId": self.api.project,
            "installationId": key.installation_id,
            "actionType": "read",
            "status": operation.status,
            "metadata": { "objects": [key.object_name], "progress": progress(key, operation), "pages": pages },
            "createTime": operation.create_time,
            "updateTime": operation.update_time,
        });
        if let Some((integration_id, revisions)) = self.of(&key.installation_id).await? {
            shown["integrationId"] = integration_id.as_str().into();
            // A read ends with the configuration that it began with: the latest of then.
            let config = revisions.iter().find(|revision| revision.create_time <= operation.create_time);
            shown["configId"] = config.or(revisions.last()).map(|revision| revision.id.as_str()).into();
        }
        if let Some(result) = &operation.result {
            shown["result"] = result.as_str().into();
        }
        if let Some(read_type) = operation.read_type {
            shown["metadata"]["readType"] = read_type.as_str().into();
        }
        Ok(shown)
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

fn progress(key: &ReadKey, operation: &Operation) -> Value {
    let mut progress = json!({
        "installationId": key.installation_id,
        "objectName": key.object_name,
        "operationId": operation.id,
        "recordsProcessed": operation.records_processed,
    });
    if let Some(total) = operation.records_estimated_total {
        progress["recordsEstimatedTotal"] = total.into();
    }
    progress
}

async fn find(api: &Api, id: &str) -> Result<OperationOf, Problem> {
    let missing = || not_found(format!("there is no operation {id:?}; the latest of each read are kept"));
    let id: Uuid = id.parse().map_err(|_| missing())?;
    api.journal.operation(id).await?.ok_or_else(missing)
}

/// `GET /v1/projects/{project}/operations/{id}`
pub(super) async fn show(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let found = find(&api, &id).await?;
    Ok(Json(Installations::new(&api).shown(&found).await?))
}

/// `GET /v1/projects/{project}/operations/{id}/logs`: from its beginning to its end, as far as it has come.
pub(super) async fn logs(State(api): Shared, Path((project, id)): Path<(String, String)>) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let OperationOf { key, operation, .. } = find(&api, &id).await?;
    let mut entries = vec![began(&key, &operation)];
    entries.extend(api.journal.operation_log(operation.id).await?);
    entries.extend(ended(&operation));
    Ok(Json(entries.into_iter().map(|entry| told(operation.id, entry)).collect()))
}

/// The first entry is the operation's own row; written once more, it would cost every quiet tick a row.
fn began(key: &ReadKey, operation: &Operation) -> LogEntry {
    let kind = operation.read_type.map_or("", |kind| kind.as_str());
    let message = format!("began to read {}", key.object_name);
    let details = Some(json!({ "objectName": key.object_name, "installationId": key.installation_id, "readType": kind }));
    LogEntry { at: operation.create_time, severity: Severity::Info, message, error: None, details }
}

/// And so is the last.
fn ended(operation: &Operation) -> Option<LogEntry> {
    let (severity, message, error) = match operation.status {
        OperationStatus::InProgress => return None,
        OperationStatus::Success => (Severity::Info, operation.result.clone().unwrap_or_default(), None),
        OperationStatus::Failure => (Severity::Error, "the read failed".to_owned(), operation.result.clone()),
    };
    let details = Some(json!({ "recordsProcessed": operation.records_processed }));
    Some(LogEntry { at: operation.update_time, severity, message, error, details })
}

/// A log entry as the contract shows it.
fn told(operation_id: Uuid, entry: LogEntry) -> Value {
    let mut message = json!({ "msg": entry.message, "operation_id": operation_id });
    if let Some(error) = entry.error {
        message["error"] = error.into();
    }
    if let Some(details) = entry.details {
        message["details"] = details;
    }
    let timestamp: Timestamp = entry.at;
    json!({ "timestamp": timestamp, "severity": entry.severity, "message": message })
}

/// `GET …/installations/{installation}/objects/{object}/backfill-progress`
pub(super) async fn backfill_progress(
    State(api): Shared,
    Path((project, integration, installation_id, object_name)): Path<(String, String, String, String)>,
) -> Result<Json<Value>, Problem> {
    let installation_id = installations::find(&api, &(project, integration, installation_id)).await?.record.id;
    let key = ReadKey { installation_id, object_name };
    let Some(operation) = api.journal.backfill(&key).await? else {
        return Err(not_found(format!("no backfill of {} has stored a page yet", key.object_name)));
    };
    let mut shown = progress(&key, &operation);
    shown["createTime"] = operation.create_time.to_string().into();
    shown["updateTime"] = operation.update_time.to_string().into();
    Ok(Json(shown))
}
