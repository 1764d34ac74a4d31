//! Tells a run that goes on from one that goes round in circles: providers repeat positions and pages when something is wrong.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::provider::{ProviderPage, ReadError, ReadErrorClass, Record};

/// Most pages of one run in one process; a hundred million records at a hundred each.
const PAGES_MAX: u64 = 1_000_000;
/// Most pages in a row without a record; a provider without a filter of time may have that many to say nothing on.
const EMPTY_PAGES_MAX: u64 = 100_000;
/// Longest id of a record; providers' are far shorter.
const ID_BYTES_MAX: usize = 1_024;

/// What is remembered of the pages so far: a few numbers, however many there were.
#[derive(Debug, Default)]
pub struct PageGuard {
    pages: u64,
    empty: u64,
    /// The ids of the last page that had records.
    last_page: Option<u64>,
    /// A position met before, and how many steps may pass until another is remembered in its place (Brent's algorithm: any circle
    /// is found within a few rounds).
    mark: Option<u64>,
    steps: u64,
    steps_max: u64,
}

impl PageGuard {
    /// Lets a page pass, or says why the answer cannot be believed. `position` is what the page was asked with.
    pub fn check(&mut self, position: Option<&str>, page: &ProviderPage) -> Result<(), ReadError> {
        if let Some(record) = page.records.iter().find(|record| record.id.is_empty() || record.id.len() > ID_BYTES_MAX) {
            return Err(malformed(format!("a record has an id of {} bytes", record.id.len())));
        }
        self.pages += 1;
        self.empty = if page.records.is_empty() { self.empty + 1 } else { 0 };
        let Some(next) = page.next.as_deref() else { return Ok(()) };
        if position == Some(next) || self.was_before(next) {
            return Err(malformed(format!("the position of the next page, `{}`, came before", short(next))));
        }
        let ids = ids(&page.records);
        if !page.records.is_empty() && self.last_page.replace(ids) == Some(ids) {
            return Err(malformed(format!("two pages in a row hold the same {} records", page.records.len())));
        }
        if self.empty >= EMPTY_PAGES_MAX {
            return Err(malformed(format!("{EMPTY_PAGES_MAX} pages in a row held no record, and there was always another")));
        }
        if self.pages >= PAGES_MAX {
            return Err(malformed(format!("there was another page after {PAGES_MAX} pages")));
        }
        Ok(())
    }

    fn was_before(&mut self, position: &str) -> bool {
        let position = hash(position);
        if self.mark == Some(position) {
            return true;
        }
        self.steps += 1;
        if self.steps >= self.steps_max {
            (self.mark, self.steps, self.steps_max) = (Some(position), 0, (self.steps_max * 2).max(2));
        }
        false
    }
}

fn malformed(reason: String) -> ReadError {
    ReadError::new(ReadErrorClass::Malformed, format!("the provider's pages do not come to an end: {reason}"))
}

/// The beginning of a position, for people.
fn short(position: &str) -> String {
    position.chars().take(80).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn ids(records: &[Record]) -> u64 {
    let ids: Vec<(&str, _)> = records.iter().map(|record| (record.id.as_str(), record.modified_at)).collect();
    hash(&ids)
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn page(ids: &[usize], next: Option<&str>) -> ProviderPage {
        let record = |id: &usize| Record {
            id: id.to_string(),
            modified_at: None,
            deleted: false,
            raw: Bytes::new(),
            fields: Vec::new(),
            associations: Vec::new(),
        };
        ProviderPage { records: ids.iter().map(record).collect(), next: next.map(str::to_owned), total: None }
    }

    /// Walks over positions until one is refused; after how many pages.
    fn refused_after(positions: impl Iterator<Item = usize>, limit: usize) -> Option<usize> {
        let mut guard = PageGuard::default();
        let mut last: Option<String> = None;
        for (count, position) in positions.take(limit).enumerate() {
            let next = position.to_string();
            if guard.check(last.as_deref(), &page(&[count], Some(&next))).is_err() {
                return Some(count + 1);
            }
            last = Some(next);
        }
        None
    }

    #[test]
    fn circles_are_found_and_straight_ways_are_not() {
        assert_eq!(refused_after(0.., 100_000), None);
        assert_eq!(refused_after([5; 3].into_iter().cycle(), 100), Some(2), "the same position at once");
        for (before, length) in [(0, 2), (0, 3), (10, 7), (100, 50), (3, 1_000)] {
            let circle = (0..before).chain((before..before + length).cycle());
            let found = refused_after(circle, 100_000);
            assert!(found.is_some_and(|pages| pages <= 4 * (before + length)), "{before} before {length}: {found:?}");
        }
    }

    #[test]
    fn pages_that_repeat_or_never_end_are_refused() {
        let mut guard = PageGuard::default();
        assert!(guard.check(None, &page(&[1, 2], Some("a"))).is_ok());
        let message = guard.check(Some("a"), &page(&[1, 2], Some("b"))).unwrap_err().message;
        assert!(message.contains("the same 2 records"), "{message}");
        assert!(PageGuard::default().check(Some("a"), &page(&[1, 2], None)).is_ok(), "a last page may be anything");

        let mut guard = PageGuard { empty: EMPTY_PAGES_MAX - 10, ..PageGuard::default() };
        let empty = (0..).map(|n| guard.check(None, &page(&[], Some(&n.to_string()))));
        assert_eq!(empty.take_while(Result::is_ok).count(), 9);
        let mut guard = PageGuard { pages: PAGES_MAX - 10, ..PageGuard::default() };
        let full = (0..).map(|n| guard.check(None, &page(&[n], Some(&n.to_string()))));
        assert_eq!(full.take_while(Result::is_ok).count(), 9);
    }

    #[test]
    fn ids_that_cannot_be_ids_are_refused() {
        let mut wrong = page(&[1], None);
        wrong.records[0].id.clear();
        assert!(PageGuard::default().check(None, &wrong).is_err());
        wrong.records[0].id = "x".repeat(ID_BYTES_MAX + 1);
        assert!(PageGuard::default().check(None, &wrong).is_err());
    }
}
