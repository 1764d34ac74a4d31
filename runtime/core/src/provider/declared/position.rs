//! What a run remembers between two pages: opaque to everyone else, versioned, and without secrets.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    link,
    model::{Object, Paging},
};
use crate::cursor::Run;

/// Raised when a change would be misread by an older runtime.
const VERSION: u32 = 1;

/// Longest token of a next page, in bytes. It goes into a URL, percent-encoded.
pub(super) const TOKEN_BYTES_MAX: usize = 4_000;

/// More pages have no run: whoever gives more gives them without end.
const PAGES_MAX: u64 = 1_000_000;

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    v: u32,
    pub(super) kind: Kind,
    /// Pages before it.
    pub(super) page: u64,
    /// What an earlier page was known by; see [`Position::behind`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<u64>,
    /// A token, a path with its query, or a number.
    pub(super) at: String,
    /// The token was a number, and is sent as one in a JSON body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) number: bool,
}

/// What a position is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    /// A token.
    Cursor,
    /// Path and query beneath the base URL.
    Link,
    /// A number of records or of a page.
    Number,
}

impl Paging {
    fn kind(&self) -> Option<Kind> {
        match self {
            Self::None => None,
            Self::Cursor { .. } | Self::LastRecord { .. } => Some(Kind::Cursor),
            Self::NextLink { .. } | Self::LinkHeader => Some(Kind::Link),
            Self::Offset { .. } | Self::PageNumber { .. } => Some(Kind::Number),
        }
    }
}

impl Position {
    /// The position of a run; nothing before the first page, or where the file has come to page in another way since.
    pub(super) fn of(object: &Object, run: &Run) -> Option<Self> {
        let position: Self = serde_json::from_str(run.position.as_deref()?).ok()?;
        let is_sound = match position.kind {
            Kind::Cursor => position.at.len() <= TOKEN_BYTES_MAX,
            Kind::Link => link::is_sound(&position.at),
            Kind::Number => position.at.parse::<u64>().is_ok(),
        };
        (is_sound && position.v == VERSION && Some(position.kind) == object.paging.kind()).then_some(position)
    }

    /// The position behind a page, or why paging does not come to an end. `seen` is what the page is known by.
    ///
    /// One earlier page is remembered, a later one each time the number of pages has doubled: that finds a cycle of any length (Brent).
    pub(super) fn behind(before: Option<&Self>, kind: Kind, at: String, number: bool, seen: &str) -> Result<Self, String> {
        let page = before.map_or(0, |position| position.page).saturating_add(1);
        let seen = fingerprint(seen);
        let mark = before.and_then(|position| position.mark);
        if mark == Some(seen) {
            return Err("paging goes in a circle: what the answer gives as its next page was given before".to_owned());
        }
        if page >= PAGES_MAX {
            return Err(format!("paging does not end: there are more than {PAGES_MAX} pages"));
        }
        let mark = if page.is_power_of_two() { Some(seen) } else { mark };
        Ok(Self { v: VERSION, kind, page, mark, at, number })
    }

    /// The number that it holds; 0 where it holds none.
    pub(super) fn number(&self) -> u64 {
        self.at.parse().unwrap_or_default()
    }

    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn fingerprint(text: &str) -> u64 {
    Sha256::digest(text)[..8].iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::{Kind, Position};

    /// How many pages were asked for until the circle was found.
    fn pages_until_found(tail: usize, cycle: usize) -> usize {
        let mut before = None;
        for page in 0.. {
            let token = if page < tail { page } else { tail + (page - tail) % cycle };
            match Position::behind(before.as_ref(), Kind::Cursor, token.to_string(), false, &token.to_string()) {
                Ok(position) => before = Some(position),
                Err(_) => return page,
            }
        }
        unreachable!("the loop has no end")
    }

    #[test]
    fn circles_of_any_length_are_found() {
        for tail in [0, 1, 2, 7, 100] {
            for cycle in [1, 2, 3, 10, 64] {
                let found = pages_until_found(tail, cycle);
                assert!(found <= 4 * (tail + cycle) + 4, "tail {tail}, cycle {cycle}: found after {found}");
            }
        }
    }
}
