//! A sink that calls WASI 0.2 as its configuration says: `{"call": "environment"}`. It answers with what it was told.

mod call;
mod http;

use ampline_sink::{Descriptor, Envelope, Failure, Fields, Outcome, Sink, export_sink};

use call::Call;

/// A sink that makes one call for each envelope.
pub struct Wasi {
    call: Call,
    url: String,
}

export_sink!(Wasi);

impl Sink for Wasi {
    type Config = Self;

    fn describe() -> Descriptor {
        Descriptor {
            name: "wasi".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            config_schema: r#"{"type": "object", "required": ["call"]}"#.to_owned(),
            max_batch_envelopes: 100,
            max_batch_bytes: 1 << 20,
            max_message_bytes: 0,
            ordered: false,
            extras: Vec::new(),
        }
    }

    fn configure(fields: &mut Fields<'_>) -> Option<Self> {
        let url = fields.text("url").unwrap_or("http://127.0.0.1:9/").to_owned();
        let name = fields.required_text("call")?;
        let Some(call) = Call::named(name) else {
            fields.fault(["call"], "is no call that this sink knows".to_owned());
            return None;
        };
        Some(Self { call, url })
    }

    fn open(config: Self) -> Result<Self, Failure> {
        Ok(config)
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        batch.iter().map(|_| Outcome::Delivered(Some(self.call.made(&self.url)))).collect()
    }
}
