//! The control surface under `/_control/`: what a test in another process may do to the emulator. It needs no token and is not counted.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post, put},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ApiError, ChangeType, Code, Id, Quirks, Shared, Target, Written, state};
use crate::faults::Rule;

type App = State<Arc<Shared>>;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_control/records/{object}", get(records))
        .route("/_control/records/{object}/{verb}", post(write))
        .route("/_control/expire/{what}", post(expire))
        .route("/_control/events", get(events).put(set_target))
        .route("/_control/faults", post(add_fault).delete(clear_faults))
        .route("/_control/settings", put(set))
        .route("/_control/counters", get(counters))
        .route("/_control/reset", post(reset))
}

/// Which records, and what is written to them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Order {
    count: u32,
    ids: Option<Vec<String>>,
    fields: Written,
    /// For `gap`.
    change_type: Option<ChangeType>,
}

async fn write(
    State(shared): App,
    Path((object, verb)): Path<(String, String)>,
    Json(order): Json<Order>,
) -> Result<Json<Value>, ApiError> {
    let mut state = shared.state();
    let id = |text: &String| Id::parse(text).ok_or_else(|| ApiError::new(Code::MalformedId, format!("bad id {text}")));
    let ids = order.ids.as_ref().map(|ids| ids.iter().map(id).collect::<Result<Vec<_>, _>>()).transpose()?;
    let done = match (verb.as_str(), ids) {
        ("add", _) => state.add(&object, order.count, &order.fields),
        ("change", None) => state.change(&object, order.count, &order.fields),
        ("change", Some(ids)) => state.change_these(&object, &ids, &order.fields),
        ("delete", None) => state.delete(&object, order.count),
        ("delete", Some(ids)) => state.delete_these(&object, &ids),
        ("undelete", Some(ids)) => state.undelete_these(&object, &ids),
        ("purge", Some(ids)) => state.purge_these(&object, &ids),
        ("gap", Some(ids)) => state.gap(&object, order.change_type.unwrap_or(ChangeType::GapUpdate), &ids),
        _ => Err(Code::NotFound.into()),
    };
    Ok(Json(json!({"ids": done?})))
}

async fn records(State(shared): App, Path(object): Path<String>) -> Result<Json<Vec<state::Listed>>, ApiError> {
    Ok(Json(shared.state().records(&object)?))
}

async fn expire(State(shared): App, Path(what): Path<String>) -> Result<StatusCode, ApiError> {
    let mut state = shared.state();
    match what.as_str() {
        "access_tokens" => state.expire_access_tokens(),
        "refresh_tokens" => state.revoke_refresh_tokens(),
        "locators" => state.expire_locators(),
        _ => return Err(Code::NotFound.into()),
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn events(State(shared): App) -> Json<Value> {
    let state = shared.state();
    Json(json!({"waiting": state.events.waiting(), "attempts": state.events.attempts}))
}

async fn set_target(State(shared): App, Json(target): Json<Option<Target>>) -> StatusCode {
    shared.state().send_events_to(target);
    StatusCode::NO_CONTENT
}

async fn add_fault(State(shared): App, Json(rule): Json<Rule>) -> StatusCode {
    shared.state().faults.push(rule);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(shared): App) -> StatusCode {
    shared.state().faults.clear();
    StatusCode::NO_CONTENT
}

/// Settings to change; those that are absent stay.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    paused: Option<bool>,
    quirks: Option<Quirks>,
    commit_lag_ms: Option<i64>,
    clock_ms: Option<i64>,
    advance_ms: Option<i64>,
    /// How many requests were made today.
    requests: Option<u64>,
    access_token_lasts_ms: Option<i64>,
}

async fn set(State(shared): App, Json(settings): Json<Settings>) -> StatusCode {
    if let Some(is_paused) = settings.paused {
        shared.is_paused.send_replace(is_paused);
    }
    let mut state = shared.state();
    if let Some(quirks) = settings.quirks {
        state.quirks = quirks;
    }
    if let Some(lag_ms) = settings.commit_lag_ms {
        state.commit_lag_ms = lag_ms;
    }
    if let Some(requests) = settings.requests {
        state.requests = requests;
    }
    state.clock_ms = settings.clock_ms.or(state.clock_ms);
    if let Some(by_ms) = settings.advance_ms {
        state.advance(by_ms);
    }
    state.access_token_lasts_ms = settings.access_token_lasts_ms.or(state.access_token_lasts_ms);
    StatusCode::NO_CONTENT
}

async fn counters(State(shared): App) -> Json<Value> {
    let state = shared.state();
    Json(json!({"requests": state.counters(), "grants": state.all_grants()}))
}

async fn reset(State(shared): App) -> StatusCode {
    shared.is_paused.send_replace(false);
    shared.state().reset();
    StatusCode::NO_CONTENT
}
