//! The body of a request, as far as all of them are alike: its length and its type.

use axum::{
    body::Body,
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use crate::api::{
    REQUEST_BYTES_MAX,
    problem::{Problem, bad_request},
};

/// A larger body is cut off.
pub(in crate::api) const DISCARDED_BYTES_MAX: usize = 8 * REQUEST_BYTES_MAX;

/// The whole body. One that is too large is read on for a while and thrown away: a sender that is cut off while it writes never
/// sees the answer.
pub(in crate::api) async fn read(body: Body) -> Result<Bytes, Problem> {
    let (mut stream, mut taken, mut read_bytes) = (body.into_data_stream(), BytesMut::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::debug!(target: "ampline::api", %error, "a request's body broke off");
            bad_request("the body broke off")
        })?;
        read_bytes += chunk.len();
        if read_bytes > DISCARDED_BYTES_MAX {
            break;
        }
        if read_bytes <= REQUEST_BYTES_MAX {
            taken.extend_from_slice(&chunk);
        }
    }
    if read_bytes > REQUEST_BYTES_MAX {
        let limit_kb = REQUEST_BYTES_MAX >> 10;
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("a request carries at most {limit_kb} KiB")));
    }
    Ok(taken.freeze())
}

/// JSON, whatever its kind, as it is: in UTF-8, and not packed.
pub(in crate::api) fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(CONTENT_TYPE).map(|given| given.to_str().unwrap_or_default()).unwrap_or_default();
    let mut parts = given.split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap_or_default();
    if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is not said to be JSON");
        return Err(problem.remedy("send it with `content-type: application/json`"));
    }
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(|charset| charset.trim_matches('"').to_owned()));
    if charset.is_some_and(|charset| !["utf-8", "utf8", "us-ascii"].contains(&charset.as_str())) {
        let problem =
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is said to be JSON in another encoding than UTF-8");
        return Err(problem.remedy("send it in UTF-8"));
    }
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is said to be packed");
        return Err(problem.remedy("send it as it is, without `content-encoding`"));
    }
    Ok(())
}
