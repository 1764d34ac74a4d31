//! What HubSpot's pages say, and what comes next.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    associations,
    object::Interface,
    position::{AFTER_BYTES_MAX, Listing, Position, compare_ids},
    record,
    request::{Page, tells_of_deletes},
    search::left_over,
    selection::MERGED_IDS,
    take_apart,
};
use crate::{
    cursor::Run,
    plan::{ReadPlan, meets},
    provider::{
        ProviderPage, ReadError, ReadErrorClass, Record,
        piece::{parse, text},
    },
};

#[derive(Deserialize)]
struct PageBody<'a> {
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    paging: Option<Paging<'a>>,
    #[serde(default)]
    total: Option<u64>,
}

/// A page with its records read.
pub(super) struct Answer<'a> {
    pub(super) records: Vec<Record>,
    pub(super) next: Option<Next<'a>>,
    pub(super) total: Option<u64>,
}

/// Where the rest of a list is.
#[derive(Deserialize)]
pub(super) struct Paging<'a> {
    #[serde(borrow, default)]
    pub(super) next: Option<Next<'a>>,
}

/// The place behind what came.
#[derive(Deserialize)]
pub(super) struct Next<'a> {
    #[serde(borrow)]
    pub(super) after: &'a RawValue,
}

/// Why a plan cannot be asked at all.
pub(super) fn refuse(plan: &ReadPlan) -> Result<(), ReadError> {
    if Interface::of(&plan.key.object_name) == Interface::Lists {
        let reason = "HubSpot's lists are not objects of its CRM, and are not read: take `lists` out of the manifest";
        return Err(ReadError::new(ReadErrorClass::BadRequest, reason));
    }
    Ok(())
}

/// Reads a page, and holds it to the promise that paging comes to an end.
pub(super) fn page(plan: &ReadPlan, run: &Run, body: &Bytes) -> Result<ProviderPage, ReadError> {
    let asked = Page::of(plan, run);
    let with_associations = matches!(asked, Page::List(_)) && !plan.associations.is_empty() && associations::are_carried(plan);
    let answer =
        take_apart::page(plan, body, with_associations).map_or_else(|| step_by_step(plan, body, with_associations), Ok)?;
    let Answer { mut records, next, total } = answer;
    let next = match asked {
        Page::List(listing) | Page::Archived(listing) => {
            unique(&records, body)?;
            next_of_list(asked, listing, next.map(|next| next.after), body)?
        }
        Page::Search { last_id } => next_of_search(&records, last_id, next.is_some(), body)?,
    };
    let has_ended = next.is_none() && !matches!(asked, Page::Archived(_));
    let next =
        if has_ended && tells_of_deletes(plan, run) { Some(Position::Archived(Listing::default()).to_text()) } else { next };
    // A search counts what lies behind its last id.
    let total = total.map(|total| run.records.saturating_add(total));
    let merged = if tells_of_deletes(plan, run) { merged(&records) } else { Vec::new() };
    records.retain(|record| is_wanted(plan, run, &asked, record));
    records.extend(merged);
    Ok(ProviderPage { records, next, total })
}

/// Reads a page that is not as pages are, or says why not.
pub(super) fn step_by_step<'a>(plan: &ReadPlan, body: &'a Bytes, with_associations: bool) -> Result<Answer<'a>, ReadError> {
    let PageBody { results, paging, total } = serde_json::from_slice(body).map_err(|error| ReadError::malformed(error, body))?;
    let records = results.iter().map(|raw| record::read(plan, raw, body, with_associations)).collect::<Result<_, _>>()?;
    Ok(Answer { records, next: paging.and_then(|paging| paging.next), total })
}

/// Records that went into those of a page. HubSpot lists them nowhere: that they are gone is said by the records that they are in.
fn merged(records: &[Record]) -> Vec<Record> {
    let mut known: HashSet<String> = records.iter().map(|record| record.id.clone()).collect();
    let mut gone = Vec::new();
    for record in records.iter().filter(|record| !record.deleted) {
        let Some((_, ids)) = record.fields.iter().find(|(name, _)| name == MERGED_IDS) else { continue };
        let ids: String = serde_json::from_slice::<Option<String>>(ids).ok().flatten().unwrap_or_default();
        for id in ids.split(';').map(str::trim).filter(|id| compare_ids(id, id).is_some()) {
            gone.extend(known.insert(id.to_owned()).then(|| tombstone(id, record.modified_at)));
        }
    }
    gone
}

/// A record of which nothing is known but that it is gone. Its id is a number.
fn tombstone(id: &str, modified_at: Option<Timestamp>) -> Record {
    let text = Bytes::from(format!("\"{id}\""));
    Record {
        id: id.to_owned(),
        modified_at,
        deleted: true,
        raw: Bytes::from(format!(r#"{{"id":"{id}","archived":true}}"#)),
        fields: vec![("id".into(), text), ("archived".into(), Bytes::from_static(b"true"))],
        associations: Vec::new(),
    }
}

/// Records that were asked for by their ids.
pub(super) fn records(plan: &ReadPlan, body: &Bytes) -> Result<Vec<Record>, ReadError> {
    step_by_step(plan, body, false).map(|answer| answer.records)
}

/// Puts what a batch says of records into them. One that is gone was archived in the meantime; where archived records are not read, it
/// stays as the page had it.
pub(super) fn complete(plan: &ReadPlan, incomplete: &mut [Record], body: &Bytes) -> Result<(), ReadError> {
    #[derive(Deserialize)]
    struct Missing {
        context: Context,
    }
    #[derive(Deserialize)]
    struct Context {
        #[serde(default)]
        ids: Vec<String>,
    }
    #[derive(Deserialize)]
    struct Errors {
        #[serde(default)]
        errors: Vec<Missing>,
    }
    let found = records(plan, body)?;
    let Errors { errors } = parse(body)?;
    let gone: HashSet<_> = errors.into_iter().flat_map(|missing| missing.context.ids).collect();
    for record in incomplete.iter_mut().filter(|record| plan.deletes && gone.contains(&record.id)) {
        record.deleted = true;
    }
    let mut by_id: HashMap<String, &mut Record> = HashMap::with_capacity(incomplete.len());
    for record in incomplete {
        by_id.entry(record.id.clone()).or_insert(record);
    }
    for mut found in found {
        if let Some(record) = by_id.get_mut(&found.id) {
            found.associations = std::mem::take(&mut record.associations);
            **record = found;
        }
    }
    Ok(())
}

/// What the request itself could not demand.
fn is_wanted(plan: &ReadPlan, run: &Run, asked: &Page<'_>, record: &Record) -> bool {
    let is_within = || {
        let Some(at) = record.modified_at else { return true };
        run.since.is_none_or(|since| at >= since) && run.until.is_none_or(|until| at <= until)
    };
    match asked {
        Page::Search { .. } => left_over(plan, run).all(|filter| meets(record, filter)),
        Page::List(_) => is_within() && plan.filters_of(run.read_type).all(|filter| meets(record, filter)),
        Page::Archived(_) => record.deleted && is_within() && plan.filters_of(run.read_type).all(|filter| meets(record, filter)),
    }
}

fn unique(records: &[Record], body: &Bytes) -> Result<(), ReadError> {
    let mut ids = HashSet::with_capacity(records.len());
    match records.iter().find(|record| !ids.insert(record.id.as_str())) {
        Some(twice) => Err(ReadError::malformed(format_args!("the record `{}` comes twice", twice.id), body)),
        None => Ok(()),
    }
}

fn next_of_list(
    asked: Page<'_>,
    listing: Listing<'_>,
    next: Option<&RawValue>,
    body: &Bytes,
) -> Result<Option<String>, ReadError> {
    let Some(next) = next else { return Ok(None) };
    let after = text(next).ok_or_else(|| ReadError::malformed("`paging.next.after` is neither text nor a number", body))?;
    if after.len() > AFTER_BYTES_MAX {
        let bytes = after.len();
        let told = format_args!("`paging.next.after` has {bytes} bytes, more than the {AFTER_BYTES_MAX} that are sent back");
        return Err(ReadError::malformed(told, body));
    }
    let Some(behind) = listing.advanced(&after) else {
        return Err(ReadError::malformed(format_args!("`paging.next.after` does not advance beyond `{after}`"), body));
    };
    let position = if matches!(asked, Page::Archived(_)) { Position::Archived(behind) } else { Position::List(behind) };
    Ok(Some(position.to_text()))
}

/// The ids must rise from page to page and within each, or records would be skipped or paging would never end.
fn next_of_search(records: &[Record], last_id: Option<&str>, more: bool, body: &Bytes) -> Result<Option<String>, ReadError> {
    let mut last = last_id;
    for Record { id, raw, .. } in records {
        if last.is_some_and(|last| compare_ids(last, id) != Some(Ordering::Less)) || compare_ids(id, id).is_none() {
            let reason = format!("the search is not sorted by hs_object_id: `{id}` follows `{}`", last.unwrap_or_default());
            return Err(ReadError::malformed(reason, raw));
        }
        last = Some(id);
    }
    match last {
        Some(last) if more && !records.is_empty() => Ok(Some(Position::Id(last).to_text())),
        _ if more => Err(ReadError::malformed("the search goes on without a record", body)),
        _ => Ok(None),
    }
}

#[derive(Deserialize)]
struct Total {
    total: u64,
}

pub(super) fn count(body: &Bytes) -> Result<Option<u64>, ReadError> {
    parse::<Total>(body).map(|count| Some(count.total))
}
