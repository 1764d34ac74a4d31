//! What a run remembers between two pages of HubSpot's.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

/// Longest token of a list's next page; real ones have a few digits. It goes into a URL, percent-encoded.
pub(super) const AFTER_BYTES_MAX: usize = 2_000;

/// Where the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position<'a> {
    /// Within a list.
    List(Listing<'a>),
    /// A search's last id: the next page holds greater ones.
    Id(&'a str),
    /// Within the list of archived records, which follows the others.
    Archived(Listing<'a>),
}

/// How far a list has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Listing<'a> {
    /// HubSpot's token of the next page, opaque; nothing before the first.
    pub(super) after: Option<&'a str>,
    /// Pages so far.
    pages: u64,
    /// Hash of an earlier token: meeting it again shows that the list goes round in a circle.
    earlier: u64,
}

impl<'a> Position<'a> {
    /// Nothing where the text is none of ours.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        match text.split_once(':')? {
            // As older releases wrote it.
            ("list", after) if after.len() <= AFTER_BYTES_MAX => {
                Some(Self::List(Listing { after: Some(after), ..Listing::default() }))
            }
            ("page", rest) => Listing::parse(rest).map(Self::List),
            ("id", id) => Some(Self::Id(id)),
            ("archived", rest) => Listing::parse(rest).map(Self::Archived),
            _ => None,
        }
    }

    pub(super) fn to_text(self) -> String {
        match self {
            Self::List(listing) => format!("page:{}", listing.to_text()),
            Self::Id(id) => format!("id:{id}"),
            Self::Archived(listing) => format!("archived:{}", listing.to_text()),
        }
    }
}

impl<'a> Listing<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let (pages, rest) = text.split_once(':')?;
        let (earlier, after) = rest.split_once(':').filter(|(_, after)| after.len() <= AFTER_BYTES_MAX)?;
        Some(Self { after: Some(after), pages: pages.parse().ok()?, earlier: u64::from_str_radix(earlier, 16).ok()? })
    }

    fn to_text(self) -> String {
        self.after.map_or_else(String::new, |after| format!("{}:{:x}:{after}", self.pages, self.earlier))
    }

    /// The list behind one more page; nothing where the token was there before. The token to compare with is exchanged at every power
    /// of two (Brent's algorithm), so that a circle of any length is found while it is gone round for the third time at the latest.
    pub(super) fn advanced(self, after: &str) -> Option<Listing<'_>> {
        let token = hash(after);
        if after.is_empty() || self.after == Some(after) || self.pages > 0 && self.earlier == token {
            return None;
        }
        let pages = self.pages.saturating_add(1);
        Some(Listing { after: Some(after), pages, earlier: if pages.is_power_of_two() { token } else { self.earlier } })
    }
}

fn hash(token: &str) -> u64 {
    Sha256::digest(token)[..8].iter().fold(0, |hash, &byte| hash << 8 | u64::from(byte))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_of_any_length_are_found() {
        for (lead, circle) in [(0, 1), (0, 2), (3, 5), (100, 7), (1, 64)] {
            let token = |page: usize| (if page < lead { page } else { lead + (page - lead) % circle }).to_string();
            let mut text = Position::List(Listing::default()).to_text();
            let mut pages = 0;
            loop {
                let Some(Position::List(listing)) = Position::parse(&text) else { panic!("{text}") };
                let after = token(pages);
                let Some(next) = listing.advanced(&after) else { break };
                text = Position::List(next).to_text();
                pages += 1;
            }
            assert!(pages > lead && pages <= 3 * (lead + circle) + 1, "{lead} {circle}: {pages}");
        }
        let straight = (0..10_000).fold(Position::Archived(Listing::default()).to_text(), |text, page| {
            let Some(Position::Archived(listing)) = Position::parse(&text) else { panic!("{text}") };
            Position::Archived(listing.advanced(&page.to_string()).unwrap()).to_text()
        });
        assert!(straight.starts_with("archived:10000:") && straight.ends_with(":9999"), "{straight}");
    }

    #[test]
    fn foreign_texts_are_no_positions() {
        for text in ["", "list", "page:x", "page:1:g:a", "page:1:f", "page:-1:f:a", "archived:1", "elsewhere:1", "page"] {
            assert_eq!(Position::parse(text), None, "{text}");
        }
        for kind in ["list:", "page:1:f:", "archived:1:f:"] {
            let text = |bytes| kind.to_owned() + &"x".repeat(bytes);
            assert!(Position::parse(&text(AFTER_BYTES_MAX)).is_some() && Position::parse(&text(AFTER_BYTES_MAX + 1)).is_none());
        }
        assert!(matches!(Position::parse("list:a:b"), Some(Position::List(Listing { after: Some("a:b"), .. }))));
    }
}
