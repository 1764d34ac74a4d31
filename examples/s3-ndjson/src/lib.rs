//! Collects the records of a batch as gzipped NDJSON objects in a bucket, one for each kind of record and day, laid out for query
//! engines (`…/object=contacts/date=2025-10-14/….ndjson.gz`).

mod config;
mod lines;

use std::{collections::BTreeMap, io::Write};

use ampline_sink::{
    Descriptor, Envelope, Failure, Outcome, Payload, Sink, export_sink, messages,
    objects::{self, Object},
};
use flate2::{Compression, write::GzEncoder};

use config::Config;

/// A destination that is a bucket.
pub struct S3Ndjson {
    config: Config,
}

export_sink!(S3Ndjson);

/// What goes into one object.
#[derive(Default)]
struct Collected {
    lines: Vec<u8>,
    /// Places in the batch.
    members: Vec<usize>,
}

impl Sink for S3Ndjson {
    type Config = Config;

    fn describe() -> Descriptor {
        // Bodies come into the sandbox, which has 64 MiB: so many bytes are lines and compressed at the same time.
        Descriptor {
            max_batch_envelopes: 500,
            max_batch_bytes: 4 << 20,
            ..Descriptor::of::<Config>("s3-ndjson", env!("CARGO_PKG_VERSION"))
        }
    }

    fn open(config: Config) -> Result<Self, Failure> {
        Ok(Self { config })
    }

    fn probe(&mut self) -> Result<(), Failure> {
        objects::probe()
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = batch.iter().map(|_| None).collect();
        let collected = collect(&batch, &mut outcomes);
        let made: Vec<_> = collected.iter().map(|(partition, one)| self.object(partition, one, &batch)).collect();
        let puts: Vec<_> = made.iter().map(|(key, body)| object(key, body)).collect();
        let mut answers = objects::put(&puts).into_iter();
        for ((key, _), one) in made.iter().zip(collected.values()) {
            let answer = answers.next().unwrap_or_else(|| Err(unanswered()));
            for member in &one.members {
                outcomes[*member] = Some(match &answer {
                    Ok(etag) => Outcome::Delivered(Some(format!("{key}, ETag {etag}"))),
                    Err(failure) => failure.clone().into(),
                });
            }
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| unanswered().into())).collect()
    }
}

/// The batch by partitions. A message that gives no lines has its outcome at once.
fn collect(batch: &[Envelope], outcomes: &mut [Option<Outcome>]) -> BTreeMap<String, Collected> {
    let mut collected = BTreeMap::<String, Collected>::new();
    for ((place, index), (envelope, outcome)) in (0..).zip(0..).zip(batch.iter().zip(outcomes)) {
        match lines::of(envelope, &messages::body(index), &messages::records(index)) {
            None => *outcome = Some(Failure::rejected("message.json", "the message is no JSON object").into()),
            Some(lines) if lines.is_empty() => *outcome = Some(Outcome::Delivered(Some("no records".to_owned()))),
            Some(lines) => {
                let one = collected.entry(lines::partition(envelope, &messages::metadata(index))).or_default();
                one.lines.extend(lines);
                one.members.push(place);
            }
        }
    }
    collected
}

impl S3Ndjson {
    /// Key and body. The key comes from the events within: the same batch, delivered again, overwrites its own object.
    fn object(&self, partition: &str, one: &Collected, batch: &[Envelope]) -> (String, Vec<u8>) {
        let ids = one.members.iter().map(|member| batch[*member].id.as_str());
        let key = format!("{}/{partition}/{:016x}.ndjson.gz", self.config.prefix, fingerprint(ids));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(self.config.compression));
        // Writing to memory cannot fail.
        let body = encoder.write_all(&one.lines).and_then(|()| encoder.finish()).unwrap_or_default();
        (key, body)
    }
}

fn object<'o>(key: &'o str, body: &'o [u8]) -> Object<'o> {
    Object { key, body: Payload::Bytes(body), content_type: "application/gzip", metadata: &[], storage_class: None }
}

/// FNV-1a of 64 bits over the ids, each ended by a zero byte.
fn fingerprint<'i>(ids: impl Iterator<Item = &'i str>) -> u64 {
    let bytes = ids.flat_map(|id| id.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn unanswered() -> Failure {
    Failure::transient("sink.host", "the host answered fewer objects than it was given").maybe_applied()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use ampline_sink::{
        FailureClass,
        testing::{Host, Message, open},
    };
    use flate2::read::GzDecoder;

    use super::*;

    fn sink() -> S3Ndjson {
        open(r#"{"bucket": "my-bucket", "region": "us-west-2", "prefix": "crm"}"#).unwrap()
    }

    fn unpacked(body: &[u8]) -> String {
        let mut text = String::new();
        GzDecoder::new(body).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn records_of_a_kind_and_a_day_are_one_object() {
        let host = Host::new();
        let batch = host.batch([
            Message::of_records("e1", [r#"{"id": "1", "name": "Ada"}"#, r#"{"id": "2"}"#]).deleted("2"),
            Message::of_records("e2", [r#"{"id": "3"}"#]).metadatum("objectName", "deals/won"),
            Message::of_records("e3", [r#"{"id": "4"}"#]),
        ]);
        let outcomes = sink().deliver(batch);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Delivered(_))), "{outcomes:?}");

        let [contacts, deals] = &host.objects()[..] else { panic!("two kinds are two objects") };
        assert!(contacts.key.starts_with("crm/object=contacts/date=2025-10-14/") && contacts.key.ends_with(".ndjson.gz"));
        assert!(deals.key.starts_with("crm/object=deals_won/date=2025-10-14/"));
        let text = unpacked(&contacts.body);
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<_> =
            lines.iter().map(|line| (line["event"].as_str(), line["id"].as_str(), line["deleted"].as_bool())).collect();
        let (e1, e3) = (Some("e1"), Some("e3"));
        assert_eq!(told, [(e1, Some("1"), Some(false)), (e1, Some("2"), Some(true)), (e3, Some("4"), Some(false))]);
        assert_eq!(lines[0]["data"]["name"], "Ada");
    }

    #[test]
    fn the_same_batch_overwrites_its_own_object() {
        let host = Host::new();
        for _ in 0..2 {
            sink().deliver(host.batch([Message::of_records("e1", [r#"{"id": "1"}"#])]));
        }
        assert_eq!(host.objects()[0], host.objects()[1]);
        sink().deliver(host.batch([Message::of_records("e2", [r#"{"id": "1"}"#])]));
        assert_ne!(host.objects()[0].key, host.objects()[2].key);
    }

    #[test]
    fn one_bad_message_fails_alone_and_a_full_bucket_fails_its_members() {
        let host = Host::new();
        host.on_put(|_| Err(Failure::throttled("aws.SlowDown", "slow down")));
        let records = Message::of_records("e2", [r#"{"id": "1"}"#]);
        let outcomes = sink().deliver(host.batch([Message::of("e1", "not JSON"), records, Message::of("e3", "{}")]));
        let classes = outcomes.iter().map(|outcome| match outcome {
            Outcome::Failed(failure) => Some(failure.class),
            Outcome::Delivered(_) => None,
        });
        assert_eq!(classes.collect::<Vec<_>>(), [Some(FailureClass::Rejected), Some(FailureClass::Throttled), None]);
    }
}
