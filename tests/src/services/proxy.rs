//! A proxy in front of a server of AWS' protocols, which fails requests as no emulator does: by the rules of
//! [`faults`](crate::faults), and record by record in calls of PutRecords.
//!
//! A record that it throttles is left out of what the server gets, and its error is put at its place in the answer, as Kinesis
//! itself answers. That breaks the signature of the call, so the server behind must be one that takes every signature.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    faults::{Rule, Rules, perform},
    loopback::{Gate, Server, WireHandle},
};

const BODY_BYTES_MAX: usize = 128 << 20;
const PUT_RECORDS: &str = "Kinesis_20131202.PutRecords";
/// Headers of one connection, which another must not repeat.
const HOP_BY_HOP: [HeaderName; 3] = [header::CONNECTION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING];

/// Which records are throttled.
#[derive(Debug, Clone, Copy)]
pub struct Throttle {
    /// Every nth record that comes, counted over all calls.
    pub every: usize,
    /// How many records; then no more.
    pub times: usize,
}

#[derive(Default)]
struct Orders {
    rules: Rules,
    throttle: Option<Throttle>,
    records_seen: usize,
    /// The partition keys of each call of PutRecords.
    calls: Vec<Vec<String>>,
    requests: usize,
}

struct Shared {
    upstream: String,
    http: reqwest::Client,
    orders: Mutex<Orders>,
}

/// The running proxy.
pub struct Proxy {
    server: Server,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts it in front of the server at `upstream`.
    ///
    /// # Errors
    /// When no port or thread can be had.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its client")]
    pub fn start(upstream: &str) -> std::io::Result<Self> {
        // Every reqwest client wants a TLS provider; a second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a plain client can be built");
        let shared = Arc::new(Shared { upstream: upstream.to_owned(), http, orders: Mutex::default() });
        let router = Router::new().fallback(handle).with_state(Arc::clone(&shared));
        let server = Server::start(Gate::bind(([127, 0, 0, 1], 0).into())?, 2, router)?;
        Ok(Self { server, shared })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Adds a rule for whole requests.
    pub fn rule(&self, rule: Rule) {
        self.shared.orders().rules.push(rule);
    }

    /// Throttles records from now on.
    pub fn throttle(&self, throttle: Throttle) {
        let mut orders = self.shared.orders();
        orders.records_seen = 0;
        orders.throttle = Some(throttle);
    }

    /// The partition keys of each call of PutRecords so far, and forgets them.
    pub fn take_calls(&self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.shared.orders().calls)
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.shared.orders().requests
    }
}

impl Shared {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn handle(State(shared): State<Arc<Shared>>, ConnectInfo(wire): ConnectInfo<WireHandle>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.unwrap_or_default();
    let rule = {
        let mut orders = shared.orders();
        orders.requests += 1;
        orders.rules.strike(parts.method.as_str(), parts.uri.path())
    };
    perform(rule, &wire, answered(&shared, parts, body)).await
}

async fn answered(shared: &Shared, parts: Parts, body: Bytes) -> Response {
    let is_put = parts.headers.get("x-amz-target").is_some_and(|target| target == PUT_RECORDS);
    let Some(mut call) = is_put.then(|| serde_json::from_slice::<Value>(&body).ok()).flatten() else {
        return forwarded(shared, parts, body).await;
    };
    let struck = shared.orders().struck(&call);
    if struck.iter().all(|struck| !struck) {
        return forwarded(shared, parts, body).await;
    }
    let mut places = struck.iter();
    if let Some(records) = call["Records"].as_array_mut() {
        records.retain(|_| places.next().is_none_or(|struck| !struck));
    }
    let taken = if struck.iter().all(|struck| *struck) {
        json!({"Records": []})
    } else {
        let answer = forwarded(shared, parts, call.to_string().into()).await;
        let bytes = to_bytes(answer.into_body(), BODY_BYTES_MAX).await.unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    };
    ([(header::CONTENT_TYPE, "application/x-amz-json-1.1")], spliced(&struck, &taken).to_string()).into_response()
}

impl Orders {
    /// Which records of a call are throttled; keeps the call's partition keys.
    fn struck(&mut self, call: &Value) -> Vec<bool> {
        let records = call["Records"].as_array().map_or(&[][..], Vec::as_slice);
        let keys = records.iter().map(|record| record["PartitionKey"].as_str().unwrap_or_default().to_owned());
        self.calls.push(keys.collect());
        records.iter().map(|_| self.strikes()).collect()
    }

    fn strikes(&mut self) -> bool {
        self.records_seen += 1;
        let seen = self.records_seen;
        let Some(throttle) = &mut self.throttle else { return false };
        let strikes = throttle.times > 0 && seen.is_multiple_of(throttle.every);
        throttle.times -= usize::from(strikes);
        strikes
    }
}

/// The answer with the errors of the records that were left out at their places.
fn spliced(struck: &[bool], taken: &Value) -> Value {
    let mut taken = taken["Records"].as_array().cloned().unwrap_or_default().into_iter();
    let error = json!({
        "ErrorCode": "ProvisionedThroughputExceededException",
        "ErrorMessage": "Rate exceeded for shard shardId-000000000000 in stream loopback under account 123456789012.",
    });
    let records: Vec<_> =
        struck.iter().map(|struck| if *struck { error.clone() } else { taken.next().unwrap_or_default() }).collect();
    json!({"FailedRecordCount": struck.iter().filter(|struck| **struck).count(), "Records": records})
}

async fn forwarded(shared: &Shared, parts: Parts, body: Bytes) -> Response {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let request = shared.http.request(parts.method, format!("{}{path}", shared.upstream));
    // The host stays the one that was signed.
    match request.headers(without_hops(parts.headers)).body(body).send().await {
        Ok(answer) => {
            let (status, headers) = (answer.status(), without_hops(answer.headers().clone()));
            (status, headers, Body::from(answer.bytes().await.unwrap_or_default())).into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

fn without_hops(mut headers: HeaderMap) -> HeaderMap {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    headers
}
