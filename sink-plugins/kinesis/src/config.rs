//! A Kinesis destination's configuration. Four fields have a second, older name with the prefix `kinesis`.

use ampline_sink::{Fields, region, templates::Purpose, url};

const STREAM_NAME_BYTES_MAX: usize = 128;
/// What every stream takes, and the most that one can be set to take.
const RECORD_KIB_MIN: u64 = 1_024;
const RECORD_KIB_MAX: u64 = 10_240;

/// A configuration that can be used. Where the stream is, the host reads for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// JMESPath that gives each record's partition key; the event id where there is none.
    pub partition_key_template: Option<String>,
    /// Most bytes of a record with its partition key.
    pub record_bytes_max: u64,
}

impl ampline_sink::Config for Config {
    fn schema() -> String {
        include_str!("../config.schema.json").to_owned()
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.spelling("streamName", "kinesisStreamName");
        let stream = fields.required_text(name);
        if let Some(fault) = stream.and_then(stream_fault) {
            fields.fault([name], fault);
        }
        let allow_http = fields.flag("allowHttp").unwrap_or(false);
        let name = fields.spelling("endpointUrl", "kinesisEndpointUrl");
        let endpoint = fields.text(name);
        if let Some(fault) = endpoint.and_then(|endpoint| url::fault(endpoint, allow_http)) {
            fields.fault([name], fault);
        }
        let name = fields.spelling("region", "kinesisRegion");
        let region = fields.required_text(name);
        if let Some(fault) = region.and_then(|region| region::fault(region, endpoint.is_some())) {
            fields.fault([name], fault);
        }
        let name = fields.spelling("partitionKeyTemplate", "kinesisPartitionKeyTemplate");
        let template = fields.template(name, Purpose::PartitionKey);
        if template == Some("") {
            fields.fault([name], "is empty: leave it out for the event id");
        }
        let record_kib = fields.integer("maxRecordKiB", RECORD_KIB_MIN..=RECORD_KIB_MAX).unwrap_or(RECORD_KIB_MIN);
        stream?;
        Some(Self { partition_key_template: template.map(str::to_owned), record_bytes_max: record_kib << 10 })
    }
}

fn stream_fault(name: &str) -> Option<&'static str> {
    if name.starts_with("arn:") {
        return Some("must be the stream's name alone, without arn:");
    }
    let fits = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    let sized = (1..=STREAM_NAME_BYTES_MAX).contains(&name.len());
    (!fits || !sized).then_some("must be 1 to 128 letters, digits, underscores, dots or dashes")
}

#[cfg(test)]
mod tests {
    //! Oracle: the `jsonschema` crate, which must judge as the sink does wherever a schema can.

    use ampline_sink::{Sink, check_config};
    use serde_json::{Value, json};

    use super::Config;
    use crate::Kinesis;

    /// The pointers of the faults that the sink finds, and whether the schema accepts.
    fn judge(config: &Value) -> (Vec<String>, bool) {
        let (read, issues) = check_config::<Config>(&config.to_string());
        assert_eq!(read.is_some(), issues.is_empty(), "{config}: {issues:?}");
        let schema = serde_json::from_str(&Kinesis::describe().config_schema).unwrap();
        (issues.into_iter().map(|issue| issue.pointer).collect(), jsonschema::draft202012::is_valid(&schema, config))
    }

    fn check(config: &Value, faults: &[&str]) {
        assert_eq!(judge(config), (faults.iter().map(ToString::to_string).collect(), faults.is_empty()), "{config}");
    }

    /// The configuration with the older names in place of the newer ones.
    fn older(config: &Value) -> Value {
        let rename = |(name, value): (&String, &Value)| match name.as_str() {
            "allowHttp" | "maxRecordKiB" => (name.clone(), value.clone()),
            _ => (format!("kinesis{}{}", name[..1].to_uppercase(), &name[1..]), value.clone()),
        };
        config.as_object().unwrap().iter().map(rename).collect()
    }

    /// A configuration that is right but for what `extra` adds or replaces.
    fn with(extra: Value) -> Value {
        let mut config = json!({"streamName": "my-stream", "region": "us-east-1"});
        config.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap_or_default());
        config
    }

    #[test]
    fn sink_and_schema_agree_in_both_spellings() {
        for extra in [
            json!({}),
            json!({"partitionKeyTemplate": "data.user_id", "endpointUrl": "https://kinesis.us-east-1.amazonaws.com"}),
            json!({"endpointUrl": "http://localhost:4567", "region": "local"}),
            json!({"maxRecordKiB": 1024}),
            json!({"maxRecordKiB": 10240, "allowHttp": true, "endpointUrl": "http://kinesis:4567"}),
        ] {
            check(&with(extra.clone()), &[]);
            check(&older(&with(extra)), &[]);
        }
        for (name, values) in [
            (
                "streamName",
                vec![json!(""), json!("a b"), json!("é"), json!("a/b"), json!("x".repeat(129)), json!(1), json!(null)],
            ),
            ("region", vec![json!(""), json!("US-EAST-1"), json!("us-east-1-"), json!(1)]),
            ("endpointUrl", vec![json!("kinesis:80"), json!("ftp://k"), json!("https://me:word@k/"), json!(false)]),
            ("partitionKeyTemplate", vec![json!(""), json!({})]),
        ] {
            for value in values {
                check(&with(json!({name: value})), &[&format!("/{name}")]);
                check(&older(&with(json!({name: value}))), &[&format!("/kinesis{}{}", name[..1].to_uppercase(), &name[1..])]);
            }
        }
    }

    #[test]
    fn sink_and_schema_agree_on_the_rest() {
        check(&json!({}), &["/streamName", "/region"]);
        check(&json!([]), &[""]);
        for kib in [json!(1023), json!(10241), json!(1024.5), json!("1024"), json!(-1)] {
            check(&with(json!({"maxRecordKiB": kib})), &["/maxRecordKiB"]);
        }
        check(&with(json!({"allowHttp": 1})), &["/allowHttp"]);
        check(&with(json!({"shardCount": 2})), &["/shardCount"]);
    }

    #[test]
    fn the_sink_alone_knows_what_a_schema_cannot_say() {
        for (config, pointer) in [
            (with(json!({"region": "auto"})), "/region"),
            (with(json!({"endpointUrl": "http://kinesis:4567"})), "/endpointUrl"),
            (with(json!({"kinesisStreamName": "another"})), "/kinesisStreamName"),
            (with(json!({"kinesisRegion": "eu-west-1"})), "/kinesisRegion"),
        ] {
            assert_eq!(judge(&config), (vec![pointer.to_owned()], true), "{config}");
        }
        check(&with(json!({"kinesisStreamName": "my-stream", "kinesisRegion": "us-east-1"})), &[]);
    }

    #[test]
    fn an_unknown_field_is_told_each_name_once() {
        let issues = check_config::<Config>(&with(json!({"x": 1})).to_string()).1;
        assert_eq!(issues[0].message.matches("streamName").count(), 1, "{}", issues[0].message);
        assert_eq!(issues[0].message.matches("kinesisRegion").count(), 1, "{}", issues[0].message);
    }
}
