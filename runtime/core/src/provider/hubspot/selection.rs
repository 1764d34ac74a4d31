//! Which properties are asked for, and when they do not fit into a page's request.

use std::collections::BTreeSet;

use super::object::{Interface, is_root_key};
use crate::{
    cursor::ReadType,
    plan::{FieldFilter, ReadPlan},
};

/// Most characters of names that go into a page's request. HubSpot refuses searches whose body has more than 3,000 characters, and
/// whatever stands before it refuses addresses of more than about 8,000. Beyond this limit a page brings ids, and its records are
/// completed by reading them in batches, whose bodies have no such limit.
const NAMES_CHARS_MAX: usize = 2_000;

/// Names the records that went into this one, divided by semicolons, those that had gone into them before included.
pub(super) const MERGED_IDS: &str = "hs_merged_object_ids";

/// The properties of a plan, lower-cased as HubSpot's are, in order, without what every record has anyway.
pub(super) struct Selection(BTreeSet<String>);

impl Selection {
    pub(super) fn of(plan: &ReadPlan) -> Self {
        let names = plan.fields.sources().into_iter().map(str::to_lowercase);
        Self(names.filter(|name| !is_root_key(name)).collect())
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.0.into_iter().collect()
    }

    fn fits(&self) -> bool {
        // Each name comes with a comma and, in a body, quotation marks; in an address what is not ASCII is three times as long.
        self.0.iter().map(|name| name.len() * if name.is_ascii() { 1 } else { 3 } + 3).sum::<usize>() <= NAMES_CHARS_MAX
    }

    /// What a page's request asks for: all, or where that is too much what its records are judged by.
    pub(super) fn carried(plan: &ReadPlan, read_type: ReadType) -> Vec<String> {
        let mut names = Self::of(plan);
        if !names.fits() {
            names.0.clear();
        }
        names.0.extend(plan.filters_of(read_type).map(judged_by).filter(|name| !is_root_key(name)));
        names.0.extend(plan.deletes.then(|| MERGED_IDS.to_owned()));
        names.into_names()
    }
}

/// Whether a page's records lack what the plan wants of them.
pub(super) fn is_completed_later(plan: &ReadPlan) -> bool {
    Interface::of(&plan.key.object_name) == Interface::Objects && !Selection::of(plan).fits()
}

fn judged_by(filter: &FieldFilter) -> String {
    filter.field_name.to_lowercase()
}
