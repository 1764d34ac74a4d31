//! What HubSpot's answers mean.

use super::{SINCE, answer, contacts, hubspot, page, run};
use crate::{
    cursor::{ReadType, Run},
    plan::{FieldFilter, FilterOperator, ReadPlan, sample},
    provider::{FieldMetadata, ProviderPage, ReadErrorClass, ValueType},
};

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
    assert_eq!((page.next.as_deref(), page.total), (Some("page:1:2c624232cdd22177:8"), None));
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
    let rows: [Row<'_>; 11] = [
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
        (None, None, &["5", "5"], "", "comes twice"),
    ];
    for (since, position, records, rest, part) in rows {
        let error = page(&run(since, position), &body(records, rest)).unwrap_err();
        assert_eq!(error.class, ReadErrorClass::Malformed);
        assert!(error.message.contains(part), "{error}");
    }
    let number = page(&run(None, None), &body(&["5"], r#","paging":{"next":{"after":4}}"#)).unwrap();
    assert!(number.next.is_some_and(|next| next.starts_with("page:1:") && next.ends_with(":4")));
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
fn counts_are_read() {
    assert_eq!(hubspot().count(&answer(200, &[], r#"{"total":12345,"results":[]}"#)), Ok(Some(12_345)));
    assert_eq!(hubspot().count(&answer(200, &[], "{}")).unwrap_err().class, ReadErrorClass::Malformed);
}

#[test]
fn properties_are_described() {
    let described = r#"{"results":[{"name":"email","label":"E-mail","type":"string","fieldType":"text","hubspotDefined":true,
        "modificationMetadata":{"readOnlyValue":false},"options":[]},
        {"name":"zip"},{"name":"stage","label":"","type":"enumeration","fieldType":"select","hubspotDefined":false,"options":[
         {"label":"Lead","value":"lead","hidden":false},{"label":"Old","value":"old","hidden":true},{"label":"","value":"won"}]},
        {"name":"tags","type":"enumeration","fieldType":"checkbox"},{"name":"vip","type":"enumeration","fieldType":"booleancheckbox"},
        {"name":"ok","type":"bool"},{"name":"born","type":"date"},{"name":"at","type":"datetime"},{"name":"sum","type":"number","calculated":true,
         "modificationMetadata":{"readOnlyValue":false}},{"name":"owner","type":"enumeration","referencedObjectType":"OWNER"},{"name":"x","type":"json"}]}"#;
    let fields = hubspot().fields(&answer(200, &[], described)).unwrap();
    assert_eq!(fields[1], FieldMetadata::named("zip"));
    let types: Vec<_> = fields.iter().filter_map(|field| field.value_type).collect();
    use ValueType::{Boolean, Date, DateTime, Float, MultiSelect, Other, Reference, SingleSelect, String};
    assert_eq!(types, [String, SingleSelect, MultiSelect, Boolean, Boolean, Date, DateTime, Float, Reference, Other]);
    assert_eq!((fields[0].display_name.as_str(), fields[0].read_only, fields[0].is_custom), ("E-mail", Some(false), Some(false)));
    assert_eq!((fields[2].display_name.as_str(), fields[2].is_custom, fields[8].read_only), ("stage", Some(true), Some(true)));
    let values: Vec<_> = fields[2].values.iter().map(|value| (value.value.as_str(), value.display_value.as_str())).collect();
    assert_eq!(values, [("lead", "Lead"), ("won", "won")]);
    assert_eq!(fields[9].reference_to, ["OWNER"]);
}

#[test]
fn archived_records_are_the_last_phase() {
    let deleting = |plan| ReadPlan { deletes: true, ..plan };
    let read = |run: &Run, body: &str| hubspot().page(&deleting(contacts()), run, &answer(200, &[], body)).unwrap();
    let last = body(&["9"], r#","total":1"#);
    assert_eq!(read(&run(SINCE, None), &last).next.as_deref(), Some("archived:"));
    assert_eq!(read(&run(None, None), &last).next, None, "there is no telling what is new");
    assert_eq!(read(&Run { read_type: ReadType::Backfill, ..run(SINCE, None) }, &last).next, None);
    assert_eq!(page(&run(SINCE, None), &last).unwrap().next, None, "only where deletes are wanted");
    let archived = |id: &str, at: &str| {
        format!(r#"{{"id":"{id}","properties":{{}},"updatedAt":"2020-01-01T00:00:00Z","archived":true,"archivedAt":"{at}"}}"#)
    };
    let live = r#"{"id":"4","properties":{},"updatedAt":"2026-06-01T00:00:00Z","archived":false}"#;
    let records = [
        archived("1", "2026-01-02T03:04:05.679Z"),
        archived("2", "2026-01-02T03:04:05.678Z"),
        archived("3", "2019-01-01T00:00:00Z"),
    ];
    let more = format!(r#"{{"results":[{},{live}],"paging":{{"next":{{"after":"5"}}}}}}"#, records.join(","));
    let first = read(&run(SINCE, Some("archived:")), &more);
    let found: Vec<_> = first
        .records
        .iter()
        .map(|record| (record.id.as_str(), record.deleted, record.modified_at.unwrap().to_string()))
        .collect();
    assert_eq!(found, [("1", true, "2026-01-02T03:04:05.679Z".to_owned())], "only what was archived since");
    assert!(first.next.as_deref().is_some_and(|next| next.starts_with("archived:1:") && next.ends_with(":5")));
    let next = run(SINCE, first.next.as_deref());
    assert_eq!(read(&next, r#"{"results":[]}"#).next, None);
    let error = hubspot().page(&deleting(contacts()), &next, &answer(200, &[], &more)).unwrap_err();
    assert!(error.message.contains("does not advance"), "{error}");
}

#[test]
fn conditions_beyond_the_searchs_own_are_judged_here() {
    let equal = |field: &str, value: &str| FieldFilter {
        field_name: field.to_owned(),
        operator: FilterOperator::Eq,
        value: value.into(),
    };
    let mut plan = contacts();
    plan.filters = ["a", "b", "c", "d"].map(|field| equal(field, "1")).to_vec();
    plan.filters.push(equal("City", "Kiel"));
    let record = |id: u32, city: &str| {
        format!(r#"{{"id":"{id}","properties":{{"city":{city}}},"archived":true,"archivedAt":"2026-06-01T00:00:00Z"}}"#)
    };
    let records = [record(1, "\"Kiel\""), record(2, "\"Bonn\""), record(3, "null")].join(",");
    let body = format!(r#"{{"results":[{records}],"total":3,"paging":{{"next":{{"after":"3"}}}}}}"#);
    let page = |position| hubspot().page(&plan, &run(SINCE, position), &answer(200, &[], &body)).unwrap();
    let ids = |page: &ProviderPage| page.records.iter().map(|record| record.id.clone()).collect::<Vec<_>>();
    assert_eq!((ids(&page(None)), page(None).next.as_deref()), (vec!["1".to_owned()], Some("id:3")));
    assert!(ids(&page(Some("archived:"))).is_empty(), "the archive cannot be asked for conditions: all are judged here");
}

#[test]
fn owners_are_sorted_out_here() {
    let owner = |id: u32, at: &str| format!(r#"{{"id":"{id}","email":"a@x.io","updatedAt":"{at}","archived":false,"teams":[]}}"#);
    let body = format!(r#"{{"results":[{},{}]}}"#, owner(1, "2026-01-01T00:00:00Z"), owner(2, "2026-01-03T00:00:00Z"));
    let page = hubspot().page(&sample::plan("owners", &["email"]), &run(SINCE, None), &answer(200, &[], &body)).unwrap();
    assert_eq!(page.records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["2"]);
    assert_eq!(page.records[0].fields.len(), 5);
    let error = hubspot().page(&sample::plan("lists", &[]), &run(None, None), &answer(200, &[], "{}")).unwrap_err();
    assert!(error.class == ReadErrorClass::BadRequest && error.message.contains("lists are not objects"), "{error}");
}

#[test]
fn records_that_went_into_others_are_told_of_as_deleted() {
    let body = r#"{"results":[
        {"id":"7","properties":{"hs_merged_object_ids":"5;6; 8"},"updatedAt":"2026-02-01T00:00:00Z"},
        {"id":"8","properties":{"hs_merged_object_ids":null},"updatedAt":"2026-02-01T00:00:00Z"},
        {"id":"9","properties":{"hs_merged_object_ids":"6;x\",y;;-1"},"updatedAt":"2026-02-02T00:00:00Z"}]}"#;
    let told = |deletes: bool, run: Run| {
        let plan = ReadPlan { deletes, ..contacts() };
        let page = hubspot().page(&plan, &run, &answer(200, &[], body)).unwrap();
        let gone = page.records.iter().filter(|record| record.deleted);
        gone.map(|record| format!("{} {}", String::from_utf8_lossy(&record.raw), record.modified_at.unwrap())).collect::<Vec<_>>()
    };
    let expected = [r#"{"id":"5","archived":true} 2026-02-01T00:00:00Z"#, r#"{"id":"6","archived":true} 2026-02-01T00:00:00Z"#];
    assert_eq!(told(true, run(SINCE, None)), expected, "each once, and none that is there");
    assert!(told(false, run(SINCE, None)).is_empty());
    assert!(told(true, run(None, None)).is_empty(), "what was never there cannot be gone");
    assert!(told(true, Run { read_type: ReadType::Backfill, ..run(SINCE, None) }).is_empty());
    let page = hubspot().page(&ReadPlan { deletes: true, ..contacts() }, &run(SINCE, None), &answer(200, &[], body)).unwrap();
    let fields: Vec<_> =
        page.records[3].fields.iter().map(|(name, value)| format!("{name} {}", String::from_utf8_lossy(value))).collect();
    assert_eq!(fields, [r#"id "5""#, "archived true"]);
}
