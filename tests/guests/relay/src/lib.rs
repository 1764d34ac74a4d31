//! A sink of many versions, made of one component: a test writes another version and another fault over the bytes of [`FACE`].
//!
//! It sends each message to `url`, with its version in the header `x-version`.

use std::ptr;

use ampline_sink::{
    Config, Descriptor, Envelope, Failure, Fields, Outcome, Payload, Sink, clock, export_sink,
    http::{self, Request},
};

/// `relay`, the version, and what is wrong with it: `fine`, `open`, `probe`, `trap` (before anything is sent), `sent` (behind it);
/// or `order`, where nothing is, and it asks for order.
static FACE: [u8; 24] = *b"relay 1.0.0 fine        ";

/// A sink that passes messages on.
pub struct Relay {
    url: String,
}

export_sink!(Relay);

/// The word of the face at this place.
fn word(place: usize) -> String {
    // SAFETY: it is a valid reference; the read is volatile because the bytes are other ones than the compiler saw.
    let face = unsafe { ptr::read_volatile(&raw const FACE) };
    String::from_utf8_lossy(&face).split_whitespace().nth(place).unwrap_or_default().to_owned()
}

impl Config for Relay {
    fn schema() -> String {
        r#"{"type": "object", "required": ["url"]}"#.to_owned()
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required_text("url").map(|url| Self { url: url.to_owned() })
    }
}

impl Sink for Relay {
    type Config = Self;

    fn describe() -> Descriptor {
        let ordered = word(2) == "order";
        Descriptor { max_batch_envelopes: 10, max_batch_bytes: 1 << 20, ordered, ..Descriptor::of::<Self>("relay", &word(1)) }
    }

    fn open(config: Self) -> Result<Self, Failure> {
        if word(2) == "open" { Err(Failure::blocked("relay.open", "this version does not open")) } else { Ok(config) }
    }

    fn probe(&mut self) -> Result<(), Failure> {
        if word(2) == "probe" { Err(Failure::transient("relay.probe", "this version reaches nothing")) } else { Ok(()) }
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        let (version, fault) = (word(1), word(2));
        assert!(fault != "trap", "this version traps");
        let headers = [("x-version", version.as_str())];
        let requests = (0..).zip(&batch).map(|(place, envelope)| Request {
            method: "POST",
            url: &self.url,
            headers: &headers,
            body: Payload::Message(place),
            credential: None,
            webhook_id: Some(&envelope.id),
            timeout: None,
        });
        let answers = http::send(&requests.collect::<Vec<_>>());
        assert!(fault != "sent", "this version traps behind its requests");
        let outcome = |answer: Result<_, _>| answer.map_or_else(Outcome::Failed, |answer| http::outcome(&answer, clock::now));
        answers.into_iter().map(outcome).collect()
    }
}
