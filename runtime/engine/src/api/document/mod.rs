//! The OpenAPI document, made from the routes themselves: [`Routes`] takes nothing that says not what it is.

mod answers;
mod parameters;
#[cfg(test)]
mod tests;
mod verbs;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Arc, LazyLock},
};

use axum::{Router, extract::Request, http::header::CONTENT_TYPE, response::IntoResponse};
use serde_json::{Value, json};
use utoipa::openapi::{Components, Info, OpenApi, Paths, RefOr, Schema, SecurityRequirement};
use utoipa_axum::{router::UtoipaMethodRouter, routes};

use super::Api;
use verbs::Verbs;
pub(super) use verbs::routed;

/// Security schemes of the document.
pub(super) const API_KEY: &str = "ApiKey";
/// See [`API_KEY`].
pub(super) const BEARER: &str = "Bearer";

/// Routes with what the document says of them. There is no way to add the one without the other.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<Arc<Api>>,
    paths: Paths,
    schemas: BTreeMap<String, RefOr<Schema>>,
}

impl Routes {
    /// None yet.
    pub(super) fn new() -> Self {
        // A segment `:pause` is how a verb is routed, see `verbs`.
        Self { router: Router::new().without_v07_checks(), ..Self::default() }
    }

    /// Takes the handlers of one path, as `routes!` gives them.
    ///
    /// # Panics
    /// When the handlers are of several paths, or two of one method: a mistake in the program, which every test meets.
    pub(super) fn add(mut self, (schemas, paths, methods): UtoipaMethodRouter<Arc<Api>>) -> Self {
        let all: Vec<&String> = paths.paths.keys().collect();
        assert_eq!(all.len(), 1, "handlers that are added together are of one path, not of {all:?}");
        for (path, item) in paths.paths {
            self.router = self.router.route(&verbs::routed(&path), methods.clone());
            match self.paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => drop(self.paths.paths.insert(path, item)),
            }
        }
        self.name(schemas);
        self
    }

    /// Takes in schemas by their names.
    ///
    /// # Panics
    /// When a name means two things: the document would show one for both.
    fn name(&mut self, schemas: impl IntoIterator<Item = (String, RefOr<Schema>)>) {
        for (name, schema) in schemas {
            match self.schemas.entry(name) {
                Entry::Vacant(free) => drop(free.insert(schema)),
                Entry::Occupied(known) => {
                    let name = known.key();
                    assert!(
                        *known.get() == schema,
                        "two types are called {name}: give one of them another with #[schema(as = …)]"
                    );
                }
            }
        }
    }

    /// Takes the routes of another room.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.paths.paths.extend(other.paths.paths);
        self.name(other.schemas);
        self
    }

    /// Says of every operation that it asks for a key or a token. Who denies is `auth`.
    pub(super) fn secured(mut self) -> Self {
        let any = || [API_KEY, BEARER].map(|scheme| SecurityRequirement::new(scheme, [""; 0])).to_vec();
        for item in self.paths.paths.values_mut() {
            let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
            all.into_iter().flatten().for_each(|operation| operation.security = Some(any()));
        }
        self
    }

    /// The routes alone.
    pub(super) fn router(self) -> Router<Arc<Api>> {
        self.router
    }

    fn document(self) -> Value {
        let mut components = Components::new();
        components.schemas = self.schemas.into_iter().collect();
        let mut document = OpenApi::new(Info::new("Ampline", env!("CARGO_PKG_VERSION")), self.paths);
        document.components = Some(components);
        let mut document = serde_json::to_value(document).unwrap_or_default();
        parameters::describe(&mut document);
        answers::complete(&mut document);
        document
    }
}

/// The whole document. It depends on the program alone.
pub(super) fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| super::keyed().secured().merge(super::open()).merge(super::foreign()).document());
    &DOCUMENT
}

/// The document's text, as it is served and committed.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", document()));
    &TEXT
}

/// Gives a request the address that the router knows.
pub(super) async fn rewrite(mut request: Request) -> Request {
    static VERBS: LazyLock<Verbs> =
        LazyLock::new(|| Verbs::new(document()["paths"].as_object().into_iter().flatten().map(|(path, _)| path)));
    if let Some(uri) = VERBS.rewritten(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

/// Where the document is; anyone may read it, it says nothing of this runtime's data.
pub(super) fn routes() -> Routes {
    Routes::new().add(routes!(show))
}

/// This document.
#[utoipa::path(
    get, path = "/v1/openapi.json", operation_id = "showDocument", tag = "runtime",
    responses((status = 200, body = Value, description = "An OpenAPI 3.1 document"))
)]
async fn show() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text())
}

/// The operations of a document: path, method, operation.
pub(super) fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation)))
}

/// Does something to every operation of a document.
fn each_operation(document: &mut Value, mut change: impl FnMut(&str, &mut Value)) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        item.as_object_mut().into_iter().flatten().for_each(|(_, operation)| change(path, operation));
    }
}

/// Appends to a list that may not be there yet.
fn push(list: &mut Value, one: Value) {
    match list {
        Value::Array(list) => list.push(one),
        other => *other = json!([one]),
    }
}
