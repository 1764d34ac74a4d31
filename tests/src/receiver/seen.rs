//! What arrived at the receiver: counts, events with their multiplicity, records, and the requests themselves if they are kept.

use std::collections::{BTreeMap, HashMap};

use axum::body::Bytes;
use serde::Serialize;

use super::{records::Contents, signature::Flaw};

/// One request, kept whole.
#[derive(Debug, Clone)]
pub struct Received {
    /// The path and query.
    pub path: String,
    /// Headers with lower-case names; of repeated ones the last.
    pub headers: HashMap<String, String>,
    /// The body as it came.
    pub body: Bytes,
    /// When its body was complete, in Unix microseconds.
    pub at_us: i64,
    /// What was answered; 0 if nothing.
    pub status: u16,
}

/// How often an event came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Requests that carried it.
    pub times: u32,
    /// Those that were answered with a 2xx.
    pub accepted: u32,
    /// When the first was complete, in Unix microseconds.
    pub first_us: i64,
    /// When the first accepted one was complete, in Unix microseconds; 0 if none.
    pub accepted_us: i64,
}

/// How often a record came in an accepted event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordSeen {
    /// Accepted requests that carried it.
    pub times: u32,
    /// The latest time of change that came with it (RFC 3339 in UTC sorts as text).
    pub updated_at: Option<String>,
}

/// Totals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Requests.
    pub requests: u64,
    /// Requests answered with a 2xx.
    pub accepted: u64,
    /// Different event ids.
    pub events: u64,
    /// Different event ids that were accepted at least once.
    pub events_accepted: u64,
    /// Different records that were accepted at least once.
    pub records: u64,
    /// Bytes of all bodies.
    pub body_bytes: u64,
    /// Requests whose signature was wrong.
    pub signature_failures: u64,
    /// Requests by status; 0 = not answered.
    pub by_status: BTreeMap<u16, u64>,
}

/// All that arrived.
#[derive(Debug, Default)]
pub struct Seen {
    /// Totals.
    pub counts: Counts,
    /// By event id.
    pub events: HashMap<String, Event>,
    /// By object name and record id.
    pub records: BTreeMap<String, HashMap<String, RecordSeen>>,
    /// URLs of messages that did not carry their records.
    pub download_urls: Vec<String>,
    /// What was wrong with signatures.
    pub flaws: BTreeMap<Flaw, u64>,
    /// The requests, in order, if they are kept.
    pub requests: Vec<Received>,
}

impl Seen {
    /// Takes note of a request.
    pub(super) fn note(&mut self, request: Received, contents: &Contents, flaw: Option<Flaw>, is_kept: bool) {
        let is_accepted = (200..300).contains(&request.status);
        self.counts.requests += 1;
        self.counts.accepted += u64::from(is_accepted);
        self.counts.body_bytes += request.body.len() as u64;
        *self.counts.by_status.entry(request.status).or_default() += 1;
        if let Some(flaw) = flaw {
            self.counts.signature_failures += 1;
            *self.flaws.entry(flaw).or_default() += 1;
        }
        if let Some(id) = request.headers.get("webhook-id") {
            self.note_event(id, request.at_us, is_accepted);
        }
        if is_accepted {
            self.note_records(contents);
        }
        if is_kept {
            self.requests.push(request);
        }
    }

    fn note_event(&mut self, id: &str, at_us: i64, is_accepted: bool) {
        if !self.events.contains_key(id) {
            self.events.insert(id.to_owned(), Event { first_us: at_us, ..Event::default() });
            self.counts.events += 1;
        }
        let Some(event) = self.events.get_mut(id) else { return };
        event.times += 1;
        if is_accepted && event.accepted == 0 {
            event.accepted_us = at_us;
            self.counts.events_accepted += 1;
        }
        event.accepted += u32::from(is_accepted);
    }

    fn note_records(&mut self, contents: &Contents) {
        self.download_urls.extend(contents.download_url.clone());
        if contents.records.is_empty() {
            return;
        }
        let of_object = self.records.entry(contents.object.clone()).or_default();
        let before = of_object.len();
        for record in &contents.records {
            let seen = of_object.entry(record.id.clone()).or_default();
            seen.times += 1;
            if record.updated_at > seen.updated_at {
                seen.updated_at.clone_from(&record.updated_at);
            }
        }
        self.counts.records += (of_object.len() - before) as u64;
    }

    /// The ids of an object's records that arrived.
    pub fn ids(&self, object: &str) -> Vec<&str> {
        self.records.get(object).into_iter().flat_map(HashMap::keys).map(String::as_str).collect()
    }
}
