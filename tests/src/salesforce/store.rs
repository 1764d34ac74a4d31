//! The records of one object: rows in order of their ids, and what queries show of them while a change is not visible yet.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use super::{
    datum::Datum,
    generate::{self, Parents},
    id::Id,
    schema::{ADDRESS, Entity, Source, System},
};
use crate::seed::Large;

/// Values somebody wrote, by the place of the field.
pub(super) type Values = BTreeMap<usize, Datum<'static>>;

/// Where a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Among the others.
    Live,
    /// In the recycle bin: only `queryAll` sees it.
    Bin,
    /// Gone for good.
    Gone,
}

/// What is stored of a record; its id is its place in the store. Small on purpose: a million of these are 32 MB.
#[derive(Debug, Clone)]
pub struct Row {
    /// Unix seconds.
    pub created_s: i64,
    /// Unix seconds of the last change, deletion or return.
    pub modified_s: i64,
    /// Written values; they win over generated ones.
    pub written: Option<Box<Values>>,
    /// 1, then one more at each change.
    pub revision: u32,
    /// Where it is.
    pub place: Place,
    /// Whether fields nobody wrote are made up from the seed.
    pub is_generated: bool,
}

/// Versions that queries show until changes become visible: each until this time (Unix milliseconds), the oldest first.
type Stale = Vec<(i64, Option<Row>)>;

/// All records of one object. Numbers are 1, 2, 3, …, so a row's place is its number minus one; nothing is ever removed.
#[derive(Debug)]
pub struct Store {
    /// The object.
    pub entity: Entity,
    /// Which records carry a large text.
    pub large: Option<Large>,
    pub(super) rows: Vec<Row>,
    stale: HashMap<u32, Stale>,
    seed: u64,
    /// By the place of the field.
    salts: Vec<u64>,
    parents: Vec<Option<Parents>>,
    user: Id,
}

/// A version of a record, with what is needed to read its fields.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Where it lives.
    pub store: &'a Store,
    /// Its number.
    pub number: u32,
    /// The version.
    pub row: &'a Row,
}

impl Store {
    /// A store with `count` generated records, created one after another over the `history_s` before `now_s`.
    pub(super) fn generate(
        entity: Entity,
        seed: u64,
        parents: Vec<Option<Parents>>,
        count: u32,
        now_s: i64,
        history_s: i64,
    ) -> Self {
        let at = |n: u32| now_s - history_s + history_s * i64::from(n) / i64::from(count.max(1));
        let rows = (0..count).map(|n| new_row(at(n), None, true)).collect();
        let salts = entity.fields.iter().map(|field| generate::salt(seed, &field.name)).collect();
        let user = Id { prefix: *b"005", number: 1 };
        Self { entity, large: None, rows, stale: HashMap::new(), seed, salts, parents, user }
    }

    /// How many records there are or were.
    pub fn len(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Whether there never was a record.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The id of a record.
    pub fn id(&self, number: u32) -> Id {
        Id { prefix: self.entity.prefix, number }
    }

    /// The record as it is now, wherever it is.
    pub fn get(&self, number: u32) -> Option<View<'_>> {
        let row = self.rows.get(usize::try_from(number.checked_sub(1)?).ok()?)?;
        Some(View { store: self, number, row })
    }

    /// The record as queries show it at `now_ms`: not those gone for good, and those in the bin only on request.
    pub fn shown(&self, number: u32, now_ms: i64, with_bin: bool) -> Option<View<'_>> {
        let stale = if self.stale.is_empty() { None } else { self.stale.get(&number) };
        let row = match stale.and_then(|versions| versions.iter().find(|(until_ms, _)| *until_ms > now_ms)) {
            Some((_, version)) => version.as_ref()?,
            None => self.get(number)?.row,
        };
        let is_shown = row.place == Place::Live || (with_bin && row.place == Place::Bin);
        is_shown.then_some(View { store: self, number, row })
    }

    /// Adds a record; queries show it once `lag_ms` have passed.
    pub fn create(&mut self, written: Values, is_generated: bool, now_ms: i64, lag_ms: i64) -> u32 {
        self.rows.push(new_row(now_ms.div_euclid(1_000), Some(Box::new(written)), is_generated));
        let number = self.len();
        self.hold_back(number, None, now_ms, lag_ms);
        number
    }

    /// Changes a record that is in `from`; false if there is none.
    pub fn update(&mut self, number: u32, from: Place, now_ms: i64, lag_ms: i64, apply: impl FnOnce(&mut Row)) -> bool {
        let row = number.checked_sub(1).and_then(|at| usize::try_from(at).ok()).and_then(|at| self.rows.get_mut(at));
        let Some(row) = row.filter(|row| row.place == from) else { return false };
        let before = (lag_ms > 0).then(|| row.clone());
        apply(row);
        row.modified_s = now_ms.div_euclid(1_000);
        row.revision += 1;
        self.hold_back(number, before, now_ms, lag_ms);
        true
    }

    /// Forgets versions that are no longer shown.
    pub fn catch_up(&mut self, now_ms: i64) {
        self.stale.retain(|_, versions| {
            versions.retain(|(until_ms, _)| *until_ms > now_ms);
            !versions.is_empty()
        });
    }

    fn hold_back(&mut self, number: u32, before: Option<Row>, now_ms: i64, lag_ms: i64) {
        if lag_ms > 0 {
            self.stale.entry(number).or_default().push((now_ms + lag_ms, before));
        }
    }
}

impl<'a> View<'a> {
    /// Its id.
    pub fn id(&self) -> Id {
        self.store.id(self.number)
    }

    /// The value of the field at this place.
    pub fn value(&self, at: usize) -> Datum<'a> {
        let Some(field) = self.store.entity.fields.get(at) else { return Datum::Null };
        match field.source {
            Source::System(system) => return self.system(system),
            Source::PersonName => return self.person_name(),
            Source::Address(start) => return self.address(start),
            Source::Plain => {}
        }
        if let Some(value) = self.row.written.as_ref().and_then(|written| written.get(&at)) {
            return match value {
                Datum::Text(text) => Datum::Text(Cow::Borrowed(text)),
                other => other.clone(),
            };
        }
        if self.row.is_generated {
            let parents = self.store.parents.get(at).copied().flatten();
            return generate::value(self.store.seed, self.store.salts[at], field, parents, self.number);
        }
        match field.kind {
            super::schema::Kind::Boolean => Datum::Boolean(false),
            _ if field.name == "OwnerId" => Datum::Id(self.store.user),
            _ => Datum::Null,
        }
    }

    fn system(&self, system: System) -> Datum<'a> {
        match system {
            System::Id => Datum::Id(self.id()),
            System::IsDeleted => Datum::Boolean(self.row.place != Place::Live),
            System::Created => Datum::Instant(self.row.created_s),
            System::Modified => Datum::Instant(self.row.modified_s),
            System::By => Datum::Id(self.store.user),
            System::Revision => Datum::Number(f64::from(self.row.revision)),
            System::Large => {
                self.store.large.and_then(|large| large.text(u64::from(self.number))).map_or(Datum::Null, Datum::text)
            }
        }
    }

    fn person_name(&self) -> Datum<'a> {
        let part = |name| self.store.entity.place(name).map_or(Datum::Null, |at| self.value(at));
        let parts = [part("FirstName"), part("LastName")];
        Datum::text(parts.iter().filter_map(Datum::as_text).collect::<Vec<_>>().join(" "))
    }

    fn address(&self, start: &str) -> Datum<'a> {
        let part = |(end, name): &(&str, &'static str)| {
            let at = self.store.entity.place(&format!("{start}{end}"));
            (*name, at.map_or(Datum::Null, |at| self.value(at)))
        };
        let mut parts: Vec<_> = ADDRESS.iter().map(part).collect();
        if parts.iter().all(|(_, value)| value.is_null()) {
            return Datum::Null;
        }
        parts.extend(["geocodeAccuracy", "latitude", "longitude"].map(|name| (name, Datum::Null)));
        Datum::Compound(parts)
    }
}

fn new_row(at_s: i64, written: Option<Box<Values>>, is_generated: bool) -> Row {
    Row { created_s: at_s, modified_s: at_s, written, revision: 1, place: Place::Live, is_generated }
}
