//! A provider whose every answer a script decides, one script for each customer: HubSpot, Salesforce or one that a file declares.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use ampline_tests::loopback::{Gate, Server};
use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Status and body for the page behind `after` (HubSpot's parameter, the end of a Salesforce locator); nothing for the first page.
pub(crate) type Script = fn(after: Option<&str>) -> (u16, String);

type Scripts = Arc<Mutex<HashMap<String, Script>>>;

pub(crate) struct Scripted {
    server: Server,
    scripts: Scripts,
}

impl Scripted {
    pub(crate) fn start(scripts: &[(&str, Script)]) -> Self {
        let scripts: HashMap<String, Script> = scripts.iter().map(|(name, script)| ((*name).to_owned(), *script)).collect();
        let scripts: Scripts = Arc::new(Mutex::new(scripts));
        let router = Router::new().route("/{customer}/{*path}", axum::routing::any(answer)).with_state(scripts.clone());
        let gate = Gate::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self { server: Server::start(gate, 1, router).unwrap(), scripts }
    }

    /// In place of the provider's own address for a customer.
    pub(crate) fn base_url(&self, customer: &str) -> String {
        format!("http://{}/{customer}", self.server.address())
    }

    /// From now on.
    pub(crate) fn says(&self, customer: &str, script: Script) {
        self.scripts.lock().unwrap().insert(customer.to_owned(), script);
    }
}

async fn answer(
    State(scripts): State<Scripts>,
    Path((customer, path)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    // How many there are nobody can say here, which is no reason to fail.
    if path.ends_with("/search") {
        return (StatusCode::NOT_FOUND, "{}").into_response();
    }
    let script = scripts.lock().unwrap().get(&customer).copied();
    let Some(script) = script else { return StatusCode::NOT_FOUND.into_response() };
    let locator = path.split_once("/query/").and_then(|(_, locator)| locator.split_once('-')).map(|(_, place)| place);
    let (status, body) = script(query.get("after").map(String::as_str).or(locator));
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body).into_response()
}

/// A record as HubSpot shows it.
pub(crate) fn record(id: &str, updated_at: &str, note: &str) -> Value {
    json!({ "id": id, "createdAt": "2026-01-01T00:00:00Z", "updatedAt": updated_at, "archived": false,
        "properties": { "email": format!("{id}@example.com"), "note": note } })
}

/// A page of records with these ids.
pub(crate) fn page(ids: &[u64], next: Option<&str>) -> (u16, String) {
    let results: Vec<Value> = ids.iter().map(|id| record(&id.to_string(), "2026-01-02T00:00:00Z", "")).collect();
    let mut body = json!({ "results": results });
    if let Some(after) = next {
        body["paging"] = json!({ "next": { "after": after } });
    }
    (200, body.to_string())
}
