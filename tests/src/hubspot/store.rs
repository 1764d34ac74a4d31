//! The records of one object type: rows in order of their ids, and what the search index shows of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::{
    Large,
    change::{Change, ChangeKind, ChangeLog},
    index::Index,
    record::{Properties, Record, View},
    schema::{Kind, MERGED_IDS, ObjectType, REVISION},
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
    /// Records that went into others: of the archived ones, those that no list shows.
    merged: BTreeSet<u64>,
    pub(super) index: Index,
    pub(super) changes: ChangeLog,
}

impl Store {
    /// A store with `count` generated records, created one after another over the `history_ms` before `now_ms`.
    pub fn generate(object: ObjectType, seed: u64, large: Option<Large>, count: u64, now_ms: i64, history_ms: i64) -> Self {
        let start = now_ms - history_ms;
        let at =
            |n: u64| start + i64::try_from(i128::from(history_ms) * i128::from(n) / i128::from(count.max(1))).unwrap_or_default();
        let rows: Vec<_> = (0..count).map(|n| new_record(at(n), None, true)).collect();
        let index = Index::of(&rows);
        Self {
            object,
            seed,
            large,
            rows,
            archived: BTreeSet::new(),
            merged: BTreeSet::new(),
            index,
            changes: ChangeLog::default(),
        }
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
            let shown = self.archived.range(above).filter(|id| !self.merged.contains(id));
            return shown.filter_map(|id| self.get(*id)).take(limit).collect();
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
        self.changes.push(now_ms, id, ChangeKind::Creation);
        id
    }

    /// Writes properties of a record that is not archived; false if there is none of this id.
    pub fn change(&mut self, id: u64, written: Properties, now_ms: i64, lag_ms: i64) -> bool {
        self.learn(&written);
        let told = self.differences(id, &written);
        let is_done = self.update(id, now_ms, lag_ms, |record| record.written.get_or_insert_default().extend(written));
        for (name, value) in told.into_iter().filter(|_| is_done) {
            self.changes.push(now_ms, id, ChangeKind::Property { name, value });
        }
        is_done
    }

    /// What a write would change of a record, as far as somebody listens. A write without values changes the revision alone.
    fn differences(&self, id: u64, written: &Properties) -> Vec<(String, String)> {
        let Some(view) = self.get(id).filter(|_| self.changes.is_listening) else { return Vec::new() };
        if written.is_empty() {
            return vec![(REVISION.to_owned(), (view.record.revision + 1).to_string())];
        }
        let is_other = |(name, value): &(&String, &Option<String>)| view.value(name).as_deref() != value.as_deref();
        written.iter().filter(is_other).map(|(name, value)| (name.clone(), value.clone().unwrap_or_default())).collect()
    }

    /// Archives a record; false if there is none of this id, or it is archived already.
    pub fn archive(&mut self, id: u64, now_ms: i64, lag_ms: i64) -> bool {
        let is_done = self.update(id, now_ms, lag_ms, |record| record.archived_ms = now_ms);
        if is_done {
            self.archived.insert(id);
            self.changes.push(now_ms, id, ChangeKind::Deletion);
        }
        is_done
    }

    /// Lets a record go into another, which says so from then on; nothing else ever shows it again.
    pub fn absorb(&mut self, into: u64, merged: u64, now_ms: i64, lag_ms: i64) {
        let ids = |id| self.get(id).and_then(|view| view.value(MERGED_IDS)).map(|ids| ids.into_owned());
        let ids: Vec<String> = ids(into).into_iter().chain([merged.to_string()]).chain(ids(merged)).collect();
        let written = [(MERGED_IDS.to_owned(), Some(ids.join(";")))].into();
        self.learn(&written);
        self.update(into, now_ms, lag_ms, |record| record.written.get_or_insert_default().extend(written));
        self.update(merged, now_ms, lag_ms, |record| record.archived_ms = now_ms);
        self.archived.insert(merged);
        self.merged.insert(merged);
    }

    /// Whether a record went into another.
    pub fn is_merged(&self, id: u64) -> bool {
        self.merged.contains(&id)
    }

    /// Takes a record out of the archive; false if it is not in it.
    pub fn restore(&mut self, id: u64, now_ms: i64, lag_ms: i64) -> bool {
        let Some(record) = self.row(id).filter(|record| record.is_archived()) else { return false };
        let before = record.clone();
        record.archived_ms = 0;
        (record.modified_ms, record.revision) = (now_ms, record.revision + 1);
        let after = record.clone();
        self.archived.remove(&id);
        self.index.changed(id, Some(before), &after, now_ms, lag_ms);
        self.changes.push(now_ms, id, ChangeKind::Restore);
        true
    }

    /// What happened since the last time, each with the type.
    pub(super) fn told(&mut self) -> Vec<(ObjectType, Change)> {
        self.changes.take().into_iter().map(|change| (self.object.clone(), change)).collect()
    }

    fn row(&mut self, id: u64) -> Option<&mut Record> {
        self.rows.get_mut(usize::try_from(id.checked_sub(1)?).ok()?)
    }

    fn update(&mut self, id: u64, now_ms: i64, lag_ms: i64, apply: impl FnOnce(&mut Record)) -> bool {
        let Some(record) = self.row(id).filter(|record| !record.is_archived()) else { return false };
        let before = record.clone();
        apply(record);
        record.modified_ms = now_ms;
        record.revision += 1;
        let after = record.clone();
        self.index.changed(id, Some(before), &after, now_ms, lag_ms);
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
