//! The JSON Schema for editors: what is committed is what the table of keys gives, it takes what is sound and refuses what is not.
//!
//! Oracle: the `jsonschema` crate. YAML becomes JSON by the parser that the checker stands on, in a few lines of its own.

use ampline_core::manifest;
use serde_json::{Value, json};
use serde_yaml::{Event, Parser, ScalarStyle};

const COMMITTED: &str = include_str!("../../schema/amp.schema.json");

/// A sound file of each form, every key of today's among them, and those from the wild.
const SOUND: [(&str, &str); 12] = [
    ("every_key", include_str!("every_key.yaml")),
    ("aliases", include_str!("aliases.yaml")),
    ("2023-every-key", include_str!("../../../../examples/amp-yaml/2023-every-key.yaml")),
    ("2023-hubspot", include_str!("../../../../examples/amp-yaml/2023-hubspot.yaml")),
    ("2023-draft-1.0", include_str!("../../../../examples/amp-yaml/2023-draft-1.0.yaml")),
    ("2023-draft-1.1", include_str!("../../../../examples/amp-yaml/2023-draft-1.1.yaml")),
    ("0c6a5ce-quickstart", include_str!("../../../../examples/amp-yaml/0c6a5ce-quickstart.yaml")),
    ("0c6a5ce-hubspot", include_str!("../../../../examples/amp-yaml/0c6a5ce-hubspot.yaml")),
    ("0c6a5ce-hubspot-subscribe", include_str!("../../../../examples/amp-yaml/0c6a5ce-hubspot-subscribe.yaml")),
    ("0c6a5ce-salesforce", include_str!("../../../../examples/amp-yaml/0c6a5ce-salesforce.yaml")),
    ("0c6a5ce-unifiedCRM", include_str!("../../../../examples/amp-yaml/0c6a5ce-unifiedCRM.yaml")),
    ("ff47637-quickstart", include_str!("../../../../examples/amp-yaml/ff47637-quickstart.yaml")),
];

/// The value that begins at the next event.
fn value(events: &mut Vec<Event<'_>>, anchors: &mut Vec<(usize, Value)>) -> Value {
    let (value, anchor) = match events.pop().unwrap() {
        Event::Scalar(text, style, anchor, _) => {
            let plain = style == ScalarStyle::Plain;
            let value = if plain && text.is_empty() { Some(Value::Null) } else { serde_json::from_str(&text).ok() };
            (value.filter(|value| plain && !value.is_string()).unwrap_or_else(|| json!(text)), anchor)
        }
        Event::SequenceStart(_, anchor, _) => {
            let mut items = Vec::new();
            while !matches!(events.last(), Some(Event::SequenceEnd)) {
                items.push(self::value(events, anchors));
            }
            events.pop();
            (Value::Array(items), anchor)
        }
        Event::MappingStart(_, anchor, _) => {
            let mut entries = serde_json::Map::new();
            while !matches!(events.last(), Some(Event::MappingEnd)) {
                let key = self::value(events, anchors);
                match (key.as_str().unwrap(), self::value(events, anchors)) {
                    ("<<", Value::Object(more)) => entries.extend(more),
                    ("<<", Value::Array(more)) => {
                        entries.extend(more.into_iter().rev().flat_map(|more| more.as_object().unwrap().clone()));
                    }
                    (key, value) => drop(entries.insert(key.to_owned(), value)),
                }
            }
            events.pop();
            (Value::Object(entries), anchor)
        }
        Event::Alias(anchor) => (anchors.iter().rev().find(|(at, _)| *at == anchor).unwrap().1.clone(), 0),
        event => panic!("{event:?}"),
    };
    anchors.push((anchor, value.clone()));
    value
}

/// A YAML text as JSON.
pub(super) fn instance(source: &str) -> Value {
    let is_content = |event: &Event<'_>| {
        matches!(
            event,
            Event::Scalar(..)
                | Event::SequenceStart(..)
                | Event::SequenceEnd
                | Event::MappingStart(..)
                | Event::MappingEnd
                | Event::Alias(..)
        )
    };
    let events = Parser::new_from_str(source).map(|event| event.unwrap().0);
    let mut events: Vec<Event<'_>> = events.filter(is_content).collect();
    events.reverse();
    value(&mut events, &mut Vec::new())
}

fn faults(source: &str) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&manifest::schema()).unwrap();
    validator.iter_errors(&instance(source)).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn what_is_committed_is_what_is_generated() {
    let generated = format!("{:#}\n", manifest::schema());
    assert!(
        COMMITTED == generated,
        "runtime/core/schema/amp.schema.json is out of date: `ampline schema > runtime/core/schema/amp.schema.json` renews it"
    );
    assert!(jsonschema::meta::is_valid(&manifest::schema()));
}

#[test]
fn sound_files_of_every_form_are_taken() {
    for (name, source) in SOUND {
        assert_eq!(faults(source), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn every_key_says_what_it_means() {
    fn visit(schema: &Value, count: &mut usize) {
        let Value::Object(members) = schema else { return };
        for (name, property) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let means = property["description"].as_str().unwrap_or_default();
            assert!(means.len() > 10, "{name}: {property}");
            *count += 1;
        }
        members.values().for_each(|member| visit(member, count));
    }
    let mut count = 0;
    visit(&manifest::schema(), &mut count);
    assert!(count > 100, "{count}");
}

#[test]
fn what_is_not_sound_is_refused() {
    let integration = |rest: &str| format!("specVersion: 1.0.0\nintegrations:\n- name: a\n  provider: hubspot\n  {rest}");
    let read_object = |rest: &str| integration(&format!("read: {{objects: [{{objectName: o, destination: d, {rest}}}]}}"));
    let subscribe = |rest: &str| integration(&format!("subscribe: {{objects: [{{objectName: o, destination: d, {rest}}}]}}"));
    let fourfour = include_str!("../../../../examples/amp-yaml/58532ae-fourfour.yaml").to_owned();
    let rows = [
        (fourfour, "'proxy' was unexpected"),
        ("integrations: []".to_owned(), "specVersion"),
        ("specVersion: 2.0.0\nintegrations: []".to_owned(), "\"2.0.0\" is not one of"),
        ("specVersion: 1.0.0\nintegrations: []".to_owned(), "less than 1"),
        ("specVersion: 1.0.0\nintegrations: [{name: a, proxy: {enabled: true}}]".to_owned(), "not valid under any"),
        (integration("displayName: a"), "not valid under any"),
        (integration("raed: {}"), "'raed' was unexpected"),
        (integration("proxy: {enabled: yes}"), "boolean"),
        (integration("read: {objects: [{objectName: o}]}"), "destination"),
        (integration("read: {objects: [{destination: o}]}"), "not valid under any"),
        (read_object("schedule: '* * * *'"), "does not match"),
        (read_object("schedule: daily"), "does not match"),
        (read_object("enabled: true"), "is not one of"),
        (read_object("requiredFields: [email]"), "object"),
        (read_object("requiredFields: [{fieldName: $.a.b}]"), "does not match"),
        (read_object("requiredFields: [{prompt: Which?}]"), "not valid under any"),
        (read_object("backfill: {days: 3}"), "'days' was unexpected"),
        (read_object("backfill: {defaultPeriod: {days: -1}}"), "minimum"),
        (read_object("delivery: {mode: onRequest, pageSize: 501}"), "maximum"),
        (read_object("requiredfields: []"), "'requiredfields' was unexpected"),
        (subscribe("createEvent: {}"), "enabled"),
        (subscribe("updateEvent: {enabled: always, watchFieldsAuto: some}"), "is not one of"),
        ("specVersion: 0.1.0\nintegrations: [{name: a, api: p, actions: [{type: raed, objects: []}]}]".to_owned(), "oneOf"),
        (
            "specVersion: 1.0.0\nintegrations: [{name: a, provider: p, proxy: {enabled: true}}]\ndestinations: [{name: d}]"
                .to_owned(),
            "type",
        ),
    ];
    for (source, part) in rows {
        let faults = faults(&source);
        assert!(faults.iter().any(|fault| fault.contains(part)), "{source}\n{faults:#?}");
    }
}
