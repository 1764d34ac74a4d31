//! The records of one object type: rows in order of their ids, and what the search index shows of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::{
    Large,
    index::Index,
    record::{Properties, Record, View},
    schema::{Kind, ObjectType},
};

/// All records of one type. Ids are 1, 2, 3, …, so a row's place is its id minus one; nothing is ever removed.
#[derive(Debug)]
pub struct Store {
    /// The type.
    pub object: ObjectType,
    /// Made-up values depend on it.
    pub seed: u64,
    /// Which records carry a large text.
    pub large: Option<Large>,
    pub(super) rows: Vec<Record>,
    pub(super) archived: BTreeSet<u64>,
    pub(super) index: Index,
}

impl Store {
    /// A store with `count` generated records, created one after another over the `history_ms` before `now_ms`.
    pub fn generate(object: ObjectType, seed: u64, large: Option<Large>, count: u64, now_ms: i64, history_ms: i64) -> Self {
        let start = now_ms - history_ms;
        let at =
            |n: u64| start + i64::try_from(i128::from(history_ms) * i128::from(n) / i128::from(count.max(1))).unwrap_or_default();
        let rows: Vec<_> = (0..count).map(|n| new_record(at(n), None, true)).collect();
        let index = Index::of(&rows);
        Self { object, seed, large, rows, archived: BTreeSet::new(), index }
    }

    /// How many records there are, archived ones included.
    pub fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Whether there is no record at all.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The record as it is now, archived or not.
    pub fn get(&self, id: u64) -> Option<View<'_>> {
        let record = self.rows.get(usize::try_from(id.checked_sub(1)?).ok()?)?;
        Some(View { store: self, id, record })
    }

    /// At most `limit` records with ids above `after`, in order.
    pub fn page(&self, after: u64, limit: usize, is_archived: bool) -> Vec<View<'_>> {
        let above = (Bound::Excluded(after), Bound::Unbounded);
        if is_archived {
            return self.archived.range(above).filter_map(|id| self.get(*id)).take(limit).collect();
        }
        let live = (after + 1..=self.len()).filter_map(|id| self.get(id)).filter(|view| !view.record.is_archived());
        live.take(limit).collect()
    }

    /// Adds a record; search shows it once `lag_ms` have passed.
    pub fn create(&mut self, written: Properties, is_generated: bool, now_ms: i64, lag_ms: i64) -> u64 {
        self.learn(&written);
        self.rows.push(new_record(now_ms, Some(Box::new(written)), is_generated));
        let id = self.len();
        self.index.changed(id, None, &self.rows[self.rows.len() - 1], now_ms, lag_ms);
        id
    }

    /// Writes properties of a record that is not archived; false if there is none of this id.
    pub fn change(&mut self, id: u64, written: Properties, now_ms: i64, lag_ms: i64) -> bool {
        self.learn(&written);
        self.update(id, now_ms, lag_ms, |record| record.written.get_or_insert_default().extend(written))
    }

    /// Archives a record; false if there is none of this id, or it is archived already.
    pub fn archive(&mut self, id: u64, now_ms: i64, lag_ms: i64) -> bool {
        let is_done = self.update(id, now_ms, lag_ms, |record| record.archived_ms = now_ms);
        if is_done {
            self.archived.insert(id);
        }
        is_done
    }

    fn update(&mut self, id: u64, now_ms: i64, lag_ms: i64, apply: impl FnOnce(&mut Record)) -> bool {
        let row = id.checked_sub(1).and_then(|row| usize::try_from(row).ok()).and_then(|row| self.rows.get_mut(row));
        let Some(record) = row.filter(|record| !record.is_archived()) else { return false };
        let before = record.clone();
        apply(record);
        record.modified_ms = now_ms;
        record.revision += 1;
        self.index.changed(id, Some(before), record, now_ms, lag_ms);
        true
    }

    /// Properties written by a test that the type does not have become text properties of it.
    fn learn(&mut self, written: &BTreeMap<String, Option<String>>) {
        for name in written.keys().filter(|name| !self.object.properties.contains_key(*name)).cloned().collect::<Vec<_>>() {
            self.object.properties.insert(name, Kind::Text);
        }
    }
}

fn new_record(at_ms: i64, written: Option<Box<Properties>>, is_generated: bool) -> Record {
    Record { created_ms: at_ms, modified_ms: at_ms, archived_ms: 0, written, revision: 1, is_generated }
}
