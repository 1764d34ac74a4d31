//! What search shows: the store as of a little while ago, ordered by modification time.
//!
//! HubSpot's search index runs behind its writes. A new record is missing from it for a while, and a changed one is shown as it
//! was, at its old modification time.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::{
    record::{Record, View},
    search::Cache,
    store::Store,
};

/// A version that search will show from `due_ms` on.
#[derive(Debug)]
struct Pending {
    due_ms: i64,
    id: u64,
    version: Record,
}

/// The search index of one store.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// (modification time, id) of each record that is shown and not archived.
    pub(super) by_modified: BTreeSet<(i64, u64)>,
    /// Records shown otherwise than they are: an older version, or not at all.
    stale: HashMap<u64, Option<Record>>,
    pending: VecDeque<Pending>,
    pub(super) cache: Cache,
}

impl Index {
    pub(super) fn of(rows: &[Record]) -> Self {
        let by_modified = rows.iter().zip(1u64..).map(|(record, id)| (record.modified_ms, id)).collect();
        Self { by_modified, ..Self::default() }
    }

    /// A record became `after`; `before` is nothing for a new one.
    pub(super) fn changed(&mut self, id: u64, before: Option<Record>, after: &Record, now_ms: i64, lag_ms: i64) {
        if lag_ms <= 0 && self.pending.is_empty() {
            self.show(id, before.as_ref(), after);
            return;
        }
        self.stale.entry(id).or_insert(before);
        // Later changes may not overtake earlier ones, also when the lag was made smaller in between.
        let due_ms = self.pending.back().map_or(i64::MIN, |last| last.due_ms).max(now_ms + lag_ms);
        self.pending.push_back(Pending { due_ms, id, version: after.clone() });
    }

    /// Shows what has become due.
    pub(super) fn catch_up(&mut self, rows: &[Record], now_ms: i64) {
        while let Some(pending) = self.pending.pop_front_if(|pending| pending.due_ms <= now_ms) {
            let shown = self.stale.remove(&pending.id).flatten();
            self.show(pending.id, shown.as_ref(), &pending.version);
            let row = usize::try_from(pending.id - 1).ok().and_then(|row| rows.get(row));
            if row.is_some_and(|record| record.revision != pending.version.revision) {
                self.stale.insert(pending.id, Some(pending.version));
            }
        }
    }

    fn show(&mut self, id: u64, before: Option<&Record>, after: &Record) {
        self.cache.clear();
        if let Some(before) = before {
            self.by_modified.remove(&(before.modified_ms, id));
        }
        if !after.is_archived() {
            self.by_modified.insert((after.modified_ms, id));
        }
    }

    /// Whether search shows every record as it is.
    pub(super) fn is_current(&self) -> bool {
        self.stale.is_empty()
    }
}

impl Store {
    /// The record as search shows it; nothing if archived or not indexed yet.
    pub fn shown(&self, id: u64) -> Option<View<'_>> {
        let live = self.get(id)?;
        let shown = match self.index.stale.get(&id) {
            Some(version) => View { record: version.as_ref()?, ..live },
            None => live,
        };
        Some(shown).filter(|view| !view.record.is_archived())
    }
}
