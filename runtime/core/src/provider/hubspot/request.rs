//! What HubSpot is asked.

use std::{collections::BTreeSet, fmt::Write};

use bytes::Bytes;
use http::{Method, Request, header};
use jiff::Timestamp;
use serde::Serialize;

use super::position::Position;
use crate::{cursor::Run, plan::ReadPlan};

/// The most that HubSpot gives at once.
const LIST_RECORDS_MAX: usize = 100;
const SEARCH_RECORDS_MAX: usize = 200;

/// A longer request line is refused with 414 somewhere on the way (8 kB is a common limit; the base URL comes on top).
const LIST_URL_BYTES_MAX: usize = 6_000;

/// A longer object name is cut: HubSpot has none, and answers 404.
const OBJECT_NAME_BYTES_MAX: usize = 300;

/// Keys of every record beside its properties; HubSpot cannot be asked for them.
const ROOT_KEYS: [&str; 5] = ["id", "createdat", "updatedat", "archived", "archivedat"];

/// How the next page is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Page<'a> {
    /// `GET …/{object}`, with the `after` of the page before.
    List { url: String, after: Option<&'a str> },
    /// `POST …/search` for greater ids than the last.
    Search { last_id: Option<&'a str> },
}

impl<'a> Page<'a> {
    pub(super) fn of(plan: &ReadPlan, run: &'a Run) -> Self {
        let after = match run.position.as_deref().and_then(Position::parse) {
            Some(Position::Id(last_id)) => return Self::Search { last_id: Some(last_id) },
            Some(Position::List(after)) => Some(after),
            None => None,
        };
        if run.since.is_some() {
            return Self::Search { last_id: None };
        }
        // Judged without `after`: a run that began as a list must not turn into a search on its second page.
        if list_url(plan, None).len() > LIST_URL_BYTES_MAX {
            return Self::Search { last_id: None };
        }
        Self::List { url: list_url(plan, after), after }
    }
}

pub(super) fn page(plan: &ReadPlan, run: &Run) -> Request<Bytes> {
    match Page::of(plan, run) {
        Page::List { url, .. } => get(&url),
        Page::Search { last_id } => search(plan, run.since, last_id, SEARCH_RECORDS_MAX),
    }
}

/// A search tells its total with the first page; a list never does.
pub(super) fn count(plan: &ReadPlan, run: &Run) -> Option<Request<Bytes>> {
    let first_list = matches!(Page::of(plan, run), Page::List { after: None, .. });
    first_list.then(|| search(plan, None, None, 1))
}

/// The account that the credentials are for; any that HubSpot accepts may ask.
pub(super) fn account() -> Request<Bytes> {
    get("/account-info/v3/details")
}

pub(super) fn properties_of(object_name: &str) -> Request<Bytes> {
    get(&format!("/crm/v3/properties/{}", escaped_object(object_name)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Search<'a> {
    limit: usize,
    properties: BTreeSet<String>,
    filter_groups: [FilterGroup<'a>; 1],
    sorts: [Sort; 1],
}

#[derive(Serialize)]
struct FilterGroup<'a> {
    filters: Vec<Filter<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filter<'a> {
    property_name: &'a str,
    operator: &'a str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sort {
    property_name: &'static str,
    direction: &'static str,
}

fn search(plan: &ReadPlan, since: Option<Timestamp>, last_id: Option<&str>, limit: usize) -> Request<Bytes> {
    let mut filters = Vec::new();
    if let Some(since) = since {
        filters.push(Filter {
            property_name: modified_property(&plan.key.object_name),
            operator: "GTE",
            value: millisecond(since),
        });
    }
    if let Some(last_id) = last_id {
        filters.push(Filter { property_name: "hs_object_id", operator: "GT", value: last_id.to_owned() });
    }
    let sorts = [Sort { property_name: "hs_object_id", direction: "ASCENDING" }];
    let search = Search { limit, properties: properties(plan), filter_groups: [FilterGroup { filters }], sorts };
    let body = serde_json::to_vec(&search).expect("strings and numbers have a JSON form");
    let mut request = to(&format!("/crm/v3/objects/{}/search", escaped_object(&plan.key.object_name)), Bytes::from(body));
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    request
}

/// Contacts are older than the convention of `hs_` names.
fn modified_property(object: &str) -> &'static str {
    match object.to_ascii_lowercase().as_str() {
        "contact" | "contacts" => "lastmodifieddate",
        _ => "hs_lastmodifieddate",
    }
}

/// RFC 3339 in whole milliseconds, which is what HubSpot keeps; there was no HubSpot before 1970.
fn millisecond(time: Timestamp) -> String {
    let time = time.max(Timestamp::UNIX_EPOCH);
    format!("{:.3}", Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time))
}

fn list_url(plan: &ReadPlan, after: Option<&str>) -> String {
    let mut url = format!("/crm/v3/objects/{}?limit={LIST_RECORDS_MAX}", escaped_object(&plan.key.object_name));
    for (place, property) in properties(plan).iter().enumerate() {
        url.push_str(if place == 0 { "&properties=" } else { "," });
        escape(property, &mut url);
    }
    if let Some(after) = after {
        url.push_str("&after=");
        escape(after, &mut url);
    }
    url
}

/// The properties to ask for, lower-cased as HubSpot's are.
fn properties(plan: &ReadPlan) -> BTreeSet<String> {
    let names = plan.fields.sources().into_iter().map(str::to_lowercase);
    names.filter(|name| !ROOT_KEYS.contains(&name.as_str())).collect()
}

fn escaped_object(object_name: &str) -> String {
    let mut escaped = String::new();
    escape(object_name, &mut escaped);
    escaped.truncate(OBJECT_NAME_BYTES_MAX);
    escaped
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn escape(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => into.push(char::from(byte)),
            _ => write!(into, "%{byte:02X}").expect("a string takes all that is written to it"),
        }
    }
}

fn get(url: &str) -> Request<Bytes> {
    to(url, Bytes::new())
}

fn to(url: &str, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.uri_mut() = url.parse().expect("escaped, and far shorter than a URI may be");
    request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    request
}
