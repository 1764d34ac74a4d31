//! What is said about files that are wrong: every problem at once, each with its place and its remedy.

use super::{check, shown};
use crate::provider::{AuthScheme, provider_schema};

#[track_caller]
fn check_issues(yaml: &str, expected: &[&str]) {
    let checked = check(yaml.as_bytes());
    assert_eq!(checked.provider.is_none(), !expected.is_empty(), "{}", shown(&checked.issues));
    let told = shown(&checked.issues);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{told}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.contains(expected), "expected {expected}\ngot {line}");
    }
}

/// A file with one object of these keys.
fn object(keys: &str) -> String {
    format!("name: acme\nbaseURL: https://a.example\nobjects:\n  - {{ name: x, path: /x, records: data, id: id, {keys} }}\n")
}

#[test]
fn every_problem_is_told_with_place_and_remedy() {
    let yaml = "\
nmae: acme
baseURL: ftp://a.example
auth: { type: oauth2, header: X }
rateLimit: { requests: none, perSeconds: 0 }
headers: { Authorization: x }
objects:
  - name: x
    path: x/{{.workspace}}
    recods: data
    id: id
";
    check_issues(
        yaml,
        &[
            "1:1 $ `name` is missing in a provider; add `name: …`",
            "1:1 $.nmae `nmae` is not a key of a provider; did you mean `name`?",
            "2:1 $.baseURL `ftp://a.example` is not an address",
            "3:1 $.auth `tokenURL` is missing for this grant; add",
            "3:1 $.auth `authURL` is missing for this grant; add",
            "3:23 $.auth.header `header` belongs to `type: apiKey`, not to `oauth2`; remove it",
            "4:14 $.rateLimit.requests `requests` must be a whole number from 1 to 1000000, found text `none`",
            "4:30 $.rateLimit.perSeconds `perSeconds` must be a whole number from 1 to 86400, found a number `0`",
            "5:1 $.headers the header `authorization` is set by the runtime; remove it",
            "7:5 $.objects[0] `records` is missing in the object `x`; add",
            "8:5 $.objects[0].path `x/{{.workspace}}` is not an address that can be asked; begin it with one `/`",
            "9:5 $.objects[0].recods `recods` is not a key of an object; did you mean `records`?",
        ],
    );
}

#[test]
fn what_does_not_go_together_is_told() {
    let rows = [
        ("paging: { type: cursor, query: c }", "a cursor comes from either the answer or its last record"),
        ("paging: { type: cursor, next: n }", "a value is sent in either the query or the body"),
        ("paging: { type: cursor, next: n, body: c }", "a GET request has no body"),
        ("paging: { type: nextLink }", "`next` is missing"),
        ("paging: { type: linkHeader, next: n }", "`next` does not belong to paging of type `linkHeader`"),
        ("paging: { type: offset, query: o, hasMore: a, done: b }", "`hasMore` and `done` say the same"),
        ("paging: { type: ofset }", "did you mean `offset`?"),
        ("newestFirst: true", "`newestFirst` needs to know when a record changed"),
        ("since: { query: d, format: date }", "a `since` that is coarser than seconds"),
        ("since: { query: d, value: now }", "`value` does not hold `{{.time}}`"),
        ("byId: { path: /x }", "`byId` needs `{{.id}}` in its path"),
        ("byId: { path: \"/x/{{.id}}\", query: { a: \"{{.ids}}\" } }", "`byId` needs `{{.id}}` in its path"),
        ("fieldsPath: /f", "nothing says how to read a description of fields"),
        ("updatedAt: a..b", "`a..b` is not a path into an answer"),
        ("body: text", "a GET request has no body"),
    ];
    for (keys, expected) in rows {
        let told = shown(&check(object(keys).as_bytes()).issues);
        assert!(told.contains(expected), "{keys}: {told}");
    }
    check_issues(&object("query: { a: 1 }"), &[]);
    check_issues(&object("name: y"), &["`name` is given twice, first on line 4; remove one of them"]);
}

#[test]
fn addresses_are_checked() {
    let base = |url: &str| format!("name: a\nbaseURL: \"{url}\"\nobjects: [{{ name: x, path: /x, records: $, id: id }}]\n");
    for good in ["https://a.example/", "http://127.0.0.1:8080/v1", "https://{{ .workspace }}.a.example/{{workspace}}"] {
        check_issues(&base(good), &[]);
    }
    for bad in [
        "a.example",
        "https://",
        "https://user:pw@a.example",
        "https://a.example?x=1",
        "https://a.example/#x",
        "https://{{.region}}.a.example",
        "https://{{.workspace}}{{.workspace}}.example",
        "https://{{.workspace.a.example",
        "https://a.example/../b",
        "https://a b",
    ] {
        check_issues(&base(bad), &["is not an address that can be asked"]);
    }
    for bad in ["", "x", "//evil.example", "/a/../b", "/a#b", "/a b", "/{{.id}}", "/{{.workspace}}"] {
        let yaml =
            format!("name: a\nbaseURL: https://a.example\nobjects: [{{ name: x, path: \"{bad}\", records: $, id: id }}]\n");
        check_issues(&yaml, &["is not an address that can be asked"]);
    }
}

#[test]
fn limits_hold() {
    check_issues("", &["the file holds no provider"]);
    check_issues("- a", &["must be a mapping"]);
    check_issues(&"#".repeat(300 << 10), &["the file is larger than"]);
    let many: String = (0..501).map(|n| format!("  - {{ name: o{n}, path: /x, records: $, id: id }}\n")).collect();
    check_issues(&format!("name: a\nbaseURL: https://a.example\nobjects:\n{many}"), &["there are more than 500 objects"]);
    check_issues("name: a b\nbaseURL: https://a.example\nobjects: []\n", &["is not a provider's name", "at least one object"]);
}

#[test]
fn the_schema_knows_what_the_reader_knows() {
    let schema = provider_schema();
    assert_eq!(schema["required"], serde_json::json!(["name", "baseURL", "objects"]));
    let object = &schema["properties"]["objects"]["items"];
    assert_eq!(object["required"], serde_json::json!(["name", "path"]));
    assert!(object["properties"]["paging"]["properties"]["type"]["enum"].as_array().unwrap().contains(&"linkHeader".into()));
}

#[test]
fn custom_credentials_go_where_they_can_and_leave_nothing_over() {
    let file = |auth: &str| {
        format!(
            "name: a\nbaseURL: https://a.example\nauth: {{ type: custom, {auth} }}\nobjects: [{{name: o, path: /o, records: $, id: id}}]\n"
        )
    };
    let sound = "headers: { X-Id: '{{ id }}', Authorization: 'Pair {{.id}}:{{.key}}' }, queryParams: { k: '{{.key}}' }, inputs: [{name: id}, {name: key}]";
    let provider = crate::provider::check_provider(file(sound).as_bytes()).provider.expect("sound");
    let AuthScheme::Custom(custom) = &provider.info().auth else { panic!("{:?}", provider.info().auth) };
    let headers: Vec<_> = custom.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(headers, ["X-Id: {{.id}}", "Authorization: Pair {{.id}}:{{.key}}"]);
    assert_eq!((custom.query.as_slice(), custom.inputs.len()), ([("k".to_owned(), "{{.key}}".to_owned())].as_slice(), 2));
    let key = "inputs: [{name: key}]";
    check_issues(&file(key), &["custom credentials travel in 1 to 20 headers and parameters", "the input `key` goes nowhere"]);
    check_issues(&file("headers: { X-Id: '{{.id}}' }"), &["`id` is no input of `auth`"]);
    check_issues(&file(&format!("headers: {{ Host: '{{{{.key}}}}' }}, {key}")), &["not a header that credentials can travel in"]);
    check_issues(&file(&format!("headers: {{ X: '{{{{.key' }}, {key}")), &["not a value with placeholders", "goes nowhere"]);
    check_issues(
        &file(&format!("header: X-Key, headers: {{ X: '{{{{.key}}}}' }}, {key}")),
        &["`header` belongs to `type: apiKey`"],
    );
}
