//! A page's envelopes and its cursor become durable together (J1), and each envelope once (J2).

use std::{sync::Arc, time::Duration};

use ampline_core::{cursor::ReadType, message::Envelope};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Fault,
    context::{Context, Own},
    destinations::{self, Counts, Terms},
    held,
    lane::Key,
    lanes::Lanes,
    ownership,
    recent::Recent,
};
use crate::{
    journal::{JournalError, LogEntry, OperationEnd, PageCommit, ReadLease},
    sqlite::{StoreFailed, due_us},
};

/// How far the read came; what a commit says besides its envelopes.
pub(super) struct Progress {
    pub(super) cursor: String,
    pub(super) pages: u32,
    pub(super) records_processed: u64,
    pub(super) records_estimated_total: Option<u64>,
    pub(super) read_type: ReadType,
    pub(super) log: Vec<LogEntry>,
    pub(super) now: Timestamp,
    pub(super) lease: Duration,
    pub(super) end: Option<OperationEnd>,
}

/// Pages, encoded before they queue for the one writer.
pub(super) struct Prepared {
    lease: ReadLease,
    progress: Progress,
    envelopes: Envelopes,
    on_request: bool,
}

/// Envelopes, encoded.
pub(super) struct Envelopes {
    contexts: Vec<PreparedContext>,
    each: Vec<PreparedEnvelope>,
}

struct PreparedEnvelope {
    /// Its place in `contexts`.
    context: usize,
    own: Own,
    whole: Arc<Envelope>,
}

struct PreparedContext {
    destination: String,
    object_name: String,
    group_ref: String,
    ordering_key: String,
    facts: String,
}

impl Prepared {
    /// Whether something is told along with it.
    pub(super) fn tells(&self) -> bool {
        self.progress.end.as_ref().is_some_and(|end| !end.notifications.is_empty())
    }
}

/// Encodes pages.
pub(super) fn prepare(lease: &ReadLease, commit: PageCommit) -> Result<Prepared, JournalError> {
    let PageCommit {
        envelopes,
        pages,
        on_request,
        cursor,
        records_processed,
        records_estimated_total,
        read_type,
        log,
        now,
        lease: lease_time,
        end,
    } = commit;
    Ok(Prepared {
        lease: lease.clone(),
        progress: Progress {
            cursor,
            pages,
            records_processed,
            records_estimated_total,
            read_type,
            log,
            now,
            lease: lease_time,
            end,
        },
        envelopes: encode(envelopes)?,
        on_request,
    })
}

/// Encodes envelopes.
pub(super) fn encode(envelopes: Vec<impl Into<Arc<Envelope>>>) -> Result<Envelopes, JournalError> {
    let envelopes: Vec<Arc<Envelope>> = envelopes.into_iter().map(Into::into).collect();
    let mut distinct: Vec<Context<'_>> = Vec::new();
    let mut places = Vec::with_capacity(envelopes.len());
    for envelope in &envelopes {
        let context = Context::of(envelope);
        let known = distinct.iter().rposition(|other| *other == context);
        places.push(known.unwrap_or(distinct.len()));
        if known.is_none() {
            distinct.push(context);
        }
    }
    let contexts = distinct.iter().map(PreparedContext::of).collect::<Result<Vec<_>, _>>()?;
    let prepared =
        |(context, envelope): (usize, Arc<Envelope>)| PreparedEnvelope { context, own: Own::of(&envelope), whole: envelope };
    Ok(Envelopes { contexts, each: places.into_iter().zip(envelopes).map(prepared).collect() })
}

impl PreparedContext {
    fn of(context: &Context<'_>) -> Result<Self, JournalError> {
        let facts =
            serde_json::to_string(context).map_err(|e| JournalError::Store(format!("an envelope does not encode: {e}")))?;
        Ok(Self {
            destination: context.destination.to_string(),
            object_name: context.object_name.to_string(),
            group_ref: context.group_ref.to_string(),
            ordering_key: context.ordering_key.to_string(),
            facts,
        })
    }
}

/// What a commit brought to one destination.
pub(super) struct Arrived {
    pub(super) name: String,
    pub(super) destination: i64,
    pub(super) keys: Vec<Key>,
    /// Those that the keys lead to.
    pub(super) envelopes: Vec<Arc<Envelope>>,
    /// Bytes of their bodies.
    pub(super) bytes: i64,
    terms: Terms,
}

impl Arrived {
    /// Whether nothing of it will be delivered.
    pub(super) fn is_given_up(&self) -> bool {
        self.terms.gone.is_some()
    }
}

/// The rows that a context leads to, and how many envelopes of it are new.
struct ContextRow {
    id: i64,
    /// Its place in what arrived.
    place: usize,
    /// Whether this commit made it.
    made: bool,
    new: i64,
}

/// Stores the pages; says what is new for which destination.
pub(super) fn commit(db: &Connection, page: &Prepared) -> Result<Vec<Arrived>, Fault> {
    ownership::advance(db, &page.lease, &page.progress)?;
    let mut arrived = store(db, &page.envelopes, page.progress.now)?;
    if page.on_request {
        held::hold(db, &page.lease.key, &mut arrived)?;
    }
    Ok(arrived)
}

/// Stores envelopes, each once (J2); says what is new for which destination.
pub(super) fn store(db: &Connection, envelopes: &Envelopes, now: Timestamp) -> Result<Vec<Arrived>, Fault> {
    if envelopes.each.is_empty() {
        return Ok(Vec::new());
    }
    let mut arrived = Vec::new();
    let mut contexts =
        envelopes.contexts.iter().map(|context| row_of(db, context, &mut arrived)).collect::<Result<Vec<_>, Fault>>()?;
    insert(db, envelopes, now, &mut contexts, &mut arrived)?;
    for ContextRow { id, made, new, .. } in contexts {
        if new > 0 {
            db.prepare_cached("UPDATE context SET envelopes = envelopes + ?2 WHERE id = ?1")?.execute([id, new])?;
        } else if made {
            db.prepare_cached("DELETE FROM context WHERE id = ?1")?.execute([id])?;
        }
    }
    for one in &arrived {
        let came = one.keys.len() as i64;
        let more = match one.is_given_up() {
            false => Counts { pending: came, pending_bytes: one.bytes, ..Counts::default() },
            true => Counts { dead: came, ..Counts::default() },
        };
        destinations::count(db, one.destination, more)?;
    }
    Ok(arrived)
}

fn row_of(db: &Connection, context: &PreparedContext, arrived: &mut Vec<Arrived>) -> Result<ContextRow, Fault> {
    let place = match arrived.iter().position(|arrived| arrived.name == context.destination) {
        Some(place) => place,
        None => {
            let destination = destinations::row_of(db, &context.destination)?;
            let terms = destinations::terms(db, destination)?;
            let name = context.destination.clone();
            arrived.push(Arrived { name, destination, keys: Vec::new(), envelopes: Vec::new(), bytes: 0, terms });
            arrived.len() - 1
        }
    };
    let known =
        db.prepare_cached("SELECT id FROM context WHERE facts = ?1")?.query_row([&context.facts], |row| row.get(0)).optional()?;
    let id = match known {
        Some(id) => id,
        None => {
            db.prepare_cached("INSERT INTO context (object_name, group_ref, facts) VALUES (?1, ?2, ?3)")?.execute([
                &context.object_name,
                &context.group_ref,
                &context.facts,
            ])?;
            db.last_insert_rowid()
        }
    };
    Ok(ContextRow { id, place, made: known.is_none(), new: 0 })
}

fn insert(
    db: &Connection,
    envelopes: &Envelopes,
    now: Timestamp,
    contexts: &mut [ContextRow],
    arrived: &mut [Arrived],
) -> Result<(), Fault> {
    let at_us = due_us(now);
    let mut next: i64 = db.prepare_cached("SELECT next_delivery FROM totals")?.query_row([], |row| row.get(0))?;
    let mut body_bytes = 0;
    let mut envelope = db.prepare_cached(
        "INSERT INTO envelope (id, event_id, event_text, context, occurred_at_ns, timestamp, records, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (event_id) DO NOTHING",
    )?;
    let mut delivery = db.prepare_cached(
        "INSERT INTO delivery (id, envelope, context, destination, status, at_us, attempts, tries, occurred_at_ns, bytes, reason, \
         ordering_key) VALUES (?1, ?1, ?2, ?3, iif(?7 IS NULL, 0, 2), ?4, 0, 0, ?5, ?6, ?7, ?8)",
    )?;
    for PreparedEnvelope { context: place, own, whole } in &envelopes.each {
        let context = contexts.get_mut(*place).ok_or_else(|| StoreFailed("a defect: an envelope without context".to_owned()))?;
        let new = envelope.execute(params![
            next,
            own.event_id,
            own.event_text,
            context.id,
            own.occurred_at_ns,
            own.timestamp,
            own.records,
            own.body.as_ref()
        ])?;
        if new == 0 {
            continue;
        }
        let bytes = own.body.len() as i64;
        let arrived = &mut arrived[context.place];
        let Terms { gone, keeps_order } = &arrived.terms;
        let ordering_key = keeps_order.then(|| &envelopes.contexts[*place].ordering_key);
        let row = params![next, context.id, arrived.destination, at_us, own.occurred_at_ns, bytes, gone, ordering_key];
        delivery.execute(row)?;
        arrived.keys.push(Key { at_us, delivery: next });
        arrived.envelopes.push(Arc::clone(whole));
        arrived.bytes += bytes;
        context.new += 1;
        body_bytes += bytes;
        next += 1;
    }
    db.prepare_cached("UPDATE totals SET next_delivery = ?1, body_bytes = body_bytes + ?2")?.execute([next, body_bytes])?;
    Ok(())
}

/// After the commit: tells those who wait.
pub(super) fn announce(lanes: &Lanes, recent: &Recent, arrived: &[Arrived]) {
    for one in arrived {
        let Arrived { name, destination, keys, envelopes, bytes, .. } = one;
        lanes.changes.deliveries(keys.iter().map(|key| key.delivery));
        // An envelope has the id of its first delivery.
        keys.iter().zip(envelopes).for_each(|(key, envelope)| recent.keep(key.delivery, envelope));
        let shared = lanes.know(name, *destination);
        if one.is_given_up() {
            continue;
        }
        shared.add_pending_bytes(*bytes);
        if !keys.is_empty() {
            shared.change(|lane| keys.iter().for_each(|key| lane.came(*key)));
        }
    }
}
