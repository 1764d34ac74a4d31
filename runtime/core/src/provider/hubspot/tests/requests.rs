//! What HubSpot is asked.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{SINCE, contacts, hubspot, record, run};
use crate::{
    cursor::{ReadType, Run},
    plan::{FieldFilter, FilterOperator, ReadPlan, sample},
    provider::Record,
};

/// `METHOD path-and-query body` of the request for the next page.
fn asked(plan: &ReadPlan, run: &Run) -> String {
    let request = hubspot().request(plan, run);
    format!("{} {} {}", request.method(), request.uri(), String::from_utf8_lossy(request.body()))
}

#[test]
fn a_full_history_is_listed() {
    let rows = [
        (None, "GET /crm/v3/objects/contacts?limit=100&properties=email,firstname "),
        (Some("list:44"), "GET /crm/v3/objects/contacts?limit=100&properties=email,firstname&after=44 "),
        (Some("page:3:ff:44"), "GET /crm/v3/objects/contacts?limit=100&properties=email,firstname&after=44 "),
        (Some("list:a/b c&d"), "GET /crm/v3/objects/contacts?limit=100&properties=email,firstname&after=a%2Fb%20c%26d "),
        (Some("from another release"), "GET /crm/v3/objects/contacts?limit=100&properties=email,firstname "),
    ];
    for (position, expected) in rows {
        assert_eq!(asked(&contacts(), &run(None, position)), expected);
    }
    let bare = sample::plan("2-123", &[]);
    assert_eq!(asked(&bare, &run(None, None)), "GET /crm/v3/objects/2-123?limit=100 ");
}

#[test]
fn changes_are_searched_by_ascending_id() {
    let first = r#"POST /crm/v3/objects/contacts/search {"limit":200,"properties":["email","firstname"],"filterGroups":[{"filters":[{"propertyName":"lastmodifieddate","operator":"GTE","value":"2026-01-02T03:04:05.678Z"}]}],"sorts":[{"propertyName":"hs_object_id","direction":"ASCENDING"}]}"#;
    assert_eq!(asked(&contacts(), &run(SINCE, None)), first);
    let next = first.replace(r#"Z"}]"#, r#"Z"},{"propertyName":"hs_object_id","operator":"GT","value":"9007199254740993"}]"#);
    assert_eq!(asked(&contacts(), &run(SINCE, Some("id:9007199254740993"))), next);
}

#[test]
fn the_time_filter_names_the_property_of_the_object() {
    let rows = [
        ("contact", "lastmodifieddate"),
        ("Contacts", "lastmodifieddate"),
        ("companies", "hs_lastmodifieddate"),
        ("2-7", "hs_lastmodifieddate"),
    ];
    for (object, property) in rows {
        let asked = asked(&sample::plan(object, &[]), &run(SINCE, None));
        assert!(asked.contains(&format!(r#""propertyName":"{property}","operator":"GTE""#)), "{object}: {asked}");
    }
    let ancient = asked(&contacts(), &run(Some("-000500-01-01T00:00:00Z"), None));
    assert!(ancient.contains(r#""value":"1970-01-01T00:00:00.000Z""#), "{ancient}");
}

#[test]
fn mapped_sources_and_requested_names_are_asked_for_once() {
    let mut plan = contacts();
    plan.fields.mapped = sample::mapped(&[("phone", "MobilePhone"), ("mail", "email")]);
    plan.fields.requested = vec!["zip".to_owned(), "firstname".to_owned(), "createdAt".to_owned()];
    assert_eq!(
        asked(&plan, &run(None, None)),
        "GET /crm/v3/objects/contacts?limit=100&properties=email,firstname,mobilephone,zip "
    );
}

#[test]
fn object_names_cannot_leave_their_place_in_the_path() {
    let rows = [
        ("a/b", "/crm/v3/objects/a%2Fb?limit=100"),
        ("a?b#c", "/crm/v3/objects/a%3Fb%23c?limit=100"),
        ("größe 1%", "/crm/v3/objects/gr%C3%B6%C3%9Fe%201%25?limit=100"),
        ("p_Custom-Object.v2~", "/crm/v3/objects/p_Custom-Object.v2~?limit=100"),
    ];
    for (object, expected) in rows {
        assert_eq!(asked(&sample::plan(object, &[]), &run(None, None)), format!("GET {expected} "));
    }
    assert!(asked(&sample::plan(&"ü".repeat(100_000), &[]), &run(SINCE, None)).len() < 1_000, "no name is too long to ask for");
}

/// Contacts with so many properties of 13 characters.
fn wide(count: usize) -> ReadPlan {
    let names: Vec<String> = (0..count).map(|place| format!("property_{place:04}")).collect();
    sample::plan("contacts", &names.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn properties_too_many_for_a_page_are_read_in_batches() {
    let most = (1..1_000).take_while(|count| asked(&wide(*count), &run(None, None)).contains("&properties=")).last().unwrap();
    assert!((100..200).contains(&most), "{most}");
    let records: Vec<_> = (1..=150).map(|id| record(&id.to_string())).collect();
    for (count, batches) in [(most, 0), (most + 1, 2), (5_000, 2)] {
        let mut plan = wide(count);
        plan.filters = vec![equal("city", json!("Kiel"))];
        let requests = hubspot().completing_requests(&plan, &records);
        assert_eq!(requests.len(), batches, "{count}");
        let search = asked(&plan, &run(SINCE, Some("id:123456789")));
        let body = search.split_once("search ").unwrap().1;
        assert!(body.len() <= 3_000 && body.contains("\"city\""), "{body}");
        assert!(asked(&wide(count), &run(None, None)).len() <= 8_000);
    }
    let batch = &hubspot().completing_requests(&wide(300), &records)[1];
    assert_eq!(batch.uri(), "/crm/v3/objects/contacts/batch/read");
    let body: Value = serde_json::from_slice(batch.body()).unwrap();
    assert_eq!((body["properties"].as_array().unwrap().len(), body["inputs"].as_array().unwrap().len()), (300, 50));
    let archived = vec![Record { deleted: true, ..record("1") }];
    assert!(hubspot().completing_requests(&wide(300), &archived).is_empty(), "what is archived is not found any more");
    assert!(hubspot().completing_requests(&wide(300), &[]).is_empty());
}

fn equal(field: &str, value: Value) -> FieldFilter {
    FieldFilter { field_name: field.to_owned(), operator: FilterOperator::Eq, value }
}

#[test]
fn times_and_conditions_are_searched_in_one_group() {
    let filters = |run: &Run, plan: &ReadPlan| {
        let asked = asked(plan, run);
        let body: Value = serde_json::from_str(asked.split_once("/search ").unwrap().1).unwrap();
        let [group] = body["filterGroups"].as_array().unwrap().as_slice() else { panic!("{body}") };
        let filters = group["filters"].as_array().unwrap().iter();
        let text = |filter: &Value, name: &str| filter[name].as_str().unwrap_or_default().to_owned();
        filters
            .map(|filter| {
                ["propertyName", "operator", "value", "highValue"].map(|name| text(filter, name)).join(" ").trim_end().to_owned()
            })
            .collect::<Vec<_>>()
    };
    let until = |since| Run { until: Some("2026-02-03T04:05:06.7899Z".parse().unwrap()), ..run(since, None) };
    assert_eq!(filters(&until(None), &contacts()), ["lastmodifieddate LTE 2026-02-03T04:05:06.789Z"]);
    let both = "lastmodifieddate BETWEEN 2026-01-02T03:04:05.678Z 2026-02-03T04:05:06.789Z";
    assert_eq!(filters(&until(SINCE), &contacts()), [both]);
    let mut plan = contacts();
    plan.filters =
        vec![equal("City", json!("O'Neill")), equal("vip", json!(true)), equal("id", json!(7)), equal("UpdatedAt", json!("x"))];
    let expected = ["city EQ O'Neill", "vip EQ true", "hs_object_id EQ 7", "lastmodifieddate EQ x"];
    assert_eq!(filters(&run(None, None), &plan), expected, "what has a condition is searched from the start");
    plan.backfill_filters = vec![equal("a", json!("1")), equal("b", json!("2"))];
    let backfill = Run { read_type: ReadType::Backfill, ..until(SINCE) };
    let next = Run { position: Some("id:9".to_owned()), ..backfill.clone() };
    assert_eq!(filters(&next, &plan).len(), 6, "HubSpot takes six in a group");
    assert!(
        asked(&plan, &backfill).contains(r#""properties":["a","b","city","email","firstname","vip"]"#),
        "the others are judged here"
    );
    assert!(hubspot().filters());
}

#[test]
fn archived_records_follow_where_deletes_are_wanted() {
    let deleting = ReadPlan { deletes: true, ..contacts() };
    let archived = "GET /crm/v3/objects/contacts?limit=100&archived=true&properties=email,firstname,hs_merged_object_ids";
    assert_eq!(asked(&deleting, &run(SINCE, Some("archived:"))), format!("{archived} "));
    assert_eq!(asked(&deleting, &run(SINCE, Some("archived:1:ff:a b"))), format!("{archived}&after=a%20b "));
    assert!(asked(&deleting, &run(SINCE, None)).starts_with("POST"));
}

#[test]
fn associations_come_with_a_list_and_else_in_batches() {
    let plan = ReadPlan { associations: ["companies", "p123_cars"].map(str::to_owned).to_vec(), ..contacts() };
    let list = asked(&plan, &run(None, None));
    assert!(list.ends_with("&properties=email,firstname&associations=companies,p123_cars "), "{list}");
    assert!(!asked(&ReadPlan { deletes: true, ..plan.clone() }, &run(SINCE, Some("archived:"))).contains("associations"));
    let complete = Record { associations: vec![("companies".to_owned(), Bytes::new())], ..record("8") };
    let requests = hubspot().completing_requests(&plan, &[record("7"), complete, Record { deleted: true, ..record("9") }]);
    let told: Vec<_> =
        requests.iter().map(|request| format!("{} {}", request.uri(), String::from_utf8_lossy(request.body()))).collect();
    let expected = [
        r#"/crm/v4/associations/contacts/companies/batch/read {"inputs":[{"id":"7"}]}"#,
        r#"/crm/v4/associations/contacts/p123_cars/batch/read {"inputs":[{"id":"7"},{"id":"8"}]}"#,
    ];
    assert_eq!(told, expected);
}

#[test]
fn records_are_asked_for_by_id() {
    let ids: Vec<_> = (0..150).map(|id| id.to_string()).collect();
    let request = hubspot().records_request(&sample::plan("p123_cars", &["Name", "id"]), &ids).unwrap();
    assert_eq!(request.uri(), "/crm/v3/objects/p123_cars/batch/read");
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!((&body["properties"], body["inputs"].as_array().unwrap().len()), (&json!(["name"]), 100));
    assert!(hubspot().records_request(&contacts(), &[]).is_none());
}

#[test]
fn owners_are_listed_whatever_is_wanted_of_them() {
    let owners = ReadPlan { deletes: true, associations: vec!["contacts".to_owned()], ..sample::plan("owners", &["email"]) };
    assert_eq!(asked(&owners, &run(SINCE, None)), "GET /crm/v3/owners?limit=500 ");
    assert_eq!(asked(&owners, &run(SINCE, Some("archived:"))), "GET /crm/v3/owners?limit=500&archived=true ");
    assert!(hubspot().fields_request("owners").is_none() && hubspot().records_request(&owners, &["1".to_owned()]).is_none());
    assert!(hubspot().count_request(&owners, &run(None, None)).is_none());
}

#[test]
fn the_total_of_a_list_is_asked_for_once() {
    let count = hubspot().count_request(&contacts(), &run(None, None)).unwrap();
    assert_eq!(count.uri(), "/crm/v3/objects/contacts/search");
    assert!(count.body().starts_with(br#"{"limit":1,"#));
    for (since, position) in [(SINCE, None), (None, Some("list:4")), (None, Some("id:4"))] {
        assert!(hubspot().count_request(&contacts(), &run(since, position)).is_none(), "{since:?} {position:?}");
    }
}

#[test]
fn the_fields_of_an_object_are_its_properties() {
    assert!(hubspot().must_name_fields());
    assert_eq!(hubspot().fields_request("contacts").unwrap().uri(), "/crm/v3/properties/contacts");
}
