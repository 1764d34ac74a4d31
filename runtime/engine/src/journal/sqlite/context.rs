//! What the envelopes of one operation have in common, stored once: it is a fifth of a small envelope, and made of long ids.

use std::borrow::Cow;

use ampline_core::message::{BodyIndex, Envelope, Metadata};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Fault, records};
use crate::sqlite::{StoreFailed, ns, time_of_ns};

/// The common facts, as stored in JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Context<'a> {
    pub(super) destination: Cow<'a, str>,
    pub(super) group_ref: Cow<'a, str>,
    pub(super) ordering_key: Cow<'a, str>,
    project_id: Cow<'a, str>,
    installation_id: Cow<'a, str>,
    connection_id: Cow<'a, str>,
    destination_id: Cow<'a, str>,
    operation_id: Option<Cow<'a, str>>,
    pub(super) object_name: Cow<'a, str>,
    topic: Cow<'a, str>,
}

impl<'a> Context<'a> {
    /// What the envelope has in common with others.
    pub(super) fn of(envelope: &'a Envelope) -> Self {
        let metadata = &envelope.metadata;
        Self {
            destination: envelope.destination.as_str().into(),
            group_ref: envelope.group_ref.as_str().into(),
            ordering_key: envelope.ordering_key.as_str().into(),
            project_id: metadata.project_id.as_str().into(),
            installation_id: metadata.installation_id.as_str().into(),
            connection_id: metadata.connection_id.as_str().into(),
            destination_id: metadata.destination_id.as_str().into(),
            operation_id: metadata.operation_id.as_deref().map(Cow::from),
            object_name: metadata.object_name.as_str().into(),
            topic: metadata.topic.as_str().into(),
        }
    }
}

/// What is an envelope's own, ready to be stored.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) event_id: [u8; 16],
    /// The id as the metadata spells it, where it is not the usual spelling.
    pub(super) event_text: Option<String>,
    pub(super) occurred_at_ns: i64,
    pub(super) timestamp: String,
    pub(super) records: Vec<u8>,
    pub(super) body: Bytes,
}

impl Own {
    pub(super) fn of(envelope: &Envelope) -> Self {
        let Envelope { id, metadata, index, body, occurred_at, .. } = envelope;
        let usual = metadata.event_id == *id.as_hyphenated().encode_lower(&mut Uuid::encode_buffer());
        Self {
            event_id: id.into_bytes(),
            event_text: (!usual).then(|| metadata.event_id.clone()),
            occurred_at_ns: ns(*occurred_at),
            timestamp: metadata.timestamp.clone(),
            records: records::encode(index),
            body: body.clone(),
        }
    }
}

/// Reads envelopes by row, parsing the context of a run of them once.
pub(super) struct EnvelopeReader<'a> {
    statement: rusqlite::CachedStatement<'a>,
    contexts: rusqlite::CachedStatement<'a>,
    last: Option<(i64, Context<'static>)>,
}

impl<'a> EnvelopeReader<'a> {
    pub(super) fn new(db: &'a Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT event_id, event_text, context, occurred_at_ns, timestamp, records, body FROM envelope WHERE id = ?1";
        Ok(Self {
            statement: db.prepare_cached(sql)?,
            contexts: db.prepare_cached("SELECT facts FROM context WHERE id = ?1")?,
            last: None,
        })
    }

    /// The envelope of a row; nothing where there is no such row.
    pub(super) fn read(&mut self, id: i64) -> Result<Option<Envelope>, Fault> {
        let row = self.statement.query_row([id], |row| Ok((row.get::<_, i64>(2)?, own(row)?))).optional()?;
        let Some((context, own)) = row else { return Ok(None) };
        if self.last.as_ref().is_none_or(|(last, _)| *last != context) {
            let facts: String = self.contexts.query_row([context], |row| row.get(0))?;
            let facts = serde_json::from_str::<Context<'static>>(&facts).map_err(|e| damaged(id, &e.to_string()))?;
            self.last = Some((context, facts));
        }
        let Some((_, facts)) = &self.last else { return Ok(None) };
        let index = records::decode(&own.records).ok_or_else(|| damaged(id, "the record index does not parse"))?;
        Ok(Some(envelope(facts, own, index)))
    }
}

fn own(row: &Row<'_>) -> rusqlite::Result<Own> {
    Ok(Own {
        event_id: row.get(0)?,
        event_text: row.get(1)?,
        occurred_at_ns: row.get(3)?,
        timestamp: row.get(4)?,
        records: row.get(5)?,
        body: Bytes::from(row.get::<_, Vec<u8>>(6)?),
    })
}

fn envelope(facts: &Context<'_>, own: Own, index: BodyIndex) -> Envelope {
    let id = Uuid::from_bytes(own.event_id);
    Envelope {
        id,
        destination: facts.destination.to_string(),
        group_ref: facts.group_ref.to_string(),
        ordering_key: facts.ordering_key.to_string(),
        occurred_at: time_of_ns(own.occurred_at_ns),
        metadata: Metadata {
            project_id: facts.project_id.to_string(),
            installation_id: facts.installation_id.to_string(),
            connection_id: facts.connection_id.to_string(),
            destination_id: facts.destination_id.to_string(),
            operation_id: facts.operation_id.as_deref().map(str::to_owned),
            object_name: facts.object_name.to_string(),
            event_id: own.event_text.unwrap_or_else(|| id.to_string()),
            timestamp: own.timestamp,
            topic: facts.topic.to_string(),
        },
        index,
        body: own.body,
    }
}

fn damaged(envelope: i64, what: &str) -> Fault {
    StoreFailed(format!("envelope {envelope} is damaged: {what}; restore the journal from a backup")).into()
}
