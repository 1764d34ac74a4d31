//! Edits of an installation as clients ask for them: masks with new values (PATCH of an installation), and JSON Patch (RFC 6902) of
//! one object's configuration.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{content::PATH, model::Issue};

/// Masks that PATCH takes, besides one for each object.
const MASKS: &str = "connectionId, config.createdBy, config.content, config.content.read.objects.<object>, \
     config.content.write.objects[.<object>], config.content.subscribe.objects[.<object>], config.content.proxy.enabled";
/// Most operations of one JSON Patch.
const OPERATIONS_MAX: usize = 1_000;

/// What an edit comes to.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Edited {
    /// The content afterwards, unchecked.
    pub(crate) content: Option<Value>,
    pub(crate) connection_id: Option<String>,
    pub(crate) created_by: Option<String>,
    /// Where the edit reached into the content: faults elsewhere were there before.
    pub(crate) touched: Vec<String>,
}

/// Puts the masked parts of `new` (an Installation) in the place of those of `content`. A part that `new` lacks is removed.
pub(crate) fn masked(content: Value, masks: &[String], new: &Value) -> Result<Edited, Vec<Issue>> {
    let (mut edited, mut issues) = (Edited::default(), Vec::new());
    let mut after = content;
    for (index, mask) in masks.iter().enumerate() {
        let mut fault = |message: String| issues.push(Issue { path: format!("updateMask[{index}]"), message });
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        match mask.as_str() {
            "connectionId" => match text(&new["connectionId"]) {
                Some(id) => edited.connection_id = Some(id),
                None => fault("installation.connectionId must be the id of a connection".to_owned()),
            },
            "config.createdBy" => match text(&new["config"]["createdBy"]) {
                Some(by) => edited.created_by = Some(by),
                None => fault("installation.config.createdBy must be a text like \"consumer:user-1\"".to_owned()),
            },
            "config.content" => {
                after = new["config"]["content"].clone();
                edited.touched.push(PATH.to_owned());
            }
            _ => match content_path(mask) {
                Some(path) => {
                    let value = path.iter().try_fold(&new["config"]["content"], |value, step| value.get(step));
                    put(&mut after, &path, value.filter(|value| !value.is_null()));
                    edited.touched.push(format!("{PATH}.{}", path.join(".")));
                }
                None => fault(format!("nothing can be changed by the mask {mask:?}; there are: {MASKS}")),
            },
        }
    }
    if masks.is_empty() {
        issues.push(Issue { path: "updateMask".to_owned(), message: format!("names nothing to change; there are: {MASKS}") });
    }
    edited.content = (!edited.touched.is_empty()).then_some(after);
    if issues.is_empty() { Ok(edited) } else { Err(issues) }
}

/// The steps of a mask within the content.
fn content_path(mask: &str) -> Option<Vec<&str>> {
    let path = mask.strip_prefix("config.content.")?;
    if path == "proxy.enabled" {
        return Some(vec!["proxy", "enabled"]);
    }
    let (action, rest) = path.split_once('.')?;
    match (action, rest.split_once('.')) {
        // An object's name may hold dots.
        ("read" | "write" | "subscribe", Some(("objects", object))) if !object.is_empty() => {
            Some(vec![action, "objects", object])
        }
        ("write" | "subscribe", None) if rest == "objects" => Some(vec![action, "objects"]),
        _ => None,
    }
}

/// Sets or removes what lies at a path of names, making the objects that lead there.
fn put(target: &mut Value, path: &[&str], value: Option<&Value>) {
    let Some((last, above)) = path.split_last() else { return };
    let mut place = target;
    for step in above {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Some(members) = place.as_object_mut() else { return };
        place = members.entry(*step).or_insert_with(|| Value::Object(Map::new()));
    }
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    let Some(members) = place.as_object_mut() else { return };
    match value {
        Some(value) => drop(members.insert((*last).to_owned(), value.clone())),
        None => drop(members.remove(*last)),
    }
}

/// One operation of a JSON Patch. Its path is within the configuration of one object.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = PatchOperation)]
pub(crate) struct Operation {
    op: Verb,
    /// A JSON Pointer within the object's configuration, like `/selectedFields/email`.
    path: String,
    /// Needed by `add` and `replace`.
    #[serde(default, deserialize_with = "present")]
    value: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PatchVerb)]
enum Verb {
    Add,
    Remove,
    Replace,
}

/// A null is a value too.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Applies all operations to an object's configuration, or says what is wrong with the first that cannot be.
///
/// Beyond RFC 6902, `add` makes the objects on the way to its place: a configuration leaves out what is empty.
pub(crate) fn patched(mut config: Value, operations: &[Operation]) -> Result<Value, Issue> {
    if operations.len() > OPERATIONS_MAX {
        let message = format!("has {} operations, and {OPERATIONS_MAX} are the most", operations.len());
        return Err(Issue { path: "changes".to_owned(), message });
    }
    for (index, operation) in operations.iter().enumerate() {
        step(&mut config, operation).map_err(|message| Issue { path: format!("changes[{index}]"), message })?;
    }
    Ok(config)
}

fn step(config: &mut Value, operation: &Operation) -> Result<(), String> {
    let Operation { op, path, value } = operation;
    let pointer =
        path.strip_prefix('/').ok_or_else(|| format!("the path {path:?} must begin with `/`, like /selectedFields/email"))?;
    let steps: Vec<String> = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let value = match (op, value) {
        (Verb::Remove, _) => None,
        (_, Some(value)) => Some(value.clone()),
        (_, None) => return Err(format!("there is no value to put at {path:?}")),
    };
    let Some((last, above)) = steps.split_last() else { return Err(format!("the path {path:?} names nothing")) };
    let mut place = config;
    for step in above {
        if let Value::Object(members) = place
            && *op == Verb::Add
        {
            members.entry(step.clone()).or_insert_with(|| Value::Object(Map::new()));
        }
        let inner = match place {
            Value::Object(members) => members.get_mut(step),
            Value::Array(items) => step.parse().ok().and_then(|at: usize| items.get_mut(at)),
            _ => None,
        };
        place = inner.ok_or_else(|| nothing_at(path))?;
    }
    match place {
        Value::Object(members) => in_object(members, *op, last, value).ok_or_else(|| nothing_at(path)),
        Value::Array(items) => in_list(items, *op, last, value).ok_or_else(|| nothing_at(path)),
        _ => Err(nothing_at(path)),
    }
}

fn nothing_at(path: &str) -> String {
    format!("there is nothing at {path:?}")
}

fn in_object(members: &mut Map<String, Value>, op: Verb, name: &str, value: Option<Value>) -> Option<()> {
    if op != Verb::Add && !members.contains_key(name) {
        return None;
    }
    match value {
        Some(value) => drop(members.insert(name.to_owned(), value)),
        None => drop(members.remove(name)),
    }
    Some(())
}

fn in_list(items: &mut Vec<Value>, op: Verb, step: &str, value: Option<Value>) -> Option<()> {
    let at: usize = if op == Verb::Add && step == "-" { items.len() } else { step.parse().ok()? };
    match (op, value) {
        (Verb::Add, Some(value)) if at <= items.len() => items.insert(at, value),
        (Verb::Replace, Some(value)) => *items.get_mut(at)? = value,
        (Verb::Remove, _) if at < items.len() => drop(items.remove(at)),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn masks_reach_what_they_name_and_nothing_else() {
        let content = json!({"provider": "hubspot", "read": {"objects": {"a": {"x": 1}, "b.c": {"x": 1}}}});
        let new = json!({"connectionId": "n", "config": {"createdBy": "consumer:u", "content": {
            "read": {"objects": {"a": {"y": 2}}}, "proxy": {"enabled": true}}}});
        let rows: [(&[&str], Value); 6] = [
            (
                &["config.content.read.objects.a"],
                json!({"provider": "hubspot", "read": {"objects": {"a": {"y": 2}, "b.c": {"x": 1}}}}),
            ),
            (&["config.content.read.objects.b.c"], json!({"provider": "hubspot", "read": {"objects": {"a": {"x": 1}}}})),
            (
                &["config.content.proxy.enabled"],
                json!({"provider": "hubspot", "proxy": {"enabled": true}, "read": {"objects": {"a": {"x": 1}, "b.c": {"x": 1}}}}),
            ),
            (&["config.content"], json!({"read": {"objects": {"a": {"y": 2}}}, "proxy": {"enabled": true}})),
            (
                &["config.content.subscribe.objects"],
                json!({"provider": "hubspot", "subscribe": {}, "read": {"objects": {"a": {"x": 1}, "b.c": {"x": 1}}}}),
            ),
            (&["connectionId", "config.createdBy"], Value::Null),
        ];
        for (masks, expected) in rows {
            let masks: Vec<String> = masks.iter().map(|&mask| mask.to_owned()).collect();
            let edited = masked(content.clone(), &masks, &new).unwrap();
            assert_eq!(edited.content.unwrap_or_default(), expected, "{masks:?}");
        }
        for mask in [
            "",
            "config",
            "config.content.read",
            "config.content.read.objects",
            "config.content.read.objects.",
            "group",
            "config.content.proxy",
        ] {
            let issues = masked(content.clone(), &[mask.to_owned()], &new).unwrap_err();
            assert!(issues[0].message.contains("nothing can be changed by the mask"), "{mask}: {issues:?}");
        }
        assert_eq!(masked(content.clone(), &[], &new).unwrap_err()[0].path, "updateMask");
        let without = masked(content, &["connectionId".to_owned()], &json!({})).unwrap_err();
        assert!(without[0].message.contains("must be the id"), "{without:?}");
    }

    /// Oracle: RFC 6902, but for `add`, which makes the objects on its way.
    #[test]
    fn operations_are_those_of_json_patch() {
        let config = || json!({"selectedFields": {"a": true, "s/t": true}, "fieldFilters": [1, 2]});
        let rows = [
            (
                json!([{"op": "add", "path": "/selectedFields/b", "value": true}]),
                Ok(json!({"selectedFields": {"a": true, "b": true, "s/t": true}, "fieldFilters": [1, 2]})),
            ),
            (
                json!([{"op": "remove", "path": "/selectedFields/s~1t"}]),
                Ok(json!({"selectedFields": {"a": true}, "fieldFilters": [1, 2]})),
            ),
            (
                json!([{"op": "replace", "path": "/selectedFields", "value": {}}]),
                Ok(json!({"selectedFields": {}, "fieldFilters": [1, 2]})),
            ),
            (
                json!([{"op": "add", "path": "/m/n", "value": null}]),
                Ok(json!({"m": {"n": null}, "selectedFields": {"a": true, "s/t": true}, "fieldFilters": [1, 2]})),
            ),
            (
                json!([{"op": "add", "path": "/fieldFilters/-", "value": 3}, {"op": "remove", "path": "/fieldFilters/0"}]),
                Ok(json!({"selectedFields": {"a": true, "s/t": true}, "fieldFilters": [2, 3]})),
            ),
            (
                json!([{"op": "remove", "path": "/selectedFields/z"}]),
                Err("changes[0]: there is nothing at \"/selectedFields/z\""),
            ),
            (
                json!([{"op": "add", "path": "/x", "value": 1}, {"op": "replace", "path": "/y/z", "value": 1}]),
                Err("changes[1]: there is nothing at \"/y/z\""),
            ),
            (
                json!([{"op": "replace", "path": "/fieldFilters/2", "value": 1}]),
                Err("changes[0]: there is nothing at \"/fieldFilters/2\""),
            ),
            (
                json!([{"op": "add", "path": "/selectedFields/a/b", "value": 1}]),
                Err("changes[0]: there is nothing at \"/selectedFields/a/b\""),
            ),
            (
                json!([{"op": "add", "path": "x", "value": 1}]),
                Err("changes[0]: the path \"x\" must begin with `/`, like /selectedFields/email"),
            ),
            (json!([{"op": "add", "path": "/x"}]), Err("changes[0]: there is no value to put at \"/x\"")),
        ];
        for (operations, expected) in rows {
            let parsed: Vec<Operation> = serde_json::from_value(operations.clone()).unwrap();
            let found = patched(config(), &parsed).map_err(|issue| issue.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{operations}");
        }
    }
}
