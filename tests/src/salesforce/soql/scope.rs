//! What a query runs over: the organisation at a moment, with or without the recycle bin.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::salesforce::{datum::Datum, org::Org, store::View};

/// What is shared by all parts of one query.
#[derive(Clone, Copy)]
pub(in crate::salesforce) struct Scope<'a> {
    pub(in crate::salesforce) org: &'a Org,
    /// Unix milliseconds.
    pub(in crate::salesforce) now_ms: i64,
    /// Whether deleted records count: `queryAll`.
    pub(in crate::salesforce) with_bin: bool,
}

impl<'a> Scope<'a> {
    /// A record of a store, if it is shown.
    pub(in crate::salesforce) fn view(self, entity: usize, number: u32) -> Option<View<'a>> {
        self.org.stores.get(entity)?.shown(number, self.now_ms, self.with_bin)
    }

    /// The record that a lookup leads to, if it is shown.
    pub(super) fn parent(self, lookup: &Datum<'_>, entity: usize) -> Option<View<'a>> {
        let Datum::Id(id) = lookup else { return None };
        self.view(entity, id.number)
    }

    pub(super) fn today(self) -> Date {
        Timestamp::from_millisecond(self.now_ms).unwrap_or_default().to_zoned(TimeZone::UTC).date()
    }
}
