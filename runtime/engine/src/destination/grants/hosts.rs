//! Origins, exact ones and patterns of them, as an operator writes them.

use std::fmt;

use reqwest::Url;
use serde::{Deserialize, Serialize};

/// A scheme, a host and a port. Written without the port where it is the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// Reads `https://api.example.com` or `https://api.example.com:8443`. The error says what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = read(text)?;
        match Self::of(&url) {
            Some(origin) if !origin.host.contains('*') => Ok(origin),
            Some(_) => Err("is a pattern: name each origin".to_owned()),
            None => Err("names no host: write it like https://api.example.com".to_owned()),
        }
    }

    /// Where a request for this URL goes; nothing where that is no host.
    pub fn of(url: &Url) -> Option<Self> {
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        Some(Self { scheme: url.scheme().to_owned(), host: host.to_owned(), port })
    }

    /// Whether a request for this URL goes there.
    pub fn matches(&self, url: &Url) -> bool {
        self.has_scheme_and_port_of(url) && url.host_str() == Some(&self.host)
    }

    /// The host: a name, an address, or an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether what is sent there can be read on the way.
    pub fn is_plain(&self) -> bool {
        self.scheme == "http"
    }

    fn has_scheme_and_port_of(&self, url: &Url) -> bool {
        url.scheme() == self.scheme && url.port_or_known_default() == Some(self.port)
    }

    fn write(&self, wildcard: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port } = self;
        match (scheme.as_str(), port) {
            ("https", 443) | ("http", 80) => write!(f, "{scheme}://{wildcard}{host}"),
            _ => write!(f, "{scheme}://{wildcard}{host}:{port}"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write("", f)
    }
}

impl TryFrom<String> for Origin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.to_string()
    }
}

/// Origins that are granted together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum HostPattern {
    /// `*`: every origin, as far as the runtime's address policy goes.
    Any,
    /// One origin.
    Exact(Origin),
    /// `https://*.example.com`: every name below that of the origin, but not that name itself.
    Below(Origin),
}

impl HostPattern {
    /// Reads a pattern. The error says what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let Some((scheme, domain)) = text.split_once("://*.") else { return Origin::parse(text).map(Self::Exact) };
        let origin = Origin::parse(&format!("{scheme}://{domain}"))?;
        let is_name = origin.host.parse::<std::net::IpAddr>().is_err() && !origin.host.starts_with('[');
        if is_name && origin.host.trim_end_matches('.').contains('.') {
            Ok(Self::Below(origin))
        } else {
            Err("is too wide: write a domain of two parts at least behind `*.`, like https://*.example.com".to_owned())
        }
    }

    /// Whether a request for this URL is granted by it.
    pub fn matches(&self, url: &Url) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(origin) => origin.matches(url),
            Self::Below(origin) => {
                let name = url.domain().and_then(|host| host.strip_suffix(origin.host.as_str()));
                origin.has_scheme_and_port_of(url) && name.is_some_and(|name| name.len() > 1 && name.ends_with('.'))
            }
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Exact(origin) => origin.write("", f),
            Self::Below(origin) => origin.write("*.", f),
        }
    }
}

impl TryFrom<String> for HostPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<HostPattern> for String {
    fn from(pattern: HostPattern) -> Self {
        pattern.to_string()
    }
}

/// Reads an address that is nothing but an origin. It is repeated only where nothing in it can be a secret.
fn read(text: &str) -> Result<Url, String> {
    if text.contains('@') {
        return Err("holds a user name or password: bind a credential to the origin instead".to_owned());
    }
    if !text.contains("://") {
        let shown: String = text.chars().take(100).collect();
        return Err(format!("has no scheme: write https://{shown}"));
    }
    let url = Url::parse(text).map_err(|error| format!("is no origin like https://api.example.com: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("begins with neither https:// nor http://, and sinks send to nothing else".to_owned());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("goes on behind the host: what is granted is a whole origin, so leave the path out".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, url: &str, expected: bool) {
        let read = HostPattern::parse(pattern).unwrap_or_else(|fault| panic!("{pattern}: {fault}"));
        assert_eq!(read.matches(&Url::parse(url).unwrap()), expected, "{pattern} {url}");
    }

    #[test]
    fn a_pattern_grants_its_own_origins_and_no_other() {
        for (pattern, url, expected) in [
            ("https://api.example.com", "https://api.example.com/v1/items?a=b", true),
            ("https://API.example.com/", "https://api.EXAMPLE.com:443/", true),
            ("https://api.example.com", "http://api.example.com/", false),
            ("https://api.example.com", "https://api.example.com:8443/", false),
            ("https://api.example.com", "https://api.example.com.evil.example/", false),
            ("https://api.example.com", "https://evil.example/?api.example.com", false),
            ("https://api.example.com", "https://api.example.com@evil.example/", false),
            ("https://api.example.com", "https://api.example.com./", false),
            ("https://api.example.com:8443", "https://api.example.com:8443/", true),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/x", true),
            ("http://127.0.0.1:9000", "http://127.1:9000/x", true),
            ("http://[::1]:9000", "http://[0:0:0:0:0:0:0:1]:9000/x", true),
            ("https://*.example.com", "https://a.example.com/", true),
            ("https://*.example.com", "https://a.b.example.com/", true),
            ("https://*.example.com", "https://example.com/", false),
            ("https://*.example.com", "https://.example.com/", false),
            ("https://*.example.com", "https://badexample.com/", false),
            ("https://*.example.com", "http://a.example.com/", false),
            ("https://*.example.com:8443", "https://a.example.com:8443/", true),
            ("https://*.bücher.example", "https://a.xn--bcher-kva.example/", true),
            ("*", "http://anything.example:1/", true),
        ] {
            check(pattern, url, expected);
        }
    }

    #[test]
    fn what_is_no_pattern_is_told_with_its_remedy() {
        for (text, expected) in [
            ("api.example.com", "write https://api.example.com"),
            ("", "has no scheme"),
            ("https://", "is no origin"),
            ("ftp://example.com", "neither https:// nor http://"),
            ("https://example.com/v1", "leave the path out"),
            ("https://example.com?x", "leave the path out"),
            ("https://user:hidden@example.com", "bind a credential"),
            ("https://*.com", "too wide"),
            ("https://*.10.0.0.1", "too wide"),
            ("https://*.*.example.com", "is a pattern"),
            ("https://a*.example.com", "is a pattern"),
            ("https://*", "is a pattern"),
            ("**", "has no scheme"),
        ] {
            let told = HostPattern::parse(text).map_or_else(|fault| fault, |read| read.to_string());
            assert!(told.contains(expected) && !told.contains("hidden"), "{text:?}: {told}");
        }
    }

    #[test]
    fn a_pattern_is_written_as_it_is_read() {
        for text in [
            "*",
            "https://a.example",
            "https://a.example:8443",
            "http://[::1]:1",
            "https://*.a.example",
            "http://*.a.example:8080",
        ] {
            assert_eq!(HostPattern::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(HostPattern::parse("https://a.example:443/").unwrap().to_string(), "https://a.example");
    }
}
