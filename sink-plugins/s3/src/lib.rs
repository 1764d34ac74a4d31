//! The S3 sink: each message is one object, under a key that stays the same over retries, so that a retry overwrites.

mod bucket;
mod config;

pub use config::{Config, Wrapping};

use ampline_sink::{
    Config as _, Descriptor, Envelope, Failure, Outcome, Part, Payload, Sink, export_sink,
    log::{self, Level},
    messages,
    objects::{self, Object},
    templates::{self, Purpose, Rendered},
};

/// Around a message that is wrapped.
const HEAD: &[u8] = br#"{"data":"#;
const TAIL: &[u8] = b"}";

/// A destination that is a bucket.
pub struct S3 {
    config: Config,
}

export_sink!(S3);

impl Sink for S3 {
    type Config = Config;

    fn describe() -> Descriptor {
        Descriptor {
            name: "s3".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            config_schema: Config::schema(),
            max_batch_envelopes: 100,
            max_batch_bytes: 16 << 20,
            max_message_bytes: 0,
            ordered: false,
            extras: Vec::new(),
        }
    }

    fn open(config: Config) -> Result<Self, Failure> {
        Ok(Self { config })
    }

    fn probe(&mut self) -> Result<(), Failure> {
        objects::probe()
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        let places: Vec<_> = (0..).zip(&batch).map(|(place, _)| place).collect();
        let keys = templates::render(Purpose::ObjectKey, &self.config.key_template, &places);
        deliver(&self.config, keys, messages::metadata, objects::put)
    }
}

/// Stores the message at each place under its key; `metadata` and `put` are the host's.
fn deliver(
    config: &Config,
    keys: Vec<Result<Rendered, String>>,
    metadata: impl Fn(u32) -> Vec<(String, String)>,
    put: impl FnOnce(&[Object<'_>]) -> Vec<Result<String, Failure>>,
) -> Vec<Outcome> {
    let sendable = || (0..).zip(&keys).filter_map(|(place, key)| Some((place, key.as_ref().ok()?)));
    let metadata: Vec<_> = sendable().map(|(place, _)| metadata(place)).collect();
    let metadata: Vec<Vec<_>> = metadata.iter().map(|pairs| borrowed(pairs)).collect();
    let parts: Vec<_> = sendable().map(|(place, _)| [Part::Bytes(HEAD), Part::Message(place), Part::Bytes(TAIL)]).collect();
    let sent: Vec<_> = sendable()
        .zip(metadata.iter().zip(&parts))
        .map(|((place, key), (metadata, parts))| object(config, body(config, place, parts), &key.text, metadata))
        .collect();
    let mut answers = put(&sent).into_iter();
    let mut outcome = |key: Result<Rendered, String>| match key {
        Ok(key) => answers.next().map_or_else(|| unanswered().into(), |answer| outcome(&config.bucket, key, answer)),
        Err(reason) => Failure::rejected("template.failed", format!("keyTemplate gives no key: {reason}")).into(),
    };
    keys.into_iter().map(&mut outcome).collect()
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn body<'a>(config: &Config, place: u32, wrapped: &'a [Part<'a>]) -> Payload<'a> {
    match config.wrapping {
        Wrapping::Data => Payload::Parts(wrapped),
        Wrapping::None => Payload::Message(place),
    }
}

fn object<'a>(config: &Config, body: Payload<'a>, key: &'a str, metadata: &'a [(&'a str, &'a str)]) -> Object<'a> {
    Object { key, body, content_type: "application/json", metadata, storage_class: config.storage_class }
}

fn outcome(bucket: &str, key: Rendered, answer: Result<String, Failure>) -> Outcome {
    let etag = match answer {
        Ok(etag) => etag,
        Err(failure) => return told(failure, &key.text).into(),
    };
    let mut said = format!("s3://{bucket}/{}, ETag {etag}", key.text);
    if let Some(note) = key.note {
        log::emit(Level::Warn, &note, &[("key", &key.text)]);
        said = format!("{said}; {note}");
    }
    Outcome::Delivered(Some(said))
}

/// Whoever must correct a template wants to see what it gave.
fn told(failure: Failure, key: &str) -> Failure {
    let message = format!("{} (key {key:?})", failure.message);
    Failure { message, ..failure }
}

fn unanswered() -> Failure {
    Failure::transient("sink.host", "the host answered fewer objects than it was given").maybe_applied()
}

#[cfg(test)]
mod tests {
    use ampline_sink::{FailureClass, check_config};

    use super::*;

    fn config(extra: &str) -> Config {
        let text = format!(r#"{{"bucket": "my-bucket", "region": "us-west-2"{extra}}}"#);
        check_config::<Config>(&text).0.unwrap()
    }

    fn key(text: &str, note: Option<&str>) -> Result<Rendered, String> {
        Ok(Rendered { text: text.to_owned(), note: note.map(str::to_owned) })
    }

    fn metadata(place: u32) -> Vec<(String, String)> {
        vec![("event-id".to_owned(), format!("e{place}"))]
    }

    /// An object as it was put: its body with `M` and the place of the message in place of it.
    type Put = (String, String, Vec<(String, String)>, Option<String>);

    fn put(object: &Object<'_>) -> Put {
        let body = match &object.body {
            Payload::Message(place) => format!("M{place}"),
            Payload::Parts(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
                    Part::Message(place) => format!("M{place}"),
                    _ => panic!("neither bytes nor a message"),
                })
                .collect(),
            _ => panic!("neither a message nor parts"),
        };
        assert_eq!(object.content_type, "application/json");
        let metadata = object.metadata.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        (object.key.to_owned(), body, metadata, object.storage_class.map(str::to_owned))
    }

    /// What is put where the second of three keys cannot be made, and the outcomes.
    fn deliver_three(config: &Config) -> (Vec<Put>, Vec<Outcome>) {
        let keys = vec![key("a.json", None), Err("it is null".to_owned()), key("c.json", None)];
        let mut seen = Vec::new();
        let outcomes = deliver(config, keys, metadata, |objects| {
            seen = objects.iter().map(put).collect();
            vec![Ok("\"1\"".to_owned()), Err(Failure::throttled("aws.SlowDown", "slow down"))]
        });
        (seen, outcomes)
    }

    #[test]
    fn each_message_is_one_object_and_one_outcome() {
        let (put, outcomes) = deliver_three(&config(r#", "storageClass": "standard_ia""#));
        let class = Some("STANDARD_IA".to_owned());
        assert_eq!(
            put,
            [
                ("a.json".to_owned(), r#"{"data":M0}"#.to_owned(), metadata(0), class.clone()),
                ("c.json".to_owned(), r#"{"data":M2}"#.to_owned(), metadata(2), class),
            ]
        );
        let told: Vec<_> = outcomes
            .iter()
            .map(|outcome| match outcome {
                Outcome::Delivered(said) => (None, said.clone().unwrap()),
                Outcome::Failed(failure) => (Some(failure.class), format!("{}: {}", failure.code, failure.message)),
            })
            .collect();
        assert_eq!(
            told,
            [
                (None, "s3://my-bucket/a.json, ETag \"1\"".to_owned()),
                (Some(FailureClass::Rejected), "template.failed: keyTemplate gives no key: it is null".to_owned()),
                (Some(FailureClass::Throttled), "aws.SlowDown: slow down (key \"c.json\")".to_owned()),
            ]
        );
    }

    #[test]
    fn a_bare_body_is_the_message_itself() {
        let (put, _) = deliver_three(&config(r#", "envelope": "none""#));
        assert_eq!((put[1].1.as_str(), &put[1].3), ("M2", &None));
    }
}
