//! What differs between two JSON documents, for people: the members of a list that have names are compared by them, not by their places.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What names the members of a list in amp.yaml, in this order: a field that is mapped has its own name, one to choose only the mapped.
const NAMES: [&str; 4] = ["objectName", "fieldName", "mapToName", "name"];
/// Deeper parts are compared as wholes.
const DEPTH_MAX: usize = 16;

/// One place where two documents differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The way to it: keys, and the names of members of lists (`read`, `objects`, `contacts`, `schedule`).
    pub path: Vec<String>,
    /// Nothing where it is new.
    pub before: Option<Value>,
    /// Nothing where it is gone.
    pub after: Option<Value>,
}

/// Every place where `after` differs from `before`, in the order of the keys. What is wholly new or gone is one difference; the order
/// of named members makes none.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&mut Vec::new(), Some(before), Some(after), &mut found);
    found
}

fn compare(path: &mut Vec<String>, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    let deeper = path.len() < DEPTH_MAX;
    match before.zip(after).filter(|_| deeper).and_then(|(before, after)| members(before).zip(members(after))) {
        Some((before, after)) => {
            let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
            for name in names {
                path.push(name.to_owned());
                compare(path, before.get(name).copied(), after.get(name).copied(), found);
                path.pop();
            }
        }
        None => found.push(Difference { path: path.clone(), before: before.cloned(), after: after.cloned() }),
    }
}

/// The members by name; nothing for what has none, or where two have the same.
fn members(value: &Value) -> Option<BTreeMap<&str, &Value>> {
    match value {
        Value::Object(members) => Some(members.iter().map(|(key, value)| (key.as_str(), value)).collect()),
        Value::Array(list) => {
            let mut members = BTreeMap::new();
            for member in list {
                let name = match member {
                    Value::String(text) => text,
                    member => NAMES.iter().find_map(|name| member.get(name)?.as_str())?,
                };
                if members.insert(name, member).is_some() {
                    return None;
                }
            }
            Some(members)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    //! Oracle: the rows, written by hand. No doubles.

    use serde_json::json;

    use super::*;

    fn told(before: &Value, after: &Value) -> Vec<String> {
        let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), Value::to_string);
        differences(before, after)
            .iter()
            .map(|one| format!("{}: {} > {}", one.path.join("."), side(&one.before), side(&one.after)))
            .collect()
    }

    #[test]
    fn named_members_are_compared_by_their_names() {
        let object = |name: &str, schedule: &str| json!({ "objectName": name, "schedule": schedule });
        let rows: [(Value, Value, &[&str]); 11] = [
            (json!({ "a": 1 }), json!({ "a": 1 }), &[]),
            (json!({ "a": 1, "b": 2 }), json!({ "a": 2, "c": 3 }), &["a: 1 > 2", "b: 2 > -", "c: - > 3"]),
            (json!([object("a", "x"), object("b", "x")]), json!([object("b", "x"), object("a", "x")]), &[]),
            (
                json!([object("a", "x")]),
                json!([object("a", "y"), object("b", "x")]),
                &[r#"a.schedule: "x" > "y""#, r#"b: - > {"objectName":"b","schedule":"x"}"#],
            ),
            (json!([{ "fieldName": "x" }]), json!([{ "fieldName": "x", "mapToName": "y" }]), &[r#"x.mapToName: - > "y""#]),
            (json!([{ "mapToName": "x", "prompt": "?" }]), json!([{ "mapToName": "x" }]), &[r#"x.prompt: "?" > -"#]),
            (json!(["a", "b"]), json!(["b", "c"]), &[r#"a: "a" > -"#, r#"c: - > "c""#]),
            (
                json!([{ "name": "a" }, { "name": "a" }]),
                json!([{ "name": "a" }]),
                &[r#": [{"name":"a"},{"name":"a"}] > [{"name":"a"}]"#],
            ),
            (json!([1]), json!([1, 2]), &[": [1] > [1,2]"]),
            (
                json!({ "a": { "days": 30 } }),
                json!({ "a": { "fullHistory": true } }),
                &["a.days: 30 > -", "a.fullHistory: - > true"],
            ),
            (json!({ "a": null }), json!({}), &["a: null > -"]),
        ];
        for (before, after, expected) in rows {
            assert_eq!(told(&before, &after), expected, "{before} {after}");
        }
    }

    #[test]
    fn depth_has_a_limit() {
        let deep = |leaf: u8| (0..1_000).fold(json!(leaf), |value, _| json!({ "a": value }));
        let found = differences(&deep(1), &deep(2));
        assert_eq!((found.len(), found[0].path.len()), (1, DEPTH_MAX));
    }
}
