//! The schemas API: which custom objects there are.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde_json::json;

use super::respond;
use crate::hubspot::{Shared, error::ApiError};

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Response {
    let state = shared.state();
    let custom = state.objects.values().filter(|store| store.object.is_custom());
    let results: Vec<_> = custom.map(|store| store.object.schema()).collect();
    respond::json(StatusCode::OK, &json!({"results": results}))
}

pub(super) async fn get(State(shared): State<Arc<Shared>>, Path(object): Path<String>) -> Result<Response, ApiError> {
    let mut state = shared.state();
    let schema = state.store(&object)?.object.schema();
    Ok(respond::json(StatusCode::OK, &schema))
}
