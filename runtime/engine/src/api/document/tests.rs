//! The document is whole, and the one that is committed is this one.
//!
//! Doubles: none. Oracle: the OpenAPI specification 3.1, as far as a program of a page can hold a document to it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

/// What `gate::schema` enforces, and what is there for readers alone.
const KEYWORDS: [&str; 30] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "deprecated",
    "description",
    "enum",
    "examples",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "oneOf",
    "pattern",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "title",
    "type",
    "writeOnly",
    "example",
];

#[test]
fn the_committed_document_is_this_one() {
    let committed: Value = serde_json::from_str(include_str!("../../../openapi.json")).unwrap();
    let remedy = "write it anew: cargo run --bin ampline -- openapi > runtime/engine/openapi.json";
    assert!(committed == *document(), "runtime/engine/openapi.json is out of date; {remedy}");
}

#[test]
fn every_operation_says_what_it_is() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: BTreeSet<&str> = document["tags"].as_array().unwrap().iter().filter_map(|tag| tag["name"].as_str()).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(document) {
        let told = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{told}: {id} is another operation's");
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{told} has no summary");
        let tagged = operation["tags"].as_array().unwrap();
        assert!(matches!(&tagged[..], [one] if tags.contains(one.as_str().unwrap())), "{told}: {tagged:?}");
        let answers = operation["responses"].as_object().unwrap();
        let named = |one: &Value| one["$ref"].is_string() || one["description"].as_str().is_some_and(|text| !text.is_empty());
        assert!(answers.values().all(named), "{told}: {answers:?}");
        assert!(answers.keys().any(|status| status.starts_with('2')), "{told} never succeeds");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["schema"].is_object(), "{told}: {parameter}");
            assert!(parameter["description"].is_string(), "{told}: {} is not described", parameter["name"]);
        }
    }
    assert!(ids.len() > 30, "{ids:?}");
}

#[test]
#[should_panic(expected = "two types are called Value")]
fn a_name_means_one_thing() {
    use utoipa::openapi::schema::{Object, Type};
    let schema = |kind: Type| RefOr::T(Schema::Object(Object::with_type(kind)));
    let mut routes = Routes::new();
    routes.name([("Value".to_owned(), schema(Type::String)), ("Value".to_owned(), schema(Type::String))]);
    routes.name([("Value".to_owned(), schema(Type::Integer))]);
}

#[test]
fn whatever_a_schema_says_is_enforced_and_whatever_it_names_is_there() {
    let document = document();
    let named = document["components"]["schemas"].as_object().unwrap();
    let mut schemas: Vec<&Value> = named.values().collect();
    for (_, _, operation) in operations(document) {
        collect(operation, &mut schemas);
    }
    while let Some(schema) = schemas.pop() {
        let Some(members) = schema.as_object() else { continue };
        for (keyword, value) in members {
            assert!(KEYWORDS.contains(&keyword.as_str()), "nothing enforces {keyword}: {schema}");
            match (keyword.as_str(), value) {
                ("$ref", Value::String(to)) => {
                    assert!(document.pointer(&to[1..]).is_some(), "there is no schema {to}");
                }
                ("properties", Value::Object(members)) => schemas.extend(members.values()),
                ("items" | "additionalProperties" | "propertyNames", one) => schemas.push(one),
                ("allOf" | "anyOf" | "oneOf", Value::Array(all)) => schemas.extend(all),
                _ => {}
            }
        }
    }
}

/// The schemas of an operation's parameters and contents.
fn collect<'a>(value: &'a Value, schemas: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, member)| if name == "schema" { schemas.push(member) } else { collect(member, schemas) }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, schemas)),
        _ => {}
    }
}
