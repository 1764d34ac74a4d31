//! What comes apart from a page: associations, and properties that were too many for it.

use bytes::Bytes;

use super::{answer, contacts, hubspot, record, run};
use crate::{
    plan::{ReadPlan, sample},
    provider::{ReadErrorClass, Record},
};

fn related(names: &[&str]) -> ReadPlan {
    ReadPlan { associations: names.iter().map(|&name| name.to_owned()).collect(), ..contacts() }
}

/// The associations of a record, `name list` each.
fn told(record: &Record) -> Vec<String> {
    record.associations.iter().map(|(name, list)| format!("{name} {}", std::str::from_utf8(list).unwrap())).collect()
}

#[test]
fn a_list_carries_associations_along() {
    let kinds = r#"{"results":[{"id":"5","type":"contact_to_company"},{"id":"5","type":"contact_to_company_boss"},{"id":6,"type":"contact_to_company"}]}"#;
    let merged = concat!(
        r#"companies [{"id":"5","objectName":"companies","providerAssociationMetadata":{"associationTypes":[{"type":"contact_to_company"},"#,
        r#"{"type":"contact_to_company_boss"}]}},{"id":"6","objectName":"companies","providerAssociationMetadata":{"associationTypes":"#,
        r#"[{"type":"contact_to_company"}]}}]"#
    );
    let cut = r#"{"results":[{"id":"5","type":"x"}],"paging":{"next":{"after":"6","link":"…"}}}"#;
    let rows: [(String, &[&str]); 6] = [
        (format!(r#","associations":{{"companies":{kinds}}}"#), &[merged, "deals []"]),
        (format!(r#","associations":{{"COMPANIES":{kinds},"deals":{{"results":[]}}}}"#), &[merged, "deals []"]),
        (String::new(), &["companies []", "deals []"]),
        (r#","associations":null"#.to_owned(), &["companies []", "deals []"]),
        // What is cut off, and what may go by another name, is asked for apart.
        (format!(r#","associations":{{"companies":{cut}}}"#), &["deals []"]),
        (format!(r#","associations":{{"p1_cars":{kinds}}}"#), &[]),
    ];
    for (associations, expected) in rows {
        let body = format!(r#"{{"results":[{{"id":"7","properties":{{}}{associations}}}]}}"#);
        let page = hubspot().page(&related(&["companies", "deals"]), &run(None, None), &answer(200, &[], &body)).unwrap();
        assert_eq!(told(&page.records[0]), expected, "{associations}");
        assert!(page.records[0].fields.iter().all(|(name, _)| name != "associations"));
    }
    for wrong in ["7", "[]", r#"{"companies":7}"#, r#"{"companies":{"results":[7]}}"#, r#"{"companies":{}}"#] {
        let body = format!(r#"{{"results":[{{"id":"7","properties":{{}},"associations":{wrong}}}]}}"#);
        let error = hubspot().page(&related(&["companies"]), &run(None, None), &answer(200, &[], &body)).unwrap_err();
        assert_eq!(error.class, ReadErrorClass::Malformed, "{wrong}");
    }
}

#[test]
fn batches_are_put_into_the_records_in_the_order_asked() {
    let plan = related(&["companies", "deals"]);
    let mut records = vec![record("7"), record("8"), Record { deleted: true, ..record("9") }];
    records[1].associations.push(("companies".to_owned(), Bytes::from_static(b"[1]")));
    let types = r#"[{"category":"HUBSPOT_DEFINED","typeId":279,"label":null}]"#;
    let batch = format!(
        r#"{{"status":"COMPLETE","results":[{{"from":{{"id":"7"}},"to":[{{"toObjectId":55,"associationTypes":{types}}}]}}]}}"#
    );
    hubspot().completed(&plan, &mut records, &answer(207, &[], &batch)).unwrap();
    let of_seven = format!(
        r#"companies [{{"id":"55","objectName":"companies","providerAssociationMetadata":{{"associationTypes":{types}}}}}]"#
    );
    assert_eq!(told(&records[0]), [of_seven.as_str()]);
    let none = r#"{"status":"error","message":"no associations","category":"OBJECT_NOT_FOUND"}"#;
    hubspot().completed(&plan, &mut records, &answer(404, &[], none)).unwrap();
    assert_eq!(
        [told(&records[0]), told(&records[1]), told(&records[2])],
        [vec![of_seven, "deals []".to_owned()], vec!["companies [1]".to_owned(), "deals []".to_owned()], vec![]]
    );
    assert!(hubspot().completing_requests(&plan, &records).is_empty());

    let mut again = vec![record("7")];
    for (status, body, class) in [
        (200, "{}", ReadErrorClass::Malformed),
        (200, r#"{"results":[{"from":{},"to":[]}]}"#, ReadErrorClass::Malformed),
        (404, r#"{"status":"error","message":"no such object"}"#, ReadErrorClass::NotFound),
        (403, r#"{"status":"error","message":"scope"}"#, ReadErrorClass::Forbidden),
    ] {
        assert_eq!(hubspot().completed(&plan, &mut again, &answer(status, &[], body)).unwrap_err().class, class, "{body}");
    }
}

#[test]
fn properties_that_come_later_replace_the_record() {
    let names: Vec<_> = (0..300).map(|place| format!("property_{place:04}")).collect();
    let wide = sample::plan("contacts", &names.iter().map(String::as_str).collect::<Vec<_>>());
    let batch = r#"{"status":"COMPLETE","results":[{"id":"8","properties":{"property_0001":"x"},"updatedAt":"2026-01-01T00:00:00Z"},{"id":"99","properties":{}}],
        "errors":[{"status":"error","category":"OBJECT_NOT_FOUND","message":"gone","context":{"ids":["7"]}}],"numErrors":1}"#;
    for deletes in [false, true] {
        let plan = ReadPlan { deletes, ..wide.clone() };
        let mut records = vec![record("7"), record("8")];
        records[1].associations.push(("deals".to_owned(), Bytes::from_static(b"[]")));
        hubspot().completed(&plan, &mut records, &answer(207, &[], batch)).unwrap();
        assert_eq!((records.len(), records[0].deleted, records[1].deleted), (2, deletes, false));
        let found = records[1].fields.iter().find(|(name, _)| name == "property_0001");
        assert!(found.is_some_and(|(_, value)| value == "\"x\"") && records[1].raw.starts_with(b"{\"id\":\"8\""));
        assert_eq!(told(&records[1]), ["deals []"], "associations stay");
    }
}

#[test]
fn records_by_id_leave_out_what_is_gone() {
    let batch = r#"{"status":"COMPLETE","results":[{"id":"8","properties":{"email":"x"}}],"errors":[{"context":{"ids":["7"]}}],"numErrors":1}"#;
    let records = hubspot().records(&contacts(), &answer(207, &[], batch)).unwrap();
    assert_eq!(records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["8"]);
    let none = r#"{"status":"error","message":"gone","category":"OBJECT_NOT_FOUND"}"#;
    assert_eq!(hubspot().records(&contacts(), &answer(404, &[], none)), Ok(Vec::new()));
    assert_eq!(hubspot().records(&contacts(), &answer(500, &[], "")).unwrap_err().class, ReadErrorClass::Transient);
}
