//! The properties API: which properties an object type has.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde_json::json;

use super::respond;
use crate::hubspot::{Shared, error::ApiError};

pub(super) async fn list(State(shared): State<Arc<Shared>>, Path(object): Path<String>) -> Result<Response, ApiError> {
    let mut state = shared.state();
    let object = &state.store(&object)?.object;
    let results: Vec<_> = object.properties.keys().filter_map(|name| object.describe(name)).collect();
    Ok(respond::json(StatusCode::OK, &json!({"results": results})))
}

pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    Path((object, name)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let mut state = shared.state();
    let described = state.store(&object)?.object.describe(&name).ok_or_else(|| ApiError::unknown_id(&name))?;
    Ok(respond::json(StatusCode::OK, &described))
}
