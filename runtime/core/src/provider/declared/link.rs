//! Addresses of next pages, held to the API they came from: what leaves its origin or its base path is no page of it.

use std::fmt::Write;

use http::{HeaderMap, Uri, header, uri::PathAndQuery};

/// Longest address of a next page, in bytes.
const LINK_BYTES_MAX: usize = 8_000;

/// Longest value that stands for a placeholder: that of a host's name. Each one multiplies the places where the rest may begin.
const VALUE_BYTES_MAX: usize = 253;

/// Parameters that carry credentials: some providers repeat them in their links. They are added anew with each request.
const SECRET_PARAMETERS: [&str; 4] = ["access_token", "api_token", "api_key", "apikey"];

/// What a link is held to.
pub(super) struct Bases<'a> {
    /// Where the request went, where that is known.
    pub(super) sent_to: Option<&'a str>,
    /// The provider's own address, with placeholders.
    pub(super) declared: &'a str,
    /// Path and query of the request, beneath the base URL.
    pub(super) asked: &'a str,
    /// The parameter that carries the API key, where one does.
    pub(super) key_parameter: Option<&'a str>,
}

/// Path and query beneath the base URL, or why the link is not followed.
pub(super) fn beneath(link: &str, bases: &Bases<'_>) -> Result<String, String> {
    if link.len() > LINK_BYTES_MAX {
        return Err(format!(
            "the address of the next page has {} bytes, more than the {LINK_BYTES_MAX} that are followed",
            link.len()
        ));
    }
    let link = printable(link.trim());
    let leaves =
        || format!("the address of the next page leaves the API's own ({}): {link}", bases.sent_to.unwrap_or(bases.declared));
    let link_path = if link.starts_with('?') {
        format!("{}{link}", bases.asked.split('?').next().unwrap_or_default())
    } else if link.starts_with('/') && !link.starts_with("//") {
        let base_path = |base: &str| origin_and_rest(base).map_or_else(String::new, |(_, path)| path.to_owned());
        let base = bases.sent_to.map_or_else(|| base_path(bases.declared), base_path);
        strip(base.trim_end_matches('/'), &link).ok_or_else(leaves)?.to_owned()
    } else {
        let uri: Uri = link.parse().map_err(|_| format!("the address of the next page is none: {link}"))?;
        let absolute = normal(&uri).ok_or_else(leaves)?;
        let declared = || strip(bases.declared, &absolute).map(str::to_owned);
        let rest = match bases.sent_to {
            // Behind a proxy or a gateway the provider still gives its own address.
            Some(base) => strip(&normal_base(base), &absolute)
                .map(str::to_owned)
                .or_else(|| if strip(bases.declared, base).is_some() { None } else { declared() }),
            None => declared(),
        };
        rest.ok_or_else(leaves)?
    };
    let kept = without_secrets(&link_path, bases.key_parameter);
    if is_sound(&kept) { Ok(kept) } else { Err(format!("the address of the next page is not one that can be asked for: {kept}")) }
}

/// Whether this is a path with a query that can be put behind a base URL and stays beneath it.
pub(super) fn is_sound(path: &str) -> bool {
    let segments = path.split('?').next().unwrap_or_default();
    let climbs =
        segments.split('/').any(|segment| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."));
    path.len() <= LINK_BYTES_MAX * 3
        && (path.is_empty() || path.starts_with(['/', '?']))
        && !path.starts_with("//")
        && !segments.contains('\\')
        && !climbs
        && (path.is_empty() || path.starts_with('?') || path.parse::<PathAndQuery>().is_ok())
}

/// The target of `rel="next"` in `Link` headers (RFC 8288).
pub(super) fn next_in_header(headers: &HeaderMap) -> Option<String> {
    headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_in)
}

fn next_in(value: &str) -> Option<String> {
    let mut rest = value;
    while let Some((_, opened)) = rest.split_once('<') {
        let (target, behind) = opened.split_once('>')?;
        // The parameters end at the next target; a comma within quotes belongs to them.
        let end = behind.find(",<").or_else(|| behind.find(", <")).unwrap_or(behind.len());
        let (parameters, further) = behind.split_at(end);
        let is_next = parameters.split(';').any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case("rel")
                && value.split_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(target.to_owned());
        }
        rest = further;
    }
    None
}

/// Scheme, host and port in their normal form, then path and query; nothing where user information is in it.
fn normal(uri: &Uri) -> Option<String> {
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let host = authority.host().to_ascii_lowercase();
    let port = authority.port_u16().filter(|port| !matches!((scheme.as_str(), port), ("https", 443) | ("http", 80)));
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("{scheme}://{host}{port}{}", uri.path_and_query().map_or("", PathAndQuery::as_str)))
}

fn normal_base(base: &str) -> String {
    let base = base.trim_end_matches('/');
    let normal = base.parse().ok().and_then(|uri| normal(&uri));
    normal.map_or_else(|| base.to_owned(), |base| base.trim_end_matches('/').to_owned())
}

fn origin_and_rest(address: &str) -> Option<(&str, &str)> {
    let host = address.find("://")? + 3;
    let path = address[host..].find('/').map_or(address.len(), |path| host + path);
    Some(address.split_at(path))
}

/// What stands behind `pattern`, in which `{{…}}` stands for letters, digits, `-`, `_` and `.`; the pattern must end where a segment does.
fn strip<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
    let Some((before, behind)) = pattern.split_once("{{") else {
        return text.strip_prefix(pattern).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    };
    let text = text.strip_prefix(before)?;
    let (_, pattern) = behind.split_once("}}")?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let longest = text.bytes().take(VALUE_BYTES_MAX).take_while(plain).count();
    (1..=longest).rev().find_map(|length| strip(pattern, &text[length..]))
}

/// The address without its fragment and without what carries credentials.
fn without_secrets(path: &str, key_parameter: Option<&str>) -> String {
    let path = path.split('#').next().unwrap_or_default();
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let is_secret = |parameter: &&str| {
        let name = parameter.split('=').next().unwrap_or_default();
        key_parameter == Some(name) || SECRET_PARAMETERS.iter().any(|secret| name.eq_ignore_ascii_case(secret))
    };
    let kept: Vec<&str> = query.split('&').filter(|parameter| !is_secret(parameter)).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// Percent-encodes what no address may hold as it is.
fn printable(link: &str) -> String {
    let mut shown = String::with_capacity(link.len());
    for byte in link.bytes() {
        match byte {
            b' ' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}' | 0..=0x1f | 0x7f.. => {
                // A string takes all that is written to it.
                let _ = write!(shown, "%{byte:02X}");
            }
            _ => shown.push(char::from(byte)),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{Bases, beneath, next_in_header};

    const SENT_TO: Option<&str> = Some("https://acme.example.com/api/v2");

    #[track_caller]
    fn check(sent_to: Option<&str>, declared: &str, link: &str, expected: Option<&str>) {
        let bases = Bases { sent_to, declared, asked: "/items?limit=2", key_parameter: Some("key") };
        assert_eq!(beneath(link, &bases).ok().as_deref(), expected, "{link}");
    }

    #[test]
    fn links_stay_beneath_the_base_url() {
        let rows = [
            ("https://acme.example.com/api/v2/items?page=2", Some("/items?page=2")),
            ("https://ACME.example.com:443/api/v2/items?page=2", Some("/items?page=2")),
            ("/api/v2/items?page=2", Some("/items?page=2")),
            ("?page=2", Some("/items?page=2")),
            ("https://acme.example.com/api/v2?page=2", Some("?page=2")),
            ("https://acme.example.com/api/v2/items?page=2&key=s3cret#top", Some("/items?page=2")),
            ("https://acme.example.com/api/v2/items?access_token=s3cret", Some("/items")),
            ("https://acme.example.com/api/v2/items?q=a b|c", Some("/items?q=a%20b%7Cc")),
            ("http://acme.example.com/api/v2/items", None),
            ("https://acme.example.com:8443/api/v2/items", None),
            ("https://evil.example/api/v2/items", None),
            ("https://acme.example.com.evil.example/api/v2/items", None),
            ("https://acme.example.com@evil.example/api/v2/items", None),
            ("https://user@acme.example.com/api/v2/items", None),
            ("https://acme.example.com/api/v20/items", None),
            ("https://acme.example.com/api/v2/../v1/items", None),
            ("https://acme.example.com/api/v2/%2E%2e/items", None),
            ("https://acme.example.com/api/v2/..\\items", None),
            ("//evil.example/items", None),
            ("/items", None),
            ("items?page=2", None),
            ("javascript:alert(1)", None),
            ("", None),
        ];
        for (link, expected) in rows {
            check(SENT_TO, "https://{{.workspace}}.example.com/api/v2", link, expected);
        }
        check(SENT_TO, "https://x", &format!("https://acme.example.com/api/v2/{}", "x".repeat(9_000)), None);
    }

    #[test]
    fn behind_another_address_or_without_one_the_declared_address_counts() {
        let rows = [
            (None, "https://acme.example.com/api/v2/items", Some("/items")),
            (None, "https://a.b.example.com/api/v2/items", Some("/items")),
            (None, "https://.example.com/api/v2/items", None),
            (None, "https://evil.example/.example.com/api/v2/items", None),
            (Some("http://127.0.0.1:9/p"), "https://acme.example.com/api/v2/items", Some("/items")),
            (Some("http://127.0.0.1:9/p/"), "http://127.0.0.1:9/p/items", Some("/items")),
            (Some("http://127.0.0.1:9/p"), "/p/items", Some("/items")),
            (Some("https://acme.example.com/api/v2"), "https://other.example.com/api/v2/items", None),
        ];
        for (sent_to, link, expected) in rows {
            check(sent_to, "https://{{.workspace}}.example.com/api/v2", link, expected);
        }
        // A host that each placeholder may share out in thousands of ways.
        check(None, "https://{{.a}}-{{.b}}-{{.c}}.example.com", &format!("https://{}", "-".repeat(7_900)), None);
    }

    #[test]
    fn the_next_relation_is_found_among_others() {
        let rows: [(&[&str], Option<&str>); 9] = [
            (&[r#"<https://x/2>; rel="next""#], Some("https://x/2")),
            (&[r#"<https://x/1>; rel="prev", <https://x/3>; rel="next", <https://x/9>; rel="last""#], Some("https://x/3")),
            (&[r#"<https://x/1?a=1,2>; rel=first,<https://x/3>; title="a, b"; REL=next"#], Some("https://x/3")),
            (&[r#"<https://x/1>; rel="prev""#, r#"<https://x/3>; rel="last next""#], Some("https://x/3")),
            (&[r#"<https://x/1>; rel="prev""#], None),
            (&[r#"<https://x/1; rel="next""#], None),
            (&["nonsense, rel=next"], None),
            (&[""], None),
            (&[], None),
        ];
        for (values, expected) in rows {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("link", value.parse().unwrap());
            }
            assert_eq!(next_in_header(&headers).as_deref(), expected, "{values:?}");
        }
    }
}
