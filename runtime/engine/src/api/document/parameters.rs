//! What stands in braces in paths, described once for all paths.

use serde_json::{Value, json};

use super::{each_operation, push};

/// Names and descriptions.
const PATH: [(&str, &str); 22] = [
    ("apiKeyId", "A key's id; never the key itself, which does not belong into an address."),
    ("connectionId", "A connection's id."),
    ("deliveryId", "A delivery's id."),
    ("credentialName", "A credential's name, as the sink's configuration calls it."),
    ("destinationIdOrName", "A destination's id or name."),
    ("endpoint", "The `endpoint` of a destination of the type `api`."),
    ("eventId", "An event's id."),
    ("groupRef", "The product's own id for the customer's team."),
    ("installationId", "An installation's id."),
    ("integrationIdOrName", "An integration's id, or its name in amp.yaml."),
    ("itemId", "The provider's primary key of the record."),
    ("jwtKeyId", "A public key's id: the `kid` of its tokens."),
    ("objectName", "The object, by the provider's name, or by the one that the manifest maps it to where fields are asked for."),
    ("operationId", "An operation's id."),
    ("projectIdOrName", "The project that this runtime serves."),
    ("provider", "A provider's name in the catalog."),
    ("providerAppId", "The id of a registration."),
    ("sinkName", "The type of destination that the sink serves."),
    ("revisionId", "A revision's id."),
    ("routeId", "A route's id."),
    ("topicIdOrName", "A topic's id or name."),
    ("uploadId", "Of the address that generate-upload-url gave."),
];

/// Adds every parameter of a path that its handler did not describe; null is no text of an address, so it leaves those.
pub(super) fn describe(document: &mut Value) {
    each_operation(document, |path, operation| {
        for name in names(path) {
            let known = operation["parameters"].as_array().into_iter().flatten();
            if known.into_iter().any(|one| one["in"] == "path" && one["name"] == name) {
                continue;
            }
            let found = PATH.iter().find(|(known, _)| *known == name);
            let mut parameter = json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
            if let Some((_, description)) = found {
                parameter["description"] = (*description).into();
            }
            push(&mut operation["parameters"], parameter);
        }
        let all = operation.get_mut("parameters").and_then(Value::as_array_mut);
        all.into_iter().flatten().filter_map(|one| one.get_mut("schema")).for_each(without_null);
    });
}

/// The names in braces.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn without_null(schema: &mut Value) {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|one| one != "null");
        if let [only] = &types[..] {
            schema["type"] = only.clone();
        }
    }
    if let Some(either) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        either.retain(|one| one["type"] != "null");
        if let [only] = &either[..] {
            *schema = only.clone();
        }
    }
}
