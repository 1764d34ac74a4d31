//! Searching a store: which records pass, in which order, and how many there are, without walking a million rows for each page.
//!
//! A reader pages with `hs_object_id GT x` or with `after`, so one scan serves many pages: the ids that pass the *other* filters are
//! kept until the store changes, and a page is a slice of them. A search by ids alone needs no scan at all.

mod datum;
mod filter;
mod request;

use std::{cmp::Ordering, collections::VecDeque, ops::RangeInclusive, sync::Arc};

pub(super) use request::parse;

use self::{
    datum::{Datum, Subject},
    filter::Filter,
};
use super::{record::View, store::Store};

/// How many scans are kept per store.
const SCANS_KEPT_MAX: usize = 4;

/// A search, understood.
#[derive(Debug)]
pub(super) struct Query {
    groups: Vec<Vec<Filter>>,
    text: Option<String>,
    sort: Sort,
    limit: u64,
    offset: u64,
    /// The properties asked for; nothing means the defaults.
    pub properties: Option<Vec<String>>,
}

#[derive(Debug, PartialEq)]
struct Sort {
    subject: Subject,
    is_descending: bool,
}

/// A page of results.
pub(super) struct Found<'a> {
    /// How many records pass, on all pages.
    pub total: u64,
    /// Those of this page.
    pub page: Vec<View<'a>>,
    /// The `after` of the next page, if there is one.
    pub next: Option<u64>,
}

/// Scans kept for further pages, newest first.
#[derive(Debug, Default)]
pub(super) struct Cache(VecDeque<(String, Arc<Vec<u64>>)>);

impl Cache {
    /// Forgets all: the store changed.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn get(&self, key: &str) -> Option<Arc<Vec<u64>>> {
        self.0.iter().find(|(kept, _)| kept == key).map(|(_, ids)| Arc::clone(ids))
    }

    fn keep(&mut self, key: String, ids: Arc<Vec<u64>>) {
        self.0.truncate(SCANS_KEPT_MAX - 1);
        self.0.push_front((key, ids));
    }
}

/// A query whose bounds on the id are taken out, so that all pages of a keyset walk share the rest.
struct Plan {
    ids: RangeInclusive<u64>,
    groups: Vec<Vec<Filter>>,
    text: Option<String>,
    sort: Sort,
}

impl Plan {
    fn of(query: Query) -> Self {
        let mut plan = Self { ids: 0..=u64::MAX, groups: query.groups, text: query.text, sort: query.sort };
        if plan.sort.subject != Subject::Id {
            return plan;
        }
        if let [only] = plan.groups.as_mut_slice() {
            let (mut low, mut high) = (0, i64::MAX);
            only.retain(|filter| match (&filter.subject, filter.range()) {
                (Subject::Id, Some((from, to))) => {
                    (low, high) = (low.max(from), high.min(to));
                    false
                }
                _ => true,
            });
            plan.ids = u64::try_from(low).unwrap_or_default()..=u64::try_from(high).unwrap_or_default();
            if only.is_empty() {
                plan.groups.clear();
            }
        }
        plan
    }

    fn key(&self) -> String {
        // A list by id is read from either end; any other is kept in its final order.
        let order = Some(&self.sort).filter(|sort| sort.subject != Subject::Id);
        format!("{:?} {:?} {order:?}", self.groups, self.text)
    }

    fn takes_all(&self) -> bool {
        self.groups.is_empty() && self.text.is_none() && self.sort.subject == Subject::Id
    }

    fn passes(&self, view: &View<'_>) -> bool {
        let is_in_a_group =
            self.groups.is_empty() || self.groups.iter().any(|group| group.iter().all(|filter| filter.passes(view)));
        is_in_a_group && self.text.as_deref().is_none_or(|text| mentions(view, text))
    }

    /// The span of modification times that can pass, if the filters bound it.
    fn modified(&self) -> Option<(i64, i64)> {
        let [only] = self.groups.as_slice() else { return None };
        let ranges = only.iter().filter(|filter| filter.subject == Subject::Modified).filter_map(Filter::range);
        ranges.reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
    }
}

/// Runs a search on what the index shows at `now_ms`.
pub(super) fn run(store: &mut Store, query: Query, now_ms: i64) -> Found<'_> {
    store.index.catch_up(&store.rows, now_ms);
    let (offset, limit) = (query.offset, query.limit);
    let plan = Plan::of(query);
    let (total, page) = if plan.takes_all() && store.index.is_current() {
        by_id_alone(store, &plan, offset, limit)
    } else {
        from_scan(store, &plan, offset, limit)
    };
    let end = offset + page.len() as u64;
    let next = (end < total && !page.is_empty()).then_some(end);
    Found { total, page: page.into_iter().filter_map(|id| store.shown(id)).collect(), next }
}

fn by_id_alone(store: &Store, plan: &Plan, offset: u64, limit: u64) -> (u64, Vec<u64>) {
    let (low, high) = (*plan.ids.start().max(&1), *plan.ids.end().min(&store.len()));
    if low > high {
        return (0, Vec::new());
    }
    let total = high - low + 1 - store.archived.range(low..=high).count() as u64;
    (total, page_of((low..=high).filter(|id| !store.archived.contains(id)), plan, offset, limit))
}

fn from_scan(store: &mut Store, plan: &Plan, offset: u64, limit: u64) -> (u64, Vec<u64>) {
    let key = plan.key();
    let ids = store.index.cache.get(&key).unwrap_or_else(|| {
        let ids = Arc::new(scan(store, plan));
        store.index.cache.keep(key, Arc::clone(&ids));
        ids
    });
    if plan.sort.subject != Subject::Id {
        return (ids.len() as u64, ids.iter().copied().skip(to_usize(offset)).take(to_usize(limit)).collect());
    }
    let from = ids.partition_point(|id| id < plan.ids.start());
    let to = ids.partition_point(|id| id <= plan.ids.end()).max(from);
    ((to - from) as u64, page_of(ids[from..to].iter().copied(), plan, offset, limit))
}

fn page_of(ids: impl DoubleEndedIterator<Item = u64>, plan: &Plan, offset: u64, limit: u64) -> Vec<u64> {
    let (offset, limit) = (to_usize(offset), to_usize(limit));
    if plan.sort.is_descending { ids.rev().skip(offset).take(limit).collect() } else { ids.skip(offset).take(limit).collect() }
}

/// All ids that pass: ascending if the plan sorts by id, else in the plan's order.
fn scan(store: &Store, plan: &Plan) -> Vec<u64> {
    let passes = |id: &u64| store.shown(*id).is_some_and(|view| plan.passes(&view));
    let mut ids: Vec<u64> = match plan.modified() {
        Some((low, high)) if low > high => Vec::new(),
        Some((low, high)) => {
            store.index.by_modified.range((low, 0)..=(high, u64::MAX)).map(|(_, id)| *id).filter(passes).collect()
        }
        None => (1..=store.len()).filter(passes).collect(),
    };
    ids.sort_unstable();
    if plan.sort.subject != Subject::Id {
        return sorted(store, &plan.sort, &ids);
    }
    ids
}

/// In the order of the sort; equal ones by id, those without a value last.
fn sorted(store: &Store, sort: &Sort, ids: &[u64]) -> Vec<u64> {
    let value = |id: &u64| store.shown(*id).and_then(|view| sort.subject.read(&view));
    let mut keyed: Vec<(Option<Datum>, u64)> = ids.iter().map(|id| (value(id), *id)).collect();
    keyed.sort_by(|(a, a_id), (b, b_id)| {
        let by_value = match (a, b) {
            (Some(a), Some(b)) => a.compare(b).unwrap_or(Ordering::Equal),
            (a, b) => return b.is_some().cmp(&a.is_some()).then(a_id.cmp(b_id)),
        };
        let by_value = if sort.is_descending { by_value.reverse() } else { by_value };
        by_value.then(a_id.cmp(b_id))
    });
    keyed.into_iter().map(|(_, id)| id).collect()
}

/// Whether each word of `text` begins a word of one of the properties that `query` looks into.
fn mentions(view: &View<'_>, text: &str) -> bool {
    let values = view.store.object.searched.iter().filter_map(|name| view.value(name));
    let words: Vec<String> = values.flat_map(|value| filter::words(&value)).collect();
    filter::words(text).iter().all(|wanted| words.iter().any(|word| word.starts_with(wanted)))
}

fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
