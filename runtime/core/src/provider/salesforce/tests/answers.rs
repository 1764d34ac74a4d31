//! What Salesforce's answers mean.

use std::{collections::VecDeque, ops::Range};

use super::{LAST, LOCATOR, SINCE, accounts, answer, more, page, run, salesforce};
use crate::{
    cursor::Run,
    plan::{ReadPlan, sample},
    provider::{ASSOCIATIONS_MAX, ReadError, ReadErrorClass, ValueType},
};

const RECORD: &str = "{\"attributes\" : {\"type\":\"Account\",\"url\":\"/x\"},\"Id\":\"001000000000002AAA\",\"Name\":\"M\\u00e4x\",\n\"Owner\":{\"attributes\":{},\"Name\":\"Una\"},
 \"Amount__c\": 12345678901234567890.10,\"SystemModstamp\":\"2026-01-02T03:04:05.000+0000\",\"IsDeleted\":true,\"Nothing__c\":null}";

fn body(records: &[&str], total: u64, next: Option<&str>) -> String {
    let next = next.map(|next| format!(",\"nextRecordsUrl\":\"{next}\"")).unwrap_or_default();
    format!(r#"{{"totalSize":{total},"done":{}{next},"records":[{}]}}"#, next.is_empty(), records.join(","))
}

fn records(ids: Range<u32>) -> Vec<String> {
    ids.map(|id| format!(r#"{{"Id":"001{id:012}AAA"}}"#)).collect()
}

fn listed(ids: Range<u32>, total: u64, next: Option<&str>) -> String {
    body(&records(ids).iter().map(String::as_str).collect::<Vec<_>>(), total, next)
}

#[test]
fn records_are_slices_of_the_answer() {
    let response = answer(200, &[], &body(&[RECORD], 3_000, Some(LOCATOR)));
    let page = salesforce().page(&accounts(), &run(None, None), &response).unwrap();
    let [record] = &page.records[..] else { panic!("{page:?}") };
    assert_eq!((record.id.as_str(), record.deleted), ("001000000000002AAA", true));
    assert_eq!(record.raw, RECORD, "byte for byte, `attributes` included");
    assert_eq!(record.modified_at, Some("2026-01-02T03:04:05Z".parse().unwrap()));
    let fields: Vec<_> = record.fields.iter().map(|(name, value)| (name.as_str(), std::str::from_utf8(value).unwrap())).collect();
    let expected = [
        ("id", "\"001000000000002AAA\""),
        ("name", "\"M\\u00e4x\""),
        ("owner", "{\"attributes\":{},\"Name\":\"Una\"}"),
        ("amount__c", "12345678901234567890.10"),
        ("systemmodstamp", "\"2026-01-02T03:04:05.000+0000\""),
        ("isdeleted", "true"),
        ("nothing__c", "null"),
        ("owner.name", "\"Una\""),
    ];
    assert_eq!(fields, expected);
    let bytes = response.body().as_ptr_range();
    assert!(record.fields.iter().all(|(_, value)| bytes.contains(&value.as_ptr())), "no copies");
    assert_eq!(page.next, Some(format!("more:1:001000000000002AAA:{LOCATOR}")));
    assert_eq!(page.total, Some(4_000));
}

#[test]
fn what_a_missing_relation_has_is_null() {
    let rows = [(r#","Owner":null"#, Some("null")), ("", None), (r#","Owner":{}"#, None), (r#","Owner":7"#, None)];
    for (owner, expected) in rows {
        let page = page(&run(None, None), &body(&[&format!(r#"{{"Id":"{LAST}"{owner}}}"#)], 1, None)).unwrap();
        let found = page.records[0].fields.iter().find(|(name, _)| name == "owner.name");
        assert_eq!(found.map(|(_, value)| std::str::from_utf8(value).unwrap()), expected, "{owner}");
    }
}

#[test]
fn times_are_read_in_every_zone() {
    let rows = [
        ("\"2026-01-02T03:04:05.000+0000\"", Some("2026-01-02T03:04:05Z")),
        ("\"2026-01-02T03:04:05.5-0930\"", Some("2026-01-02T12:34:05.5Z")),
        ("\"2026-01-02T03:04:05+05:45\"", Some("2026-01-01T21:19:05Z")),
        ("\"2026-01-02T03:04:05Z\"", Some("2026-01-02T03:04:05Z")),
        ("\"yesterday\"", None),
        ("\"2026-02-30T00:00:00Z\"", None),
        ("\"99999-01-01T00:00:00Z\"", None),
        ("null", None),
        ("[]", None),
    ];
    for (written, expected) in rows {
        let body = body(&[&format!(r#"{{"Id":"{LAST}","SystemModstamp":{written}}}"#)], 1, None);
        let page = page(&run(None, None), &body).unwrap();
        assert_eq!(page.records[0].modified_at, expected.map(|time| time.parse().unwrap()), "{written}");
    }
}

#[test]
fn until_is_kept_to_exactly() {
    let until = Run { until: Some("2026-01-02T03:04:05.5Z".parse().unwrap()), ..run(SINCE, None) };
    let times = ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.500Z", "2026-01-02T03:04:05.501Z"];
    let record = |(place, time)| format!(r#"{{"Id":"001{place:012}AAA","SystemModstamp":"{time}"}}"#);
    let records: Vec<_> = times.iter().enumerate().map(record).collect();
    let page = page(&until, &body(&records.iter().map(String::as_str).collect::<Vec<_>>(), 3, None)).unwrap();
    assert_eq!(page.records.len(), 2);
}

#[test]
fn a_forgotten_mark_is_no_reason_to_begin_anew() {
    let gone = r#"[{"message":"invalid query locator","errorCode":"INVALID_QUERY_LOCATOR"}]"#;
    let page = salesforce().page(&accounts(), &run(SINCE, Some(&more())), &answer(400, &[], gone)).unwrap();
    assert_eq!((page.records.len(), page.next), (0, Some(format!("id:{LAST}"))));
    let error = salesforce().page(&accounts(), &run(SINCE, None), &answer(400, &[], gone)).unwrap_err();
    assert_eq!(error.class, ReadErrorClass::CursorGone);
    let rest = super::page(&run(SINCE, Some(&format!("id:{LAST}"))), &listed(2..4, 2, None)).unwrap();
    assert_eq!((rest.records.len(), rest.next, rest.total), (2, None, Some(1_002)));
}

#[test]
fn paging_without_end_is_malformed() {
    let other = "/services/data/v60.0/query/01gRO0000016PIAYA2-4000";
    let long = format!("/services/data/v60.0/query/{}", "a".repeat(500));
    let first = page(&run(None, None), &listed(0..2, 4, Some(LOCATOR))).unwrap();
    let last = page(&run(None, first.next.as_deref()), &listed(2..4, 4, None)).unwrap();
    assert_eq!((last.next, last.total), (None, Some(1_002)));
    let rows = [
        (None, listed(0..2, 1, None), "2 records came of a query that has 1"),
        (first.next.as_deref(), listed(2..5, 4, None), "5 records came of a query that has 4"),
        (first.next.as_deref(), listed(2..4, 9, Some(LOCATOR)), "leads to the same page"),
        (first.next.as_deref(), listed(2..4, 3, Some(other)), "4 records came of a query that has 3"),
        (None, listed(0..0, 9, Some(LOCATOR)), "goes on without a record"),
        (None, listed(0..2, 9, Some("https://evil.example/services/data/v60.0/query/1")), "not a path of the query"),
        (None, listed(0..2, 9, Some("//evil.example/services/data/v60.0/query/1")), "not a path of the query"),
        (None, listed(0..2, 9, Some("/services/data/v60.0/query/1?q=x")), "not a path of the query"),
        (None, listed(0..2, 9, Some("/services/data/v60.0/sobjects/User")), "not a path of the query"),
        (None, listed(0..2, 9, Some(&long)), "not a path of the query"),
        (None, listed(0..2, 9, None).replace("true", "false"), "has no `nextRecordsUrl`"),
        (None, body(&[&records(1..2)[0], &records(1..2)[0]], 9, None), "comes twice"),
    ];
    for (position, body, part) in rows {
        let error = page(&run(None, position), &body).unwrap_err();
        assert!(error.class == ReadErrorClass::Malformed && error.message.contains(part), "{part}: {error}");
    }
}

#[test]
fn composite_answers_are_unwrapped() {
    let names: Vec<_> = (0..800).map(|place| format!("Some_field_{place}__c")).collect();
    let long = sample::plan("Account", &names.iter().map(String::as_str).collect::<Vec<_>>());
    let wrap = |body: &str, status: u16| {
        format!(
            r#"{{"compositeResponse":[{{"body":{body},"httpHeaders":{{}},"httpStatusCode":{status},"referenceId":"page"}}]}}"#
        )
    };
    let read = |body: &str| salesforce().page(&long, &run(None, None), &answer(200, &[], body));
    let page = read(&wrap(&listed(0..2, 4, Some(LOCATOR)), 200)).unwrap();
    assert_eq!((page.records.len(), page.next.is_some()), (2, true));
    let refused = read(&wrap(r#"[{"errorCode":"INVALID_FIELD","message":"No such column 'X'"}]"#, 400)).unwrap_err();
    assert_eq!(
        (refused.class, refused.message.as_str()),
        (ReadErrorClass::BadRequest, "Salesforce answered 400: No such column 'X' (INVALID_FIELD)")
    );
    for body in ["{}", r#"{"compositeResponse":[]}"#, r#"{"compositeResponse":[{"body":{},"httpStatusCode":200}]}"#] {
        assert_eq!(read(body).unwrap_err().class, ReadErrorClass::Malformed, "{body}");
    }
    let records = salesforce().records(&long, &answer(200, &[], &wrap(&listed(0..2, 2, None), 200))).unwrap();
    assert_eq!(records.len(), 2);
    let records = salesforce().records(&accounts(), &answer(200, &[], &listed(0..3, 3, None))).unwrap();
    assert_eq!(records.len(), 3);
}

#[test]
fn associations_have_the_contracts_shape() {
    let related = |object: &str, name: &str, held: &str| {
        let plan = ReadPlan { associations: vec![name.to_owned()], ..sample::plan(object, &[]) };
        let body = body(&[&format!(r#"{{"Id":"{LAST}",{held}}}"#)], 1, None);
        let page = salesforce().page(&plan, &run(None, None), &answer(200, &[], &body)).unwrap();
        page.records[0]
            .associations
            .iter()
            .map(|(name, list)| format!("{name} {}", std::str::from_utf8(list).unwrap()))
            .collect::<String>()
    };
    let rows = [
        ("Opportunity", "account", r#""AccountId":"001A""#, r#"account [{"id":"001A","objectName":"account"}]"#),
        ("Opportunity", "account", r#""AccountId":null"#, "account []"),
        ("Opportunity", "account", r#""Name":"x""#, ""),
        (
            "Account",
            "Contacts",
            r#""Contacts":{"totalSize":2,"done":true,"records":[{"attributes":{},"Id":"003A"},{"Id":"003B"},{"x":1}]}"#,
            r#"Contacts [{"id":"003A","objectName":"Contacts"},{"id":"003B","objectName":"Contacts"}]"#,
        ),
        ("Account", "Contacts", r#""Contacts":null"#, "Contacts []"),
        ("Account", "Contacts", r#""Contacts":[7]"#, "Contacts []"),
        (
            "Opportunity",
            "contacts",
            r#""OpportunityContactRoles":{"records":[{"ContactId":"003A","Role":"Buyer","IsPrimary":true}]}"#,
            r#"contacts [{"id":"003A","objectName":"contacts","providerAssociationMetadata":{"role":"Buyer","isPrimary":true}}]"#,
        ),
    ];
    for (object, name, held, expected) in rows {
        assert_eq!(related(object, name, held), expected, "{object} {name} {held}");
    }
}

/// Children `from..to` of `total`, and where the rest is.
fn children(ids: Range<usize>, next: Option<&str>) -> String {
    let records: Vec<String> = ids.map(|id| format!(r#"{{"Id":"003{id:012}"}}"#)).collect();
    let next = next.map_or_else(|| r#""done":true"#.to_owned(), |next| format!(r#""done":false,"nextRecordsUrl":"{next}""#));
    format!(r#"{{"totalSize":99999,{next},"records":[{}]}}"#, records.join(","))
}

const OF_CHILDREN: &str = "/services/data/v60.0/query/0r8RO0000016PIAYA2-500";

/// The children's ids, what was asked for, and what was cut.
type Followed = (Vec<String>, Vec<String>, Option<String>);

/// Reads a page whose record has these children, and what follows.
fn followed(first: &str, further: &[String]) -> Result<Followed, ReadError> {
    let plan = ReadPlan { associations: vec!["Contacts".to_owned()], ..accounts() };
    let body = body(&[&format!(r#"{{"Id":"{LAST}","Contacts":{first}}}"#)], 1, None);
    let mut records = salesforce().page(&plan, &run(None, None), &answer(200, &[], &body))?.records;
    let (mut asked, mut cut) = (Vec::new(), None);
    let mut requests: VecDeque<_> = salesforce().completing_requests(&plan, &records).into();
    let mut further = further.iter();
    while let Some(request) = requests.pop_front() {
        asked.push(request.uri().to_string());
        let page = answer(200, &[], further.next().expect("an answer to every request"));
        let completed = salesforce().completed(&plan, &mut records, &request, &page)?;
        requests.extend(completed.next);
        cut = cut.or(completed.cut);
    }
    let list: Vec<serde_json::Value> = serde_json::from_slice(&records[0].associations[0].1).unwrap();
    Ok((list.iter().map(|end| end["id"].as_str().unwrap().to_owned()).collect(), asked, cut))
}

#[test]
fn children_beyond_a_page_are_followed_to_their_end() {
    let ids = |ids: Range<usize>| ids.map(|id| format!("003{id:012}")).collect::<Vec<_>>();
    let path = |place: usize| format!("/services/data/v60.0/query/0r8RO0000016PIAYA2-{place}");
    let whole = followed(&children(0..2, None), &[]).unwrap();
    assert_eq!(whole, (ids(0..2), vec![], None));
    let further = [children(500..1_000, Some(&path(1_000))), children(1_000..1_001, None)];
    let all = followed(&children(0..500, Some(&path(500))), &further).unwrap();
    assert_eq!(all, (ids(0..1_001), vec![path(500), path(1_000)], None));

    let endless: Vec<_> =
        (1..ASSOCIATIONS_MAX / 500).map(|page| children(page * 500..page * 500 + 500, Some(&path((page + 1) * 500)))).collect();
    let (ids, asked, cut) = followed(&children(0..500, Some(OF_CHILDREN)), &endless).unwrap();
    assert_eq!((ids.len(), asked.len()), (ASSOCIATIONS_MAX, endless.len()));
    assert!(cut.is_some_and(|cut| cut.contains("the rest is left out") && cut.contains(LAST)));
}

#[test]
fn children_that_lead_elsewhere_or_in_a_circle_are_refused() {
    let rows: [(String, Option<String>); 5] = [
        (children(0..1, Some("https://evil.example/query/1")), None),
        (children(0..1, None).replace(r#""done":true"#, r#""done":false"#), None),
        (children(0..1, Some(OF_CHILDREN)), Some(children(1..2, Some(OF_CHILDREN)))),
        (children(0..1, Some(OF_CHILDREN)), Some(children(0..0, Some("/services/data/v60.0/query/0r8-1000")))),
        (children(0..1, Some(OF_CHILDREN)), Some("[]".to_owned())),
    ];
    for (first, further) in rows {
        let error = followed(&first, &Vec::from_iter(further.clone())).unwrap_err();
        assert_eq!(error.class, ReadErrorClass::Malformed, "{first} {further:?}");
    }
}

#[test]
fn fields_are_described() {
    let described = r#"{"name":"Account","fields":[
        {"name":"Id","label":"Account ID","type":"id","nillable":false,"defaultedOnCreate":true},
        {"name":"Name","label":"Name","type":"string","createable":true,"updateable":true,"nillable":false,"defaultedOnCreate":false},
        {"name":"OwnerId","label":"Owner","type":"reference","referenceTo":["User","Group"],"createable":true,"nillable":false,"defaultedOnCreate":true},
        {"name":"Rating__c","label":"","type":"picklist","custom":true,"createable":true,"nillable":true,
         "picklistValues":[{"value":"hot","label":"Hot","active":true},{"value":"old","active":false},{"value":"cold","active":true}]},
        {"name":"BillingAddress","label":"Address","type":"address"},{"name":"Body","label":"B","type":"base64"},
        {"name":"Place__c","label":"P","type":"location"},{"name":"Rate","type":"percent"},{"name":"New","type":"something"}]}"#;
    let fields = salesforce().fields(&answer(200, &[], described)).unwrap();
    let names: Vec<_> = fields.iter().map(|field| (field.field_name.as_str(), field.value_type)).collect();
    let expected = [
        ("Id", Some(ValueType::String)),
        ("Name", Some(ValueType::String)),
        ("OwnerId", Some(ValueType::Reference)),
        ("Rating__c", Some(ValueType::SingleSelect)),
        ("Rate", Some(ValueType::Float)),
        ("New", Some(ValueType::Other)),
    ];
    assert_eq!(names, expected);
    let facts: Vec<_> = fields.iter().map(|field| (field.read_only, field.is_required, field.is_custom)).take(4).collect();
    let yes_no = |a, b, c| (Some(a), Some(b), Some(c));
    assert_eq!(
        facts,
        [yes_no(true, false, false), yes_no(false, true, false), yes_no(false, false, false), yes_no(false, false, true)]
    );
    assert_eq!((fields[2].reference_to.len(), fields[3].display_name.as_str()), (2, "Rating__c"));
    let values: Vec<_> = fields[3].values.iter().map(|value| (value.value.as_str(), value.display_value.as_str())).collect();
    assert_eq!(values, [("hot", "Hot"), ("cold", "cold")]);
    for body in ["{}", r#"{"fields":[{}]}"#, "[]"] {
        assert_eq!(salesforce().fields(&answer(200, &[], body)).unwrap_err().class, ReadErrorClass::Malformed);
    }
}
