//! Conditions that records must meet: checked here once, and applied here where the provider cannot.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{FieldFilter, FilterOperator, Problems};
use crate::provider::Record;

/// Most conditions of one object.
const FILTERS_MAX: usize = 20;

/// The conditions, those that cannot work reported and left out.
pub(super) fn check(filters: &[FieldFilter], what: &str, problems: &mut Problems) -> Vec<FieldFilter> {
    if filters.len() > FILTERS_MAX {
        problems.add_at(what, format!("{what} has {} conditions, and {FILTERS_MAX} are the most", filters.len()));
    }
    let mut seen = BTreeSet::new();
    let sound = |filter: &&FieldFilter| {
        if !matches!(filter.value, Value::String(_) | Value::Bool(_) | Value::Number(_)) {
            problems.add_at(what, format!("{what}, field `{}`: a value is text, a number, true or false", filter.field_name));
            return false;
        }
        let is_first = seen.insert(filter.field_name.to_lowercase());
        if !is_first {
            problems.add_at(
                what,
                format!("{what} names the field `{}` twice, and all conditions must hold: leave one out", filter.field_name),
            );
        }
        is_first
    };
    filters.iter().take(FILTERS_MAX).filter(sound).cloned().collect()
}

/// Whether a record meets a condition. A provider's text that reads like the number or truth value that is asked for is equal to it:
/// some providers give every value as text.
pub fn meets(record: &Record, filter: &FieldFilter) -> bool {
    let name = filter.field_name.to_lowercase();
    let Some((_, value)) = record.fields.iter().find(|(field, _)| *field == name) else { return false };
    let Ok(value) = serde_json::from_slice::<Value>(value) else { return false };
    match filter.operator {
        FilterOperator::Eq => value == filter.value || text(&value) == text(&filter.value),
    }
}

/// A scalar as text; nothing for null, lists and objects.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}
