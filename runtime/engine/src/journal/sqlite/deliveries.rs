//! The delivery log, asked: lists, one delivery, one envelope.

use std::sync::Arc;

use ampline_core::message::Envelope;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params_from_iter};
use uuid::Uuid;

use super::{Fault, attempts, context::EnvelopeReader, destinations, held::NEVER_US, narrow::narrow, settle};
use crate::{
    journal::{DeliveryDetail, DeliveryFilter, DeliveryStatus, DeliverySummary, JournalError, Page},
    sqlite::{ns, time_of_ns, time_of_us},
};

/// Deliveries on one page.
const PAGE_MAX: u32 = 1_000;

/// Reads a page token: the id of the last delivery of the page before. Ids only rise, so pages are stable under writes.
pub(super) fn page_start(token: Option<&str>) -> Result<i64, JournalError> {
    let Some(token) = token else { return Ok(i64::MAX) };
    token.parse().map_err(|_| JournalError::PageToken(token.to_owned()))
}

/// A filter as SQL over `delivery d` and `context c`, with what is bound to it.
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) values: Vec<Box<dyn ToSql>>,
}

impl Condition {
    fn and(&mut self, sql: &str, value: impl ToSql + 'static) {
        self.values.push(Box::new(value));
        self.sql.push_str(&sql.replace('?', &format!("?{}", self.values.len())));
    }
}

/// Lowers a filter; nothing where it names a destination or an envelope that is not there.
pub(super) fn condition(
    db: &Connection,
    filter: &DeliveryFilter,
    from: i64,
    direction: &str,
) -> Result<Option<Condition>, Fault> {
    let mut condition = Condition { sql: String::new(), values: Vec::new() };
    condition.and(&format!(" WHERE d.id {direction} ?"), from);
    if let Some(id) = filter.id {
        condition.and(" AND d.id = ?", id);
    }
    if let Some(event_id) = filter.event_id {
        let Some(envelope) = envelope_row(db, event_id)? else { return Ok(None) };
        condition.and(" AND (d.id = ? OR (d.envelope = ? AND d.replay_of IS NOT NULL))", envelope);
    }
    if let Some(name) = &filter.destination {
        let Some(destination) = destinations::known(db, name)? else { return Ok(None) };
        // The plus keeps SQLite from sorting a whole index where walking down the ids finds the page.
        condition.and(" AND +d.destination = ?", destination);
    }
    match filter.status {
        Some(DeliveryStatus::Pending) => condition.sql.push_str(" AND +d.status = 0"),
        Some(DeliveryStatus::Delivered) => condition.sql.push_str(" AND d.status = 1"),
        Some(DeliveryStatus::Dead) => condition.sql.push_str(" AND d.status = 2"),
        None => {}
    }
    if let Some(since) = filter.since {
        condition.and(" AND d.occurred_at_ns >= ?", ns(since));
    }
    if let Some(until) = filter.until {
        condition.and(" AND d.occurred_at_ns < ?", ns(until));
    }
    if let Some(object_name) = &filter.object_name {
        condition.and(" AND c.object_name = ?", object_name.clone());
    }
    if let Some(group_ref) = &filter.group_ref {
        condition.and(" AND c.group_ref = ?", group_ref.clone());
    }
    Ok(narrow(db, filter, &mut condition)?.then_some(condition))
}

fn envelope_row(db: &Connection, event_id: Uuid) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT id FROM envelope WHERE event_id = ?1";
    db.prepare_cached(sql)?.query_row([event_id.as_bytes()], |row| row.get(0)).optional()
}

/// Without a reason of its own, a delivery shows what its last attempt said.
const SUMMARY: &str = "SELECT d.id, e.event_id, t.name, c.object_name, c.group_ref, d.occurred_at_ns, d.bytes, d.status, d.attempts, \
     d.at_us, d.replay_of, coalesce(d.reason, (SELECT coalesce(a.message, CASE a.delivered WHEN 0 THEN a.code END) \
     FROM attempt a WHERE a.delivery = d.id AND a.try = d.tries)) \
     FROM delivery d CROSS JOIN context c ON c.id = d.context CROSS JOIN destination t ON t.id = d.destination \
     CROSS JOIN envelope e ON e.id = d.envelope";

fn summary(row: &Row<'_>) -> rusqlite::Result<DeliverySummary> {
    let status = match row.get(7)? {
        settle::DELIVERED => DeliveryStatus::Delivered,
        settle::DEAD => DeliveryStatus::Dead,
        _ => DeliveryStatus::Pending,
    };
    let at_us: i64 = row.get(9)?;
    Ok(DeliverySummary {
        id: row.get(0)?,
        event_id: Uuid::from_bytes(row.get(1)?),
        destination: row.get(2)?,
        object_name: row.get(3)?,
        group_ref: row.get(4)?,
        occurred_at: time_of_ns(row.get(5)?),
        size: row.get::<_, i64>(6)?.cast_unsigned(),
        status,
        attempts: row.get(8)?,
        next_attempt_at: (status == DeliveryStatus::Pending && at_us < NEVER_US).then(|| time_of_us(at_us)),
        replay_of: row.get(10)?,
        reason: row.get(11)?,
    })
}

/// A page of deliveries with ids below `before`, newest first.
pub(super) fn page(db: &Connection, filter: &DeliveryFilter, limit: u32, before: i64) -> Result<Page<DeliverySummary>, Fault> {
    let none = Page { results: Vec::new(), next_page_token: None };
    let Some(Condition { sql, values }) = condition(db, filter, before, "<")? else { return Ok(none) };
    let limit = limit.clamp(1, PAGE_MAX) as usize;
    let mut statement = db.prepare_cached(&format!("{SUMMARY}{sql} ORDER BY d.id DESC LIMIT {}", limit + 1))?;
    let rows = statement.query_map(params_from_iter(values), summary)?;
    let mut results = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = results.len() > limit;
    results.truncate(limit);
    let next_page_token = results.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { results, next_page_token })
}

/// Those of these ids that are kept.
pub(super) fn some(db: &Connection, ids: &[i64]) -> Result<Vec<DeliverySummary>, Fault> {
    let mut statement = db.prepare_cached(&format!("{SUMMARY} WHERE d.id = ?1"))?;
    let found = ids.iter().map(|id| statement.query_row([id], summary).optional());
    Ok(found.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?)
}

/// One delivery with its attempts and its envelope.
pub(super) fn detail(db: &Connection, id: i64) -> Result<Option<DeliveryDetail>, Fault> {
    let found = db.prepare_cached(&format!("{SUMMARY} WHERE d.id = ?1"))?.query_row([id], summary).optional()?;
    let Some(summary) = found else { return Ok(None) };
    let envelope = envelope(db, summary.event_id)?;
    Ok(Some(DeliveryDetail { summary, attempts: attempts::of(db, id)?, envelope }))
}

/// The envelope with this event id.
pub(super) fn envelope(db: &Connection, event_id: Uuid) -> Result<Option<Arc<Envelope>>, Fault> {
    let Some(row) = envelope_row(db, event_id)? else { return Ok(None) };
    Ok(EnvelopeReader::new(db)?.read(row)?.map(Arc::new))
}
