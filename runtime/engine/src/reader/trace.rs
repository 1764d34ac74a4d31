//! What is told of reads as spans: an operation, its pages, and each request to a provider.

use std::time::{Duration, Instant};

use ampline_core::{plan::ReadPlan, provider::ReadError};
use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use super::{ReadOutcome, unstored::Page};
use crate::{
    connection::Connection,
    telemetry::{self, Span},
};

/// An operation that came to its end; one that goes on later is told of then.
pub(super) fn operation(plan: &ReadPlan, id: Uuid, began: Timestamp, now: Timestamp, outcome: &ReadOutcome) {
    if !matches!(outcome, ReadOutcome::Completed { .. } | ReadOutcome::Failed { .. }) {
        return;
    }
    telemetry::tell(|| {
        let name = format!("read {}", plan.key.object_name);
        let span = Span::operation(id, name, began.into(), elapsed(began, now))
            .with("ampline.operation.id", id.to_string())
            .with("ampline.provider", plan.context.provider.clone())
            .with("ampline.object", plan.key.object_name.clone())
            .with("ampline.installation.id", plan.key.installation_id.clone())
            .with("ampline.destination", plan.context.destination.clone());
        match outcome {
            ReadOutcome::Failed { class, .. } => span.failed(format!("{class:?}")),
            ReadOutcome::Completed { records } => span.with("ampline.records", counted(*records)),
            _ => span,
        }
    });
}

/// A page, from its first request until it was durable.
pub(super) fn page(page: &Page, now: Timestamp) {
    telemetry::tell(|| {
        Span::internal(telemetry::here(), "page", page.began.into(), elapsed(page.began, now))
            .with("ampline.page", i64::from(page.number))
            .with("ampline.records", counted(page.records as u64))
            .with("ampline.messages", counted(page.messages as u64))
    });
}

/// What a request to a provider will be told as.
pub(super) struct Request {
    method: String,
    host: String,
    path: String,
    began: Instant,
}

impl Request {
    /// Of a request that goes out now. Its query stays untold: customers' data and keys stand there.
    pub(super) fn began(request: &http::Request<Bytes>, base_url: &str) -> Self {
        let host = base_url.split("://").nth(1).unwrap_or(base_url).split('/').next().unwrap_or_default();
        Self {
            method: request.method().to_string(),
            host: host.to_owned(),
            path: request.uri().path().to_owned(),
            began: Instant::now(),
        }
    }

    pub(super) fn ended(self, connection: &Connection, answer: Result<u16, &ReadError>) {
        let Self { method, host, path, began } = self;
        telemetry::tell(|| {
            let path = connection.without_secrets(&path.into());
            let span = Span::client(telemetry::here(), method.clone(), began.elapsed())
                .with("http.request.method", method)
                .with("server.address", host)
                .with("url.path", String::from_utf8_lossy(&path).into_owned())
                .with("ampline.connection.id", connection.id.clone());
            match answer {
                Ok(status) if status >= 400 => {
                    span.with("http.response.status_code", i64::from(status)).failed(status.to_string())
                }
                Ok(status) => span.with("http.response.status_code", i64::from(status)),
                Err(error) => span.failed(format!("{:?}", error.class)),
            }
        });
    }
}

/// A clock that was set back in between makes no negative time.
fn elapsed(began: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(began)).unwrap_or_default()
}

fn counted(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
