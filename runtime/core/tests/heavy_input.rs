//! Inputs of a few megabytes that are made to cost far more than their size: each ends soon, whatever a provider, a customer or a file holds.
//!
//! No doubles. The oracle is the clock: work that grew with the square of these sizes would take hours.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use ampline_core::{
    cursor::{OVERLAP_DEFAULT, ReadCursor},
    manifest::{self, Backfill, Integration},
    message::{OperationInfo, build},
    plan::{Choice, Installation, KnownDestination, ObjectConfig, Others, PlanProblem, ReadPlan, plan},
    provider::{Catalog, ProviderPage, ReadError},
    subscribe::{InboundError, ProviderEvent, Source, SubscribePlan, plan_subscriptions},
};
use bytes::Bytes;
use http::Response;
use jiff::Timestamp;

/// Far above what each of these takes in a debug build on a busy machine, and far below the square of its size.
const TIME_MAX: Duration = Duration::from_secs(600);

const MANY: usize = 50_000;

#[expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the core has no clock, its tests may look at one")]
fn soon<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let begin = std::time::Instant::now();
    let done = work();
    assert!(begin.elapsed() < TIME_MAX, "{name} took {:?}", begin.elapsed());
    done
}

/// Texts of numbers, joined by commas.
fn listed(count: usize, one: impl Fn(usize) -> String) -> String {
    let mut list = String::new();
    for number in 0..count {
        let comma = if number > 0 { "," } else { "" };
        write!(list, "{comma}{}", one(number)).unwrap();
    }
    list
}

fn integration(source: &str) -> Integration {
    let checked = manifest::check(source.as_bytes());
    checked.manifest.unwrap_or_else(|| panic!("{:?}", checked.issues)).integrations.remove(0)
}

fn one_object(provider: &str, object: &str, rest: &str) -> Integration {
    integration(&format!(
        "specVersion: 1.0.0\nintegrations:\n- name: crm\n  provider: {provider}\n  read:\n    objects:\n    \
         - {{objectName: {object}, destination: d, schedule: ''{rest}}}\n"
    ))
}

fn planned(
    integration: &Integration,
    objects: BTreeMap<String, ObjectConfig>,
) -> (Vec<ReadPlan>, Vec<SubscribePlan>, Vec<PlanProblem>) {
    let text = str::to_owned;
    let installation = Installation {
        id: text("i"),
        project_id: text("p"),
        integration: text("crm"),
        group_ref: text("g"),
        group_name: text("g"),
        consumer_ref: text("c"),
        consumer_name: text("c"),
        connection_id: text("k"),
        workspace: None,
        update_time: Timestamp::UNIX_EPOCH,
        objects,
    };
    let destinations = [(text("d"), KnownDestination { id: text("d"), mirrors_records: false })].into();
    let choice = Choice { configured: integration, latest: integration, others: Others::All };
    let (reads, problems) = plan(&choice, &installation, &destinations);
    let (subscriptions, _) = plan_subscriptions(&choice, &installation, &BTreeMap::new(), &destinations);
    (reads, subscriptions, problems)
}

fn read_plan(provider: &str, object: &str, config: &str) -> ReadPlan {
    let integration = one_object(provider, object, ", optionalFieldsAuto: all");
    let config = serde_json::from_str(config).expect(config);
    planned(&integration, [(object.to_owned(), config)].into()).0.remove(0)
}

fn page(plan: &ReadPlan, body: String) -> Result<ProviderPage, ReadError> {
    let catalog = Catalog::built_in();
    let run = ReadCursor::default().start_run(Backfill::FullHistory, Timestamp::UNIX_EPOCH, OVERLAP_DEFAULT).run.unwrap();
    catalog.get(&plan.context.provider).unwrap().page(plan, &run, &Response::new(Bytes::from(body)))
}

#[test]
fn records_of_many_fields() {
    let (root, fields) = (listed(MANY, |n| format!("\"r{n}\":{n}")), listed(MANY, |n| format!("\"f{n}\":{n}")));
    for (provider, object, body) in [
        ("hubspot", "contacts", format!(r#"{{"results":[{{"id":"1",{root},"properties":{{{fields}}}}}]}}"#)),
        ("attio", "people", format!(r#"{{"data":[{{"id":{{"record_id":"1"}},{root},"values":{{{fields}}}}}]}}"#)),
    ] {
        let renamed = listed(MANY / 500, |n| format!("\"m{n}\":\"f{n}\""));
        let values = listed(MANY / 500, |n| format!("\"f{n}\":{{\"A\":\"{n}\"}}"));
        let config = format!(
            r#"{{"selectedFieldsAuto":"all","selectedFieldMappings":{{{renamed}}},"selectedValueMappings":{{{values}}}}}"#
        );
        let plan = read_plan(provider, object, &config);
        let page = soon(provider, || page(&plan, body).unwrap());
        assert!(page.records[0].fields.len() >= 2 * MANY, "{provider}");
        let operation = OperationInfo {
            id: "0199e0a8-149d-7ee9-9f50-0514403517f9".parse().unwrap(),
            time: Timestamp::UNIX_EPOCH,
            read_type: ampline_core::cursor::ReadType::Backfill,
            page: 0,
        };
        assert_eq!(soon("message", || build(&plan, &operation, &page.records)).len(), 1);
    }
}

#[test]
fn records_of_many_associations() {
    let plan = read_plan("hubspot", "contacts", r#"{"associations":["companies"]}"#);
    let ends = listed(MANY, |n| format!(r#"{{"id":"{n}","type":"a"}}"#));
    let carried =
        format!(r#"{{"results":[{{"id":"1","properties":{{}},"associations":{{"companies":{{"results":[{ends}]}}}}}}]}}"#);
    let carried = soon("carried", || page(&plan, carried).unwrap());
    assert!(carried.records[0].associations[0].1.len() > 30 * MANY);

    let names = listed(MANY, |n| format!("\"object{n}\""));
    let many = read_plan("hubspot", "contacts", &format!(r#"{{"associations":[{names}]}}"#));
    let run = ReadCursor::default().start_run(Backfill::FullHistory, Timestamp::UNIX_EPOCH, OVERLAP_DEFAULT).run.unwrap();
    let request = Catalog::built_in().get("hubspot").unwrap().request(&many, &run);
    assert_eq!(request.uri().query(), Some("limit=100"), "what no address can hold is asked for apart");

    let bare = listed(MANY, |n| format!(r#"{{"id":"{n}","properties":{{}},"associations":{{"strange":null}}}}"#));
    let mut records = page(&plan, format!(r#"{{"results":[{bare}]}}"#)).unwrap().records;
    let results = listed(MANY, |n| format!(r#"{{"from":{{"id":"{n}"}},"to":[{{"toObjectId":{n}}}]}}"#));
    let answer = Response::new(Bytes::from(format!(r#"{{"results":[{results}]}}"#)));
    let catalog = Catalog::built_in();
    let hubspot = catalog.get("hubspot").unwrap();
    let requests = hubspot.completing_requests(&plan, &records);
    let first = requests.first().unwrap();
    let asked: serde_json::Value = serde_json::from_slice(first.body()).unwrap();
    soon("asked", || hubspot.completed(&plan, &mut records, first, &answer)).unwrap();
    let completed = records.iter().filter(|record| record.associations.len() == 1).count();
    assert_eq!(completed, asked["inputs"].as_array().unwrap().len(), "what was not asked for is not taken");
}

#[test]
fn events_of_many_records_and_many_fields() {
    let call = |ids: usize, fields: usize, value: usize| -> Result<Vec<ProviderEvent>, InboundError> {
        let (ids, fields) = (listed(ids, |n| format!("\"001{n}\"")), listed(fields, |n| format!("\"F{n}\"")));
        let header = format!(
            r#"{{"entityName":"Account","changeType":"UPDATE","commitTimestamp":1,"recordIds":[{ids}],"changedFields":[{fields}]}}"#
        );
        let body = format!(r#"{{"Text":"{}","ChangeEventHeader":{header}}}"#, "x".repeat(value));
        soon("events", || Source::Salesforce.events(&Bytes::from(body)))
    };
    let events = call(1_000, 300, 10_000).unwrap();
    assert!(events.len() == 1_000 && events.iter().all(|event| event.fields_updated.len() == 300));
    let refused = call(1_000, 0, 900_000).unwrap_err().to_string();
    assert!(refused.contains("to 1000 records, more than is taken in at once"), "{refused}");
    let events = call(1, 2 * MANY, 0).unwrap();
    assert_eq!(events[0].fields_updated, [] as [&str; 0], "more names than any object has stand for any field");
}

#[test]
fn choices_of_many_fields() {
    let optional = listed(MANY / 4, |n| format!("{{fieldName: f{n}}},{{mapToName: m{n}}}"));
    let closed = one_object("hubspot", "contacts", &format!(", optionalFields: [{optional}]"));
    let open = one_object("hubspot", "contacts", ", optionalFieldsAuto: all");
    let choose = |prefix: &str| {
        let fields = listed(MANY / 4, |n| format!("\"{prefix}F{n}\":true"));
        let mappings = listed(MANY / 4, |n| format!("\"{prefix}m{n}\":\"$['a']['s{n}']\""));
        let values = listed(MANY / 4, |n| format!("\"{prefix}f{n}\":{{\"A\":\"a\"}}"));
        let config = format!(
            r#"{{"selectedFields":{{{fields}}},"selectedFieldMappings":{{{mappings}}},"selectedValueMappings":{{{values}}}}}"#
        );
        let config: ObjectConfig = serde_json::from_str(&config).unwrap();
        BTreeMap::from([("contacts".to_owned(), config)])
    };
    let (reads, _, problems) = soon("known", || planned(&closed, choose("")));
    assert!(problems.is_empty() && reads[0].fields.plain.len() == MANY / 4 && reads[0].fields.mapped.len() == MANY / 4);
    let (reads, _, problems) = soon("any", || planned(&open, choose("x")));
    assert!(reads[0].fields.plain.len() == MANY / 4 && problems.len() == 500, "{}", problems.len());
    let (_, _, problems) = soon("unknown", || planned(&closed, choose("x")));
    assert!(problems.len() == 500 && problems[499].message.contains("further problems"), "{problems:?}");
}

#[test]
fn installations_of_many_objects() {
    const OBJECTS: usize = 3_000;
    let read = listed(OBJECTS, |n| format!("{{objectName: o{n}, destination: d, schedule: ''}}"));
    let subscribed = listed(OBJECTS, |n| {
        format!(
            "{{objectName: o{n}, destination: d, inheritFieldsAndMapping: true, associationChangeEvent: {{enabled: always, includeFullRecords: true}}}}"
        )
    });
    let integration = integration(&format!(
        "specVersion: 1.0.0\nintegrations:\n- name: crm\n  provider: hubspot\n  read: {{objects: [{read}]}}\n  subscribe: {{objects: [{subscribed}]}}\n"
    ));
    let configs = (0..OBJECTS).map(|n| (format!("o{n}"), ObjectConfig::default())).collect();
    let (reads, subscriptions, problems) = soon("planned", || planned(&integration, configs));
    assert!(reads.len() == OBJECTS && subscriptions.len() == OBJECTS && problems.is_empty(), "{problems:?}");
}

#[test]
fn texts_with_many_secrets() {
    let text = "a:b@".repeat(5 * MANY);
    assert!(soon("redacted", || manifest::redact(&text)).matches('*').count() >= 15 * MANY);
}
