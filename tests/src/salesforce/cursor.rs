//! Query locators: where a client may go on reading, for how long, and how many there can be at a time.

use std::{collections::VecDeque, sync::Arc};

use super::{error::Code, id::Id, soql::Plan};

const PREFIX: [u8; 3] = *b"01g";
const IDLE_MS_MAX: i64 = 15 * 60_000;

/// The rest of a query: which records it found. What they hold is read when a page is fetched.
#[derive(Debug, Clone)]
pub(super) struct Cursor {
    pub(super) plan: Arc<Plan>,
    pub(super) numbers: Arc<[u32]>,
    pub(super) with_bin: bool,
    pub(super) page_records: usize,
    /// The access token that it was opened with.
    pub(super) token: String,
    id: Id,
    used_ms: i64,
}

/// The open cursors, the one that was used longest ago first.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    open: VecDeque<Cursor>,
    opened: u32,
}

impl Cursors {
    /// Opens one; the oldest of too many is closed.
    pub(super) fn open(&mut self, plan: Arc<Plan>, numbers: Arc<[u32]>, read: &Read<'_>) -> Id {
        self.opened += 1;
        let id = Id { prefix: PREFIX, number: self.opened };
        while self.open.len() >= read.cursors_max.max(1) {
            self.open.pop_front();
        }
        self.open.push_back(Cursor {
            plan,
            numbers,
            with_bin: read.with_bin,
            page_records: read.page_records,
            token: read.token.to_owned(),
            id,
            used_ms: read.now_ms,
        });
        id
    }

    /// The cursor of a locator (`01g…-2000`) and the place where its page begins.
    pub(super) fn resume(&mut self, locator: &str, now_ms: i64) -> Result<(Id, Cursor, usize), Code> {
        let (id, from) = locator.rsplit_once('-').ok_or(Code::InvalidQueryLocator)?;
        let id = Id::parse(id).ok_or(Code::InvalidQueryLocator)?;
        let from = from.parse().map_err(|_| Code::InvalidQueryLocator)?;
        let at = self.open.iter().position(|cursor| cursor.id == id).ok_or(Code::InvalidQueryLocator)?;
        let mut cursor = self.open.remove(at).ok_or(Code::InvalidQueryLocator)?;
        if now_ms - cursor.used_ms > IDLE_MS_MAX || from > cursor.numbers.len() {
            return Err(Code::InvalidQueryLocator);
        }
        cursor.used_ms = now_ms;
        self.open.push_back(cursor.clone());
        Ok((id, cursor, from))
    }

    /// Closes all.
    pub(super) fn expire(&mut self) {
        self.open.clear();
    }
}

/// How a query is read.
pub(super) struct Read<'a> {
    pub(super) with_bin: bool,
    pub(super) page_records: usize,
    pub(super) token: &'a str,
    pub(super) now_ms: i64,
    pub(super) cursors_max: usize,
}
