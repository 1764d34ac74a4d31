//! What comes apart from a page: associations, and properties that were too many for it.

use std::{collections::VecDeque, ops::Range};

use bytes::Bytes;

use super::{answer, contacts, hubspot, record, run};
use crate::{
    plan::{ReadPlan, sample},
    provider::{ASSOCIATIONS_MAX, ReadError, ReadErrorClass, Record},
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

/// Puts these answers, one after the other, into the records; what follows from an answer is asked before the rest. Says what was
/// asked in bodies, and what was cut.
fn complete(plan: &ReadPlan, records: &mut [Record], answers: &[(u16, String)]) -> Result<(Vec<String>, Vec<String>), ReadError> {
    let (mut asked, mut cut) = (Vec::new(), Vec::new());
    let mut requests: VecDeque<_> = hubspot().completing_requests(plan, records).into();
    let mut answers = answers.iter();
    while let Some(request) = requests.pop_front() {
        let (status, body) = answers.next().expect("an answer to every request");
        asked.push(String::from_utf8_lossy(request.body()).into_owned());
        let completed = hubspot().completed(plan, records, &request, &answer(*status, &[], body))?;
        cut.extend(completed.cut);
        if let Some(next) = completed.next {
            requests.push_front(next);
        }
    }
    assert!(answers.next().is_none(), "more answers than requests");
    Ok((asked, cut))
}

const TYPES: &str = r#"[{"category":"HUBSPOT_DEFINED","typeId":279,"label":null}]"#;

/// A batch's answer for one record: these ids, and the token of the rest.
fn ends(of: &str, ids: Range<usize>, after: &str) -> String {
    let to: Vec<String> = ids.map(|id| format!(r#"{{"toObjectId":{id},"associationTypes":{TYPES}}}"#)).collect();
    let paging = if after.is_empty() { String::new() } else { format!(r#","paging":{{"next":{{"after":{after},"link":"x"}}}}"#) };
    format!(r#"{{"from":{{"id":"{of}"}},"to":[{}]{paging}}}"#, to.join(","))
}

fn batch(results: &[String]) -> (u16, String) {
    (200, format!(r#"{{"status":"COMPLETE","results":[{}]}}"#, results.join(",")))
}

#[test]
fn batches_are_put_into_the_records_that_they_were_asked_for() {
    let plan = related(&["companies", "deals"]);
    let mut records = vec![record("7"), record("8"), Record { deleted: true, ..record("9") }];
    records[1].associations.push(("companies".to_owned(), Bytes::from_static(b"[1]")));
    let none = r#"{"status":"error","message":"no associations","category":"OBJECT_NOT_FOUND"}"#;
    complete(&plan, &mut records, &[(207, batch(&[ends("7", 55..56, "")]).1), (404, none.to_owned())]).unwrap();
    let of_seven = format!(
        r#"companies [{{"id":"55","objectName":"companies","providerAssociationMetadata":{{"associationTypes":{TYPES}}}}}]"#
    );
    assert_eq!(
        [told(&records[0]), told(&records[1]), told(&records[2])],
        [vec![of_seven, "deals []".to_owned()], vec!["companies [1]".to_owned(), "deals []".to_owned()], vec![]]
    );
    assert!(hubspot().completing_requests(&plan, &records).is_empty());

    for (status, body, class) in [
        (200, "{}", ReadErrorClass::Malformed),
        (200, r#"{"results":[{"from":{},"to":[]}]}"#, ReadErrorClass::Malformed),
        (404, r#"{"status":"error","message":"no such object"}"#, ReadErrorClass::NotFound),
        (403, r#"{"status":"error","message":"scope"}"#, ReadErrorClass::Forbidden),
    ] {
        let error = complete(&related(&["companies"]), &mut [record("7")], &[(status, body.to_owned())]).unwrap_err();
        assert_eq!(error.class, class, "{body}");
    }
}

#[test]
fn associations_are_followed_to_their_end() {
    let plan = related(&["companies"]);
    let mut records = vec![record("7"), record("8")];
    let answers = [
        batch(&[ends("7", 0..500, r#""500""#), ends("8", 0..3, "")]),
        batch(&[ends("7", 500..1_000, "1000")]),
        batch(&[ends("7", 1_000..1_001, "")]),
    ];
    let (asked, cut) = complete(&plan, &mut records, &answers).unwrap();
    let expected = [
        r#"{"inputs":[{"id":"7"},{"id":"8"}]}"#,
        r#"{"inputs":[{"id":"7","after":"500"}]}"#,
        r#"{"inputs":[{"id":"7","after":"1000"}]}"#,
    ];
    assert_eq!((asked.as_slice(), cut), (expected.map(str::to_owned).as_slice(), vec![]));
    let ids = |record: &Record| {
        let list: Vec<serde_json::Value> = serde_json::from_slice(&record.associations[0].1).unwrap();
        list.iter().map(|end| end["id"].as_str().unwrap().parse().unwrap()).collect::<Vec<usize>>()
    };
    assert_eq!((ids(&records[0]), ids(&records[1])), ((0..1_001).collect(), (0..3).collect()));
}

#[test]
fn endless_associations_are_cut_with_a_word_or_refused() {
    let plan = related(&["companies"]);
    let mut records = vec![record("7")];
    let pages = ASSOCIATIONS_MAX / 500;
    let answers: Vec<_> =
        (0..pages).map(|page| batch(&[ends("7", page * 500..page * 500 + 500, &(page + 1).to_string())])).collect();
    let (asked, cut) = complete(&plan, &mut records, &answers).unwrap();
    let told = "more than 10000 companies of a record: the rest is left out, of 7";
    assert_eq!((asked.len(), cut.as_slice()), (pages, [told.to_owned()].as_slice()));
    for after in [r#""5""#, "{}", &format!("{:?}", "x".repeat(3_000))] {
        let same = [batch(&[ends("7", 0..1, r#""5""#)]), batch(&[ends("7", 1..2, after)])];
        let error = complete(&plan, &mut [record("7")], &same).unwrap_err();
        assert_eq!(error.class, ReadErrorClass::Malformed, "{after}");
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
        complete(&plan, &mut records, &[(207, batch.to_owned())]).unwrap();
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
