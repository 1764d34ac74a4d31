//! A provider's webhook call: what it carries reads the same alone, and becomes messages or nothing.
//!
//! The first byte picks the provider. The parts: the body; a signature or key; a time as the header has it.

use std::sync::LazyLock;

use ampline_core::{
    message::{AcceptedEvent, MESSAGE_BYTES_MAX, build_events},
    plan::{Choice, Others},
    provider::Record,
    subscribe::{Decision, EVENTS_MAX, Inbound, ProviderEvent, Records, Source, SubscribePlan, judge, records_needed},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};

use super::{
    messages, parts,
    stage::{NOW, integration, planned},
};

/// An event is cut out of its call; one that stands for many records is written once for each, but not without end.
const COPIES_BYTES_MAX: usize = 64 << 20;

static HUBSPOT: LazyLock<Vec<SubscribePlan>> = LazyLock::new(|| plans("hubspot", ["contacts", "companies", "2-123"]));
static SALESFORCE: LazyLock<Vec<SubscribePlan>> = LazyLock::new(|| plans("salesforce", ["Account", "Contact", "Car__c"]));

/// Subscriptions with messages, with records, and with the bodies of 2023.
fn plans(provider: &str, [one, other, third]: [&str; 3]) -> Vec<SubscribePlan> {
    let today = format!(
        "specVersion: 1.0.0\nintegrations:\n  - name: crm\n    provider: {provider}\n    read:\n      objects:\n        \
         - {{objectName: {one}, destination: a, schedule: '', requiredFields: [{{fieldName: email}}, {{mapToName: givenName, fieldName: firstname}}]}}\n        \
         - {{objectName: {other}, destination: b, schedule: '', optionalFieldsAuto: all}}\n    subscribe:\n      objects:\n        \
         - {{objectName: {one}, destination: a, inheritFieldsAndMapping: true, createEvent: {{enabled: always}}, updateEvent: {{enabled: always, watchFieldsAuto: all}}, \
         deleteEvent: {{enabled: always}}, associationChangeEvent: {{enabled: always, includeFullRecords: true}}, otherEvents: [contact.merge]}}\n        \
         - {{objectName: {other}, destination: b, inheritFieldsAndMapping: true, createEvent: {{enabled: always}}, updateEvent: {{enabled: always, watchFieldsAuto: all}}, \
         deleteEvent: {{enabled: always}}}}\n"
    );
    let legacy = format!(
        "specVersion: 0.1.0\nintegrations:\n  - name: crm\n    api: {provider}\n    actions:\n      - type: subscribe\n        objects:\n          \
         - {{objectName: {third}, destination: d, event: create}}\n          - {{objectName: {third}, destination: d, event: update, watchFields: [{{fieldName: name}}]}}\n          \
         - {{objectName: {third}, destination: d, event: delete}}\n"
    );
    let planned = [today, legacy].map(|source| {
        let integration = integration(&source);
        let choice = Choice { configured: &integration, latest: &integration, others: Others::All };
        planned(&choice, Default::default(), &Default::default()).1
    });
    planned.into_iter().flatten().collect()
}

pub(super) fn run(data: &[u8]) {
    let [picked, data @ ..] = data else { return };
    let (source, plans) = if picked % 2 == 0 { (Source::HubSpot, &*HUBSPOT) } else { (Source::Salesforce, &*SALESFORCE) };
    let mut parts = parts(data);
    let body = Bytes::copy_from_slice(parts.next().unwrap_or_default());
    forge(source, &body, parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let events = match source.events(&body) {
        Ok(events) => events,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(events.len() <= EVENTS_MAX);
    assert!(events.iter().map(|event| event.raw.len()).sum::<usize>() <= COPIES_BYTES_MAX.max(body.len()));
    for event in &events {
        assert_eq!(source.event(&event.raw).as_ref(), Ok(event), "an event reads the same from its own text");
        messages::raw(&event.raw);
    }
    plans.iter().for_each(|plan| deliver(source, plan, &events));
}

/// Nobody signs without the key.
fn forge(source: Source, body: &[u8], signature: &[u8], time: &[u8]) {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-hubspot-signature-v3", signature),
        ("x-hubspot-request-timestamp", time),
        ("authorization", signature),
        ("x-api-key", signature),
    ] {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(name, value);
        }
    }
    let call = Inbound { method: &Method::POST, uri: "https://ampline.example/subscribe/v1/p?a=%20", headers: &headers, body };
    assert!(source.authenticate(&call, &["a key that no input holds: 6b1f5d7c03"], NOW).is_err());
}

/// The messages of a subscription.
fn deliver(source: Source, plan: &SubscribePlan, events: &[ProviderEvent]) {
    let wanted: Vec<&ProviderEvent> = events.iter().filter(|event| judge(source, plan, event) == Decision::Message).collect();
    let needed = wanted.iter().flat_map(|event| records_needed(source, plan, event));
    // Every other record is gone by now.
    let there = needed.filter(|needed| needed.id.len() % 2 == 0);
    let records: Records =
        there.map(|needed| ((needed.read.key.object_name.clone(), needed.id.to_owned()), record(needed.id))).collect();
    let accepted: Vec<AcceptedEvent<'_>> =
        (0_u128..).zip(&wanted).map(|(key, event)| AcceptedEvent { key: key.to_be_bytes(), accepted_at: NOW, event }).collect();
    let envelopes = build_events(source, plan, &accepted, &records, NOW);
    assert_eq!(build_events(source, plan, &accepted, &records, NOW), envelopes, "the same events make the same messages");
    for envelope in &envelopes {
        assert!(envelope.body.len() <= MESSAGE_BYTES_MAX || envelope.index.records.len() == 1);
        messages::judge_envelope(envelope);
    }
    messages::judge_ids(&envelopes);
}

fn record(id: &str) -> Record {
    let fields = [("email", "\"a@b\""), ("firstname", "\"A\""), ("name", "null")];
    Record {
        id: id.to_owned(),
        modified_at: Some(NOW),
        deleted: false,
        raw: Bytes::from_static(br#"{"email":"a@b","firstname":"A","name":null}"#),
        fields: fields.map(|(name, value)| (name.into(), Bytes::from_static(value.as_bytes()))).to_vec(),
        associations: Vec::new(),
    }
}
