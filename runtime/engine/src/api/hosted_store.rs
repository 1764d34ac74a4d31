//! The hosted store's own paths: `/projects/{project}/{endpoint}/groups/{group}` and `…/items/{item}`, each with an entity tag.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    Shared,
    document::Routes,
    extract::{Path, Query},
    paging::{self, PageQuery, Paged},
    problem::{Problem, not_found},
    status::check_project,
    validator::{EntityTag, IfNoneMatch},
};
use crate::store::{Item, ItemPage, StoreError};

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(list)).add(routes!(item))
}

/// One item, as clients see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Item)]
struct ItemBody {
    /// The provider's primary key.
    id: String,
    /// When the provider last changed it.
    update_time: Timestamp,
    /// The record.
    #[schema(value_type = Value)]
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

/// Lists a group's items by id.
#[utoipa::path(
    get, path = "/projects/{projectIdOrName}/{endpoint}/groups/{groupRef}", operation_id = "listItems", tag = "hosted store",
    params(PageQuery, IfNoneMatch),
    responses((status = 200, body = Paged<ItemBody>), (status = 304, description = "The client has it already."))
)]
async fn list(
    State(api): Shared,
    Path((project, endpoint, group)): Path<(String, String, String)>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let limit = paging::size(query.page_size);
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

/// Shows an item.
#[utoipa::path(
    get, path = "/projects/{projectIdOrName}/{endpoint}/groups/{groupRef}/items/{itemId}", operation_id = "getItem",
    tag = "hosted store", params(IfNoneMatch),
    responses((status = 200, body = ItemBody), (status = 304, description = "The client has it already."))
)]
async fn item(
    State(api): Shared,
    Path((project, endpoint, group, item)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let found = api.store.get(&endpoint, &group, &item).await?;
    let found = found.ok_or_else(|| not_found(format!("there is no item {item:?} in this group")))?;
    Ok(EntityTag::new(&found.version).answer(&headers, || ItemBody::try_from(found).map(Json)))
}
