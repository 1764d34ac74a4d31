//! What a call's body says, provider by provider.

use bytes::Bytes;

use crate::subscribe::{EVENTS_MAX, EventKind, InboundError, ProviderEvent, Source};

fn events(source: Source, body: &str) -> Vec<ProviderEvent> {
    let events = source.events(&Bytes::copy_from_slice(body.as_bytes())).unwrap_or_else(|error| panic!("{body}: {error}"));
    for event in &events {
        let alone = source.event(&event.raw).unwrap();
        assert_eq!(alone, *event, "an event reads the same from its own text");
    }
    events
}

/// `{kind, object, record, fields}` of the one event.
fn check(source: Source, body: &str, expected: (EventKind, &str, Option<&str>, &[&str])) {
    let [event] = &events(source, body)[..] else { panic!("{body} is one event") };
    let fields: Vec<&str> = event.fields_updated.iter().map(String::as_str).collect();
    assert_eq!((event.kind, event.object.as_str(), event.record_id.as_deref(), &fields[..]), expected, "{body}");
}

fn hubspot(members: &str) -> String {
    format!(
        r#"[{{"eventId":100,"subscriptionId":7,"portalId":25,"appId":5,"occurredAt":1700000000000,"attemptNumber":0,{members}}}]"#
    )
}

#[test]
fn hubspots_events_are_told_by_their_type_and_their_object() {
    let rows: [(&str, EventKind, &str, &[&str]); 14] = [
        (r#""subscriptionType":"contact.creation","objectId":1"#, EventKind::Create, "contact", &[]),
        (
            r#""subscriptionType":"company.propertyChange","objectId":1,"propertyName":"name","propertyValue":"X""#,
            EventKind::Update,
            "company",
            &["name"],
        ),
        (r#""subscriptionType":"deal.deletion","objectId":1"#, EventKind::Delete, "deal", &[]),
        (r#""subscriptionType":"contact.privacyDeletion","objectId":1"#, EventKind::Delete, "contact", &[]),
        (
            r#""subscriptionType":"contact.merge","objectId":1,"primaryObjectId":1,"mergedObjectIds":[2,3]"#,
            EventKind::Other,
            "contact",
            &[],
        ),
        (r#""subscriptionType":"contact.restore","objectId":"1""#, EventKind::Other, "contact", &[]),
        (r#""subscriptionType":"line_item.creation","objectId":1"#, EventKind::Create, "line_item", &[]),
        (r#""subscriptionType":"object.creation","objectTypeId":"0-1","objectId":1"#, EventKind::Create, "contact", &[]),
        (
            r#""subscriptionType":"object.propertyChange","objectTypeId":"2-3465404","objectId":1,"propertyName":"size""#,
            EventKind::Update,
            "2-3465404",
            &["size"],
        ),
        (r#""subscriptionType":"object.deletion","objectTypeId":"0-8","objectId":1"#, EventKind::Delete, "line_item", &[]),
        (
            r#""subscriptionType":"contact.associationChange","fromObjectId":1,"toObjectId":2,"associationType":"CONTACT_TO_COMPANY","associationRemoved":false"#,
            EventKind::AssociationUpdate,
            "contact",
            &[],
        ),
        (
            r#""subscriptionType":"object.associationChange","fromObjectTypeId":"0-3","toObjectTypeId":"0-2","fromObjectId":1,"toObjectId":2"#,
            EventKind::AssociationUpdate,
            "deal",
            &[],
        ),
        (r#""subscriptionType":"conversation.newMessage","objectId":1"#, EventKind::Other, "conversation", &[]),
        (r#""subscriptionType":"contact.propertyChange","objectId":1"#, EventKind::Update, "contact", &[]),
    ];
    for (members, kind, object, fields) in rows {
        check(Source::HubSpot, &hubspot(members), (kind, object, Some("1"), fields));
    }
}

#[test]
fn hubspots_retry_is_the_same_event_and_its_neighbour_another() {
    let one = |members: &str| events(Source::HubSpot, &hubspot(members)).remove(0);
    let event = one(r#""subscriptionType":"contact.propertyChange","objectId":1,"propertyName":"email""#);
    assert_eq!(event.workspace.as_deref(), Some("25"));
    assert_eq!(event.occurred_at.as_millisecond(), 1_700_000_000_000);
    let retried = hubspot(r#""subscriptionType":"contact.propertyChange","objectId":1,"propertyName":"email""#);
    let retried = retried.replace("\"attemptNumber\":0", "\"attemptNumber\":3");
    assert_eq!(events(Source::HubSpot, &retried)[0].identity, event.identity);
    for other in [
        r#""subscriptionType":"contact.propertyChange","objectId":2,"propertyName":"email""#,
        r#""subscriptionType":"contact.propertyChange","objectId":1,"propertyName":"phone""#,
        r#""subscriptionType":"contact.creation","objectId":1"#,
    ] {
        assert_ne!(one(other).identity, event.identity, "{other}");
    }
    let both = one(
        r#""subscriptionType":"contact.associationChange","fromObjectId":1,"toObjectId":2,"associationType":"CONTACT_TO_COMPANY""#,
    );
    let ties = both.association.unwrap();
    assert_eq!((ties.from.object.as_str(), ties.from.id.as_str()), ("contact", "1"));
    assert_eq!((ties.to.object.as_str(), ties.to.id.as_str()), ("company", "2"));
}

#[test]
fn hubspots_objects_have_many_names() {
    for (of_event, of_manifest, same) in [
        ("contact", "contacts", true),
        ("contact", "contact", true),
        ("contact", "0-1", true),
        ("company", "companies", true),
        ("line_item", "lineItem", true),
        ("line_item", "line_items", true),
        ("2-3465404", "2-3465404", true),
        ("2-3465404", "cars", false),
        ("contact", "companies", false),
    ] {
        assert_eq!(Source::HubSpot.is_object(of_event, of_manifest), same, "{of_event} {of_manifest}");
    }
}

const CHANGE: &str = r#"{"LastModifiedDate":"2025-03-06T04:59:25.000Z","Phone":"6502911123","ChangeEventHeader":{"commitNumber":1741237165146390500123,"commitUser":"005bm00000AYB9lAAH","sequenceNumber":1,"entityName":"Account","changeType":"UPDATE","changedFields":["Phone","LastModifiedDate"],"changeOrigin":"com/salesforce/api/soap/63.0","transactionKey":"0001bd03-47e4-7bed-ee8d-96a5dc46f446","commitTimestamp":1741237165000,"recordIds":["001A","001B"]}}"#;

fn bridge(change: &str) -> String {
    format!(
        r#"{{"version":"0","id":"e1","detail-type":"AccountChangeEvent","source":"aws.partner/salesforce.com/00D/0YL","account":"1","time":"2025-03-06T04:59:25Z","region":"eu-central-1","resources":[],"detail":{{"schemaId":"x","id":"y","payload":{change}}}}}"#
    )
}

#[test]
fn salesforces_event_is_split_by_record_and_otherwise_untouched() {
    for body in [bridge(CHANGE), format!(r#"{{"schema":"x","payload":{CHANGE},"event":{{"replayId":1}}}}"#), CHANGE.to_owned()] {
        let events = events(Source::Salesforce, &body);
        assert_eq!(events.iter().map(|event| event.record_id.as_deref().unwrap()).collect::<Vec<_>>(), ["001A", "001B"]);
        let first = &events[0];
        assert_eq!((first.kind, first.provider_type.as_str(), first.object.as_str()), (EventKind::Update, "UPDATE", "Account"));
        assert_eq!(first.fields_updated, ["Phone", "LastModifiedDate"]);
        assert_eq!(first.occurred_at.as_millisecond(), 1_741_237_165_000);
        assert_ne!(first.identity, events[1].identity);
        let expected = CHANGE
            .replace(r#","recordIds":["001A","001B"]"#, "")
            .replace(r#""ChangeEventHeader":{"#, r#""ChangeEventHeader":{"recordId":"001A","#);
        assert_eq!(std::str::from_utf8(&first.raw).unwrap(), expected, "every digit is kept");
    }
}

fn change(members: &str) -> String {
    bridge(&format!(
        r#"{{"ChangeEventHeader":{{"entityName":"Lead","transactionKey":"t","sequenceNumber":1,"commitTimestamp":1741237165000,{members}}}}}"#
    ))
}

#[test]
fn salesforces_change_types_gaps_and_compound_fields() {
    let rows: [(&str, EventKind, Option<&str>, &[&str]); 11] = [
        (r#""changeType":"CREATE","recordIds":["a"]"#, EventKind::Create, Some("a"), &[]),
        (r#""changeType":"DELETE","recordIds":["a"]"#, EventKind::Delete, Some("a"), &[]),
        (r#""changeType":"UNDELETE","recordIds":["a"]"#, EventKind::Other, Some("a"), &[]),
        (r#""changeType":"GAP_UPDATE","recordIds":["a"]"#, EventKind::Update, Some("a"), &[]),
        (r#""changeType":"GAP_DELETE","recordIds":["a"]"#, EventKind::Delete, Some("a"), &[]),
        (r#""changeType":"GAP_OVERFLOW","recordIds":["000000000000000AAA"]"#, EventKind::Other, None, &[]),
        (r#""changeType":"UPDATE","recordIds":["001*"]"#, EventKind::Update, None, &[]),
        (r#""changeType":"SNAPSHOT","recordIds":["a"]"#, EventKind::Other, Some("a"), &[]),
        (
            r#""changeType":"UPDATE","recordIds":["a"],"changedFields":["Name.LastName","Name.FirstName","MailingAddress.Street","Address.City"]"#,
            EventKind::Update,
            Some("a"),
            &["LastName", "FirstName", "MailingStreet", "City"],
        ),
        (
            r#""changeType":"UPDATE","recordIds":["a"],"changedFields":["Place__c.Latitude"],"nulledFields":["Fax"],"diffFields":["Description","Fax"]"#,
            EventKind::Update,
            Some("a"),
            &["Place__Latitude__s", "Fax", "Description"],
        ),
        (r#""changeType":"UPDATE","recordId":"a","changedFields":[]"#, EventKind::Update, Some("a"), &[]),
    ];
    for (members, kind, record, fields) in rows {
        check(Source::Salesforce, &change(members), (kind, "Lead", record, fields));
    }
}

#[test]
fn what_is_not_an_event_is_refused_with_its_place() {
    let too_many = format!(
        "[{}]",
        [hubspot(r#""subscriptionType":"contact.creation","objectId":1"#).trim_matches(['[', ']'])]
            .repeat(EVENTS_MAX + 1)
            .join(",")
    );
    assert_eq!(Source::HubSpot.events(&Bytes::from(too_many)), Err(InboundError::TooMany(EVENTS_MAX + 1)));
    let rows = [
        (Source::HubSpot, "", "not a JSON array"),
        (Source::HubSpot, "{}", "not a JSON array"),
        (Source::HubSpot, "[1]", "event 1: it is not an object"),
        (Source::HubSpot, r#"[{"objectId":1}]"#, "event 1: `subscriptionType` is missing"),
        (
            Source::HubSpot,
            r#"[{"subscriptionType":"creation","objectId":1,"occurredAt":1}]"#,
            "`subscriptionType` is missing or of the wrong type",
        ),
        (Source::HubSpot, r#"[{"subscriptionType":"contact.creation","objectId":1}]"#, "`occurredAt` is missing"),
        (Source::HubSpot, r#"[{"subscriptionType":"contact.creation","occurredAt":1}]"#, "`objectId` is missing"),
        (
            Source::HubSpot,
            r#"[{"subscriptionType":"contact.creation","occurredAt":1,"objectId":{}}]"#,
            "`objectId` is missing or of the wrong type",
        ),
        (Source::HubSpot, r#"[{"subscriptionType":"object.creation","occurredAt":1,"objectId":1}]"#, "`objectTypeId` is missing"),
        (
            Source::HubSpot,
            r#"[{"subscriptionType":"contact.creation","occurredAt":99999999999999999999,"objectId":1}]"#,
            "`occurredAt` is missing or of the wrong type",
        ),
        (Source::Salesforce, "[]", "holds no change event"),
        (Source::Salesforce, r#"{"detail":{"payload":{}}}"#, "holds no change event"),
        (Source::Salesforce, r#"{"detail":{"payload":{"ChangeEventHeader":[]}}}"#, "`ChangeEventHeader` is not an object"),
        (Source::Salesforce, r#"{"ChangeEventHeader":{"recordIds":{}}}"#, "`ChangeEventHeader.recordIds` is not a list"),
        (Source::Salesforce, r#"{"ChangeEventHeader":{"recordIds":["a"]}}"#, "`ChangeEventHeader.entityName` is missing"),
        (
            Source::Salesforce,
            r#"{"ChangeEventHeader":{"recordIds":["a"],"entityName":"A","changeType":"CREATE"}}"#,
            "`ChangeEventHeader.commitTimestamp` is missing",
        ),
        (Source::Salesforce, r#"{"ChangeEventHeader":{"recordIds":["a"],"changedFields":"Name"}}"#, "not what Salesforce sends"),
    ];
    for (source, body, expected) in rows {
        let error = source.events(&Bytes::copy_from_slice(body.as_bytes())).unwrap_err().to_string();
        assert!(error.contains(expected), "{body}: {error}");
    }
}
