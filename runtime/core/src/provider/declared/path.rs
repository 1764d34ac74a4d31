//! Paths into JSON (`data.0.next`), and the values they lead to, as slices of the answer that are never copied.

use std::{borrow::Cow, fmt};

use serde_json::{Value, value::RawValue};
use smol_str::SmolStr;

use crate::members::Members;

/// Most steps of a path.
const STEPS_MAX: usize = 16;
/// Longest path, in bytes.
const PATH_BYTES_MAX: usize = 256;

/// Where a value stands: names of members and numbers of list items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct JsonPath(Vec<String>);

impl JsonPath {
    /// Reads `a.b.0`; `$` is the whole, and may also begin a path (`$.a`).
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > PATH_BYTES_MAX {
            return Err(format!("a path has at most {PATH_BYTES_MAX} bytes"));
        }
        let text = match text.strip_prefix('$') {
            Some("") => return Ok(Self::default()),
            Some(rest) => rest.strip_prefix('.').unwrap_or(text),
            None => text,
        };
        let steps: Vec<String> = text.split('.').map(str::to_owned).collect();
        if steps.iter().any(|step| step.is_empty() || step.contains(['[', ']', '{', '}', ' '])) {
            return Err("a path is written `a.b`, or `a.0` for the first item of a list; `$` is the whole answer".to_owned());
        }
        if steps.len() > STEPS_MAX {
            return Err(format!("a path has at most {STEPS_MAX} steps"));
        }
        Ok(Self(steps))
    }

    /// The first step, where there is one.
    pub(super) fn first(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    /// The value that it leads to. A JSON `null` counts as none.
    pub(super) fn find<'a>(&self, json: &'a RawValue) -> Option<&'a RawValue> {
        let mut value = json;
        for step in &self.0 {
            value = match value.get().as_bytes().first()? {
                b'{' => {
                    let Members(members) = serde_json::from_str(value.get()).ok()?;
                    members.into_iter().rev().find(|(name, _)| name == step)?.1
                }
                b'[' => {
                    let items: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
                    items.get(step.parse::<usize>().ok()?).copied()?
                }
                _ => return None,
            };
        }
        (value.get() != "null").then_some(value)
    }

    /// The value that it leads to, where the members of the outermost object are known already.
    pub(super) fn find_in<'a>(&self, members: &[(SmolStr, &'a RawValue)]) -> Option<&'a RawValue> {
        let (first, rest) = self.0.split_first()?;
        let value = members.iter().rev().find(|(name, _)| name == first)?.1;
        if rest.is_empty() {
            return (value.get() != "null").then_some(value);
        }
        Self(rest.to_vec()).find(value)
    }

    /// Puts a value there; what is on the way is made where it is missing. A number of a list's length appends.
    pub(super) fn put(&self, into: &mut Value, value: Value) {
        let mut at = into;
        for step in &self.0 {
            if let Value::Array(items) = at {
                let index = step.parse::<usize>().unwrap_or(items.len()).min(items.len());
                if index == items.len() {
                    items.push(Value::Null);
                }
                at = &mut items[index];
                continue;
            }
            if !at.is_object() {
                *at = Value::Object(serde_json::Map::new());
            }
            // Just made an object where it was none: indexing by name cannot fail.
            at = &mut at[step.as_str()];
        }
        *at = value;
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("$") } else { f.write_str(&self.0.join(".")) }
    }
}

/// A JSON string's text, or a number's digits.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str::<String>(raw.get()).ok().map(Cow::Owned),
        b'0'..=b'9' | b'-' => Some(Cow::Borrowed(raw.get())),
        _ => None,
    }
}

/// A truth value, also as text or number (`"true"`, `1`).
pub(super) fn flag(raw: &RawValue) -> Option<bool> {
    match raw.get() {
        "true" | "\"true\"" | "1" => Some(true),
        "false" | "\"false\"" | "0" => Some(false),
        _ => None,
    }
}

/// A whole number from 0, also as text.
pub(super) fn number(raw: &RawValue) -> Option<u64> {
    text(raw)?.parse().ok()
}

/// Whether a raw value says the same as this one: numbers by their value, texts by their characters.
pub(super) fn says(raw: &RawValue, value: &Value) -> bool {
    let Ok(found) = serde_json::from_str::<Value>(raw.get()) else { return false };
    match (&found, value) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => found == *value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json, value::RawValue};

    use super::JsonPath;

    #[test]
    fn paths_lead_to_slices_of_the_answer() {
        let answer = r#"{"a": {"b": [ {"c" : 1.50}, null ]}, "x.y": 1, "a2": null, "d": 1, "d": 2}"#;
        let raw: &RawValue = serde_json::from_str(answer).unwrap();
        let rows = [
            ("a.b.0.c", Some("1.50")),
            ("$.a.b.0", Some(r#"{"c" : 1.50}"#)),
            ("$", Some(answer)),
            ("a.b.1", None),
            ("a.b.2", None),
            ("a.b.x", None),
            ("a.b.0.c.d", None),
            ("a2", None),
            ("d", Some("2")),
        ];
        for (path, expected) in rows {
            assert_eq!(JsonPath::parse(path).unwrap().find(raw).map(RawValue::get), expected, "{path}");
        }
        for wrong in ["", "a..b", "a.b.", "a[0]", "{{.x}}", &"a.".repeat(200), &["a"; 17].join(".")] {
            assert!(JsonPath::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_are_put_where_the_path_leads() {
        let rows = [
            (json!({}), "a.b", json!({"a": {"b": 7}})),
            (Value::Null, "a", json!({"a": 7})),
            (json!({"q": [1]}), "q.1", json!({"q": [1, 7]})),
            (json!({"q": [{"x": 1}]}), "q.0.y", json!({"q": [{"x": 1, "y": 7}]})),
            (json!({"q": []}), "q.900.y", json!({"q": [{"y": 7}]})),
            (json!({"q": "text"}), "q.z", json!({"q": {"z": 7}})),
        ];
        for (mut into, path, expected) in rows {
            JsonPath::parse(path).unwrap().put(&mut into, json!(7));
            assert_eq!(into, expected, "{path}");
        }
    }
}
