//! The operator's pages at `/`: embedded files, compressed when they were built, under a policy that lets in nothing from elsewhere.

use ampline_ui::Asset;
use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
            IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};

use super::problem::{self, Problem};

/// Styles alone may stand in the page itself: the editor puts its own there. Scripts may not, and nothing may frame the pages.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self'; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// For names that change with their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For names that stay: kept, and asked for again each time.
const ASK_AGAIN: &str = "no-cache";

/// The page or file at a path that no route took.
pub(super) async fn serve(request: Request) -> Response {
    let Some(asset) = ampline_ui::asset(request.uri().path()) else {
        return problem::not_found("there is nothing at this path").into_response();
    };
    match *request.method() {
        Method::GET => answer(asset, request.headers(), true),
        Method::HEAD => answer(asset, request.headers(), false),
        _ => Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not take that method").into_response(),
    }
}

fn answer(asset: &'static Asset, asked: &HeaderMap, with_body: bool) -> Response {
    let (bytes, encoding) = chosen(asset, asked);
    let etag = encoding.map_or_else(|| asset.etag.to_owned(), |name| format!("{}-{name}\"", asset.etag.trim_end_matches('"')));
    let mut headers = HeaderMap::new();
    let fixed = [
        (CACHE_CONTROL, if asset.immutable { FOR_EVER } else { ASK_AGAIN }),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (VARY, "accept-encoding"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers.extend(HeaderValue::from_str(&etag).map(|etag| (ETAG, etag)));
    if is_known(asked, &etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    headers.extend(encoding.map(|name| (CONTENT_ENCODING, HeaderValue::from_static(name))));
    if with_body { (headers, bytes).into_response() } else { (headers, ()).into_response() }
}

/// The shortest form that the client takes.
fn chosen(asset: &'static Asset, asked: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let forms = [(asset.brotli, "br"), (asset.gzip, "gzip")];
    let taken = forms.into_iter().find_map(|(bytes, name)| bytes.filter(|_| takes(asked, name)).map(|bytes| (bytes, Some(name))));
    taken.unwrap_or((asset.bytes, None))
}

/// Whether a coding is accepted by name, and not with the weight zero (RFC 9110, 12.5.3).
fn takes(asked: &HeaderMap, coding: &str) -> bool {
    let given = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>().unwrap_or(0.0);
        name.trim().eq_ignore_ascii_case(coding) && weight > 0.0
    })
}

fn is_known(asked: &HeaderMap, etag: &str) -> bool {
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|one| one.trim().trim_start_matches("W/") == etag || one.trim() == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    static FILE: Asset = Asset {
        bytes: b"plain",
        brotli: Some(b"br"),
        gzip: Some(b"gz"),
        content_type: "text/javascript; charset=utf-8",
        etag: "\"1\"",
        immutable: true,
    };

    fn asked(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_shortest_form_that_is_taken_is_sent() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gz"),
            ("br;q=0, GZIP;q=0.5", "gz"),
            ("identity", "plain"),
            ("br;q=0", "plain"),
            ("brotli", "plain"),
            ("", "plain"),
        ] {
            let (bytes, _) = chosen(&FILE, &asked(&[(ACCEPT_ENCODING, accepted)]));
            assert_eq!(bytes, expected.as_bytes(), "{accepted}");
        }
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        for (has, status) in [("\"1-br\"", 304), ("W/\"1-br\"", 304), ("\"0\", \"1-br\"", 304), ("*", 304), ("\"1\"", 200)] {
            let answer = answer(&FILE, &asked(&[(ACCEPT_ENCODING, "br"), (IF_NONE_MATCH, has)]), true);
            assert_eq!(answer.status(), status, "{has}");
            assert_eq!(answer.headers()[ETAG], "\"1-br\"");
            assert_eq!(answer.headers()[CACHE_CONTROL], FOR_EVER);
        }
    }
}
