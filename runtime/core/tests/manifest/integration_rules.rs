//! Integrations, their proxy, writes, subscriptions and watched schemas: one row per rule.

use super::{check, check_integration};

#[test]
fn integrations() {
    check("specVersion: 1.0.0\nintegrations:\n  - provider: p\n    proxy: {enabled: true}", &["E required-field 3:5"]);
    check(
        "specVersion: 1.0.0\nintegrations:\n  - name: a\n    provider: ''\n    proxy: {enabled: true}",
        &["E required-field 4:5"],
    );
    check_integration("", &["E integration-structure 3:5"]);
    check_integration("    watchSchema: {destination: d, allObjects: {}}", &["E integration-structure 3:5"]);
    check_integration("    read:\n    proxy: {enabled: true}", &["W integration-structure 5:5"]);
    check_integration("    proxy: {}", &["E required-field 5:5"]);
    check_integration("    proxy: {enabled: }", &["E required-field 5:13"]);
    check_integration(
        "    proxy: {enabled: true}\n  - name: crm\n    provider: p\n    proxy: {enabled: false}",
        &["W duplicate-integration 6:11"],
    );
    check(
        "specVersion: 1.0.0\nintegrations: [{name: a b, provider: HubSpot, proxy: {enabled: true}}]",
        &["W integration-structure 2:23", "W provider-not-supported 2:38"],
    );
    let long = format!("    displayName: {}\n    proxy: {{enabled: true}}", "x".repeat(101));
    check_integration(&long, &["W integration-structure 5:18"]);
}

#[test]
fn every_problem_is_reported_at_once_in_the_order_of_places() {
    check_integration(
        "    proxy: {enabled: 3}\n    read:\n      objects:\n        - destination: d\n          schedule: now\n    write: {objects: []}\n    odd: 1",
        &["E wrong-type 5:22", "E required-field 8:11", "W schedule-syntax 9:21", "E write-objects 10:13", "W unknown-key 11:5"],
    );
}

#[test]
fn writes() {
    check_integration("    write: {objects: [{objectName: a}, {objectName: b}]}", &[]);
    check_integration("    write: {}", &["E write-objects 5:5"]);
    check_integration("    write: {objects: }", &["E write-objects 5:5"]);
    check_integration("    write: {objects: [{inheritMapping: true}]}", &["E required-field 5:23"]);
    check_integration("    write: {objects: [{objectName: a}, {objectName: a}]}", &["W duplicate-write-object 5:53"]);
    check_integration("    write: {objects: [{objectName: a, mode: insert}]}", &["W legacy-form 5:39"]);
}

fn check_subscribe_object(rest: &str, expected: &[&str]) {
    let read = "    read: {objects: [{objectName: contacts, destination: hook, schedule: ''}]}";
    let start = "    subscribe:\n      objects:\n        - objectName: contacts\n          destination: hook";
    check_integration(&format!("{read}\n{start}\n{rest}"), expected);
}

#[test]
fn subscriptions() {
    let inherit = "          inheritFieldsAndMapping: true";
    let with = |rest: &str, expected: &[&str]| check_subscribe_object(&format!("{inherit}\n          {rest}"), expected);
    with("createEvent: {enabled: always}", &[]);
    with("createEvent: {enabled: true}", &["W update-event-enabled 11:34"]);
    with("createEvent: {enabled: never}", &["W subscribe-minimum-events 8:11", "W update-event-enabled 11:34"]);
    with("createEvent: {enabled: sometimes}", &["W subscribe-minimum-events 8:11", "W update-event-enabled 11:34"]);
    with("deleteEvent: {}", &["W subscribe-minimum-events 8:11", "E required-field 11:11"]);
    with("updateEvent: {enabled: always}", &["W update-event-watch-fields 11:11"]);
    with("updateEvent: {enabled: always, watchFieldsAuto: selected}", &[]);
    with(
        "updateEvent: {enabled: always, watchFieldsAuto: none}",
        &["W update-event-watch-fields 11:11", "W update-event-watch-fields 11:59"],
    );
    with(
        "updateEvent: {enabled: always, watchFieldsAuto: all, requiredWatchFields: [a]}",
        &["W update-event-watch-fields 11:59"],
    );
    with(
        "updateEvent: {enabled: always, requiredWatchFields: [a.b, \"$['a']\"]}",
        &["W watch-fields-no-nesting 11:64", "W watch-fields-no-nesting 11:69"],
    );
    with("associationChangeEvent: {enabled: always, includeFullRecords: true}", &[]);
    with("otherEvents: [UNDELETE]", &[]);
    with("event: update", &["W legacy-form 11:11"]);
    check_subscribe_object("          createEvent: {enabled: always}", &["W subscribe-inherit-fields 8:11"]);
    check_subscribe_object(
        "          inheritFieldsAndMapping: false\n          createEvent: {enabled: always}",
        &["W subscribe-inherit-fields 10:36"],
    );
    check_subscribe_object(
        &format!("{inherit}\n          otherEvents: [a]\n        - {{objectName: contacts, destination: d, otherEvents: [b]}}"),
        &["W duplicate-subscribe-object 12:24"],
    );
}

#[test]
fn subscriptions_need_reads() {
    let object = "{objectName: o, destination: d, inheritFieldsAndMapping: true, createEvent: {enabled: always}}";
    check_integration(&format!("    subscribe: {{objects: [{object}]}}"), &["W subscribe-requires-read 5:27"]);
    check_integration(
        "    subscribe: {objects: [{objectName: o, destination: d, otherEvents: [x]}]}",
        &["W subscribe-requires-read 5:27"],
    );
    check_integration("    subscribe: {objects: []}", &["E subscribe-objects 5:17"]);
}

#[test]
fn what_providers_do_not_do() {
    let objects = |count: usize, rest: &str| -> String {
        let object = |number| format!("{{objectName: o{number}, destination: d, inheritFieldsAndMapping: true, {rest}}}");
        (0..count).map(object).collect::<Vec<_>>().join(", ")
    };
    let with = |provider: &str, subscribe: String, backfill: &str, expected: &[&str]| {
        let read: Vec<String> = (0..6).map(|number| format!("{{objectName: o{number}, destination: d, schedule: ''}}")).collect();
        let events = format!("{{objectName: events, destination: d, schedule: '', backfill: {{defaultPeriod: {backfill}}}}}");
        let subscribe = if subscribe.is_empty() { String::new() } else { format!("\n  subscribe: {{objects: [{subscribe}]}}") };
        check(
            &format!(
                "specVersion: 1.0.0\nintegrations:\n- name: a\n  {provider}\n  read: {{objects: [{events}, {}]}}{subscribe}",
                read.join(", ")
            ),
            expected,
        );
    };
    with("provider: salesforce", objects(5, "createEvent: {enabled: always}"), "{days: 1}", &["W object-exists 5:33"]);
    with(
        "provider: salesforce",
        objects(6, "createEvent: {enabled: always}"),
        "{days: 1}",
        &["W object-exists 5:33", "W salesforce-subscribe-limit 6:510"],
    );
    with(
        "provider: jira",
        objects(1, "associationChangeEvent: {enabled: always}"),
        "{days: 1}",
        &["W provider-capability-subscribe 6:25", "W provider-capability-subscribe 6:25"],
    );
    with("provider: snowflake", String::new(), "{days: 1}", &["W snowflake-backfill 5:20"]);
    with("provider: snowflake", String::new(), "{fullHistory: true}", &[]);
    let google = "provider: google\n  module: calendar";
    with(google, String::new(), "{days: 28}", &[]);
    with(google, String::new(), "{days: 29}", &["W google-calendar-backfill 6:20"]);
    with(google, String::new(), "{fullHistory: true}", &["W google-calendar-backfill 6:20"]);
}

#[test]
fn watched_schemas() {
    let with = |watch: &str, expected: &[&str]| {
        check_integration(&format!("    proxy: {{enabled: true}}\n    watchSchema: {watch}"), expected)
    };
    with("{destination: d, allObjects: {fieldCreated: {enabled: always}}}", &[]);
    with("{allObjects: {fieldCreated: {enabled: always}}}", &["W required-field 6:5"]);
    with("{destination: d}", &["W required-field 6:5"]);
    with("{destination: d, allObjects: {fieldCreated: {}}}", &["W required-field 6:48"]);
    with(
        "{destination: d, schedule: '*/30 * * * *', allObjects: {fieldCreated: {enabled: always}}}",
        &["W schedule-minimum-interval 6:45"],
    );
    with("{destination: d, schedule: daily, allObjects: {fieldCreated: {enabled: always}}}", &["W schedule-syntax 6:45"]);
}
