//! A sink that calls WASI 0.2 as its configuration says: `{"call": "environment"}`. It answers with what it was told.

mod call;
mod http;

use ampline_sink::{Config, Descriptor, Envelope, Failure, Fields, Outcome, Sink, export_sink};

use call::Call;

/// A sink that makes one call for each envelope.
pub struct Wasi {
    call: Call,
    url: String,
}

export_sink!(Wasi);

impl Config for Wasi {
    fn schema() -> String {
        r#"{"type": "object", "required": ["call"]}"#.to_owned()
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let url = fields.text("url").unwrap_or("http://127.0.0.1:9/").to_owned();
        let name = fields.required_text("call")?;
        let Some(call) = Call::named(name) else {
            fields.fault(["call"], "is no call that this sink knows".to_owned());
            return None;
        };
        Some(Self { call, url })
    }
}

impl Sink for Wasi {
    type Config = Self;

    fn describe() -> Descriptor {
        Descriptor { max_batch_bytes: 1 << 20, ..Descriptor::of::<Self>("wasi", env!("CARGO_PKG_VERSION")) }
    }

    fn open(config: Self) -> Result<Self, Failure> {
        Ok(config)
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        batch.iter().map(|_| Outcome::Delivered(Some(self.call.made(&self.url)))).collect()
    }
}
