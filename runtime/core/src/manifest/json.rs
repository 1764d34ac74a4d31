//! Trees to JSON, for settings that the manifest only passes on.

use serde_json::{Map, Number, Value};

use super::tree::{Entry, Kind, Meaning, Node, Scalar};

/// The value as JSON. Numbers that JSON cannot hold (`.inf`) stay text.
pub(crate) fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar(scalar) => scalar_value(scalar),
        Kind::List(items) => items.iter().map(|item| value(item)).collect(),
        Kind::Mapping(entries) => Value::Object(object(entries)),
    }
}

fn object(entries: &[Entry]) -> Map<String, Value> {
    entries.iter().map(|entry| (entry.key.to_string(), value(&entry.value))).collect()
}

fn scalar_value(scalar: &Scalar) -> Value {
    let text = || Value::String(scalar.text.clone());
    match scalar.meaning {
        Meaning::Null => Value::Null,
        Meaning::Bool(value) => Value::Bool(value),
        Meaning::Text => text(),
        Meaning::Integer => integer(&scalar.text).map_or_else(text, Value::Number),
        Meaning::Float => scalar.text.parse().ok().and_then(Number::from_f64).map_or_else(text, Value::Number),
    }
}

fn integer(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    let digits = text.strip_prefix('+').unwrap_or(text);
    digits.parse::<i64>().map(Number::from).or_else(|_| digits.parse::<u64>().map(Number::from)).ok()
}
