//! Change events: what they tell, and that they come again until they are taken.

use std::time::Duration;

use ampline_tests::{
    faults::Rule,
    loopback::Client,
    receiver::{self, Receiver},
    salesforce::{ChangeType, Emulator, Id, Options, Target, Written},
};
use serde_json::{Value, json};

use crate::{NEW_YEAR_MS, Outcome, start};

/// Waits until nothing is on its way.
async fn delivered(emulator: &Emulator, attempts: usize) -> Outcome {
    let all = async {
        let is_done = || {
            let events = &emulator.state().events;
            events.attempts.len() >= attempts && events.waiting() == 0
        };
        while !is_done() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    Ok(tokio::time::timeout(Duration::from_secs(20), all).await?)
}

fn started() -> Result<(Receiver, Emulator), std::io::Error> {
    let receiver = Receiver::start(receiver::Options { read_records: false, ..receiver::Options::default() })?;
    let target = Target { headers: vec![("x-api-key".into(), "k".into())], retry_ms: 1, ..Target::new(receiver.url("/events")) };
    let (emulator, _client) = start(Options { event_target: Some(target), clock_ms: Some(NEW_YEAR_MS), ..Options::default() })?;
    Ok((receiver, emulator))
}

/// The envelopes that arrived, in order.
fn arrived(receiver: &Receiver) -> Vec<Value> {
    receiver.seen().requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap_or_default()).collect()
}

fn fields(fields: Value) -> Written {
    fields.as_object().cloned().unwrap_or_default()
}

fn ids(texts: &[String]) -> Vec<Id> {
    texts.iter().filter_map(|text| Id::parse(text)).collect()
}

#[tokio::test]
async fn events_tell_changes_in_eventbridges_form() -> Outcome {
    let (receiver, emulator) = started()?;
    let written = fields(json!({"FirstName": "Ada", "MailingCity": "Oslo", "Score__c": 2.5, "Title": null}));
    let changed = emulator.state().change("Contact", 3, &written)?;
    delivered(&emulator, 1).await?;
    let envelope = arrived(&receiver).remove(0);
    let contact = json!({
        "detail-type": "ContactChangeEvent", "source": "aws.partner/salesforce.com/00D5e0000000001EAA/0YL5e0000000001GAA",
        "time": "2026-01-01T00:00:00Z", "version": "0", "resources": [],
    });
    for (name, value) in contact.as_object().into_iter().flatten() {
        assert_eq!(&envelope[name], value, "{name}");
    }
    assert!(
        ["id", "account", "region"].iter().all(|name| envelope[name].is_string()) && envelope["detail"]["schemaId"].is_string()
    );
    let payload = &envelope["detail"]["payload"];
    let header = &payload["ChangeEventHeader"];
    assert_eq!(
        [&header["recordIds"], &header["entityName"], &header["changeType"]],
        [&json!(changed), &json!("Contact"), &json!("UPDATE")]
    );
    assert_eq!(header["commitTimestamp"], NEW_YEAR_MS);
    let mut names: Vec<_> = header["changedFields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["LastModifiedDate", "MailingAddress.City", "Name.FirstName", "Score__c", "Title"]);
    assert_eq!(header["nulledFields"], json!(["Title"]));
    let told = json!({"Name": {"FirstName": "Ada"}, "MailingAddress": {"City": "Oslo"}, "Score__c": 2.5, "Title": null, "LastModifiedDate": NEW_YEAR_MS});
    let mut bare = payload.as_object().cloned().unwrap_or_default();
    bare.remove("ChangeEventHeader");
    assert_eq!(Value::Object(bare), told);
    assert_eq!(receiver.seen().requests[0].headers.get("x-api-key").map(String::as_str), Some("k"));
    Ok(())
}

#[tokio::test]
async fn every_kind_of_change_is_told() -> Outcome {
    let (receiver, emulator) = started()?;
    let added = emulator.state().add("Invoice__c", 2, &fields(json!({"Amount__c": 5})))?;
    emulator.state().delete_these("Invoice__c", &ids(&added))?;
    emulator.state().undelete_these("Invoice__c", &ids(&added[..1]))?;
    emulator.state().gap("Invoice__c", ChangeType::GapUpdate, &ids(&added))?;
    emulator.state().gap("Invoice__c", ChangeType::GapOverflow, &ids(&added))?;
    // A client's writing is told, too.
    let client = Client::new(&emulator.base_url()).with("authorization", &format!("Bearer {}", Options::default().access_token));
    assert_eq!(client.post("/services/data/v60.0/sobjects/Account", &json!({"Name": "A"})).await?.status, 201);
    delivered(&emulator, 7).await?;
    let told: Vec<_> = arrived(&receiver)
        .iter()
        .map(|envelope| {
            let header = &envelope["detail"]["payload"]["ChangeEventHeader"];
            (
                envelope["detail-type"].clone(),
                header["changeType"].clone(),
                header["recordIds"].clone(),
                header["sequenceNumber"].clone(),
            )
        })
        .collect();
    let channel = "Invoice__ChangeEvent";
    let account = told[6].2.clone();
    let expected = [
        (channel, "CREATE", json!([added[0]]), 1),
        (channel, "CREATE", json!([added[1]]), 2),
        (channel, "DELETE", json!(added), 1),
        (channel, "UNDELETE", json!([added[0]]), 1),
        (channel, "GAP_UPDATE", json!(added), 1),
        (channel, "GAP_OVERFLOW", json!(["000000000000000AAA"]), 1),
        ("AccountChangeEvent", "CREATE", account, 1),
    ]
    .map(|(channel, change, ids, sequence)| (json!(channel), json!(change), ids, json!(sequence)));
    assert_eq!(told, expected);
    let all = arrived(&receiver);
    let payload = |at: usize| &all[at]["detail"]["payload"];
    assert_eq!(payload(0)["ChangeEventHeader"]["transactionKey"], payload(1)["ChangeEventHeader"]["transactionKey"]);
    assert_ne!(payload(1)["ChangeEventHeader"]["transactionKey"], payload(2)["ChangeEventHeader"]["transactionKey"]);
    // A new record is told whole, one that came back as well, and of the others nothing but that they changed.
    let sizes: Vec<_> = (0..6).map(|at| payload(at).as_object().map_or(0, |payload| payload.len())).collect();
    assert!(sizes[0] > 5 && sizes[3] > 5 && [sizes[2], sizes[4], sizes[5]] == [1, 1, 1], "{sizes:?}");
    assert_eq!((payload(0)["Amount__c"].as_f64(), payload(0)["CreatedDate"].as_i64()), (Some(5.0), Some(NEW_YEAR_MS)));
    Ok(())
}

#[tokio::test]
async fn an_event_comes_again_under_its_id_until_it_is_taken() -> Outcome {
    let (receiver, emulator) = started()?;
    receiver.fault(Rule::status(2, 503));
    emulator.state().change("Contact", 1, &Written::new())?;
    emulator.state().change("Contact", 1, &Written::new())?;
    delivered(&emulator, 4).await?;
    let state = emulator.state();
    let mut by_event: std::collections::BTreeMap<&str, Vec<(u32, u16)>> = std::collections::BTreeMap::new();
    for attempt in &state.events.attempts {
        by_event.entry(&attempt.event_id).or_default().push((attempt.number, attempt.status));
    }
    assert_eq!(by_event.len(), 2);
    assert!(by_event.values().all(|attempts| attempts.last().is_some_and(|(_, status)| *status == 200)), "{by_event:?}");
    assert_eq!(by_event.values().flatten().filter(|(_, status)| *status == 503).count(), 2);
    let sent: Vec<String> = arrived(&receiver).iter().filter_map(|envelope| envelope["id"].as_str().map(str::to_owned)).collect();
    assert!(sent.len() == 4 && sent.iter().all(|id| by_event.contains_key(id.as_str())), "{sent:?}");
    Ok(())
}

#[tokio::test]
async fn an_event_that_nobody_takes_is_given_up() -> Outcome {
    let (receiver, emulator) = started()?;
    receiver.fault(Rule { times: None, ..Rule::status(1, 500) });
    let target = Target { retry_ms: 1, attempts_max: 3, ..Target::new(receiver.url("/events")) };
    emulator.state().send_events_to(Some(target));
    emulator.state().change("Contact", 1, &Written::new())?;
    delivered(&emulator, 3).await?;
    assert_eq!(emulator.state().events.attempts.iter().map(|attempt| attempt.status).collect::<Vec<_>>(), [500; 3]);
    emulator.state().send_events_to(None);
    emulator.state().change("Contact", 1, &Written::new())?;
    assert_eq!(emulator.state().events.waiting(), 0);
    Ok(())
}
