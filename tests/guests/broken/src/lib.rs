//! A sink that posts each message with its event id as the idempotency key, and does so well until a word of its component is changed:
//! then it has exactly one flaw, which exactly one check of the harness should find.

mod flaw;

use std::{
    hint::black_box,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use ampline_sink::{
    Config, Descriptor, Envelope, Failure, FailureClass, Fields, Outcome, Payload, Sink, clock, export_sink,
    http::{self, Request, Response},
    messages,
};

use flaw::{Flaw, flaw};

const SHORT_OUTCOMES: usize = 50;
const STORM_TURNS: u32 = 30;
const LEAK_BYTES: usize = 2 << 20;

static ASKED: AtomicU32 = AtomicU32::new(0);
static FIRST: Mutex<Option<String>> = Mutex::new(None);

/// The sink.
pub struct Broken {
    url: String,
    kept: Vec<Vec<u8>>,
}

export_sink!(Broken);

impl Config for Broken {
    fn schema() -> String {
        schema()
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let url = fields.required_text("url");
        if url.is_some_and(|url| !url.starts_with("https://")) {
            fields.fault(["url"], "must begin with https://");
        }
        fields.integer("size", 1..=if flaw() == Flaw::Credulous { 1_000 } else { 9 });
        if flaw() == Flaw::BareSecret {
            fields.text("password");
        }
        if flaw() == Flaw::Astray {
            fields.warning(["no", "where"], "is odd");
        }
        Some(Self { url: url?.to_owned(), kept: Vec::new() })
    }
}

impl Sink for Broken {
    type Config = Self;

    fn describe() -> Descriptor {
        let version = match flaw() {
            Flaw::Unstable => format!("1.0.{}", ASKED.fetch_add(1, Ordering::Relaxed)),
            _ => "1.0.0".to_owned(),
        };
        Descriptor { max_batch_bytes: 1 << 20, ..Descriptor::of::<Self>("broken", &version) }
    }

    fn open(config: Self) -> Result<Self, Failure> {
        Ok(config)
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        match flaw() {
            Flaw::Trap => trap(),
            Flaw::Loop => loop {
                black_box(0);
            },
            Flaw::Chatty if batch.is_empty() => return vec![Outcome::Delivered(None)],
            Flaw::Leak => self.kept.push(black_box(vec![1; LEAK_BYTES])),
            Flaw::Fragile => (0..).zip(&batch).for_each(|(place, _)| {
                if String::from_utf8(messages::body(place)).is_err() {
                    trap();
                }
            }),
            _ => {}
        }
        let mut outcomes = self.sent(&batch);
        match flaw() {
            Flaw::Short => outcomes.truncate(SHORT_OUTCOMES),
            Flaw::AllOrNone => {
                if let Some(failed) = outcomes.iter().find(|outcome| matches!(outcome, Outcome::Failed(_))).cloned() {
                    outcomes.fill(failed);
                }
            }
            _ => {}
        }
        outcomes
    }
}

impl Broken {
    fn sent(&self, batch: &[Envelope]) -> Vec<Outcome> {
        let keys: Vec<String> = batch.iter().map(key).collect();
        let first = first(batch);
        let headers: Vec<_> = keys.iter().map(|key| [("idempotency-key", key.as_str()), ("x-first", first.as_str())]).collect();
        let request = |place: usize| Request {
            method: "POST",
            url: &self.url,
            headers: &headers[place][..if first.is_empty() { 1 } else { 2 }],
            body: if flaw() == Flaw::Anonymous { Payload::Bytes(b"something happened") } else { Payload::Message(place as u32) },
            credential: None,
            webhook_id: None,
            timeout: None,
        };
        let requests: Vec<_> = (0..batch.len()).map(request).collect();
        let mut outcomes: Vec<Outcome> = http::send(&requests).into_iter().map(outcome).collect();
        for _ in 0..if flaw() == Flaw::Storm { STORM_TURNS } else { 0 } {
            if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(_))) {
                outcomes = http::send(&requests).into_iter().map(outcome).collect();
            }
        }
        outcomes
    }
}

fn schema() -> String {
    let kind = if flaw() == Flaw::BadSchema { "strng" } else { "string" };
    let secret = if flaw() == Flaw::BareSecret { r#", "password": {"type": "string"}"# } else { "" };
    format!(
        r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["url"], "additionalProperties": false,
        "properties": {{"url": {{"type": "{kind}", "pattern": "^https://", "examples": ["https://sink.example/in"]}},
        "size": {{"type": "integer", "minimum": 1, "maximum": 9}}{secret}}}}}"#
    )
}

fn key(envelope: &Envelope) -> String {
    match flaw() {
        Flaw::Anonymous => "always the same".to_owned(),
        Flaw::Attempt => format!("{}-{}", envelope.id, envelope.attempt),
        _ => envelope.id.clone(),
    }
}

/// The id of the first message that this instance ever saw.
fn first(batch: &[Envelope]) -> String {
    if flaw() != Flaw::Remember {
        return String::new();
    }
    let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    first.get_or_insert_with(|| batch.first().map(|envelope| envelope.id.clone()).unwrap_or_default()).clone()
}

fn outcome(answer: Result<Response, Failure>) -> Outcome {
    let told = match answer {
        Ok(response) if flaw() == Flaw::Swallow && response.status == 502 => return Outcome::Delivered(None),
        Ok(response) => http::outcome(&response, clock::now),
        Err(failure) => Outcome::Failed(failure),
    };
    match told {
        Outcome::Failed(failure) if flaw() == Flaw::Heedless && failure.class == FailureClass::Throttled => {
            Outcome::Failed(Failure { retry_after: None, ..failure })
        }
        Outcome::Failed(failure) if flaw() == Flaw::Denying => Outcome::Failed(Failure { maybe_applied: false, ..failure }),
        told => told,
    }
}

/// One `unreachable` instruction, without the words of a panic.
fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort()
}
