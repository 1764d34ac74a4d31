//! Every key of the format lands in the model, however it is spelled.

use ampline_core::manifest::{self, Manifest};
use serde_json::json;

const EVERY_KEY: &str = include_str!("every_key.yaml");

fn sound(source: &str) -> Manifest {
    let checked = manifest::check(source.as_bytes());
    checked.manifest.unwrap_or_else(|| panic!("{:#?}", checked.issues))
}

#[test]
fn every_key_lands_in_the_model() {
    let manifest = serde_json::to_value(sound(EVERY_KEY)).unwrap();
    let expected: serde_json::Value = serde_json::from_str(include_str!("every_key.json")).unwrap();
    assert_eq!(manifest, expected, "{manifest:#}");
}

#[test]
fn keys_are_found_in_any_case() {
    let (keys, destinations) = EVERY_KEY.split_once("destinations:").unwrap();
    let shouted = keys.lines().map(|line| match line.split_once(':') {
        Some((key, rest)) => format!("{}:{rest}\n", key.to_uppercase()),
        None => format!("{line}\n"),
    });
    let shouted = shouted.collect::<String>() + "DESTINATIONS:" + destinations;
    let checked = manifest::check(shouted.as_bytes());
    assert_eq!(checked.manifest, Some(sound(EVERY_KEY)), "{:#?}", checked.issues);
    let respelled = checked.issues.iter().filter(|issue| issue.rule == "unknown-key" && issue.message.contains("is read as"));
    assert!(respelled.count() >= 40, "{:#?}", checked.issues);
}

#[test]
fn what_is_left_out_has_its_default() {
    let manifest = sound(
        "specVersion: 1.0.0\nintegrations: [{name: a, provider: hubspot, read: {objects: [{objectName: o, destination: d}]}}]",
    );
    let object = serde_json::to_value(&manifest.integrations[0].read[0]).unwrap();
    assert_eq!(
        object,
        json!({
            "objectName": "o", "objectChoice": null, "mapToName": null, "mapToDisplayName": null, "destination": "d", "schedule": null,
            "requiredFields": [], "optionalFields": [], "optionalFieldsAuto": false, "backfill": "none", "delivery": null,
            "alwaysEnabled": false
        })
    );
    assert_eq!(manifest.destinations, []);
}

#[test]
fn values_are_those_of_yaml_1_2() {
    let rows = [
        ("no", "no"),
        ("on", "on"),
        ("010", "010"),
        ("1.50", "1.50"),
        ("0x1F", "0x1F"),
        ("'quoted '' text'", "quoted ' text"),
        ("\"tab\\tand \\u00e9\"", "tab\tand é"),
        ("|-\n          two\n          lines", "two\nlines"),
        (">-\n          one\n          line", "one line"),
        ("!!str 12", "12"),
        ("2001-01-01", "2001-01-01"),
        ("$['a']['b.c']", "$['a']['b.c']"),
    ];
    for (written, meant) in rows {
        let start =
            "specVersion: 1.0.0\nintegrations:\n  - name: a\n    provider: p\n    proxy: {enabled: true}\n    displayName:";
        let manifest = sound(&format!("{start} {written}\n"));
        assert_eq!(manifest.integrations[0].display_name.as_deref(), Some(meant), "{written}");
    }
}

#[test]
fn aliases_and_merge_keys_expand() {
    let manifest = sound(include_str!("aliases.yaml"));
    let objects = &manifest.integrations[0].read;
    let shown: Vec<_> = objects
        .iter()
        .map(|object| (&*object.object_name, &*object.destination, object.schedule.as_deref(), object.required_fields.len()))
        .collect();
    assert_eq!(
        shown,
        [
            ("contacts", "hook", Some("0 * * * *"), 2),
            ("companies", "other", Some("0 * * * *"), 2),
            ("deals", "hook", Some("5 * * * *"), 0)
        ]
    );
}
