//! Reads that are wanted now rather than at their next tick.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{
    Shared,
    problem::{Problem, bad_request, not_found},
    status::check_project,
};
use crate::scheduler::RunNow;

/// Which reads; all where nothing is said.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RunRequest {
    installation_id: Option<String>,
    object_name: Option<String>,
}

/// `POST /v1/projects/{project}/reads:run`: pulls the next tick of these reads forward; one that runs already runs again.
pub(super) async fn run_now(
    State(api): Shared,
    Path(project): Path<String>,
    body: Result<Json<RunRequest>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Json(RunRequest { installation_id, object_name }) = body.map_err(|rejection| bad_request(rejection.body_text()))?;
    let stopped = || Problem::new(StatusCode::CONFLICT, "no runtime is running").remedy("start one with `ampline run`");
    let (answer, reads) = oneshot::channel();
    let wish = RunNow { installation_id, object_name, answer };
    api.wishes.as_ref().ok_or_else(stopped)?.send(wish).await.map_err(|_| stopped())?;
    match reads.await.map_err(|_| stopped())? {
        0 => Err(not_found("no read fits; `status` lists the reads there are")),
        reads => Ok(Json(json!({ "reads": reads }))),
    }
}
