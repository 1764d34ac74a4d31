//! What an operation has to say and the journal has not taken yet: it goes along with the next page or the end.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::journal::{LogEntry, Severity};

/// Notes that wait at most; a page with all its requests has fewer, unless everything goes wrong.
const NOTES_MAX: usize = 200;

/// The notes.
#[derive(Default)]
pub(super) struct Notes(Mutex<Vec<LogEntry>>);

impl Notes {
    /// Adds one; beyond the bound it is left out.
    pub(super) fn add(&self, entry: LogEntry) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() < NOTES_MAX {
            notes.push(entry);
        }
    }

    /// Something that may pass by itself.
    pub(super) fn warn(&self, at: Timestamp, message: &str, error: &str, details: Value) {
        let (message, error) = (message.to_owned(), Some(error.to_owned()));
        self.add(LogEntry { at, severity: Severity::Warning, message, error, details: Some(details) });
    }

    /// That a page is stored. Of many pages only those with two leading digits are told of: 1 to 99, 100, 110, 120 …
    pub(super) fn page(&self, at: Timestamp, page: u32, records: usize, delivered: usize) {
        if is_round(page) {
            let details = json!({ "page": page, "records": records, "delivered": delivered });
            let message = format!("page {page} is stored: {records} records, {delivered} to deliver");
            self.add(LogEntry { at, severity: Severity::Info, message, error: None, details: Some(details) });
        }
    }

    /// Takes all out.
    pub(super) fn take(&self) -> Vec<LogEntry> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn is_round(page: u32) -> bool {
    let digits = page.checked_ilog10().unwrap_or(0);
    page.is_multiple_of(10_u32.pow(digits.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_of_many_pages_are_told_of() {
        let told = |from: u32, to: u32| (from..to).filter(|page| is_round(*page)).count();
        assert_eq!((told(1, 100), told(100, 1_000), told(1_000, 10_000), told(1, 1_000_000)), (99, 90, 90, 99 + 4 * 90));
    }
}
