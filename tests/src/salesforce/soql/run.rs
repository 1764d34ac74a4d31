//! Finds the records that a plan is about, in its order.

use std::cmp::Ordering;

use super::{
    plan::{Key, Plan},
    scope::Scope,
};
use crate::salesforce::{datum::Datum, store::View};

/// The numbers of the records, sorted, without what lies before the offset and beyond the limit.
pub(in crate::salesforce) fn numbers(scope: Scope<'_>, plan: &Plan) -> Vec<u32> {
    let wanted = plan.limit.map(|limit| limit.saturating_add(plan.offset));
    if plan.order.is_empty() {
        return cut(matching(scope, plan, wanted.unwrap_or(usize::MAX)), plan);
    }
    cut(sorted(scope, plan, matching(scope, plan, usize::MAX)), plan)
}

/// All that match, in order of their ids, at most so many.
pub(super) fn matching(scope: Scope<'_>, plan: &Plan, max: usize) -> Vec<u32> {
    let count = scope.org.stores.get(plan.entity).map_or(0, |store| store.len());
    let passes = |number: &u32| {
        let view = scope.view(plan.entity, *number);
        view.is_some_and(|view| plan.filter.as_ref().is_none_or(|filter| filter.passes(scope, view)))
    };
    match plan.filter.as_ref().and_then(|filter| filter.candidates()) {
        Some(numbers) => numbers.into_iter().filter(passes).take(max).collect(),
        None => (1..=count).filter(passes).take(max).collect(),
    }
}

/// The same records in the order of the plan; equal ones stay in order of their ids.
pub(super) fn sorted(scope: Scope<'_>, plan: &Plan, numbers: Vec<u32>) -> Vec<u32> {
    let keys = |view: View<'_>| plan.order.iter().map(|key| key.route.value(scope, view).into_owned()).collect::<Vec<_>>();
    let viewed = numbers.into_iter().filter_map(|number| Some((number, scope.view(plan.entity, number)?)));
    let mut keyed: Vec<_> = viewed.map(|(number, view)| (keys(view), number)).collect();
    keyed.sort_by(|(one, _), (other, _)| {
        let parts = plan.order.iter().zip(one.iter().zip(other));
        parts.fold(Ordering::Equal, |order, (key, (one, other))| order.then_with(|| key.order(one, other)))
    });
    keyed.into_iter().map(|(_, number)| number).collect()
}

/// What the offset and the limit leave.
pub(super) fn cut<T>(mut all: Vec<T>, plan: &Plan) -> Vec<T> {
    all.drain(..plan.offset.min(all.len()));
    all.truncate(plan.limit.unwrap_or(usize::MAX));
    all
}

impl Key {
    fn order(&self, one: &Datum<'_>, other: &Datum<'_>) -> Ordering {
        if one.is_null() || other.is_null() {
            let nulls_first = one.is_null().cmp(&other.is_null()).reverse();
            return if self.are_nulls_last { nulls_first.reverse() } else { nulls_first };
        }
        if self.is_descending { other.rank(one) } else { one.rank(other) }
    }
}
