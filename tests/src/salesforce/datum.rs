//! The value of a field: how it compares, and how it is written as JSON.

use std::{borrow::Cow, cmp::Ordering};

use jiff::{
    Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::id::Id;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a> {
    /// No value.
    Null,
    /// Text, compared without regard to case.
    Text(Cow<'a, str>),
    /// The id of a record.
    Id(Id),
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Whole(i64),
    /// Any number.
    Number(f64),
    /// A day.
    Date(Date),
    /// An instant, in Unix seconds: Salesforce keeps no fractions.
    Instant(i64),
    /// Several values under one name: an address, the name of a person.
    Compound(Vec<(&'static str, Self)>),
}

impl<'a> Datum<'a> {
    /// Text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Whether there is none.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The same, owning what it holds.
    pub fn into_owned(self) -> Datum<'static> {
        match self {
            Self::Null => Datum::Null,
            Self::Text(text) => Datum::Text(Cow::Owned(text.into_owned())),
            Self::Id(id) => Datum::Id(id),
            Self::Boolean(is) => Datum::Boolean(is),
            Self::Whole(number) => Datum::Whole(number),
            Self::Number(number) => Datum::Number(number),
            Self::Date(date) => Datum::Date(date),
            Self::Instant(at_s) => Datum::Instant(at_s),
            Self::Compound(parts) => Datum::Compound(parts.into_iter().map(|(name, part)| (name, part.into_owned())).collect()),
        }
    }

    /// The order of two values of one field; nothing where there is none, as with a null.
    pub fn compare(&self, other: &Datum<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(one), Datum::Text(other)) => Some(folded(one).cmp(folded(other))),
            (Self::Id(one), Datum::Id(other)) => Some(one.cmp(other)),
            (Self::Boolean(one), Datum::Boolean(other)) => Some(one.cmp(other)),
            (Self::Date(one), Datum::Date(other)) => Some(one.cmp(other)),
            (Self::Instant(one), Datum::Instant(other)) => Some(one.cmp(other)),
            _ => self.number()?.partial_cmp(&other.number()?),
        }
    }

    /// The order in which they are sorted, nulls first.
    pub fn rank(&self, other: &Datum<'_>) -> Ordering {
        self.compare(other).unwrap_or_else(|| (!self.is_null()).cmp(&!other.is_null()))
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

/// The first second of a day, in UTC.
pub(super) fn start_of(day: Date) -> i64 {
    // Only the last hours of the calendar have no instant.
    day.to_zoned(TimeZone::UTC).map_or(i64::MAX, |start| start.timestamp().as_second())
}

/// An instant as Salesforce writes it: three decimals and an offset without a colon.
pub(super) fn instant(at_s: i64, zone_minutes: i16) -> String {
    let zone = Offset::from_seconds(i32::from(zone_minutes) * 60).unwrap_or(Offset::UTC);
    let at = Timestamp::from_second(at_s).unwrap_or_default().to_zoned(TimeZone::fixed(zone));
    at.strftime("%Y-%m-%dT%H:%M:%S.000%z").to_string()
}

/// A value on its way into JSON, with the offset that instants are written in.
pub(super) struct Written<'a, 'b> {
    /// The value.
    pub(super) datum: &'b Datum<'a>,
    /// Minutes east of UTC; Salesforce itself always writes UTC.
    pub(super) zone_minutes: i16,
}

impl Serialize for Written<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.datum {
            Datum::Null => serializer.serialize_none(),
            Datum::Text(text) => serializer.serialize_str(text),
            Datum::Id(id) => serializer.collect_str(id),
            Datum::Boolean(is) => serializer.serialize_bool(*is),
            Datum::Whole(number) => serializer.serialize_i64(*number),
            Datum::Number(number) => serializer.serialize_f64(*number),
            Datum::Date(date) => serializer.collect_str(date),
            Datum::Instant(at_s) => serializer.serialize_str(&instant(*at_s, self.zone_minutes)),
            Datum::Compound(parts) => {
                let mut map = serializer.serialize_map(Some(parts.len()))?;
                for (name, datum) in parts {
                    map.serialize_entry(name, &Written { datum, zone_minutes: self.zone_minutes })?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_salesforce_does() {
        let check = |datum: Datum<'_>, zone_minutes, expected: &str| {
            let written = serde_json::to_string(&Written { datum: &datum, zone_minutes }).unwrap_or_default();
            assert_eq!(written, expected, "{datum:?}");
        };
        check(Datum::Null, 0, "null");
        check(Datum::Whole(5), 0, "5");
        check(Datum::Number(5.0), 0, "5.0");
        check(Datum::Date(jiff::civil::date(2026, 2, 3)), 0, r#""2026-02-03""#);
        check(Datum::Instant(1_767_225_600), 0, r#""2026-01-01T00:00:00.000+0000""#);
        check(Datum::Instant(1_767_225_600), -330, r#""2025-12-31T18:30:00.000-0530""#);
        check(Datum::Compound(vec![("city", Datum::text("Oslo"))]), 0, r#"{"city":"Oslo"}"#);
    }

    #[test]
    fn texts_compare_without_case_and_nulls_not_at_all() {
        assert_eq!(Datum::text("ÅSA").compare(&Datum::text("åsa")), Some(Ordering::Equal));
        assert_eq!(Datum::Whole(2).compare(&Datum::Number(1.5)), Some(Ordering::Greater));
        assert_eq!(Datum::Null.compare(&Datum::Null), None);
        assert_eq!(Datum::Null.rank(&Datum::Whole(0)), Ordering::Less);
    }
}
