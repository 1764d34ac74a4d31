//! Whether a text is an address that requests can go to. Small on purpose: the host parses the address again when it sends.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest address, in bytes.
pub(crate) const URL_BYTES_MAX: usize = 2_048;

/// What is wrong with `url` and what to do about it; nothing where it is right. Plain `http` goes to this machine only, unless
/// `allow_http` lets it go anywhere.
pub fn fault(url: &str, allow_http: bool) -> Option<&'static str> {
    if url.len() > URL_BYTES_MAX {
        return Some("is longer than 2,048 bytes");
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>')) {
        return Some("holds a character that no URL holds: percent-encode it (in a host name, use its punycode form)");
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Some("must be absolute: begin it with https://");
    };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Some("must not hold a user name or password: store them as the destination's credential");
    }
    if rest.contains('#') {
        return Some("must not have a fragment: it is never sent, leave out the # and what follows");
    }
    let Some(host) = host(authority) else {
        return Some("must name a host, and after it a port from 1 to 65535 or none");
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" => None,
        "http" if allow_http || is_loopback(host) => None,
        "http" => Some("must be https: plain http goes to this machine only, unless allowHttp is true"),
        _ => Some("must be https"),
    }
}

/// The host of `host`, `host:port`, `[address]` or `[address]:port`, where it is well-formed.
fn host(authority: &str) -> Option<&str> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(end);
    let port_fits = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port > 0),
        None => port.is_empty(),
    };
    let host_fits = match bracketed(host) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')),
    };
    (port_fits && host_fits).then_some(host)
}

fn bracketed(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

fn is_loopback(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bracketed(&name).is_some_and(|address| address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::fault;

    fn check(url: &str, allow_http: bool, expected: Option<&str>) {
        match (fault(url, allow_http), expected) {
            (None, None) => {}
            (Some(fault), Some(expected)) if fault.contains(expected) => {}
            (fault, _) => panic!("{url}: {fault:?}, not {expected:?}"),
        }
    }

    #[test]
    fn takes_https_and_http_to_this_machine() {
        let right =
            ["https://example.com", "https://example.com:8443/a/b?c=d", "HTTPS://EXAMPLE.com/", "https://[2001:db8::1]:443/x"];
        let here =
            ["http://localhost:8080/hook", "http://127.0.0.1/", "http://127.9.9.9:1", "http://[::1]:80/", "http://a.localhost/"];
        for url in right.into_iter().chain(here) {
            check(url, false, None);
        }
        for url in ["http://example.com/", "http://10.0.0.1:8080/x"] {
            check(url, false, Some("must be https"));
            check(url, true, None);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let rows = [
            ("", "absolute"),
            ("example.com/hook", "absolute"),
            ("/hook", "absolute"),
            ("//example.com", "absolute"),
            ("ftp://example.com", "must be https"),
            ("javascript://example.com/%0aalert(1)", "must be https"),
            ("https://", "must name a host"),
            ("https:///path", "must name a host"),
            ("https://:443/", "must name a host"),
            ("https://example.com:0/", "port"),
            ("https://example.com:65536/", "port"),
            ("https://example.com:+80/", "port"),
            ("https://example.com:/", "port"),
            ("https://[::1", "must name a host"),
            ("https://[::1]x", "must name a host"),
            ("https://[nonsense]/", "must name a host"),
            ("https://user:secret@example.com/", "credential"),
            ("https://user@example.com/", "credential"),
            ("http://127.0.0.1@evil.example/", "credential"),
            ("https://example.com/#top", "fragment"),
            ("https://exa mple.com/", "percent-encode"),
            ("https://example.com\\@evil.example/", "percent-encode"),
            ("https://exämple.com/", "punycode"),
            ("https://example.com/\n", "percent-encode"),
            ("http://localhost.evil.example/", "must be https"),
            ("http://2130706433/", "must be https"),
        ];
        for (url, expected) in rows {
            check(url, false, Some(expected));
        }
        check(&format!("https://example.com/{}", "a".repeat(2_048)), false, Some("longer"));
    }
}
