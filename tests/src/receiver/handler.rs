//! The receiver's HTTP surface: everything outside `/_control/` is a delivery.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, DefaultBodyLimit, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};

use super::{Shared, control, log, records, seen::Received};
use crate::{
    faults::{self, Answer, Rule},
    loopback::WireHandle,
};

const BODY_BYTES_MAX: usize = 16 << 20;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let deliveries = Router::new().fallback(deliver);
    deliveries.merge(control::router()).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(shared)
}

async fn deliver(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(wire): ConnectInfo<WireHandle>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if method != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, "only POST is a delivery").into_response();
    }
    let rule = rule_for(&shared, uri.path());
    let request = Received {
        path: uri.path_and_query().map_or_else(String::new, |target| target.as_str().to_owned()),
        headers: lowered(&headers),
        body,
        at_us: now_us(),
        status: status_of(rule.as_ref()),
    };
    // Noted before it is answered: what the sender believes delivered must be found here, whatever happens next.
    if let Err(error) = note(&shared, request) {
        return (StatusCode::INTERNAL_SERVER_ERROR, format!("failed to write the receiver's log: {error}")).into_response();
    }
    faults::perform(rule, &wire, async { (StatusCode::OK, "ok").into_response() }).await
}

fn rule_for(shared: &Shared, path: &str) -> Option<Rule> {
    let mut rules = shared.rules();
    let struck = rules.0.strike("delivery", path);
    struck.or_else(|| rules.1.clone())
}

/// The status a sender can rely on: 0 unless the answer arrives whole.
fn status_of(rule: Option<&Rule>) -> u16 {
    match rule.map(|rule| &rule.answer) {
        None | Some(Answer::Normal | Answer::NotJson) => 200,
        Some(Answer::Status { status, .. }) => *status,
        Some(Answer::Truncated | Answer::Reset | Answer::Stall) => 0,
    }
}

fn note(shared: &Shared, request: Received) -> std::io::Result<()> {
    let options = &shared.options;
    let is_checked = !shared.keys.is_empty();
    let flaw = is_checked.then(|| shared.keys.flaw(&request.headers, &request.body, request.at_us / 1_000_000)).flatten();
    let contents = if options.read_records { records::contents(&request.body) } else { records::Contents::default() };
    if let Some(file) = &shared.log {
        let event = request.headers.get("webhook-id").cloned().unwrap_or_default();
        let (object, records) = (contents.object.clone(), contents.records.clone());
        log::append(file, &log::Line { event, status: request.status, object, records })?;
    }
    shared.seen().note(request, &contents, flaw, options.keep_requests);
    shared.arrived.notify_waiters();
    Ok(())
}

fn lowered(headers: &HeaderMap) -> HashMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
