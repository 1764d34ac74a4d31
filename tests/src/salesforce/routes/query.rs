//! Queries, page by page.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Serialize;

use super::{
    Asker,
    respond::{json, parameter},
};
use crate::salesforce::{
    ApiError, Code, Id, Shared, State as Emulated,
    cursor::{Cursor, Read},
    soql::{self, Found, Records, Style},
};

type App = State<Arc<Shared>>;
type Pairs = Query<Vec<(String, String)>>;

/// What a client may ask for as the size of a page.
const PAGE_RECORDS: std::ops::RangeInclusive<usize> = 200..=2_000;
const PAGE_RECORDS_DEFAULT: usize = 2_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<T: Serialize> {
    total_size: usize,
    done: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_records_url: Option<String>,
    records: T,
}

pub(super) async fn query(app: App, asker: Asker, pairs: Pairs, headers: HeaderMap) -> Result<Response, ApiError> {
    first(&app.0, &asker, &pairs.0, &headers, false)
}

pub(super) async fn query_all(app: App, asker: Asker, pairs: Pairs, headers: HeaderMap) -> Result<Response, ApiError> {
    first(&app.0, &asker, &pairs.0, &headers, true)
}

pub(super) fn first(
    shared: &Shared,
    asker: &Asker,
    pairs: &[(String, String)],
    headers: &HeaderMap,
    with_bin: bool,
) -> Result<Response, ApiError> {
    let state = &mut *shared.state();
    let now_ms = state.now_ms();
    state.org.stores.iter_mut().for_each(|store| store.catch_up(now_ms));
    let scope = state.scope(with_bin);
    let plan = Arc::new(soql::plan(parameter(pairs, "q").unwrap_or_default(), scope)?);
    let response = match soql::found(scope, &plan, state.quirks.zone_minutes) {
        Found::Count(total_size) => json(StatusCode::OK, &whole::<[(); 0]>(total_size, [])),
        Found::Groups(groups) => json(StatusCode::OK, &whole(groups.len(), groups)),
        Found::Records(numbers) => {
            let page_records = page_records(headers).min(state.options.page_records_max).max(1);
            let cursors_max = state.options.cursors_max;
            let read = Read { with_bin, page_records, token: &asker.token, now_ms, cursors_max };
            let numbers: Arc<[u32]> = numbers.into();
            let has_more = numbers.len() > page_records || state.quirks.endless_pages;
            if has_more {
                let id = state.cursors.open(plan, numbers, &read);
                let (_, cursor, from) = state.cursors.resume(&format!("{id}-0"), now_ms)?;
                page(state, asker, id, &cursor, from)
            } else {
                let style = Style { version: &asker.version, zone_minutes: state.quirks.zone_minutes };
                let records = Records { scope: state.scope(with_bin), style, plan: &plan, numbers: &numbers };
                json(StatusCode::OK, &whole(numbers.len(), records))
            }
        }
    };
    state.drift();
    Ok(response)
}

fn whole<T: Serialize>(total_size: usize, records: T) -> Answer<T> {
    Answer { total_size, done: true, next_records_url: None, records }
}

/// `Sforce-Query-Options: batchSize=500`; what is out of range is brought into it, as Salesforce does.
fn page_records(headers: &HeaderMap) -> usize {
    let options = headers.get("sforce-query-options").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let asked = options.split(',').filter_map(|option| option.trim().split_once('='));
    let size =
        asked.filter(|(name, _)| name.trim().eq_ignore_ascii_case("batchSize")).find_map(|(_, size)| size.trim().parse().ok());
    size.unwrap_or(PAGE_RECORDS_DEFAULT).clamp(*PAGE_RECORDS.start(), *PAGE_RECORDS.end())
}

pub(super) async fn more(
    State(shared): App,
    asker: Asker,
    Path((_, locator)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let state = &mut *shared.state();
    let now_ms = state.now_ms();
    state.org.stores.iter_mut().for_each(|store| store.catch_up(now_ms));
    let (id, cursor, from) = state.cursors.resume(&locator, now_ms)?;
    if state.quirks.bound_locators && cursor.token != asker.token {
        return Err(Code::InvalidSessionId.into());
    }
    let response = page(state, &asker, id, &cursor, from);
    state.drift();
    Ok(response)
}

/// The page that begins at a place.
fn page(state: &Emulated, asker: &Asker, id: Id, cursor: &Cursor, from: usize) -> Response {
    let total_size = cursor.numbers.len();
    let to = from.saturating_add(cursor.page_records).min(total_size);
    let quirks = &state.quirks;
    let style = Style { version: &asker.version, zone_minutes: quirks.zone_minutes };
    let numbers = cursor.numbers.get(from..to).unwrap_or_default();
    let records = Records { scope: state.scope(cursor.with_bin), style, plan: &cursor.plan, numbers };
    let done = to >= total_size && !quirks.endless_pages;
    let next = if quirks.repeated_locators && from > 0 { from } else { to };
    let next_records_url = (!done).then(|| format!("/services/data/{}/query/{id}-{next}", asker.version));
    json(StatusCode::OK, &Answer { total_size, done, next_records_url, records })
}
