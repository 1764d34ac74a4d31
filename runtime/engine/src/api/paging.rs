//! Lists in pages, in the shape of the contract: `{results, pagination: {done, nextPageToken}}`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Rows of a page, unless asked for otherwise (contract: 200).
const PAGE_DEFAULT: u32 = 200;

/// Which page. A query that has more to ask takes these two members in by hand: serde cannot flatten a query.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct PageQuery {
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1000, default = 200)]
    pub(super) page_size: Option<u32>,
    /// Where the page begins: `pagination.nextPageToken` of the page before.
    pub(super) page_token: Option<String>,
}

/// How many rows were asked for; the document holds it to 1,000.
pub(super) fn size(page_size: Option<u32>) -> u32 {
    page_size.unwrap_or(PAGE_DEFAULT)
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Paged<T> {
    /// The rows.
    results: Vec<T>,
    /// Whether there are more.
    pagination: Pagination,
}

/// Whether a list goes on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    /// This is the last page.
    done: bool,
    /// Where the next page begins; not there behind the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_page_token: Option<String>,
}

/// One page.
pub(super) fn paged<T>(results: Vec<T>, next_page_token: Option<String>) -> Paged<T> {
    Paged { results, pagination: Pagination { done: next_page_token.is_none(), next_page_token } }
}
