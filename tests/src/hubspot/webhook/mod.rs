//! Webhooks: what changed, as the JSON arrays that HubSpot posts, signed and tried again like HubSpot's.

mod event;
mod signature;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use super::{
    state::{State, system_ms},
    store::Store,
};
use crate::loopback::Client;

/// Most events of one request.
const BATCH_EVENTS_MAX: usize = 100;

/// The account that events come from, unless ordered otherwise; custom objects carry it in their names.
pub const PORTAL_ID: u64 = 62_515;

/// Where events go, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// Where they are posted.
    pub url: String,
    /// What is signed in its place, where the receiver is known by another address (behind a proxy).
    pub signed_url: Option<String>,
    /// The app's secret.
    pub client_secret: String,
    /// The app.
    pub app_id: u64,
    /// The account.
    pub portal_id: u64,
    /// Events of every type as `object.…`; else only those of custom objects.
    pub generic: bool,
    /// How often a request that got no 2xx is sent again (HubSpot: 10).
    pub retries: u32,
    /// The wait before each of them, in milliseconds (HubSpot: minutes to hours).
    pub retry_delay_ms: u64,
    /// Added to the time that is signed, in milliseconds: for receivers that look at its age.
    pub clock_offset_ms: i64,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            url: String::new(),
            signed_url: None,
            client_secret: "11111111-2222-3333-4444-555555555555".into(),
            app_id: 54_321,
            portal_id: PORTAL_ID,
            generic: false,
            retries: 10,
            retry_delay_ms: 50,
            clock_offset_ms: 0,
        }
    }
}

/// What became of the events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Requests, repeated ones included.
    pub requests: usize,
    /// Events that were taken with a 2xx.
    pub delivered: usize,
    /// Events that were given up.
    pub lost: usize,
}

impl State {
    /// Sends events from now on to `webhooks`; what happened before is not told. Nothing: to nobody.
    pub fn listen(&mut self, webhooks: Option<Webhooks>) {
        for store in self.objects.values_mut() {
            store.changes.is_listening = webhooks.is_some();
            store.changes.take();
        }
        self.webhooks = webhooks;
    }

    /// The events of everything that changed since they were last taken, in the order of their times.
    pub fn take_events(&mut self) -> Vec<Value> {
        let Some(webhooks) = self.webhooks.clone() else { return Vec::new() };
        let type_ids = self.objects.values().map(|store| (store.object.name.clone(), store.object.type_id.clone())).collect();
        let writer = event::Writer { webhooks: &webhooks, type_ids };
        let mut changes: Vec<_> = self.objects.values_mut().flat_map(Store::told).collect();
        changes.sort_by_key(|(_, change)| change.at_ms);
        let mut events = Vec::with_capacity(changes.len());
        for (object, change) in changes {
            self.events += 1;
            events.push(writer.event(&object, &change, self.events));
        }
        events
    }
}

/// Posts events in arrays, each until it is taken or given up.
pub(super) async fn deliver(webhooks: &Webhooks, events: Vec<Value>) -> Delivery {
    let client = Client::new(&webhooks.url);
    let mut delivery = Delivery::default();
    for batch in events.chunks(BATCH_EVENTS_MAX) {
        if post(webhooks, &client, batch.to_vec(), &mut delivery.requests).await {
            delivery.delivered += batch.len();
        } else {
            delivery.lost += batch.len();
        }
    }
    delivery
}

async fn post(webhooks: &Webhooks, client: &Client, mut batch: Vec<Value>, requests: &mut usize) -> bool {
    let signed_url = webhooks.signed_url.as_ref().unwrap_or(&webhooks.url);
    for attempt in 0..=webhooks.retries {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_millis(webhooks.retry_delay_ms)).await;
        }
        for event in &mut batch {
            event["attemptNumber"] = attempt.into();
        }
        let body = Value::from(batch.clone()).to_string();
        let timestamp = (system_ms() + webhooks.clock_offset_ms).to_string();
        let signature = sign(&webhooks.client_secret, "POST", signed_url, &body, &timestamp);
        let signed = client.clone().with(SIGNATURE_HEADER, &signature).with(TIMESTAMP_HEADER, &timestamp);
        *requests += 1;
        if signed.call("POST", &webhooks.url, body).await.is_ok_and(|answer| (200..300).contains(&answer.status)) {
            return true;
        }
    }
    false
}
