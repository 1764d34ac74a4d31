//! Whether a value is what the document says of it: every issue, each with its place and its remedy.
//!
//! Of JSON Schema this knows what the document uses, and a test holds the document to that: what is not enforced is not promised.

use std::collections::HashMap;

use jiff::Timestamp;
use regex_lite::Regex;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::api::problem::{Place, RequestIssue};

/// Most issues that are listed for one request.
pub(super) const ISSUES_MAX: usize = 100;
/// Most characters of a value that are repeated.
const VALUE_CHARS_MAX: usize = 100;
/// Most names that a remedy lists.
const NAMES_MAX: usize = 24;
/// Where schemas are that have a name.
const NAMED: &str = "#/components/schemas/";

/// The named schemas of a document, and the patterns that they hold.
pub(super) struct Schemas {
    named: Map<String, Value>,
    patterns: HashMap<String, Regex>,
}

/// What is found in one part of a request.
pub(super) struct Check<'a> {
    schemas: &'a Schemas,
    part: Place,
    /// All so far.
    pub(super) issues: Vec<RequestIssue>,
}

impl Schemas {
    /// Those of a document.
    ///
    /// # Panics
    /// When a pattern of the document is not one: a mistake in the program, which every test meets.
    pub(super) fn new(document: &Value) -> Self {
        let mut patterns = HashMap::new();
        collect(document, &mut patterns);
        Self { named: document["components"]["schemas"].as_object().cloned().unwrap_or_default(), patterns }
    }

    /// Nothing found yet in this part of a request.
    pub(super) fn check(&self, part: Place) -> Check<'_> {
        Check { schemas: self, part, issues: Vec::new() }
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let named = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix(NAMED));
        named.and_then(|name| self.named.get(name)).map_or(schema, |found| self.resolved(found))
    }
}

fn collect(value: &Value, patterns: &mut HashMap<String, Regex>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(pattern)) = members.get("pattern") {
                let regex = Regex::new(pattern).unwrap_or_else(|error| panic!("the pattern {pattern:?}: {error}"));
                patterns.insert(pattern.clone(), regex);
            }
            members.values().for_each(|member| collect(member, patterns));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, patterns)),
        _ => {}
    }
}

impl Check<'_> {
    /// Notes an issue; one too many is left out.
    pub(super) fn put(&mut self, issue: RequestIssue) {
        if self.issues.len() < ISSUES_MAX {
            self.issues.push(issue);
        }
    }

    fn refuse(&mut self, place: &str, value: Option<&Value>, detail: String) {
        self.put(RequestIssue { value: value.and_then(shown), ..RequestIssue::new(self.part, place, detail) });
    }

    /// Compares a value with a schema. `secret`: it lies in something that must not be repeated.
    pub(super) fn value(&mut self, schema: &Value, value: &Value, place: &str, secret: bool) {
        let secret = secret || is_secret(schema);
        let schema = self.schemas.resolved(schema);
        let secret = secret || is_secret(schema);
        let told = (!secret).then_some(value);
        for part in list(schema, "allOf") {
            self.value(part, value, place, secret);
        }
        for either in ["oneOf", "anyOf"] {
            self.either(list(schema, either), value, place, secret);
        }
        if let Some(kinds) = kinds(schema)
            && !kinds.iter().any(|kind| is_a(kind, value))
        {
            return self.refuse(place, told, format!("is {}, not {}", in_words(&kinds), kind_of(value)));
        }
        if let Some(fault) = not_among(schema, value) {
            return self.refuse(place, told, fault);
        }
        match value {
            Value::Object(members) => self.object(schema, members, place, secret),
            Value::Array(items) => self.array(schema, items, place, secret),
            Value::String(text) => {
                if let Some(fault) = self.text(schema, text) {
                    self.refuse(place, told, fault);
                }
            }
            Value::Number(number) => {
                if let Some(fault) = out_of_bounds(schema, number) {
                    self.refuse(place, told, fault);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// At least one of several schemas must fit; where none does, the one that fits best says why.
    fn either(&mut self, choices: &[Value], value: &Value, place: &str, secret: bool) {
        let mut best: Option<Vec<RequestIssue>> = None;
        for choice in choices.iter().filter(|choice| choice["type"] != "null" || value.is_null()) {
            let mut check = self.schemas.check(self.part);
            check.value(choice, value, place, secret);
            if check.issues.is_empty() {
                return;
            }
            // What is wrong deeper inside is nearer to what was meant than what is of another kind altogether.
            let depth = |issues: &[RequestIssue]| issues.iter().filter(|issue| issue.name == place).count();
            if best.as_ref().is_none_or(|best| (depth(&check.issues), check.issues.len()) < (depth(best), best.len())) {
                best = Some(check.issues);
            }
        }
        best.into_iter().flatten().for_each(|issue| self.put(issue));
    }

    fn object(&mut self, schema: &Value, members: &Map<String, Value>, place: &str, secret: bool) {
        let known = schema.get("properties").and_then(Value::as_object);
        for required in list(schema, "required").iter().filter_map(Value::as_str) {
            if !members.contains_key(required) {
                self.refuse(&within(place, required), None, "is missing".to_owned());
            }
        }
        let others = schema.get("additionalProperties");
        for (name, member) in members {
            match (known.and_then(|known| known.get(name)), others) {
                (Some(schema), _) => self.value(schema, member, &within(place, name), secret),
                (None, Some(Value::Bool(false))) => {
                    let issue = RequestIssue::new(self.part, within(place, name), "is not known here");
                    self.put(match known.map(|known| listed(known.keys())) {
                        Some(names) if !names.is_empty() => issue.remedy(format!("known are {names}")),
                        _ => issue,
                    });
                }
                (None, Some(schema @ Value::Object(_))) => self.value(schema, member, &within(place, name), secret),
                (None, _) => {}
            }
        }
        let counts = ("minProperties", "maxProperties", "members");
        if let Some(fault) = miscounted(schema, counts, members.len()) {
            self.refuse(place, None, fault);
        }
    }

    fn array(&mut self, schema: &Value, items: &[Value], place: &str, secret: bool) {
        if let Some(fault) = miscounted(schema, ("minItems", "maxItems", "items"), items.len()) {
            return self.refuse(place, None, fault);
        }
        let Some(each) = schema.get("items") else { return };
        for (index, item) in items.iter().enumerate() {
            if self.issues.len() >= ISSUES_MAX {
                return;
            }
            self.value(each, item, &format!("{place}[{index}]"), secret);
        }
    }

    fn text(&self, schema: &Value, text: &str) -> Option<String> {
        if let Some(fault) = miscounted(schema, ("minLength", "maxLength", "characters"), text.chars().count()) {
            return Some(fault);
        }
        let pattern = schema.get("pattern").and_then(Value::as_str);
        if let Some(pattern) = pattern
            && self.schemas.patterns.get(pattern).is_some_and(|regex| !regex.is_match(text))
        {
            return Some(format!("does not fit the pattern {pattern}"));
        }
        match schema.get("format").and_then(Value::as_str) {
            Some("date-time") if text.parse::<Timestamp>().is_err() => {
                Some("is not a time in RFC 3339, like 2026-01-31T12:00:00Z".to_owned())
            }
            Some("uuid") if text.parse::<Uuid>().is_err() => Some("is not a UUID".to_owned()),
            _ => None,
        }
    }
}

/// What may be repeated in an answer: plain and short values.
fn shown(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) | Value::Number(_) => Some(value.clone()),
        Value::String(text) => Some(text.chars().take(VALUE_CHARS_MAX).collect::<String>().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn is_secret(schema: &Value) -> bool {
    schema.get("format").is_some_and(|format| format == "password") || schema.get("writeOnly").is_some_and(|only| only == true)
}

fn within(place: &str, member: &str) -> String {
    if place.is_empty() { member.to_owned() } else { format!("{place}.{member}") }
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The types that a schema allows, where it says so.
fn kinds(schema: &Value) -> Option<Vec<&str>> {
    match schema.get("type")? {
        Value::String(kind) => Some(vec![kind]),
        Value::Array(kinds) => Some(kinds.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => kind_of(value) == in_words(&[kind]),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn in_words(kinds: &[&str]) -> String {
    let word = |kind: &&str| match *kind {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        _ => "null",
    };
    kinds.iter().map(word).collect::<Vec<_>>().join(" or ")
}

fn not_among(schema: &Value, value: &Value) -> Option<String> {
    let allowed = match (schema.get("enum").and_then(Value::as_array), schema.get("const")) {
        (Some(all), _) => all.as_slice(),
        (None, Some(only)) => std::slice::from_ref(only),
        (None, None) => return None,
    };
    let texts: Vec<String> = allowed.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    (!allowed.contains(value)).then(|| format!("is none of {}", listed(texts.iter())))
}

fn listed<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    let more = names.len() > NAMES_MAX;
    names.truncate(NAMES_MAX);
    format!("{}{}", names.join(", "), if more { ", …" } else { "" })
}

fn miscounted(schema: &Value, (min, max, of): (&str, &str, &str), count: usize) -> Option<String> {
    let bound = |key| schema.get(key).and_then(Value::as_u64);
    let count = count as u64;
    match (bound(min), bound(max)) {
        (Some(min), _) if count < min => Some(format!("has {count} {of}; the least is {min}")),
        (_, Some(max)) if count > max => Some(format!("has {count} {of}; the most is {max}")),
        _ => None,
    }
}

fn out_of_bounds(schema: &Value, number: &serde_json::Number) -> Option<String> {
    let bound = |key| schema.get(key).and_then(Value::as_f64);
    let format = schema.get("format").and_then(Value::as_str);
    let within = |min: i64, max: i64| number.as_i64().is_some_and(|number| (min..=max).contains(&number));
    let fits = match format {
        Some("int32") => within(i32::MIN.into(), i32::MAX.into()),
        Some("int64") => number.as_i64().is_some(),
        _ => true,
    };
    let value = number.as_f64().unwrap_or(f64::NAN);
    match (bound("minimum"), bound("maximum")) {
        (Some(min), _) if value < min => Some(format!("is too small; the least is {min}")),
        (_, Some(max)) if value > max => Some(format!("is too large; the most is {max}")),
        _ if !fits => Some("is too large".to_owned()),
        _ => None,
    }
}
