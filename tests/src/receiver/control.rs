//! The control surface under `/_control/`: how another process steers the receiver and asks what arrived.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{ConnectInfo, Query, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde::{Deserialize, Serialize};

use super::{Counts, Event, Mode, RecordSeen, Shared};
use crate::{faults::Rule, loopback::WireHandle};

type App = State<Arc<Shared>>;

const WAIT_MS_DEFAULT: u64 = 30_000;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_control/counts", get(counts))
        .route("/_control/wait", get(wait))
        .route("/_control/events", get(events))
        .route("/_control/records", get(records))
        .route("/_control/requests", get(requests))
        .route("/_control/mode", put(set_mode))
        .route("/_control/faults", post(add_fault).delete(clear_faults))
        .route("/_control/reset", post(reset))
        .layer(from_fn(spare))
}

/// A connection that steers the receiver outlives the closing of its port, or nobody could open it again.
async fn spare(ConnectInfo(wire): ConnectInfo<WireHandle>, request: Request, next: Next) -> Response {
    wire.spare();
    next.run(request).await
}

async fn counts(State(shared): App) -> Json<Counts> {
    Json(shared.seen().counts.clone())
}

/// Answers when so much has arrived: 200 with the counts, or 408.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    #[serde(default)]
    requests: u64,
    #[serde(default)]
    events_accepted: u64,
    #[serde(default)]
    records: u64,
    #[serde(default = "wait_ms_default")]
    timeout_ms: u64,
}

fn wait_ms_default() -> u64 {
    WAIT_MS_DEFAULT
}

async fn wait(State(shared): App, Query(wait): Query<Wait>) -> Response {
    let is_enough = |counts: &Counts| {
        counts.requests >= wait.requests && counts.events_accepted >= wait.events_accepted && counts.records >= wait.records
    };
    match shared.wait_until(Duration::from_millis(wait.timeout_ms), |seen| is_enough(&seen.counts)).await {
        Ok(()) => counts(State(shared)).await.into_response(),
        Err(reason) => (StatusCode::REQUEST_TIMEOUT, reason).into_response(),
    }
}

async fn events(State(shared): App) -> Json<HashMap<String, Event>> {
    Json(shared.seen().events.clone())
}

async fn records(State(shared): App) -> Json<std::collections::BTreeMap<String, HashMap<String, RecordSeen>>> {
    Json(shared.seen().records.clone())
}

#[derive(Serialize)]
struct Kept {
    path: String,
    headers: HashMap<String, String>,
    body: String,
    at_us: i64,
    status: u16,
}

async fn requests(State(shared): App) -> Json<Vec<Kept>> {
    let seen = shared.seen();
    let kept = seen.requests.iter().map(|request| Kept {
        path: request.path.clone(),
        headers: request.headers.clone(),
        body: String::from_utf8_lossy(&request.body).into_owned(),
        at_us: request.at_us,
        status: request.status,
    });
    Json(kept.collect())
}

/// The mode, by name.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Name {
    Up,
    Down,
    Refuse,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetMode {
    mode: Name,
    /// Back to `up` after so long. Who cannot keep this connection alive needs it with `refuse`.
    for_ms: Option<u64>,
}

async fn set_mode(State(shared): App, Json(wanted): Json<SetMode>) -> StatusCode {
    let mode = match wanted.mode {
        Name::Up => Mode::Up,
        Name::Down => Mode::down(),
        Name::Refuse => Mode::Refuse,
    };
    shared.set_mode(mode).await;
    if let Some(for_ms) = wanted.for_ms {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(for_ms)).await;
            shared.set_mode(Mode::Up).await;
        });
    }
    StatusCode::NO_CONTENT
}

async fn add_fault(State(shared): App, Json(rule): Json<Rule>) -> StatusCode {
    shared.rules().0.push(rule);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(shared): App) -> StatusCode {
    shared.rules().0.clear();
    StatusCode::NO_CONTENT
}

async fn reset(State(shared): App) -> StatusCode {
    *shared.seen() = super::Seen::default();
    shared.rules().0.clear();
    shared.set_mode(Mode::Up).await;
    StatusCode::NO_CONTENT
}
