//! What a customer chose (the contract's `config.content`): checked once, kept as it was given, filled from the manifest.

use std::{collections::BTreeMap, sync::Arc};

use ampline_core::{
    manifest::{Backfill, Field, Integration, ReadObject},
    plan::ObjectConfig,
    subscribe::SubscribeConfig,
};
use serde_json::{Map, Value, json};

use super::model::Issue;

/// Most objects of one configuration.
const OBJECTS_MAX: usize = 1_000;
/// Keys of the content.
const KEYS: [&str; 5] = ["provider", "read", "write", "subscribe", "proxy"];
/// What issues about the content are named by.
pub(super) const PATH: &str = "config.content";

/// A sound `config.content`. There are as many as installations, so it is kept as its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Canonical: equal contents have equal texts.
    text: Arc<str>,
    configures_reads: bool,
}

impl Content {
    /// Checks the shape; what it says is checked against a manifest by planning.
    pub fn parse(value: Value) -> Result<Self, Vec<Issue>> {
        let Value::Object(value) = value else {
            return Err(vec![issue("", format!("is {}, not an object like {{\"read\": {{…}}}}", kind(&value)))]);
        };
        let mut issues = Vec::new();
        for key in value.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            issues.push(issue(&format!(".{key}"), format!("nothing is called so here; there are: {}", KEYS.join(", "))));
        }
        if value.get("provider").is_some_and(|provider| !provider.is_string()) {
            issues.push(issue(".provider", "must be a name of the provider catalog".to_owned()));
        }
        if value.get("proxy").is_some_and(|proxy| !proxy["enabled"].is_boolean()) {
            issues.push(issue(".proxy", "must be {\"enabled\": true} or {\"enabled\": false}".to_owned()));
        }
        check_objects(&value, "write", &mut issues);
        for (name, config) in check_objects(&value, "subscribe", &mut issues).into_iter().flatten() {
            subscribed_object(name, config, &mut issues);
        }
        let objects = check_objects(&value, "read", &mut issues).map_or_else(BTreeMap::new, |given| {
            given.iter().filter_map(|(name, config)| Some((name.clone(), read_object(name, config, &mut issues)?))).collect()
        });
        let text = Value::Object(value).to_string().into();
        if issues.is_empty() { Ok(Self { text, configures_reads: !objects.is_empty() }) } else { Err(issues) }
    }

    /// The choices for reads, by the provider's object name.
    pub fn objects(&self) -> BTreeMap<String, ObjectConfig> {
        let value = self.to_value();
        let objects = value["read"]["objects"].as_object();
        let lowered = |(name, config): (&String, &Value)| Some((name.clone(), read_object(name, config, &mut Vec::new())?));
        objects.into_iter().flatten().filter_map(lowered).collect()
    }

    /// Whether any object is configured for reads.
    pub fn configures_reads(&self) -> bool {
        self.configures_reads
    }

    /// The choices for events, by the provider's object name.
    pub fn events(&self) -> BTreeMap<String, SubscribeConfig> {
        let value = self.to_value();
        let objects = value["subscribe"]["objects"].as_object();
        let lowered = |(name, config): (&String, &Value)| Some((name.clone(), subscribed_object(name, config, &mut Vec::new())?));
        objects.into_iter().flatten().filter_map(lowered).collect()
    }

    /// As the contract writes it.
    pub fn to_value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// One text for equal contents.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts in what a client may leave out, from the manifest: the provider and, for each object that is configured, its name,
    /// schedule, destination, backfill and required fields. So a later manifest changes none of it.
    pub fn filled(self, integration: &Integration) -> Result<Self, Vec<Issue>> {
        let mut content = self.to_value();
        let Some(value) = content.as_object_mut() else { return Ok(self) };
        value.entry("provider").or_insert_with(|| integration.provider.clone().into());
        let objects = value.get_mut("read").and_then(|read| read.get_mut("objects")).and_then(Value::as_object_mut);
        for (name, config) in objects.into_iter().flatten() {
            let object = integration.read.iter().find(|object| object.object_name == *name);
            if let (Some(object), Some(config)) = (object, config.as_object_mut()) {
                fill(object, config);
            }
        }
        Self::parse(content)
    }

    /// Whether it is for another provider than the integration's.
    pub fn provider_fault(&self, integration: &Integration) -> Option<Issue> {
        let content = self.to_value();
        let given = content["provider"].as_str().filter(|given| *given != integration.provider)?;
        let message = format!("{given:?} is not the integration's provider, which is {:?}: leave it out", integration.provider);
        Some(issue(".provider", message))
    }
}

fn issue(path: &str, message: String) -> Issue {
    Issue { path: format!("{PATH}{path}"), message }
}

/// What a value is, for people.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The `objects` of an action, where it has some, each of them an object that says its own name or none.
fn check_objects<'a>(content: &'a Map<String, Value>, action: &str, issues: &mut Vec<Issue>) -> Option<&'a Map<String, Value>> {
    let given = content.get(action).filter(|given| !given.is_null())?;
    let Some(given) = given.as_object() else {
        issues.push(issue(&format!(".{action}"), format!("is {}, not {{\"objects\": {{…}}}}", kind(given))));
        return None;
    };
    for key in given.keys().filter(|key| *key != "objects") {
        issues.push(issue(&format!(".{action}.{key}"), "nothing is called so here; there is: objects".to_owned()));
    }
    let objects = given.get("objects").filter(|objects| !objects.is_null())?;
    let path = format!(".{action}.objects");
    let Some(objects) = objects.as_object() else {
        let message = format!("is {}, not an object with an entry for each of the provider's objects", kind(objects));
        issues.push(issue(&path, message));
        return None;
    };
    if objects.len() > OBJECTS_MAX {
        issues.push(issue(&path, format!("has {} objects, and {OBJECTS_MAX} are the most", objects.len())));
        return None;
    }
    for (name, config) in objects {
        match config.as_object().map(|config| config.get("objectName")) {
            None => issues.push(issue(&format!("{path}.{name}"), format!("is {}, not an object", kind(config)))),
            Some(Some(said)) if said != name => {
                let message = format!("stands under {name:?}: write both alike, or leave this one out");
                issues.push(issue(&format!("{path}.{name}.objectName"), message));
            }
            Some(_) => {}
        }
    }
    Some(objects)
}

fn read_object(name: &str, config: &Value, issues: &mut Vec<Issue>) -> Option<ObjectConfig> {
    let mut config = config.as_object()?.clone();
    let path = format!(".read.objects.{name}");
    // What was offered to the customer; the choice itself is in `selectedFieldMappings`.
    if config.remove("dynamicMappingsInput").is_some_and(|offer| !offer.is_array() && !offer.is_null()) {
        issues.push(issue(&format!("{path}.dynamicMappingsInput"), "must be a list".to_owned()));
    }
    let parsed = serde_json::from_value(Value::Object(config));
    parsed.map_err(|error| issues.push(issue(&path, error.to_string()))).ok()
}

fn subscribed_object(name: &str, config: &Value, issues: &mut Vec<Issue>) -> Option<SubscribeConfig> {
    let mut config = config.as_object()?.clone();
    // How the provider is told of a subscription; ours are set up by people.
    config.remove("providerOptions");
    let parsed = serde_json::from_value(Value::Object(config));
    parsed.map_err(|error| issues.push(issue(&format!(".subscribe.objects.{name}"), error.to_string()))).ok()
}

fn fill(object: &ReadObject, config: &mut Map<String, Value>) {
    let mut put = |key: &str, value: Value| {
        if config.get(key).is_none_or(Value::is_null) {
            config.insert(key.to_owned(), value);
        }
    };
    put("objectName", object.object_name.clone().into());
    if let Some(schedule) = &object.schedule {
        put("schedule", schedule.clone().into());
    }
    put("destination", object.destination.clone().into());
    let period = match object.backfill {
        Backfill::None => json!({ "days": 0 }),
        Backfill::Days(days) => json!({ "days": days }),
        Backfill::FullHistory => json!({ "fullHistory": true }),
    };
    put("backfill", json!({ "defaultPeriod": period }));
    put("selectedFields", json!({}));
    put("selectedFieldMappings", json!({}));
    let Some(selected) = config.get_mut("selectedFields").and_then(Value::as_object_mut) else { return };
    for field in &object.required_fields {
        if let Field::Existent { field_name, .. } = field {
            selected.insert(field_name.clone(), true.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_content_is_told_with_its_place() {
        let rows: [(Value, &[&str]); 8] = [
            (json!([]), &["config.content: is a list, not an object like {\"read\": {…}}"]),
            (
                json!({"reed": 1}),
                &["config.content.reed: nothing is called so here; there are: provider, read, write, subscribe, proxy"],
            ),
            (json!({"read": {"object": {}}}), &["config.content.read.object: nothing is called so here; there is: objects"]),
            (
                json!({"read": {"objects": []}}),
                &["config.content.read.objects: is a list, not an object with an entry for each of the provider's objects"],
            ),
            (
                json!({"read": {"objects": {"a": 1}}, "proxy": {}}),
                &[
                    "config.content.proxy: must be {\"enabled\": true} or {\"enabled\": false}",
                    "config.content.read.objects.a: is a number, not an object",
                ],
            ),
            (
                json!({"read": {"objects": {"a": {"objectName": "b"}}}}),
                &["config.content.read.objects.a.objectName: stands under \"a\": write both alike, or leave this one out"],
            ),
            (
                json!({"read": {"objects": {"a": {"selectedFields": []}, "b": {"dynamicMappingsInput": 1}}}}),
                &[
                    "config.content.read.objects.a: invalid type: sequence, expected a map",
                    "config.content.read.objects.b.dynamicMappingsInput: must be a list",
                ],
            ),
            (json!({"subscribe": {"objects": {"a": []}}}), &["config.content.subscribe.objects.a: is a list, not an object"]),
        ];
        for (given, expected) in rows {
            let found =
                Content::parse(given.clone()).map_err(|issues| issues.iter().map(ToString::to_string).collect::<Vec<_>>());
            assert_eq!(found, Err(expected.iter().map(|&text| text.to_owned()).collect()), "{given}");
        }
    }

    #[test]
    fn what_is_left_out_comes_from_the_manifest_and_what_was_given_stays() {
        let manifest = ampline_core::manifest::check(
            b"specVersion: 1.0.0\nintegrations:\n  - name: crm\n    provider: hubspot\n    read:\n      objects:\n        \
              - objectName: contacts\n          destination: hook\n          schedule: '*/10 * * * *'\n          requiredFields:\n            \
              - fieldName: email\n          optionalFields:\n            - fieldName: phone\n          backfill:\n            \
              defaultPeriod:\n              days: 30\n",
        );
        let manifest = manifest.manifest.expect("a sound manifest");
        let given =
            json!({"read": {"objects": {"contacts": {"selectedFields": {"phone": true}}, "deals": {"destination": "x"}}}});
        let filled = Content::parse(given).unwrap().filled(&manifest.integrations[0]).unwrap();
        let contacts = json!({
            "objectName": "contacts", "schedule": "*/10 * * * *", "destination": "hook", "backfill": {"defaultPeriod": {"days": 30}},
            "selectedFields": {"email": true, "phone": true}, "selectedFieldMappings": {},
        });
        let expected = json!({"provider": "hubspot", "read": {"objects": {"contacts": contacts, "deals": {"destination": "x"}}}});
        assert_eq!(filled.to_value(), expected);
        let own = json!({"read": {"objects": {"contacts": {"schedule": "", "destination": "y", "backfill": {"defaultPeriod": {"fullHistory": true}}}}}});
        let filled = Content::parse(own).unwrap().filled(&manifest.integrations[0]).unwrap().to_value();
        let contacts = &filled["read"]["objects"]["contacts"];
        assert_eq!(
            (&contacts["schedule"], &contacts["destination"]),
            (&json!(""), &json!("y")),
            "an empty schedule means: triggered only"
        );
        assert_eq!(filled["read"]["objects"]["contacts"]["backfill"], json!({"defaultPeriod": {"fullHistory": true}}));
    }
}
