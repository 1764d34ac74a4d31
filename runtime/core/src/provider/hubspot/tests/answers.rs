//! What HubSpot's answers mean.

use super::{SINCE, answer, contacts, hubspot, page, run};
use crate::provider::{FieldMetadata, ProviderPage, ReadErrorClass};

/// Keys out of order, white space, escapes, and a number that no 64-bit float holds.
const RECORD: &str = "{\"id\" : \"7\", \"properties\":{ \"email\":\"m\\u00e4x@x.io\",\"Amount\": 12345678901234567890.10 ,\n\"id\":\"no\",\"url\":null},
  \"createdAt\":\"2025-01-01T00:00:00Z\",\"updatedAt\":\"2026-01-02T03:04:05.678Z\",\"archived\":false,\"url\":\"https://app.hubspot.com/7\"}";

#[test]
fn records_are_slices_of_the_answer() {
    let response =
        answer(200, &[], &format!(r#"{{"results":[{RECORD}],"paging":{{"next":{{"after":"8","link":"https://x/?after=8"}}}}}}"#));
    let page = hubspot().page(&contacts(), &run(None, None), &response).unwrap();
    let [record] = &page.records[..] else { panic!("{page:?}") };
    assert_eq!(record.raw, RECORD, "byte for byte");
    assert_eq!((record.id.as_str(), record.deleted), ("7", false));
    assert_eq!(record.modified_at, Some("2026-01-02T03:04:05.678Z".parse().unwrap()));
    let fields: Vec<(&str, &str)> =
        record.fields.iter().map(|(name, value)| (name.as_str(), std::str::from_utf8(value).unwrap())).collect();
    let expected = [
        ("id", "\"7\""),
        ("createdat", "\"2025-01-01T00:00:00Z\""),
        ("updatedat", "\"2026-01-02T03:04:05.678Z\""),
        ("archived", "false"),
        ("email", "\"m\\u00e4x@x.io\""),
        ("amount", "12345678901234567890.10"),
        ("url", "null"),
    ];
    assert_eq!(fields, expected);
    let body = response.body().as_ptr_range();
    assert!(
        record.fields.iter().all(|(_, value)| body.contains(&value.as_ptr())) && body.contains(&record.raw.as_ptr()),
        "no copies"
    );
    assert_eq!((page.next.as_deref(), page.total), (Some("list:8"), None));
}

fn ids(ids: &[&str]) -> String {
    ids.iter().map(|id| format!(r#"{{"id":"{id}","properties":{{}}}}"#)).collect::<Vec<_>>().join(",")
}

/// A page with these ids, and the rest of its JSON.
fn body(records: &[&str], rest: &str) -> String {
    format!(r#"{{"results":[{}]{rest}}}"#, ids(records))
}

const MORE: &str = r#","total":12000,"paging":{"next":{"after":"200"}}"#;

#[test]
fn a_search_goes_on_behind_its_last_id() {
    type Row = (Option<&'static str>, &'static [&'static str], &'static str, Option<&'static str>, Option<u64>);
    let rows: [Row; 6] = [
        (None, &["9", "10", "101"], MORE, Some("id:101"), Some(13_000)),
        (Some("id:101"), &["102"], MORE, Some("id:102"), Some(13_000)),
        (Some("id:99"), &["123456789012345678901234567890"], MORE, Some("id:123456789012345678901234567890"), Some(13_000)),
        (None, &["1"], r#","total":1"#, None, Some(1_001)),
        (None, &["1"], r#","total":1,"paging":null"#, None, Some(1_001)),
        (Some("id:7"), &[], r#","total":0,"paging":{}"#, None, Some(1_000)),
    ];
    for (position, records, rest, next, total) in rows {
        let ProviderPage { next: found, total: counted, records: read } =
            page(&run(SINCE, position), &body(records, rest)).unwrap();
        assert_eq!((found.as_deref(), counted, read.len()), (next, total, records.len()), "{position:?} {records:?}");
    }
}

#[test]
fn paging_without_end_is_malformed() {
    let list_again = r#","paging":{"next":{"after":"4"}}"#;
    let endless = format!(r#","paging":{{"next":{{"after":"{}"}}}}"#, "é".repeat(35_000));
    type Row<'a> = (Option<&'static str>, Option<&'static str>, &'static [&'static str], &'a str, &'static str);
    let rows: [Row<'_>; 10] = [
        (SINCE, Some("id:9"), &["9"], MORE, "`9` follows `9`"),
        (SINCE, Some("id:10"), &["9"], MORE, "`9` follows `10`"),
        (SINCE, Some("id:10"), &["11", "11"], MORE, "`11` follows `11`"),
        (SINCE, None, &["2", "10", "3"], "", "`3` follows `10`"),
        (SINCE, None, &["abc"], "", "not sorted"),
        (SINCE, None, &[], MORE, "goes on without a record"),
        (None, Some("list:4"), &["5"], list_again, "does not advance beyond `4`"),
        (None, None, &["5"], r#","paging":{"next":{"after":""}}"#, "does not advance"),
        (None, None, &["5"], r#","paging":{"next":{"after":[4]}}"#, "neither text nor a number"),
        (None, None, &["5"], &endless, "has 70000 bytes"),
    ];
    for (since, position, records, rest, part) in rows {
        let error = page(&run(since, position), &body(records, rest)).unwrap_err();
        assert_eq!(error.class, ReadErrorClass::Malformed);
        assert!(error.message.contains(part), "{error}");
    }
    let number = page(&run(None, None), &body(&["5"], r#","paging":{"next":{"after":4}}"#)).unwrap();
    assert_eq!(number.next.as_deref(), Some("list:4"));
}

#[test]
fn what_is_no_page_is_malformed_and_quoted_in_part() {
    let whole = body(&["1", "2"], MORE);
    let long = format!(r#"{{"results":[{{"id":"1","properties":"{}"}}]}}"#, "é\\n".repeat(5_000));
    let rows = [
        "",
        "null",
        "[]",
        "{}",
        "<html>\n<body>Bad gateway</body>",
        r#"{"results":{}}"#,
        r#"{"results":[7]}"#,
        r#"{"results":[{"properties":{}}]}"#,
        r#"{"results":[{"id":"","properties":{}}]}"#,
        r#"{"results":[{"id":null,"properties":{}}]}"#,
        r#"{"results":[{"id":"1"}]}"#,
        r#"{"results":[{"id":"1","properties":[]}]}"#,
        r#"{"results":[],"total":-1}"#,
        "{\"results\":[]} trailing",
        &whole[..whole.len() - 1],
        &whole[..whole.len() / 2],
        &long,
    ];
    for body in rows {
        let error = page(&run(None, None), body).expect_err(body);
        assert_eq!(error.class, ReadErrorClass::Malformed, "{body}");
        let (_, quoted) = error.message.split_once("it reads `").unwrap();
        assert!(quoted.chars().count() <= 201 && error.message.chars().count() <= 500, "{error}");
        assert!(!error.message.contains(char::is_control), "{error}");
    }
    let not_text =
        http::Response::new(bytes::Bytes::from_static(b"{\"results\":[{\"id\":\"1\",\"properties\":{\"a\":\"\xff\"}}]}"));
    let error = hubspot().page(&contacts(), &run(None, None), &not_text).unwrap_err();
    assert_eq!(error.class, ReadErrorClass::Malformed);
}

#[test]
fn lesser_oddities_are_taken() {
    let odd = r#"{"results":[{"id":12345678901234567890,"updatedAt":"yesterday","archived":true,"properties":{},"new":{"a":[1]}}],"new":1}"#;
    let page = page(&run(None, None), odd).unwrap();
    let record = &page.records[0];
    assert_eq!((record.id.as_str(), record.modified_at, record.deleted), ("12345678901234567890", None, true));
    assert_eq!(page.next, None);
}

#[test]
fn counts_and_names_are_read() {
    assert_eq!(hubspot().count(&answer(200, &[], r#"{"total":12345,"results":[]}"#)), Ok(Some(12_345)));
    assert_eq!(hubspot().count(&answer(200, &[], "{}")).unwrap_err().class, ReadErrorClass::Malformed);
    let names = answer(200, &[], r#"{"results":[{"name":"email","label":"E-mail"},{"name":"zip"}]}"#);
    assert_eq!(hubspot().fields(&names), Ok(["email", "zip"].map(FieldMetadata::named).to_vec()));
}

#[test]
fn damaged_answers_never_do_worse_than_fail() {
    let whole = format!(r#"{{"results":[{RECORD},{}]{MORE}}}"#, ids(&["8", "9"]));
    let mut state = 1_u64;
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    };
    let mut read = 0;
    for round in 0..4_000 {
        let mut bytes = whole.clone().into_bytes();
        for _ in 0..=round % 3 {
            let at = below(bytes.len() - 1);
            match below(3) {
                0 => bytes[at] = b"{}[]\",:\\0e-\xc3 "[below(13)],
                1 => bytes.insert(at, b'"'),
                _ => bytes.truncate(at + 2),
            }
        }
        let response = http::Response::new(bytes::Bytes::from(bytes));
        match hubspot().page(&contacts(), &run(SINCE, None), &response) {
            Ok(page) => {
                read += 1;
                assert!(
                    page.records.iter().all(|record| serde_json::from_slice::<&serde_json::value::RawValue>(&record.raw).is_ok())
                );
            }
            Err(error) => assert_eq!(error.class, ReadErrorClass::Malformed),
        }
    }
    assert!((1..4_000).contains(&read), "{read} of 4,000 damaged answers could still be read");
}
