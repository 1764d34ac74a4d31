//! The hosted store's own paths: `/projects/{project}/{endpoint}/groups/{group}` and `…/items/{item}`, each with an entity tag.

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Shared, paging,
    problem::{Problem, bad_request, not_found},
    status::check_project,
    validator::EntityTag,
};
use crate::store::{Item, ItemPage, StoreError};

/// Which page.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PageQuery {
    page_size: Option<u32>,
    page_token: Option<String>,
}

/// One item, as clients see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemBody {
    id: String,
    update_time: Timestamp,
    data: Box<RawValue>,
}

impl TryFrom<Item> for ItemBody {
    type Error = Problem;

    fn try_from(item: Item) -> Result<Self, Problem> {
        let broken = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the stored item {} cannot be read", item.id));
        let update_time = Timestamp::from_millisecond(item.modified_at_ms as i64).unwrap_or(Timestamp::UNIX_EPOCH);
        let text = String::from_utf8(item.data.to_vec()).map_err(|_| broken(()))?;
        let data = RawValue::from_string(text).map_err(|_| broken(()))?;
        Ok(Self { id: item.id, update_time, data })
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the hosted store could not answer the API");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the hosted store could not answer; the runtime's log says why")
    }
}

/// `GET /projects/{project}/{endpoint}/groups/{group}`: items by id, a page at a time.
pub(super) async fn list(
    State(api): Shared,
    Path((project, endpoint, group)): Path<(String, String, String)>,
    query: Result<Query<PageQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let Query(query) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let limit = paging::size(query.page_size)?;
    let page = api.store.list(&endpoint, &group, limit, query.page_token.as_deref()).await?;
    Ok(page_tag(&page).answer(&headers, || {
        let items: Result<Vec<ItemBody>, Problem> = page.items.into_iter().map(ItemBody::try_from).collect();
        items.map(|items| Json(paging::paged(items, page.next)))
    }))
}

/// A page is the same as long as it holds the same items in the same states, and goes on or not as before.
fn page_tag(page: &ItemPage) -> EntityTag {
    let items = page.items.iter().flat_map(|item| [item.id.as_str(), item.version.as_str()]);
    EntityTag::of(items.chain(page.next.as_deref()))
}

/// `GET /projects/{project}/{endpoint}/groups/{group}/items/{item}`
pub(super) async fn item(
    State(api): Shared,
    Path((project, endpoint, group, item)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let found = api.store.get(&endpoint, &group, &item).await?;
    let found = found.ok_or_else(|| not_found(format!("there is no item {item:?} in this group")))?;
    Ok(EntityTag::new(&found.version).answer(&headers, || ItemBody::try_from(found).map(Json)))
}
