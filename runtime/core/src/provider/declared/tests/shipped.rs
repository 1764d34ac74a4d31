//! Each shipped provider against the exchanges of its fixture, and the promises that all of them keep.

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use serde_json::Value;

use super::{
    answer, asked,
    fixtures::{Exchange, Fixture, Scenario, all},
    ids, plan, run, shown,
};
use crate::{
    cursor::{ReadCursor, Run},
    provider::{Catalog, catalog::SHIPPED, declared::check},
};

#[test]
fn every_shipped_file_is_sound_and_says_its_own_name() {
    for (file, source) in SHIPPED {
        let checked = check(source.as_bytes());
        assert!(checked.issues.is_empty(), "{file}:\n{}", shown(&checked.issues));
        let name = checked.provider.unwrap().info().name.clone();
        assert_eq!(*file, format!("{name}.yaml"));
        assert!(Catalog::built_in().get(&name).is_some(), "{name}");
    }
    let with_fixture: BTreeSet<&str> = all().into_iter().map(|(name, _)| name).collect();
    assert_eq!(with_fixture.len(), SHIPPED.len(), "each shipped provider has a fixture");
}

#[test]
fn runs_go_as_the_vendor_documents() {
    for (name, fixture) in all() {
        for scenario in &fixture.scenarios {
            check_scenario(name, &fixture, scenario);
        }
    }
}

/// The request is the documented one.
fn check_request(context: &str, exchange: &Exchange, request: &http::Request<Bytes>) {
    assert_eq!(asked(request), exchange.ask, "{context}");
    let body: Option<Value> = (!request.body().is_empty()).then(|| serde_json::from_slice(request.body()).unwrap());
    assert_eq!(body, exchange.body, "{context}");
    for (header, value) in &exchange.sent {
        assert_eq!(
            request.headers().get(header).map(|value| value.to_str().unwrap()),
            Some(value.as_str()),
            "{context}: {header}"
        );
    }
}

fn check_scenario(name: &str, fixture: &Fixture, scenario: &Scenario) {
    let catalog = Catalog::built_in();
    let provider = catalog.get(name).unwrap();
    let mut plan = plan(&scenario.object, fixture.workspace.as_deref());
    plan.deletes = scenario.deletes;
    assert_eq!(provider.unsupported(&plan), None, "{name}: {}", scenario.title);
    let mut run = run(scenario.since.as_deref(), scenario.until.as_deref());
    for (place, exchange) in scenario.exchanges.iter().enumerate() {
        let context = format!("{name}: {} [{place}]", scenario.title);
        check_request(&context, exchange, &provider.request(&plan, &run));
        let headers: Vec<(&str, &str)> = exchange.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answered = provider.page(&plan, &run, &answer(exchange.status, &headers, exchange.answer.get()));
        let is_last = place + 1 == scenario.exchanges.len();
        match (&exchange.error, answered) {
            (Some(class), Err(error)) => {
                assert_eq!(format!("{:?}", error.class), *class, "{context}: {error}");
                assert!(exchange.says.as_ref().is_none_or(|says| *says == error.message), "{context}: {error}");
                let wait = exchange.wait_seconds.map(Duration::from_secs_f64);
                assert_eq!(error.retry_after, wait, "{context}: {error}");
                assert!(is_last, "{context}");
            }
            (None, Ok(page)) => {
                assert_eq!(ids(&page), exchange.records, "{context}");
                assert_eq!(page.next.is_none(), is_last, "{context}: {:?}", page.next);
                run = stored(Run { position: page.next, ..run });
            }
            (expected, other) => panic!("{context}: expected {expected:?}, got {other:?}"),
        }
    }
}

/// The run as it comes back from the journal after a crash between two pages.
fn stored(run: Run) -> Run {
    let cursor = ReadCursor { run: Some(run), ..ReadCursor::default() };
    ReadCursor::parse(Some(&cursor.to_text())).unwrap().run.unwrap()
}

#[test]
fn records_are_asked_for_by_their_ids() {
    for (name, fixture) in all() {
        let catalog = Catalog::built_in();
        let provider = catalog.get(name).unwrap();
        for one in &fixture.by_id {
            let plan = plan(&one.object, fixture.workspace.as_deref());
            let request = provider.records_request(&plan, &one.ids).unwrap();
            assert_eq!(asked(&request), one.ask, "{name}");
            let records = provider.records(&plan, &answer(200, &[], one.answer.get())).unwrap();
            assert_eq!(records.iter().map(|record| record.id.clone()).collect::<Vec<_>>(), one.records, "{name}");
            assert_eq!(provider.records(&plan, &answer(404, &[], "{}")).unwrap(), Vec::new(), "{name}: gone");
            assert!(provider.records_request(&plan, &[]).is_none(), "{name}: none");
            assert!(provider.records_request(&plan, &vec!["1".to_owned(); 101]).is_none(), "{name}: too many");
        }
    }
}

#[test]
fn fields_are_described_where_the_vendor_does() {
    for (name, fixture) in all() {
        let catalog = Catalog::built_in();
        let provider = catalog.get(name).unwrap();
        for one in &fixture.fields {
            assert_eq!(asked(&provider.fields_request(&one.object).unwrap()), one.ask, "{name}");
            let fields = provider.fields(&answer(200, &[], one.answer.get())).unwrap();
            let custom = |is_custom: Option<bool>| if is_custom == Some(true) { " custom" } else { "" };
            let names = fields.iter().map(|field| format!("{}{}", field.field_name, custom(field.is_custom)));
            assert_eq!(names.collect::<Vec<_>>(), one.fields, "{name}");
        }
    }
}

#[test]
fn every_object_of_every_provider_can_be_asked_for() {
    let catalog = Catalog::built_in();
    for (file, _) in SHIPPED {
        let provider = catalog.get(file.trim_end_matches(".yaml")).unwrap();
        let objects = provider.objects().unwrap_or_else(|| vec!["people"]);
        assert!(!objects.is_empty(), "{file}");
        for object in objects {
            let request = provider.request(&plan(object, Some("acme")), &run(Some("2026-01-02T03:04:05Z"), None));
            assert!(request.uri().path().len() > 1, "{file}: {object}: {}", request.uri());
        }
    }
}
