//! A webhook destination's configuration.

use ampline_sink::Fields;

use crate::url;

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
        let url = fields.required_text("url").unwrap_or_default();
        if let Some(fault) = (!url.is_empty()).then(|| url::fault(url, allow_http)).flatten() {
            fields.fault(["url"], fault);
        }
        let headers = read_headers(fields);
        let timeout_ms = fields.integer("timeoutMs", 1_000..=60_000).unwrap_or(TIMEOUT_MS_DEFAULT);
        Some(Self { url: url.to_owned(), timeout_ms, headers })
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
