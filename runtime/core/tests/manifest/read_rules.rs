//! Read objects: one row per rule.

use ampline_core::manifest::{self, Backfill};

use super::{check_integration, check_read_object};

#[test]
fn objects() {
    check_integration("    read: {}", &["E read-objects 5:5"]);
    check_integration("    read: {objects: []}", &["E read-objects 5:12"]);
    check_integration("    read: {objects: [{schedule: ''}]}", &["E required-field 5:22", "E required-field 5:22"]);
    check_integration("    read: {objects: [{objectName: a, destination: d}]}", &["W required-field 5:22"]);
    check_read_object(
        "        - {objectName: contacts, destination: d, schedule: ''}\n        - {objectName: Contacts, destination: d, schedule: ''}",
        &["W duplicate-read-object 10:24"],
    );
}

#[test]
fn schedules() {
    let with = |schedule: &str, expected: &[&str]| {
        check_integration(&format!("    read: {{objects: [{{objectName: a, destination: d, schedule: {schedule}}}]}}"), expected);
    };
    for fine in ["''", "'*/10 * * * *'", "'0 0 * * MON'", "'30 2 1 1 *'", "'0 9-17 * * 1-5'"] {
        with(fine, &[]);
    }
    with("", &["W required-field 5:54"]);
    with("'*/6 * * * *'", &["W schedule-minimum-interval 5:64"]);
    with("'* * * * *'", &["W frequent-schedule-risk 5:64", "W schedule-minimum-interval 5:64"]);
    with("'*/60 * * * *'", &["W schedule-syntax 5:64"]);
    with("'0 0 31 2 *'", &["W schedule-syntax 5:64"]);
    with("'0 0 30 2,4 *'", &[]);
    for broken in ["'@hourly'", "'0 0 * * * *'", "'* * * *'", "'a+b * * * *'", "every 12 weeks", "'0 0 L * *'"] {
        with(broken, &["W schedule-syntax 5:64"]);
    }
    with("5", &["W schedule-syntax 5:64", "W wrong-type 5:64"]);
    for older in ["every 12 hours", "every 7 hours", "once"] {
        with(older, &["W schedule-syntax 5:64"]);
    }
    let checked = |schedule: &str| {
        let objects = format!("{{objects: [{{objectName: a, destination: d, schedule: {schedule}}}]}}");
        let source = format!("specVersion: 1.0.0\nintegrations: [{{name: a, provider: p, read: {objects}}}]");
        manifest::check(source.as_bytes())
    };
    let advice = |schedule: &str| checked(schedule).issues.remove(0).suggestion.unwrap();
    assert_eq!(advice("every 12 hours"), "write `schedule: \"0 */12 * * *\"`");
    assert!(advice("every 7 hours").starts_with("cron cannot say the same"));
    assert_eq!(advice("'@daily'"), "write `schedule: \"0 0 * * *\"`");
    let kept = |schedule: &str| checked(schedule).manifest.unwrap().integrations.remove(0).read.remove(0);
    assert_eq!(kept("every 7 hours").schedule.as_deref(), Some("every 7 hours"));
    assert_eq!((kept("once").schedule, kept("once").backfill), (None, Backfill::FullHistory));
    assert_eq!((kept("nonsense").schedule, kept("nonsense").backfill), (None, Backfill::None));
}

#[test]
fn fields() {
    let with = |fields: &str, expected: &[&str]| check_read_object(&format!("          requiredFields: [{fields}]"), expected);
    with("{fieldName: a}, {mapToName: b}, {mapToName: d, fieldName: c}", &[]);
    with("{fieldName: a}, {fieldName: a, mapToName: b}", &[]);
    with("{fieldName: a}, {fieldName: A}", &["W field-mapping-unique 10:56"]);
    with("{fieldName: a, mapToName: b}, {fieldName: a, mapToName: c}", &["W field-mapping-unique 10:70"]);
    with("{mapToName: b}, {fieldName: a, mapToName: b}", &["W field-mapping-unique 10:70"]);
    with("{prompt: Which?}", &["W required-field 10:28"]);
    with("{}, ~, ''", &["W required-field 10:28", "W required-field 10:32", "W required-field 10:35"]);
    with("[a]", &["E wrong-type 10:28"]);
    with("{fieldName: \"$['a']['b']\", mapToName: \"$['x']['y']\"}", &[]);
    with("{fieldName: $.a.b}", &["W field-mapping-jsonpath 10:40"]);
    with("{fieldName: \"$['a'\"}", &["W field-mapping-jsonpath 10:40"]);
    with("{fieldname: a}", &["W unknown-key 10:29"]);
    check_read_object("          optionalFieldsAuto: all\n          optionalFields:", &[]);
    check_read_object("          optionalFieldsAuto: some", &["W required-field 10:31"]);
    check_read_object("          optionalFieldsAuto: true", &["W required-field 10:31"]);
    check_read_object(
        "          requiredFields: [{fieldName: a}]\n          optionalFields: [{fieldName: a}]",
        &["W field-mapping-unique 11:40"],
    );
}

#[test]
fn backfills() {
    let with = |backfill: &str, expected: &[&str]| check_read_object(&format!("          backfill: {backfill}"), expected);
    for fine in [
        "{defaultPeriod: {days: 0}}",
        "{defaultPeriod: {fullHistory: false}}",
        "{defaultPeriod: {days: 180, fullHistory: false}}",
    ] {
        with(fine, &[]);
    }
    with("{defaultPeriod: {days: 181}}", &["W large-backfill-risk 10:44"]);
    with("{defaultPeriod: {days: 3, fullHistory: true}}", &["W backfill-config 10:44"]);
    with("{defaultPeriod: {}}", &["W backfill-config 10:22"]);
    with("{}", &["W backfill-config 10:11"]);
    with("{defaultPeriod: }", &["W integration-structure 10:22"]);
    with("{days: 3}", &["W backfill-config 10:11", "W unknown-key 10:22"]);
}

#[test]
fn deliveries() {
    let with = |delivery: &str, expected: &[&str]| check_read_object(&format!("          delivery: {delivery}"), expected);
    with("{mode: auto}", &[]);
    with("{mode: onRequest, pageSize: 500}", &[]);
    with("{mode: onRequest}", &["W delivery-mode 10:11"]);
    with("{mode: onRequest, pageSize: 49}", &["W delivery-mode 10:49"]);
    with("{mode: auto, pageSize: 50}", &["W delivery-mode 10:44"]);
    with("{mode: onDemand}", &["W delivery-mode 10:28"]);
}

#[test]
fn objects_that_are_always_read() {
    check_read_object("          enabled: always\n          requiredFields: [{fieldName: a}]", &[]);
    check_read_object("          enabled: always", &["W always-enabled-fields 7:11"]);
    check_read_object(
        "          enabled: always\n          requiredFields: [{mapToName: a}]",
        &["W always-enabled-mapping-count 11:11"],
    );
    check_read_object("          enabled: maybe", &["W always-enabled-fields 10:20"]);
    check_integration(
        "    read: {objects: [{objectName: a, destination: d, schedule: '', enabled: always, requiredFields: [{fieldName: a}]}]}",
        &["W always-enabled-fields 5:54"],
    );
}
