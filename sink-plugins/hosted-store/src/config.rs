//! The configuration of a destination in the hosted store.

use ampline_sink::{Field, Issues, Rules, Schema, derived::Value};

const ENDPOINT_BYTES_MAX: usize = 64;

/// Keeps the latest state of each item, served by the runtime's own API.
#[derive(ampline_sink::Config)]
#[config(title = "Hosted store")]
pub struct Config {
    /// The name under which the API serves the items: /projects/{project}/{endpoint}/groups/{group}.
    #[config(title = "Endpoint")]
    pub(crate) endpoint: Endpoint,
}

/// A segment of the API's paths.
pub(crate) struct Endpoint(pub(crate) String);

impl Field for Endpoint {
    fn schema(_: &Rules) -> Schema {
        Schema::of("string").with("minLength", 1).with("maxLength", ENDPOINT_BYTES_MAX).with("pattern", "^[A-Za-z0-9_-]+$")
    }

    fn read(value: &Value, _: &Rules, issues: &mut Issues) -> Option<Self> {
        let letters = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let fits = |text: &&str| !text.is_empty() && text.len() <= ENDPOINT_BYTES_MAX && letters(text);
        let endpoint = value.as_str().filter(fits);
        if endpoint.is_none() {
            issues.fault("must be 1 to 64 letters, digits, dashes or underscores");
        }
        endpoint.map(|endpoint| Self(endpoint.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    //! Oracle: the `jsonschema` crate, which must judge as the sink does.

    use ampline_sink::check_config;
    use serde_json::{Value, json};

    use super::*;

    /// The desk tries its forms on the file, which tells readers as well what the sink takes.
    #[test]
    fn the_schema_is_kept_beside_the_sink() {
        let derived: Value = serde_json::from_str(&<Config as ampline_sink::Config>::schema()).unwrap();
        let kept: Value = serde_json::from_str(include_str!("../config.schema.json")).unwrap();
        assert_eq!(kept, derived, "write into config.schema.json:\n{derived:#}\n");
    }

    /// `fault` is the pointer of the one fault, or none where the configuration is right.
    fn check(config: &Value, fault: Option<&str>) {
        let (read, issues) = check_config::<Config>(&config.to_string());
        assert_eq!(issues.iter().map(|issue| issue.pointer.as_str()).collect::<Vec<_>>(), Vec::from_iter(fault), "{config}");
        assert_eq!(read.is_some(), fault.is_none(), "{config}");
        let schema = serde_json::from_str(&<Config as ampline_sink::Config>::schema()).unwrap();
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
