//! The bodies that subscriptions had in 2023: one for each event, and of an update one for each field that changed.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    AcceptedEvent, BodyIndex, Envelope, RecordSpan,
    build::{envelope, offset},
    entry::{push_member, push_string},
    events::{origin, push_text, span},
};
use crate::{
    manifest::{LegacyBody, NamedField, camel_case},
    members::Members,
    provider::Record,
    subscribe::{EventKind, ProviderEvent, Records, SubscribePlan},
};

/// As Salesforce writes times.
const TIME: &str = "%Y-%m-%dT%H:%M:%S.%3f+0000";

/// The bodies of a run of events, each an envelope of its own.
pub(super) fn build(
    plan: &SubscribePlan,
    form: &LegacyBody,
    events: &[AcceptedEvent<'_>],
    records: &Records,
    now: Timestamp,
) -> Vec<Envelope> {
    let mut envelopes = Vec::new();
    for accepted in events {
        let event = accepted.event;
        let Some(id) = event.record_id.as_deref() else { continue };
        let record = records.get(&(plan.read.key.object_name.clone(), id.to_owned()));
        let state = State { event, id, record, form };
        for (part, body) in state.bodies() {
            let origin = origin(&plan.read, std::iter::once(accepted), &part, now);
            envelopes.push(envelope(&plan.read, origin, body));
        }
    }
    envelopes
}

/// A body and where it may be cut: the url form keeps what stands before the data.
type Body = (Vec<u8>, BodyIndex);

struct State<'a> {
    event: &'a ProviderEvent,
    id: &'a str,
    record: Option<&'a Record>,
    form: &'a LegacyBody,
}

impl State<'_> {
    /// Each with what tells it from the others of the same event.
    fn bodies(&self) -> Vec<(String, Body)> {
        match self.event.kind {
            EventKind::Create => vec![(String::new(), self.create())],
            EventKind::Delete => vec![(String::new(), self.delete())],
            EventKind::Update => {
                let changed = self.changed();
                changed.iter().map(|field| (field.name.clone(), self.update(field))).collect()
            }
            EventKind::AssociationUpdate | EventKind::Other => Vec::new(),
        }
    }

    /// `{"primaryKey":…,"event":…,"…Time":…,`
    fn open(&self, time: &str) -> Vec<u8> {
        let mut body = b"{".to_vec();
        push_text("primaryKey", self.id, &mut body);
        push_text("event", self.event.kind.as_str(), &mut body);
        let at = self.event.occurred_at.to_zoned(TimeZone::UTC);
        push_text(time, &at.strftime(TIME).to_string(), &mut body);
        body
    }

    fn close(&self, mut body: Vec<u8>, cut_at: usize) -> Body {
        body.push(b'}');
        let whole = RecordSpan { start: 0, end: offset(body.len()), ..span(self.event, self.event.kind, self.id, self.record) };
        (body, BodyIndex { result_info_at: offset(cut_at), records: vec![whole] })
    }

    fn create(&self) -> Body {
        let mut body = self.open("createTime");
        let cut_at = body.len();
        push_member("fields", &mut body);
        body.push(b'{');
        let spellings = self.record.map(spellings).unwrap_or_default();
        for (place, (name, value)) in self.record.iter().flat_map(|record| &record.fields).enumerate() {
            if place > 0 {
                body.push(b',');
            }
            push_member(&camel_case(spellings.get(name.as_str()).map_or(name, String::as_str)), &mut body);
            body.extend_from_slice(value);
        }
        body.push(b'}');
        self.close(body, cut_at)
    }

    fn delete(&self) -> Body {
        let mut body = self.open("deleteTime");
        body.pop();
        let cut_at = body.len();
        self.close(body, cut_at)
    }

    fn update(&self, changed: &NamedField) -> Body {
        let mut body = self.open("updateTime");
        let cut_at = body.len();
        body.extend_from_slice(br#""changedField":{"fieldName":"#);
        push_string(&changed.name, &mut body);
        body.extend_from_slice(br#","currentValue":"#);
        body.extend_from_slice(self.value(&changed.field_name));
        body.extend_from_slice(br#"},"otherFields":{"#);
        // A field that changed in the same event has a body of its own, and is unchanged by the others' lights only.
        let unchanged = self.form.watch_fields.iter().filter(|field| !self.has_changed(field));
        let mut any = false;
        for field in unchanged.chain(self.form.additional_fields.iter().filter(|field| !self.has_changed(field))) {
            if std::mem::replace(&mut any, true) {
                body.push(b',');
            }
            push_member(&field.name, &mut body);
            body.extend_from_slice(self.value(&field.field_name));
        }
        body.push(b'}');
        self.close(body, cut_at)
    }

    /// Watched fields that changed; where none is named, or the event does not say which, all of them.
    fn changed(&self) -> Vec<NamedField> {
        if self.event.fields_updated.is_empty() {
            return self.form.watch_fields.to_vec();
        }
        if self.form.watch_fields.is_empty() {
            let named = |name: &String| NamedField { name: camel_case(name), field_name: name.clone() };
            return self.event.fields_updated.iter().map(named).collect();
        }
        self.form.watch_fields.iter().filter(|field| self.has_changed(field)).cloned().collect()
    }

    fn has_changed(&self, field: &NamedField) -> bool {
        self.event.fields_updated.iter().any(|name| name.eq_ignore_ascii_case(&field.field_name))
    }

    /// As the record has it now; null where it has none.
    fn value(&self, field_name: &str) -> &[u8] {
        let fields = self.record.iter().flat_map(|record| &record.fields);
        let mut found = fields.filter(|(name, _)| name.eq_ignore_ascii_case(field_name));
        found.next().map_or(b"null", |(_, value)| value.as_ref())
    }
}

/// Lower-cased names to the provider's own spelling, from the record's text and its `properties`.
fn spellings(record: &Record) -> BTreeMap<String, String> {
    let Ok(Members(outer)) = serde_json::from_slice(&record.raw) else { return BTreeMap::new() };
    let inner = outer.iter().find(|(name, _)| name == "properties").and_then(|(_, value)| {
        let Members(inner) = serde_json::from_str(value.get()).ok()?;
        Some(inner)
    });
    let names = outer.into_iter().chain(inner.unwrap_or_default()).map(|(name, _)| name);
    names.map(|name| (name.to_lowercase(), name.into())).collect()
}
