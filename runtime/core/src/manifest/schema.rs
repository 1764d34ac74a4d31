//! The JSON Schema of the format (draft 2020-12), made from the same table of keys that the checker reads by.

use serde_json::{Map, Value, json};

use super::keys::{self, Holds, Key, Keys};

/// The schema for editors. It is stricter than the checker, which forgives what Ampersand's own program does: keys in any case,
/// keys that the format does not have, booleans in place of `always`.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    let mut root = mapping(&keys::MANIFEST, &mut definitions);
    root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".to_owned(), json!("amp.yaml"));
    root.insert(
        "description".to_owned(),
        json!("What a product reads from, writes to and subscribes at its customers' SaaS. Keys marked deprecated are of the forms of 2023, which are still read."),
    );
    root.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(root)
}

fn mapping(keys: &'static Keys, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let properties: Map<String, Value> = keys.keys.iter().map(|key| (key.name.to_owned(), property(key, definitions))).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !keys.open {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    let required: Vec<&str> = keys.needed.iter().filter_map(|group| if let [one] = group { Some(*one) } else { None }).collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    let one_of_many = |group: &&&[&str]| group.len() > 1;
    let either = |group: &&[&str]| json!({"anyOf": group.iter().map(|key| json!({"required": [key]})).collect::<Vec<_>>()});
    let groups: Vec<Value> = keys.needed.iter().filter(one_of_many).map(either).collect();
    if !groups.is_empty() {
        schema.insert("allOf".to_owned(), Value::Array(groups));
    }
    schema
}

fn property(key: &'static Key, definitions: &mut Map<String, Value>) -> Value {
    let Value::Object(mut schema) = value(key.holds, definitions) else { return json!(true) };
    let means = match key.today {
        Some(today) if key.means.is_empty() => format!("Of the form of 2023: {today}."),
        Some(today) => format!("{} Of the form of 2023: {today}.", key.means),
        None => key.means.to_owned(),
    };
    schema.insert("description".to_owned(), json!(means));
    if key.today.is_some() {
        schema.insert("deprecated".to_owned(), json!(true));
    }
    Value::Object(schema)
}

/// What a key may hold; a key without a value is as good as absent.
fn value(holds: Holds, definitions: &mut Map<String, Value>) -> Value {
    match holds {
        Holds::Text => json!({"type": "string"}),
        Holds::TextLike { pattern, example } => json!({"type": "string", "pattern": pattern, "examples": [example]}),
        Holds::Flag { default } => json!({"type": "boolean", "default": default}),
        Holds::Count { min, max: None } => json!({"type": "integer", "minimum": min}),
        Holds::Count { min, max: Some(max) } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Holds::Words(words) => json!({"enum": words}),
        Holds::Mapping(keys) => json!({"$ref": reference(keys, definitions)}),
        Holds::List(keys) => json!({"type": "array", "minItems": 1, "items": {"$ref": reference(keys, definitions)}}),
        Holds::Fields => json!({"type": ["array", "null"], "items": {"$ref": reference(&keys::FIELD, definitions)}}),
        Holds::Texts => json!({"type": "array", "items": {"type": "string"}}),
        Holds::Actions => {
            let actions = [&keys::READ_ACTION, &keys::WRITE_ACTION, &keys::SUBSCRIBE_ACTION];
            let actions = actions.map(|keys| json!({"$ref": reference(keys, definitions)}));
            json!({"type": "array", "minItems": 1, "items": {"oneOf": actions}})
        }
    }
}

/// Refers to the mapping's definition, which is made the first time.
fn reference(keys: &'static Keys, definitions: &mut Map<String, Value>) -> String {
    if !definitions.contains_key(keys.id) {
        // In place before its parts are, so that a mapping within itself would end.
        definitions.insert(keys.id.to_owned(), Value::Null);
        let schema = mapping(keys, definitions);
        definitions.insert(keys.id.to_owned(), Value::Object(schema));
    }
    format!("#/$defs/{}", keys.id)
}
