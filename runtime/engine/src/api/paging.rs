//! Lists in pages, in the shape of the contract: `{results, pagination: {done, nextPageToken}}`.

use serde::Serialize;
use serde_json::{Value, json};

use super::problem::{Problem, bad_request};

/// Rows of a page, unless asked for otherwise (contract: 200).
const PAGE_DEFAULT: u32 = 200;
/// Most rows of a page (contract: 1,000).
const PAGE_MAX: u32 = 1_000;

/// How many rows were asked for.
pub(super) fn size(page_size: Option<u32>) -> Result<u32, Problem> {
    let size = page_size.unwrap_or(PAGE_DEFAULT);
    if (1..=PAGE_MAX).contains(&size) {
        Ok(size)
    } else {
        Err(bad_request(format!("pageSize is between 1 and {PAGE_MAX}, not {size}")))
    }
}

/// One page.
pub(super) fn paged<T: Serialize>(results: Vec<T>, next_page_token: Option<String>) -> Value {
    let mut pagination = json!({ "done": next_page_token.is_none() });
    if let Some(token) = next_page_token {
        pagination["nextPageToken"] = token.into();
    }
    json!({ "results": results, "pagination": pagination })
}
