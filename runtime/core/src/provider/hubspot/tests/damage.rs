//! Answers that are damaged, heavy or deep.

use bytes::Bytes;

use super::{
    super::{answer::step_by_step, take_apart},
    SINCE, answer, contacts, hubspot, page, record, run,
};
use crate::{plan::ReadPlan, provider::damage};

const LIST: &str = r#"{"results":[{"id" : "7","properties":{"email":"m\u00e4x@x.io","amount":12345678901234567890.10},"createdAt":"2025-01-01T00:00:00Z",
"updatedAt":"2026-01-02T03:04:05.678Z","archived":false,"associations":{"companies":{"results":[{"id":"5","type":"contact_to_company"}]}}},
{"id":"8","properties":{"email":null},"archived":true,"archivedAt":"2026-03-01T00:00:00+02:00"}],"total":12,"paging":{"next":{"after":"8","link":"x"}}}"#;

const BATCH: &str = r#"{"status":"COMPLETE","results":[{"from":{"id":"7"},"to":[{"toObjectId":5,"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":279,"label":null}]}]}]}"#;

#[test]
fn damaged_answers_never_do_worse_than_fail() {
    let plan = ReadPlan { associations: vec!["companies".to_owned()], deletes: true, ..contacts() };
    let hubspot = hubspot();
    for (since, position) in [(SINCE, None), (None, None), (SINCE, Some("archived:"))] {
        damage::check(LIST, 8_000, |response| hubspot.page(&plan, &run(since, position), response).map(|page| page.records));
    }
    damage::check(LIST, 4_000, |response| hubspot.records(&plan, response));
    damage::check(BATCH, 8_000, |response| {
        let mut records = vec![crate::provider::Record { raw: "{}".into(), ..record("7") }];
        let request = hubspot.completing_requests(&plan, &records).remove(0);
        hubspot.completed(&plan, &mut records, &request, response).map(|_| records)
    });
}

#[test]
fn heavy_and_deep_values_are_passed_on_untouched() {
    for value in damage::heavy() {
        let record = format!(r#"{{"id":"7","properties":{{"email":{value}}}}}"#);
        let whole = format!(r#"{{"results":[{record}]}}"#);
        let page = page(&run(None, None), &whole).unwrap();
        assert!(page.records[0].raw == record && page.records[0].fields[1].1 == value, "a value of {} bytes", value.len());
        let wrong = super::page(&run(None, None), &whole.replace("\"id\":\"7\"", "\"id\":null")).unwrap_err();
        assert!(wrong.message.chars().count() < 700, "{wrong}");
    }
    assert!(hubspot().fields(&answer(200, &[], &"[".repeat(100_000))).is_err());
}

/// Pages as HubSpot does not write them, and could: spaces, names with escapes and in other cases, members that are empty or twice there.
const STRANGE: [&str; 8] = [
    "{ \"results\" : [ {\n \"id\" : \"7\" ,\t\"properties\" : { \"Email\" : \"a\" , \"ID\":8 }\n} , { \"properties\":{\"x\":[ 1 ]} , \"id\":\"8\", \"archived\" : true } ] }",
    r#"{"results":[{"\u0069d":"7","properties":{"a":1}},{"id":"8","properties":{"a":2}}]}"#,
    r#"{"results":[{"id":"7","\u0070roperties":{"\u0061":1}}]}"#,
    r#"{"results":[{"id":"7","properties":{}},{"properties":{},"id":"8"}],"total":2}"#,
    r#"{"results":[{"id":"7","properties":{"a":1},"properties":{"b":2},"associations":null}],"paging":null,"total":null}"#,
    r#"{"results":[{"id":"7","properties":{"a":1,"a":2},"Properties":{"b":2},"url":"u","URL":"v"}],"paging":{"next":null}}"#,
    r#"{"results":[{"id":"7","properties":{"a":1}}],"results":[]}"#,
    r#"{"total":0,"results":[],"other":{"results":[1]}} "#,
];

#[test]
fn what_is_read_in_one_go_is_what_is_read_step_by_step() {
    let plan = ReadPlan { associations: vec!["companies".to_owned()], ..contacts() };
    let mut in_one_go = 0;
    let pages = STRANGE.iter().map(|page| page.as_bytes().to_vec());
    for body in pages.chain((0..20_000).map(|round| damage::damaged(LIST, round))) {
        let (shown, body) = (String::from_utf8_lossy(&body).into_owned(), Bytes::from(body));
        let Some(one) = take_apart::page(&plan, &body, true) else { continue };
        in_one_go += 1;
        let steps = step_by_step(&plan, &body, true).unwrap_or_else(|error| panic!("{error}: {shown}"));
        let after = |next: Option<super::super::answer::Next<'_>>| next.map(|next| next.after.get().to_owned());
        assert_eq!(one.records, steps.records, "{shown}");
        assert_eq!((one.total, after(one.next)), (steps.total, after(steps.next)), "{shown}");
    }
    assert!((2_000..20_000).contains(&in_one_go), "{in_one_go}");
    assert!(take_apart::page(&plan, &Bytes::from_static(LIST.as_bytes()), true).is_some());
}

/// Each record has a property that no other has: what is remembered of some makes no room in the others.
#[test]
fn records_without_a_name_in_common_take_no_more_than_they_hold() {
    let record = |number| format!(r#"{{"id":"{number}","properties":{{"p{number}":1}}}}"#);
    let records: Vec<_> = (1..=5_000).map(record).collect();
    let body = Bytes::from(format!(r#"{{"results":[{}]}}"#, records.join(",")));
    let read = take_apart::page(&contacts(), &body, false).unwrap().records;
    assert_eq!(read, step_by_step(&contacts(), &body, false).unwrap().records);
    assert!(read.len() == 5_000 && read.iter().all(|record| record.fields.capacity() <= 32));
}
