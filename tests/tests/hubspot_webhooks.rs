//! Webhooks of the HubSpot emulator, over real sockets.
//!
//! Doubles: a server that takes down what it is sent and refuses when told to. Oracles: the documented event shapes, the documented
//! signature (a known value of it is checked where it is computed), and the changes ordered.

use std::{
    error::Error,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use ampline_tests::{
    hubspot::{self, Delivery, Emulator, Options, Properties, SIGNATURE_HEADER, TIMESTAMP_HEADER, Webhooks},
    loopback::{Client, Gate, Server},
};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn Error>>;

/// 2026-01-01T00:00:00Z.
const NEW_YEAR_MS: i64 = 1_767_225_600_000;

#[derive(Default)]
struct Sent {
    /// Signature, timestamp and body of each request.
    requests: Vec<(String, String, String)>,
    refuse: usize,
}

type Listener = Arc<Mutex<Sent>>;

async fn take(State(listener): State<Listener>, headers: HeaderMap, body: String) -> StatusCode {
    let mut sent = listener.lock().unwrap_or_else(PoisonError::into_inner);
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    sent.requests.push((header(SIGNATURE_HEADER), header(TIMESTAMP_HEADER), body));
    if sent.refuse > 0 {
        sent.refuse -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    StatusCode::NO_CONTENT
}

struct Stage {
    emulator: Emulator,
    listener: Listener,
    webhooks: Webhooks,
    _server: Server,
}

impl Stage {
    fn new(change: impl FnOnce(Webhooks) -> Webhooks) -> Result<Self, Box<dyn Error>> {
        let listener = Listener::default();
        let gate = Gate::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let server = Server::start(gate, 1, Router::new().route("/hubspot", post(take)).with_state(Arc::clone(&listener)))?;
        let options = Options { clock_ms: Some(NEW_YEAR_MS), ..Options::default() }.with("cars", 5);
        let emulator = Emulator::start(options)?;
        let url = format!("http://{}/hubspot?x=1", server.address());
        let webhooks = change(Webhooks { url, retry_delay_ms: 1, ..Webhooks::default() });
        emulator.state().listen(Some(webhooks.clone()));
        Ok(Self { emulator, listener, webhooks, _server: server })
    }

    fn requests(&self) -> Vec<Vec<Value>> {
        let sent = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        sent.requests.iter().map(|(_, _, body)| serde_json::from_str(body).unwrap_or_default()).collect()
    }

    /// The events of the only request, without what every event has.
    async fn events(&self) -> Vec<Value> {
        let delivery = self.emulator.deliver_events().await;
        let mut events = self.requests().concat();
        assert_eq!(delivery, Delivery { requests: 1, delivered: events.len(), lost: 0 });
        for event in &mut events {
            for (member, value) in [("portalId", 62_515), ("appId", 54_321), ("occurredAt", NEW_YEAR_MS), ("attemptNumber", 0)] {
                assert_eq!(event[member], value, "{event}");
            }
            let members = event.as_object_mut().unwrap();
            for member in ["portalId", "appId", "occurredAt", "attemptNumber", "eventId", "subscriptionId", "changeSource"] {
                assert!(members.remove(member).is_some(), "{member} of {members:?}");
            }
        }
        events
    }
}

fn values(pairs: &[(&str, &str)]) -> Properties {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
}

#[tokio::test]
async fn every_change_is_told_in_hubspots_shape() -> Outcome {
    let stage = Stage::new(|webhooks| webhooks)?;
    {
        let mut state = stage.emulator.state();
        state.add("contacts", 1, &Properties::new())?;
        state.change_these("contacts", &[3], &values(&[("city", "Kiel"), ("lastname", "Ÿ")]))?;
        state.change_these("contacts", &[3], &values(&[("city", "Kiel")]))?;
        state.associate(("contacts", 3), ("companies", 7), None, false)?;
        state.associate(("contacts", 3), ("companies", 7), None, false)?;
        state.associate(("companies", 7), ("contacts", 3), None, true)?;
        state.archive_these("contacts", &[4])?;
        state.restore_these("contacts", &[4])?;
        state.erase_these("contacts", &[5])?;
        state.merge("contacts", 6, 8)?;
        state.change_these("cars", &[2], &values(&[("name", "Beetle")]))?;
        state.associate(("cars", 2), ("contacts", 3), None, false)?;
    }
    let cars = stage.emulator.state().store("cars")?.object.type_id.clone();
    let side = |kind: &str, from: u64, to: u64, removed: bool, name: &str| {
        json!({"subscriptionType": format!("{kind}.associationChange"), "fromObjectId": from, "toObjectId": to,
            "associationRemoved": removed, "isPrimaryAssociation": false, "associationType": name})
    };
    let expected = [
        json!({"subscriptionType": "object.propertyChange", "objectId": 2, "objectTypeId": cars, "propertyName": "name",
            "propertyValue": "Beetle", "sourceId": "userId:1", "isSensitive": false}),
        json!({"subscriptionType": "object.associationChange", "fromObjectId": 2, "toObjectId": 3, "associationRemoved": false,
            "isPrimaryAssociation": false, "associationTypeId": hubspot_type_id("cars", "contacts"),
            "associationCategory": "HUBSPOT_DEFINED", "fromObjectTypeId": cars, "toObjectTypeId": "0-1"}),
        side("company", 7, 3, false, "COMPANY_TO_CONTACT"),
        side("company", 7, 3, true, "COMPANY_TO_CONTACT"),
        json!({"subscriptionType": "contact.creation", "objectId": 251, "changeFlag": "CREATED"}),
        json!({"subscriptionType": "contact.propertyChange", "objectId": 3, "propertyName": "city", "propertyValue": "Kiel",
            "sourceId": "userId:1", "isSensitive": false}),
        json!({"subscriptionType": "contact.propertyChange", "objectId": 3, "propertyName": "lastname", "propertyValue": "Ÿ",
            "sourceId": "userId:1", "isSensitive": false}),
        side("contact", 3, 7, false, "CONTACT_TO_COMPANY"),
        side("contact", 3, 7, true, "CONTACT_TO_COMPANY"),
        json!({"subscriptionType": "contact.deletion", "objectId": 4, "changeFlag": "DELETED"}),
        json!({"subscriptionType": "contact.restore", "objectId": 4}),
        json!({"subscriptionType": "contact.deletion", "objectId": 5, "changeFlag": "DELETED"}),
        json!({"subscriptionType": "contact.privacyDeletion", "objectId": 5, "changeFlag": "DELETED"}),
    ];
    let events = stage.events().await;
    for event in &expected {
        assert!(events.contains(event), "{event} is not among {events:#?}");
    }
    let merge = events.iter().find(|event| event["subscriptionType"] == "contact.merge").ok_or("no merge")?;
    assert_eq!((&merge["objectId"], &merge["primaryObjectId"], &merge["mergedObjectIds"]), (&json!(6), &json!(6), &json!([8])));
    let cities = events.iter().filter(|event| event["propertyName"] == "city" && event["objectId"] == 3).count();
    assert_eq!(cities, 1, "what stays as it is does not change");
    assert_eq!(stage.emulator.deliver_events().await, Delivery::default(), "nothing is told twice");
    Ok(())
}

/// A custom object's number of an association is the account's own; what it is, the emulator says.
fn hubspot_type_id(from: &str, to: &str) -> u32 {
    900 + from.bytes().chain(to.bytes()).map(u32::from).sum::<u32>()
}

#[tokio::test]
async fn arrays_have_at_most_a_hundred_events_and_are_signed() -> Outcome {
    let signed_url = Some("https://public.example/hubspot?a=%2Fb".to_owned());
    let stage = Stage::new(|webhooks| Webhooks { signed_url, generic: true, ..webhooks })?;
    stage.emulator.state().change("contacts", 230, &Properties::new())?;
    assert_eq!(stage.emulator.deliver_events().await, Delivery { requests: 3, delivered: 230, lost: 0 });
    let requests = stage.requests();
    assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 30]);
    let is_generic = |event: &Value| event["subscriptionType"] == "object.propertyChange" && event["objectTypeId"] == "0-1";
    assert!(requests.iter().flatten().all(is_generic));
    for (signature, timestamp, body) in &stage.listener.lock().unwrap_or_else(PoisonError::into_inner).requests {
        let secret = &stage.webhooks.client_secret;
        assert_eq!(*signature, hubspot::sign(secret, "POST", "https://public.example/hubspot?a=/b", body, timestamp));
        assert!(timestamp.parse::<i64>()? > NEW_YEAR_MS, "the machine's clock, which receivers look at");
    }
    Ok(())
}

#[tokio::test]
async fn what_gets_no_2xx_is_sent_again_and_given_up_in_the_end() -> Outcome {
    let stage = Stage::new(|webhooks| Webhooks { retries: 2, ..webhooks })?;
    for (refuse, expected) in
        [(2, Delivery { requests: 3, delivered: 1, lost: 0 }), (3, Delivery { requests: 3, delivered: 0, lost: 1 })]
    {
        {
            let mut sent = stage.listener.lock().unwrap_or_else(PoisonError::into_inner);
            (sent.refuse, sent.requests) = (refuse, Vec::new());
        }
        stage.emulator.state().change("contacts", 1, &Properties::new())?;
        assert_eq!(stage.emulator.deliver_events().await, expected);
        let requests = stage.requests();
        let attempts: Vec<_> = requests.iter().map(|events| events[0]["attemptNumber"].clone()).collect();
        assert_eq!(attempts, [0, 1, 2]);
        assert!(requests.iter().all(|events| events[0]["eventId"] == requests[0][0]["eventId"]), "{requests:?}");
    }
    Ok(())
}

#[tokio::test]
async fn another_process_orders_events_over_the_control_surface() -> Outcome {
    let stage = Stage::new(|webhooks| webhooks)?;
    let client = Client::new(&stage.emulator.base_url()).with("authorization", "Bearer secret");
    let webhooks = json!({"url": stage.webhooks.url, "portal_id": 25});
    assert_eq!(client.call("PUT", "/_control/webhooks", webhooks.to_string()).await?.status, 204);
    let pair = json!({"object": "contacts", "id": 1, "to_object": "companies", "to": 2});
    assert_eq!(client.post("/_control/associations", &pair).await?.status, 204);
    assert_eq!(client.post("/_control/merge/contacts", &json!({"primary": 1, "merged": 2})).await?.status, 204);
    let by_api = json!({"properties": {"city": "Bonn"}}).to_string();
    assert_eq!(client.call("PATCH", "/crm/v3/objects/contacts/3", by_api).await?.status, 200);
    let delivery: Delivery = serde_json::from_str(&client.post("/_control/webhooks/deliver", &json!({})).await?.body)?;
    assert_eq!((delivery.requests, delivery.lost), (1, 0));
    let events = stage.requests().concat();
    assert_eq!(events.len(), delivery.delivered);
    assert!(events.iter().all(|event| event["portalId"] == 25));
    let types: Vec<_> = events.iter().filter_map(|event| event["subscriptionType"].as_str()).collect();
    for expected in ["contact.associationChange", "company.associationChange", "contact.merge", "contact.propertyChange"] {
        assert!(types.contains(&expected), "{types:?}");
    }
    assert!(!types.contains(&"contact.deletion"), "what went into another record was not deleted: {types:?}");
    client.call("DELETE", "/_control/webhooks", "").await?;
    stage.emulator.state().change("contacts", 1, &Properties::new())?;
    assert_eq!(stage.emulator.deliver_events().await, Delivery::default());
    Ok(())
}
