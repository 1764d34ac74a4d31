//! Answers to creating requests that carried a key, encrypted, for a day.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::Fault;
use crate::{project::model::KeptAnswer, sqlite::us};

/// How long an answer is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// Answers that are kept; the oldest go first.
const KEPT_MAX: u32 = 10_000;

/// The answer that is kept under this id.
pub(super) fn find(db: &Connection, id: &[u8], now: Timestamp) -> Result<Option<KeptAnswer>, Fault> {
    let sql = "SELECT request, sealed FROM answer WHERE id = ?1 AND made_at_us > ?2";
    let found = db
        .prepare_cached(sql)?
        .query_row(params![id, since(now)], |row| Ok(KeptAnswer { id: id.to_vec(), request: row.get(0)?, sealed: row.get(1)? }));
    Ok(found.optional()?)
}

/// Keeps an answer, and forgets those whose time is over.
pub(super) fn keep(db: &Connection, answer: &KeptAnswer, now: Timestamp) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM answer WHERE made_at_us <= ?1")?.execute([since(now)])?;
    let sql = "INSERT OR REPLACE INTO answer (id, request, sealed, made_at_us) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![answer.id, answer.request, answer.sealed, us(now)])?;
    let sql = "DELETE FROM answer WHERE id IN (SELECT id FROM answer ORDER BY made_at_us DESC LIMIT -1 OFFSET ?1)";
    db.prepare_cached(sql)?.execute([KEPT_MAX])?;
    Ok(())
}

fn since(now: Timestamp) -> i64 {
    now.checked_sub(KEPT_FOR).map_or(0, us)
}
