//! Answers that are damaged, heavy or deep.

use super::{SINCE, answer, contacts, hubspot, page, record, run};
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
