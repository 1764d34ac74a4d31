//! The hosted-store sink (type `api`): keeps the latest state of each item, which the runtime's own API serves.

mod changes;
mod config;

use ampline_sink::{Descriptor, Envelope, Failure, Outcome, Sink, documents, export_sink, messages};

use config::Config;

/// A destination that is an endpoint of the hosted store.
pub struct HostedStore {
    endpoint: String,
}

export_sink!(HostedStore);

impl Sink for HostedStore {
    type Config = Config;

    fn describe() -> Descriptor {
        // In no order: the store keeps the latest of two states whatever order they come in.
        Descriptor { max_batch_bytes: 8 << 20, ..Descriptor::of::<Config>("api", env!("CARGO_PKG_VERSION")) }
    }

    fn open(config: Config) -> Result<Self, Failure> {
        Ok(Self { endpoint: config.endpoint.0 })
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        let entries: Vec<_> = (0..).zip(&batch).map(|(place, _)| messages::records(place)).collect();
        changes::apply(&self.endpoint, &batch, &entries, documents::apply)
    }
}
