//! One filter of a search: an operator on a property.

use std::cmp::Ordering;

use super::datum::{Datum, Subject};
use crate::hubspot::record::View;

/// What a filter demands of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Equal.
    Equal(Datum),
    /// There, and different.
    Different(Datum),
    /// At least, or above if not `inclusive`.
    Above {
        /// The bound.
        bound: Datum,
        /// Whether the bound itself passes.
        inclusive: bool,
    },
    /// At most, or below if not `inclusive`.
    Below {
        /// The bound.
        bound: Datum,
        /// Whether the bound itself passes.
        inclusive: bool,
    },
    /// Between the two, both included.
    Between(Datum, Datum),
    /// One of these.
    In(Vec<Datum>),
    /// There, and none of these.
    NotIn(Vec<Datum>),
    /// There.
    Present,
    /// Not there.
    Absent,
    /// A word of the text matches; `*` at either end stands for anything.
    Token(String),
    /// There, and no word matches.
    NoToken(String),
}

/// An operator on a property.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filter {
    /// What is looked at.
    pub subject: Subject,
    /// What is demanded of it.
    pub test: Test,
}

impl Filter {
    /// Whether a record passes. A missing value passes nothing but [`Test::Absent`].
    pub(super) fn passes(&self, view: &View<'_>) -> bool {
        let Some(value) = self.subject.read(view) else { return self.test == Test::Absent };
        let order = |bound: &Datum| value.compare(bound);
        match &self.test {
            Test::Equal(wanted) => order(wanted) == Some(Ordering::Equal),
            Test::Different(other) => order(other) != Some(Ordering::Equal),
            Test::Above { bound, inclusive } => is_on_side(order(bound), Ordering::Greater, *inclusive),
            Test::Below { bound, inclusive } => is_on_side(order(bound), Ordering::Less, *inclusive),
            Test::Between(low, high) => {
                is_on_side(order(low), Ordering::Greater, true) && is_on_side(order(high), Ordering::Less, true)
            }
            Test::In(list) => list.iter().any(|wanted| order(wanted) == Some(Ordering::Equal)),
            Test::NotIn(list) => list.iter().all(|wanted| order(wanted) != Some(Ordering::Equal)),
            Test::Present => true,
            Test::Absent => false,
            Test::Token(pattern) => has_token(&value, pattern),
            Test::NoToken(pattern) => !has_token(&value, pattern),
        }
    }

    /// The integers that can pass, both ends included, for a subject that is an integer; nothing if they are not one range.
    pub(super) fn range(&self) -> Option<(i64, i64)> {
        match &self.test {
            Test::Equal(Datum::Integer(only)) => Some((*only, *only)),
            Test::Above { bound: Datum::Integer(low), inclusive } => Some((low.saturating_add(i64::from(!inclusive)), i64::MAX)),
            Test::Below { bound: Datum::Integer(high), inclusive } => {
                Some((i64::MIN, high.saturating_sub(i64::from(!inclusive))))
            }
            Test::Between(Datum::Integer(low), Datum::Integer(high)) => Some((*low, *high)),
            _ => None,
        }
    }
}

fn is_on_side(order: Option<Ordering>, side: Ordering, inclusive: bool) -> bool {
    order == Some(side) || (inclusive && order == Some(Ordering::Equal))
}

/// The words of a text: what lies between characters that are neither letters nor digits, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn has_token(value: &Datum, pattern: &str) -> bool {
    let text = match value {
        Datum::Text(text) => text.clone(),
        Datum::Integer(integer) => integer.to_string(),
        Datum::Number(number) => number.to_string(),
    };
    let pattern = pattern.to_lowercase();
    let bare = pattern.trim_matches('*');
    if bare.is_empty() {
        return true;
    }
    let is_match = |word: &str| match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (true, true) => word.contains(bare),
        (true, false) => word.ends_with(bare),
        (false, true) => word.starts_with(bare),
        (false, false) => word == bare,
    };
    is_match(&text) || words(&text).iter().any(|word| is_match(word))
}
