//! Which events of which objects are wanted, and what follows from one.

use bytes::Bytes;

use super::{plan, planned};
use crate::{
    provider::CustomObject,
    subscribe::{
        Association, CustomObjects, Decision, End, EventKind, ProviderEvent, Source, SubscribePlan, judge, records_needed,
    },
};

const READ: &str = r#"[{objectName: contacts, mapToName: person, destination: hook, schedule: "", requiredFields: [{fieldName: email}, {mapToName: phone, fieldName: MobilePhone}]}, {objectName: companies, destination: hook, requiredFields: [{fieldName: name}]}]"#;

fn event(kind: EventKind, what: &str, fields: &[&str]) -> ProviderEvent {
    ProviderEvent {
        kind,
        provider_type: format!("contact.{what}"),
        object: "contact".to_owned(),
        record_id: Some("1".to_owned()),
        merged: Vec::new(),
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

#[test]
fn a_mirror_follows_merges_and_restorations_without_being_told_to() {
    let of = |provider: &str, object: &str, destination: &str, events: &str| {
        let read = format!("[{{objectName: {object}, destination: hook, requiredFields: [{{fieldName: name}}]}}]");
        plan(
            provider,
            &read,
            &format!("[{{objectName: {object}, destination: {destination}, inheritFieldsAndMapping: true, {events}}}]"),
        )
    };
    let merge = ProviderEvent { merged: vec!["2".to_owned()], ..event(EventKind::Other, "merge", &[]) };
    let restore = event(EventKind::Other, "restore", &[]);
    let other = event(EventKind::Other, "somethingElse", &[]);
    let undelete = ProviderEvent { provider_type: "UNDELETE".to_owned(), object: "Account".to_owned(), ..other.clone() };
    let deletes = "deleteEvent: {enabled: always}";
    let never = "otherEvents: [contact.privacyDeletion]";
    let rows: [(&str, &str, &str, &ProviderEvent, &str); 9] = [
        ("contacts", "table", deletes, &merge, "message"),
        ("contacts", "table", deletes, &restore, "message"),
        ("contacts", "table", deletes, &other, "ignore"),
        ("contacts", "table", never, &merge, "ignore"),
        ("contacts", "hook", deletes, &merge, "ignore"),
        ("contacts", "hook", deletes, &restore, "ignore"),
        ("contacts", "hook", "otherEvents: [contact.merge]", &merge, "message"),
        ("Account", "table", deletes, &undelete, "message"),
        ("Account", "hook", deletes, &undelete, "ignore"),
    ];
    for (object, destination, events, event, expected) in rows {
        let (provider, source) =
            if object == "Account" { ("salesforce", Source::Salesforce) } else { ("hubspot", Source::HubSpot) };
        let decided = match judge(source, &of(provider, object, destination, events), event) {
            Decision::Message => "message",
            Decision::ReadObject => "read",
            Decision::Ignore(_) => "ignore",
        };
        assert_eq!(decided, expected, "{object} {destination} {events} {}", event.provider_type);
    }
}

#[test]
fn custom_objects_go_by_each_of_their_names() {
    let objects = CustomObjects::new(vec![
        CustomObject { id: "2-17".to_owned(), names: ["car", "p_car", "p4711_car"].map(str::to_owned).to_vec() },
        CustomObject { id: "2-18".to_owned(), names: vec!["boat".to_owned()] },
    ]);
    let of = |object: &str| ProviderEvent { object: object.to_owned(), ..event(EventKind::Create, "creation", &[]) };
    let rows = [
        ("2-17", "car", "car"),
        ("2-17", "Car", "Car"),
        ("2-17", "p4711_car", "p4711_car"),
        ("2-17", "p_car", "p_car"),
        ("2-17", "boat", "2-17"),
        ("2-18", "boat", "boat"),
        ("2-19", "boat", "2-19"),
        ("contact", "car", "contact"),
    ];
    for (of_event, of_manifest, expected) in rows {
        let named = objects.named(Source::HubSpot, &of(of_event), &["contacts", of_manifest]).into_owned();
        assert_eq!(named.object, expected, "{of_event} {of_manifest}");
        assert_eq!(Source::HubSpot.is_object(&named.object, of_manifest), expected == of_manifest, "{of_event} {of_manifest}");
    }
    let end = |object: &str, id: &str| End { object: object.to_owned(), id: id.to_owned() };
    let tie = Association { from: end("2-17", "1"), to: end("2-18", "2") };
    let tied = ProviderEvent { association: Some(tie), ..of("2-17") };
    assert_eq!(CustomObjects::type_ids(Source::HubSpot, &tied).collect::<Vec<_>>(), ["2-17", "2-17", "2-18"]);
    let named = objects.named(Source::HubSpot, &tied, &["p_car", "boat"]);
    let ends = named.association.as_ref().map(|tie| (tie.from.object.as_str(), tie.to.object.as_str()));
    assert_eq!((named.object.as_str(), ends), ("p_car", Some(("p_car", "boat"))));
    for (name, may_be) in
        [("car", true), ("p4711_car", true), ("2-17", false), ("Contacts", false), ("0-1", false), ("line-item", false)]
    {
        assert_eq!(Source::HubSpot.may_name_custom(name), may_be, "{name}");
    }
    assert!(!Source::Salesforce.may_name_custom("Car__c") && !Source::Salesforce.is_type_id("2-17"));
    assert!(["2-", "2-x", "0-1", "-2"].iter().all(|object| !Source::HubSpot.is_type_id(object)));
}
