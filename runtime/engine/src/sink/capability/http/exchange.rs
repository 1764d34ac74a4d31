//! One request and its answer, within its time, the answer cut to what is kept.

use reqwest::Response as Incoming;
use tokio::time::{Instant, timeout_at};

use super::{fault, network::Network, request::Prepared};
use crate::sink::wasm::bindings::ampline::sink::{http::Response, types::Failure};

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
        let Prepared { request, timeout, secret } = prepared;
        if let Some(refused) = self.refused(request.url()) {
            return Err(fault::refused(&refused));
        }
        let deadline = Instant::now() + timeout;
        let url = request.url().clone();
        let mut answer = match timeout_at(deadline, self.client.execute(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(fault::failed(&url, &error)),
            Err(_) => return Err(fault::late(&url, timeout)),
        };
        let (status, mut headers) = (answer.status().as_u16(), headers(&answer));
        let mut body = Vec::new();
        let whole = matches!(timeout_at(deadline, read(&mut answer, &mut body)).await, Ok(true));
        if let Some(secret) = secret {
            // Receivers that echo requests in their error pages must not carry a secret into the sink, nor into the delivery log.
            body = secret.redact(body, !whole);
            for (_, value) in &mut headers {
                *value = String::from_utf8_lossy(&secret.redact(std::mem::take(value).into_bytes(), false)).into_owned();
            }
        }
        Ok(Response { status, headers, body, truncated: !whole })
    }
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
