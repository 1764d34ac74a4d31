//! What a configuration schema tells a tester: whether it is one, a configuration that it takes, and many that it does not.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// How deep a schema is followed.
const DEPTH_MAX: usize = 8;
/// Most mutations of one configuration.
const MUTATIONS_MAX: usize = 200;
/// Longest text that is made to be too long.
const TEXT_CHARS_MAX: u64 = 100_000;
/// Texts that fit most patterns that people write.
const TEXTS: [&str; 12] = [
    "example",
    "https://sink.example/in",
    "user@sink.example",
    "sink.example",
    "us-east-1",
    "1",
    "2025-10-14T02:58:59Z",
    "2025-10-14",
    "#example",
    "/example",
    "EXAMPLE",
    "00000000-0000-4000-8000-000000000000",
];
/// Names that tell of secrets. `credential` is none: the contract calls so the name of one that the operator has bound.
const SECRET_WORDS: [&str; 7] = ["password", "passwd", "passphrase", "secret", "apikey", "privatekey", "accesstoken"];

/// A bad configuration, and where its fault is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mutation {
    pub(super) what: String,
    pub(super) config: Value,
    /// Of the value that is wrong or absent.
    pub(super) pointer: String,
}

/// A schema that can judge.
pub(super) struct Schema {
    value: Value,
    validator: Validator,
}

impl Schema {
    /// Reads a schema, or says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        if let Err(error) = jsonschema::draft202012::meta::validate(&value) {
            return Err(format!("{} at {:?}", error, error.instance_path().to_string()));
        }
        let dialect = value["$schema"].as_str();
        if dialect.is_some_and(|dialect| !dialect.starts_with("https://json-schema.org/draft/2020-12/schema")) {
            return Err(format!("its $schema is {}, not that of 2020-12", value["$schema"]));
        }
        if value["type"] != "object" {
            return Err("its type is not `object`, which every configuration is".to_owned());
        }
        let validator =
            validator(&value).ok_or("it refers to a schema elsewhere, or has a pattern that is no regular expression")?;
        Ok(Self { value, validator })
    }

    pub(super) fn accepts(&self, config: &Value) -> bool {
        self.validator.is_valid(config)
    }

    /// What it says against a configuration.
    pub(super) fn errors(&self, config: &Value) -> Vec<String> {
        self.validator.iter_errors(config).map(|error| format!("{:?}: {error}", error.instance_path().to_string())).collect()
    }

    /// A configuration made of examples, defaults and types; it may still not be accepted.
    pub(super) fn example(&self) -> Value {
        let mut examples = self.value["examples"].as_array().into_iter().flatten();
        examples.find(|example| self.accepts(example)).cloned().unwrap_or_else(|| example(&self.value, &self.value, 0))
    }

    /// Properties whose names tell of a secret and that do not say `writeOnly`.
    pub(super) fn bare_secrets(&self) -> Vec<String> {
        let mut found = Vec::new();
        bare_secrets(&self.value, String::new(), 0, &mut found);
        found
    }

    /// Good configurations made bad, each in one place.
    pub(super) fn mutations(&self, config: &Value) -> Vec<Mutation> {
        let mut found = Vec::new();
        self.mutate(&self.value, config, config, String::new(), 0, &mut found);
        found.truncate(MUTATIONS_MAX);
        found
    }

    /// One configuration with a fault at each property that can have one, and where those are.
    pub(super) fn all_at_once(&self, config: &Value) -> Option<(Value, Vec<String>)> {
        let (mut all, mut pointers) = (config.clone(), Vec::new());
        for (name, schema) in self.value["properties"].as_object().into_iter().flatten() {
            // Others may stand for the same thing, and two of one are a fault of their own.
            if schema["deprecated"] == true {
                continue;
            }
            if let Some(wrong) = mistyped(resolved(schema, &self.value)) {
                all[name.as_str()] = wrong;
                pointers.push(format!("/{}", escaped(name)));
            }
        }
        (pointers.len() > 1).then_some((all, pointers))
    }

    fn mutate(&self, schema: &Value, whole: &Value, here: &Value, at: String, depth: usize, found: &mut Vec<Mutation>) {
        let Some(members) = here.as_object().filter(|_| depth < DEPTH_MAX) else { return };
        let schema = resolved(schema, &self.value);
        let mut push = |what: String, config: Value, pointer: String| {
            if !self.accepts(&config) {
                found.push(Mutation { what, config, pointer });
            }
        };
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let mut config = whole.clone();
            let taken = config.pointer_mut(&at).and_then(Value::as_object_mut).and_then(|members| members.remove(name));
            if taken.is_some() {
                push(format!("without {name:?}"), config, format!("{at}/{}", escaped(name)));
            }
        }
        if schema["additionalProperties"] == false || schema["unevaluatedProperties"] == false {
            push(
                "with an unknown key".to_owned(),
                with(whole, &at, "unknownKeyOfTheHarness", json!(1)),
                format!("{at}/unknownKeyOfTheHarness"),
            );
        }
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let inner = resolved(inner, &self.value);
            for (what, wrong) in mistyped(inner).map(|wrong| ("of another type", wrong)).into_iter().chain(out_of_range(inner)) {
                push(format!("with {name:?} {what}"), with(whole, &at, name, wrong), format!("{at}/{}", escaped(name)));
            }
        }
        let nested: Vec<_> = schema["properties"].as_object().into_iter().flatten().collect();
        for (name, inner) in nested {
            if let Some(member) = members.get(name) {
                self.mutate(inner, whole, member, format!("{at}/{}", escaped(name)), depth + 1, found);
            }
        }
    }
}

/// Formats are not judged: sinks may take more than they say.
fn validator(schema: &Value) -> Option<Validator> {
    jsonschema::draft202012::new(schema).ok()
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn with(whole: &Value, at: &str, name: &str, value: Value) -> Value {
    let mut config = whole.clone();
    if let Some(members) = config.pointer_mut(at).and_then(Value::as_object_mut) {
        members.insert(name.to_owned(), value);
    }
    config
}

/// The schema that a reference within the document leads to.
fn resolved<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..DEPTH_MAX {
        let target = schema["$ref"].as_str().and_then(|reference| root.pointer(reference.strip_prefix('#')?));
        match target {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

/// A value that the schema takes, as far as that can be guessed.
fn example(schema: &Value, root: &Value, depth: usize) -> Value {
    let schema = resolved(schema, root);
    let given = schema["examples"].as_array().and_then(|examples| examples.first());
    let given = given.or_else(|| schema.get("default")).or_else(|| schema.get("const"));
    let given = given.or_else(|| schema["enum"].as_array().and_then(|values| values.first()));
    if let Some(given) = given.filter(|given| !given.is_null()) {
        return given.clone();
    }
    let name = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match name {
        Some("object") => object(schema, root, depth),
        Some("array") => {
            let len = schema["minItems"].as_u64().unwrap_or(1).min(TEXT_CHARS_MAX);
            (0..len).map(|_| example(&schema["items"], root, depth + 1)).collect()
        }
        Some("integer" | "number") => {
            let numbers =
                [schema["minimum"].as_i64(), schema["exclusiveMinimum"].as_i64().map(|least| least + 1), Some(1), Some(0)];
            let fitting = numbers.into_iter().flatten().map(|number| json!(number)).find(|number| is_valid(schema, number));
            fitting.or_else(|| schema.get("maximum").cloned()).unwrap_or(json!(1))
        }
        Some("boolean") => json!(false),
        Some("null") => Value::Null,
        _ => {
            let first = if schema["format"] == "uri" { &TEXTS[1..] } else { &TEXTS[..] };
            let fitting = first.iter().find(|text| is_valid(schema, &json!(text)));
            let long = || "x".repeat(usize::try_from(schema["minLength"].as_u64().unwrap_or(1).min(TEXT_CHARS_MAX)).unwrap_or(1));
            fitting.map_or_else(|| json!(long()), |text| json!(text))
        }
    }
}

fn is_valid(schema: &Value, value: &Value) -> bool {
    // References lead out of a part of a schema; a part with one judges nothing.
    validator(schema).is_none_or(|validator| validator.is_valid(value))
}

/// The required members, also those of `allOf`, and of the first of `anyOf` and `oneOf`.
fn object(schema: &Value, root: &Value, depth: usize) -> Value {
    let mut names = Vec::new();
    required(schema, root, 0, &mut names);
    let mut members = Map::new();
    if depth < DEPTH_MAX {
        for name in names {
            let inner = &schema["properties"][name.as_str()];
            members.insert(name, example(inner, root, depth + 1));
        }
    }
    Value::Object(members)
}

fn required(schema: &Value, root: &Value, depth: usize, names: &mut Vec<String>) {
    let schema = resolved(schema, root);
    if depth > DEPTH_MAX {
        return;
    }
    names.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        required(part, root, depth + 1, names);
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(part) = schema[choice].as_array().and_then(|parts| parts.first()) {
            required(part, root, depth + 1, names);
        }
    }
}

/// A value of a type that the schema does not take.
fn mistyped(schema: &Value) -> Option<Value> {
    let judge = validator(schema)?;
    [json!(4711), json!(true), json!([1]), json!({"x": 1}), json!("text")].into_iter().find(|value| {
        let name = match value {
            Value::Number(_) => "integer",
            Value::Bool(_) => "boolean",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            _ => "string",
        };
        let types = &schema["type"];
        let is_named = |name: &str| types == name || types.as_array().is_some_and(|types| types.iter().any(|one| one == name));
        let is_taken = is_named(name) || (name == "integer" && is_named("number")) || judge.is_valid(value);
        !types.is_null() && !is_taken
    })
}

/// Values of the right type beyond what the schema takes.
fn out_of_range(schema: &Value) -> Vec<(&'static str, Value)> {
    let number = |name: &str| schema[name].as_i64();
    let text = |length: u64| json!("x".repeat(usize::try_from(length).unwrap_or(0)));
    let is_text = schema["type"] == "string";
    let mut found = Vec::new();
    found.extend(number("minimum").and_then(|least| least.checked_sub(1)).map(|value| ("below its minimum", json!(value))));
    found.extend(number("maximum").and_then(|most| most.checked_add(1)).map(|value| ("above its maximum", json!(value))));
    let short = schema["minLength"].as_u64().filter(|least| *least > 0);
    found.extend(short.map(|least| ("too short", text(least - 1))));
    let long = schema["maxLength"].as_u64().filter(|most| *most < TEXT_CHARS_MAX);
    found.extend(long.map(|most| ("too long", text(most + 1))));
    if schema["enum"].is_array() && is_text {
        found.push(("that is none of its values", json!("none of these")));
    }
    if schema["pattern"].is_string() {
        let wrong = ["", " not this ", "\u{0}"].into_iter().map(|text| json!(text)).find(|value| !is_valid(schema, value));
        found.extend(wrong.map(|value| ("that does not fit its pattern", value)));
    }
    found
}

fn bare_secrets(schema: &Value, at: String, depth: usize, found: &mut Vec<String>) {
    for (name, inner) in schema["properties"].as_object().into_iter().flatten().filter(|_| depth < DEPTH_MAX) {
        let here = format!("{at}/{}", escaped(name));
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        if SECRET_WORDS.iter().any(|word| plain.contains(word)) && inner["writeOnly"] != true && inner["type"] == "string" {
            found.push(here.clone());
        }
        bare_secrets(inner, here, depth + 1, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(value: &Value) -> Schema {
        Schema::read(&value.to_string()).unwrap_or_else(|reason| panic!("{reason}"))
    }

    #[test]
    fn what_is_no_schema_is_told() {
        for (bad, reason) in [
            ("{", "no JSON"),
            (r#"{"type": "strng"}"#, "at"),
            (r#"{"type": "string"}"#, "not `object`"),
            (r#"{"type": "object", "$schema": "http://json-schema.org/draft-07/schema#"}"#, "2020-12"),
            (r#"{"type": "object", "properties": {"a": {"minimum": "1"}}}"#, "minimum"),
        ] {
            let told = Schema::read(bad).err().unwrap_or_default();
            assert!(told.contains(reason), "{bad}: {told}");
        }
    }

    /// Oracle: the schema judges its own example and every mutation of it.
    #[test]
    fn examples_fit_and_mutations_do_not() {
        let one = schema(&json!({
            "type": "object", "additionalProperties": false, "required": ["url", "mode", "inner", "tags"],
            "$defs": {"mode": {"enum": ["fast", "slow"], "type": "string"}},
            "properties": {
                "url": {"type": "string", "pattern": "^https://", "maxLength": 50},
                "mode": {"$ref": "#/$defs/mode"},
                "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
                "size": {"type": "integer", "minimum": 5, "maximum": 9},
                "inner": {"type": "object", "required": ["n"], "properties": {"n": {"type": "number", "exclusiveMinimum": 3}}},
            },
        }));
        let example = one.example();
        assert!(one.accepts(&example), "{example}");
        let told: Vec<_> = one.mutations(&example).into_iter().map(|one| format!("{} {}", one.pointer, one.what)).collect();
        for expected in [
            "/url without \"url\"",
            "/unknownKeyOfTheHarness with an unknown key",
            "/url with \"url\" of another type",
            "/url with \"url\" too long",
            "/url with \"url\" that does not fit its pattern",
            "/mode with \"mode\" that is none of its values",
            "/size with \"size\" below its minimum",
            "/size with \"size\" above its maximum",
            "/inner/n without \"n\"",
            "/inner/n with \"n\" of another type",
        ] {
            assert!(told.iter().any(|one| one == expected), "{expected} is not in {told:#?}");
        }
        let (all, pointers) = one.all_at_once(&example).unwrap();
        assert_eq!(pointers, ["/inner", "/mode", "/size", "/tags", "/url"]);
        assert_eq!(one.errors(&all).len(), 6, "{all}");
    }

    #[test]
    fn secrets_must_say_so() {
        let one = schema(&json!({"type": "object", "properties": {
            "apiKey": {"type": "string"}, "password": {"type": "string", "writeOnly": true}, "partitionKey": {"type": "string"},
            "auth": {"type": "object", "properties": {"client_secret": {"type": "string"}}},
        }}));
        assert_eq!(one.bare_secrets(), ["/apiKey", "/auth/client_secret"]);
    }
}
