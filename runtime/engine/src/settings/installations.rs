//! Installations that ampline.toml names, in its own short form.

use serde_json::{Map, Value, json};

use super::{InstallationSettings, Settings};
use crate::project::{Content, DeclaredInstallation, Issue, NamedParty};

/// What the file `file` says in `[[installations]]`. Their connections are those of the same file.
pub(crate) fn declared(settings: &Settings, file: &str) -> Result<Vec<DeclaredInstallation>, Vec<Issue>> {
    let (mut found, mut issues) = (Vec::new(), Vec::new());
    for (index, one) in settings.installations.iter().enumerate() {
        let place = format!("installations[{index}]");
        if !settings.connections.contains_key(&one.connection) {
            let known: Vec<&str> = settings.connections.keys().map(String::as_str).collect();
            let message = format!("no connection is called {:?}; there are: {}", one.connection, known.join(", "));
            issues.push(Issue { path: format!("{place}.connection"), message });
        }
        match content(one) {
            Ok(content) => found.push(declaration(one, place, file, content)),
            Err(faults) => issues.extend(faults.into_iter().map(|issue| Issue {
                path: format!("{place}{}", issue.path.trim_start_matches("config.content").replace(".read.", ".")),
                message: issue.message,
            })),
        }
    }
    if issues.is_empty() { Ok(found) } else { Err(issues) }
}

fn declaration(one: &InstallationSettings, place: String, file: &str, content: Content) -> DeclaredInstallation {
    DeclaredInstallation {
        place,
        file: file.to_owned(),
        id: one.id.clone(),
        integration: one.integration.clone(),
        group: NamedParty { reference: one.group_ref.clone(), name: one.group_name.clone() },
        consumer: NamedParty { reference: one.consumer_ref.clone(), name: one.consumer_name.clone() },
        connection: one.connection.clone(),
        content,
        created_by: None,
    }
}

/// The contract's content. Without objects there is nothing to say: everything is read.
fn content(one: &InstallationSettings) -> Result<Content, Vec<Issue>> {
    if one.objects.is_empty() {
        return Content::parse(Value::Object(Map::new()));
    }
    let mut objects = Map::new();
    for (name, config) in &one.objects {
        let value = serde_json::to_value(config)
            .map_err(|error| vec![Issue { path: format!("config.content.read.objects.{name}"), message: error.to_string() }])?;
        // What stands at its default was left out.
        let said = |value: &Value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            _ => true,
        };
        let config = match value {
            Value::Object(members) => members.into_iter().filter(|(_, value)| said(value)).collect(),
            _ => Map::new(),
        };
        objects.insert(name.clone(), Value::Object(config));
    }
    Content::parse(json!({ "read": { "objects": objects } }))
}
