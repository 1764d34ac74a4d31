//! One request and its answer, within its time, the answer cut to what is kept.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Response as Incoming;
use tokio::time::{Instant, timeout_at};

use super::{super::watched::through, fault, network::Network, request::Prepared};
use crate::{
    secrets::Redaction,
    sink::wasm::bindings::ampline::sink::{http::Response, types::Failure},
};

/// What is kept of an answer's body.
const BODY_BYTES_MAX: usize = 16 << 10;
/// What is read of it so that the connection can be kept; beyond that the connection is closed.
const DRAIN_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 64;
const HEADER_VALUE_BYTES_MAX: usize = 4 << 10;

impl Network {
    /// Sends a request. Once there is a status the request has succeeded: a body that breaks off or stalls is `truncated`.
    pub(super) async fn exchange(&self, prepared: Prepared) -> Result<Response, Failure> {
        if self.options.dry_run {
            return Ok(Response { status: 204, headers: Vec::new(), body: Vec::new(), truncated: false });
        }
        let Prepared { request, timeout, redaction, watched, bearer } = prepared;
        let answer = match bearer {
            None => through(watched, self.heard(request, timeout)).await?,
            Some(bearer) => through(watched, self.heard_as(&bearer, request, timeout)).await?,
        };
        Ok(match redaction {
            Some(redaction) => without(&redaction, answer),
            None => answer,
        })
    }

    /// The head of an answer and as much of its body as is kept.
    pub(in super::super) async fn heard(&self, request: reqwest::Request, timeout: Duration) -> Result<Response, Failure> {
        let deadline = Instant::now() + timeout;
        let mut answer = self.answered(request, timeout).await?;
        let (status, headers) = (answer.status().as_u16(), headers(&answer));
        let mut body = Vec::new();
        let whole = matches!(timeout_at(deadline, read(&mut answer, &mut body)).await, Ok(true));
        Ok(Response { status, headers, body, truncated: !whole })
    }

    /// Sends a request where destinations may go, and waits for the head of its answer.
    pub(in super::super) async fn answered(&self, request: reqwest::Request, timeout: Duration) -> Result<Incoming, Failure> {
        if let Some(refused) = self.refused(request.url()) {
            return Err(fault::refused(&refused));
        }
        let url = request.url().clone();
        match tokio::time::timeout(timeout, self.client.execute(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(fault::failed(&url, &error)),
            Err(_) => Err(fault::late(&url, timeout)),
        }
    }

    /// Sends a request and reads its answer whole, for protocols whose answers mean nothing when they are cut.
    pub(in super::super) async fn whole(
        &self,
        request: reqwest::Request,
        timeout: Duration,
        bytes_max: usize,
    ) -> Result<http::Response<Bytes>, Failure> {
        let (url, deadline) = (request.url().clone(), Instant::now() + timeout);
        let mut answer = self.answered(request, timeout).await?;
        let mut body = BytesMut::new();
        loop {
            match timeout_at(deadline, answer.chunk()).await {
                Ok(Ok(Some(chunk))) if body.len() + chunk.len() <= bytes_max => body.extend_from_slice(&chunk),
                Ok(Ok(Some(_))) => return Err(fault::endless(&url, bytes_max)),
                Ok(Ok(None)) => break,
                Ok(Err(error)) => return Err(fault::failed(&url, &error)),
                Err(_) => return Err(fault::late(&url, timeout)),
            }
        }
        let mut response = http::Response::new(body.freeze());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

/// Receivers that echo requests in their error pages must not carry a secret into the sink, nor into the delivery log.
pub(super) fn without(redaction: &Redaction, answer: Response) -> Response {
    let Response { status, mut headers, body, truncated } = answer;
    let is_packed = headers.iter().any(|(name, value)| name == "content-encoding" && value != "identity");
    let body = if is_packed { Vec::new() } else { redaction.bytes(body, truncated) };
    for (_, value) in &mut headers {
        *value = redaction.text(std::mem::take(value));
    }
    Response { status, headers, body, truncated: truncated || is_packed }
}

/// Reads the body; says whether it was read to its end and kept whole.
async fn read(answer: &mut Incoming, body: &mut Vec<u8>) -> bool {
    let mut seen = 0;
    while seen <= DRAIN_BYTES_MAX {
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                seen += chunk.len();
                let kept = chunk.len().min(BODY_BYTES_MAX - body.len());
                body.extend_from_slice(&chunk[..kept]);
            }
            Ok(None) => return seen == body.len(),
            Err(_) => return false,
        }
    }
    false
}

/// The headers as text, as many and as long as allowed.
fn headers(answer: &Incoming) -> Vec<(String, String)> {
    let kept = answer.headers().iter().filter(|(_, value)| value.len() <= HEADER_VALUE_BYTES_MAX).take(HEADERS_MAX);
    kept.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}
