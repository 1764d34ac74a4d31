//! Batches: up to 100 records read, created, updated or archived in one request.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::{
    objects::stamp,
    respond::{Write, answered, json, parse, selected},
};
use crate::hubspot::{
    Shared,
    error::ApiError,
    record::{Answered, instant},
    store::Store,
};

const INPUTS_MAX: usize = 100;

#[derive(Debug, Deserialize)]
struct Body {
    inputs: Vec<Write>,
    #[serde(default)]
    properties: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    completed_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<Failure>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_errors: Option<usize>,
    results: Vec<Answered<'a>>,
    started_at: String,
    status: &'static str,
}

/// Why some inputs of a batch came to nothing.
#[derive(Serialize)]
struct Failure {
    status: &'static str,
    category: &'static str,
    message: &'static str,
    context: Context,
}

#[derive(Serialize)]
struct Context {
    ids: Vec<String>,
}

pub(super) async fn batch(
    State(shared): State<Arc<Shared>>,
    Path((object, action)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let body: Body = parse(&body)?;
    if body.inputs.len() > INPUTS_MAX {
        return Err(ApiError::invalid(format!("Invalid input: a batch has at most {INPUTS_MAX} inputs")));
    }
    let state = &mut *shared.state();
    let (now_ms, lag_ms) = stamp(state);
    let store = state.store(&object)?;
    let mut asked = body.properties;
    let (ids, missing) = match action.as_str() {
        "read" => split(store, body.inputs.into_iter().map(|input| input.id).collect()),
        "create" => (create(store, body.inputs, now_ms, lag_ms, &mut asked)?, Vec::new()),
        "update" => update(store, body.inputs, now_ms, lag_ms, &mut asked)?,
        "archive" => {
            let (ids, _) = split(store, body.inputs.into_iter().map(|input| input.id).collect());
            for id in ids {
                store.archive(id, now_ms, lag_ms);
            }
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        other => return Err(ApiError::unknown_path(&format!("/crm/v3/objects/{object}/batch/{other}"))),
    };
    let success = if action == "create" { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer(store, &ids, missing, &asked, now_ms, success))
}

fn answer(store: &Store, ids: &[u64], missing: Vec<String>, asked: &[String], now_ms: i64, success: StatusCode) -> Response {
    let properties = selected(&store.object, Some(asked));
    let status = if missing.is_empty() { success } else { StatusCode::MULTI_STATUS };
    let num_errors = (!missing.is_empty()).then_some(1);
    let message = "Could not get some objects, they may be deleted or not exist. Check that ids are valid.";
    let failure = |ids| Failure { status: "error", category: "OBJECT_NOT_FOUND", message, context: Context { ids } };
    let body = Answer {
        completed_at: instant(now_ms),
        errors: num_errors.map(|_| vec![failure(missing)]),
        num_errors,
        results: answered(ids.iter().filter_map(|id| store.get(*id)), &properties),
        started_at: instant(now_ms),
        status: "COMPLETE",
    };
    json(status, &body)
}

/// The ids of records that are there and not archived, and the others.
fn split(store: &Store, inputs: Vec<String>) -> (Vec<u64>, Vec<String>) {
    let mut missing = Vec::new();
    let mut ids = Vec::new();
    for input in inputs {
        match input.parse().ok().filter(|id| store.get(*id).is_some_and(|view| !view.record.is_archived())) {
            Some(id) => ids.push(id),
            None => missing.push(input),
        }
    }
    (ids, missing)
}

fn create(
    store: &mut Store,
    inputs: Vec<Write>,
    now_ms: i64,
    lag_ms: i64,
    asked: &mut Vec<String>,
) -> Result<Vec<u64>, ApiError> {
    // All or nothing: every input is checked before the first is written.
    let all = inputs.into_iter().map(|input| input.values(&store.object)).collect::<Result<Vec<_>, _>>()?;
    asked.extend(all.iter().flat_map(|values| values.keys().cloned()));
    Ok(all.into_iter().map(|values| store.create(values, false, now_ms, lag_ms)).collect())
}

fn update(
    store: &mut Store,
    inputs: Vec<Write>,
    now_ms: i64,
    lag_ms: i64,
    asked: &mut Vec<String>,
) -> Result<(Vec<u64>, Vec<String>), ApiError> {
    let valued = |input: Write| Ok((input.id.clone(), input.values(&store.object)?));
    let all = inputs.into_iter().map(valued).collect::<Result<Vec<_>, ApiError>>()?;
    let (ids, missing) = split(store, all.iter().map(|(id, _)| id.clone()).collect());
    for (id, values) in all {
        asked.extend(values.keys().cloned());
        if let Ok(id) = id.parse() {
            store.change(id, values, now_ms, lag_ms);
        }
    }
    Ok((ids, missing))
}
