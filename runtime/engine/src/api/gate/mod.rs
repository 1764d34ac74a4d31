//! What the document says of a request holds before a handler sees it: parameters, headers and the JSON of its body are compared with
//! the operation's own description, and everything that does not fit is answered at once.

pub(super) mod body;
mod schema;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock},
};

use axum::{
    extract::{MatchedPath, Query, Request},
    http::{HeaderMap, Method, Uri},
    middleware::Next,
    response::Response,
};
use serde_json::Value;

use super::{
    document,
    problem::{Place, Problem, RequestIssue, bad_request, invalid},
};
use schema::{Check, Schemas};

/// Operations by route and method, with the schemas that they name.
struct Gate {
    schemas: Schemas,
    operations: HashMap<String, BTreeMap<String, Arc<Operation>>>,
}

/// What the document says of the requests for one operation.
struct Operation {
    query: BTreeMap<String, Parameter>,
    headers: BTreeMap<String, Parameter>,
    body: Option<JsonBody>,
}

struct Parameter {
    schema: Value,
    is_required: bool,
}

/// A body of JSON; other types are their handlers' business.
struct JsonBody {
    schema: Value,
    is_required: bool,
}

static GATE: LazyLock<Gate> = LazyLock::new(|| {
    let document = document::document();
    let mut operations = HashMap::<String, BTreeMap<String, Arc<Operation>>>::new();
    for (path, method, operation) in document::operations(document) {
        let known = operations.entry(document::routed(path)).or_default();
        known.insert(method.to_ascii_uppercase(), Arc::new(Operation::new(operation)));
    }
    Gate { schemas: Schemas::new(document), operations }
});

impl Operation {
    fn new(operation: &Value) -> Self {
        let parameters = |place: &str| {
            let all = operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == place);
            let named = all.filter_map(|one| {
                let parameter = Parameter { schema: one["schema"].clone(), is_required: one["required"] == true };
                Some((one["name"].as_str()?.to_owned(), parameter))
            });
            named.collect()
        };
        let taken = &operation["requestBody"];
        let schema = taken["content"].get("application/json").map(|content| content["schema"].clone());
        let body = schema.map(|schema| JsonBody { schema, is_required: taken["required"] == true });
        Self { query: parameters("query"), headers: parameters("header"), body }
    }
}

/// Lets a request through that is what the document says.
pub(super) async fn check(path: Option<MatchedPath>, request: Request, next: Next) -> Result<Response, Problem> {
    let Some(operation) = path.and_then(|path| operation(path.as_str(), request.method())) else {
        return Ok(next.run(request).await);
    };
    let mut issues = Vec::new();
    let mut query = GATE.schemas.check(Place::Query);
    check_query(&mut query, &operation.query, request.uri())?;
    issues.append(&mut query.issues);
    let mut headers = GATE.schemas.check(Place::Header);
    check_headers(&mut headers, &operation.headers, request.headers());
    issues.append(&mut headers.issues);
    let request = match &operation.body {
        None => request,
        Some(expected) => {
            let (parts, body) = request.into_parts();
            let body = body::read(body).await?;
            if !body.is_empty() {
                body::check_type(&parts.headers)?;
                let given: Value =
                    serde_json::from_slice(&body).map_err(|error| bad_request(format!("the body is not JSON: {error}")))?;
                let mut check = GATE.schemas.check(Place::Body);
                check.value(&expected.schema, &given, "", false);
                issues.append(&mut check.issues);
            } else if expected.is_required {
                issues.push(RequestIssue::new(Place::Body, "", "the request has no body").remedy("send one of application/json"));
            }
            Request::from_parts(parts, body.into())
        }
    };
    if issues.is_empty() { Ok(next.run(request).await) } else { Err(invalid(issues)) }
}

/// Whether the document says that this route takes a header of this name.
pub(super) fn takes_header(path: &str, method: &Method, name: &str) -> bool {
    operation(path, method).is_some_and(|operation| operation.headers.contains_key(name))
}

fn operation(path: &str, method: &Method) -> Option<Arc<Operation>> {
    let known = GATE.operations.get(path)?;
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    known.get(method).cloned()
}

fn check_query(check: &mut Check<'_>, known: &BTreeMap<String, Parameter>, uri: &Uri) -> Result<(), Problem> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let Query(pairs) = pairs.map_err(|rejection| bad_request(rejection.body_text()))?;
    for (index, (name, text)) in pairs.iter().enumerate() {
        if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
            check.put(RequestIssue::new(Place::Query, name, "is given twice"));
            continue;
        }
        let Some(parameter) = known.get(name) else {
            let issue = RequestIssue::new(Place::Query, name, "is not known here");
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            check.put(if names.is_empty() { issue } else { issue.remedy(format!("known are {}", names.join(", "))) });
            continue;
        };
        check.value(&parameter.schema, &read(&parameter.schema, text), name, false);
    }
    for (name, _) in known.iter().filter(|(name, parameter)| parameter.is_required && !pairs.iter().any(|pair| pair.0 == **name))
    {
        check.put(RequestIssue::new(Place::Query, name, "is missing"));
    }
    Ok(())
}

fn check_headers(check: &mut Check<'_>, known: &BTreeMap<String, Parameter>, headers: &HeaderMap) {
    for (name, parameter) in known {
        match headers.get(name) {
            Some(given) => {
                let text = String::from_utf8_lossy(given.as_bytes()).into_owned();
                check.value(&parameter.schema, &read(&parameter.schema, &text), name, true);
            }
            None if parameter.is_required => check.put(RequestIssue::new(Place::Header, name, "is missing")),
            None => {}
        }
    }
}

/// A parameter's text as the value that its schema speaks of.
fn read(schema: &Value, text: &str) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        Some("boolean") if text == "true" || text == "false" => (text == "true").into(),
        _ => text.into(),
    }
}
