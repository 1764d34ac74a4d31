//! A webhook destination's configuration.

use ampline_sink::{Field, Fields, HttpUrl, Issues, Rules, Schema, derived::Value, url};

const HEADERS_MAX: usize = 50;
const HEADER_VALUE_BYTES_MAX: usize = 4_096;
const NAME_PATTERN: &str = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";
const VALUE_PATTERN: &str = r"^([!-~]([\t -~]*[!-~])?)?$";

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

/// Each message is one signed POST (Standard Webhooks).
#[derive(ampline_sink::Config)]
#[config(title = "Webhook", check = Config::goes_where_it_may)]
pub struct Config {
    /// Where messages go: absolute, https, without user name, password or fragment. Plain http goes to this machine only, unless
    /// allowHttp is true.
    #[config(title = "URL")]
    pub url: HttpUrl,
    /// Sent with every message, besides those that the runtime writes itself.
    #[config(title = "Headers", default)]
    headers: Headers,
    /// Milliseconds that the receiver has for its answer.
    #[config(title = "Time-out", min = 1_000, max = 60_000, default = 15_000)]
    pub timeout_ms: u64,
    /// Lets messages travel unencrypted to other machines. They are still signed, but anyone on the way can read them.
    #[config(title = "Allow plain http", default)]
    allow_http: bool,
}

impl Config {
    fn goes_where_it_may(&self, fields: &mut Fields<'_>) {
        if let Some(fault) = url::fault(&self.url, self.allow_http) {
            fields.fault(["url"], fault);
        }
    }

    /// The headers of every request.
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// Names in lower case, with the content type first.
struct Headers(Vec<(String, String)>);

impl Default for Headers {
    fn default() -> Self {
        Self(vec![("content-type".to_owned(), "application/json".to_owned())])
    }
}

impl Field for Headers {
    fn schema(_: &Rules) -> Schema {
        let names = Schema::words("pattern", NAME_PATTERN).with_schema("not", &Schema::words("pattern", &reserved_pattern()));
        let values = Schema::of("string").with("maxLength", HEADER_VALUE_BYTES_MAX).with("pattern", VALUE_PATTERN);
        let headers = Schema::of("object").with("maxProperties", HEADERS_MAX);
        headers.with_schema("propertyNames", &names).with_schema("additionalProperties", &values)
    }

    fn read(value: &Value, _: &Rules, issues: &mut Issues) -> Option<Self> {
        let Some(members) = value.as_object() else {
            issues.fault("must be an object of texts");
            return None;
        };
        if members.len() > HEADERS_MAX {
            issues.fault("has more than 50 headers");
        }
        let mut headers = Self::default();
        for (name, value) in members {
            issues.within(name, |issues| headers.take(name, value, issues));
        }
        Some(headers)
    }
}

impl Headers {
    fn take(&mut self, name: &str, value: &Value, issues: &mut Issues) {
        let lower = name.to_ascii_lowercase();
        let Some(value) = value.as_str() else { return issues.fault("must be a text") };
        if let Some(fault) = name_fault(&lower).or_else(|| value_fault(value)) {
            issues.fault(fault);
        } else if self.0.iter().any(|(other, _)| *other == lower) {
            issues.fault("is there twice: the case of a header's name means nothing");
        }
        self.0.push((lower, value.to_owned()));
    }
}

/// The names that the host keeps for itself, in any case of letters.
fn reserved_pattern() -> String {
    let any_case = |name: &str| -> String {
        name.chars()
            .map(|c| if c.is_ascii_alphabetic() { format!("[{c}{}]", c.to_ascii_uppercase()) } else { c.to_string() })
            .collect()
    };
    let names = RESERVED.map(any_case).join("|");
    let prefixes = RESERVED_PREFIXES.map(|prefix| any_case(prefix) + ".*").join("|");
    format!("^(?:{names}|{prefixes})$")
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

    use ampline_sink::{Config as _, check_config};
    use serde_json::{Map, Value, json};

    use super::Config;

    /// The desk tries its forms on the file, which tells readers as well what the sink takes.
    #[test]
    fn the_schema_is_kept_beside_the_sink() {
        let derived: Value = serde_json::from_str(&<Config as ampline_sink::Config>::schema()).unwrap();
        let kept: Value = serde_json::from_str(include_str!("../config.schema.json")).unwrap();
        assert_eq!(kept, derived, "write into config.schema.json:\n{derived:#}\n");
    }

    /// The pointers of the faults that the sink finds, and whether the schema accepts.
    fn judge(config: &Value) -> (Vec<String>, bool) {
        let (read, issues) = check_config::<Config>(&config.to_string());
        assert_eq!(read.is_some(), issues.is_empty(), "{config}");
        let schema = serde_json::from_str(&Config::schema()).unwrap();
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
        let config = check_config::<Config>(&text).0.unwrap();
        assert_eq!((&*config.url, config.timeout_ms), ("https://example.com/hook", 15_000));
        assert_eq!(config.headers(), [("content-type", "application/json"), ("x-tenant", "t1")]);
    }
}
