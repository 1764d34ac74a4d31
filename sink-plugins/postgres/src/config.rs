//! Which table a destination is.

use ampline_sink::Fields;

/// Postgres cuts longer names without a word (`NAMEDATALEN`).
const NAME_BYTES_MAX: usize = 63;
/// What the table beside it is called: the table's name and this.
pub(crate) const VERSIONS_SUFFIX: &str = "_versions";
const SCHEMA_DEFAULT: &str = "public";

/// A sound configuration: names that Postgres takes whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// As it is written; quoted wherever it is used.
    pub table: String,
    /// As it is written. A fixed default, so that no role's or pooler's search path decides where a table is.
    pub schema: String,
}

impl ampline_sink::Config for Config {
    fn schema() -> String {
        include_str!("../config.schema.json").to_owned()
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let table = fields.required_text("tableName");
        let schema = fields.text("schemaName");
        for (name, value, most) in
            [("tableName", table, NAME_BYTES_MAX - VERSIONS_SUFFIX.len()), ("schemaName", schema, NAME_BYTES_MAX)]
        {
            if let Some(value) = value
                && (value.is_empty() || value.len() > most || value.contains('\0'))
            {
                fields.fault([name], format!("must be 1 to {most} bytes (UTF-8) without a NUL character"));
            }
        }
        Some(Self { table: table?.to_owned(), schema: schema.unwrap_or(SCHEMA_DEFAULT).to_owned() })
    }
}

#[cfg(test)]
mod tests {
    //! Oracle: the `jsonschema` crate, which must judge as the sink does, but for names of many bytes and few characters.

    use ampline_sink::{Sink, check_config};
    use serde_json::{Value, json};

    use super::Config;
    use crate::Postgres;

    /// `faults` are the pointers of the faults; `schema` is what the schema says.
    fn check(config: &Value, faults: &[&str], schema: bool) {
        let (read, issues) = check_config::<Config>(&config.to_string());
        assert_eq!(issues.iter().map(|issue| issue.pointer.as_str()).collect::<Vec<_>>(), faults, "{config}");
        assert_eq!(read.is_some(), faults.is_empty(), "{config}");
        let found = serde_json::from_str(&Postgres::describe().config_schema).unwrap();
        assert_eq!(jsonschema::draft202012::is_valid(&found, config), schema, "the schema on {config}");
    }

    #[test]
    fn sink_and_schema_agree_on_configurations() {
        for table in ["SalesforceAccounts", "select", "a\"b'c; --", "Größe 表", " ", "a\nb", &"x".repeat(54)] {
            check(&json!({ "tableName": table }), &[], true);
            check(&json!({ "tableName": table, "schemaName": table }), &[], true);
        }
        for table in [json!(""), json!("a\0b"), json!("x".repeat(55)), json!(7), json!(null), json!(["x"])] {
            check(&json!({ "tableName": table }), &["/tableName"], false);
        }
        for schema in [json!(""), json!("\0"), json!("x".repeat(64)), json!(false)] {
            check(&json!({ "tableName": "t", "schemaName": schema }), &["/schemaName"], false);
        }
        check(&json!({ "tableName": "", "schemaName": "" }), &["/tableName", "/schemaName"], false);
        check(&json!({}), &["/tableName"], false);
        check(&json!([]), &[""], false);
        check(&json!({ "tableName": "t", "table": "t" }), &["/table"], false);
        check(&json!({ "tableName": "ä".repeat(28) }), &["/tableName"], true);
    }

    #[test]
    fn the_schema_is_public_unless_another_is_named() {
        let read = |config: &str| check_config::<Config>(config).0.unwrap();
        assert_eq!(read(r#"{"tableName": "T"}"#).schema, "public");
        assert_eq!(read(r#"{"tableName": "T", "schemaName": "App"}"#).schema, "App");
    }
}
