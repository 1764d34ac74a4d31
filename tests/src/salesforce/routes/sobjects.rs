//! Single records.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    Asker,
    respond::{fields, json as answer, parameter, parse},
};
use crate::salesforce::{
    ApiError, ChangeType, Code, Id, Shared, State as Emulated, Written,
    soql::{Style, Whole},
    store::Place,
    write,
};

type App = State<Arc<Shared>>;

pub(super) async fn create(
    State(shared): App,
    _: Asker,
    Path((_, object)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let written: Written = parse(&body)?;
    let mut state = shared.state();
    let at = state.place(&object)?;
    let values = write::values(&state.org, at, &written, write::By::Creator)?;
    let number = state.create(at, values, false);
    let ids = state.announce(at, ChangeType::Create, &[number], &[]);
    Ok(answer(StatusCode::CREATED, &json!({"id": ids.first(), "success": true, "errors": []})))
}

pub(super) async fn get(
    State(shared): App,
    asker: Asker,
    Path((_, object, id)): Path<(String, String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let state = shared.state();
    let (at, id) = found(&state, &object, &id)?;
    let fields = fields(&state.org.stores[at].entity, parameter(&pairs, "fields").unwrap_or_default().split(','))?;
    let view = state.scope(false).view(at, id.number).ok_or(Code::NotFound)?;
    let style = Style { version: &asker.version, zone_minutes: state.quirks.zone_minutes };
    Ok(answer(StatusCode::OK, &Whole { view, style, fields: &fields }))
}

pub(super) async fn update(
    State(shared): App,
    _: Asker,
    Path((_, object, id)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let written: Written = parse(&body)?;
    let mut state = shared.state();
    let (at, id) = found(&state, &object, &id)?;
    // Checked as a client's writing; the change itself is then the same as a test's.
    write::values(&state.org, at, &written, write::By::Updater)?;
    state.change_these(&object, &[id], &written)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn delete(
    State(shared): App,
    _: Asker,
    Path((_, object, id)): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let mut state = shared.state();
    let (_, id) = found(&state, &object, &id)?;
    state.delete_these(&object, &[id])?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The store and the id of a record that is there.
fn found(state: &Emulated, object: &str, id: &str) -> Result<(usize, Id), ApiError> {
    let at = state.place(object)?;
    if !Id::is_one(id) {
        let why = format!("Provided external ID field does not exist or is not accessible: {id}");
        return Err(ApiError::new(Code::NotFound, why));
    }
    let store = &state.org.stores[at];
    let view = Id::parse(id).filter(|id| id.prefix == store.entity.prefix).and_then(|id| store.get(id.number));
    match view.map(|view| (view.id(), view.row.place)) {
        Some((id, Place::Live)) => Ok((at, id)),
        Some((_, Place::Bin)) => Err(Code::EntityIsDeleted.into()),
        Some((_, Place::Gone)) | None => Err(Code::NotFound.into()),
    }
}
