//! Every rule of the official validator that can be judged without the provider, one file that breaks it each.
//!
//! What is left out needs the provider's catalog or the customer's account: `provider-capability-read`, `-write` and `-proxy`,
//! `catalog-access`, `provider-app-not-configured` and the `-check-failed` pair.

use ampline_core::manifest::{self, Severity};

/// A manifest of one integration with these further keys.
fn integration(rest: &str) -> String {
    format!("specVersion: 1.0.0\nintegrations: [{{name: a, provider: hubspot, {rest}}}]")
}

/// The same, reading one object with these further keys.
fn read(rest: &str) -> String {
    integration(&format!("read: {{objects: [{{objectName: o, destination: d, {rest}}}]}}"))
}

/// The same of another provider.
fn of(provider: &str, rest: &str) -> String {
    integration(rest).replace("hubspot", provider)
}

#[test]
fn each_rule_is_broken_by_a_file() {
    let subscribe = |rest: &str| {
        let object = "objectName: o, destination: d";
        integration(&format!("read: {{objects: [{{{object}, schedule: ''}}]}}, subscribe: {{objects: [{{{object}, {rest}}}]}}"))
    };
    let twice = |action: &str| {
        integration(&format!("{action}: {{objects: [{0}, {0}]}}", "{objectName: o, destination: d, schedule: ''}"))
    };
    let five = "{objectName: o, destination: d, inheritFieldsAndMapping: true, createEvent: {enabled: always}}, ".repeat(6);
    let rows = [
        ("E spec-version", "specVersion: 2.0.0\nintegrations: []".to_owned()),
        ("E integration-structure", integration("displayName: b")),
        ("E read-objects", integration("read: {}")),
        ("E write-objects", integration("write: {}")),
        ("E subscribe-objects", integration("subscribe: {}")),
        ("W schedule-syntax", read("schedule: '@hourly'")),
        ("W schedule-minimum-interval", read("schedule: '0,5 * * * *'")),
        ("W delivery-mode", read("schedule: '', delivery: {mode: onRequest}")),
        ("W backfill-config", read("schedule: '', backfill: {defaultPeriod: {days: 1, fullHistory: true}}")),
        ("W field-mapping-unique", read("schedule: '', requiredFields: [{mapToName: a}, {mapToName: a}]")),
        ("W subscribe-requires-read", integration("subscribe: {objects: [{objectName: o, destination: d, otherEvents: [x]}]}")),
        ("W subscribe-inherit-fields", subscribe("createEvent: {enabled: always}")),
        ("W always-enabled-fields", read("schedule: '', enabled: always")),
        ("W always-enabled-mapping-count", read("schedule: '', enabled: always, requiredFields: [{mapToName: a}]")),
        ("W update-event-enabled", subscribe("updateEvent: {enabled: true, watchFieldsAuto: all}")),
        ("W update-event-watch-fields", subscribe("updateEvent: {enabled: always}")),
        ("W watch-fields-no-nesting", subscribe("updateEvent: {enabled: always, requiredWatchFields: [a.b]}")),
        ("E required-field", integration("read: {objects: [{objectName: o}]}")),
        (
            "W provider-capability-subscribe",
            of("notion", "subscribe: {objects: [{objectName: o, destination: d, otherEvents: [x]}]}"),
        ),
        ("W provider-module", of("salesforce", "module: crn, proxy: {enabled: true}")),
        ("W provider-not-supported", of("HubSpot", "proxy: {enabled: true}")),
        ("W salesforce-subscribe-limit", of("salesforce", &format!("subscribe: {{objects: [{five}]}}"))),
        (
            "W google-calendar-backfill",
            of(
                "googleCalendar",
                "read: {objects: [{objectName: events, destination: d, backfill: {defaultPeriod: {days: 29}}}]}",
            ),
        ),
        (
            "W snowflake-backfill",
            of("snowflake", "read: {objects: [{objectName: t, destination: d, backfill: {defaultPeriod: {days: 1}}}]}"),
        ),
        ("W duplicate-read-object", twice("read")),
        ("W duplicate-write-object", twice("write")),
        ("W duplicate-subscribe-object", twice("subscribe")),
        ("W field-mapping-jsonpath", read("schedule: '', requiredFields: [{fieldName: \"$['a'\"}]")),
        ("W object-exists", of("salesforce", "read: {objects: [{objectName: leads, destination: d}]}")),
        ("W unknown-key", integration("proxy: {enabled: true}, odd: 1")),
        ("W subscribe-minimum-events", subscribe("otherEvents: []")),
        ("W destination-not-found", format!("{}\ndestinations: []", read("schedule: ''"))),
        ("W large-backfill-risk", read("schedule: '', backfill: {defaultPeriod: {days: 181}}")),
        ("W frequent-schedule-risk", read("schedule: '* * * * *'")),
    ];
    for (expected, source) in rows {
        let issues = manifest::check(source.as_bytes()).issues;
        let letter = |severity| if severity == Severity::Error { 'E' } else { 'W' };
        let issue = issues.iter().find(|issue| format!("{} {}", letter(issue.severity), issue.rule) == expected);
        let issue = issue.unwrap_or_else(|| panic!("{expected}: {source}\n{issues:#?}"));
        assert!(issue.suggestion.is_some(), "{expected} says what to do");
        // A comment silences warnings of the rule, and no errors.
        let silenced = format!("# amp:ignore[{}]\n{source}", issue.rule)
            .replace("\nintegrations", &format!("\n# amp:ignore[{}]\nintegrations", issue.rule));
        let left = manifest::check(silenced.as_bytes()).issues.iter().any(|other| other.rule == issue.rule);
        assert_eq!(left, issue.severity == Severity::Error, "{silenced}");
    }
}
