//! Salesforce: what the suite with a runtime does not touch.

use ampline_core::{
    cursor::Run,
    plan::{ObjectConfig, ReadPlan},
    provider::ReadErrorClass,
};
use ampline_tests::salesforce::{Emulator, Options, Quirks, Written};
use jiff::Timestamp;
use serde_json::json;

use crate::reading::{Reading, associated, equal, field, plan, run};

/// 2026-01-01T00:00:00Z.
const NEW_YEAR_MS: i64 = 1_767_225_600_000;

fn start(options: Options) -> (Emulator, Reading) {
    let token = options.access_token.clone();
    let emulator = Emulator::start(Options { clock_ms: Some(NEW_YEAR_MS), page_records_max: 200, ..options }).unwrap();
    let reading = Reading::of("salesforce", &emulator.base_url(), &token);
    (emulator, reading)
}

fn written(value: &serde_json::Value) -> Written {
    value.as_object().cloned().unwrap_or_default()
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

#[tokio::test]
async fn the_seconds_at_both_ends_are_part_of_a_run() {
    let (emulator, reading) = start(Options::default().with("Contact", 450));
    let mut moments = Vec::new();
    for second in 1..=3 {
        emulator.state().clock_ms = Some(NEW_YEAR_MS + second * 1_000 + 900);
        moments.push(emulator.state().change("Contact", 3, &Written::new()).unwrap());
    }
    let plan = plan("salesforce", "Contact", &["LastName"], ObjectConfig::default());
    let until = Run { until: Some(at(NEW_YEAR_MS + 2_950)), ..run(Some(at(NEW_YEAR_MS + 2_900))) };
    let records = reading.read(&plan, until, |_| {}).await.unwrap();
    let mut ids: Vec<_> = records.into_iter().map(|record| record.id).collect();
    ids.sort_unstable();
    let mut expected: Vec<_> = moments[1].iter().filter(|id| !moments[2].contains(id)).cloned().collect();
    expected.sort_unstable();
    assert_eq!(ids, expected, "both times lie within the second that Salesforce tells of");
}

#[tokio::test]
async fn conditions_hold_and_quotation_marks_are_only_text() {
    let (emulator, reading) = start(Options::default().with("Contact", 300));
    let evil = "x' OR LastName != '\\";
    emulator.state().change("Contact", 4, &written(&json!({"LastName": evil, "MailingCity": "Kiel"}))).unwrap();
    let config =
        ObjectConfig { field_filters: vec![equal("LastName", evil), equal("Account.Name", "nobody")], ..ObjectConfig::default() };
    let mut plan = plan("salesforce", "Contact", &["LastName"], config);
    assert_eq!(reading.read(&plan, run(None), |_| {}).await.unwrap().len(), 0);
    plan.filters.pop();
    let records = reading.read(&plan, run(None), |_| {}).await.unwrap();
    assert_eq!(records.len(), 4);
    assert!(records.iter().all(|record| serde_json::from_str::<String>(field(record, "lastname").unwrap()).unwrap() == evil));
}

#[tokio::test]
async fn associations_and_records_by_id() {
    let (emulator, reading) = start(Options::default().with("Account", 20).with("Contact", 60));
    let config = ObjectConfig { associations: vec!["account".to_owned()], ..ObjectConfig::default() };
    let contacts = plan("salesforce", "Contact", &["LastName", "Account.Name"], config);
    let all = reading.read(&contacts, run(None), |_| {}).await.unwrap();
    assert_eq!(all.len(), 60);
    for contact in &all {
        let account: Option<String> = serde_json::from_str(field(contact, "accountid").unwrap()).unwrap();
        assert_eq!(associated(contact, "account"), Some(account.into_iter().collect()));
    }
    let mut ids: Vec<_> = all.iter().take(30).map(|record| record.id.clone()).collect();
    let gone = emulator.state().delete("Contact", 60).unwrap();
    assert_eq!(gone.len(), 60);
    assert!(reading.by_id(&contacts, &ids).await.is_empty(), "what is deleted is left out");
    ids = emulator.state().add("Contact", 5, &Written::new()).unwrap();
    let found = reading.by_id(&contacts, &ids).await;
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|record| field(record, "account.name").is_some()));
}

#[tokio::test]
async fn forgotten_locators_cost_one_page() {
    let (emulator, reading) = start(Options::default().with("Contact", 1_900));
    let plan = plan("salesforce", "Contact", &["LastName"], ObjectConfig::default());
    let records = reading.read(&plan, run(None), |_| emulator.state().expire_locators()).await.unwrap();
    let mut ids: Vec<_> = records.iter().map(|record| record.id.clone()).collect();
    ids.dedup();
    assert_eq!((records.len(), ids.len()), (1_900, 1_900));
    assert_eq!(emulator.count("query", 200), 10, "a query for each page, as each locator ended");
}

#[tokio::test]
async fn paging_without_end_is_found_out() {
    let endless = Quirks { endless_pages: true, ..Quirks::default() };
    let repeated = Quirks { repeated_locators: true, ..Quirks::default() };
    let plan: ReadPlan = plan("salesforce", "Contact", &["LastName"], ObjectConfig::default());
    for quirks in [endless, repeated] {
        let (_emulator, reading) = start(Options { quirks: quirks.clone(), ..Options::default() }.with("Contact", 700));
        let error = reading.read(&plan, run(None), |_| {}).await.unwrap_err();
        assert_eq!(error.class, ReadErrorClass::Malformed, "{quirks:?}: {error}");
    }
}

#[tokio::test]
async fn every_standard_object_can_be_read_whole() {
    let objects = ["Account", "Contact", "Lead", "Opportunity", "User", "Invoice__c"];
    let options = objects.iter().fold(Options::default(), |options, object| options.with(object, 3));
    let (_emulator, reading) = start(options);
    for object in objects {
        let mut plan = plan("salesforce", object, &["Id"], ObjectConfig { deletes: Some(true), ..ObjectConfig::default() });
        plan.fields.requested = reading.fields(object).await;
        let records = reading.read(&plan, run(Some(at(0))), |_| {}).await.unwrap();
        assert_eq!(records.len(), 3, "{object}");
        let is_there = |name: &String| field(&records[0], &name.to_lowercase()).is_some();
        assert!(plan.fields.requested.iter().all(is_there), "{object}");
        assert!(records.iter().all(|record| record.modified_at.is_some()), "{object}");
    }
}
