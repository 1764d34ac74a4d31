//! What holds for all operations, said once: who is asked for a key, and the errors that any of them may answer with.

use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::{API_KEY, BEARER, each_operation};
use crate::api::problem::ProblemBody;

/// Groups of operations, in the order in which a reader meets them.
const TAGS: [(&str, &str); 16] = [
    ("projects", "The project that this runtime serves."),
    ("integrations", "What is deployed, every revision of it, and deploying."),
    ("installations", "Who uses which integration, and what they chose."),
    ("connections", "Customers' credentials at providers, and the product's registrations there."),
    ("providers", "The provider catalog; anyone may read it."),
    ("checks", "Checks of manifests and templates, before they count."),
    ("reads", "What is asked of reads apart from their schedule."),
    ("operations", "What reads did, and how far they have come."),
    ("destinations", "Where messages go."),
    ("sinks", "What serves the types of destination."),
    ("deliveries", "The log of deliveries, and what is done about dead letters."),
    ("notifications", "Who is told of what happens to installations, connections, reads and destinations."),
    ("events", "What providers told by webhook, until it is a message."),
    ("hosted store", "The records that destinations of the type `api` hold."),
    ("keys", "Who may ask: API keys, and the public keys that users' tokens are checked by."),
    ("runtime", "How this runtime stands."),
];

/// Why an operation may be refused, by status, with the name of that answer.
const REFUSALS: [(&str, &str, &str); 13] = [
    ("400", "Malformed", "The request is malformed."),
    ("401", "Unauthorized", "No valid key or token was shown."),
    ("403", "Forbidden", "The key or the token does not open this."),
    ("404", "NotFound", "There is no such thing."),
    ("408", "TimedOut", "The body was not there in time."),
    ("409", "Conflict", "What is there does not allow it."),
    ("412", "PreconditionFailed", "It has changed since the state that If-Match names."),
    ("413", "TooLarge", "The body is too large."),
    ("415", "UnsupportedMediaType", "The body is of another content type."),
    ("422", "Invalid", "The request is well-formed, and something in it cannot work: `issues` lists everything."),
    ("429", "TooManyRequests", "Too many requests; `retryAfter` says when to come again."),
    ("500", "Failed", "The runtime failed; its log says why."),
    ("503", "Unavailable", "The runtime cannot answer now; `retryAfter` says when to come again."),
];
/// Any other failure.
const OTHER: (&str, &str, &str) = ("default", "Problem", "Any other failure.");

/// Completes a document that has its paths and schemas.
pub(super) fn complete(document: &mut Value) {
    document["info"] = json!({
        "title": "Ampline",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "The API of an Ampline runtime. Times are RFC 3339 in UTC. Errors are `application/problem+json` (RFC 9457).",
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/" }]);
    document["tags"] = TAGS.iter().map(|(name, description)| json!({ "name": name, "description": description })).collect();
    let components = &mut document["components"];
    components["securitySchemes"][API_KEY] = json!({ "type": "apiKey", "in": "header", "name": "X-Api-Key" });
    components["securitySchemes"][BEARER] = json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT" });
    let mut schemas = Vec::new();
    ProblemBody::schemas(&mut schemas);
    schemas.push((ProblemBody::name().into_owned(), ProblemBody::schema()));
    for (name, schema) in schemas {
        components["schemas"][name] = json!(schema);
    }
    for (_, name, description) in REFUSALS.into_iter().chain([OTHER]) {
        document["components"]["responses"][name] = json!({ "description": description, "content": problem() });
    }
    each_operation(document, answers);
}

/// Adds the refusals that an operation may give, where it does not say itself what such an answer is.
fn answers(path: &str, operation: &mut Value) {
    let takes_body = operation.get("requestBody").is_some();
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let is_conditional = parameters.into_iter().flatten().any(|one| one["name"] == "If-Match");
    let is_secured = operation.get("security").is_some();
    for (status, name, _) in REFUSALS {
        let may = match status {
            "401" | "403" => is_secured,
            "404" => path.contains('{'),
            "412" => is_conditional,
            "408" | "413" | "415" => takes_body,
            _ => true,
        };
        if may && operation["responses"].get(status).is_none() {
            operation["responses"][status] = named(name);
        }
    }
    operation["responses"][OTHER.0] = named(OTHER.1);
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if response.get("$ref").is_some() {
            continue;
        }
        // Problems that an operation speaks of itself need only their description, and successes speak for themselves.
        if status.as_str() >= "400" && response.get("content").is_none() {
            response["content"] = problem();
        }
        if response["description"].as_str().is_none_or(str::is_empty) {
            let reason = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason());
            response["description"] = reason.unwrap_or("Done").into();
        }
    }
}

fn problem() -> Value {
    json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } })
}

fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{name}") })
}
