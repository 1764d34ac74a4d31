//! The form of 2023 and the drafts between it and today's: what they say lands in today's model.
//!
//! Oracle: the format's descriptions of the time, as the model that they amount to.

use ampline_core::manifest::{
    self, Backfill, Field, LegacyBody, Manifest, MessageStyle, NamedField, ObjectChoice, ReadObject, WatchFields, WriteMode,
};

use super::{check, found};

macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../../examples/amp-yaml/", $name, ".yaml"))
    };
}

fn sound(source: &str) -> Manifest {
    let checked = manifest::check(source.as_bytes());
    checked.manifest.unwrap_or_else(|| panic!("{:#?}", checked.issues))
}

fn names(fields: &[Field]) -> Vec<&str> {
    let name = |field: &Field| match field {
        Field::Existent { field_name, .. } => field_name.clone(),
        Field::Mapping { map_to_name, .. } => format!("→ {map_to_name}"),
    };
    fields.iter().map(|field| &*name(field).leak()).collect()
}

fn named(names: &[(&str, &str)]) -> Vec<NamedField> {
    let field = |(name, field_name): &(&str, &str)| NamedField { name: (*name).to_owned(), field_name: (*field_name).to_owned() };
    names.iter().map(field).collect()
}

/// Object, destination, schedule, backfill.
fn shown(object: &ReadObject) -> (&str, &str, Option<&str>, Backfill) {
    (&object.object_name, &object.destination, object.schedule.as_deref(), object.backfill)
}

#[test]
fn reads_of_2023() {
    let manifest = sound(example!("2023-every-key"));
    assert_eq!(manifest.spec_version, "1.0.0");
    let integration = &manifest.integrations[0];
    assert_eq!((&*integration.name, &*integration.provider), ("mirror-accounts", "salesforce"));
    let every = Some("every 7 hours");
    assert_eq!(
        integration.read.iter().map(shown).collect::<Vec<_>>(),
        [
            ("account", "accountsTable", every, Backfill::FullHistory),
            ("berth__c", "berthsApi", every, Backfill::FullHistory),
            ("vessel", "vesselsApi", every, Backfill::FullHistory),
            ("contractLineItem", "linesTable", None, Backfill::FullHistory),
        ]
    );
    let [account, berth, vessel, _] = &integration.read[..] else { panic!() };
    assert_eq!(names(&account.required_fields), ["name", "annualRevenue", "harbourScore__c"]);
    assert_eq!(names(&account.optional_fields), ["website", "→ tier"]);
    assert_eq!((&account.object_choice, &berth.object_choice), (&None, &None));
    assert_eq!(vessel.object_choice, Some(ObjectChoice { prompt: Some("Which object holds your vessels?".to_owned()) }));
    assert_eq!((vessel.map_to_name.as_deref(), vessel.map_to_display_name.as_deref()), (None, Some("Vessel")));
    assert_eq!(names(&vessel.optional_fields), ["→ tonnage"]);
}

#[test]
fn subscriptions_of_2023_ask_for_their_own_bodies() {
    let manifest = sound(example!("2023-every-key"));
    let objects = &manifest.integrations[1].subscribe;
    let events: Vec<_> =
        objects.iter().map(|object| (object.create_event, object.update_event.clone(), object.delete_event)).collect();
    let watched = WatchFields::Named(vec!["stageName".to_owned(), "amount".to_owned()]);
    assert_eq!(
        events,
        [(true, None, false), (false, Some(watched), false), (false, None, true), (false, Some(WatchFields::All), false)]
    );
    let body = LegacyBody {
        watch_fields: named(&[("stageName", "stageName"), ("amount", "amount")]),
        additional_fields: named(&[("expectedRevenue", "expectedRevenue"), ("description", "description")]),
    };
    assert_eq!(objects[1].style, MessageStyle::Legacy(body));
    assert!(objects.iter().all(|object| object.style != MessageStyle::Current && !object.inherit_fields_and_mapping));
    assert_eq!((&*objects[3].object_name, objects[3].object_choice.is_some()), ("vessel", true));
}

#[test]
fn writes_of_2023() {
    let manifest = sound(example!("2023-every-key"));
    let writes = &manifest.integrations[2].write;
    let shown: Vec<_> = writes
        .iter()
        .map(|object| {
            let legacy = object.legacy.as_ref().unwrap();
            let choice = legacy.object_choice.is_some();
            (&*object.object_name, legacy.mode, legacy.endpoint.as_deref(), legacy.schedule.as_deref(), choice)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("lead", Some(WriteMode::Insert), Some("create-lead"), None, false),
            ("lead", Some(WriteMode::Update), Some("update-lead"), Some("every 10 minutes"), false),
            ("voyage", Some(WriteMode::Insert), Some("create-voyage"), None, true),
        ]
    );
    assert_eq!(names(&writes[0].legacy.as_ref().unwrap().custom_fields), ["harbour-source"]);
}

#[test]
fn names_of_hubspot_are_its_own() {
    let manifest = sound(example!("2023-hubspot"));
    let integration = &manifest.integrations[0];
    assert_eq!(integration.read.iter().map(|object| &*object.object_name).collect::<Vec<_>>(), ["contacts", "line_items"]);
    assert_eq!(names(&integration.read[0].required_fields), ["firstname", "hs_object_id", "lifecyclestage", "harbour_score"]);
    assert_eq!(names(&integration.read[1].required_fields), ["num_associated_deals"]);
    let subscribe = &integration.subscribe[0];
    let body = LegacyBody {
        watch_fields: named(&[("lifecycleStage", "lifecyclestage")]),
        additional_fields: named(&[("firstName", "firstname")]),
    };
    assert_eq!((&*subscribe.object_name, &subscribe.style), ("contacts", &MessageStyle::Legacy(body)));
}

#[test]
fn drafts() {
    let manifest = sound(example!("2023-draft-1.0"));
    let read: Vec<_> = manifest.integrations[0].read.iter().map(shown).collect();
    assert_eq!(
        read,
        [
            ("contacts", "contactWebhook", Some("*/30 * * * *"), Backfill::None),
            ("companies", "companyWebhook", Some("0 0 * * *"), Backfill::None),
        ]
    );
    let manifest = sound(example!("2023-draft-1.1"));
    let [read, write, subscribe] = &manifest.integrations[..] else { panic!() };
    assert_eq!(shown(&read.read[0]), ("contact", "contactTable", Some("every 12 hours"), Backfill::FullHistory));
    let modes: Vec<_> = write.write.iter().map(|object| (&*object.object_name, object.legacy.as_ref().unwrap().mode)).collect();
    assert_eq!(modes, [("contact", Some(WriteMode::Upsert)), ("noteHolder", Some(WriteMode::Update))]);
    assert!(matches!(&subscribe.subscribe[0].style, MessageStyle::Legacy(body) if body.additional_fields.len() == 1));
}

#[test]
fn what_is_said_of_older_files() {
    check(example!("2023-every-key"), &["W legacy-form 2:14", "W legacy-transform 18:28", "W destination-config 110:5"]);
    check(example!("2023-hubspot"), &["W legacy-form 2:14", "W legacy-form 35:15"]);
    check(example!("2023-draft-1.0"), &["W legacy-form 7:7"]);
    check(example!("2023-draft-1.1"), &["W legacy-form 2:14"]);
    check(example!("2023-traps"), &["E yaml-syntax 5:8"]);
    let repaired = String::from_utf8(manifest::fixed(example!("2023-traps").as_bytes()).source).unwrap();
    check(&repaired, &["W legacy-form 2:14", "W destination-not-found 11:26", "W duplicate-key 14:17"]);
}

/// Actions of an integration of Salesforce, from line 6 on.
#[track_caller]
fn check_actions(actions: &str, expected: &[&str]) {
    let source = format!("specVersion: 0.1.0\nintegrations:\n- name: a\n  api: salesforce\n  actions:\n{actions}\n");
    let expected: Vec<String> = ["W legacy-form 1:14"].iter().chain(expected).map(|row| (*row).to_owned()).collect();
    assert_eq!(found(source.as_bytes()), expected, "{source}\n{:#?}", manifest::check(source.as_bytes()).issues);
}

#[test]
fn faults_of_actions() {
    check_actions("  - {schedule: once}", &["E required-field 6:5"]);
    check_actions("  - {type: raed, schedule: once}", &["W integration-structure 6:12"]);
    check_actions("  - {type: read, schedule: once}", &["E read-objects 6:5"]);
    check_actions("  - {type: read, schedule: once, objects: []}", &["E read-objects 6:34"]);
    check_actions(
        "  - {type: Read, schedule: once, objects: [{objectName: o, destination: d}]}",
        &["W integration-structure 6:12"],
    );
    check_actions("  - {type: read, objects: [{objectName: o, destination: d}]}", &["W required-field 6:5"]);
    check_actions("  - {type: read, schedule: soon, objects: [{objectName: o, destination: d}]}", &["W schedule-syntax 6:28"]);
    check_actions(
        "  - {type: read, schedule: every 7 hours, objects: [{objectName: leads, destination: d}]}",
        &["W object-exists 6:66"],
    );
    check_actions(
        "  - {type: read, schedule: once, objects: [{objectName: o, destination: d}], custmObjects: []}",
        &["W unknown-key 6:78"],
    );
    check_actions(
        "  - {type: subscribe, objects: [{objectName: o, destination: d, event: upsert}]}",
        &["W subscribe-minimum-events 6:33", "W subscribe-objects 6:72"],
    );
    check_actions("  - {type: subscribe, objects: [{objectName: o, destination: d}]}", &["W subscribe-minimum-events 6:33"]);
    let object = "{objectName: o, destination: d, event: create}";
    check_actions(&format!("  - {{type: subscribe, objects: [{object}, {object}]}}"), &["W duplicate-subscribe-object 6:94"]);
    check_actions(
        "  - {type: subscribe, objects: [{objectName: o, destination: d, event: update, watchFields: [{fieldName: a.b}, c]}]}",
        &["W watch-fields-no-nesting 6:94", "W wrong-type 6:112"],
    );
    check_actions("  - {type: write, objects: [{objectName: o, mode: replace, endpoint: e}]}", &["W write-objects 6:51"]);
    check_actions("  - read", &["E wrong-type 6:5"]);
    check_actions("    []", &["W integration-structure 3:3"]);
}
