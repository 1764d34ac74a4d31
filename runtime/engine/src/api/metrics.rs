//! Figures for Prometheus: what was counted since the start, and how the stores stand now. Also what counts the API's own requests.

use std::time::{Duration, Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    middleware::Next,
    response::{IntoResponse, Response},
};
use utoipa_axum::routes;

use super::{Shared, document::Routes, problem::Problem};
use crate::{
    journal::{DestinationState, InboxState},
    metrics::{self, escaped, gauge},
    telemetry::{self, Parent, Span},
};

/// Of the text format.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Destinations whose backlog is told; there are seldom more than a handful.
const DESTINATIONS_MAX: usize = 1_000;

pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(show))
}

/// Figures for Prometheus.
///
/// In its text format 0.0.4. A key with the scope `read` is enough. The README lists the names.
#[utoipa::path(
    get, path = "/metrics", operation_id = "showMetrics", tag = "runtime",
    responses((status = 200, body = String, content_type = "text/plain", description = "The figures."))
)]
async fn show(State(api): Shared) -> Result<Response, Problem> {
    let mut out = metrics::text();
    let mut destinations = api.journal.destinations().await?;
    destinations.retain(|one| !one.gone);
    destinations.truncate(DESTINATIONS_MAX);
    backlogs(&mut out, &destinations);
    inbox(&mut out, &api.journal.inbox());
    let held = api.pressure.as_ref().is_some_and(|pressure| pressure.on_all().is_some());
    gauge(&mut out, "ampline_reads_held", "Whether no read goes on, because the disk is full.", [alone(f64::from(held))]);
    let version = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
    gauge(&mut out, "ampline_build_info", "The runtime's version; always 1.", [(version, 1.0)]);
    Ok(([(CONTENT_TYPE, MEDIA_TYPE)], out).into_response())
}

fn alone(value: f64) -> (String, f64) {
    (String::new(), value)
}

fn backlogs(out: &mut String, destinations: &[DestinationState]) {
    let mut told = |name, help, value: fn(&DestinationState) -> f64| {
        let samples = destinations.iter().map(|one| (format!("destination=\"{}\"", escaped(&one.name)), value(one)));
        gauge(out, name, help, samples);
    };
    told("ampline_destination_pending_messages", "Messages that wait for a delivery.", |one| one.pending as f64);
    told("ampline_destination_pending_bytes", "Bytes of the messages that wait.", |one| one.pending_bytes as f64);
    told("ampline_destination_dead_messages", "Messages that were given up and are kept.", |one| one.dead as f64);
    told("ampline_destination_stopped", "Whether the destination is stopped until a person acts.", |one| {
        f64::from(one.disabled_reason.is_some())
    });
}

fn inbox(out: &mut String, inbox: &InboxState) {
    let InboxState { waiting, waiting_bytes, dead } = *inbox;
    gauge(out, "ampline_inbox_waiting_events", "Providers' events that are not messages yet.", [alone(waiting as f64)]);
    gauge(out, "ampline_inbox_waiting_bytes", "Bytes of the events that wait.", [alone(waiting_bytes as f64)]);
    gauge(out, "ampline_inbox_dead_events", "Providers' events that were given up and are kept.", [alone(dead as f64)]);
}

fn served(parent: Parent, method: &str, path: &str, status: StatusCode, took: Duration) -> Span {
    let span = Span::server(parent, format!("{method} {path}"), took)
        .with("http.request.method", method.to_owned())
        .with("http.route", path.to_owned())
        .with("http.response.status_code", i64::from(status.as_u16()));
    // What a client did wrong is no failure of the server's.
    if status.is_server_error() { span.failed(status.as_str()) } else { span }
}

/// Counts and tells of a request by its route, which is one of a few, and never by its address.
pub(super) async fn measured(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("other".to_owned(), |path| path.as_str().replace("}/:", "}:"));
    let method = match request.method().as_str() {
        method @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => method.to_owned(),
        _ => "other".to_owned(),
    };
    let parent = Parent::caller(request.headers());
    let began = Instant::now();
    let response = next.run(request).await;
    telemetry::tell(|| served(parent, &method, &path, response.status(), began.elapsed()));
    let status = format!("{}xx", response.status().as_u16() / 100);
    metrics::HTTP_REQUESTS.add(&[&method, &path, &status], 1);
    metrics::HTTP_REQUEST_SECONDS.observe(&[&method, &path], [began.elapsed()]);
    response
}
