//! An S3 destination's configuration.

use ampline_sink::{Fields, region, templates::Purpose, url};

use crate::bucket;

/// The time of the event, then its id.
const KEY_TEMPLATE_DEFAULT: &str = r#"join('', [time.rfc3339_nano, '_', metadata."event-id", '.json'])"#;

/// As S3 writes them.
const STORAGE_CLASSES: [&str; 11] = [
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "GLACIER_IR",
    "DEEP_ARCHIVE",
    "REDUCED_REDUNDANCY",
    "EXPRESS_ONEZONE",
    "OUTPOSTS",
    "SNOW",
];

/// How a message becomes an object's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// As `{"data": …}`.
    Data,
    /// As it is.
    None,
}

/// A configuration that can be used. Where the bucket is, the host reads for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// For what is told of deliveries.
    pub bucket: String,
    /// JMESPath that gives each object's key.
    pub key_template: String,
    /// As S3 writes it; the bucket's own default where there is none.
    pub storage_class: Option<&'static str>,
    /// How a message becomes a body.
    pub wrapping: Wrapping,
}

impl ampline_sink::Config for Config {
    fn schema() -> String {
        include_str!("../config.schema.json").to_owned()
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let bucket = fields.required_text("bucket");
        if let Some(fault) = bucket.and_then(bucket::fault) {
            fields.fault(["bucket"], fault);
        }
        let allow_http = fields.flag("allowHttp").unwrap_or(false);
        let endpoint = fields.text("endpointUrl");
        if let Some(fault) = endpoint.and_then(|endpoint| url::fault(endpoint, allow_http)) {
            fields.fault(["endpointUrl"], fault);
        }
        let region = fields.required_text("region");
        if let Some(fault) = region.and_then(|region| region::fault(region, endpoint.is_some())) {
            fields.fault(["region"], fault);
        }
        let key_template = fields.template("keyTemplate", Purpose::ObjectKey);
        if key_template == Some("") {
            fields.fault(["keyTemplate"], "is empty: leave it out for the time of the event and its id");
        }
        let storage_class = fields.text("storageClass").and_then(|given| known_class(fields, given));
        let wrapping = wrapping(fields);
        Some(Self {
            bucket: bucket?.to_owned(),
            key_template: key_template.unwrap_or(KEY_TEMPLATE_DEFAULT).to_owned(),
            storage_class,
            wrapping,
        })
    }
}

fn known_class(fields: &mut Fields<'_>, given: &str) -> Option<&'static str> {
    let found = STORAGE_CLASSES.into_iter().find(|class| class.eq_ignore_ascii_case(given));
    if found.is_none() {
        fields.fault(["storageClass"], format_args!("is no storage class: there are {}", STORAGE_CLASSES.join(", ")));
    }
    found
}

fn wrapping(fields: &mut Fields<'_>) -> Wrapping {
    match fields.text("envelope") {
        None | Some("data") => Wrapping::Data,
        Some("none") => Wrapping::None,
        Some(_) => {
            fields.fault(["envelope"], "must be data (the message is wrapped) or none (it is not)");
            Wrapping::Data
        }
    }
}

#[cfg(test)]
mod tests {
    //! Oracle: the `jsonschema` crate, which must judge as the sink does wherever a schema can.

    use ampline_sink::{Sink, check_config};
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::S3;

    /// The pointers of the faults that the sink finds, and whether the schema accepts.
    fn judge(config: &Value) -> (Vec<String>, bool) {
        let (read, issues) = check_config::<Config>(&config.to_string());
        assert_eq!(read.is_some(), issues.is_empty(), "{config}: {issues:?}");
        let schema = serde_json::from_str(&S3::describe().config_schema).unwrap();
        (issues.into_iter().map(|issue| issue.pointer).collect(), jsonschema::draft202012::is_valid(&schema, config))
    }

    fn check(config: &Value, faults: &[&str]) {
        assert_eq!(judge(config), (faults.iter().map(ToString::to_string).collect(), faults.is_empty()), "{config}");
    }

    /// A configuration that is right but for what `extra` adds or replaces.
    fn with(extra: Value) -> Value {
        let mut config: Map<_, _> = [("bucket", json!("my-bucket")), ("region", json!("us-west-2"))]
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect();
        config.extend(extra.as_object().cloned().unwrap_or_default());
        Value::Object(config)
    }

    #[test]
    fn sink_and_schema_agree() {
        check(&with(json!({})), &[]);
        check(&with(json!({"keyTemplate": "metadata.\"event-id\"", "envelope": "none"})), &[]);
        check(&with(json!({"endpointUrl": "http://127.0.0.1:9000", "region": "auto"})), &[]);
        check(&with(json!({"endpointUrl": "http://minio:9000/", "allowHttp": true})), &[]);
        check(&json!({}), &["/bucket", "/region"]);
        check(&json!([]), &[""]);
        for bucket in [json!(""), json!("ab"), json!("My-Bucket"), json!("-abc"), json!("a".repeat(64)), json!(7), json!(null)] {
            check(&with(json!({"bucket": bucket})), &["/bucket"]);
        }
        for region in [json!(""), json!("US-EAST-1"), json!("us east 1"), json!("us-east-1-"), json!(1)] {
            check(&with(json!({"region": region})), &["/region"]);
        }
        for endpoint in
            [json!("minio:9000"), json!("ftp://minio"), json!("https://me:word@minio/"), json!("https://minio/#a"), json!(1)]
        {
            check(&with(json!({"endpointUrl": endpoint})), &["/endpointUrl"]);
        }
        check(&with(json!({"keyTemplate": ""})), &["/keyTemplate"]);
        check(&with(json!({"keyTemplate": ["a"]})), &["/keyTemplate"]);
        check(&with(json!({"envelope": "raw"})), &["/envelope"]);
        check(&with(json!({"envelope": true})), &["/envelope"]);
        check(&with(json!({"allowHttp": "yes"})), &["/allowHttp"]);
        check(&with(json!({"prefix": "a/"})), &["/prefix"]);
    }

    #[test]
    fn storage_classes_in_any_case() {
        for class in STORAGE_CLASSES {
            for written in [class.to_owned(), class.to_lowercase()] {
                check(&with(json!({"storageClass": written})), &[]);
                let config = check_config::<Config>(&with(json!({"storageClass": written})).to_string()).0.unwrap();
                assert_eq!(config.storage_class, Some(class));
            }
        }
        for class in [json!(""), json!("HOT"), json!("GLACIER "), json!(1)] {
            check(&with(json!({"storageClass": class})), &["/storageClass"]);
        }
    }

    #[test]
    fn the_sink_alone_knows_what_a_schema_cannot_say() {
        for (config, pointer) in [
            (with(json!({"region": "auto"})), "/region"),
            (with(json!({"bucket": "192.168.0.1"})), "/bucket"),
            (with(json!({"endpointUrl": "http://minio:9000"})), "/endpointUrl"),
        ] {
            assert_eq!(judge(&config), (vec![pointer.to_owned()], true), "{config}");
        }
    }

    #[test]
    fn defaults_are_those_of_the_page() {
        let config = check_config::<Config>(&with(json!({})).to_string()).0.unwrap();
        assert_eq!((config.key_template.as_str(), config.storage_class), (KEY_TEMPLATE_DEFAULT, None));
        assert_eq!(config.wrapping, Wrapping::Data);
    }
}
