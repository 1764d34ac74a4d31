//! A creation that carries a key happens once, whatever is asked beside it, and its answer is kept for a day.
//!
//! Doubles: a clock. Oracle: the IETF's draft of the header `Idempotency-Key`, as the document tells it.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use ampline_core::provider::Catalog;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::tests::{KEY, Served, project};
use crate::{clock::Clock, connection::Connections, http_client, project::ProjectStore, secrets::MasterKey, sqlite::Options};

const APPS: &str = "/v1/projects/demo/provider-apps";
const DAY_S: i64 = 24 * 60 * 60;

/// Seconds since 1970.
struct Clockwork(AtomicI64);

impl Clock for Clockwork {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

fn served(folder: &Path) -> (Served, Arc<Clockwork>) {
    let clock = Arc::new(Clockwork(AtomicI64::new(1_800_000_000)));
    let told = clock.clone();
    let store = ProjectStore::open(&folder.join("own"), &Options::default()).unwrap();
    let served = Served::with(|api| {
        api.projects = project(store.clone());
        let (key, http) = (MasterKey::generate().unwrap(), http_client::local_client().unwrap());
        api.connections = Some(Arc::new(Connections::new(store, key, http, told.clone(), Catalog::built_in())));
        api.clock = told;
    });
    (served, clock)
}

fn app(client_id: &str) -> Value {
    json!({ "provider": "hubspot", "clientId": client_id, "clientSecret": "s3cret-4711" })
}

/// Status, whether it is the first answer again, and the body.
async fn create(router: Router, key: &str, body: Value) -> (u16, bool, Value) {
    let request = Request::post(APPS).header("x-api-key", KEY).header("content-type", "application/json");
    let request = request.header("idempotency-key", key).body(Body::from(body.to_string())).unwrap();
    let Ok(response) = router.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status.as_u16(), parts.headers.contains_key("idempotency-replayed"), serde_json::from_slice(&body).unwrap())
}

async fn count(router: Router) -> usize {
    let request = Request::get(APPS).header("x-api-key", KEY).body(Body::empty()).unwrap();
    let Ok(response) = router.oneshot(request).await;
    let listed: Value = serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap();
    listed.as_array().unwrap().len()
}

#[tokio::test]
async fn a_key_stands_for_one_request_and_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (served, clock) = served(folder.path());
    let ask = |key: &'static str, body: Value| create(served.router.clone(), key, body);
    let (status, again, made) = ask("one", app("a")).await;
    assert_eq!((status, again), (201, false), "{made}");
    assert_eq!(ask("one", app("a")).await, (201, true, made.clone()));
    let (status, _, other) = ask("one", app("b")).await;
    assert_eq!(
        (status, &other["issues"][0]["in"], &other["issues"][0]["name"]),
        (422, &json!("header"), &json!("Idempotency-Key"))
    );
    assert_eq!(ask("two", app("a")).await.0, 422, "another key is another request: there is this app already");
    // What was refused had no effect, so its key is still free.
    assert_eq!(ask("three", json!({ "provider": "hubspot" })).await.0, 422);
    assert_eq!(ask("three", app("c")).await.0, 201);
    assert_eq!(ask("not one", app("d")).await.0, 422, "a key is of visible characters");
    clock.0.fetch_add(DAY_S - 1, Ordering::Relaxed);
    assert_eq!(ask("one", app("a")).await, (201, true, made));
    clock.0.fetch_add(2, Ordering::Relaxed);
    assert_eq!(ask("one", app("a")).await.0, 422, "a day later it is carried out, and there is this app already");
    assert_eq!(count(served.router.clone()).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_create_one() {
    let folder = tempfile::tempdir().unwrap();
    let (served, _) = served(folder.path());
    let all: Vec<_> = (0..16).map(|_| tokio::spawn(create(served.router.clone(), "one", app("a")))).collect();
    let mut ids = Vec::new();
    for one in all {
        match one.await.unwrap() {
            (201, _, made) => ids.push(made["id"].clone()),
            (409, false, busy) => assert!(busy["retryable"] == true && busy["retryAfter"].is_string(), "{busy}"),
            other => panic!("{other:?}"),
        }
    }
    ids.dedup();
    assert_eq!((ids.len(), count(served.router.clone()).await), (1, 1));
}
