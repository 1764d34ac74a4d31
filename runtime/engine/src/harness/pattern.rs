//! Whether a value is as expected: mappings by the members that are named, lists item by item, and patterns such as `$contains`.

use regex_lite::Regex;
use serde_json::{Map, Value};

/// Longest piece of a value that a message shows.
const SHOWN_CHARS_MAX: usize = 300;

/// Where a value differs from what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    /// JSON Pointer into the value.
    pub(super) pointer: String,
    /// What was expected and what is there.
    pub(super) what: String,
}

/// Nothing where the value fits.
pub(super) fn misfit(expected: &Value, value: &Value) -> Option<Misfit> {
    differ(expected, Some(value), String::new())
}

/// Whether the value fits.
pub(super) fn fits(expected: &Value, value: &Value) -> bool {
    misfit(expected, value).is_none()
}

/// What is wrong with a pattern, wherever in it.
pub(super) fn faults(expected: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    look(expected, String::new(), &mut found);
    found
}

fn look(expected: &Value, pointer: String, found: &mut Vec<(String, String)>) {
    match expected {
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| look(item, format!("{pointer}/{at}"), found)),
        Value::Object(members) => {
            for (name, inner) in members {
                let here = format!("{pointer}/{}", escaped(name));
                match (name.as_str(), inner) {
                    ("$contains", Value::String(_)) | ("$any" | "$absent", Value::Bool(true)) | ("$exactly", _) => {}
                    ("$length", number) if number.is_u64() => {}
                    ("$matches", Value::String(regex)) => {
                        found.extend(Regex::new(regex).err().map(|error| (here, format!("is no regular expression: {error}"))));
                    }
                    (pattern, _) if pattern.starts_with('$') => found.push((
                        here,
                        "is no pattern: write {$contains: text}, {$matches: regex}, {$any: true}, {$absent: true}, {$length: number} or {$exactly: value}"
                            .to_owned(),
                    )),
                    _ => look(inner, here, found),
                }
            }
        }
        _ => {}
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn differ(expected: &Value, value: Option<&Value>, pointer: String) -> Option<Misfit> {
    let wrong = |what: String| Some(Misfit { pointer: pointer.clone(), what });
    let found = || value.map_or_else(|| "nothing is there".to_owned(), |value| format!("it is {}", shown(value)));
    if let Some((name, inner)) = pattern(expected) {
        return (!holds(name, inner, value))
            .then(|| wrong(format!("should be {}, but {}", told(name, inner), found())))
            .flatten();
    }
    let Some(value) = value else { return wrong(format!("should be {}, but {}", shown(expected), found())) };
    match (expected, value) {
        (Value::Object(expected), Value::Object(members)) => {
            expected.iter().find_map(|(name, inner)| differ(inner, members.get(name), format!("{pointer}/{}", escaped(name))))
        }
        (Value::Array(expected), Value::Array(items)) if expected.len() == items.len() => {
            let mut pairs = expected.iter().zip(items).enumerate();
            pairs.find_map(|(at, (inner, item))| differ(inner, Some(item), format!("{pointer}/{at}")))
        }
        (Value::Array(expected), Value::Array(items)) => {
            wrong(format!("should have {} items, but has {}: {}", expected.len(), items.len(), shown(value)))
        }
        (Value::Number(expected), Value::Number(number)) if expected.as_f64() == number.as_f64() => None,
        _ if expected == value => None,
        _ => wrong(format!("should be {}, but {}", shown(expected), found())),
    }
}

/// The pattern that a mapping of one member is.
fn pattern(expected: &Value) -> Option<(&str, &Value)> {
    let members: &Map<String, Value> = expected.as_object().filter(|members| members.len() == 1)?;
    members.iter().next().map(|(name, inner)| (name.as_str(), inner)).filter(|(name, _)| name.starts_with('$'))
}

fn holds(name: &str, inner: &Value, value: Option<&Value>) -> bool {
    match (name, value) {
        ("$absent", value) => value.is_none(),
        (_, None) => false,
        ("$any", Some(_)) => true,
        ("$contains", Some(value)) => value.as_str().zip(inner.as_str()).is_some_and(|(text, part)| text.contains(part)),
        ("$matches", Some(value)) => {
            let regex = inner.as_str().and_then(|regex| Regex::new(regex).ok());
            value.as_str().zip(regex).is_some_and(|(text, regex)| regex.is_match(text))
        }
        ("$length", Some(value)) => {
            let length = value.as_array().map(Vec::len).or_else(|| value.as_str().map(|text| text.chars().count()));
            length.map(|length| length as u64) == inner.as_u64()
        }
        ("$exactly", Some(value)) => value == inner,
        _ => false,
    }
}

fn told(name: &str, inner: &Value) -> String {
    match name {
        "$absent" => "absent".to_owned(),
        "$any" => "there".to_owned(),
        "$contains" => format!("a text that contains {}", shown(inner)),
        "$matches" => format!("a text that matches {}", shown(inner)),
        "$length" => format!("{inner} long"),
        _ => format!("exactly {}", shown(inner)),
    }
}

/// A value for people, cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN_CHARS_MAX { text } else { text.chars().take(SHOWN_CHARS_MAX).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_fit_by_what_is_named() {
        let value = json!({"a": 1, "b": "hello world", "c": [1, {"d": true, "e": null}]});
        for (expected, pointer) in [
            (json!({}), None),
            (json!({"a": 1.0, "b": {"$contains": "wor"}}), None),
            (json!({"a": 2}), Some("/a")),
            (json!({"a": "1"}), Some("/a")),
            (json!({"c": [1, {"d": true}]}), None),
            (json!({"c": [1]}), Some("/c")),
            (json!({"c": [1, {"d": false}]}), Some("/c/1/d")),
            (json!({"b": {"$matches": "^hel+o"}}), None),
            (json!({"b": {"$matches": "^world"}}), Some("/b")),
            (json!({"b": {"$length": 11}, "c": {"$length": 2}}), None),
            (json!({"b": {"$length": 1}}), Some("/b")),
            (json!({"x": {"$absent": true}, "a": {"$any": true}}), None),
            (json!({"a": {"$absent": true}}), Some("/a")),
            (json!({"x": {"$any": true}}), Some("/x")),
            (json!({"x": 1}), Some("/x")),
            (json!({"c": [{"$any": true}, {"$exactly": {"d": true, "e": null}}]}), None),
            (json!({"c": [1, {"$exactly": {"d": true}}]}), Some("/c/1")),
            (json!([]), Some("")),
        ] {
            assert_eq!(misfit(&expected, &value).map(|misfit| misfit.pointer).as_deref(), pointer, "{expected}");
        }
    }

    #[test]
    fn patterns_that_are_none_are_found_where_they_stand() {
        let expected = json!({"a": [{"$contain": "x"}], "b": {"$matches": "("}, "c": {"$length": "1"}, "d": {"$any": true}});
        let pointers: Vec<_> = faults(&expected).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["/a/0/$contain", "/b/$matches", "/c/$length"]);
    }
}
