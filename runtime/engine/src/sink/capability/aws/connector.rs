//! The SDK's HTTP, sent by the runtime's own client: what the SDK calls a connector.

use std::{fmt, time::Duration};

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use bytes::Bytes;

use super::super::{Network, failure};
use crate::sink::wasm::bindings::ampline::sink::types::{Failure, FailureClass};

/// Most bytes of an answer: 500 records placed take a tenth of it.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// The slowest that a body may travel before the request counts as stuck.
const BODY_BYTES_PER_MS_MIN: u64 = 256;

/// Why a request has no answer, as it travels through the SDK.
#[derive(Debug)]
pub(super) struct Unanswered(pub(super) Failure);

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Unanswered {}

/// A client for the SDK that goes where destinations may go, and nowhere else.
pub(super) fn guarded(network: &Network) -> SharedHttpClient {
    SharedHttpClient::new(Guarded(SharedHttpConnector::new(Connector(network.clone()))))
}

/// Gives every call the one connector: its time-outs are the runtime's, whatever the SDK's settings say.
#[derive(Debug)]
struct Guarded(SharedHttpConnector);

impl HttpClient for Guarded {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.0.clone()
    }
}

struct Connector(Network);

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let network = self.0.clone();
        HttpConnectorFuture::new(async move {
            let sent = async {
                let request = lowered(request).await?;
                let timeout = patience(&network, request.body().and_then(reqwest::Body::as_bytes).map_or(0, <[u8]>::len));
                network.whole(request, timeout, ANSWER_BYTES_MAX).await.and_then(raised)
            };
            sent.await.map_err(|failure| ConnectorError::io(Unanswered(failure).into()))
        })
    }
}

/// The time of a request whose body has so many bytes: the usual one, and what a slow line takes.
fn patience(network: &Network, body_bytes: usize) -> Duration {
    let usual_ms = u64::try_from(network.timeout(None).as_millis()).unwrap_or(u64::MAX);
    network.timeout(Some(usual_ms.saturating_add(body_bytes as u64 / BODY_BYTES_PER_MS_MIN)))
}

/// The SDK's request as the client takes it; a body in memory is not copied.
pub(super) async fn lowered(request: HttpRequest) -> Result<reqwest::Request, Failure> {
    let fault = |reason: String| failure(FailureClass::Blocked, "aws.request", reason);
    let request = request.try_into_http1x().map_err(|error| fault(format!("no request can be made of it: {error}")))?;
    let (parts, body) = request.into_parts();
    let url = parts.uri.to_string().parse().map_err(|error| fault(format!("{} is no URL: {error}", parts.uri)))?;
    let body = ByteStream::new(body).collect().await.map_err(|error| fault(format!("its body cannot be read: {error}")))?;
    let mut request = reqwest::Request::new(parts.method, url);
    *request.headers_mut() = parts.headers;
    let body = body.into_bytes();
    if !body.is_empty() {
        *request.body_mut() = Some(body.into());
    }
    Ok(request)
}

/// The client's answer as the SDK takes it.
pub(super) fn raised(answer: http::Response<Bytes>) -> Result<HttpResponse, Failure> {
    HttpResponse::try_from(answer.map(SdkBody::from))
        .map_err(|error| failure(FailureClass::Transient, "http.answer", format!("the answer's head cannot be read: {error}")))
}
