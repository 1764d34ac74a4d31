//! Many records at once by their ids: how a client fetches what an event told it of.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{
    Asker,
    respond::{fields, json, parameter, parse},
};
use crate::salesforce::{
    ApiError, Code, Id, Shared,
    soql::{Style, Whole},
};

type App = State<Arc<Shared>>;

const IDS_MAX: usize = 2_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    ids: Vec<String>,
    fields: Vec<String>,
}

pub(super) async fn get(
    State(shared): App,
    asker: Asker,
    Path((_, object)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let list =
        |name| parameter(&pairs, name).unwrap_or_default().split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect();
    retrieve(&shared, &asker, &object, &Body { ids: list("ids"), fields: list("fields") })
}

pub(super) async fn post(
    State(shared): App,
    asker: Asker,
    Path((_, object)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, ApiError> {
    retrieve(&shared, &asker, &object, &parse(&body)?)
}

/// The records in the order of their ids, null where there is none.
fn retrieve(shared: &Shared, asker: &Asker, object: &str, body: &Body) -> Result<Response, ApiError> {
    let state = shared.state();
    let at = state.place(object)?;
    let entity = &state.org.stores[at].entity;
    for (name, list) in [("ids", &body.ids), ("fields", &body.fields)] {
        if list.is_empty() {
            return Err(ApiError::new(Code::JsonParserError, format!("The {name} parameter is required and must not be empty")));
        }
    }
    if body.ids.len() > IDS_MAX {
        return Err(Code::ExceededIdLimit.into());
    }
    if let Some(wrong) = body.ids.iter().find(|id| !Id::is_one(id)) {
        return Err(ApiError::new(Code::MalformedId, format!("malformed id {wrong}")));
    }
    let fields = fields(entity, body.fields.iter().map(String::as_str))?;
    let style = Style { version: &asker.version, zone_minutes: state.quirks.zone_minutes };
    let scope = state.scope(false);
    let record = |id: &String| {
        let id = Id::parse(id).filter(|id| id.prefix == entity.prefix)?;
        let view = scope.view(at, id.number)?;
        Some(Whole { view, style, fields: &fields })
    };
    Ok(json(StatusCode::OK, &body.ids.iter().map(record).collect::<Vec<_>>()))
}
