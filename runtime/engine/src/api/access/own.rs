//! A customer's user sees and changes what is its own group's: every reference in a request is looked up before its route sees it.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{Method, StatusCode, Uri},
};
use serde_json::Value;

use super::{
    super::{
        Api, REQUEST_BYTES_MAX,
        problem::{Problem, bad_request, not_found},
    },
    credentials::pairs,
    rules::{About, Need},
};
use crate::access::Claims;

/// Where in a body references may stand.
const HOLDERS: [&str; 3] = ["", "/installation", "/connection"];

/// What a request says of whose things it is about.
#[derive(Default)]
struct Named {
    groups: Vec<String>,
    consumers: Vec<String>,
    installations: Vec<String>,
    connections: Vec<String>,
}

/// The request, if all that it is about is the group's own.
pub(super) async fn only(api: &Api, claims: &Claims, need: &Need, request: Request) -> Result<Request, Problem> {
    let Some((about, id)) = &need.frontend else {
        let problem = Problem::new(StatusCode::FORBIDDEN, "a user's token does not open this path, nor this query");
        return Err(problem.remedy("ask for it with a key, from your server"));
    };
    let mut named = Named::default();
    match about {
        About::Installation => named.installations.push(id.clone()),
        About::Connection => named.connections.push(id.clone()),
        About::Everyone | About::Named => {}
    }
    named.in_query(request.uri());
    let (parts, body) = request.into_parts();
    let bytes = if parts.method == Method::GET || parts.method == Method::HEAD {
        Bytes::new()
    } else {
        let read = to_bytes(body, REQUEST_BYTES_MAX).await;
        read.map_err(|_| {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("a body has at most {} KiB", REQUEST_BYTES_MAX >> 10))
        })?
    };
    if !bytes.is_empty() {
        named.in_body(&bytes)?;
    }
    if *about == About::Named && named.groups.is_empty() && named.installations.is_empty() && named.connections.is_empty() {
        let problem = bad_request("a user's token must say whose things this is about");
        return Err(problem.remedy(format!("give groupRef={:?}, the group of the token", claims.group)));
    }
    named.check(api, claims).await?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

impl Named {
    fn in_query(&mut self, uri: &Uri) {
        for (name, value) in uri.query().map(pairs).into_iter().flatten() {
            self.add(&name, value);
        }
    }

    fn in_body(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let body: Value = serde_json::from_slice(bytes).map_err(|error| bad_request(format!("the body is no JSON: {error}")))?;
        for holder in HOLDERS {
            for (name, value) in body.pointer(holder).and_then(Value::as_object).into_iter().flatten() {
                match value {
                    Value::String(text) => self.add(name, text.clone()),
                    Value::Null => {}
                    // Whatever else a reference may be, it is not the group's own.
                    other => self.add(name, other.to_string()),
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &str, value: String) {
        match name {
            "groupRef" => self.groups.push(value),
            "consumerRef" => self.consumers.push(value),
            "installationId" => self.installations.push(value),
            "connectionId" => self.connections.push(value),
            _ => {}
        }
    }

    /// Things of others are answered as if they were not there.
    async fn check(&self, api: &Api, claims: &Claims) -> Result<(), Problem> {
        let foreign = |name: &str| {
            let problem = Problem::new(StatusCode::FORBIDDEN, format!("{name} is not that of the token"));
            problem.remedy("ask for a token of the other one, or with a key from your server")
        };
        if self.groups.iter().any(|group| *group != claims.group) {
            return Err(foreign("groupRef"));
        }
        if self.consumers.iter().any(|consumer| *consumer != claims.consumer) {
            return Err(foreign("consumerRef"));
        }
        let store = api.projects.store();
        for id in &self.installations {
            let found = store.installation(id).await?;
            if found.is_none_or(|one| one.group.reference != claims.group) {
                return Err(not_found(format!("there is no installation {id:?}")));
            }
        }
        for id in &self.connections {
            let found = store.connection(id).await?;
            if found.is_none_or(|one| one.group.is_none_or(|group| group.reference != claims.group)) {
                return Err(not_found(format!("there is no connection {id:?}")));
            }
        }
        Ok(())
    }
}
