//! Made-up field values: a pure function of seed, field and record, so that a million records need not be stored.

use std::borrow::Cow;

use jiff::{ToSpan, civil::date};

use super::{
    datum::Datum,
    id::Id,
    schema::{Field, Kind},
};
use crate::seed::{CITY, COMPANY, FIRST, GAP_EVERY, LAST, TITLE, ascii, mix, named, pick};

/// Records looked up to: the first letters of their ids, and how many there were at the start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parents {
    pub(super) prefix: [u8; 3],
    pub(super) count: u32,
}

/// The value of a field of record `number`. `salt` stands for the field, `seed` for the object.
pub(super) fn value(seed: u64, salt: u64, field: &Field, parents: Option<Parents>, number: u32) -> Datum<'static> {
    let of_record = mix(seed ^ u64::from(number));
    let bits = mix(salt ^ u64::from(number));
    // Names of one record must agree with each other, so they do not depend on the field.
    let name = |words: &[&'static str], shift: u32| pick(words, of_record >> shift);
    let text = |text: &'static str| Datum::Text(Cow::Borrowed(text));
    let is_gap = bits.is_multiple_of(GAP_EVERY) && field.is_nillable() && field.kind != Kind::Email;
    if is_gap {
        return Datum::Null;
    }
    match field.kind {
        Kind::Boolean => Datum::Boolean(field.name == "IsActive" || bits.is_multiple_of(3)),
        Kind::Whole => Datum::Whole((bits % 5_000).cast_signed()),
        Kind::Number => Datum::Number((bits % 1_000) as f64 / 8.0),
        Kind::Currency => Datum::Number((bits % 100_000_000) as f64 / 100.0),
        Kind::Percent => Datum::Number((bits % 101) as f64),
        Kind::Date => Datum::Date(date(1950, 1, 1).saturating_add((bits % 30_000).cast_signed().days())),
        Kind::Picklist(values) => text(pick(values, bits)),
        Kind::Multipicklist(values) => {
            let chosen: Vec<_> =
                values.iter().enumerate().filter(|(at, _)| bits >> (8 + at) & 1 == 1).map(|(_, one)| *one).collect();
            if chosen.is_empty() { Datum::Null } else { Datum::text(chosen.join(";")) }
        }
        Kind::Reference { .. } => match parents.filter(|parents| parents.count > 0) {
            Some(Parents { prefix, count }) => {
                let number = u32::try_from(bits % u64::from(count)).unwrap_or_default() + 1;
                Datum::Id(Id { prefix, number })
            }
            None => Datum::Null,
        },
        Kind::Email => Datum::text(format!(
            "{}.{}.{number}@{}.example",
            ascii(name(FIRST, 0)),
            ascii(name(LAST, 16)),
            ascii(name(COMPANY, 32))
        )),
        Kind::Phone => Datum::text(format!("+1 555 {:07}", bits % 10_000_000)),
        Kind::Url => Datum::text(format!("https://{}-{number}.example", ascii(name(COMPANY, 32)))),
        Kind::LongText => Datum::text(format!("{} asks\r\nabout \"{}\".", name(FIRST, 0), name(COMPANY, 32))),
        Kind::Text => match field.name.as_str() {
            "FirstName" => text(name(FIRST, 0)),
            "LastName" => text(name(LAST, 16)),
            "Name" => Datum::text(format!("{} #{number}", name(COMPANY, 32))),
            "Username" => Datum::text(format!("user{number}@{}.example", ascii(name(COMPANY, 32)))),
            "Company" => text(name(COMPANY, 32)),
            "Title" => text(pick(TITLE, bits)),
            city if city.ends_with("City") => text(pick(CITY, bits)),
            country if country.ends_with("Country") => text("Norway"),
            _ => Datum::text(format!("{} of {number}: {bits:016x}", field.name)),
        },
        Kind::Id | Kind::Instant | Kind::Address => Datum::Null,
    }
}

/// Stands for a field in [`value`].
pub(super) fn salt(seed: u64, field: &str) -> u64 {
    named(seed, field)
}
