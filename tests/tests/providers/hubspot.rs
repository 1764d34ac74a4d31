//! HubSpot: what the runtime's other suites do not touch.

use ampline_core::plan::{ObjectConfig, ReadPlan};
use ampline_tests::hubspot::{Emulator, Limits, Options, Properties};
use jiff::Timestamp;

use crate::reading::{Reading, associated, equal, field, plan, run};

/// 2026-01-01T00:00:00Z.
const NEW_YEAR_MS: i64 = 1_767_225_600_000;

fn start(options: Options) -> (Emulator, Reading) {
    let emulator = Emulator::start(options).unwrap();
    let reading = Reading::of("hubspot", &emulator.base_url(), "secret");
    (emulator, reading)
}

fn with(associations: &[&str]) -> ObjectConfig {
    ObjectConfig { associations: associations.iter().map(|&name| name.to_owned()).collect(), ..ObjectConfig::default() }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

#[tokio::test]
async fn associations_come_with_lists_searches_and_records_by_id() {
    let (emulator, reading) =
        start(Options { clock_ms: Some(NEW_YEAR_MS), ..Options::default() }.with("contacts", 250).with("cars", 1_300));
    for to in [3, 5] {
        emulator.state().associate(("contacts", 7), ("companies", to), Some("boss"), false).unwrap();
    }
    for to in 1..=1_300 {
        emulator.state().associate(("contacts", 9), ("cars", to), None, false).unwrap();
    }
    let plan = plan("hubspot", "contacts", &["email"], with(&["companies", "cars"]));
    let listed = reading.read(&plan, run(None), |_| {}).await.unwrap();
    assert_eq!((listed.len(), emulator.count("search", 200)), (250, 0));
    let searched = reading.read(&plan, run(Some(at(0))), |_| {}).await.unwrap();
    assert_eq!((searched.len(), emulator.count("search", 200)), (250, 2));
    let by_id = reading.by_id(&plan, &(1..=20).map(|id| id.to_string()).collect::<Vec<_>>()).await;
    assert_eq!(by_id.len(), 20);
    for records in [&listed, &searched, &by_id] {
        for record in records {
            let companies = if record.id == "7" { vec!["3".to_owned(), "5".to_owned()] } else { Vec::new() };
            assert_eq!(associated(record, "companies"), Some(companies), "{}", record.id);
            // More than a list carries along, and more than a batch does: what is cut off is asked for apart.
            let cars = if record.id == "9" { 1_300 } else { 0 };
            let found = associated(record, "cars").map(|ids| ids.into_iter().collect::<std::collections::BTreeSet<_>>().len());
            assert_eq!(found, Some(cars), "{}", record.id);
        }
    }
}

#[tokio::test]
async fn any_number_of_properties_is_read_whole() {
    let (emulator, reading) = start(Options { extra_properties: 900, ..Options::default() }.with("contacts", 230));
    let mut plan = plan("hubspot", "contacts", &["email"], with(&["companies"]));
    plan.fields.requested = reading.fields("contacts").await;
    assert!(plan.fields.requested.len() > 900);
    for run in [run(None), run(Some(at(0)))] {
        let records = reading.read(&plan, run, |_| {}).await.unwrap();
        assert_eq!(records.len(), 230);
        let is_whole = |name: &str| records.iter().all(|record| field(record, name).is_some_and(|value| value.starts_with('"')));
        assert!(is_whole("extra_001") && is_whole("extra_900") && is_whole("email"));
        assert!(records.iter().all(|record| associated(record, "companies").is_some()));
    }
    let refused = ["list", "search", "batch_read"].map(|endpoint| emulator.count(endpoint, 414) + emulator.count(endpoint, 400));
    assert_eq!(refused, [0; 3]);
}

#[tokio::test]
async fn archived_records_are_told_once_they_are_new() {
    let (emulator, reading) = start(Options { clock_ms: Some(NEW_YEAR_MS), ..Options::default() }.with("contacts", 500));
    emulator.state().archive("contacts", 130).unwrap();
    emulator.state().clock_ms = Some(NEW_YEAR_MS + 60_000);
    let gone = emulator.state().archive("contacts", 120).unwrap();
    let changed = emulator.state().change("contacts", 5, &Properties::new()).unwrap();
    let mut plan = plan("hubspot", "0-1", &["email"], ObjectConfig { deletes: Some(true), ..ObjectConfig::default() });
    let records = reading.read(&plan, run(Some(at(NEW_YEAR_MS + 60_000))), |_| {}).await.unwrap();
    let ids = |is_deleted: bool| {
        let mut ids: Vec<_> =
            records.iter().filter(|record| record.deleted == is_deleted).map(|record| record.id.clone()).collect();
        ids.sort_by_key(|id| id.parse::<u64>().unwrap());
        ids
    };
    assert_eq!((ids(true), ids(false)), (gone, changed));
    assert!(records.iter().filter(|record| record.deleted).all(|record| record.modified_at == Some(at(NEW_YEAR_MS + 60_000))));
    plan.deletes = false;
    let records = reading.read(&plan, run(Some(at(NEW_YEAR_MS + 60_000))), |_| {}).await.unwrap();
    assert_eq!(records.len(), 5);
}

#[tokio::test]
async fn until_and_any_number_of_conditions_hold() {
    let (emulator, reading) = start(Options { clock_ms: Some(NEW_YEAR_MS), ..Options::default() }.with("contacts", 400));
    let values = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect::<Properties>()
    };
    let all = [
        ("city", "Kiel"),
        ("jobtitle", "CFO"),
        ("lastname", "O'Neill"),
        ("phone", "1"),
        ("company", "Acme"),
        ("firstname", "Mei"),
    ];
    emulator.state().change_these("contacts", &[3, 4, 5], &values(&all)).unwrap();
    emulator.state().change_these("contacts", &[4], &values(&[("firstname", "Ada")])).unwrap();
    emulator.state().clock_ms = Some(NEW_YEAR_MS + 1);
    emulator.state().change_these("contacts", &[5], &values(&[("email", "x@y.example")])).unwrap();
    let plan = ReadPlan {
        filters: all.iter().map(|(name, value)| equal(name, *value)).collect(),
        ..plan("hubspot", "contact", &["email"], ObjectConfig::default())
    };
    let ids = |records: Vec<ampline_core::provider::Record>| records.into_iter().map(|record| record.id).collect::<Vec<_>>();
    let until = |ms| ampline_core::cursor::Run { until: Some(at(ms)), ..run(Some(at(NEW_YEAR_MS))) };
    assert_eq!(ids(reading.read(&plan, until(NEW_YEAR_MS), |_| {}).await.unwrap()), ["3"]);
    assert_eq!(ids(reading.read(&plan, until(NEW_YEAR_MS + 1), |_| {}).await.unwrap()), ["3", "5"]);
    assert_eq!(ids(reading.read(&plan, run(None), |_| {}).await.unwrap()), ["3", "5"]);
    assert_eq!(emulator.count("search", 400), 0);
}

#[tokio::test]
async fn custom_objects_are_read_by_each_of_their_names() {
    let (emulator, reading) = start(Options::default().with("cars", 120));
    let type_id = emulator.state().store("cars").unwrap().object.type_id.clone();
    for name in ["cars", "p62515_cars", &type_id] {
        let plan = plan("hubspot", name, &["name"], ObjectConfig::default());
        assert_eq!(reading.read(&plan, run(None), |_| {}).await.unwrap().len(), 120, "{name}");
        assert_eq!(reading.read(&plan, run(Some(at(0))), |_| {}).await.unwrap().len(), 120, "{name}");
        assert!(reading.fields(name).await.contains(&"hs_lastmodifieddate".to_owned()));
    }
}

#[tokio::test]
async fn the_days_limit_asks_for_patience() {
    let limits = Limits { daily: Some(1), ..Limits::default() };
    let (_emulator, reading) = start(Options { limits, ..Options::default() });
    let plan = plan("hubspot", "contacts", &["email"], ObjectConfig::default());
    let error = reading.read(&plan, run(None), |_| {}).await.unwrap_err();
    assert_eq!(error.retry_after, Some(std::time::Duration::from_secs(900)), "{error}");
}
