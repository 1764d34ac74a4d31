//! The hosted store's own paths: `/projects/{project}/{endpoint}/groups/{group}` and `…/items/{item}`.

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::{
    Shared, paging,
    problem::{Problem, bad_request, not_found},
    status::check_project,
};
use crate::store::{Item, StoreError};

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
) -> Result<Json<Value>, Problem> {
    check_project(&api, &project)?;
    let Query(query) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let limit = paging::size(query.page_size)?;
    let page = api.store.list(&endpoint, &group, limit, query.page_token.as_deref()).await?;
    let items: Vec<ItemBody> = page.items.into_iter().map(ItemBody::try_from).collect::<Result<_, _>>()?;
    Ok(Json(paging::paged(items, page.next)))
}

/// `GET /projects/{project}/{endpoint}/groups/{group}/items/{item}`
pub(super) async fn item(
    State(api): Shared,
    Path((project, endpoint, group, item)): Path<(String, String, String, String)>,
) -> Result<Json<ItemBody>, Problem> {
    check_project(&api, &project)?;
    let found = api.store.get(&endpoint, &group, &item).await?;
    found.ok_or_else(|| not_found(format!("there is no item {item:?} in this group")))?.try_into().map(Json)
}
