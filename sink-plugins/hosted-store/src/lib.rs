//! The hosted-store sink (type `api`): keeps the latest state of each item, which the runtime's own API serves.

mod changes;

use ampline_sink::{Descriptor, Envelope, Failure, Fields, Outcome, Sink, documents, export_sink, messages};

/// JSON Schema of the configuration, for forms and editors; [`Sink::configure`] is the judge.
const SCHEMA: &str = include_str!("../config.schema.json");

const ENDPOINT_BYTES_MAX: usize = 64;

/// A destination that is an endpoint of the hosted store.
pub struct HostedStore {
    endpoint: String,
}

export_sink!(HostedStore);

impl Sink for HostedStore {
    type Config = String;

    fn describe() -> Descriptor {
        Descriptor {
            name: "api".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            config_schema: SCHEMA.to_owned(),
            max_batch_envelopes: 100,
            max_batch_bytes: 8 << 20,
            max_message_bytes: 0,
            // The store keeps the latest of two states whatever order they come in.
            ordered: false,
            extras: Vec::new(),
        }
    }

    fn configure(fields: &mut Fields<'_>) -> Option<String> {
        let endpoint = fields.required_text("endpoint")?;
        let fits = endpoint.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if endpoint.is_empty() || endpoint.len() > ENDPOINT_BYTES_MAX || !fits {
            fields.fault(["endpoint"], "must be 1 to 64 letters, digits, dashes or underscores");
        }
        Some(endpoint.to_owned())
    }

    fn open(endpoint: String) -> Result<Self, Failure> {
        Ok(Self { endpoint })
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        let entries: Vec<_> = (0..).zip(&batch).map(|(place, _)| messages::records(place)).collect();
        changes::apply(&self.endpoint, &batch, &entries, documents::apply)
    }
}

#[cfg(test)]
mod tests {
    //! Oracle: the `jsonschema` crate, which must judge as the sink does.

    use ampline_sink::check_config;
    use serde_json::{Value, json};

    use super::*;

    /// `fault` is the pointer of the one fault, or none where the configuration is right.
    fn check(config: &Value, fault: Option<&str>) {
        let (read, issues) = check_config::<HostedStore>(&config.to_string());
        assert_eq!(issues.iter().map(|issue| issue.pointer.as_str()).collect::<Vec<_>>(), Vec::from_iter(fault), "{config}");
        assert_eq!(read.is_some(), fault.is_none(), "{config}");
        let schema = serde_json::from_str(&HostedStore::describe().config_schema).unwrap();
        assert_eq!(jsonschema::draft202012::is_valid(&schema, config), fault.is_none(), "the schema on {config}");
    }

    #[test]
    fn sink_and_schema_agree_on_configurations() {
        for endpoint in ["orders", "A-b_9", &"x".repeat(64)] {
            check(&json!({ "endpoint": endpoint }), None);
        }
        for endpoint in
            [json!(""), json!("a b"), json!("a/b"), json!("é"), json!("a\n"), json!("x".repeat(65)), json!(7), json!(null)]
        {
            check(&json!({ "endpoint": endpoint }), Some("/endpoint"));
        }
        check(&json!({}), Some("/endpoint"));
        check(&json!([]), Some(""));
        check(&json!({ "endpoint": "orders", "table": "x" }), Some("/table"));
    }
}
