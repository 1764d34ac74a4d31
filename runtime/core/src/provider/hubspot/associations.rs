//! Associations: as a list carries them along, and as they are read in batches.
//!
//! A batch gives at most 500 of one record to one object; the rest is asked for from where it was cut off, up to a bound.

use std::{borrow::Cow, collections::HashMap};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{answer::Paging, position::AFTER_BYTES_MAX, request::Input};
use crate::{
    members::Members,
    plan::ReadPlan,
    provider::{
        ASSOCIATIONS_MAX, ReadError, Record,
        piece::{self, text},
    },
};

/// One entry of the contract's list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Association<'a, T> {
    id: String,
    object_name: &'a str,
    provider_association_metadata: Kinds<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kinds<T> {
    association_types: T,
}

#[derive(Serialize)]
struct Kind {
    r#type: String,
}

#[derive(Deserialize)]
struct Carried<'a> {
    #[serde(borrow)]
    results: Vec<CarriedEnd<'a>>,
    #[serde(borrow, default)]
    paging: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct CarriedEnd<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(default)]
    r#type: String,
}

/// Longest list of names that goes into an address, in bytes before it is percent-encoded.
const NAMES_BYTES_MAX: usize = 2_000;

/// Whether a list is asked to carry them along; else they are asked for apart.
pub(super) fn are_carried(plan: &ReadPlan) -> bool {
    plan.associations.iter().map(|name| name.len() + 1).sum::<usize>() <= NAMES_BYTES_MAX
}

/// What a list's record carries. Left out, and to be asked for apart, is what is cut off or has another name than was asked for.
pub(super) fn carried(plan: &ReadPlan, held: Option<&RawValue>) -> serde_json::Result<Vec<(String, Bytes)>> {
    let Members(held) = held.map(|held| serde_json::from_str(held.get())).transpose()?.unwrap_or_default();
    let is_asked = |name: &str| plan.associations.iter().any(|asked| asked.eq_ignore_ascii_case(name));
    let is_strange = held.iter().any(|(name, _)| !is_asked(name));
    let mut all = Vec::new();
    for asked in &plan.associations {
        match held.iter().find(|(name, _)| name.eq_ignore_ascii_case(asked)) {
            Some((_, list)) => {
                let list: Carried<'_> = serde_json::from_str(list.get())?;
                if list.paging.is_none_or(|paging| paging.get() == "null") {
                    all.push((asked.clone(), merged(asked, list.results)?));
                }
            }
            None if is_strange => {}
            None => all.push((asked.clone(), Bytes::from_static(b"[]"))),
        }
    }
    Ok(all)
}

/// A record is named once for each kind of association with it.
fn merged(object_name: &str, ends: Vec<CarriedEnd<'_>>) -> serde_json::Result<Bytes> {
    let mut list: Vec<Association<'_, Vec<Kind>>> = Vec::with_capacity(ends.len());
    let mut places = HashMap::with_capacity(ends.len());
    for CarriedEnd { id, r#type } in ends {
        let Some(id) = text(id) else { continue };
        let place = *places.entry(id.clone()).or_insert(list.len());
        match list.get_mut(place) {
            Some(known) => known.provider_association_metadata.association_types.push(Kind { r#type }),
            None => list.push(Association {
                id: id.into_owned(),
                object_name,
                provider_association_metadata: Kinds { association_types: vec![Kind { r#type }] },
            }),
        }
    }
    serde_json::to_vec(&list).map(Bytes::from)
}

/// The associations that some of the records lack.
pub(super) fn lacking<'a>(plan: &'a ReadPlan, records: &[Record]) -> impl Iterator<Item = &'a String> {
    plan.associations.iter().filter(move |association| records.iter().any(|record| lacks(record, association)))
}

/// An archived record has no associations any more.
pub(super) fn lacks(record: &Record, association: &str) -> bool {
    !record.deleted && !record.associations.iter().any(|(name, _)| name == association)
}

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    results: Vec<Answered<'a>>,
}

#[derive(Deserialize)]
struct Answered<'a> {
    #[serde(borrow)]
    from: From<'a>,
    #[serde(borrow)]
    to: Vec<End<'a>>,
    #[serde(borrow, default)]
    paging: Option<Paging<'a>>,
}

#[derive(Deserialize)]
struct From<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct End<'a> {
    #[serde(borrow)]
    to_object_id: &'a RawValue,
    #[serde(borrow, default)]
    association_types: Option<&'a RawValue>,
}

/// What is left after a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rest {
    /// Records that have more, and the token behind which it begins.
    pub(super) more: Vec<(String, String)>,
    /// Records that have more than is followed.
    pub(super) cut: Vec<String>,
}

/// Puts a batch's answer into the records that it was asked for, behind what came before; those that it does not name have none.
pub(super) fn complete(association: &str, records: &mut [Record], asked: &[Input<'_>], body: &Bytes) -> Result<Rest, ReadError> {
    let wrong = |error: serde_json::Error| ReadError::malformed(error, body);
    let batch: Batch<'_> = serde_json::from_slice(body).map_err(wrong)?;
    let mut by_record: HashMap<Cow<'_, str>, Vec<&Answered<'_>>> = HashMap::new();
    for result in &batch.results {
        if let Some(id) = text(result.from.id) {
            by_record.entry(id).or_default().push(result);
        }
    }
    let mut known: HashMap<String, &mut Record> = records.iter_mut().map(|record| (record.id.clone(), record)).collect();
    let mut rest = Rest::default();
    for Input { id, after } in asked {
        let Some(record) = known.get_mut(id.as_ref()) else { continue };
        let of_record = by_record.get(id).into_iter().flatten();
        let ends = of_record.clone().flat_map(|result| &result.to);
        let list: Vec<_> = ends.filter_map(|end| associated(association, end)).collect();
        let count = push(record, association, &list).map_err(wrong)?;
        let next = of_record.filter_map(|result| result.paging.as_ref()?.next.as_ref()).map(|next| next.after).next();
        match next {
            None => {}
            Some(_) if count >= ASSOCIATIONS_MAX => rest.cut.push(record.id.clone()),
            Some(next) => rest.more.push((record.id.clone(), token(next, after.as_deref(), body)?)),
        }
    }
    Ok(rest)
}

/// The token that the rest is asked for by.
fn token(next: &RawValue, asked: Option<&str>, body: &Bytes) -> Result<String, ReadError> {
    let wrong = |reason: &str| ReadError::malformed(reason, body);
    let next = text(next).ok_or_else(|| wrong("`paging.next.after` is neither text nor a number"))?;
    if next.len() > AFTER_BYTES_MAX || asked == Some(&*next) {
        return Err(wrong("`paging.next.after` does not lead on"));
    }
    Ok(next.into_owned())
}

/// Adds to the list that the record has of this association; says how long it is now.
fn push<T: Serialize>(record: &mut Record, association: &str, list: &[Association<'_, T>]) -> serde_json::Result<usize> {
    let list = (serde_json::to_vec(list)?, list.len());
    let Some((_, known)) = record.associations.iter_mut().find(|(name, _)| name == association) else {
        record.associations.push((association.to_owned(), list.0.into()));
        return Ok(list.1);
    };
    let count = serde_json::from_slice::<Vec<&RawValue>>(known)?.len();
    *known = piece::joined(known, &list.0);
    Ok(count + list.1)
}

fn associated<'a>(object_name: &'a str, end: &End<'a>) -> Option<Association<'a, Option<&'a RawValue>>> {
    let id = piece::text(end.to_object_id)?.into_owned();
    Some(Association { id, object_name, provider_association_metadata: Kinds { association_types: end.association_types } })
}
