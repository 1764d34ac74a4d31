//! Change data capture: what Salesforce tells of changes, in the form in which Amazon EventBridge passes it on.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    ORGANISATION, USER,
    datum::{Datum, Written, start_of},
    schema::{Source, System},
    store::{Store, View},
};
use crate::seed::{mix, named};

/// Salesforce keeps events for three days; more than these are not kept here, and what is lost is told by an overflow.
const EVENTS_MAX: usize = 10_000;
/// Records whose change is the same share an event, up to so many.
const RECORDS_MAX: usize = 100;

/// What happened to records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeType {
    /// They were made.
    Create,
    /// They were changed.
    Update,
    /// They went into the recycle bin.
    Delete,
    /// They came back out of it.
    Undelete,
    /// They were made, and Salesforce cannot say with which values.
    GapCreate,
    /// They were changed, and Salesforce cannot say how.
    GapUpdate,
    /// They were deleted, outside of the ordinary way.
    GapDelete,
    /// They came back, outside of the ordinary way.
    GapUndelete,
    /// More happened than Salesforce can tell: read the object anew.
    GapOverflow,
}

impl ChangeType {
    fn has_all_fields(self) -> bool {
        matches!(self, Self::Create | Self::Undelete)
    }
}

/// Where events go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// They are posted to it.
    pub url: String,
    /// Headers on every request: how a receiver knows its sender.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The wait after an answer that is not 2xx; it doubles each time.
    #[serde(default = "Target::retry_ms")]
    pub retry_ms: u64,
    /// So often an event is sent at most.
    #[serde(default = "Target::attempts_max")]
    pub attempts_max: u32,
}

impl Target {
    /// A target without headers, with short waits.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), headers: Vec::new(), retry_ms: Self::retry_ms(), attempts_max: Self::attempts_max() }
    }

    fn retry_ms() -> u64 {
        50
    }

    fn attempts_max() -> u32 {
        10
    }
}

/// An attempt to deliver an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The event.
    pub event_id: String,
    /// Which attempt, from 1.
    pub number: u32,
    /// What the receiver answered; 0 is no answer.
    pub status: u16,
}

/// An event on its way.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) attempts: u32,
    pub(super) due: Instant,
}

/// Changes of one transaction.
pub(super) struct Change<'a> {
    pub(super) change: ChangeType,
    pub(super) numbers: &'a [u32],
    /// The places of the fields that were written.
    pub(super) fields: &'a [usize],
    pub(super) now_ms: i64,
}

/// Events on their way, and how those fared that went.
#[derive(Debug)]
pub struct Events {
    pub(super) target: Option<Target>,
    /// How deliveries fared, in order.
    pub attempts: VecDeque<Attempt>,
    pub(super) outbox: VecDeque<Event>,
    pub(super) wake: Arc<Notify>,
    seed: u64,
    made: u64,
    transactions: u64,
}

impl Events {
    pub(super) fn new(seed: u64, target: Option<Target>) -> Self {
        Self {
            target,
            attempts: VecDeque::new(),
            outbox: VecDeque::new(),
            wake: Arc::default(),
            seed: named(seed, "events"),
            made: 0,
            transactions: 0,
        }
    }

    /// Events that were made and neither delivered nor given up.
    pub fn waiting(&self) -> usize {
        self.outbox.len()
    }

    /// Makes the events of a transaction.
    pub(super) fn announce(&mut self, store: &Store, change: &Change<'_>) {
        let overflows = change.change == ChangeType::GapOverflow;
        if self.target.is_none() || (change.numbers.is_empty() && !overflows) {
            return;
        }
        self.transactions += 1;
        if overflows {
            // It names no record.
            self.post(store, change, 1);
        }
        let together = if change.change.has_all_fields() { 1 } else { RECORDS_MAX };
        for (numbers, sequence) in change.numbers.chunks(together).filter(|_| !overflows).zip(1u64..) {
            let part = Change { numbers, ..*change };
            self.post(store, &part, sequence);
        }
        self.wake.notify_one();
    }

    fn post(&mut self, store: &Store, change: &Change<'_>, sequence: u64) {
        self.made += 1;
        let id = self.uuid(self.made);
        if self.outbox.len() >= EVENTS_MAX {
            // The last event says that some are missing, instead of them.
            let overflow = Change { change: ChangeType::GapOverflow, fields: &[], ..*change };
            let body = self.envelope(&id, store, &overflow, sequence).to_string();
            self.outbox.pop_back();
            self.outbox.push_back(Event { id, body, attempts: 0, due: Instant::now() });
            return;
        }
        let body = self.envelope(&id, store, change, sequence).to_string();
        self.outbox.push_back(Event { id, body, attempts: 0, due: Instant::now() });
    }

    fn uuid(&self, of: u64) -> String {
        let bits = mix(self.seed ^ of);
        Uuid::from_u64_pair(bits, mix(bits)).to_string()
    }

    fn envelope(&self, id: &str, store: &Store, change: &Change<'_>, sequence: u64) -> Value {
        let name = &store.entity.name;
        let channel =
            name.strip_suffix("__c").map_or_else(|| format!("{name}ChangeEvent"), |bare| format!("{bare}__ChangeEvent"));
        let time = Timestamp::from_millisecond(change.now_ms).unwrap_or_default();
        json!({
            "version": "0", "id": id, "detail-type": channel,
            "source": format!("aws.partner/salesforce.com/{ORGANISATION}/0YL5e0000000001GAA"), "account": "000000000000",
            "time": format!("{time:.0}"), "region": "us-east-1", "resources": [],
            "detail": {
                "id": self.uuid(self.made ^ u64::MAX), "schemaId": self.uuid(named(0, name)),
                "payload": self.payload(store, change, sequence),
            },
        })
    }

    fn payload(&self, store: &Store, change: &Change<'_>, sequence: u64) -> Map<String, Value> {
        let mut payload = Map::new();
        let first = change.numbers.first().and_then(|number| store.get(*number));
        let mut changed = Vec::new();
        let mut nulled = Vec::new();
        if let Some(view) = first {
            let fields: Vec<usize> = match change.change {
                ChangeType::Create | ChangeType::Undelete => told(view),
                ChangeType::Update => change.fields.iter().copied().chain(store.entity.place("LastModifiedDate")).collect(),
                _ => Vec::new(),
            };
            for at in fields {
                let value = view.value(at);
                let name = add(&mut payload, view, at, &value);
                if value.is_null() {
                    nulled.push(name.clone());
                }
                changed.push(name);
            }
        }
        if change.change != ChangeType::Update {
            (changed, nulled) = (Vec::new(), Vec::new());
        }
        let ids: Vec<String> = match change.change {
            ChangeType::GapOverflow => vec!["000000000000000AAA".to_owned()],
            _ => change.numbers.iter().map(|number| store.id(*number).to_string()).collect(),
        };
        let header = json!({
            "entityName": store.entity.name, "recordIds": ids, "changeType": change.change,
            "changeOrigin": "com/salesforce/api/rest/60.0", "transactionKey": self.uuid(self.transactions << 32),
            "sequenceNumber": sequence, "commitTimestamp": change.now_ms, "commitUser": USER,
            "commitNumber": 1_000_000_000_000_u64 + self.transactions, "changedFields": changed, "nulledFields": nulled,
            "diffFields": [],
        });
        payload.insert("ChangeEventHeader".into(), header);
        payload
    }
}

/// The fields that an event of a new record tells: those that have a value, without what Salesforce leaves out.
fn told(view: View<'_>) -> Vec<usize> {
    let is_told = |(at, field): &(usize, &super::schema::Field)| {
        let is_left_out =
            matches!(field.source, Source::System(System::Id | System::IsDeleted) | Source::PersonName | Source::Address(_))
                || field.name == "SystemModstamp";
        !is_left_out && !view.value(*at).is_null()
    };
    view.store.entity.fields.iter().enumerate().filter(is_told).map(|(at, _)| at).collect()
}

/// Puts a value where it belongs, inside its compound if it is a part of one; the name that `changedFields` has for it.
fn add(payload: &mut Map<String, Value>, view: View<'_>, at: usize, value: &Datum<'_>) -> String {
    let Some(field) = view.store.entity.fields.get(at) else { return String::new() };
    let written = match value {
        // The relay takes its values from Avro, where days and instants are milliseconds.
        Datum::Instant(at_s) => Value::from(at_s.saturating_mul(1_000)),
        Datum::Date(day) => Value::from(start_of(*day).saturating_mul(1_000)),
        datum => serde_json::to_value(Written { datum, zone_minutes: 0 }).unwrap_or_default(),
    };
    let Some((compound, part)) = field.part_of else {
        payload.insert(field.name.clone(), written);
        return field.name.clone();
    };
    payload.entry(compound).or_insert_with(|| json!({}))[part] = written;
    format!("{compound}.{part}")
}
