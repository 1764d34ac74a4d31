//! What Salesforce is asked.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use serde::Serialize;

use super::{
    info::API_PATH,
    position::Position,
    soql::{self, Query},
};
use crate::{cursor::Run, plan::ReadPlan, provider::percent::escape};

/// A longer address goes into a body instead. Salesforce takes 16,384 bytes of address and headers; what stands before it may take
/// half as many.
const URL_BYTES_MAX: usize = 6_000;

/// Longest object name in a path; a longer one is cut, and Salesforce answers that there is none of that name.
const OBJECT_NAME_BYTES_MAX: usize = 300;

/// How records are asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    /// The first page of a query.
    Query(Query),
    /// A further page of one.
    More { seen: u64, last_id: &'a str, path: &'a str },
}

impl<'a> Asked<'a> {
    /// What the run asks for next, or why it cannot.
    pub(super) fn of(plan: &ReadPlan, run: &'a Run) -> Result<Self, String> {
        let last_id = match run.position.as_deref().and_then(Position::parse) {
            Some(Position::More { seen, last_id, path }) => return Ok(Self::More { seen, last_id, path }),
            Some(Position::Behind(last_id)) => Some(last_id),
            None => None,
        };
        soql::of_run(plan, run, last_id).map(Self::Query)
    }

    /// Whether the answer comes within another.
    pub(super) fn is_wrapped(&self) -> bool {
        matches!(self, Self::Query(query) if url(query).len() > URL_BYTES_MAX)
    }
}

/// The request; where a plan cannot be asked, one that asks for nothing (the reason is told in place of its answer).
pub(super) fn page(plan: &ReadPlan, run: &Run) -> Request<Bytes> {
    match Asked::of(plan, run) {
        Ok(Asked::More { path, .. }) => get(path),
        Ok(Asked::Query(query)) => ask(&query),
        Err(_) => get(API_PATH),
    }
}

/// A query in the address or, where it is too long for that, in the body of a composite request of that one query.
pub(super) fn ask(query: &Query) -> Request<Bytes> {
    let url = url(query);
    if url.len() <= URL_BYTES_MAX {
        return get(&url);
    }
    let part = Part { method: "GET", url, reference_id: "page" };
    let body = serde_json::to_vec(&Composite { all_or_none: true, composite_request: [part] });
    let mut request = to(&format!("{API_PATH}/composite"), body.expect("strings have a JSON form").into());
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

/// Whose children a request is for; it travels with the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Children {
    pub(super) record_id: String,
    pub(super) association: String,
}

/// The request for a further page of a record's children.
pub(super) fn children(path: &str, of: Children) -> Request<Bytes> {
    let mut request = get(path);
    request.extensions_mut().insert(of);
    request
}

pub(super) fn describe(object_name: &str) -> Request<Bytes> {
    let mut escaped = String::new();
    escape(object_name, &mut escaped);
    escaped.truncate(OBJECT_NAME_BYTES_MAX);
    get(&format!("{API_PATH}/sobjects/{escaped}/describe"))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Composite {
    all_or_none: bool,
    composite_request: [Part; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    method: &'static str,
    url: String,
    reference_id: &'static str,
}

fn url(query: &Query) -> String {
    let resource = if query.with_deleted { "queryAll" } else { "query" };
    let mut url = format!("{API_PATH}/{resource}?q=");
    for (place, word) in query.text.split(' ').enumerate() {
        if place > 0 {
            url.push('+');
        }
        for (place, part) in word.split(',').enumerate() {
            if place > 0 {
                url.push(',');
            }
            escape(part, &mut url);
        }
    }
    url
}

fn get(url: &str) -> Request<Bytes> {
    to(url, Bytes::new())
}

fn to(url: &str, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.uri_mut() = url.parse().expect("escaped or checked, and far shorter than a URI may be");
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    request
}
