//! Operations: lists, one of them, what it said, and how far a backfill has come.

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
    Api, Shared, paging,
    problem::{Problem, bad_request, not_found},
    reads::check_installation,
    status::check_project,
};
use crate::journal::{LogEntry, Operation, OperationFilter, OperationOf, OperationStatus, Severity};

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
    check_project(&api, &project)?;
    check_installation(&api, &integration, &installation)?;
    let Query(query) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    page(&api, ListQuery { installation_id: Some(installation), ..query }).await
}

async fn page(api: &Api, query: ListQuery) -> Result<Json<Value>, Problem> {
    let limit = paging::size(query.page_size)?;
    let filter = OperationFilter { installation_id: query.installation_id, object_name: query.object_name };
    let page = api.journal.operations(&filter, limit, query.page_token.as_deref()).await?;
    Ok(Json(paging::paged(page.results.iter().map(|one| shown(api, one)).collect(), page.next_page_token)))
}

/// An operation as the contract shows it.
fn shown(api: &Api, OperationOf { key, operation, pages }: &OperationOf) -> Value {
    let mut shown = json!({
        "id": operation.id,
        "projectId": api.project,
        "installationId": key.installation_id,
        "actionType": "read",
        "status": operation.status,
        "metadata": { "objects": [key.object_name], "progress": progress(key, operation), "pages": pages },
        "createTime": operation.create_time,
        "updateTime": operation.update_time,
    });
    if let Some(whose) = api.board.whose(&key.installation_id) {
        shown["integrationId"] = whose.integration.into();
    }
    if let Some(result) = &operation.result {
        shown["result"] = result.as_str().into();
    }
    if let Some(read_type) = operation.read_type {
        shown["metadata"]["readType"] = read_type.as_str().into();
    }
    shown
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
    Ok(Json(shown(&api, &find(&api, &id).await?)))
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
    check_project(&api, &project)?;
    check_installation(&api, &integration, &installation_id)?;
    let key = ReadKey { installation_id, object_name };
    let Some(operation) = api.journal.backfill(&key).await? else {
        return Err(not_found(format!("no backfill of {} has stored a page yet", key.object_name)));
    };
    let mut shown = progress(&key, &operation);
    shown["createTime"] = operation.create_time.to_string().into();
    shown["updateTime"] = operation.update_time.to_string().into();
    Ok(Json(shown))
}
