//! How spans reach a collector: by the runtime's own HTTP client, from the exporting thread into tokio.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;

use crate::{causes::reason, http_client};

/// What is read of an answer, which says at most what was wrong.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// A client of a collector.
#[derive(Debug)]
pub(super) struct Collector {
    http: reqwest::Client,
    tokio: Handle,
    /// A collector that is away is told of once, and once that it is back.
    is_away: AtomicBool,
}

impl Collector {
    /// With authorities to trust besides the system's.
    pub(super) fn new(certificate: Option<&Path>) -> Result<Self, String> {
        let authorities = match certificate {
            Some(path) => {
                std::fs::read(path).map_err(|error| format!("OTEL_EXPORTER_OTLP_CERTIFICATE: {}: {error}", path.display()))?
            }
            None => Vec::new(),
        };
        let http = http_client::remote_client(&authorities).map_err(|error| format!("cannot reach a collector: {error}"))?;
        Ok(Self { http, tokio: Handle::current(), is_away: AtomicBool::new(false) })
    }

    fn note(&self, refusal: Option<String>) {
        match refusal {
            Some(reason) if !self.is_away.swap(true, Ordering::Relaxed) => {
                tracing::warn!(event = "traces.away", reason, "the collector takes no spans; they are dropped until it does");
            }
            None if self.is_away.swap(false, Ordering::Relaxed) => {
                tracing::info!(event = "traces.back", "the collector takes spans again");
            }
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let exchange = async move {
            let mut response = http.execute(reqwest::Request::try_from(request)?).await?;
            let mut body = BytesMut::new();
            while let Some(chunk) = response.chunk().await?.filter(|_| body.len() < ANSWER_BYTES_MAX) {
                body.extend_from_slice(&chunk);
            }
            let mut answer = http::Response::new(body.freeze());
            *answer.status_mut() = response.status();
            Ok::<_, reqwest::Error>(answer)
        };
        // The exporting thread has no reactor of its own.
        let answered = self.tokio.spawn(exchange).await?;
        let refusal = match &answered {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answered {}", answer.status())),
            // The address may hold a key.
            Err(error) => Some(reason(error)),
        };
        self.note(refusal);
        Ok(answered.map_err(reqwest::Error::without_url)?)
    }
}
