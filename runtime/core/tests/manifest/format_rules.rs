//! Keys, types, versions and destinations: one row per rule.

use ampline_core::manifest;

use super::{check, check_integration, check_read_object};

#[test]
fn version_and_shape_of_the_file() {
    check("specVersion: 2.0.0\nintegrations: [{name: a, provider: p, proxy: {enabled: true}}]", &["E spec-version 1:14"]);
    check("specVersion: 1.0\nintegrations: [{name: a, provider: p, proxy: {enabled: true}}]", &["E spec-version 1:14"]);
    check("integrations: [{name: a, provider: p, proxy: {enabled: true}}]", &["E spec-version 1:1"]);
    check(
        "specVersion: 1.1.0\nintegrations: nonsense\nnonsense: 1",
        &["W legacy-form 1:14", "E wrong-type 2:15", "W unknown-key 3:1"],
    );
    check(
        "specVersion: 1.0.0\nintegrations:\n  - name: a\n    api: p\n    actions: []",
        &["W integration-structure 3:5", "W legacy-form 4:5", "W legacy-form 5:5"],
    );
    check("specVersion: 1.0.0", &["E integration-structure 1:1"]);
    check("specVersion: 1.0.0\nintegrations:", &["E integration-structure 2:1"]);
    check("specVersion: 1.0.0\nintegrations: []", &["E integration-structure 2:1"]);
    check("specVersion: 1.0.0\nintegrations:\n  -name: a", &["E wrong-type 2:1"]);
    check("- specVersion: 1.0.0", &["E wrong-type 1:1"]);
    check("just text", &["E wrong-type 1:1"]);
    check("42", &["E wrong-type 1:1"]);
    for empty in ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "~", "\u{feff}"] {
        check(empty, &["E empty-file 1:1"]);
    }
}

#[test]
fn types_are_named_with_what_was_found() {
    check_integration("    displayName: 12\n    proxy: {enabled: true}", &["W wrong-type 5:18"]);
    check_integration("    displayName: [a]\n    proxy: {enabled: true}", &["E wrong-type 5:5"]);
    check_integration("    proxy: {enabled: \"true\"}", &["E wrong-type 5:22"]);
    check_integration("    proxy: {enabled: yes, useModule: Off}", &["W wrong-type 5:22", "W wrong-type 5:38"]);
    check_integration("    proxy: {enabled: y}", &["W wrong-type 5:22"]);
    check_integration("    proxy: {enabled: 1}", &["E wrong-type 5:22"]);
    check_integration("    proxy: true", &["E wrong-type 5:12"]);
    check_integration("    read: [objects]", &["E wrong-type 5:5"]);
    check_integration("    read: {objects: {objectName: a}}", &["E wrong-type 5:12"]);
    check_integration("    read: {objects: [contacts]}", &["E wrong-type 5:22"]);
    check_read_object("          backfill: {defaultPeriod: {days: \"30\"}}", &["E wrong-type 10:44"]);
    check_read_object("          backfill: {defaultPeriod: {days: -1}}", &["W wrong-type 10:44"]);
    check_read_object("          backfill: {defaultPeriod: {days: 1.5}}", &["E wrong-type 10:44"]);
    check_read_object("          backfill: {defaultPeriod: {days: 7.0}}", &[]);
    check_read_object(
        "          backfill: {defaultPeriod: {days: 99999999999}}",
        &["W large-backfill-risk 10:44", "W wrong-type 10:44"],
    );
    check_read_object("          requiredFields: [email]", &["W wrong-type 10:28"]);

    let message = |rest: &str| {
        let source = format!("specVersion: 1.0.0\nintegrations: [{{name: a, provider: p, {rest}}}]");
        manifest::check(source.as_bytes()).issues.remove(0).message
    };
    assert_eq!(message("proxy: {enabled: [a]}"), "`enabled` must be `true` or `false`, found a list");
    assert_eq!(message("proxy: {enabled: 'maybe'}"), "`enabled` must be `true` or `false`, found text `maybe`");
    assert_eq!(message("proxy: {enabled: true}, module: {a: b}"), "`module` must be text, found a mapping");
}

#[test]
fn unknown_keys_are_ignored_with_advice() {
    check(
        "specVersion: 1.0.0\nintegrations: [{name: a, provider: p, proxy: {enabled: true}}]\nx-note: 1",
        &["W unknown-key 3:1"],
    );
    check_integration("    proxy:\n      enabled: true\n      use_module: true", &["W unknown-key 7:7"]);
    check_read_object(
        "          Enabled: always\n          requiredFields: [{FieldName: a}]",
        &["W unknown-key 10:11", "W unknown-key 11:29"],
    );

    let advice = |rest: &str| {
        let source = format!("specVersion: 1.0.0\nintegrations:\n- name: a\n  provider: p\n  {rest}");
        let issues = manifest::check(source.as_bytes()).issues;
        let issue = issues.into_iter().find(|issue| issue.rule == "unknown-key").unwrap();
        (issue.path, issue.suggestion.unwrap())
    };
    let object = "$.integrations[0].read.objects[0]";
    let rows = [
        ("raed: {}", "$.integrations[0].raed", "did you mean `read`?"),
        ("read: {objects: [{objectname: o}]}", "objectname", "write `objectName`"),
        ("read: {objects: [{destinations: o}]}", "destinations", "did you mean `destination`?"),
        (
            "read: {objects: [{destination: d, destinations: o}]}",
            "destinations",
            "move `destinations` 3 levels up, beside `integrations`",
        ),
        ("read: {objects: [{proxy: {}}]}", "proxy", "move `proxy` 2 levels up, beside `read`"),
        ("read: {objects: [{fullHistory: true}]}", "fullHistory", "move `fullHistory` into `backfill.defaultPeriod`"),
        ("read: {objects: [{standardObjects: []}]}", "standardObjects", "it is called `objects` since specVersion 1.0.0"),
        (
            "read: {objects: [{fieldMapping: []}]}",
            "fieldMapping",
            "it belongs to an installation's configuration, not into the manifest",
        ),
        ("schedule: 0 * * * *", "$.integrations[0].schedule", "move `schedule` into `watchSchema`"),
        ("objects: []", "$.integrations[0].objects", "move `objects` into `read`"),
        ("-provider: p", "$.integrations[0].-provider", "a list item needs a space after the dash: `- provider`"),
        (
            "? very odd",
            "$.integrations[0]['very odd']",
            "remove it; an integration has `name`, `displayName`, `provider`, `module`, `read`, `write`, `subscribe`, `proxy`, `watchSchema`",
        ),
    ];
    for (rest, path, suggestion) in rows {
        let path = if path.starts_with('$') { path.to_owned() } else { format!("{object}.{path}") };
        assert_eq!(advice(rest), (path, suggestion.to_owned()), "{rest}");
    }
}

#[test]
fn of_duplicate_keys_the_last_counts() {
    check_read_object(
        "          enabled: always\n          destination: other\n          requiredFields: [{fieldName: a}]",
        &["W duplicate-key 11:11"],
    );
    check_read_object(
        "          requiredFields:\n          - fieldName: campaign\n            fieldName: status",
        &["W duplicate-key 12:13"],
    );
    check_read_object("          Destination: other", &["W duplicate-key 10:11"]);
    check_read_object("          odd: 1\n          odd: 2", &["W duplicate-key 11:11", "W unknown-key 11:11"]);
    let source = "specVersion: 1.0.0\nintegrations:\n- {name: a, name: b, Name: c, provider: p, proxy: {enabled: true}}";
    assert_eq!(manifest::check(source.as_bytes()).manifest.unwrap().integrations[0].name, "b");
}

#[test]
fn destinations_that_the_file_declares() {
    let with = |destinations: &str, expected: &[&str]| {
        let objects = "{objects: [{objectName: o, schedule: '', destination: hooks}]}";
        check(
            &format!("specVersion: 1.0.0\nintegrations: [{{name: a, provider: p, read: {objects}}}]\n{destinations}"),
            expected,
        );
    };
    with("", &[]);
    with("destinations: [{name: hooks, type: webhook, url: 'https://example.com'}]", &[]);
    with("destinations: [{name: hooks, type: mine, any: {thing: 1}}]", &[]);
    with("destinations: [{name: hook, type: mine}]", &["W destination-not-found 2:99"]);
    with("destinations: []", &["W destination-not-found 2:99"]);
    with("destinations: [{name: hooks, type: webhook, url: example.com}]", &["W destination-config 3:45"]);
    with("destinations: [{name: hooks, type: webhook}]", &["E destination-config 3:16"]);
    with("destinations: [{name: hooks, type: webhook, url: 7}]", &["E destination-config 3:45"]);
    with("destinations: [{name: hooks, type: api}]", &["E destination-config 3:16"]);
    with("destinations: [{name: hooks, type: postgres}]", &["E destination-config 3:16"]);
    with("destinations: [{name: hooks}]", &["E required-field 3:16"]);
    with("destinations: [{name: hooks, type: a}, {type: b, name: hooks}]", &["E duplicate-destination 3:56"]);
}
