//! `wasi:http`, as far as a request and its answer.

use std::io::Write;

use wasip2::http::{
    outgoing_handler,
    types::{ErrorCode, Fields, Method, OutgoingBody, OutgoingRequest, Scheme},
};

/// `200: body`, or the name of the error.
pub(crate) fn get(url: &str) -> String {
    told(sent(&Method::Get, url, &[]))
}

/// Sends a body in pieces.
pub(crate) fn post(url: &str, one: &[u8], other: &[u8]) -> String {
    told(sent(&Method::Post, url, &[one, other]))
}

/// A header that is the host's.
pub(crate) fn forbidden_header() -> String {
    match Fields::new().append("webhook-id", b"mine") {
        Ok(()) => "taken".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

fn told(answer: Result<(u16, Vec<u8>), ErrorCode>) -> String {
    match answer {
        Ok((status, body)) => format!("{status}: {}", String::from_utf8_lossy(&body)),
        Err(code) => format!("{code:?}"),
    }
}

fn sent(method: &Method, url: &str, pieces: &[&[u8]]) -> Result<(u16, Vec<u8>), ErrorCode> {
    let url = parts(url).ok_or(ErrorCode::HttpRequestUriInvalid)?;
    let request = OutgoingRequest::new(Fields::new());
    let unfit = |()| ErrorCode::HttpRequestUriInvalid;
    request.set_method(method).map_err(unfit)?;
    request.set_scheme(Some(&url.0)).map_err(unfit)?;
    request.set_authority(Some(&url.1)).map_err(unfit)?;
    request.set_path_with_query(Some(&url.2)).map_err(unfit)?;
    let body = request.body().map_err(unfit)?;
    let answer = outgoing_handler::handle(request, None)?;
    let mut stream = body.write().map_err(unfit)?;
    for piece in pieces {
        stream.write_all(piece).map_err(|_| ErrorCode::HttpProtocolError)?;
    }
    drop(stream);
    OutgoingBody::finish(body, None)?;
    answer.subscribe().block();
    let answer = answer.get().and_then(Result::ok).unwrap_or(Err(ErrorCode::HttpProtocolError))?;
    let status = answer.status();
    let body = answer.consume().map_err(unfit)?;
    let stream = body.stream().map_err(unfit)?;
    let mut whole = Vec::new();
    while let Ok(piece) = stream.blocking_read(64 << 10) {
        whole.extend(piece);
    }
    Ok((status, whole))
}

fn parts(url: &str) -> Option<(Scheme, String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = if scheme == "https" { Scheme::Https } else { Scheme::Http };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    Some((scheme, authority.to_owned(), format!("/{path}")))
}
