//! What HubSpot is asked.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use serde::{Deserialize, Serialize};

use super::{
    associations,
    object::{Interface, escaped_object},
    position::{Listing, Position},
    search,
    selection::Selection,
};
use crate::{
    cursor::{ReadType, Run},
    plan::ReadPlan,
    provider::percent::escape,
};

/// The most that HubSpot gives at once.
const LIST_RECORDS_MAX: usize = 100;
const OWNERS_MAX: usize = 500;

/// How the next page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page<'a> {
    /// `GET …/{object}`, with the `after` of the page before.
    List(Listing<'a>),
    /// `POST …/search` for greater ids than the last.
    Search { last_id: Option<&'a str> },
    /// `GET …/{object}?archived=true`.
    Archived(Listing<'a>),
}

impl<'a> Page<'a> {
    pub(super) fn of(plan: &ReadPlan, run: &'a Run) -> Self {
        match run.position.as_deref().and_then(Position::parse) {
            Some(Position::Id(last_id)) => return Self::Search { last_id: Some(last_id) },
            Some(Position::Archived(listing)) => return Self::Archived(listing),
            Some(Position::List(listing)) if !is_searched(plan, run) => return Self::List(listing),
            _ => {}
        }
        if is_searched(plan, run) { Self::Search { last_id: None } } else { Self::List(Listing::default()) }
    }
}

/// Whatever is bounded or filtered is searched; what cannot be searched is listed and sorted out here.
fn is_searched(plan: &ReadPlan, run: &Run) -> bool {
    let is_bounded = run.since.is_some() || run.until.is_some() || plan.filters_of(run.read_type).next().is_some();
    is_bounded && Interface::of(&plan.key.object_name) == Interface::Objects
}

/// Whether the run tells of records that are gone, and ends with those that were archived since. A first read has nothing to delete,
/// and one without a beginning would delete what was never there.
pub(super) fn tells_of_deletes(plan: &ReadPlan, run: &Run) -> bool {
    plan.deletes && run.read_type != ReadType::Backfill && run.since.is_some()
}

pub(super) fn page(plan: &ReadPlan, run: &Run) -> Request<Bytes> {
    match Page::of(plan, run) {
        Page::List(listing) => get(&list_url(plan, run, listing.after, false)),
        Page::Archived(listing) => get(&list_url(plan, run, listing.after, true)),
        Page::Search { last_id } => search::page(plan, run, last_id),
    }
}

/// A search tells its total with the first page; a list never does.
pub(super) fn count(plan: &ReadPlan, run: &Run) -> Option<Request<Bytes>> {
    let is_object = Interface::of(&plan.key.object_name) == Interface::Objects;
    let is_first = matches!(Page::of(plan, run), Page::List(Listing { after: None, .. }));
    (is_object && is_first).then(|| search::count(plan))
}

/// The account that the credentials are for; any that HubSpot accepts may ask.
pub(super) fn account() -> Request<Bytes> {
    get("/account-info/v3/details")
}

pub(super) fn properties_of(object_name: &str) -> Request<Bytes> {
    get(&format!("/crm/v3/properties/{}", escaped_object(object_name)))
}

#[derive(Serialize)]
struct Batch<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Vec<String>>,
    inputs: Vec<Input<'a>>,
}

/// One record of a batch.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input<'a> {
    /// Its id.
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    /// Where the rest of its associations begins.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<Cow<'a, str>>,
}

impl<'a> Input<'a> {
    pub(super) fn new(id: &'a str, after: Option<&'a str>) -> Self {
        Self { id: Cow::Borrowed(id), after: after.map(Cow::Borrowed) }
    }
}

/// Records by their ids, with every property; an address has no limit for what stands in a body.
pub(super) fn batch_read<'a>(plan: &ReadPlan, ids: impl IntoIterator<Item = &'a str>) -> Request<Bytes> {
    let inputs = ids.into_iter().map(|id| Input::new(id, None)).collect();
    let batch = Batch { properties: Some(Selection::of(plan).into_names()), inputs };
    post(&format!("/crm/v3/objects/{}/batch/read", escaped_object(&plan.key.object_name)), &batch)
}

/// The associations of records with those of another object.
pub(super) fn associations<'a>(plan: &ReadPlan, to: &str, inputs: impl IntoIterator<Item = Input<'a>>) -> Request<Bytes> {
    let batch = Batch { properties: None, inputs: inputs.into_iter().collect() };
    post(&associations_path(plan, to), &batch)
}

fn associations_path(plan: &ReadPlan, to: &str) -> String {
    format!("/crm/v4/associations/{}/{}/batch/read", escaped_object(&plan.key.object_name), escaped_object(to))
}

/// Which association a request of [`associations`] asks for, and of which records; nothing where it is another.
pub(super) fn asked_associations<'a>(plan: &'a ReadPlan, request: &'a Request<Bytes>) -> Option<(&'a str, Vec<Input<'a>>)> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        inputs: Vec<Input<'a>>,
    }
    let to = plan.associations.iter().find(|to| request.uri().path() == associations_path(plan, to))?;
    let Body { inputs } = serde_json::from_slice(request.body()).ok()?;
    Some((to, inputs))
}

/// The objects that the account made.
pub(super) fn schemas() -> Request<Bytes> {
    get("/crm/v3/schemas")
}

fn list_url(plan: &ReadPlan, run: &Run, after: Option<&str>, archived: bool) -> String {
    let mut url = match Interface::of(&plan.key.object_name) {
        Interface::Owners => format!("/crm/v3/owners?limit={OWNERS_MAX}"),
        _ => format!("/crm/v3/objects/{}?limit={LIST_RECORDS_MAX}", escaped_object(&plan.key.object_name)),
    };
    if archived {
        url.push_str("&archived=true");
    }
    if Interface::of(&plan.key.object_name) == Interface::Objects {
        push_list("properties", &Selection::carried(plan, run.read_type), &mut url);
        // An archived record has none any more.
        let associations = if archived || !associations::are_carried(plan) { &[][..] } else { &plan.associations };
        push_list("associations", associations, &mut url);
    }
    if let Some(after) = after {
        url.push_str("&after=");
        escape(after, &mut url);
    }
    url
}

fn push_list(name: &str, values: &[String], url: &mut String) {
    for (place, value) in values.iter().enumerate() {
        match place {
            0 => url.extend(["&", name, "="]),
            _ => url.push(','),
        }
        escape(value, url);
    }
}

pub(super) fn post(url: &str, body: &impl Serialize) -> Request<Bytes> {
    let body = serde_json::to_vec(body).expect("strings and numbers have a JSON form");
    let mut request = to(url, body.into());
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

fn get(url: &str) -> Request<Bytes> {
    to(url, Bytes::new())
}

fn to(url: &str, body: Bytes) -> Request<Bytes> {
    let mut request = Request::new(body);
    *request.uri_mut() = url.parse().expect("escaped, and far shorter than a URI may be");
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    request
}
