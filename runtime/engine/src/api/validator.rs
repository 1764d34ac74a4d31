//! Entity tags (RFC 9110, sections 8.8.3 and 13.1): an answer that the client has already is not sent again.

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

/// Caches may keep an answer for its client alone, and ask each time whether it still holds.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Bytes of a digest in a tag: enough that no two states of a page share one.
const DIGEST_BYTES: usize = 16;

/// What the client has already, as the document says it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the header may be repeated, so it is read from all of them")]
pub(super) struct IfNoneMatch {
    /// Entity tags, as `ETag` gave them: where one of them still holds, the answer is 304 without a body.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// A strong validator: byte for byte the same answer has the same tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntityTag(String);

impl EntityTag {
    /// A tag of visible characters without quotes, such as a version or a digest.
    pub(super) fn new(opaque: &str) -> Self {
        Self(format!("\"{opaque}\""))
    }

    /// A tag by everything that an answer depends on, part by part.
    pub(super) fn of<'p>(parts: impl IntoIterator<Item = &'p str>) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self::new(&BASE64_URL_SAFE_NO_PAD.encode(&digest.finalize()[..DIGEST_BYTES]))
    }

    /// As a header has it.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `If-None-Match` names this tag, or any: the client has the answer.
    pub(super) fn is_known(&self, headers: &HeaderMap) -> bool {
        let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
        // The comparison is weak here: a mark `W/` makes no difference. No tag of ours holds a comma.
        lists.flat_map(|list| list.split(',')).map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.0)
    }

    /// The answer with its tag; 304 without a body where the client has it already.
    pub(super) fn answer<R: IntoResponse>(&self, headers: &HeaderMap, body: impl FnOnce() -> R) -> Response {
        let mut response = match self.is_known(headers) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => body().into_response(),
        };
        if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
            response.headers_mut().extend(HeaderValue::from_str(&self.0).map(|tag| (ETAG, tag)));
            response.headers_mut().insert(CACHE_CONTROL, REVALIDATE);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_has_is_told_by_its_tags() {
        let tag = EntityTag::new("a-1");
        let rows: [(&[&str], bool); 9] = [
            (&[], false),
            (&["\"a-1\""], true),
            (&["W/\"a-1\""], true),
            (&["\"x\", \"a-1\""], true),
            (&["\"x\"", " \"y\",W/\"a-1\" "], true),
            (&["*"], true),
            (&["a-1"], false),
            (&["\"a-12\""], false),
            (&["\"A-1\""], false),
        ];
        for (lists, expected) in rows {
            let headers: HeaderMap = lists.iter().map(|list| (IF_NONE_MATCH, HeaderValue::from_static(list))).collect();
            let mut all = HeaderMap::new();
            for list in lists {
                all.append(IF_NONE_MATCH, HeaderValue::from_static(list));
            }
            assert_eq!(tag.is_known(&all), expected, "{lists:?} {}", headers.len());
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(EntityTag::of(["ab", "c"]), EntityTag::of(["a", "bc"]));
        assert_ne!(EntityTag::of(["a"]), EntityTag::of(["a", ""]));
        assert_eq!(EntityTag::of(["a", "b"]), EntityTag::of(["a", "b"]));
    }
}
