//! What there is: versions, resources, objects, limits.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Map, Value, json};

use super::{Asker, VERSIONS};
use crate::salesforce::{ApiError, ORGANISATION, Shared, USER, describe};

type App = State<Arc<Shared>>;

pub(super) async fn versions() -> Json<Value> {
    let one = |number| {
        let label = format!("Release {number}");
        json!({"label": label, "url": format!("/services/data/v{number}.0"), "version": format!("{number}.0")})
    };
    Json(VERSIONS.map(one).collect())
}

pub(super) async fn resources(State(shared): App, asker: Asker) -> Json<Value> {
    let names = ["limits", "sobjects", "query", "queryAll", "composite"];
    let url = |name: &str| (name.to_owned(), Value::from(format!("/services/data/{}/{name}", asker.version)));
    let identity = ("identity".to_owned(), Value::from(format!("{}/id/{ORGANISATION}/{USER}", shared.base_url)));
    Json(Value::Object(names.map(url).into_iter().chain([identity]).collect::<Map<_, _>>()))
}

pub(super) async fn limits(State(shared): App, _: Asker) -> Json<Value> {
    let state = shared.state();
    let max = state.options.daily_requests_max;
    Json(json!({
        "DailyApiRequests": {"Max": max, "Remaining": max.saturating_sub(state.requests)},
        "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
        "DataStorageMB": {"Max": 1_024, "Remaining": 1_000},
    }))
}

pub(super) async fn global(State(shared): App, asker: Asker) -> Json<Value> {
    let state = shared.state();
    let objects: Value = state.org.stores.iter().map(|store| describe::brief(&store.entity, &asker.version)).collect();
    Json(json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects}))
}

pub(super) async fn basic(
    State(shared): App,
    asker: Asker,
    Path((_, object)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let state = shared.state();
    let store = state.store(&object)?;
    Ok(Json(json!({"objectDescribe": describe::brief(&store.entity, &asker.version), "recentItems": []})))
}

pub(super) async fn describe(
    State(shared): App,
    asker: Asker,
    Path((_, object)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let state = shared.state();
    let store = state.store(&object)?;
    Ok(Json(describe::whole(&state.org, &store.entity, &asker.version)))
}
