//! Associations: version 4 of the API, and the short form that lists carry along.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::respond::{json, parse};
use crate::hubspot::{
    Shared,
    error::ApiError,
    links::{self, Links},
    record::instant,
    schema::ObjectType,
};

/// Most records of one request of version 4.
const INPUTS_MAX: usize = 1_000;
/// Most associations of one record in one answer of version 4.
const PAGE_RESULTS_MAX: usize = 500;
/// Most associations of one record that a list carries along; the rest is behind a link.
const INLINE_RESULTS_MAX: usize = 100;

#[derive(Debug, Deserialize)]
struct Inputs {
    inputs: Vec<Input>,
}

#[derive(Debug, Deserialize)]
struct Input {
    id: String,
    #[serde(default)]
    after: Option<String>,
}

fn number(text: &str) -> Result<u64, ApiError> {
    text.parse().map_err(|_| ApiError::unknown_id(text))
}

/// `POST /crm/v4/associations/{from}/{to}/batch/read`.
pub(super) async fn batch_read(
    State(shared): State<Arc<Shared>>,
    Path((from, to)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let body: Inputs = parse(&body)?;
    if body.inputs.len() > INPUTS_MAX {
        return Err(ApiError::invalid(format!("Invalid input: a batch has at most {INPUTS_MAX} inputs")));
    }
    let mut state = shared.state();
    let (from, to) = (state.store(&from)?.object.name.clone(), state.store(&to)?.object.name.clone());
    let (mut results, mut missing) = (Vec::new(), Vec::new());
    for input in body.inputs {
        let page = page(&state.links, &from, &to, number(&input.id)?, input.after.as_deref())?;
        if page.to.is_empty() {
            missing.push(input.id);
            continue;
        }
        let mut result = json!({"from": {"id": input.id}, "to": page.to});
        if let Some(after) = page.after {
            result["paging"] = json!({"next": {"after": after}});
        }
        results.push(result);
    }
    let at = instant(state.now_ms());
    let mut answer = json!({"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at});
    let status = if missing.is_empty() { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    if !missing.is_empty() {
        let failure = |id: &String| {
            let message = format!("No {to} is associated with {from} {id}.");
            json!({"status": "error", "category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                "message": message, "context": {"fromObjectId": [id]}})
        };
        answer["numErrors"] = missing.len().into();
        answer["errors"] = missing.iter().map(failure).collect();
    }
    Ok(json(status, &answer))
}

struct Page {
    to: Vec<Value>,
    after: Option<String>,
}

/// The associations of one record behind `after`, an id.
fn page(links: &Links, from: &str, to: &str, id: u64, after: Option<&str>) -> Result<Page, ApiError> {
    let after = after.map(number).transpose()?.unwrap_or_default();
    let mut rest = links.of(&(from.to_owned(), id), to).filter(|(id, _)| *id > after).peekable();
    let mut page = Page { to: Vec::new(), after: None };
    while let Some((id, label)) = rest.next() {
        page.to.push(json!({"toObjectId": id, "associationTypes": links::types(from, to, label)}));
        if page.to.len() == PAGE_RESULTS_MAX && rest.peek().is_some() {
            page.after = Some(id.to_string());
            break;
        }
    }
    Ok(page)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    after: Option<String>,
}

/// `GET /crm/v4/objects/{from}/{id}/associations/{to}`.
pub(super) async fn of_record(
    State(shared): State<Arc<Shared>>,
    Path((from, id, to)): Path<(String, String, String)>,
    Query(After { after }): Query<After>,
) -> Result<Response, ApiError> {
    let mut state = shared.state();
    let (from, id) = state.end(&from, number(&id)?)?;
    let to = state.store(&to)?.object.name.clone();
    let page = page(&state.links, &from, &to, id, after.as_deref())?;
    let mut answer = json!({"results": page.to});
    if let Some(after) = page.after {
        answer["paging"] = json!({"next": {"after": after}});
    }
    Ok(json(StatusCode::OK, &answer))
}

/// `PUT /crm/v4/objects/{from}/{id}/associations/default/{to}/{to_id}`.
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Path((from, id, to, to_id)): Path<(String, String, String, String)>,
) -> Result<Response, ApiError> {
    let mut state = shared.state();
    let (id, to_id) = (number(&id)?, number(&to_id)?);
    state.associate((&from, id), (&to, to_id), None, false)?;
    let at = instant(state.now_ms());
    let (from, to) = (state.store(&from)?.object.name.clone(), state.store(&to)?.object.name.clone());
    let side = |from: &str, id: u64, to: &str, to_id: u64| {
        json!({"from": {"id": id.to_string()}, "to": {"id": to_id.to_string()},
            "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": links::type_id(from, to)}})
    };
    let results = [side(&from, id, &to, to_id), side(&to, to_id, &from, id)];
    Ok(json(StatusCode::OK, &json!({"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at})))
}

/// `DELETE /crm/v4/objects/{from}/{id}/associations/{to}/{to_id}`.
pub(super) async fn archive(
    State(shared): State<Arc<Shared>>,
    Path((from, id, to, to_id)): Path<(String, String, String, String)>,
) -> Result<Response, ApiError> {
    shared.state().associate((&from, number(&id)?), (&to, number(&to_id)?), None, true)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What a list carries along of one record: by the name that was asked for, ids and kinds; kinds without any association are left out.
pub(super) fn inline(links: &Links, object: &ObjectType, id: u64, asked: &[(String, ObjectType)]) -> Option<Value> {
    let mut all = Map::new();
    for (name, to) in asked {
        let kind = format!("{}_to_{}", object.singular(), to.singular());
        let mut ends = links.of(&(object.name.clone(), id), &to.name).peekable();
        let mut results = Vec::new();
        while results.len() < INLINE_RESULTS_MAX
            && let Some((id, label)) = ends.next()
        {
            // HubSpot names the same record once for each kind of association.
            results.push(json!({"id": id.to_string(), "type": kind}));
            results.extend(label.map(|label| json!({"id": id.to_string(), "type": format!("{kind}_{label}")})));
        }
        if results.is_empty() {
            continue;
        }
        let mut list = json!({"results": results});
        if let Some((next, _)) = ends.peek() {
            let path = format!("/crm/v3/objects/{}/{id}/associations/{}?after={next}", object.name, to.name);
            list["paging"] = json!({"next": {"after": next.to_string(), "link": path}});
        }
        all.insert(name.clone(), list);
    }
    (!all.is_empty()).then_some(Value::Object(all))
}
