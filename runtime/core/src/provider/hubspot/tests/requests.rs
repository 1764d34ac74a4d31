//! What HubSpot is asked.

use super::{SINCE, contacts, hubspot, run};
use crate::{
    cursor::Run,
    plan::{ReadPlan, sample},
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

#[test]
fn lists_of_properties_too_long_for_a_url_are_searched() {
    let names: Vec<String> = (0..1_000).map(|place| format!("property_{place}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let long = sample::plan("contacts", &names);
    let first = asked(&long, &run(None, None));
    assert!(first.starts_with("POST /crm/v3/objects/contacts/search") && first.contains(r#""filterGroups":[{"filters":[]}]"#));
    let next = asked(&long, &run(None, Some("id:12")));
    assert!(next.contains(r#"{"filters":[{"propertyName":"hs_object_id","operator":"GT","value":"12"}]}"#));
    let after_a_list = asked(&long, &run(None, Some("list:12")));
    assert!(after_a_list == first, "a position of a list means nothing to a search: it begins anew");
    let shrunk = asked(&contacts(), &run(None, Some("id:12")));
    assert!(shrunk.starts_with("POST"), "a search goes on as a search: {shrunk}");
}

#[test]
fn a_list_stays_a_list_however_long_its_cursor_is() {
    let names: Vec<String> = (0..2_000).map(|place| format!("p{place:04}")).collect();
    let fits = |count: usize| {
        let names: Vec<&str> = names[..count].iter().map(String::as_str).collect();
        sample::plan("contacts", &names)
    };
    let most = (1..2_000).take_while(|count| asked(&fits(*count), &run(None, None)).starts_with("GET")).last().unwrap();
    let cursor = format!("list:{}", "c".repeat(100));
    assert!(asked(&fits(most), &run(None, Some(&cursor))).starts_with("GET"));
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
