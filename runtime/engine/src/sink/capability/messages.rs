//! `messages`: the messages of the batch at hand, for a sink that must look.

use ampline_core::message::{Envelope, Metadata, RecordSpan};

use super::Host;
use crate::sink::wasm::bindings::ampline::sink::messages;

impl messages::Host for Host {
    fn body(&mut self, index: u32) -> wasmtime::Result<Vec<u8>> {
        self.count_call()?;
        Ok(self.envelope_or_trap(index)?.body.to_vec())
    }

    fn metadata(&mut self, index: u32) -> wasmtime::Result<Vec<(String, String)>> {
        self.count_call()?;
        Ok(named(&self.envelope_or_trap(index)?.metadata))
    }

    fn records(&mut self, index: u32) -> wasmtime::Result<Vec<messages::Entry>> {
        self.count_call()?;
        let envelope = self.envelope_or_trap(index)?;
        Ok(envelope.index.records.iter().map(|span| entry(envelope, span)).collect())
    }
}

/// The metadata under the names that templates use, in the order of the closed set.
fn named(metadata: &Metadata) -> Vec<(String, String)> {
    let named = [
        ("projectId", Some(&metadata.project_id)),
        ("installationId", Some(&metadata.installation_id)),
        ("connectionId", Some(&metadata.connection_id)),
        ("destinationId", Some(&metadata.destination_id)),
        ("operationId", metadata.operation_id.as_ref()),
        ("objectName", Some(&metadata.object_name)),
        ("event-id", Some(&metadata.event_id)),
        ("timestamp", Some(&metadata.timestamp)),
        ("topic", Some(&metadata.topic)),
    ];
    named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.clone()))).collect()
}

/// Where the provider does not say when it changed a record, the time of the message stands for the time of the read.
fn entry(envelope: &Envelope, span: &RecordSpan) -> messages::Entry {
    let modified_at_ms = span.modified_at_ms.unwrap_or_else(|| envelope.occurred_at.as_millisecond());
    messages::Entry { id: span.id.clone(), deleted: span.deleted, modified_at: u64::try_from(modified_at_ms).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The oracle is the JSON form of the metadata, which other rooms use.
    #[test]
    fn the_names_are_those_of_the_json_form() {
        for operation_id in [None, Some("op".to_owned())] {
            let text = |s: &str| s.to_owned();
            let metadata = Metadata {
                project_id: text("p"),
                installation_id: text("i"),
                connection_id: text("c"),
                destination_id: text("d"),
                operation_id,
                object_name: text("o"),
                event_id: text("e"),
                timestamp: text("t"),
                topic: text("read"),
            };
            let serde_json::Value::Object(json) = serde_json::to_value(&metadata).unwrap() else { panic!("an object") };
            let mut expected: Vec<_> = json.into_iter().map(|(k, v)| (k, v.as_str().unwrap().to_owned())).collect();
            let mut got = named(&metadata);
            expected.sort();
            got.sort();
            assert_eq!(got, expected);
        }
    }
}
