//! The body of a search request, read loosely as HubSpot does and checked against its limits.

use serde::Deserialize;
use serde_json::Value;

use super::{
    Query, Sort,
    datum::Subject,
    filter::{Filter, Test},
};
use crate::hubspot::{error::ApiError, schema::ObjectType};

const GROUPS_MAX: usize = 5;
const GROUP_FILTERS_MAX: usize = 6;
const FILTERS_MAX: usize = 18;
const PAGE_RESULTS_MAX: u64 = 200;
const PAGE_RESULTS_DEFAULT: u64 = 10;
/// HubSpot's documentation: a search whose body has more than 3,000 characters is refused.
const BODY_CHARS_MAX: usize = 3_000;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    filter_groups: Option<Vec<Group>>,
    sorts: Option<Vec<Value>>,
    query: Option<String>,
    properties: Option<Vec<String>>,
    limit: Value,
    after: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    filters: Vec<RawFilter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawFilter {
    property_name: String,
    operator: String,
    value: Option<Value>,
    high_value: Option<Value>,
    values: Option<Vec<Value>>,
}

/// Reads a search request; `results_max` is how far paging may go (10,000 at HubSpot).
///
/// # Errors
/// 400 with what is wrong.
pub(crate) fn parse(object: &ObjectType, body: &[u8], results_max: u64) -> Result<Query, ApiError> {
    let chars = String::from_utf8_lossy(body).chars().count();
    if chars > BODY_CHARS_MAX {
        return Err(ApiError::invalid(format!("The request body is too long: {chars} characters, at most {BODY_CHARS_MAX}")));
    }
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(ApiError::invalid("Invalid input JSON: a search is an object"));
    }
    let body: Body = serde_json::from_slice(body).map_err(|error| ApiError::invalid(format!("Invalid input JSON: {error}")))?;
    let groups = body.filter_groups.unwrap_or_default();
    let counts = groups.iter().map(|group| group.filters.len());
    if groups.len() > GROUPS_MAX || counts.clone().any(|count| count > GROUP_FILTERS_MAX) || counts.sum::<usize>() > FILTERS_MAX {
        let rule = format!("at most {GROUPS_MAX} filterGroups of {GROUP_FILTERS_MAX} filters, {FILTERS_MAX} filters in all");
        return Err(ApiError::invalid(format!("There was a problem with the request. A search may have {rule}")));
    }
    let limit = number(&body.limit, "limit")?.unwrap_or(PAGE_RESULTS_DEFAULT);
    if limit > PAGE_RESULTS_MAX {
        return Err(ApiError::invalid(format!("There was a problem with the request. limit must be at most {PAGE_RESULTS_MAX}")));
    }
    let offset = number(&body.after, "after")?.unwrap_or_default();
    if offset.saturating_add(limit) > results_max {
        let message = format!("There was a problem with the request. Search results are limited to {results_max} in total");
        return Err(ApiError::invalid(message));
    }
    let filters = |group: Group| group.filters.into_iter().map(|raw| filter(object, raw)).collect::<Result<Vec<_>, _>>();
    Ok(Query {
        groups: groups.into_iter().map(filters).collect::<Result<_, _>>()?,
        text: body.query.filter(|text| !text.trim().is_empty()),
        sort: sort(object, &body.sorts.unwrap_or_default())?,
        limit,
        offset,
        properties: body.properties.filter(|list| !list.is_empty()),
    })
}

/// A count, given as a number or as a string.
fn number(value: &Value, name: &str) -> Result<Option<u64>, ApiError> {
    let found = match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    found.map(Some).ok_or_else(|| {
        ApiError::invalid(format!("Invalid input JSON: Cannot deserialize value of type `int` from {value} (field \"{name}\")"))
    })
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn filter(object: &ObjectType, raw: RawFilter) -> Result<Filter, ApiError> {
    let subject = Subject::of(object, &raw.property_name)?;
    let missing = |field: &str| {
        let (operator, name) = (&raw.operator, &raw.property_name);
        ApiError::invalid(format!("There was a problem with the request. {operator} on {name} needs \"{field}\""))
    };
    let one = || subject.parse(&text(raw.value.as_ref().ok_or_else(|| missing("value"))?));
    let list = || match raw.values.as_deref() {
        None | Some([]) => Err(missing("values")),
        Some(values) => values.iter().map(|value| subject.parse(&text(value))).collect(),
    };
    let token = || raw.value.as_ref().map(text).ok_or_else(|| missing("value"));
    let test = match raw.operator.as_str() {
        "EQ" => Test::Equal(one()?),
        "NEQ" => Test::Different(one()?),
        "LT" => Test::Below { bound: one()?, inclusive: false },
        "LTE" => Test::Below { bound: one()?, inclusive: true },
        "GT" => Test::Above { bound: one()?, inclusive: false },
        "GTE" => Test::Above { bound: one()?, inclusive: true },
        "BETWEEN" => Test::Between(one()?, subject.parse(&text(raw.high_value.as_ref().ok_or_else(|| missing("highValue"))?))?),
        "IN" => Test::In(list()?),
        "NOT_IN" => Test::NotIn(list()?),
        "HAS_PROPERTY" => Test::Present,
        "NOT_HAS_PROPERTY" => Test::Absent,
        "CONTAINS_TOKEN" => Test::Token(token()?),
        "NOT_CONTAINS_TOKEN" => Test::NoToken(token()?),
        other => {
            return Err(ApiError::invalid(format!(
                "Invalid input JSON: Cannot deserialize value of type `Operator` from \"{other}\""
            )));
        }
    };
    Ok(Filter { subject, test })
}

/// The order of the results: `{propertyName, direction}`, or a name with `-` in front for descending. By id when absent.
fn sort(object: &ObjectType, sorts: &[Value]) -> Result<Sort, ApiError> {
    let wrong = |why: &str| ApiError::invalid(format!("There was a problem with the request. {why}"));
    let (name, is_descending) = match sorts {
        [] => return Ok(Sort { subject: Subject::Id, is_descending: false }),
        [Value::String(text)] => (text.trim_start_matches('-'), text.starts_with('-')),
        [Value::Object(object)] => {
            let name = object.get("propertyName").and_then(Value::as_str).ok_or_else(|| wrong("a sort needs propertyName"))?;
            match object.get("direction").and_then(Value::as_str) {
                None | Some("ASCENDING") => (name, false),
                Some("DESCENDING") => (name, true),
                Some(_) => return Err(wrong("direction must be ASCENDING or DESCENDING")),
            }
        }
        [_] => return Err(wrong("a sort is a string or an object")),
        _ => return Err(wrong("only one sort is supported")),
    };
    Ok(Sort { subject: Subject::of(object, name)?, is_descending })
}
