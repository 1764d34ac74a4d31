//! What a declared provider answers: records cut out of the answer's own bytes, and what comes next.

use std::collections::HashSet;

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::{
    model::{Definition, Fields, Mark, Object, UpdatedAt},
    next::{self, Behind},
    path::{JsonPath, number, says, text},
    time::Resolution,
};
use crate::{
    cursor::Run,
    members::Members,
    plan::ReadPlan,
    provider::{FieldMetadata, ProviderPage, ReadError, Record, piece::lower_case},
};

/// Reads a page. `body` is that of an answer that is no refusal.
pub(super) fn page(
    definition: &Definition,
    object: &Object,
    plan: &ReadPlan,
    run: &Run,
    response: &Response<Bytes>,
) -> Result<ProviderPage, ReadError> {
    let body = response.body();
    if response.status() == StatusCode::NO_CONTENT {
        return Ok(ProviderPage::default());
    }
    let wrong = |reason: String| ReadError::malformed(reason, body);
    let root: &RawValue = serde_json::from_slice(body).map_err(|error| ReadError::malformed(error, body))?;
    let items = items(root, &object.records, object.keyed).map_err(wrong)?;
    let records = items.into_iter().map(|item| record(object, item, body)).collect::<Result<Vec<_>, _>>()?;
    let total = object.total.as_ref().and_then(|path| path.find(root)).and_then(number);
    let behind = Behind { definition, object, plan, run, response, body: root, records: &records, total };
    let next = next::behind(&behind).map_err(wrong)?;
    let next = next.filter(|_| !is_past(object, run, &records)).map(|position| position.to_text());
    let records = records.into_iter().filter(|record| is_wanted(object, plan, run, record)).collect();
    Ok(ProviderPage { records, next, total })
}

/// Records that were asked for by their ids: a list, or one.
pub(super) fn by_id(object: &Object, plan: &ReadPlan, path: &JsonPath, body: &Bytes) -> Result<Vec<Record>, ReadError> {
    let root: &RawValue = serde_json::from_slice(body).map_err(|error| ReadError::malformed(error, body))?;
    let found = path.find(root).ok_or_else(|| ReadError::malformed(format_args!("it has no `{path}`"), body))?;
    let items = if found.get().starts_with('[') {
        serde_json::from_str(found.get()).map_err(|error| ReadError::malformed(error, body))?
    } else {
        vec![found]
    };
    let records = items.into_iter().map(|item| record(object, item, body));
    let is_wanted = |record: &Result<Record, _>| record.as_ref().map_or(true, |record: &Record| !record.deleted || plan.deletes);
    records.filter(is_wanted).collect()
}

/// What an object's fields are.
pub(super) fn fields(fields: &Fields, body: &Bytes) -> Result<Vec<FieldMetadata>, ReadError> {
    let root: &RawValue = serde_json::from_slice(body).map_err(|error| ReadError::malformed(error, body))?;
    let items = items(root, &fields.records, false).map_err(|reason| ReadError::malformed(reason, body))?;
    let field = |item: &RawValue| {
        let at = |path: &JsonPath| path.find(item).and_then(text).map(|text| text.into_owned());
        let name = at(&fields.name);
        let name =
            name.ok_or_else(|| ReadError::malformed(format_args!("a field has no `{}`", fields.name), item.get().as_bytes()))?;
        let mut field = FieldMetadata::named(name);
        if let Some(label) = fields.label.as_ref().and_then(at) {
            field.display_name = label;
        }
        field.provider_type = fields.kind.as_ref().and_then(at);
        field.is_custom = fields.custom.as_ref().map(|mark| is_marked(mark, mark.path.find(item)));
        field.read_only = fields.read_only.as_ref().map(|mark| is_marked(mark, mark.path.find(item)));
        Ok(field)
    };
    items.into_iter().map(field).collect()
}

/// The items of the list that the path leads to. An explicit null is an empty list, as some providers write it.
fn items<'a>(root: &'a RawValue, path: &JsonPath, keyed: bool) -> Result<Vec<&'a RawValue>, String> {
    let Some(found) = path.find(root) else {
        return if is_null(root, path) { Ok(Vec::new()) } else { Err(format!("it has no `{path}`")) };
    };
    if keyed {
        let Members(members) = serde_json::from_str(found.get()).map_err(|_| format!("`{path}` is not a mapping of records"))?;
        return Ok(members.into_iter().map(|(_, record)| record).collect());
    }
    serde_json::from_str(found.get()).map_err(|_| format!("`{path}` is not a list of records"))
}

fn is_null(root: &RawValue, path: &JsonPath) -> bool {
    let Ok(Members(members)) = serde_json::from_str(root.get()) else { return false };
    members.iter().any(|(name, value)| Some(name.as_str()) == path.first() && value.get() == "null")
}

fn record(object: &Object, item: &RawValue, body: &Bytes) -> Result<Record, ReadError> {
    let wrong = |reason: &dyn std::fmt::Display| ReadError::malformed(reason, item.get().as_bytes());
    let raw = object.unwrap.find(item).ok_or_else(|| wrong(&format_args!("an item has no `{}`", object.unwrap)))?;
    let Members(members) = serde_json::from_str(raw.get()).map_err(|_| wrong(&"a record is not an object"))?;
    let part = |path: &JsonPath| match path.find_in(&members).and_then(text) {
        Some(id) if !id.is_empty() => Ok(id),
        _ => Err(wrong(&format_args!("a record has no `{path}`, which is its id"))),
    };
    let id = match object.id.as_slice() {
        [path] => part(path)?.into_owned(),
        paths => paths.iter().map(part).collect::<Result<Vec<_>, _>>()?.join(":"),
    };
    let modified_at = object.updated_at.as_ref().and_then(|updated| updated.format.read(updated.path.find_in(&members)?));
    let deleted = object.deleted.as_ref().is_some_and(|mark| is_marked(mark, mark.path.find_in(&members)));
    let fields = fields_of(object, &members, body).map_err(|reason| wrong(&reason))?;
    Ok(Record { id, modified_at, deleted, raw: slice(body, raw), fields, associations: Vec::new() })
}

/// The fields of a record: those of its root, which stand before others of the same name, and those beside it.
fn fields_of(object: &Object, members: &[(SmolStr, &RawValue)], body: &Bytes) -> Result<Vec<(SmolStr, Bytes)>, String> {
    let inner = match &object.field_root {
        None => Vec::new(),
        Some(path) => match path.find_in(members) {
            None => Vec::new(),
            Some(raw) => {
                let Members(inner) =
                    serde_json::from_str(raw.get()).map_err(|_| format!("`{path}` is not a mapping of fields"))?;
                inner
            }
        },
    };
    let inner: Vec<(SmolStr, &RawValue)> = inner.into_iter().map(|(name, value)| (lower_case(name), value)).collect();
    let root = object.field_root.as_ref().and_then(JsonPath::first);
    let outer =
        members.iter().filter(|(name, _)| Some(name.as_str()) != root).map(|(name, value)| (lower_case(name.clone()), *value));
    let inner_names: HashSet<&str> = inner.iter().map(|(name, _)| name.as_str()).collect();
    // `id` is always the primary key.
    let outer = outer.filter(|(name, _)| name == "id" || !inner_names.contains(name.as_str()));
    let fields: Vec<(SmolStr, Bytes)> = outer.map(|(name, value)| (name, slice(body, value))).collect();
    let has_id = fields.iter().any(|(name, _)| name == "id");
    let inner =
        inner.iter().filter(|(name, _)| !(has_id && name == "id")).map(|(name, value)| (name.clone(), slice(body, value)));
    Ok(fields.into_iter().chain(inner).collect())
}

fn is_marked(mark: &Mark, found: Option<&RawValue>) -> bool {
    match (&mark.equals, found) {
        (_, None) => false,
        (Some(value), Some(found)) => says(found, value),
        (None, Some(found)) => found.get() != "false",
    }
}

/// A time as exactly as the provider keeps it; a second where it is finer, since providers round without saying so.
fn floor(updated_at: &UpdatedAt, time: Timestamp) -> Timestamp {
    updated_at.resolution.max(Resolution::Second).floor(time)
}

/// Whether nothing that is wanted can follow: the page ends with what changed before the run's `since`.
fn is_past(object: &Object, run: &Run, records: &[Record]) -> bool {
    let (true, Some(since), Some(updated_at)) = (object.newest_first, run.since, &object.updated_at) else { return false };
    let last = records.iter().rev().find_map(|record| record.modified_at);
    last.is_some_and(|last| last < floor(updated_at, since))
}

/// Whether the record is within what the run and the plan ask for, as far as the provider was not asked for just that.
fn is_wanted(object: &Object, plan: &ReadPlan, run: &Run, record: &Record) -> bool {
    if record.deleted && !plan.deletes {
        return false;
    }
    let (Some(updated_at), Some(modified_at)) = (&object.updated_at, record.modified_at) else { return true };
    // A filter of the provider's own may go by a time that no record shows.
    let exactly_asked = object.since.as_ref().is_some_and(|bound| bound.resolution <= Resolution::Second);
    let since = run.since.filter(|_| !exactly_asked);
    since.is_none_or(|since| modified_at >= floor(updated_at, since)) && run.until.is_none_or(|until| modified_at <= until)
}

fn slice(body: &Bytes, raw: &RawValue) -> Bytes {
    body.slice_ref(raw.get().as_bytes())
}
