//! Conditions whose fields are found and whose values are of the right type, and whether a record meets them.

use std::{cmp::Ordering, collections::HashSet};

use jiff::civil::Date;

use super::{ast::Operator, scope::Scope};
use crate::salesforce::{datum::Datum, id::Id, schema::Kind, store::View};

/// The way from a record to a field, over its parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// Each a field that holds an id, and the store where it leads.
    pub(super) hops: Vec<(usize, usize)>,
    /// The field at the end.
    pub(super) field: usize,
    pub(super) kind: Kind,
}

impl Route {
    /// The value at the end; null where a parent is missing.
    pub(super) fn value<'a>(&self, scope: Scope<'a>, view: View<'a>) -> Datum<'a> {
        let mut view = view;
        for (field, entity) in &self.hops {
            let Some(parent) = scope.parent(&view.value(*field), *entity) else { return Datum::Null };
            view = parent;
        }
        view.value(self.field)
    }
}

/// A condition.
#[derive(Debug)]
pub(super) enum Test {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Compare {
        route: Route,
        operator: Operator,
        with: Bound,
    },
    /// Whether an id is among these.
    Among {
        route: Route,
        ids: HashSet<Id>,
    },
}

/// What a value is compared with.
#[derive(Debug)]
pub(super) enum Bound {
    /// A value of the field's own type.
    Value(Datum<'static>),
    /// Unix milliseconds, which may lie between two values.
    Moment(i64),
    /// From this second up to that.
    Seconds(i64, i64),
    /// From this day up to that.
    Days(Date, Date),
    /// A pattern of LIKE.
    Pattern(Vec<Piece>),
    /// Lists of choices; a value must have all of one of them.
    Choices(Vec<Vec<String>>),
}

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// This letter, in lower case.
    Letter(char),
    /// Any one letter.
    One,
    /// Any letters.
    Many,
}

impl Test {
    pub(super) fn passes<'a>(&self, scope: Scope<'a>, view: View<'a>) -> bool {
        match self {
            Self::All(tests) => tests.iter().all(|test| test.passes(scope, view)),
            Self::Any(tests) => tests.iter().any(|test| test.passes(scope, view)),
            Self::Not(test) => !test.passes(scope, view),
            Self::Among { route, ids } => matches!(route.value(scope, view), Datum::Id(id) if ids.contains(&id)),
            Self::Compare { route, operator, with } => with.holds(*operator, &route.value(scope, view)),
        }
    }

    /// The only records that can pass, where the condition names their ids; sorted.
    pub(super) fn candidates(&self) -> Option<Vec<u32>> {
        match self {
            Self::All(tests) => tests.iter().find_map(Self::candidates),
            Self::Among { route, ids } if route.hops.is_empty() && route.field == 0 => {
                let mut numbers: Vec<_> = ids.iter().map(|id| id.number).collect();
                numbers.sort_unstable();
                Some(numbers)
            }
            _ => None,
        }
    }
}

impl Bound {
    fn holds(&self, operator: Operator, value: &Datum<'_>) -> bool {
        let order = |order: Option<Ordering>| match operator {
            Operator::Equal => order == Some(Ordering::Equal),
            // What has no value differs from every value.
            Operator::Differs => order != Some(Ordering::Equal),
            Operator::Less => order == Some(Ordering::Less),
            Operator::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Operator::More => order == Some(Ordering::Greater),
            Operator::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            _ => false,
        };
        match (self, value) {
            (Self::Value(Datum::Null), _) => order(value.is_null().then_some(Ordering::Equal)),
            (Self::Value(with), _) => order(value.compare(with)),
            (Self::Moment(at_ms), Datum::Instant(at_s)) => order(Some(at_s.saturating_mul(1_000).cmp(at_ms))),
            (Self::Seconds(first, after), Datum::Instant(at_s)) => order(Some(place(at_s, first, after))),
            (Self::Days(first, after), Datum::Date(day)) => order(Some(place(day, first, after))),
            (Self::Moment(_) | Self::Seconds(..) | Self::Days(..), _) => order(None),
            (Self::Pattern(pieces), _) => value.as_text().is_some_and(|text| is_like(pieces, text)),
            (Self::Choices(lists), _) => {
                let chosen: Vec<_> = value.as_text().unwrap_or_default().split(';').collect();
                let has = |choice: &String| chosen.iter().any(|one| one.eq_ignore_ascii_case(choice));
                let includes = lists.iter().any(|list| list.iter().all(has));
                includes == (operator == Operator::Includes)
            }
        }
    }
}

/// Before, within or after a stretch.
fn place<T: Ord>(value: &T, first: &T, after: &T) -> Ordering {
    if value < first {
        Ordering::Less
    } else if value < after {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}

/// The pieces of a pattern; `\%` and `\_` are the bare letters.
pub(super) fn pattern(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut letters = text.chars().flat_map(char::to_lowercase).peekable();
    while let Some(letter) = letters.next() {
        pieces.push(match letter {
            '%' => Piece::Many,
            '_' => Piece::One,
            '\\' => Piece::Letter(letters.next_if(|next| matches!(next, '%' | '_')).unwrap_or('\\')),
            other => Piece::Letter(other),
        });
    }
    pieces
}

/// Whether a text is like a pattern. Steps back only to the last `%`, so the time is at most their lengths multiplied.
fn is_like(pieces: &[Piece], text: &str) -> bool {
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let (mut piece, mut letter) = (0, 0);
    let mut last_many = None;
    while letter < letters.len() {
        match pieces.get(piece) {
            Some(Piece::Many) => {
                last_many = Some((piece, letter));
                piece += 1;
            }
            Some(Piece::One) => (piece, letter) = (piece + 1, letter + 1),
            Some(Piece::Letter(expected)) if *expected == letters[letter] => (piece, letter) = (piece + 1, letter + 1),
            _ => {
                let Some((many, from)) = last_many else { return false };
                last_many = Some((many, from + 1));
                (piece, letter) = (many + 1, from + 1);
            }
        }
    }
    pieces[piece..].iter().all(|rest| *rest == Piece::Many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts_without_case() {
        for (like, text, expected) in [
            ("smi%", "Smith", true),
            ("%ITH", "Smith", true),
            ("s_ith", "Smith", true),
            ("s_th", "Smith", false),
            ("%", "", true),
            ("", "", true),
            ("%a%b%", "xxaxxbxx", true),
            ("%a%b", "xxaxxbxx", false),
            ("100\\%", "100%", true),
            ("100\\%", "1000", false),
            ("%%%%%%%%x", &"a".repeat(2_000), false),
        ] {
            assert_eq!(is_like(&pattern(like), text), expected, "{text} LIKE {like}");
        }
    }
}
