//! A sink whose conduct its configuration chooses, to show that the host contains it: `{"behaviour": "trap"}`.
//!
//! It imports what a webhook sink may import: `messages`, `http`, `log` and `clock`.

mod behaviour;
mod misdeeds;

use ampline_sink::{Config, Descriptor, Envelope, Failure, Fields, Outcome, Sink, export_sink};

use behaviour::Behaviour;
use misdeeds::Other;

/// A sink that does what it is told, good or bad.
pub struct Misbehaving {
    behaviour: Behaviour,
    url: String,
    credential: Option<String>,
    reversed: String,
}

export_sink!(Misbehaving);

impl Config for Misbehaving {
    fn schema() -> String {
        r#"{"type": "object", "required": ["behaviour"]}"#.to_owned()
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let url = fields.text("url").unwrap_or("http://127.0.0.1:9/").to_owned();
        let name = fields.required_text("behaviour")?;
        let Some(behaviour) = Behaviour::named(name) else {
            fields.fault(["behaviour"], format!("is none of {}", behaviour::names().join(", ")));
            return None;
        };
        match behaviour {
            Behaviour::LoopInValidate => misdeeds::spin(),
            Behaviour::WarnInValidate => fields.warning(["behaviour"], "is odd but will do"),
            _ => {}
        }
        let reversed = fields.text("reversed").unwrap_or_default().to_owned();
        let credential = fields.text("credential").map(str::to_owned);
        Some(Self { behaviour, url, credential, reversed })
    }
}

impl Sink for Misbehaving {
    type Config = Self;

    fn describe() -> Descriptor {
        let max_batch_bytes = 1 << 20;
        Descriptor { max_batch_bytes, ..Descriptor::of::<Self>("misbehaving", env!("CARGO_PKG_VERSION")) }
    }

    fn open(config: Self) -> Result<Self, Failure> {
        match config.behaviour {
            Behaviour::TrapInOpen => misdeeds::trap(),
            Behaviour::LoopInOpen => misdeeds::spin(),
            Behaviour::BlockInOpen => Err(Failure::blocked("test.blocked", "refused to open")),
            _ => Ok(config),
        }
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        let to = Other { url: &self.url, credential: self.credential.as_deref() };
        misdeeds::deliver(self.behaviour, to, &self.reversed, &batch)
    }
}
