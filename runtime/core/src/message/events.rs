//! Events of a provider to messages: an entry of `result` for each, with the record as it stands now.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{
    Envelope, RecordSpan, bodies_of_2023,
    build::{Entries, Origin, assemble, envelope, head, sorted_id},
    entry::{Columns, push_member, push_string},
};
use crate::{
    manifest::MessageStyle,
    plan::ReadPlan,
    provider::Record,
    subscribe::{Association, End, EventKind, ProviderEvent, Records, Source, SubscribePlan},
};

/// An event that becomes a message.
#[derive(Debug, Clone, Copy)]
pub struct AcceptedEvent<'a> {
    /// The same for every delivery of the event by the provider.
    pub key: [u8; 16],
    /// When it was taken in.
    pub accepted_at: Timestamp,
    /// What it says.
    pub event: &'a ProviderEvent,
}

/// The messages of a run of events, in their order. `records` are those that the events need, as far as they are still there;
/// `now` is when they were fetched. The same events make envelopes of the same ids.
pub fn build_events(
    source: Source,
    plan: &SubscribePlan,
    events: &[AcceptedEvent<'_>],
    records: &Records,
    now: Timestamp,
) -> Vec<Envelope> {
    if let MessageStyle::Legacy(form) = &plan.style {
        return bodies_of_2023::build(plan, form, events, records, now);
    }
    let time = now.to_string();
    let head = head(&plan.read.context, "subscribe", &[("operationTime", &time)]);
    let mut writer = Writer { source, plan, records, columns: Columns::new(&plan.read.fields), entries: Entries::default() };
    let entries = events.iter().flat_map(|accepted| writer.push(accepted.event).into_iter().map(move |span| (accepted, span)));
    let kept: Vec<_> = entries.collect();
    let (mut envelopes, mut first) = (Vec::new(), 0);
    while first < kept.len() {
        let end = writer.entries.fill(first, head.len());
        let spans = kept[first..end].iter().map(|(_, span)| span.clone());
        let message = assemble(&head, &writer.entries, first, spans);
        let chunk = kept[first..end].iter().map(|(accepted, _)| *accepted);
        // A chunk that begins within an event is told from the one before by its first record.
        let is_within = first > 0 && kept[first - 1].0.key == kept[first].0.key;
        let part = if is_within { kept[first].1.id.as_str() } else { "" };
        envelopes.push(envelope(&plan.read, origin(&plan.read, chunk, part, now), message));
        first = end;
    }
    envelopes
}

/// The id follows from the events that the message carries, and from the subscription it is for: the same event may have several.
pub(super) fn origin<'a>(
    plan: &ReadPlan,
    events: impl Iterator<Item = &'a AcceptedEvent<'a>>,
    part: &str,
    now: Timestamp,
) -> Origin {
    let (mut first, mut hash) = (None, Sha256::new());
    for accepted in events {
        first.get_or_insert(accepted.accepted_at);
        hash.update(accepted.key);
    }
    let context = &plan.context;
    for text in [&context.installation.id, &plan.key.object_name, &context.destination, part] {
        hash.update(text);
        hash.update([0]);
    }
    let hash = hash.finalize();
    let place = u32::from(hash[8]) << 8 | u32::from(hash[9]);
    Origin { id: sorted_id(first.unwrap_or(now), place, &hash), time: now, operation_id: None, topic: "subscribe" }
}

/// What a table or the store must know of the state that a message carries.
pub(super) fn span(event: &ProviderEvent, kind: EventKind, id: &str, record: Option<&Record>) -> RecordSpan {
    let deleted = kind == EventKind::Delete;
    let modified_at = if deleted { Some(event.occurred_at) } else { record.and_then(|record| record.modified_at) };
    RecordSpan { id: id.to_owned(), start: 0, end: 0, modified_at_ms: modified_at.map(Timestamp::as_millisecond), deleted }
}

struct Writer<'a> {
    source: Source,
    plan: &'a SubscribePlan,
    records: &'a Records,
    columns: Columns,
    entries: Entries,
}

impl Writer<'_> {
    /// Writes the entries of an event: one, and where the destination holds records one more for each that was merged into it.
    fn push(&mut self, event: &ProviderEvent) -> Vec<RecordSpan> {
        let Some(id) = event.record_id.as_deref() else { return Vec::new() };
        let merged = event.merged.iter().filter(|_| self.plan.mirrors_records);
        let entries: Vec<(EventKind, &str)> =
            merged.map(|id| (EventKind::Delete, id.as_str())).chain([(event.kind, id)]).collect();
        entries.into_iter().filter_map(|(kind, id)| self.push_entry(event, kind, id)).collect()
    }

    /// Writes an entry. Nothing where the destination holds records and this one is gone: its deletion is an event of its own.
    fn push_entry(&mut self, event: &ProviderEvent, kind: EventKind, id: &str) -> Option<RecordSpan> {
        let record = match kind {
            EventKind::Delete => None,
            _ => self.records.get(&(self.plan.read.key.object_name.clone(), id.to_owned())),
        };
        if self.plan.mirrors_records && record.is_none() && kind != EventKind::Delete {
            return None;
        }
        let ties = event.association.as_ref().filter(|_| !self.plan.mirrors_records);
        let into = &mut self.entries.bytes;
        match record.filter(|_| ties.is_none()) {
            // The entry of a read, opened again at its end.
            Some(record) => {
                self.columns.push_entry(record, into);
                into.pop();
                into.push(b',');
            }
            None => into.push(b'{'),
        }
        push_text("subscribeEventType", kind.as_str(), into);
        push_text("providerEventType", &event.provider_type, into);
        if let Some(ties) = ties {
            self.push_ties(ties);
        } else if record.is_none() {
            push_text("id", id, into);
        }
        let into = &mut self.entries.bytes;
        if !event.fields_updated.is_empty() {
            push_member("fieldsUpdated", into);
            push_list(&event.fields_updated, into);
            into.push(b',');
        }
        push_member("rawEvent", into);
        into.extend_from_slice(&event.raw);
        into.push(b'}');
        self.entries.ends.push(self.entries.bytes.len());
        Some(span(event, kind, id, record))
    }

    fn push_ties(&mut self, ties: &Association) {
        for (name, end) in [("fromRecord", &ties.from), ("toRecord", &ties.to)] {
            push_member(name, &mut self.entries.bytes);
            self.push_associated(end);
            self.entries.bytes.push(b',');
        }
    }

    /// `{"id":…,"objectName":…,"rawObjectName":…,"fields":…,"mappedFields":…,"raw":…}`: the id alone where nothing more is known.
    fn push_associated(&mut self, end: &End) {
        let into = &mut self.entries.bytes;
        into.push(b'{');
        push_text("id", &end.id, into);
        let Some(read) = self.plan.related_to(self.source, &end.object) else {
            push_text("objectName", &end.object, into);
            into.pop();
            return into.push(b'}');
        };
        push_text("objectName", &read.context.object_name, into);
        if let Some(raw) = &read.context.raw_object_name {
            push_text("rawObjectName", raw, into);
        }
        match self.records.get(&(read.key.object_name.clone(), end.id.clone())) {
            Some(record) => {
                Columns::new(&read.fields).push_fields(record, into);
                push_member("raw", into);
                into.extend_from_slice(&record.raw);
            }
            None => drop(into.pop()),
        }
        into.push(b'}');
    }
}

/// Writes `"name":"text",`.
pub(super) fn push_text(name: &str, text: &str, into: &mut Vec<u8>) {
    push_member(name, into);
    push_string(text, into);
    into.push(b',');
}

fn push_list(texts: &[String], into: &mut Vec<u8>) {
    into.push(b'[');
    for (place, text) in texts.iter().enumerate() {
        if place > 0 {
            into.push(b',');
        }
        push_string(text, into);
    }
    into.push(b']');
}
