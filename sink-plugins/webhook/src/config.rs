//! A webhook destination's configuration.

use ampline_sink::{Fields, url};

/// JSON Schema of the configuration, for forms and editors; [`Config::read`] is the judge.
pub(crate) const SCHEMA: &str = include_str!("../config.schema.json");

const HEADERS_MAX: usize = 50;
const HEADER_VALUE_BYTES_MAX: usize = 4_096;
const TIMEOUT_MS_DEFAULT: u64 = 15_000;

/// Headers that the host writes, or that belong to a connection and not to a message.
const RESERVED: [&str; 11] = [
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
/// Beginnings of the names of the headers that carry the signature.
const RESERVED_PREFIXES: [&str; 3] = ["webhook-", "svix-", "proxy-"];

/// A configuration that can be used.
pub struct Config {
    /// Where messages go.
    pub url: String,
    /// Milliseconds that the receiver has for its answer.
    pub timeout_ms: u64,
    /// With the content type first.
    headers: Vec<(String, String)>,
}

impl Config {
    /// Reads a configuration and reports every fault.
    pub(crate) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let allow_http = fields.flag("allowHttp").unwrap_or(false);
        let url = fields.required_text("url");
        if let Some(fault) = url.and_then(|url| url::fault(url, allow_http)) {
            fields.fault(["url"], fault);
        }
        let headers = read_headers(fields);
        let timeout_ms = fields.integer("timeoutMs", 1_000..=60_000).unwrap_or(TIMEOUT_MS_DEFAULT);
        Some(Self { url: url?.to_owned(), timeout_ms, headers })
    }

    /// The headers of every request.
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

fn read_headers(fields: &mut Fields<'_>) -> Vec<(String, String)> {
    let texts = fields.texts("headers");
    if texts.len() > HEADERS_MAX {
        fields.fault(["headers"], "has more than 50 headers");
    }
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    for (name, value) in texts {
        let lower = name.to_ascii_lowercase();
        if let Some(fault) = name_fault(&lower).or_else(|| value_fault(value)) {
            fields.fault(["headers", name], fault);
        } else if headers.iter().any(|(other, _)| *other == lower) {
            fields.fault(["headers", name], "is there twice: the case of a header's name means nothing");
        }
        headers.push((lower, value.to_owned()));
    }
    headers
}

fn name_fault(lower: &str) -> Option<&'static str> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if lower.is_empty() || !lower.bytes().all(is_token) {
        return Some("is no header name: use letters, digits and dashes");
    }
    let reserved = RESERVED.contains(&lower) || RESERVED_PREFIXES.iter().any(|prefix| lower.starts_with(prefix));
    reserved.then_some("is written by the runtime itself: leave it out")
}

fn value_fault(value: &str) -> Option<&'static str> {
    if value.len() > HEADER_VALUE_BYTES_MAX {
        return Some("has a value longer than 4,096 bytes");
    }
    if value.trim() != value {
        return Some("has a value that begins or ends with space: take it away");
    }
    let fits = value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
    (!fits).then_some("has a value with a character that headers cannot carry: use printable ASCII")
}

#[cfg(test)]
mod tests {
    //! Oracle: the `jsonschema` crate, which must judge as the sink does wherever a schema can.

    use ampline_sink::{Sink, check_config};
    use serde_json::{Map, Value, json};

    use crate::Webhook;

    /// The pointers of the faults that the sink finds, and whether the schema accepts.
    fn judge(config: &Value) -> (Vec<String>, bool) {
        let (read, issues) = check_config::<Webhook>(&config.to_string());
        assert_eq!(read.is_some(), issues.is_empty(), "{config}");
        let schema = serde_json::from_str(&Webhook::describe().config_schema).unwrap();
        (issues.into_iter().map(|issue| issue.pointer).collect(), jsonschema::draft202012::is_valid(&schema, config))
    }

    fn check(config: &Value, faults: &[&str]) {
        assert_eq!(judge(config), (faults.iter().map(ToString::to_string).collect(), faults.is_empty()), "{config}");
    }

    /// A configuration that is right but for what `extra` adds or replaces.
    fn with(extra: Value) -> Value {
        let mut config = Map::from_iter([("url".to_owned(), json!("https://example.com/hook"))]);
        config.extend(extra.as_object().cloned().unwrap_or_default());
        Value::Object(config)
    }

    #[test]
    fn sink_and_schema_agree() {
        check(&with(json!({})), &[]);
        check(&with(json!({"url": "http://[::1]:80/x?y=z"})), &[]);
        check(&with(json!({"url": "http://example.com/", "allowHttp": true})), &[]);
        check(&with(json!({"headers": {}, "timeoutMs": 1000})), &[]);
        check(&with(json!({"headers": {"Authorization": "Bearer a b", "x-empty": ""}, "timeoutMs": 60000})), &[]);
        check(&json!({}), &["/url"]);
        check(&json!([]), &[""]);
        check(&with(json!({"url": ""})), &["/url"]);
        check(&with(json!({"url": "example.com"})), &["/url"]);
        check(&with(json!({"url": "ftp://example.com/"})), &["/url"]);
        check(&with(json!({"url": "https://me:secret@example.com/"})), &["/url"]);
        check(&with(json!({"url": "https://example.com/#a"})), &["/url"]);
        check(&with(json!({"url": "https://example.com/a b"})), &["/url"]);
        check(&with(json!({"url": format!("https://example.com/{}", "a".repeat(2_048))})), &["/url"]);
        check(&with(json!({"timeoutMs": 999})), &["/timeoutMs"]);
        check(&with(json!({"timeoutMs": 60001})), &["/timeoutMs"]);
        check(&with(json!({"timeoutMs": "15s"})), &["/timeoutMs"]);
        check(&with(json!({"allowHttp": "yes"})), &["/allowHttp"]);
        check(&with(json!({"method": "PUT"})), &["/method"]);
        check(&json!({"url": 1, "headers": [], "timeoutMs": 0}), &["/url", "/headers", "/timeoutMs"]);
    }

    #[test]
    fn sink_and_schema_agree_on_headers() {
        for name in super::RESERVED.iter().chain(&["Webhook-Id", "svix-signature", "Proxy-Authorization", "HOST", "User-Agent"]) {
            check(&with(json!({"headers": {*name: "x"}})), &[&format!("/headers/{name}")]);
        }
        for name in ["", "a b", "a:b", "é", "a\n", "a(b)"] {
            check(&with(json!({"headers": {name: "x"}})), &[&format!("/headers/{name}")]);
        }
        for value in
            [json!(" a"), json!("a "), json!("a\r\nb: c"), json!("a\u{0}"), json!("é"), json!(1), json!("a".repeat(4_097))]
        {
            check(&with(json!({"headers": {"x-a": value}})), &["/headers/x-a"]);
        }
        let many: Map<_, _> = (0..51).map(|n| (format!("x-{n}"), json!("y"))).collect();
        check(&with(json!({"headers": many})), &["/headers"]);
        check(&with(json!({"headers": {"host": "a", "x-ok": "b", "te": "c"}})), &["/headers/host", "/headers/te"]);
    }

    #[test]
    fn the_sink_alone_knows_what_a_schema_cannot_say() {
        for (config, pointer) in [
            (with(json!({"url": "http://example.com/"})), "/url"),
            (with(json!({"url": "https://example.com:99999/"})), "/url"),
            (with(json!({"headers": {"x-a": "1", "X-A": "2"}})), "/headers/x-a"),
        ] {
            assert_eq!(judge(&config), (vec![pointer.to_owned()], true), "{config}");
        }
    }

    #[test]
    fn what_was_read_is_what_is_sent() {
        let text = with(json!({"headers": {"X-Tenant": "t1"}})).to_string();
        let config = check_config::<Webhook>(&text).0.unwrap();
        assert_eq!((config.url.as_str(), config.timeout_ms), ("https://example.com/hook", 15_000));
        assert_eq!(config.headers(), [("content-type", "application/json"), ("x-tenant", "t1")]);
    }
}
