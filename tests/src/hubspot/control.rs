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

use super::{Counters, Delivery, Large, Limits, Listed, Properties, Shared, Webhooks, error::ApiError};
use crate::faults::Rule;

type App = State<Arc<Shared>>;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_control/records/{object}", get(records))
        .route("/_control/records/{object}/{verb}", post(write))
        .route("/_control/associations", post(associate).delete(dissociate))
        .route("/_control/merge/{object}", post(merge))
        .route("/_control/webhooks", put(listen).delete(ignore))
        .route("/_control/webhooks/deliver", post(deliver))
        .route("/_control/faults", post(add_fault).delete(clear_faults))
        .route("/_control/settings", put(set))
        .route("/_control/counters", get(counters))
        .route("/_control/reset", post(reset))
}

/// Which records, and what is written to them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Order {
    count: u64,
    ids: Option<Vec<String>>,
    properties: Properties,
}

async fn write(
    State(shared): App,
    Path((object, verb)): Path<(String, String)>,
    Json(order): Json<Order>,
) -> Result<Json<Value>, ApiError> {
    let mut state = shared.state();
    let parsed = order.ids.map(|ids| ids.iter().map(|id| id.parse().map_err(|_| ApiError::unknown_id(id))).collect());
    let ids: Option<Vec<u64>> = parsed.transpose()?;
    let done = match (verb.as_str(), ids) {
        ("add", _) => state.add(&object, order.count, &order.properties),
        ("change", None) => state.change(&object, order.count, &order.properties),
        ("change", Some(ids)) => state.change_these(&object, &ids, &order.properties),
        ("archive", None) => state.archive(&object, order.count),
        ("archive", Some(ids)) => state.archive_these(&object, &ids),
        ("restore", Some(ids)) => state.restore_these(&object, &ids),
        ("erase", Some(ids)) => state.erase_these(&object, &ids),
        _ => Err(ApiError::unknown_path(&verb)),
    };
    Ok(Json(json!({"ids": done?})))
}

async fn records(State(shared): App, Path(object): Path<String>) -> Result<Json<Vec<Listed>>, ApiError> {
    Ok(Json(shared.state().records(&object)?))
}

/// Two records, and what their association is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    object: String,
    id: u64,
    to_object: String,
    to: u64,
    #[serde(default)]
    label: Option<String>,
}

impl Pair {
    fn apply(&self, shared: &Shared, is_removed: bool) -> Result<StatusCode, ApiError> {
        let (from, to) = ((self.object.as_str(), self.id), (self.to_object.as_str(), self.to));
        shared.state().associate(from, to, self.label.as_deref(), is_removed)?;
        Ok(StatusCode::NO_CONTENT)
    }
}

async fn associate(State(shared): App, Json(pair): Json<Pair>) -> Result<StatusCode, ApiError> {
    pair.apply(&shared, false)
}

async fn dissociate(State(shared): App, Json(pair): Json<Pair>) -> Result<StatusCode, ApiError> {
    pair.apply(&shared, true)
}

/// Which record remains, and which goes into it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    primary: u64,
    merged: u64,
}

async fn merge(State(shared): App, Path(object): Path<String>, Json(merge): Json<Merge>) -> Result<StatusCode, ApiError> {
    shared.state().merge(&object, merge.primary, merge.merged)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn listen(State(shared): App, Json(webhooks): Json<Webhooks>) -> StatusCode {
    shared.state().listen(Some(webhooks));
    StatusCode::NO_CONTENT
}

async fn ignore(State(shared): App) -> StatusCode {
    shared.state().listen(None);
    StatusCode::NO_CONTENT
}

async fn deliver(State(shared): App) -> Json<Delivery> {
    Json(shared.deliver_events().await)
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
    /// Empty: any token will do.
    token: Option<String>,
    limits: Option<Limits>,
    index_lag_ms: Option<i64>,
    clock_ms: Option<i64>,
    large: Option<Large>,
}

async fn set(State(shared): App, Json(settings): Json<Settings>) -> StatusCode {
    if let Some(is_paused) = settings.paused {
        shared.is_paused.send_replace(is_paused);
    }
    let mut state = shared.state();
    if let Some(token) = settings.token {
        state.token = Some(token).filter(|token| !token.is_empty());
    }
    if let Some(limits) = settings.limits {
        state.limiter.limits = limits;
    }
    if let Some(lag_ms) = settings.index_lag_ms {
        state.index_lag_ms = lag_ms;
    }
    if let Some(large) = settings.large {
        state.objects.values_mut().for_each(|store| store.large = Some(large));
    }
    state.clock_ms = settings.clock_ms.or(state.clock_ms);
    StatusCode::NO_CONTENT
}

async fn counters(State(shared): App) -> Json<Counters> {
    Json(shared.state().counters().clone())
}

async fn reset(State(shared): App) -> StatusCode {
    shared.is_paused.send_replace(false);
    shared.state().reset();
    StatusCode::NO_CONTENT
}
