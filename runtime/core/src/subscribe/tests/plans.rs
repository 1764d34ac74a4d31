//! Which events of which objects are wanted, and what follows from one.

use bytes::Bytes;

use super::{plan, planned};
use crate::subscribe::{Decision, EventKind, ProviderEvent, Source, SubscribePlan, judge, records_needed};

const READ: &str = r#"[{objectName: contacts, mapToName: person, destination: hook, schedule: "", requiredFields: [{fieldName: email}, {mapToName: phone, fieldName: MobilePhone}]}, {objectName: companies, destination: hook, requiredFields: [{fieldName: name}]}]"#;

fn event(kind: EventKind, what: &str, fields: &[&str]) -> ProviderEvent {
    ProviderEvent {
        kind,
        provider_type: format!("contact.{what}"),
        object: "contact".to_owned(),
        record_id: Some("1".to_owned()),
        fields_updated: fields.iter().map(|&name| name.to_owned()).collect(),
        occurred_at: jiff::Timestamp::UNIX_EPOCH,
        workspace: None,
        association: None,
        identity: String::new(),
        raw: Bytes::from_static(b"{}"),
    }
}

fn decides(plan: &SubscribePlan, event: &ProviderEvent) -> &'static str {
    match judge(Source::HubSpot, plan, event) {
        Decision::Message => "message",
        Decision::ReadObject => "read",
        Decision::Ignore(_) => "ignore",
    }
}

#[test]
fn only_what_is_subscribed_becomes_a_message() {
    let of = |events: &str| {
        plan("hubspot", READ, &format!("[{{objectName: contacts, destination: hook, inheritFieldsAndMapping: true, {events}}}]"))
    };
    let update = |fields: &[&str]| event(EventKind::Update, "propertyChange", fields);
    let create = event(EventKind::Create, "creation", &[]);
    let delete = event(EventKind::Delete, "deletion", &[]);
    let merge = event(EventKind::Other, "merge", &[]);
    let generic = ProviderEvent { provider_type: "object.merge".to_owned(), ..merge.clone() };
    let elsewhere = ProviderEvent { object: "company".to_owned(), ..create.clone() };
    let lost = ProviderEvent { record_id: None, ..merge.clone() };
    let rows: [(&str, &[(&ProviderEvent, &str)]); 7] = [
        (
            "createEvent: {enabled: always}",
            &[(&create, "message"), (&delete, "ignore"), (&merge, "ignore"), (&elsewhere, "ignore"), (&lost, "read")],
        ),
        ("deleteEvent: {enabled: always}", &[(&create, "ignore"), (&delete, "message")]),
        (
            "updateEvent: {enabled: always, watchFieldsAuto: all}",
            &[(&update(&["x"]), "message"), (&update(&[]), "message"), (&create, "ignore")],
        ),
        (
            "updateEvent: {enabled: always, watchFieldsAuto: selected}",
            &[
                (&update(&["email"]), "message"),
                (&update(&["mobilephone"]), "message"),
                (&update(&["city"]), "ignore"),
                (&update(&[]), "message"),
            ],
        ),
        (
            "updateEvent: {enabled: always, requiredWatchFields: [phone, City]}",
            &[
                (&update(&["mobilephone"]), "message"),
                (&update(&["city"]), "message"),
                (&update(&["email"]), "ignore"),
                (&update(&["a", "CITY"]), "message"),
            ],
        ),
        ("otherEvents: [contact.merge]", &[(&merge, "message"), (&generic, "message"), (&create, "ignore"), (&lost, "read")]),
        (
            "associationChangeEvent: {enabled: always}",
            &[(&event(EventKind::AssociationUpdate, "associationChange", &[]), "ignore"), (&create, "ignore")],
        ),
    ];
    for (events, cases) in rows {
        let plan = of(events);
        for (event, expected) in cases {
            assert_eq!(decides(&plan, event), *expected, "{events}: {event:?}");
        }
    }
}

#[test]
fn fields_and_mapping_come_from_the_read_object() {
    let plan = plan(
        "hubspot",
        READ,
        "[{objectName: contacts, destination: table, inheritFieldsAndMapping: true, deleteEvent: {enabled: always}, createEvent: {enabled: always}}]",
    );
    assert_eq!(plan.read.fields.sources(), ["email", "MobilePhone"]);
    assert_eq!((plan.read.context.object_name.as_str(), plan.read.context.destination.as_str()), ("person", "table"));
    assert!(plan.mirrors_records && plan.fetches);
    assert!(records_needed(Source::HubSpot, &plan, &event(EventKind::Delete, "deletion", &[])).is_empty());
    assert_eq!(records_needed(Source::HubSpot, &plan, &event(EventKind::Create, "creation", &[]))[0].id, "1");
}

#[test]
fn a_customers_choices_stand_above_the_manifest() {
    let subscribe = "[{objectName: contacts, destination: hook, inheritFieldsAndMapping: true, createEvent: {enabled: always}, updateEvent: {enabled: always, watchFieldsAuto: all}}]";
    let config = r#"{"contacts":{"objectName":"contacts","destination":"table","inheritFieldsAndMappings":true,"createEvent":{"enabled":"never"},"updateEvent":{"enabled":"always","requiredWatchFields":["email"]},"deleteEvent":{"enabled":"always"}}}"#;
    let (plans, problems) = planned("hubspot", READ, subscribe, config);
    assert_eq!(problems, []);
    let plan = &plans[0];
    assert_eq!(plan.read.context.destination, "table");
    for (event, expected) in [
        (event(EventKind::Create, "creation", &[]), "ignore"),
        (event(EventKind::Delete, "deletion", &[]), "message"),
        (event(EventKind::Update, "propertyChange", &["email"]), "message"),
        (event(EventKind::Update, "propertyChange", &["city"]), "ignore"),
    ] {
        assert_eq!(decides(plan, &event), expected, "{event:?}");
    }
}

#[test]
fn what_cannot_be_subscribed_is_told() {
    let rows = [
        (
            "[{objectName: contacts, destination: hok, inheritFieldsAndMapping: true, createEvent: {enabled: always}}]",
            "{}",
            "there is no destination `hok`: did you mean `hook`?",
        ),
        ("[{objectName: deals, destination: table, otherEvents: [deal.merge]}]", "{}", "add the object to `read.objects`"),
        (
            "[{objectName: contacts, destination: hook, otherEvents: [contact.merge]}]",
            r#"{"deals":{}}"#,
            "there is no subscribed object `deals`",
        ),
    ];
    for (subscribe, configs, expected) in rows {
        let (_, problems) = planned("hubspot", READ, subscribe, configs);
        let [problem] = &problems[..] else { panic!("{subscribe}: {problems:?}") };
        assert!(
            problem.message.contains(expected)
                && problem.place.starts_with("installation i1")
                && problem.path.starts_with("subscribe.objects."),
            "{problem}"
        );
    }
}
