//! The inbox as it is asked: lists, one event, and what is done to many dead ones; and how long keys are remembered.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, params_from_iter};

use ampline_core::plan::ReadKey;

use super::{
    Fault,
    inbox::{DEAD, WAITING},
    queues::Queues,
};
use crate::{
    journal::{EventDetail, EventFilter, EventStatus, EventSummary, Page, REMEMBERED_FOR, REMEMBERED_MAX, Result},
    sqlite::{Database, time_of_us, us},
};

/// Events on one page, or taken in one transaction.
const PAGE_MAX: u32 = 1_000;
/// Keys forgotten in one transaction.
const FORGET_STEP_MAX: i64 = 5_000;

/// A filter as SQL over `inbox_event e` and `inbox_queue q`, with what is bound to it.
struct Condition {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Condition {
    fn of(filter: &EventFilter, from: i64, direction: &str) -> Self {
        let mut condition = Self { sql: String::new(), values: Vec::new() };
        condition.and(&format!(" WHERE e.id {direction} ?"), from);
        if let Some(id) = filter.id {
            condition.and(" AND e.id = ?", id);
        }
        if let Some(installation_id) = &filter.installation_id {
            condition.and(" AND q.installation_id = ?", installation_id.clone());
        }
        if let Some(object_name) = &filter.object_name {
            condition.and(" AND q.object_name = ?", object_name.clone());
        }
        match filter.status {
            Some(EventStatus::Waiting) => condition.sql.push_str(" AND e.status = 0"),
            Some(EventStatus::Dead) => condition.sql.push_str(" AND e.status = 2"),
            None => {}
        }
        condition
    }

    fn and(&mut self, sql: &str, value: impl ToSql + 'static) {
        self.values.push(Box::new(value));
        self.sql.push_str(&sql.replace('?', &format!("?{}", self.values.len())));
    }
}

const SUMMARY: &str = "SELECT e.id, q.installation_id, q.object_name, e.record_id, e.provider_type, e.occurred_at_us, \
     e.accepted_at_us, e.status, CASE e.status WHEN 0 THEN q.reason ELSE e.reason END, q.due_us";
const FROM: &str = " FROM inbox_event e CROSS JOIN inbox_queue q ON q.id = e.queue";

fn summary(row: &Row<'_>) -> rusqlite::Result<EventSummary> {
    let status = if row.get::<_, i64>(7)? == WAITING { EventStatus::Waiting } else { EventStatus::Dead };
    let reason: Option<String> = row.get(8)?;
    let waits = status == EventStatus::Waiting && reason.is_some();
    Ok(EventSummary {
        id: row.get(0)?,
        queue: ReadKey { installation_id: row.get(1)?, object_name: row.get(2)? },
        record_id: row.get(3)?,
        provider_event_type: row.get(4)?,
        occurred_at: time_of_us(row.get(5)?),
        accepted_at: time_of_us(row.get(6)?),
        status,
        reason,
        next_attempt_at: if waits { Some(time_of_us(row.get(9)?)) } else { None },
    })
}

/// A page of events with ids below `before`, newest first.
pub(super) fn page(
    db: &Connection,
    filter: &EventFilter,
    limit: u32,
    before: i64,
) -> std::result::Result<Page<EventSummary>, Fault> {
    let Condition { sql, values } = Condition::of(filter, before, "<");
    let limit = limit.clamp(1, PAGE_MAX) as usize;
    let mut statement = db.prepare_cached(&format!("{SUMMARY}{FROM}{sql} ORDER BY e.id DESC LIMIT {}", limit + 1))?;
    let rows = statement.query_map(params_from_iter(values), summary)?;
    let mut results = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = results.len() > limit;
    results.truncate(limit);
    let next_page_token = results.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { results, next_page_token })
}

/// One event with its text.
pub(super) fn detail(db: &Connection, id: i64) -> std::result::Result<Option<EventDetail>, Fault> {
    let sql = format!("{SUMMARY}, e.body{FROM} WHERE e.id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id], |row| Ok((summary(row)?, row.get::<_, Vec<u8>>(10)?))).optional()?;
    Ok(found.map(|(summary, body)| EventDetail { summary, body: body.into() }))
}

/// What is done to dead events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// They wait again, under new ids: behind what waits by now.
    Replay,
    /// They go for good.
    Purge,
}

/// What became of one step of dead events.
struct Step {
    /// Queue, its events, bytes.
    moved: Vec<(i64, i64)>,
    last: Option<i64>,
}

/// Does it to all dead events that match and were there when it began, in bounded steps.
pub(super) async fn act(
    database: &Database,
    queues: &std::sync::Arc<Queues>,
    act: Act,
    filter: &EventFilter,
    now: Timestamp,
) -> Result<u64> {
    if filter.status == Some(EventStatus::Waiting) {
        return Ok(0);
    }
    let newest =
        |db: &Connection| Ok::<i64, Fault>(db.query_row("SELECT coalesce(max(id), 0) FROM inbox_event", [], |row| row.get(0))?);
    let (until, mut after, mut acted) = (database.read(newest).await?, i64::MIN, 0);
    loop {
        let filter = EventFilter { status: Some(EventStatus::Dead), ..filter.clone() };
        let queues = queues.clone();
        let work = move |db: &Connection| step(db, act, &filter, (after, until));
        let done = database.write(work, move |step: &Step| announce(&queues, act, step, us(now))).await?;
        acted += done.moved.len() as u64;
        match done.last {
            Some(last) => after = last,
            None => return Ok(acted),
        }
    }
}

fn step(db: &Connection, act: Act, filter: &EventFilter, (after, until): (i64, i64)) -> std::result::Result<Step, Fault> {
    let Condition { sql, values } = Condition::of(filter, after, ">");
    let sql = format!("SELECT e.id, e.queue, length(e.body){FROM}{sql} AND e.id <= {until} ORDER BY e.id LIMIT {PAGE_MAX}");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let found = rows.collect::<rusqlite::Result<Vec<(i64, i64, i64)>>>()?;
    let mut again = db.prepare_cached(
        "INSERT INTO inbox_event (queue, key, status, record_id, provider_type, occurred_at_us, accepted_at_us, body) \
         SELECT queue, key, 0, record_id, provider_type, occurred_at_us, accepted_at_us, body FROM inbox_event WHERE id = ?1",
    )?;
    for (id, queue, _) in &found {
        if act == Act::Replay {
            again.execute([id])?;
            // Whatever it waited for, a person says that it is time.
            db.prepare_cached("UPDATE inbox_queue SET due_us = 0, failures = 0, reason = NULL WHERE id = ?1")?
                .execute([queue])?;
        }
        db.prepare_cached("DELETE FROM inbox_event WHERE id = ?1 AND status = ?2")?.execute([*id, DEAD])?;
    }
    let last = found.last().map(|(id, ..)| *id);
    Ok(Step { moved: found.into_iter().map(|(_, queue, bytes)| (queue, bytes)).collect(), last })
}

fn announce(queues: &Queues, act: Act, step: &Step, now_us: i64) {
    queues.change(|state| {
        for (queue, bytes) in &step.moved {
            state.totals.dead = state.totals.dead.saturating_sub(1);
            if act == Act::Replay {
                state.totals.waiting += 1;
                state.totals.waiting_bytes += bytes.unsigned_abs();
                state.hurry(*queue, now_us);
                state.came(*queue, 1, now_us);
            }
        }
    });
}

/// Forgets keys by age and by number, and dead events that were accepted too long ago; in bounded steps.
pub(super) async fn forget(
    database: &Database,
    queues: &std::sync::Arc<Queues>,
    dead_age_max: std::time::Duration,
    now: Timestamp,
) -> Result<()> {
    let before = |age: std::time::Duration| us(now).saturating_sub(i64::try_from(age.as_micros()).unwrap_or(i64::MAX));
    let (keys_before, dead_before) = (before(REMEMBERED_FOR), before(dead_age_max));
    while database.write(move |db| forget_keys(db, keys_before), |_| ()).await? {}
    loop {
        let queues = queues.clone();
        let counted = move |gone: &usize| {
            queues.change(|state| state.totals.dead = state.totals.dead.saturating_sub(*gone as u64));
        };
        if database.write(move |db| forget_dead(db, dead_before), counted).await? == 0 {
            return Ok(());
        }
    }
}

/// Whether there may be more to forget.
fn forget_keys(db: &Connection, before_us: i64) -> std::result::Result<bool, Fault> {
    let sql = "DELETE FROM inbox_seen WHERE key IN (SELECT key FROM inbox_seen WHERE at_us < ?1 ORDER BY at_us LIMIT ?2)";
    let old = db.prepare_cached(sql)?.execute([before_us, FORGET_STEP_MAX])?;
    // Counting walks the index; that is cheap beside what an inbox of this size costs.
    let kept: i64 = db.prepare_cached("SELECT count(*) FROM inbox_seen")?.query_row([], |row| row.get(0))?;
    let excess = kept.saturating_sub(i64::try_from(REMEMBERED_MAX).unwrap_or(i64::MAX)).clamp(0, FORGET_STEP_MAX);
    if excess > 0 {
        let sql = "DELETE FROM inbox_seen WHERE key IN (SELECT key FROM inbox_seen ORDER BY at_us LIMIT ?1)";
        db.prepare_cached(sql)?.execute([excess])?;
    }
    Ok(old as i64 == FORGET_STEP_MAX || excess == FORGET_STEP_MAX)
}

fn forget_dead(db: &Connection, before_us: i64) -> std::result::Result<usize, Fault> {
    let sql = "DELETE FROM inbox_event WHERE id IN \
               (SELECT id FROM inbox_event INDEXED BY inbox_event_dead WHERE status = 2 AND accepted_at_us < ?1 LIMIT ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![before_us, PAGE_MAX])?)
}
