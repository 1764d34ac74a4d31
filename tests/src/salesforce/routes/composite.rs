//! Composite requests, as far as they hold queries: the way of a query that is too long for an address.

use std::sync::Arc;

use axum::{
    body::{Bytes, to_bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Asker, query,
    respond::{json, parse},
};
use crate::salesforce::{ApiError, Code, Shared};

/// Most parts that are queries.
const QUERIES_MAX: usize = 5;
const ANSWER_BYTES_MAX: usize = 256 << 20;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    #[serde(default, rename = "allOrNone")]
    _all_or_none: bool,
    composite_request: Vec<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Part {
    method: String,
    url: String,
    reference_id: String,
}

pub(super) async fn composite(State(shared): State<Arc<Shared>>, asker: Asker, body: Bytes) -> Result<Response, ApiError> {
    let body: Body = parse(&body)?;
    if body.composite_request.len() > QUERIES_MAX {
        let message = format!("A composite request has at most {QUERIES_MAX} queries");
        return Err(ApiError::new(Code::JsonParserError, message));
    }
    let mut parts = Vec::with_capacity(body.composite_request.len());
    for part in body.composite_request {
        let response = answer(&shared, &asker, &part).unwrap_or_else(IntoResponse::into_response);
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await.unwrap_or_default();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        parts.push(json!({"body": body, "httpHeaders": {}, "httpStatusCode": status, "referenceId": part.reference_id}));
    }
    Ok(json(StatusCode::OK, &json!({"compositeResponse": parts})))
}

fn answer(shared: &Shared, asker: &Asker, part: &Part) -> Result<Response, ApiError> {
    let url = Url::parse("http://127.0.0.1").and_then(|base| base.join(&part.url)).map_err(|_| Code::NotFound)?;
    let with_bin = match url.path().rsplit('/').next() {
        Some("query") => false,
        Some("queryAll") => true,
        _ => return Err(Code::NotFound.into()),
    };
    if part.method != "GET" {
        return Err(ApiError::new(Code::MethodNotAllowed, format!("HTTP Method '{}' not allowed. Allowed are GET", part.method)));
    }
    let pairs: Vec<_> = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    query::first(shared, asker, &pairs, &HeaderMap::new(), with_bin)
}
