//! One object type: list, search, and single records.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use serde::Deserialize;

use super::{
    associations,
    respond::{Page, Paging, Write, answered, json, parse, selected},
};
use crate::hubspot::{Shared, error::ApiError, record::Answered, schema::ObjectType, search, state, store::Store};

const PAGE_RESULTS_MAX: u64 = 100;
const PAGE_RESULTS_DEFAULT: u64 = 10;

type Pairs = Query<Vec<(String, String)>>;

/// What the query string of a read may say.
struct Selection {
    limit: u64,
    after: u64,
    is_archived: bool,
    properties: Vec<String>,
    associations: Vec<String>,
}

impl Selection {
    fn of(pairs: &[(String, String)]) -> Result<Self, ApiError> {
        let last = |name: &str| pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let all = |name: &'static str| {
            let values = pairs.iter().filter(move |(key, _)| key == name).flat_map(|(_, value)| value.split(','));
            values.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
        };
        let limit = match last("limit") {
            None => PAGE_RESULTS_DEFAULT,
            Some(text) => text.parse().map_err(|_| cannot_read("limit", text))?,
        };
        if limit > PAGE_RESULTS_MAX {
            return Err(ApiError::invalid(format!("Invalid input: limit must be at most {PAGE_RESULTS_MAX}")));
        }
        Ok(Self {
            limit,
            after: last("after").filter(|text| !text.is_empty()).map(id_of_cursor).transpose()?.unwrap_or_default(),
            is_archived: last("archived") == Some("true"),
            properties: all("properties"),
            associations: all("associations"),
        })
    }
}

fn cannot_read(name: &str, text: &str) -> ApiError {
    ApiError::invalid(format!("Invalid input: Cannot deserialize value of type for parameter \"{name}\" from \"{text}\""))
}

/// List cursors are opaque, and not the offsets that search uses: mixing them up must fail.
fn cursor(id: u64) -> String {
    STANDARD.encode(format!("{id}\n"))
}

fn id_of_cursor(text: &str) -> Result<u64, ApiError> {
    let id = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()?.strip_suffix('\n')?.parse().ok());
    id.ok_or_else(|| cannot_read("after", text))
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path(object): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let selection = Selection::of(&pairs)?;
    let mut state = shared.state();
    let linked = linked(&mut state, &selection.associations)?;
    let (store, links) = state.with_links(&object)?;
    let limit = usize::try_from(selection.limit).unwrap_or(usize::MAX);
    // One more than asked for tells whether another page follows.
    let mut views = store.page(selection.after, limit + 1, selection.is_archived);
    let has_more = views.len() > limit;
    views.truncate(limit);
    let paging = views.last().filter(|_| has_more).map(|last| {
        let after = cursor(last.id);
        let link = link(&object, &pairs, &after, &headers);
        Paging::next(after, Some(link))
    });
    let properties = selected(&store.object, Some(&selection.properties));
    let mut results = answered(views, &properties);
    for result in results.iter_mut().filter(|_| !linked.is_empty()) {
        result.associations = associations::inline(links, &store.object, result.view.id, &linked);
    }
    Ok(json(StatusCode::OK, &Page { total: None, results, paging }))
}

/// The types of the associations that were asked for, by the names that were used.
fn linked(state: &mut state::State, asked: &[String]) -> Result<Vec<(String, ObjectType)>, ApiError> {
    asked.iter().map(|name| Ok((name.clone(), state.store(name)?.object.clone()))).collect()
}

/// The whole URL of the next page, with everything that was asked for.
fn link(object: &str, pairs: &[(String, String)], after: &str, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("127.0.0.1");
    let kept = pairs.iter().filter(|(key, _)| key != "after").map(|(key, value)| (key.as_str(), value.as_str()));
    let all = kept.chain([("after", after)]).map(|(key, value)| format!("{}={}", escaped(key), escaped(value)));
    format!("http://{host}/crm/v3/objects/{object}?{}", all.collect::<Vec<_>>().join("&"))
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(escape).collect()
}

pub(super) async fn search(
    State(shared): State<Arc<Shared>>,
    Path(object): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let mut state = shared.state();
    let (now_ms, results_max) = (state.now_ms(), state.options.search_results_max);
    let store = state.store(&object)?;
    let query = search::parse(&store.object, &body, results_max)?;
    let properties = selected(&store.object, query.properties.as_deref());
    let found = search::run(store, query, now_ms);
    let paging = found.next.map(|after| Paging::next(after.to_string(), None));
    Ok(json(StatusCode::OK, &Page { total: Some(found.total), results: answered(found.page, &properties), paging }))
}

/// The id in a path; not there, and not a number, are the same to HubSpot.
fn id_of(text: &str) -> Result<u64, ApiError> {
    text.parse().map_err(|_| ApiError::unknown_id(text))
}

/// The answer to a read or write of one record.
fn single(store: &Store, id: u64, status: StatusCode, asked: Option<&[String]>) -> Result<Response, ApiError> {
    let view = store.get(id).ok_or_else(|| ApiError::unknown_id(&id.to_string()))?;
    Ok(json(status, &Answered { view, properties: &selected(&store.object, asked), associations: None }))
}

/// After a write HubSpot shows what was written, too.
fn written(store: &Store, id: u64, status: StatusCode, names: Vec<String>) -> Result<Response, ApiError> {
    let defaults = store.object.defaults.iter().map(|name| (*name).to_owned());
    single(store, id, status, Some(&names.into_iter().chain(defaults).collect::<Vec<_>>()))
}

pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    Path((object, id)): Path<(String, String)>,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let selection = Selection::of(&pairs)?;
    let mut state = shared.state();
    let number = id_of(&id)?;
    let linked = linked(&mut state, &selection.associations)?;
    let (store, links) = state.with_links(&object)?;
    let is_there = store.get(number).is_some_and(|view| view.record.is_archived() == selection.is_archived);
    let is_there = is_there && !store.is_merged(number);
    if !is_there {
        return Err(ApiError::unknown_id(&id));
    }
    let view = store.get(number).ok_or_else(|| ApiError::unknown_id(&id))?;
    let associations = associations::inline(links, &store.object, number, &linked);
    let properties = &selected(&store.object, Some(&selection.properties));
    Ok(json(StatusCode::OK, &Answered { view, properties, associations }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Merge {
    primary_object_id: String,
    object_id_to_merge: String,
}

/// `POST …/merge`: the second record goes into the first.
pub(super) async fn merge(
    State(shared): State<Arc<Shared>>,
    Path(object): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let merge: Merge = parse(&body)?;
    let (primary, merged) = (id_of(&merge.primary_object_id)?, id_of(&merge.object_id_to_merge)?);
    let mut state = shared.state();
    state.merge(&object, primary, merged)?;
    single(state.store(&object)?, primary, StatusCode::OK, None)
}

pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Path(object): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let write: Write = parse(&body)?;
    let state = &mut *shared.state();
    let (now_ms, lag_ms) = stamp(state);
    let store = state.store(&object)?;
    let values = write.values(&store.object)?;
    let names = values.keys().cloned().collect();
    let id = store.create(values, false, now_ms, lag_ms);
    written(store, id, StatusCode::CREATED, names)
}

pub(super) async fn update(
    State(shared): State<Arc<Shared>>,
    Path((object, id)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let write: Write = parse(&body)?;
    let state = &mut *shared.state();
    let (now_ms, lag_ms) = stamp(state);
    let (store, number) = (state.store(&object)?, id_of(&id)?);
    let values = write.values(&store.object)?;
    let names = values.keys().cloned().collect();
    if !store.change(number, values, now_ms, lag_ms) {
        return Err(ApiError::unknown_id(&id));
    }
    written(store, number, StatusCode::OK, names)
}

pub(super) async fn archive(
    State(shared): State<Arc<Shared>>,
    Path((object, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let state = &mut *shared.state();
    let (now_ms, lag_ms) = stamp(state);
    let (store, number) = (state.store(&object)?, id_of(&id)?);
    // Archiving twice is no error at HubSpot.
    if store.get(number).is_none() {
        return Err(ApiError::unknown_id(&id));
    }
    store.archive(number, now_ms, lag_ms);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// When a write happens, and how far search runs behind it.
pub(super) fn stamp(state: &state::State) -> (i64, i64) {
    (state.now_ms(), state.index_lag_ms)
}
