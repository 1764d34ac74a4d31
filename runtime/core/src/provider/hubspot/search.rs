//! Searches: what changed within a time, what meets conditions, and how many there are.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{
    object::{escaped_object, modified_property, searched_property},
    request::post,
    selection::Selection,
};
use crate::{
    cursor::Run,
    plan::{FieldFilter, ReadPlan},
};

/// The most that HubSpot gives at once.
pub(super) const RECORDS_MAX: usize = 200;

/// Most conditions that hold together: HubSpot takes six in a group, and groups are alternatives. One is kept for the time and one for the
/// id; what is more is judged here, when the page is read.
const FILTERS_MAX: usize = 4;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Search<'a> {
    limit: usize,
    properties: Vec<String>,
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
    property_name: String,
    operator: &'a str,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    high_value: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sort {
    property_name: &'static str,
    direction: &'static str,
}

/// So many records of the run behind an id.
pub(super) fn page(plan: &ReadPlan, run: &Run, last_id: Option<&str>, limit: usize) -> Request<Bytes> {
    let mut filters: Vec<_> = changed_within(plan, run).into_iter().collect();
    filters.extend(plan.filters_of(run.read_type).take(FILTERS_MAX).map(|filter| equal(plan, filter)));
    if let Some(last_id) = last_id {
        filters.push(Filter {
            property_name: "hs_object_id".to_owned(),
            operator: "GT",
            value: last_id.to_owned(),
            high_value: None,
        });
    }
    search(plan, filters, Selection::carried(plan, run.read_type), limit)
}

/// One record of all: its answer tells how many there are.
pub(super) fn count(plan: &ReadPlan) -> Request<Bytes> {
    search(plan, Vec::new(), Vec::new(), 1)
}

fn search(plan: &ReadPlan, filters: Vec<Filter<'_>>, properties: Vec<String>, limit: usize) -> Request<Bytes> {
    let sorts = [Sort { property_name: "hs_object_id", direction: "ASCENDING" }];
    let search = Search { limit, properties, filter_groups: [FilterGroup { filters }], sorts };
    post(&format!("/crm/v3/objects/{}/search", escaped_object(&plan.key.object_name)), &search)
}

/// Both ends are part of it.
fn changed_within(plan: &ReadPlan, run: &Run) -> Option<Filter<'static>> {
    let (operator, value, high_value) = match (run.since, run.until) {
        (Some(since), Some(until)) => ("BETWEEN", since, Some(millisecond(until))),
        (Some(since), None) => ("GTE", since, None),
        (None, Some(until)) => ("LTE", until, None),
        (None, None) => return None,
    };
    let property_name = modified_property(&plan.key.object_name).to_owned();
    Some(Filter { property_name, operator, value: millisecond(value), high_value })
}

fn equal(plan: &ReadPlan, filter: &FieldFilter) -> Filter<'static> {
    let value = match &filter.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let property_name = searched_property(&plan.key.object_name, &filter.field_name);
    Filter { property_name, operator: "EQ", value, high_value: None }
}

/// The conditions that the search itself does not hold.
pub(super) fn left_over<'a>(plan: &'a ReadPlan, run: &Run) -> impl Iterator<Item = &'a FieldFilter> {
    plan.filters_of(run.read_type).skip(FILTERS_MAX)
}

/// RFC 3339 in whole milliseconds, which is what HubSpot keeps; there was no HubSpot before 1970.
fn millisecond(time: Timestamp) -> String {
    let time = time.max(Timestamp::UNIX_EPOCH);
    format!("{:.3}", Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time))
}
