//! What Salesforce answers: records cut out of the page's own bytes, and what comes next.

use std::{collections::HashSet, fmt};

use bytes::Bytes;
use http::{HeaderMap, Response};
use serde::Deserialize;
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::{
    name,
    position::{Position, is_further_page},
    refusal::refused,
    related::Related,
    request::{self, Asked, Children},
    soql,
};
use crate::{
    cursor::Run,
    members::Members,
    plan::ReadPlan,
    provider::{
        ASSOCIATIONS_MAX, Completed, ProviderPage, ReadError, ReadErrorClass, Record,
        piece::{instant, joined, lower_case, slice, text},
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageBody<'a> {
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
    total_size: u64,
    done: bool,
    #[serde(borrow, default)]
    next_records_url: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Composite<'a> {
    #[serde(borrow)]
    composite_response: Vec<Part<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    #[serde(borrow)]
    body: &'a RawValue,
    http_status_code: u16,
}

/// The bytes of a page, or what the refusal means. `wrapped`: whether the answer is the only part of a composite one.
fn accepted(response: &Response<Bytes>, wrapped: bool) -> Result<Bytes, ReadError> {
    let (status, body) = (response.status().as_u16(), response.body());
    if status != 200 {
        return Err(refused(status, response.headers(), body));
    }
    if !wrapped {
        return Ok(body.clone());
    }
    let composite: Composite<'_> = serde_json::from_slice(body).map_err(|error| ReadError::malformed(error, body))?;
    let [part] = &composite.composite_response[..] else {
        return Err(ReadError::malformed("one part was asked for, and another number came", body));
    };
    let piece = slice(body, part.body);
    if part.http_status_code == 200 { Ok(piece) } else { Err(refused(part.http_status_code, &HeaderMap::new(), &piece)) }
}

/// Reads a page, and holds it to the promise that paging comes to an end.
pub(super) fn page(plan: &ReadPlan, run: &Run, response: &Response<Bytes>) -> Result<ProviderPage, ReadError> {
    let asked = Asked::of(plan, run).map_err(|reason| ReadError::new(ReadErrorClass::BadRequest, reason))?;
    let body = match (accepted(response, asked.is_wrapped()), &asked) {
        // Salesforce forgets its marks after a quarter of an hour; the run goes on behind the last id.
        (Err(error), Asked::More { last_id, .. }) if error.class == ReadErrorClass::CursorGone => {
            return Ok(ProviderPage { next: Some(Position::Behind(last_id).to_text()), ..ProviderPage::default() });
        }
        (accepted, _) => accepted?,
    };
    let answer: PageBody<'_> = serde_json::from_slice(&body).map_err(|error| ReadError::malformed(error, &body))?;
    let mut records = read(plan, &answer.records, &body)?;
    let next = next(&asked, &answer, &records, &body)?;
    let before = if let Asked::More { seen, .. } = asked { run.records.saturating_sub(seen) } else { run.records };
    if let Some(until) = run.until {
        records.retain(|record| record.modified_at.is_none_or(|modified_at| modified_at <= until));
    }
    Ok(ProviderPage { records, next, total: Some(before.saturating_add(answer.total_size)) })
}

/// Records that were asked for by their ids.
pub(super) fn records(plan: &ReadPlan, response: &Response<Bytes>) -> Result<Vec<Record>, ReadError> {
    let wrapped = serde_json::from_slice::<Composite<'_>>(response.body()).is_ok();
    let body = accepted(response, wrapped)?;
    let answer: PageBody<'_> = serde_json::from_slice(&body).map_err(|error| ReadError::malformed(error, &body))?;
    read(plan, &answer.records, &body)
}

/// A further page of a record's children. A mark that Salesforce has forgotten is made anew with the whole page, later.
pub(super) fn children(
    plan: &ReadPlan,
    records: &mut [Record],
    asked: &Children,
    path: &str,
    response: &Response<Bytes>,
) -> Result<Completed, ReadError> {
    let transient = |error: ReadError| match error.class {
        ReadErrorClass::CursorGone => ReadError { class: ReadErrorClass::Transient, ..error },
        _ => error,
    };
    let body = accepted(response, false).map_err(transient)?;
    let answer: PageBody<'_> = serde_json::from_slice(&body).map_err(|error| ReadError::malformed(error, &body))?;
    let Children { record_id, association } = asked;
    let record = records.iter_mut().find(|record| record.id == *record_id);
    let Some((record, related)) = record.zip(Related::of(&plan.key.object_name, association)) else {
        return Ok(Completed::default());
    };
    let list = related.list_of(association, &answer.records).unwrap_or_default();
    let Some((_, known)) = record.associations.iter_mut().find(|(name, _)| name == association) else {
        return Ok(Completed::default());
    };
    *known = joined(known, &list);
    let Some(next) = further(&answer, Some(path), &body)? else { return Ok(Completed::default()) };
    if serde_json::from_slice::<Vec<&RawValue>>(known).is_ok_and(|list| list.len() >= ASSOCIATIONS_MAX) {
        let cut = format!("more than {ASSOCIATIONS_MAX} {association} of a record: the rest is left out, of {record_id}");
        return Ok(Completed { next: None, cut: Some(cut) });
    }
    Ok(Completed { next: Some(request::children(&next, asked.clone())), cut: None })
}

/// Where the next page begins. A query never gives more records than it counted: that ends every circle of pages.
fn next(asked: &Asked<'_>, answer: &PageBody<'_>, records: &[Record], body: &Bytes) -> Result<Option<String>, ReadError> {
    let wrong = |reason: &dyn fmt::Display| ReadError::malformed(reason, body);
    let (seen, path) = match asked {
        Asked::Query(_) => (0, None),
        Asked::More { seen, path, .. } => (*seen, Some(*path)),
    };
    let seen = seen.saturating_add(records.len() as u64);
    if seen > answer.total_size {
        return Err(wrong(&format_args!("{seen} records came of a query that has {}", answer.total_size)));
    }
    let Some(next) = further(answer, path, body)? else { return Ok(None) };
    let Some(last) = records.last() else { return Ok(None) };
    Ok(Some(Position::More { seen, last_id: &last.id, path: &next }.to_text()))
}

/// The path of the next page, which must be another than that of this one; nothing where this is the last.
fn further(answer: &PageBody<'_>, path: Option<&str>, body: &Bytes) -> Result<Option<String>, ReadError> {
    let wrong = |reason: &str| ReadError::malformed(reason, body);
    if answer.done {
        return Ok(None);
    }
    if answer.records.is_empty() {
        return Err(wrong("the query goes on without a record"));
    }
    let next = answer.next_records_url.and_then(text).ok_or_else(|| wrong("it is not done, and has no `nextRecordsUrl`"))?;
    if !is_further_page(&next) {
        return Err(wrong("`nextRecordsUrl` is not a path of the query"));
    }
    if path == Some(&*next) {
        return Err(wrong("`nextRecordsUrl` leads to the same page again"));
    }
    Ok(Some(next.into_owned()))
}

fn read(plan: &ReadPlan, raws: &[&RawValue], body: &Bytes) -> Result<Vec<Record>, ReadError> {
    let modified = name::modified_field(&plan.key.object_name).to_ascii_lowercase();
    let dotted = soql::dotted_names(plan);
    let related: Vec<_> =
        plan.associations.iter().filter_map(|name| Some((name, Related::of(&plan.key.object_name, name)?))).collect();
    let mut ids = HashSet::with_capacity(raws.len());
    let mut records = Vec::with_capacity(raws.len());
    for raw in raws {
        let wrong = |reason: &dyn fmt::Display| ReadError::malformed(reason, raw.get().as_bytes());
        let fields = members(raw).map_err(|error| wrong(&error))?;
        let find = |name: &str| fields.iter().find(|(field, _)| field == name).map(|&(_, value)| value);
        let id =
            find("id").and_then(text).filter(|id| name::is_id(id)).ok_or_else(|| wrong(&"a record has no `Id`"))?.into_owned();
        if !ids.insert(id.clone()) {
            return Err(wrong(&format_args!("the record `{id}` comes twice")));
        }
        let associations = related.iter().filter_map(|(name, related)| Some(((*name).clone(), related.list(name, &fields)?)));
        let nested = dotted.iter().filter_map(|name| Some((name.into(), slice(body, within(&fields, name)?))));
        let plain = fields.iter().map(|(name, value)| (name.clone(), slice(body, value)));
        let record = Record {
            id,
            modified_at: find(&modified).and_then(instant),
            deleted: find("isdeleted").is_some_and(|value| value.get() == "true"),
            raw: slice(body, raw),
            fields: plain.chain(nested).collect(),
            associations: associations.collect(),
        };
        if related.iter().filter_map(|(_, related)| related.rest(&record)).any(|path| !is_further_page(&path)) {
            return Err(wrong(&"the `nextRecordsUrl` of a record's children is not a path of the query"));
        }
        records.push(record);
    }
    Ok(records)
}

/// The members of a record, lower-cased, but for `attributes`, which is no field.
fn members(raw: &RawValue) -> serde_json::Result<Vec<(SmolStr, &RawValue)>> {
    let Members(members) = serde_json::from_str(raw.get())?;
    let fields = members.into_iter().map(|(name, value)| (lower_case(name), value));
    Ok(fields.filter(|(name, _)| name != "attributes").collect())
}

/// What a dotted name names in a record: null where one of the related records is not there.
fn within<'a>(fields: &[(SmolStr, &'a RawValue)], name: &str) -> Option<&'a RawValue> {
    let (head, rest) = name.split_once('.').map_or((name, None), |(head, rest)| (head, Some(rest)));
    let (_, value) = fields.iter().find(|(field, _)| field == head)?;
    match rest {
        Some(rest) if value.get() != "null" => within(&members(value).ok()?, rest),
        _ => Some(value),
    }
}

pub(super) fn described(response: &Response<Bytes>) -> Result<Bytes, ReadError> {
    accepted(response, false)
}
