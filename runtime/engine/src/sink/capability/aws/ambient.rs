//! The operator's own credentials, for destinations without any: environment, profile, web identity, container, instance.
//!
//! They are looked for by a client of their own, without the address policy of destinations: the services that hand them out are
//! at link-local and loopback addresses by design, and no destination can say which are asked.

use std::time::Duration;

use aws_config::{default_provider::credentials::DefaultCredentialsChain, provider_config::ProviderConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::Region;
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use bytes::{Bytes, BytesMut};
use reqwest::{Client, redirect};
use tokio::sync::OnceCell;

use super::{
    super::failure,
    connector::{Unanswered, lowered, raised},
};
use crate::{
    http_client::install_crypto,
    sink::wasm::bindings::ampline::sink::types::{Failure, FailureClass},
};

/// Where the SDK sets no time-out of its own.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(5);
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// Most bytes of an answer; credentials have some 2 KiB.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// The client by which credentials are looked for, made when it is first needed.
#[derive(Default)]
pub(super) struct Ambient(OnceCell<SharedHttpClient>);

impl Ambient {
    /// The SDK's own chain; it looks when something is to be signed, and renews what expires.
    pub(super) async fn provider(&self, region: &str) -> Result<SharedCredentialsProvider, Failure> {
        let http = self.0.get_or_try_init(async || client()).await?;
        let region = Region::new(region.to_owned());
        let config = ProviderConfig::without_region().with_http_client(http.clone()).with_region(Some(region.clone()));
        Ok(SharedCredentialsProvider::new(DefaultCredentialsChain::builder().configure(config).region(region).build().await))
    }
}

fn client() -> Result<SharedHttpClient, Failure> {
    install_crypto();
    let built = Client::builder().no_proxy().redirect(redirect::Policy::none()).connect_timeout(CONNECT_MAX).build();
    let fault =
        |error| failure(FailureClass::Transient, "aws.credentials", format!("no client to look for credentials: {error}"));
    Ok(SharedHttpClient::new(Asking(built.map_err(fault)?)))
}

/// Asks for credentials, as long as the SDK is willing to wait for each source.
#[derive(Debug)]
struct Asking(Client);

impl HttpClient for Asking {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let asked = [settings.connect_timeout(), settings.read_timeout()].into_iter().flatten().reduce(|a, b| a + b);
        SharedHttpConnector::new(Question { client: self.0.clone(), timeout: asked.unwrap_or(TIMEOUT_DEFAULT) })
    }
}

#[derive(Debug)]
struct Question {
    client: Client,
    timeout: Duration,
}

impl HttpConnector for Question {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (client, timeout) = (self.client.clone(), self.timeout);
        HttpConnectorFuture::new(async move {
            let request = lowered(request).await.map_err(|failure| ConnectorError::user(Unanswered(failure).into()))?;
            match tokio::time::timeout(timeout, asked(&client, request)).await {
                Ok(answer) => answer,
                Err(late) => Err(ConnectorError::timeout(late.into())),
            }
        })
    }
}

async fn asked(client: &Client, request: reqwest::Request) -> Result<HttpResponse, ConnectorError> {
    let io = |error: reqwest::Error| {
        if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
    };
    let mut answer = client.execute(request).await.map_err(io)?;
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(io)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(ConnectorError::user(format!("more than {ANSWER_BYTES_MAX} bytes in place of credentials").into()));
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = http::Response::new(Bytes::from(body));
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    raised(response).map_err(|failure| ConnectorError::io(Unanswered(failure).into()))
}
