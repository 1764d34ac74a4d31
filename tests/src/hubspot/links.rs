//! Which records belong together, seen from both sides, and the numbers HubSpot gives to kinds of associations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Type ids of associations without a label, as HubSpot documents them.
const TYPE_IDS: &[(&str, &str, u32)] = &[
    ("contacts", "companies", 279),
    ("companies", "contacts", 280),
    ("contacts", "deals", 4),
    ("deals", "contacts", 3),
    ("contacts", "tickets", 15),
    ("tickets", "contacts", 16),
    ("companies", "deals", 342),
    ("deals", "companies", 341),
    ("companies", "tickets", 340),
    ("tickets", "companies", 339),
    ("contacts", "contacts", 449),
    ("companies", "companies", 450),
    ("deals", "tickets", 27),
    ("tickets", "deals", 28),
];
/// Pairs with a custom object have ids of the account's own; from here on.
const CUSTOM_TYPE_ID_MIN: u32 = 900;

/// One end of an association: the plural name of a type, and a record's id.
pub(super) type End = (String, u64);

/// All associations; each is there from both sides.
#[derive(Debug, Default)]
pub(super) struct Links(BTreeMap<End, BTreeMap<End, Option<String>>>);

impl Links {
    /// Associates two records; a label takes the place of the one before. False where that changes nothing.
    pub(super) fn add(&mut self, one: &End, other: &End, label: Option<&str>) -> bool {
        let mut put = |from: &End, to: &End| {
            let label = label.map(str::to_owned);
            self.0.entry(from.clone()).or_default().insert(to.clone(), label.clone()) != Some(label)
        };
        let is_new = put(one, other);
        put(other, one);
        is_new
    }

    /// Ends an association; false where there was none.
    pub(super) fn remove(&mut self, one: &End, other: &End) -> bool {
        let mut take = |from: &End, to: &End| self.0.get_mut(from).is_some_and(|ends| ends.remove(to).is_some());
        let was_there = take(one, other);
        take(other, one);
        was_there
    }

    /// Ends every association of a record.
    pub(super) fn forget(&mut self, end: &End) {
        for other in self.0.remove(end).unwrap_or_default().into_keys() {
            if let Some(ends) = self.0.get_mut(&other) {
                ends.remove(end);
            }
        }
    }

    /// The records of one type that a record is associated with, in order of their ids, and the labels.
    pub(super) fn of<'a>(&'a self, from: &End, to_object: &'a str) -> impl Iterator<Item = (u64, Option<&'a str>)> + use<'a> {
        let ends = self.0.get(from).into_iter().flatten();
        ends.filter(move |((object, _), _)| object == to_object).map(|((_, id), label)| (*id, label.as_deref()))
    }
}

/// The number of the association without a label between two types.
pub(super) fn type_id(from: &str, to: &str) -> u32 {
    let known = TYPE_IDS.iter().find(|(a, b, _)| (*a, *b) == (from, to)).map(|(_, _, id)| *id);
    known.unwrap_or_else(|| CUSTOM_TYPE_ID_MIN + from.bytes().chain(to.bytes()).fold(0, |sum, byte| sum + u32::from(byte)))
}

/// The kinds of an association, as version 4 of the API gives them.
pub(super) fn types(from: &str, to: &str, label: Option<&str>) -> Value {
    let plain = type_id(from, to);
    let unlabelled = json!({"category": "HUBSPOT_DEFINED", "typeId": plain, "label": null});
    match label {
        Some(label) => json!([{"category": "USER_DEFINED", "typeId": plain + 10_000, "label": label}, unlabelled]),
        None => json!([unlabelled]),
    }
}
