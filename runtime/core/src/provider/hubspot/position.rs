//! What a run remembers between two pages of HubSpot's.

use std::cmp::Ordering;

/// Where the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position<'a> {
    /// A list's `after`, opaque.
    List(&'a str),
    /// A search's last id: the next page holds greater ones.
    Id(&'a str),
}

impl<'a> Position<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        match text.split_once(':')? {
            ("list", after) => Some(Self::List(after)),
            ("id", id) => Some(Self::Id(id)),
            _ => None,
        }
    }

    pub(super) fn to_text(self) -> String {
        match self {
            Self::List(after) => format!("list:{after}"),
            Self::Id(id) => format!("id:{id}"),
        }
    }
}

/// Compares two ids as the numbers they are, of any length; nothing where one is not a number.
pub(super) fn compare_ids(a: &str, b: &str) -> Option<Ordering> {
    let number = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if !number(a) || !number(b) {
        return None;
    }
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    Some(a.len().cmp(&b.len()).then_with(|| a.cmp(b)))
}
