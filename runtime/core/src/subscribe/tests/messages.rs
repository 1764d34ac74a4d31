//! What messages say, compared text by text.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::plan;
use crate::{
    manifest::{LegacyBody, MessageStyle, NamedField},
    message::{AcceptedEvent, Envelope, build_events, record_data, result_array, url_form},
    plan::{Choice, KnownDestination, Others},
    provider::Record,
    subscribe::{Decision, EventKind, ProviderEvent, Records, Source, SubscribePlan, judge, plan_subscriptions, records_needed},
};

const READ: &str = r#"[{objectName: contacts, mapToName: person, destination: hook, requiredFields: [{fieldName: email}, {mapToName: givenName, fieldName: firstname}]}, {objectName: companies, destination: hook, requiredFields: [{fieldName: name}]}]"#;

fn record(id: &str, fields: &[(&str, &str)]) -> Record {
    let raw: Vec<String> = fields.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
    Record {
        id: id.to_owned(),
        modified_at: Some(Timestamp::from_millisecond(1_700_000_000_900).unwrap()),
        deleted: false,
        raw: Bytes::from(format!("{{{}}}", raw.join(","))),
        fields: fields
            .iter()
            .map(|(name, value)| (name.to_lowercase().into(), Bytes::copy_from_slice(value.as_bytes())))
            .collect(),
        associations: Vec::new(),
    }
}

fn records(records: &[(&str, Record)]) -> Records {
    records.iter().map(|(object, record)| (((*object).to_owned(), record.id.clone()), record.clone())).collect::<BTreeMap<_, _>>()
}

fn hubspot(members: &str) -> ProviderEvent {
    let raw = format!(r#"{{"eventId":1,"portalId":25,"occurredAt":1700000000000,"big":12345678901234567890123,{members}}}"#);
    Source::HubSpot.event(&Bytes::from(raw)).unwrap()
}

fn build(plan: &SubscribePlan, events: &[ProviderEvent], records: &Records) -> Vec<Envelope> {
    let at = |ms| Timestamp::from_millisecond(ms).unwrap();
    let accepted: Vec<_> = (0..)
        .zip(events)
        .map(|(place, event)| AcceptedEvent { key: [place; 16], accepted_at: at(1_700_000_001_000), event })
        .collect();
    build_events(Source::HubSpot, plan, &accepted, records, at(1_700_000_002_000))
}

fn text(envelope: &Envelope) -> &str {
    std::str::from_utf8(&envelope.body).unwrap()
}

fn subscribed(events: &str, destination: &str) -> SubscribePlan {
    let subscribe = format!("[{{objectName: contacts, destination: {destination}, inheritFieldsAndMapping: true, {events}}}]");
    plan("hubspot", READ, &subscribe)
}

const ALL: &str = "createEvent: {enabled: always}, updateEvent: {enabled: always, watchFieldsAuto: all}, deleteEvent: {enabled: always}, associationChangeEvent: {enabled: always, includeFullRecords: true}, otherEvents: [contact.merge]";

#[test]
fn an_entry_says_what_happened_and_how_the_record_stands() {
    let update = hubspot(r#""subscriptionType":"contact.propertyChange","objectId":1,"propertyName":"email""#);
    let delete = hubspot(r#""subscriptionType":"contact.deletion","objectId":2"#);
    let gone = hubspot(r#""subscriptionType":"contact.creation","objectId":3"#);
    let known = records(&[("contacts", record("1", &[("email", r#""a@b""#), ("firstname", "null"), ("city", "5.0")]))]);
    let envelopes = build(&subscribed(ALL, "hook"), &[update.clone(), delete.clone(), gone.clone()], &known);
    assert_eq!(envelopes.len(), 1);
    let raw = |event: &ProviderEvent| String::from_utf8(event.raw.to_vec()).unwrap();
    let expected = [
        r#"{"action":"subscribe","projectId":"9482e676-4874-43a4-beea-fa8081d13a07","provider":"hubspot","groupRef":"group-id-1","groupName":"group-name-1","consumerRef":"user-id","consumerName":"user-name","installationId":"i1","installationUpdateTime":"2025-10-14T02:58:55.595861Z","objectName":"person","rawObjectName":"contacts","operationTime":"2023-11-14T22:13:22Z","resultInfo":{"type":"inline","numRecords":3},"result":["#,
        r#"{"fields":{"email":"a@b"},"mappedFields":{"givenName":null},"raw":{"email":"a@b","firstname":null,"city":5.0},"subscribeEventType":"update","providerEventType":"contact.propertyChange","fieldsUpdated":["email"],"rawEvent":"#,
        &raw(&update),
        r#"},{"subscribeEventType":"delete","providerEventType":"contact.deletion","id":"2","rawEvent":"#,
        &raw(&delete),
        r#"},{"subscribeEventType":"create","providerEventType":"contact.creation","id":"3","rawEvent":"#,
        &raw(&gone),
        "}]}",
    ];
    assert_eq!(text(&envelopes[0]), expected.concat());
    let Envelope { index, metadata, ordering_key, occurred_at, .. } = &envelopes[0];
    let marks: Vec<_> = index.records.iter().map(|span| (span.id.as_str(), span.modified_at_ms, span.deleted)).collect();
    assert_eq!(marks, [("1", Some(1_700_000_000_900), false), ("2", Some(1_700_000_000_000), true), ("3", None, false)]);
    assert_eq!((metadata.topic.as_str(), &metadata.operation_id, ordering_key.as_str()), ("subscribe", &None, "i1/contacts"));
    assert_eq!(occurred_at.as_millisecond(), 1_700_000_002_000);
    let array: Value = serde_json::from_slice(&result_array(&envelopes[0])).unwrap();
    assert_eq!(array.as_array().unwrap().len(), 3);
    assert_eq!(record_data(&envelopes[0].body, &index.records[0]).unwrap(), &br#"{"email":"a@b","givenName":null}"#[..]);
}

#[test]
fn ids_follow_from_events_and_nothing_else() {
    let plan = subscribed(ALL, "hook");
    let event = hubspot(r#""subscriptionType":"contact.deletion","objectId":2"#);
    let once = build(&plan, std::slice::from_ref(&event), &Records::new());
    let again = build(&plan, std::slice::from_ref(&event), &records(&[("contacts", record("2", &[]))]));
    assert_eq!(once[0].id, again[0].id);
    assert_ne!(build(&plan, &[event.clone(), event.clone()], &Records::new())[0].id, once[0].id);
    assert_ne!(build(&subscribed(ALL, "table"), &[event], &Records::new())[0].id, once[0].id);
}

#[test]
fn many_events_are_cut_into_messages_of_the_usual_size() {
    let long = format!("{:?}", "x".repeat(50_000));
    let events: Vec<_> =
        (1..=9).map(|id| hubspot(&format!(r#""subscriptionType":"contact.creation","objectId":{id}"#))).collect();
    let known: Vec<_> = (1..=9).map(|id| ("contacts", record(&id.to_string(), &[("email", &long)]))).collect();
    let envelopes = build(&subscribed(ALL, "hook"), &events, &records(&known));
    assert_eq!(envelopes.iter().map(|envelope| envelope.index.records.len()).collect::<Vec<_>>(), [2, 2, 2, 2, 1]);
    assert!(envelopes.iter().all(|envelope| envelope.body.len() <= crate::message::MESSAGE_BYTES_MAX));
}

#[test]
fn ties_name_both_records_and_carry_them_where_wanted() {
    let tie = hubspot(
        r#""subscriptionType":"contact.associationChange","fromObjectId":1,"toObjectId":7,"associationType":"CONTACT_TO_COMPANY""#,
    );
    let known = records(&[
        ("contacts", record("1", &[("email", r#""a""#), ("firstname", r#""F""#)])),
        ("companies", record("7", &[("name", r#""ACME""#)])),
    ]);
    let entry = |plan: &SubscribePlan, known: &Records| {
        let message: Value = serde_json::from_slice(&build(plan, std::slice::from_ref(&tie), known)[0].body).unwrap();
        let mut entry = message["result"][0].clone();
        entry.as_object_mut().unwrap().remove("rawEvent");
        entry
    };
    let full = json!({
        "subscribeEventType": "associationUpdate", "providerEventType": "contact.associationChange",
        "fromRecord": {"id": "1", "objectName": "person", "rawObjectName": "contacts", "fields": {"email": "a"}, "mappedFields": {"givenName": "F"}, "raw": {"email": "a", "firstname": "F"}},
        "toRecord": {"id": "7", "objectName": "companies", "fields": {"name": "ACME"}, "raw": {"name": "ACME"}},
    });
    assert_eq!(entry(&subscribed(ALL, "hook"), &known), full);
    let gone = json!({"id": "7", "objectName": "companies"});
    assert_eq!(entry(&subscribed(ALL, "hook"), &Records::new())["toRecord"], gone);
    let bare = subscribed("associationChangeEvent: {enabled: always}", "hook");
    assert_eq!(entry(&bare, &known)["fromRecord"], json!({"id": "1", "objectName": "contact"}));
}

#[test]
fn a_table_gets_records_and_no_news_of_what_is_gone() {
    let plan = subscribed(ALL, "table");
    let tie = hubspot(
        r#""subscriptionType":"contact.associationChange","fromObjectId":1,"toObjectId":7,"associationType":"CONTACT_TO_COMPANY""#,
    );
    let gone = hubspot(r#""subscriptionType":"contact.creation","objectId":3"#);
    let known = records(&[("contacts", record("1", &[("email", r#""a""#)]))]);
    let envelopes = build(&plan, &[gone.clone(), tie], &known);
    assert_eq!(envelopes[0].index.records.len(), 1);
    assert_eq!(record_data(&envelopes[0].body, &envelopes[0].index.records[0]).unwrap(), &br#"{"email":"a"}"#[..]);
    assert!(build(&plan, &[gone], &Records::new()).is_empty());
}

fn of_2023(watch: &[(&str, &str)], additional: &[(&str, &str)]) -> SubscribePlan {
    let named = |names: &[(&str, &str)]| {
        names.iter().map(|(name, field)| NamedField { name: (*name).to_owned(), field_name: (*field).to_owned() }).collect()
    };
    SubscribePlan {
        style: MessageStyle::Legacy(LegacyBody { watch_fields: named(watch), additional_fields: named(additional) }),
        ..subscribed(ALL, "hook")
    }
}

fn change(change_type: &str, fields: &str) -> ProviderEvent {
    let raw = format!(
        r#"{{"ChangeEventHeader":{{"recordId":"0014x","entityName":"Opportunity","changeType":"{change_type}","changedFields":[{fields}],"commitTimestamp":1681161299000}}}}"#
    );
    Source::Salesforce.event(&Bytes::from(raw)).unwrap()
}

#[test]
fn the_bodies_of_2023_are_as_they_were() {
    let plan = of_2023(
        &[("stageName", "StageName"), ("amount", "Amount")],
        &[("expectedRevenue", "ExpectedRevenue"), ("description", "Description")],
    );
    let known = records(&[(
        "contacts",
        record(
            "0014x",
            &[("Id", r#""0014x""#), ("StageName", r#""Closed Won""#), ("ExpectedRevenue", "10000.0"), ("Tier__c", "null")],
        ),
    )]);
    let bodies = |event: ProviderEvent, known: &Records| -> Vec<String> {
        build(&plan, &[event], known).iter().map(|envelope| text(envelope).to_owned()).collect()
    };
    assert_eq!(
        bodies(change("CREATE", ""), &known),
        [
            r#"{"primaryKey":"0014x","event":"create","createTime":"2023-04-10T21:14:59.000+0000","fields":{"id":"0014x","stageName":"Closed Won","expectedRevenue":10000.0,"Tier__c":null}}"#
        ]
    );
    assert_eq!(
        bodies(change("DELETE", ""), &known),
        [r#"{"primaryKey":"0014x","event":"delete","deleteTime":"2023-04-10T21:14:59.000+0000"}"#]
    );
    assert_eq!(
        bodies(change("UPDATE", r#""StageName""#), &known),
        [
            r#"{"primaryKey":"0014x","event":"update","updateTime":"2023-04-10T21:14:59.000+0000","changedField":{"fieldName":"stageName","currentValue":"Closed Won"},"otherFields":{"amount":null,"expectedRevenue":10000.0,"description":null}}"#
        ]
    );
    let both = bodies(change("UPDATE", r#""StageName","Amount""#), &known);
    assert_eq!(both.len(), 2, "one for each changed field");
    assert!(
        both[1].contains(r#""changedField":{"fieldName":"amount","currentValue":null},"otherFields":{"expectedRevenue""#),
        "{}",
        both[1]
    );
    assert_eq!(bodies(change("UPDATE", r#""CloseDate""#), &known), [] as [String; 0]);
    assert_eq!(change("UPDATE", "").kind, EventKind::Update);
}

#[test]
fn a_body_of_2023_that_is_too_large_is_fetched_whole() {
    let event = change("CREATE", "");
    let known = records(&[("contacts", record("0014x", &[("Id", r#""0014x""#)]))]);
    let envelope = build(&of_2023(&[], &[]), &[event], &known).remove(0);
    assert_eq!(result_array(&envelope), envelope.body);
    let url: Value = serde_json::from_slice(&url_form(&envelope, "https://x")).unwrap();
    let expected = json!({"primaryKey": "0014x", "event": "create", "createTime": "2023-04-10T21:14:59.000+0000",
        "resultInfo": {"type": "url", "downloadUrl": "https://x", "numRecords": 1}});
    assert_eq!(url, expected);

    let envelope = build(&of_2023(&[], &[]), &[change("DELETE", "")], &Records::new()).remove(0);
    let url: Value = serde_json::from_slice(&url_form(&envelope, "https://x")).unwrap();
    let expected = json!({"primaryKey": "0014x", "event": "delete", "deleteTime": "2023-04-10T21:14:59.000+0000",
        "resultInfo": {"type": "url", "downloadUrl": "https://x", "numRecords": 1}});
    assert_eq!(url, expected, "a body with nothing to cut");
}

/// From a manifest as it was written in 2023 to the bodies of that time.
#[test]
fn a_manifest_of_2023_gets_the_bodies_of_2023() {
    let manifest = r#"
specVersion: 0.1.0
integrations:
  - name: opportunities
    api: salesforce
    actions:
      - type: notify
        standardObjects:
          - {objectName: opportunity, destination: hook, event: create}
          - objectName: opportunity
            destination: hook
            event: update
            watchFields: [{fieldName: stageName}, {fieldName: amount}]
            additionalFields: [{fieldName: description}]
"#;
    let checked = crate::manifest::check(manifest.as_bytes());
    let manifest = checked.manifest.unwrap_or_else(|| panic!("{:?}", checked.issues));
    let integration = &manifest.integrations[0];
    let choice = Choice { configured: integration, latest: integration, others: Others::All };
    let hook = KnownDestination { id: "d".to_owned(), mirrors_records: false };
    let destinations = [("hook".to_owned(), hook)].into();
    let (plans, problems) = plan_subscriptions(&choice, &super::installation(), &BTreeMap::new(), &destinations);
    assert!(problems.is_empty() && plans.len() == 2, "{problems:?}");
    let object = plans[0].read.key.object_name.clone();
    let stored = record("0014x", &[("StageName", r#""Won""#), ("Description", "null")]);
    let known = records(&[(&object, stored)]);
    let bodies = |event: ProviderEvent| -> Vec<String> {
        let concerned = plans.iter().filter(|plan| judge(Source::Salesforce, plan, &event) == Decision::Message);
        let envelopes = concerned.flat_map(|plan| {
            assert_eq!(records_needed(Source::Salesforce, plan, &event).len(), 1, "the record is asked for");
            build(plan, std::slice::from_ref(&event), &known)
        });
        envelopes.map(|envelope| text(&envelope).to_owned()).collect()
    };
    assert_eq!(
        bodies(change("CREATE", "")),
        [
            r#"{"primaryKey":"0014x","event":"create","createTime":"2023-04-10T21:14:59.000+0000","fields":{"stageName":"Won","description":null}}"#
        ]
    );
    assert_eq!(
        bodies(change("UPDATE", r#""StageName""#)),
        [
            r#"{"primaryKey":"0014x","event":"update","updateTime":"2023-04-10T21:14:59.000+0000","changedField":{"fieldName":"stageName","currentValue":"Won"},"otherFields":{"amount":null,"description":null}}"#
        ]
    );
    assert_eq!(bodies(change("UPDATE", r#""CloseDate""#)), [] as [String; 0]);
    assert_eq!(bodies(change("DELETE", "")), [] as [String; 0], "no subscription is for deletions");
}

#[test]
fn a_mirror_deletes_what_went_into_another_record_and_updates_that() {
    let merge = r#""subscriptionType":"contact.merge","objectId":1,"primaryObjectId":1,"mergedObjectIds":[2,3],"newObjectId":1,"numberOfPropertiesMoved":4"#;
    let anew = r#""subscriptionType":"object.merge","objectTypeId":"0-1","objectId":9,"primaryObjectId":1,"mergedObjectIds":[2],"newObjectId":9"#;
    let known =
        records(&[("contacts", record("1", &[("email", r#""a@b""#)])), ("contacts", record("9", &[("email", r#""c@d""#)]))]);
    let spans = |envelopes: &[Envelope]| -> Vec<(String, bool, i64)> {
        let all = envelopes.iter().flat_map(|envelope| &envelope.index.records);
        all.map(|span| (span.id.clone(), span.deleted, span.modified_at_ms.unwrap())).collect()
    };
    let deletes = "deleteEvent: {enabled: always}";
    let gone = |id: &str| (id.to_owned(), true, 1_700_000_000_000);
    let there = |id: &str| (id.to_owned(), false, 1_700_000_000_900);
    let of_mirror = subscribed(deletes, "table");
    assert_eq!(spans(&build(&of_mirror, &[hubspot(merge)], &known)), [gone("2"), gone("3"), there("1")]);
    assert_eq!(spans(&build(&of_mirror, &[hubspot(anew)], &known)), [gone("2"), gone("1"), there("9")]);
    assert_eq!(spans(&build(&of_mirror, &[hubspot(merge)], &records(&[]))), [gone("2"), gone("3")], "the record itself is gone");
    let told = build(&subscribed(ALL, "hook"), &[hubspot(merge)], &known);
    assert_eq!(spans(&told), [there("1")], "who takes messages reads of it in one");
    assert_eq!(records_needed(Source::HubSpot, &of_mirror, &hubspot(anew))[0].id, "9");
}

#[test]
fn the_messages_of_one_event_that_fills_several_differ() {
    let ids: Vec<String> = (0..20_000).map(|id| id.to_string()).collect();
    let merge = format!(r#""subscriptionType":"contact.merge","objectId":"x","mergedObjectIds":[{}]"#, ids.join(","));
    let envelopes = build(&subscribed("deleteEvent: {enabled: always}", "table"), &[hubspot(&merge)], &records(&[]));
    assert!(envelopes.len() > 2);
    let unique: std::collections::BTreeSet<_> = envelopes.iter().map(|envelope| &envelope.metadata.event_id).collect();
    assert_eq!(unique.len(), envelopes.len());
}
