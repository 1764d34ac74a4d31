//! Queries. Names are checked and values escaped, so that nothing of a plan can become more than it is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::{info::CRM, name, related::Related};
use crate::{
    cursor::{ReadType, Run},
    plan::{FieldPath, ReadPlan},
};

/// Longest query that Salesforce takes, in characters (ours are ASCII but for the values of filters).
pub(super) const QUERY_CHARS_MAX: usize = 100_000;

/// A query in text, and whether deleted records are asked for as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) text: String,
    pub(super) with_deleted: bool,
}

/// The query for the records of a run whose ids come behind `last_id`, or why none can be asked.
///
/// Sorted by id: the primary key costs no sort, and a run whose place Salesforce forgot goes on behind the last id instead of from the start.
/// An order of time would be lost as soon as a record changes during the read.
pub(super) fn of_run(plan: &ReadPlan, run: &Run, last_id: Option<&str>) -> Result<Query, String> {
    // A first read has nothing to delete.
    let with_deleted = deletes(plan) && run.read_type != ReadType::Backfill;
    let modified = name::modified_field(&plan.key.object_name);
    let mut conditions = Vec::new();
    // Salesforce keeps whole seconds: whatever changed within the second of `since` may carry its beginning.
    conditions.extend(run.since.map(|since| format!("{modified}>={}", second(since.as_second()))));
    // The rest of the second of `until` is left out when the page is read.
    conditions.extend(run.until.map(|until| format!("{modified}<{}", second(until.as_second().saturating_add(1)))));
    for filter in plan.filters_of(run.read_type) {
        conditions.push(condition(&filter.field_name, &filter.value)?);
    }
    conditions.extend(last_id.filter(|id| name::is_id(id)).map(|id| format!("Id>'{id}'")));
    query(plan, &conditions, " ORDER BY Id", with_deleted)
}

/// The query for these records; ids that are none are left out.
pub(super) fn of_ids(plan: &ReadPlan, ids: &[String]) -> Result<Query, String> {
    let ids: Vec<_> = ids.iter().filter(|id| name::is_id(id)).map(|id| format!("'{id}'")).collect();
    if ids.is_empty() {
        return Err("none of these is a Salesforce record's id: 15 or 18 letters and digits".to_owned());
    }
    query(plan, &[format!("Id IN ({})", ids.join(","))], "", false)
}

/// Whether deleted records are wanted and can be had.
pub(super) fn deletes(plan: &ReadPlan) -> bool {
    plan.deletes && name::has_recycle_bin(&plan.key.object_name)
}

fn query(plan: &ReadPlan, conditions: &[String], order: &str, with_deleted: bool) -> Result<Query, String> {
    let object = &plan.key.object_name;
    check_object(plan)?;
    let fields = fields(plan)?;
    let fields: Vec<_> = fields.values().map(String::as_str).collect();
    let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let text = format!("SELECT {} FROM {object}{filter}{order}", fields.join(","));
    let chars = text.chars().count();
    if chars > QUERY_CHARS_MAX {
        return Err(format!(
            "the query for {object} has {chars} characters with its {} fields, and Salesforce takes {QUERY_CHARS_MAX}: choose fewer fields",
            fields.len()
        ));
    }
    Ok(Query { text, with_deleted })
}

fn check_object(plan: &ReadPlan) -> Result<(), String> {
    if let Some(module) = plan.module.as_deref().filter(|module| *module != CRM) {
        return Err(format!("of Salesforce only the module `{CRM}` can be read, not `{module}`: leave `module` out"));
    }
    let object = &plan.key.object_name;
    if !name::is_identifier(object) {
        return Err(format!(
            "`{object}` cannot be the name of a Salesforce object: write its API name, such as `Account` or `Car__c`"
        ));
    }
    Ok(())
}

/// What is selected, in the order of the lower-cased names: the plan's fields, those that every record needs, and the associations.
fn fields(plan: &ReadPlan) -> Result<BTreeMap<String, String>, String> {
    let object = &plan.key.object_name;
    let mut fields = BTreeMap::new();
    let mut add = |field: String| {
        fields.entry(field.to_ascii_lowercase()).or_insert(field);
    };
    add("Id".to_owned());
    add(name::modified_field(object).to_owned());
    if deletes(plan) {
        add("IsDeleted".to_owned());
    }
    for field in asked(plan) {
        if !name::is_field(&field) {
            return Err(format!(
                "`{field}` cannot be a Salesforce field: write its API name, such as `Name`, `Rank__c` or `Owner.Name`"
            ));
        }
        add(field);
    }
    for association in &plan.associations {
        let related = Related::of(object, association).ok_or_else(|| {
            format!("`{association}` cannot be an association of {object}: write the relationship's name, such as `Contacts` or `Cars__r`")
        })?;
        add(related.selection());
    }
    Ok(fields)
}

/// The plan's fields as Salesforce names them: of a path of names the dotted form.
fn asked(plan: &ReadPlan) -> Vec<String> {
    let paths = plan.fields.source_paths().map(dotted);
    paths.chain(plan.fields.requested.iter().cloned()).collect()
}

/// `$['Owner']['Name']` → `Owner.Name`. Addresses and places are one field each, whatever of them is wanted.
fn dotted(path: &FieldPath) -> String {
    let head = path.head();
    let is_compound = head.ends_with("Address") || head.ends_with("__c");
    match path.names() {
        Some(names) if !is_compound => names.join("."),
        _ => head.to_owned(),
    }
}

/// Fields that were asked for by a dotted name and are delivered under it, lower-cased.
pub(super) fn dotted_names(plan: &ReadPlan) -> Vec<String> {
    let named = plan.fields.source_paths().filter(|path| path.is_plain()).map(FieldPath::head);
    let mut names: Vec<_> = named.filter(|name| name.contains('.')).map(str::to_lowercase).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn condition(field: &str, value: &Value) -> Result<String, String> {
    if !name::is_field(field) {
        return Err(format!("the filter's `{field}` cannot be a Salesforce field: write its API name"));
    }
    match value {
        Value::String(text) => Ok(format!("{field}='{}'", escaped(text))),
        Value::Bool(_) | Value::Number(_) => Ok(format!("{field}={value}")),
        _ => Err(format!("the filter's value of `{field}` is neither text, a number, true nor false")),
    }
}

/// A text between single quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '\'' => escaped.push_str("\\'"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A point in time as queries write it. Salesforce knows no years before 1700 nor after 4000.
fn second(second: i64) -> String {
    const FIRST: i64 = -8_520_336_000;
    const LAST: i64 = 64_060_588_799;
    Timestamp::from_second(second.clamp(FIRST, LAST)).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}
