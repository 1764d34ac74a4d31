//! The Kinesis sink: each message is one record of a data stream.

mod config;
mod record;

pub use config::Config;
use record::Framed;

use ampline_sink::{
    Config as _, Descriptor, Envelope, Failure, Outcome, Payload, Sink, export_sink,
    log::{self, Level},
    messages,
    streams::{self, Entry, Placed},
    templates::{self, Purpose, Rendered},
};

/// A destination that is a data stream.
pub struct Kinesis {
    config: Config,
}

export_sink!(Kinesis);

impl Sink for Kinesis {
    type Config = Config;

    fn describe() -> Descriptor {
        Descriptor {
            name: "kinesis".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            config_schema: Config::schema(),
            // One call of PutRecords takes so many.
            max_batch_envelopes: 500,
            max_batch_bytes: 4 << 20,
            max_message_bytes: 0,
            ordered: false,
            extras: Vec::new(),
        }
    }

    fn open(config: Config) -> Result<Self, Failure> {
        Ok(Self { config })
    }

    fn probe(&mut self) -> Result<(), Failure> {
        streams::probe()
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        let places: Vec<_> = (0..).zip(&batch).map(|(place, _)| place).collect();
        let keys = match &self.config.partition_key_template {
            Some(template) => templates::render(Purpose::PartitionKey, template, &places),
            None => batch.iter().map(|envelope| Ok(Rendered { text: envelope.id.clone(), note: None })).collect(),
        };
        deliver(&self.config, &batch, keys, messages::metadata, streams::put_records)
    }
}

/// Puts each message with its partition key; `metadata` and `put` are the host's.
fn deliver(
    config: &Config,
    batch: &[Envelope],
    keys: Vec<Result<Rendered, String>>,
    metadata: impl Fn(u32) -> Vec<(String, String)>,
    put: impl FnOnce(&[Entry<'_>]) -> Vec<Result<Placed, Failure>>,
) -> Vec<Outcome> {
    let mut framed = Vec::with_capacity(keys.len());
    for ((place, envelope), key) in (0..).zip(batch).zip(&keys) {
        if let Ok(Rendered { text, .. }) = key {
            let record = Framed::new(config.record_bytes_max, place, envelope.size, text, &metadata(place));
            framed.push((text.as_str(), record));
        }
    }
    let parts: Vec<_> = framed.iter().map(|(key, record)| (*key, record.parts())).collect();
    let sent: Vec<_> = parts.iter().map(|(key, parts)| Entry { partition_key: key, data: Payload::Parts(parts) }).collect();
    let mut answers = put(&sent).into_iter();
    let mut outcome = |key: Result<Rendered, String>| match key {
        Ok(key) => answers.next().map_or_else(|| unanswered().into(), |answer| outcome(key, answer)),
        Err(reason) => Failure::rejected("template.failed", format!("partitionKeyTemplate gives no key: {reason}")).into(),
    };
    keys.into_iter().map(&mut outcome).collect()
}

fn outcome(key: Rendered, answer: Result<Placed, Failure>) -> Outcome {
    let placed = match answer {
        Ok(placed) => placed,
        Err(failure) => return failure.into(),
    };
    let mut said = format!("shard {}, sequence number {}", placed.shard, placed.sequence_number);
    if let Some(note) = key.note {
        log::emit(Level::Warn, &note, &[("partitionKey", &key.text)]);
        said = format!("{said}; {note}");
    }
    Outcome::Delivered(Some(said))
}

fn unanswered() -> Failure {
    Failure::transient("sink.host", "the host answered fewer records than it was given").maybe_applied()
}

#[cfg(test)]
mod tests {
    use ampline_sink::{FailureClass, check_config};

    use super::*;

    fn envelope(id: &str) -> Envelope {
        let (id, group) = (id.to_owned(), "g".to_owned());
        Envelope { id, group, ordering_key: None, occurred_at: 0, size: 10, records: 1, attempt: 1 }
    }

    #[test]
    fn each_message_is_one_record_and_one_outcome() {
        let config = check_config::<Config>(r#"{"streamName": "s", "region": "us-east-1"}"#).0.unwrap();
        let batch = ["a", "b", "c"].map(envelope);
        let key = |text: &str| Ok(Rendered { text: text.to_owned(), note: None });
        let keys = vec![key("k1"), Err("it has 300 characters".to_owned()), key("k3")];
        let placed = Placed { shard: "shardId-0".to_owned(), sequence_number: "49".to_owned() };
        let mut sent = Vec::new();
        let answers = vec![Ok(placed), Err(Failure::throttled("aws.ProvisionedThroughputExceededException", "slow"))];
        let put = |entries: &[Entry<'_>]| {
            sent = entries.iter().map(|entry| entry.partition_key.to_owned()).collect();
            answers
        };
        let outcomes = deliver(&config, &batch, keys, |_| Vec::new(), put);
        assert_eq!(sent, ["k1", "k3"]);
        let told: Vec<_> = outcomes
            .iter()
            .map(|outcome| match outcome {
                Outcome::Delivered(said) => (None, said.clone().unwrap()),
                Outcome::Failed(failure) => (Some(failure.class), failure.message.clone()),
            })
            .collect();
        assert_eq!(
            told,
            [
                (None, "shard shardId-0, sequence number 49".to_owned()),
                (Some(FailureClass::Rejected), "partitionKeyTemplate gives no key: it has 300 characters".to_owned()),
                (Some(FailureClass::Throttled), "slow".to_owned()),
            ]
        );
    }
}
