//! What the format's keys do that no shipped provider shows: each kind of paging, its guards, filters, marks and refusals.

use std::time::Duration;

use super::{answer, asked, ids, plan, provider, run};
use crate::{
    cursor::Run,
    provider::{ReadErrorClass, SentTo, records_requests},
};

/// A provider with one object `things`, whose keys are given.
fn things(keys: &str) -> String {
    let keys: String = keys.lines().map(|line| format!("    {line}\n")).collect();
    format!("name: acme\nbaseURL: https://api.acme.example/v1\nobjects:\n  - name: things\n    path: /things\n{keys}")
}

/// Reads pages until the end or an error; gives what was asked, and how it ended.
fn read(yaml: &str, since: Option<&str>, answers: &[&str]) -> (Vec<String>, String) {
    let provider = provider(yaml);
    let (plan, mut run) = (plan("things", None), run(since, None));
    let mut requests = Vec::new();
    for body in answers {
        let request = provider.request(&plan, &run);
        let sent =
            if request.body().is_empty() { String::new() } else { format!(" {}", String::from_utf8_lossy(request.body())) };
        requests.push(format!("{}{sent}", asked(&request)));
        let mut response = answer(200, &[], body);
        response.extensions_mut().insert(SentTo("https://api.acme.example/v1".to_owned()));
        match provider.page(&plan, &run, &response) {
            Ok(page) if page.next.is_none() => return (requests, format!("end with {}", ids(&page).join(" "))),
            Ok(page) => run = Run { position: page.next, ..run },
            Err(error) => return (requests, format!("{:?}: {}", error.class, error.message)),
        }
    }
    (requests, "more".to_owned())
}

#[track_caller]
fn check(keys: &str, answers: &[&str], requests: &[&str], end: &str) {
    let (asked, ended) = read(&things(keys), None, answers);
    assert_eq!(asked, requests);
    assert!(ended.starts_with(end), "expected {end}, got {ended}");
}

const LIST: &str = "records: data\nid: id\n";

#[test]
fn each_kind_of_paging_goes_on_and_ends() {
    let cursor = format!("{LIST}paging: {{ type: cursor, next: next, query: after }}");
    check(
        &cursor,
        &[r#"{"data":[{"id":1}],"next":"a b"}"#, r#"{"data":[{"id":2}],"next":7}"#, r#"{"data":[{"id":3}],"next":""}"#],
        &["GET /things", "GET /things?after=a%20b", "GET /things?after=7"],
        "end with 3",
    );
    let posted = format!("{LIST}method: POST\nbody: {{ a: 1 }}\npaging: {{ type: cursor, next: next, body: page.after }}");
    check(
        &posted,
        &[r#"{"data":[],"next":"7"}"#, r#"{"data":[],"next":8}"#, r#"{"data":[],"next":null}"#],
        &[
            r#"POST /things {"a":1}"#,
            r#"POST /things {"a":1,"page":{"after":"7"}}"#,
            r#"POST /things {"a":1,"page":{"after":8}}"#,
        ],
        "end with ",
    );
    let numbers = format!("{LIST}paging: {{ type: pageNumber, query: page, start: 0, pages: meta.pages }}");
    check(
        &numbers,
        &[r#"{"data":[{"id":1}],"meta":{"pages":2}}"#, r#"{"data":[{"id":2}],"meta":{"pages":"2"}}"#],
        &["GET /things?page=0", "GET /things?page=1"],
        "end with 2",
    );
    let offset = format!("{LIST}total: total\npaging: {{ type: offset, query: skip }}");
    check(
        &offset,
        &[r#"{"data":[{"id":1},{"id":2}],"total":3}"#, r#"{"data":[{"id":3}],"total":3}"#],
        &["GET /things?skip=0", "GET /things?skip=2"],
        "end with 3",
    );
    let link = format!("{LIST}paging: {{ type: nextLink, next: links.next }}");
    check(
        &link,
        &[r#"{"data":[],"links":{"next":"/v1/things?page=2"}}"#, r#"{"data":[{"id":9}],"links":{}}"#],
        &["GET /things", "GET /things?page=2"],
        "end with 9",
    );
}

#[test]
fn paging_that_cannot_end_is_malformed() {
    let cursor = format!("{LIST}paging: {{ type: cursor, next: next, query: after }}");
    let same = r#"{"data":[{"id":1}],"next":"x"}"#;
    check(
        &cursor,
        &[same; 9],
        &["GET /things", "GET /things?after=x"],
        "Malformed: the answer is not a page of records: paging goes in a circle",
    );
    let more = format!("{LIST}paging: {{ type: cursor, next: next, query: after, hasMore: more }}");
    for (body, reason) in [
        (r#"{"data":[],"more":true}"#, "there are more records, but no `next`"),
        (r#"{"data":[],"next":"x"}"#, "the answer has no `more`"),
        (r#"{"data":[],"more":"perhaps","next":"x"}"#, "`more` is neither `true` nor `false`"),
        (r#"{"data":[],"more":true,"next":{}}"#, "`next` is neither text nor a number"),
    ] {
        check(&more, &[body], &["GET /things"], &format!("Malformed: the answer is not a page of records: {reason}"));
    }
    let long = format!(r#"{{"data":[],"next":"{}"}}"#, "x".repeat(5_000));
    check(&cursor, &[&long], &["GET /things"], "Malformed: the answer is not a page of records: `next` has 5000 bytes");
    let last = format!("{LIST}paging: {{ type: cursor, lastRecord: id, query: after, hasMore: more }}");
    check(
        &last,
        &[r#"{"data":[],"more":true}"#],
        &["GET /things"],
        "Malformed: the answer is not a page of records: the answer has no record",
    );
    let numbers = format!("{LIST}paging: {{ type: pageNumber, query: page }}");
    check(&numbers, &[same, same], &["GET /things?page=1", "GET /things?page=2"], "Malformed");
}

#[test]
fn a_position_of_another_kind_or_release_begins_anew() {
    let provider = provider(&things(&format!("{LIST}paging: {{ type: cursor, next: next, query: after }}")));
    for position in [
        "x",
        "{}",
        r#"{"v":2,"kind":"cursor","page":1,"at":"x"}"#,
        r#"{"v":1,"kind":"link","page":1,"at":"/things?x"}"#,
        r#"{"v":1,"kind":"number","page":1,"at":"7"}"#,
    ] {
        let run = Run { position: Some(position.to_owned()), ..run(None, None) };
        assert_eq!(asked(&provider.request(&plan("things", None), &run)), "GET /things", "{position}");
    }
}

#[test]
fn records_are_found_wherever_they_are() {
    let rows = [
        ("records: $\nid: id", r#"[{"id":1},{"id":"b"}]"#, Ok("1 b")),
        ("records: a.b\nid: x.y", r#"{"a":{"b":[{"x":{"y":"7"}}]}}"#, Ok("7")),
        ("records: items\nkeyed: true\nid: id", r#"{"items":{"k1":{"id":1},"k2":{"id":2}}}"#, Ok("1 2")),
        ("records: edges\nunwrap: node\nid: id", r#"{"edges":[{"node":{"id":"n"}}]}"#, Ok("n")),
        ("records: data\nid: [a, b]", r#"{"data":[{"a":1,"b":"x"}]}"#, Ok("1:x")),
        ("records: data\nid: id", r#"{"data":null}"#, Ok("")),
        ("records: data\nid: id", r#"{}"#, Err("it has no `data`")),
        ("records: data\nid: id", r#"{"data":{}}"#, Err("`data` is not a list of records")),
        ("records: data\nid: id", r#"{"data":[7]}"#, Err("a record is not an object")),
        ("records: data\nid: id", r#"{"data":[{"id":null}]}"#, Err("a record has no `id`")),
        ("records: data\nid: id", r#"{"data":[{"id":""}]}"#, Err("a record has no `id`")),
        ("records: data\nid: id", r#"{"data":[{"id":{}}]}"#, Err("a record has no `id`")),
        ("records: edges\nunwrap: node\nid: id", r#"{"edges":[{}]}"#, Err("an item has no `node`")),
        ("records: data\nkeyed: true\nid: id", r#"{"data":[]}"#, Err("`data` is not a mapping of records")),
        ("records: data\nid: id", r#"{"data":[{"id":1}"#, Err("EOF while parsing")),
        ("records: data\nid: id", "<html>", Err("expected value")),
    ];
    for (keys, body, expected) in rows {
        let (_, ended) = read(&things(keys), None, &[body]);
        match expected {
            Ok(ids) => assert_eq!(ended, format!("end with {ids}"), "{body}"),
            Err(reason) => assert!(ended.starts_with("Malformed") && ended.contains(reason), "{body}: {ended}"),
        }
    }
}

#[test]
fn fields_are_slices_of_the_record_with_those_of_its_root_first() {
    let provider = provider(&things("records: data\nid: id\nfieldRoot: values"));
    let body = r#"{"data":[{"id":1,"Name":"outer","URL":"u","values":{"name":"inner","ID":"other","Ünï":[1.50]}}]}"#;
    let page = provider.page(&plan("things", None), &run(None, None), &answer(200, &[], body)).unwrap();
    let fields: Vec<(&str, &str)> =
        page.records[0].fields.iter().map(|(name, value)| (name.as_str(), std::str::from_utf8(value).unwrap())).collect();
    assert_eq!(fields, [("id", "1"), ("url", "\"u\""), ("name", "\"inner\""), ("ünï", "[1.50]")]);
    assert!(body.contains(std::str::from_utf8(&page.records[0].raw).unwrap()));
}

#[test]
fn deleted_records_are_left_out_unless_they_are_wanted() {
    let provider = provider(&things("records: data\nid: id\ndeleted: { path: state, equals: gone }"));
    let body = r#"{"data":[{"id":1,"state":"gone","n":1.0},{"id":2,"state":"here","n":1},{"id":3,"n":"1"},{"id":4}]}"#;
    let mut plan = plan("things", None);
    let read = |plan: &crate::plan::ReadPlan| ids(&provider.page(plan, &run(None, None), &answer(200, &[], body)).unwrap());
    assert_eq!(read(&plan), ["2", "3", "4"]);
    plan.deletes = true;
    assert_eq!(read(&plan), ["1 deleted", "2", "3", "4"]);
}

#[test]
fn refusals_are_classed_by_rule_then_by_status() {
    let errors = r#"errors:
  message: [error.text, error]
  retryAfter: { path: wait, format: milliseconds }
  rules:
    - { path: ok, equals: "false", class: forbidden }
    - { status: [400, 418], path: error, contains: slow, class: rateLimited }
    - { header: x-gone, class: notFound }
objects:"#;
    let provider = provider(&things(LIST).replace("objects:", errors));
    type Row<'a> = (u16, &'a [(&'a str, &'a str)], &'a str, ReadErrorClass, &'a str);
    let rows: [Row<'_>; 13] = [
        (200, &[], r#"{"ok":"false","error":"no"}"#, ReadErrorClass::Forbidden, "acme answered 200: no"),
        (418, &[], r#"{"error":"slow down","wait":1500}"#, ReadErrorClass::RateLimited, "acme answered 418: slow down"),
        (500, &[("x-gone", "")], "", ReadErrorClass::NotFound, "acme answered 500"),
        (400, &[], r#"{"error":{"text":"bad"}}"#, ReadErrorClass::BadRequest, "acme answered 400: bad"),
        (401, &[], "", ReadErrorClass::BadCredentials, "acme answered 401"),
        (403, &[], "<html>no\nway", ReadErrorClass::Forbidden, "acme answered 403: <html>no way"),
        (404, &[], "{}", ReadErrorClass::NotFound, "acme answered 404: {}"),
        (408, &[], "", ReadErrorClass::Transient, "acme answered 408"),
        (410, &[], "", ReadErrorClass::NotFound, "acme answered 410"),
        (422, &[], "", ReadErrorClass::BadRequest, "acme answered 422"),
        (429, &[], "", ReadErrorClass::RateLimited, "acme answered 429"),
        (503, &[], "", ReadErrorClass::Transient, "acme answered 503"),
        (302, &[], "", ReadErrorClass::Malformed, "the answer is not a page of records: unexpected status 302; it reads ``"),
    ];
    for (status, headers, body, class, says) in rows {
        let error = provider.page(&plan("things", None), &run(None, None), &answer(status, headers, body)).unwrap_err();
        assert_eq!((error.class, error.message.as_str()), (class, says), "{status}");
        let wait = (status == 418).then(|| Duration::from_millis(1_500));
        assert_eq!(error.retry_after, wait, "{status}");
    }
    let long = format!(r#"{{"error":"{}\u0007"}}"#, "x".repeat(10_000));
    let error = provider.page(&plan("things", None), &run(None, None), &answer(400, &[], &long)).unwrap_err();
    assert!(error.message.chars().count() < 250, "{}", error.message);
}

#[test]
fn nothing_is_asked_of_objects_that_are_not_declared() {
    let provider = provider(&things(LIST));
    assert_eq!(
        provider.unsupported(&plan("thing", None)).unwrap(),
        "provider acme has no object \"thing\": did you mean \"things\"?"
    );
    let plan = plan("../secrets?x", None);
    assert_eq!(asked(&provider.request(&plan, &run(None, None))), "GET /..%2Fsecrets%3Fx");
    let error = provider.page(&plan, &run(None, None), &answer(200, &[], r#"{"data":[]}"#)).unwrap_err();
    assert_eq!(error.class, ReadErrorClass::NotFound);
    assert!(provider.fields_request("things").is_none() && provider.records_request(&plan, &["1".to_owned()]).is_none());
}

#[test]
fn records_by_id_are_asked_for_in_as_few_requests_as_the_provider_takes() {
    let requests = |by_id: &str, ids: &[String]| {
        let provider = provider(&things(&format!("{LIST}byId: {by_id}")));
        let requests = records_requests(provider.as_ref(), &plan("things", None), ids)?;
        Some(requests.iter().map(asked).collect::<Vec<_>>())
    };
    let numbers = |to: usize| (0..to).map(|id| id.to_string()).collect::<Vec<_>>();
    let one = "{ path: '/things/{{.id}}', records: data }";
    let several = "{ path: /things, query: { ids: '{{.ids}}' }, records: data }";
    assert_eq!(requests(one, &numbers(3)).unwrap(), ["GET /things/0", "GET /things/1", "GET /things/2"]);
    assert_eq!(requests(several, &numbers(3)).unwrap(), ["GET /things?ids=0%2C1%2C2"]);
    assert_eq!(requests(several, &numbers(250)).unwrap().len(), 3, "a hundred at a time");
    let long: Vec<String> = (0..5).map(|id| format!("{id}{}", "x".repeat(1_900))).collect();
    assert_eq!(requests(several, &long).unwrap().len(), 2, "no more than an address holds");
    assert_eq!(requests(several, &["x".repeat(7_000)]), None);
    assert_eq!(requests(one, &[]), Some(vec![]));
}

#[test]
fn credentials_that_a_provider_repeats_in_links_are_not_kept() {
    let yaml = things(&format!("{LIST}paging: {{ type: nextLink, next: next }}"))
        .replace("objects:", "auth: { type: apiKey, query: secret }\nobjects:");
    let provider = provider(&yaml);
    let body = r#"{"data":[],"next":"https://api.acme.example/v1/things?secret=s3cret&page=2"}"#;
    let page = provider.page(&plan("things", None), &run(None, None), &answer(200, &[], body)).unwrap();
    let position = page.next.unwrap();
    assert!(position.contains("/things?page=2") && !position.contains("s3cret"), "{position}");
}
