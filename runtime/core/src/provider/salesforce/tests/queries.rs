//! What Salesforce is asked.

use serde_json::{Value, json};

use super::{LAST, LOCATOR, SINCE, accounts, answer, more, run, salesforce};
use crate::{
    cursor::{ReadType, Run},
    plan::{FieldFilter, FilterOperator, ReadPlan, sample},
    provider::{ReadErrorClass, percent},
};

/// `METHOD path-and-query body` of the request for the next page.
fn asked(plan: &ReadPlan, run: &Run) -> String {
    let request = salesforce().request(plan, run);
    format!("{} {} {}", request.method(), request.uri(), String::from_utf8_lossy(request.body())).trim_end().to_owned()
}

/// The query within a request, decoded.
fn query(asked: &str) -> String {
    let text = asked.split_once("?q=").unwrap_or_default().1.replace('+', " ");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let hex = (*first == b'%').then(|| u8::from_str_radix(std::str::from_utf8(&more[..2]).unwrap(), 16).unwrap());
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &more[2..] } else { more };
    }
    String::from_utf8(bytes).unwrap()
}

const SELECT: &str = "SELECT Id,Name,Owner.Name,SystemModstamp FROM Account";

fn filter(field: &str, value: Value) -> FieldFilter {
    FieldFilter { field_name: field.to_owned(), operator: FilterOperator::Eq, value }
}

#[test]
fn a_run_asks_for_whole_seconds_in_the_order_of_ids() {
    let until = |time: &str| Run { until: Some(time.parse().unwrap()), ..run(SINCE, None) };
    let ancient = run(Some("-009999-01-02T01:59:59Z"), None);
    let rows = [
        (run(None, None), String::new()),
        (run(SINCE, None), " WHERE SystemModstamp>=2026-01-02T03:04:05Z".to_owned()),
        (
            until("2026-02-03T04:05:06Z"),
            " WHERE SystemModstamp>=2026-01-02T03:04:05Z AND SystemModstamp<2026-02-03T04:05:07Z".to_owned(),
        ),
        (
            until("2026-02-03T23:59:59.9Z"),
            " WHERE SystemModstamp>=2026-01-02T03:04:05Z AND SystemModstamp<2026-02-04T00:00:00Z".to_owned(),
        ),
        (ancient, " WHERE SystemModstamp>=1700-01-01T00:00:00Z".to_owned()),
        (run(None, Some(&format!("id:{LAST}"))), format!(" WHERE Id>'{LAST}'")),
        (run(None, Some("id:1' OR Id!='")), String::new()),
        (run(None, Some("from another release")), String::new()),
    ];
    for (run, conditions) in rows {
        assert_eq!(query(&asked(&accounts(), &run)), format!("{SELECT}{conditions} ORDER BY Id"));
    }
    let first = asked(&accounts(), &run(SINCE, None));
    let expected = "GET /services/data/v60.0/query?q=SELECT+Id,Name,Owner.Name,SystemModstamp+FROM+Account\
        +WHERE+SystemModstamp%3E%3D2026-01-02T03%3A04%3A05Z+ORDER+BY+Id";
    assert_eq!(first, expected);
    assert_eq!(asked(&accounts(), &run(SINCE, Some(&more()))), format!("GET {LOCATOR}"));
}

#[test]
fn a_position_leads_nowhere_but_to_the_rest_of_the_query() {
    for path in [
        "https://evil.example/",
        "//evil.example/query/1",
        "/services/data/v60.0/query/../../x",
        "/services/data/v60.0/query/",
        "/x",
    ] {
        let asked = asked(&accounts(), &run(None, Some(&format!("more:2:{LAST}:{path}"))));
        assert_eq!(query(&asked), format!("{SELECT} ORDER BY Id"), "{path}");
    }
}

#[test]
fn deleted_records_are_asked_for_where_there_can_be_any() {
    let deleting = |object: &str| ReadPlan { deletes: true, ..sample::plan(object, &[]) };
    let with = |read_type| Run { read_type, ..run(SINCE, None) };
    let rows = [
        (deleting("Account"), with(ReadType::Scheduled), "queryAll", true),
        (deleting("Account"), with(ReadType::Triggered), "queryAll", true),
        (deleting("Account"), with(ReadType::Backfill), "query", true),
        (deleting("user"), with(ReadType::Scheduled), "query", false),
        (deleting("AccountShare"), with(ReadType::Scheduled), "query", false),
        (sample::plan("Account", &[]), with(ReadType::Scheduled), "query", false),
    ];
    for (plan, run, resource, is_selected) in rows {
        let asked = asked(&plan, &run);
        assert!(asked.starts_with(&format!("GET /services/data/v60.0/{resource}?q=")), "{asked}");
        assert_eq!(query(&asked).contains("SELECT Id,IsDeleted,"), is_selected, "{asked}");
    }
}

#[test]
fn objects_have_the_time_field_that_they_have() {
    let rows = [
        ("Account", "SystemModstamp"),
        ("AccountHistory", "CreatedDate"),
        ("X__Share", "LastModifiedDate"),
        ("LoginHistory", "LoginTime"),
    ];
    for (object, field) in rows {
        let query = query(&asked(&sample::plan(object, &[]), &run(SINCE, None)));
        assert!(query.starts_with("SELECT ") && query.contains(&format!(" WHERE {field}>=2026")), "{query}");
    }
}

#[test]
fn filters_and_paths_become_soql() {
    let mut plan = sample::plan(
        "Contact",
        &["id", "NAME", "name", "$['Account']['Owner']['Name']", "$['MailingAddress']['city']", "$['Place__c'][0]"],
    );
    plan.fields.requested = vec!["Email".to_owned(), "Name".to_owned()];
    plan.filters = vec![filter("LastName", json!("O'Neill\\\n")), filter("IsActive__c", json!(true))];
    plan.backfill_filters = vec![filter("Account.Rank__c", json!(12.5))];
    let select = "SELECT Account.Owner.Name,Email,Id,MailingAddress,NAME,Place__c,SystemModstamp FROM Contact";
    let scheduled = query(&asked(&plan, &run(None, None)));
    assert_eq!(scheduled, format!("{select} WHERE LastName='O\\'Neill\\\\\\n' AND IsActive__c=true ORDER BY Id"));
    let backfill = query(&asked(&plan, &Run { read_type: ReadType::Backfill, ..run(None, None) }));
    assert!(backfill.ends_with("IsActive__c=true AND Account.Rank__c=12.5 ORDER BY Id"), "{backfill}");
}

#[test]
fn nothing_of_a_plan_can_become_more_than_it_is() {
    let named = |object: &str, field: &str| sample::plan(object, &[field]);
    let filtered = |field: &str, value| ReadPlan { filters: vec![filter(field, value)], ..accounts() };
    let related = |name: &str| ReadPlan { associations: vec![name.to_owned()], ..accounts() };
    let module = |module: &str| ReadPlan { module: Some(module.to_owned()), ..accounts() };
    let many: Vec<_> = (0..3_000).map(|place| format!("A_field_with_a_rather_long_name_{place}__c")).collect();
    let long = sample::plan("Account", &many.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = [
        (named("Account", "Name FROM User--"), "`Name FROM User--` cannot be a Salesforce field"),
        (named("Account", "FIELDS(ALL)"), "cannot be a Salesforce field"),
        (named("Account", ""), "cannot be a Salesforce field"),
        (named("Account", "a.b.c.d.e.f.g"), "cannot be a Salesforce field"),
        (named("Account", "Größe__c"), "cannot be a Salesforce field"),
        (named("Account", "1st"), "cannot be a Salesforce field"),
        (named("Account WHERE Id != ''", "Name"), "cannot be the name of a Salesforce object"),
        (named("../limits", "Name"), "cannot be the name of a Salesforce object"),
        (named(&"A".repeat(81), "Name"), "cannot be the name of a Salesforce object"),
        (filtered("Id!='' OR Name", json!("x")), "the filter's"),
        (filtered("Name", json!(["x"])), "the filter's value of `Name`"),
        (related("Contacts)"), "cannot be an association of Account"),
        (module("account-engagement"), "only the module `crm`"),
        (long, "choose fewer fields"),
    ];
    for (plan, part) in rows {
        assert_eq!(asked(&plan, &run(None, None)), "GET /services/data/v60.0", "{part}");
        let error = salesforce().page(&plan, &run(None, None), &answer(200, &[], "{}")).unwrap_err();
        assert!(error.class == ReadErrorClass::BadRequest && error.message.contains(part), "{part}: {error}");
    }
    assert_eq!(query(&asked(&module("crm"), &run(None, None))), format!("{SELECT} ORDER BY Id"));
    let quoted = filtered("Name", json!("x' OR Name != '"));
    assert!(query(&asked(&quoted, &run(None, None))).contains("WHERE Name='x\\' OR Name != \\'' ORDER"));
}

#[test]
fn queries_too_long_for_an_address_go_into_a_body() {
    let names: Vec<_> = (0..800).map(|place| format!("Some_field_{place}__c")).collect();
    let long = sample::plan("Account", &names.iter().map(String::as_str).collect::<Vec<_>>());
    let asked = asked(&long, &run(None, None));
    let body = asked.strip_prefix("POST /services/data/v60.0/composite ").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let [part] = body["compositeRequest"].as_array().unwrap().as_slice() else { panic!("{body}") };
    assert_eq!((&part["method"], &part["referenceId"], &body["allOrNone"]), (&json!("GET"), &json!("page"), &json!(true)));
    let url = part["url"].as_str().unwrap();
    assert!(url.starts_with("/services/data/v60.0/query?q=") && query(url).ends_with("FROM Account ORDER BY Id"));
}

#[test]
fn associations_are_lookups_roles_or_children() {
    let rows = [
        ("Account", "Contacts", "(SELECT Id FROM Contacts),"),
        ("Account", "Cars__r", "(SELECT Id FROM Cars__r),"),
        ("opportunity", "account", "AccountId,"),
        ("Contact", "accounts", "AccountId,"),
        ("Case", "owner", "OwnerId,"),
        ("Opportunity", "contacts", "(SELECT ContactId,IsPrimary,Role FROM OpportunityContactRoles),"),
        ("Contact", "Opportunities", "(SELECT OpportunityId,IsPrimary,Role FROM OpportunityContactRoles),"),
    ];
    for (object, association, selected) in rows {
        let plan = ReadPlan { associations: vec![association.to_owned()], ..sample::plan(object, &[]) };
        let query = query(&asked(&plan, &run(None, None)));
        assert!(query.contains(selected), "{object} {association}: {query}");
    }
}

#[test]
fn records_are_asked_for_by_id_and_fields_by_object() {
    let ids = [LAST, "001000000000002", "x' OR Id != '", ""].map(str::to_owned);
    let request = salesforce().records_request(&accounts(), &ids).unwrap();
    let expected = format!("{SELECT} WHERE Id IN ('{LAST}','001000000000002')");
    assert_eq!(query(&request.uri().to_string()), expected);
    assert!(salesforce().records_request(&accounts(), &["x".to_owned()]).is_none());
    let hundred: Vec<_> = (0..100).map(|place| format!("{place:018}")).collect();
    let request = salesforce().records_request(&accounts(), &hundred).unwrap();
    assert!(request.uri().path_and_query().is_some_and(|url| url.as_str().len() < 6_000));
    let mut escaped = String::new();
    percent::escape("a/../b", &mut escaped);
    assert_eq!(
        salesforce().fields_request("a/../b").unwrap().uri().path(),
        format!("/services/data/v60.0/sobjects/{escaped}/describe")
    );
    assert!(salesforce().count_request(&accounts(), &run(None, None)).is_none(), "the first page tells the total");
}

#[test]
fn a_sample_asks_for_one_record() {
    let request = salesforce().sample_request(&accounts(), &run(None, None));
    let asked = format!("{} {}", request.method(), request.uri());
    assert_eq!(query(&asked), format!("{SELECT} ORDER BY Id LIMIT 1"));
}
