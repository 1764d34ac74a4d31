//! No doubles. Oracle: the contract's sections 1.2 and 4 (config content).

use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::{
    cursor::ReadType,
    manifest::{Backfill, Field, Manifest, ObjectChoice},
};

fn field(name: &str) -> Field {
    Field::Existent { field_name: name.to_owned(), map_to_name: None, map_to_display_name: None }
}

fn predefined(name: &str, source: &str) -> Field {
    Field::Existent { field_name: source.to_owned(), map_to_name: Some(name.to_owned()), map_to_display_name: None }
}

fn mapping(name: &str, default: Option<&str>) -> Field {
    let default = default.map(str::to_owned);
    Field::Mapping { map_to_name: name.to_owned(), map_to_display_name: None, default, prompt: None }
}

fn object(name: &str, required: Vec<Field>, optional: Vec<Field>) -> ReadObject {
    ReadObject {
        object_name: name.to_owned(),
        object_choice: None,
        map_to_name: None,
        map_to_display_name: None,
        destination: "hook".to_owned(),
        schedule: Some("*/10 * * * *".to_owned()),
        required_fields: required,
        optional_fields: optional,
        optional_fields_auto: false,
        backfill: Backfill::Days(30),
        delivery: None,
        always_enabled: false,
    }
}

fn manifest(objects: Vec<ReadObject>) -> Manifest {
    let integration = Integration {
        name: "crmSync".to_owned(),
        display_name: None,
        provider: "hubspot".to_owned(),
        module: None,
        read: objects,
        write: Vec::new(),
        subscribe: Vec::new(),
        proxy: None,
        watch_schema: None,
    };
    Manifest { spec_version: "1.0.0".to_owned(), integrations: vec![integration], destinations: Vec::new() }
}

fn installation(objects: &[(&str, &str)]) -> Installation {
    let config = |json: &str| serde_json::from_str(json).unwrap();
    Installation {
        id: "i1".to_owned(),
        project_id: "p1".to_owned(),
        integration: "crmSync".to_owned(),
        group_ref: "g1".to_owned(),
        group_name: "Group".to_owned(),
        consumer_ref: "c1".to_owned(),
        consumer_name: "Consumer".to_owned(),
        connection_id: "x1".to_owned(),
        workspace: None,
        update_time: Timestamp::UNIX_EPOCH,
        objects: objects.iter().map(|&(name, json)| (name.to_owned(), config(json))).collect(),
    }
}

fn destinations() -> BTreeMap<String, KnownDestination> {
    [("hook", "d1"), ("store", "d2")]
        .map(|(name, id)| (name.to_owned(), KnownDestination { id: id.to_owned(), mirrors_records: name == "store" }))
        .into()
}

/// Plans with the defaults for what is not configured.
fn planned(
    manifest: &Manifest,
    installation: &Installation,
    destinations: &BTreeMap<String, KnownDestination>,
) -> (Vec<ReadPlan>, Vec<PlanProblem>) {
    let integration = &manifest.integrations[0];
    plan(&Choice { configured: integration, latest: integration, others: Others::All }, installation, destinations)
}

fn contacts() -> ReadObject {
    let required =
        vec![field("Email"), predefined("phone", "mobilephone"), mapping("notes", Some("description")), mapping("tier", None)];
    object(
        "contacts",
        required,
        vec![field("firstname"), field("$['lastname']"), predefined("town", "city"), mapping("score", None)],
    )
}

fn auto(object: ReadObject) -> ReadObject {
    ReadObject { optional_fields_auto: true, ..object }
}

/// `fields | mapped | all` and the problems, for an installation that says `config` of contacts.
fn select(object: ReadObject, config: &str) -> (String, Vec<String>) {
    let (plans, problems) = planned(&manifest(vec![object]), &installation(&[("contacts", config)]), &destinations());
    let FieldSelection { plain, mapped, all, .. } = &plans[0].fields;
    let mapped: Vec<String> = mapped.iter().map(|mapped| format!("{}={}", mapped.name.text(), mapped.source.text())).collect();
    let plain: Vec<String> = plain.iter().map(values_key).collect();
    let all = if *all { " | all" } else { "" };
    (format!("{} | {}{all}", plain.join(" "), mapped.join(" ")), problems.iter().map(ToString::to_string).collect())
}

#[test]
fn fields_are_required_and_chosen_ones() {
    let rows = [
        ("{}", "email | phone=mobilephone notes=description"),
        (r#"{"selectedFields":{"firstname":true,"lastname":false}}"#, "email firstname | phone=mobilephone notes=description"),
        (r#"{"selectedFields":{"FirstName":true,"EMAIL":true}}"#, "email firstname | phone=mobilephone notes=description"),
        (r#"{"selectedFields":{"$['lastname']":true}}"#, "email lastname | phone=mobilephone notes=description"),
        (r#"{"selectedFields":{"city":true}}"#, "email | phone=mobilephone notes=description town=city"),
        (
            r#"{"selectedFieldMappings":{"notes":"my_notes","tier":"['plan']","score":"hs_score"}}"#,
            "email | phone=mobilephone notes=my_notes tier=['plan'] score=hs_score",
        ),
        (r#"{"selectedFieldMappings":{"notes":""}}"#, "email | phone=mobilephone notes=description"),
        (r#"{"selectedFieldsAuto":"all"}"#, "email firstname lastname | phone=mobilephone notes=description town=city"),
    ];
    for (config, expected) in rows {
        assert_eq!(select(contacts(), config), (expected.to_owned(), Vec::new()), "{config}");
    }
    let config = r#"{"selectedFields":{"zip":true},"selectedFieldsAuto":"all"}"#;
    let expected = "email firstname lastname zip | phone=mobilephone notes=description town=city | all";
    assert_eq!(select(auto(contacts()), config), (expected.to_owned(), Vec::new()));
}

#[test]
fn what_cannot_be_delivered_is_reported_and_the_rest_is() {
    let rows = [
        (
            contacts(),
            r#"{"selectedFields":{"firstnme":true}}"#,
            "there is no field to choose `firstnme`: did you mean `firstname`?",
        ),
        (contacts(), r#"{"selectedFieldMappings":{"note":"x"}}"#, "there is no mapping `note`: did you mean `notes`?"),
        (contacts(), r#"{"selectedFieldMappings":{"tier":"$['a'"}}"#, "the field `$['a'` is not a path: a bracket is not closed"),
        (
            object("contacts", vec![field("email"), predefined("$['a'][*]", "c")], vec![]),
            "{}",
            "the mapped name `$['a'][*]` must be",
        ),
        (
            object("contacts", vec![field("email"), predefined("a", "b"), predefined("$['a']['b']", "c")], vec![]),
            "{}",
            "`$['a']['b']` and `a` cannot both be mapped",
        ),
        (
            contacts(),
            r#"{"selectedValueMappings":{"email":{"yes":"1","ja":"1"}}}"#,
            "the value `1` of `email` is mapped to `ja` and to `yes`",
        ),
        (contacts(), r#"{"selectedValueMappings":{"emial":{"a":"b"}}}"#, "there is no delivered field to map values of `emial`"),
        (
            contacts(),
            r#"{"fieldFilters":[{"fieldName":"a","operator":"eq","value":1},{"fieldName":"A","operator":"eq","value":2}]}"#,
            "fieldFilters names the field `A` twice",
        ),
        (
            contacts(),
            r#"{"backfill":{"fieldFilters":[{"fieldName":"a","operator":"eq","value":null}]}}"#,
            "backfill.fieldFilters, field `a`: a value is text",
        ),
        (
            contacts(),
            r#"{"backfill":{"defaultPeriod":{"days":3,"fullHistory":true}}}"#,
            "the backfill has both `days` and `fullHistory`",
        ),
        (
            object("contacts", vec![field("email"), predefined("a", "b"), predefined("a", "c")], vec![]),
            "{}",
            "`a` is mapped from `b` and from `c`",
        ),
    ];
    for (object, config, part) in rows {
        let (selection, problems) = select(object, config);
        assert!(selection.starts_with("email"), "{selection}");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("installation i1, object contacts: ") && problems[0].contains(part), "{}", problems[0]);
    }
}

#[test]
fn what_keeps_an_object_from_being_read_is_reported() {
    let rows = [
        (
            "contacts",
            r#"{"destination":"hok"}"#,
            "there is no destination `hok`: did you mean `hook`? (defined: `hook`, `store`)",
        ),
        (
            "contacts",
            r#"{"schedule":"@daily"}"#,
            "the schedule cannot be used: `@daily` is an extension of cron: write `0 0 * * *`",
        ),
    ];
    for (name, config, message) in rows {
        let (plans, problems) = planned(&manifest(vec![contacts()]), &installation(&[(name, config)]), &destinations());
        assert!(plans.is_empty(), "{config}");
        assert_eq!(problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(), [message]);
    }
    let dots = object("..", Vec::new(), Vec::new());
    let (plans, problems) = planned(&manifest(vec![dots]), &installation(&[]), &BTreeMap::new());
    assert_eq!((plans.len(), problems.len()), (0, 2), "{problems:?}");
    assert!(problems[1].message.ends_with("no destination is defined"), "{problems:?}");
}

#[test]
fn unknown_names_come_with_the_nearest() {
    let (plans, problems) = planned(&manifest(vec![contacts()]), &installation(&[("Contact", "{}")]), &destinations());
    assert_eq!(plans.len(), 1, "the manifest's object is read with its defaults");
    assert_eq!(
        problems[0].to_string(),
        "installation i1: there is no object `Contact`: did you mean `contacts`? (defined: `contacts`)"
    );
    assert_eq!(problems[0].path, "read.objects.Contact");
}

/// Which revision counts for which object, and which objects are read.
#[test]
fn configured_objects_keep_their_revision_and_others_take_the_latest() {
    let named = |objects: Vec<ReadObject>| manifest(objects).integrations.remove(0);
    let daily = |name: &str| ReadObject { schedule: Some("0 0 * * *".to_owned()), ..object(name, vec![], vec![]) };
    let always = ReadObject { always_enabled: true, ..object("notes", vec![], vec![]) };
    let configured = named(vec![daily("contacts"), daily("gone"), daily("companies")]);
    let latest = named(vec![object("contacts", vec![field("new")], vec![]), object("companies", vec![], vec![]), always]);
    type Row<'a> = (&'a [(&'a str, &'a str)], Others, &'a [&'a str], &'a [&'a str]);
    let rows: [Row<'_>; 5] = [
        (&[], Others::All, &["contacts */10", "companies */10", "notes */10"], &[]),
        (&[], Others::AlwaysEnabled, &["notes */10"], &[]),
        (&[("contacts", "{}")], Others::AlwaysEnabled, &["contacts 0", "notes */10"], &[]),
        (
            &[("contacts", "{}"), ("notes", r#"{"disabled":true}"#)],
            Others::AlwaysEnabled,
            &["contacts 0"],
            &["notes: there is no"],
        ),
        (&[("gone", "{}")], Others::All, &["contacts */10", "companies */10", "notes */10"], &["gone: the latest revision"]),
    ];
    for (objects, others, expected, faults) in rows {
        let choice = Choice { configured: &configured, latest: &latest, others };
        let (plans, problems) = plan(&choice, &installation(objects), &destinations());
        let schedule = |plan: &ReadPlan| {
            if plan.schedule.as_ref().unwrap().min_gap() == Some(Duration::from_secs(600)) { "*/10" } else { "0" }
        };
        let found: Vec<String> = plans.iter().map(|plan| format!("{} {}", plan.key.object_name, schedule(plan))).collect();
        assert_eq!(found, expected, "{objects:?}");
        let told: Vec<String> = problems
            .iter()
            .map(|problem| format!("{}: {}", problem.path.replace("read.objects.", ""), problem.message))
            .collect();
        assert!(told.len() == faults.len() && told.iter().zip(faults).all(|(told, fault)| told.starts_with(fault)), "{told:?}");
    }
}

#[test]
fn an_object_that_the_customer_chooses_is_read_once_it_is_chosen() {
    let vessel = ReadObject { object_choice: Some(ObjectChoice::default()), ..object("vessel", vec![], vec![]) };
    let manifest = manifest(vec![vessel]);
    assert!(
        matches!(planned(&manifest, &installation(&[]), &destinations()), (plans, problems) if plans.is_empty() && problems.is_empty())
    );
    let (plans, problems) = planned(&manifest, &installation(&[("vessel", r#"{"objectName":"ship__c"}"#)]), &destinations());
    assert_eq!(problems, []);
    assert_eq!(plans[0].key.object_name, "ship__c");
    let context = &plans[0].context;
    assert_eq!((context.object_name.as_str(), context.raw_object_name.as_deref()), ("vessel", Some("ship__c")));
}

#[test]
fn overrides_win_and_disabled_objects_are_not_read() {
    let companies = ReadObject { schedule: None, map_to_name: Some("account".to_owned()), ..object("companies", vec![], vec![]) };
    let manifest = manifest(vec![contacts(), companies, object("deals", vec![], vec![])]);
    let config = [("contacts", r#"{"schedule":"0 * * * *","destination":"store"}"#), ("deals", r#"{"disabled":true}"#)];
    let (plans, problems) = planned(&manifest, &installation(&config), &destinations());
    assert_eq!(problems, []);
    let [contacts, companies] = &plans[..] else { panic!("{plans:?}") };
    assert_eq!(contacts.schedule.as_ref().unwrap().min_gap(), Some(Duration::from_secs(3_600)));
    assert_eq!((contacts.context.destination.as_str(), contacts.context.destination_id.as_str()), ("store", "d2"));
    assert_eq!((contacts.deletes, companies.deletes), (true, false), "only a mirror needs deleted records");
    assert_eq!((contacts.context.object_name.as_str(), &contacts.context.raw_object_name), ("contacts", &None));
    assert_eq!(
        (companies.context.object_name.as_str(), companies.context.raw_object_name.as_deref()),
        ("account", Some("companies"))
    );
    assert_eq!(
        (&companies.schedule, companies.backfill, companies.context.provider.as_str()),
        (&None, Backfill::Days(30), "hubspot")
    );
    assert_eq!(companies.key, ReadKey { installation_id: "i1".to_owned(), object_name: "companies".to_owned() });
}

#[test]
fn paths_filters_and_values_are_those_that_were_chosen() {
    let nested = object(
        "contacts",
        vec![field("$['address']['city']"), predefined("$['info']['state']", "$['geo'][0]['state']"), mapping("tier", None)],
        vec![],
    );
    let config = r#"{"selectedFieldMappings":{"tier":"Plan"},
        "selectedValueMappings":{"tier":{"gold":"1","base":"0"},"$['address']['city']":{"K":"Kiel"}},
        "fieldFilters":[{"fieldName":"status","operator":"eq","value":"active"}],
        "backfill":{"defaultPeriod":{"days":7},"fieldFilters":[{"fieldName":"vip","operator":"eq","value":true}]}}"#;
    let (plans, problems) = planned(&manifest(vec![nested]), &installation(&[("contacts", config)]), &destinations());
    assert_eq!(problems, []);
    let plan = &plans[0];
    assert_eq!(plan.fields.sources(), ["address", "geo", "Plan"]);
    let values: Vec<_> = plan.fields.values.iter().map(|(field, values)| (field.as_str(), values.len())).collect();
    assert_eq!(values, [("$['address']['city']", 1), ("plan", 2)]);
    assert_eq!((plan.fields.values["plan"]["1"].as_str(), plan.backfill), ("gold", Backfill::Days(7)));
    let names = |read_type| plan.filters_of(read_type).map(|filter| filter.field_name.as_str()).collect::<Vec<_>>();
    assert_eq!((names(ReadType::Scheduled), names(ReadType::Backfill)), (vec!["status"], vec!["status", "vip"]));
}

#[test]
fn a_record_meets_a_filter_whatever_type_the_provider_gives_its_value() {
    let record = |value: &str| crate::provider::Record {
        id: "1".to_owned(),
        modified_at: None,
        deleted: false,
        raw: bytes::Bytes::new(),
        fields: vec![("status".into(), bytes::Bytes::copy_from_slice(value.as_bytes()))],
        associations: Vec::new(),
    };
    let rows = [
        (r#""active""#, r#""active""#, true),
        (r#""Active""#, r#""active""#, false),
        (r#""3""#, "3", true),
        ("3", r#""3""#, true),
        ("true", r#""true""#, true),
        ("null", r#""null""#, false),
        ("[1]", r#""[1]""#, false),
    ];
    for (value, asked, expected) in rows {
        let filter = FieldFilter {
            field_name: "Status".to_owned(),
            operator: FilterOperator::Eq,
            value: serde_json::from_str(asked).unwrap(),
        };
        assert_eq!(meets(&record(value), &filter), expected, "{value} {asked}");
    }
}
