//! The format as a JSON Schema (draft 2020-12), for editors; made of the same tables that the reader follows.

use serde_json::{Map, Value, json};

use super::{
    keys::PROVIDER,
    table::{Holds, Key, Keys},
};

/// The JSON Schema of a provider's file.
pub fn schema() -> Value {
    let mut schema = mapping(&PROVIDER);
    if let Value::Object(members) = &mut schema {
        members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".to_owned(), json!("A provider of Ampline"));
    }
    schema
}

fn mapping(keys: &Keys) -> Value {
    let properties: Map<String, Value> = keys.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = keys.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn property(key: &Key) -> Value {
    let mut schema = held(key.holds);
    if let Value::Object(members) = &mut schema {
        members.insert("description".to_owned(), json!(key.means));
    }
    schema
}

fn held(holds: Holds) -> Value {
    let text = || json!({ "type": ["string", "number", "boolean"] });
    match holds {
        Holds::Text => text(),
        Holds::Flag => json!({ "type": "boolean" }),
        Holds::Count { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Holds::Word(words) => json!({ "enum": words }),
        Holds::Texts => json!({ "anyOf": [text(), { "type": "array", "items": text() }] }),
        Holds::Pairs => json!({ "type": "object", "additionalProperties": text() }),
        Holds::Json => json!({}),
        Holds::Mapping(keys) => mapping(keys),
        Holds::MappingOrText(keys, _) => json!({ "anyOf": [text(), mapping(keys)] }),
        Holds::List(keys) => json!({ "type": "array", "items": mapping(keys) }),
    }
}
